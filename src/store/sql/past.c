/*
 * The past of a transaction.  A server that finds two transactions in each
 * other's way ends one of them; the program whose it was shall not notice.
 * Its statements are kept, and repeated in a new transaction.  What they read
 * and how many rows they changed must be the same as the first time: all that
 * the program has decided from it then still stands.
 */
#include "config.h"

#include "store/sql/link_int.h"

#include <stdlib.h>
#include <string.h>

#include "store/sql/errors.h"

/* More than any change of one account or domain has; a bulk change that has
 * more fails, and can be started again. */
#define MOST_BYTES ((size_t)16 << 20)

struct vp_sql_said {
	struct vp_sql_query query; /* text, values and theirs: one block each */
	char *texts;
	size_t texts_size;
	unsigned columns;
	size_t max;
	int is_reading;
	int64_t changes;
	uint64_t sum; /* of the rows */
};

static void
forget(struct vp_sql_said *said)
{
	if (said->texts)
		explicit_bzero(said->texts, said->texts_size);
	free(said->texts);
	vp_sql_query_free(&said->query);
}

void
vp_sql_past_clear(struct vp_sql_past *past)
{
	for (size_t i = 0; i < past->count; i++)
		forget(&past->said[i]);
	free(past->said);
	*past = (struct vp_sql_past){ 0 };
}

/* FNV-1a, over the values and their ends. */
static uint64_t
sum_of(const struct vp_sql_rows *rows)
{
	uint64_t sum = 0xcbf29ce484222325;

	for (size_t row = 0; row < rows->count; row++)
		for (unsigned column = 0; column < rows->columns; column++) {
			const char *cell = vp_sql_cell(rows, row, column);

			sum = (sum ^ (cell ? 1 : 2)) * 0x100000001b3;
			while (cell && *cell)
				sum = (sum ^ (unsigned char)*cell++) *
				      0x100000001b3;
		}
	return sum ^ rows->count;
}

/* ---- keeping ---------------------------------------------------------------
 */

static size_t
size_of(const struct vp_sql_query *query)
{
	size_t size = 0;

	for (unsigned i = 0; i < query->count; i++)
		if (query->values[i].text)
			size += strlen(query->values[i].text) + 1;
	return size;
}

static int
copy_query(struct vp_sql_said *said, const struct vp_sql_query *query)
{
	struct vp_sql_query *copy = &said->query;
	char *next;

	said->texts_size = size_of(query);
	vp_sql_query_init(copy, query->dialect);
	copy->text = strdup(query->text);
	copy->values = calloc(query->count + 1, sizeof *copy->values);
	said->texts = next = malloc(said->texts_size + 1);
	if (!copy->text || !copy->values || !said->texts)
		return -1;
	for (unsigned i = 0; i < query->count; i++) {
		copy->values[i] = query->values[i];
		if (!query->values[i].text)
			continue;
		size_t size = strlen(query->values[i].text) + 1;
		copy->values[i].text =
		    memcpy(next, query->values[i].text, size);
		next += size;
	}
	copy->count = query->count;
	return 0;
}

static int
make_room(struct vp_sql_past *past)
{
	size_t room = past->room ? past->room * 2 : 16;
	struct vp_sql_said *larger;

	if (past->count < past->room)
		return 0;
	larger = reallocarray(past->said, room, sizeof *larger);
	if (!larger)
		return -1;
	past->said = larger;
	past->room = room;
	return 0;
}

void
vp_sql_past_add(struct vp_sql_past *past, const struct vp_sql_run *run)
{
	struct vp_sql_said *said;

	if (past->is_unknown)
		return;
	past->is_unknown = 1;
	past->bytes += run->query->size + size_of(run->query) + sizeof *said;
	if (past->bytes > MOST_BYTES || make_room(past) != 0)
		return;
	said = &past->said[past->count];
	*said = (struct vp_sql_said){
		.columns = run->columns,
		.max = run->max,
		.is_reading = run->rows != NULL,
		.changes = run->changes,
		.sum = run->rows ? sum_of(run->rows) : 0,
	};
	if (copy_query(said, run->query) != 0) {
		forget(said);
		return;
	}
	past->count++;
	past->is_unknown = 0;
}

/* ---- repeating -------------------------------------------------------------
 */

int
vp_sql_past_repeat(struct vp_sql_link *link, struct vp_sql_error *error)
{
	AUTO_ROWS struct vp_sql_rows rows = { 0 };

	for (size_t i = 0; i < link->past.count; i++) {
		const struct vp_sql_said *said = &link->past.said[i];
		struct vp_sql_run run = {
			.query = &said->query,
			.rows = said->is_reading ? &rows : NULL,
			.columns = said->columns,
			.max = said->max,
		};
		int is_sent;

		if (vp_sql_run_once(link, &run, &is_sent, error) != 0)
			return -1;
		if (run.changes == said->changes &&
		    (!said->is_reading || sum_of(&rows) == said->sum))
			continue;
		link->past.is_unknown = 1; /* no use to try it again */
		return vp_sql_fail(error, VP_SQL_RETRY,
		    "another program has changed the same rows meanwhile");
	}
	return 0;
}
