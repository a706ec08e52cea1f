/*
 * The engine of --from.
 *
 * Adding to an empty domain costs no lookup per line: the vector verb is
 * tried first, and only a row that exists already is looked at.  Once one
 * was found, the rest of its chunk is looked at before it is tried, so that
 * a rerun does not call the vector verb once per line.
 *
 * Without --keep-going the verb stops at the first failing row; rows behind
 * it are open again.  When that row turns out to be equal, another pass goes
 * on with the open ones.
 */
#include "config.h"

#include "tools/bulk.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "base/csv.h"
#include "base/text.h"

static void
row_clear(struct bulk_row *row)
{
	for (size_t i = 0; i < BULK_COLUMNS; i++)
		cli_free_secret(row->field[i]);
	memset(row, 0, sizeof *row);
}

static void
tell_row(struct bulk *bulk, const struct bulk_row *row)
{
	char name[CLI_ADDRESS_SIZE];
	const char *user = row->user;

	if (row->domain[0])
		snprintf(name, sizeof name, "%s%s%s", user, *user ? "@" : "",
		    row->domain);
	else
		snprintf(name, sizeof name, "%s",
		    row->field[0] ? row->field[0] : "?");
	vp_make_printable(name);
	if (bulk->progress)
		fputs("\r\033[K", stderr);
	cli_warn(bulk->cli, "line %lu: %s: %s", row->line, name,
	    cli_reason(row->message, row->code));
}

/* Count a row; the first failing one decides the exit status. */
static void
settle(struct bulk *bulk, struct bulk_row *row)
{
	switch (row->state) {
	case BULK_OPEN:
		return;
	case BULK_DONE:
		bulk->done++;
		return;
	case BULK_UNCHANGED:
		bulk->unchanged++;
		return;
	case BULK_FAILED:
		break;
	}
	bulk->failed++;
	if (!bulk->code)
		bulk->code = row->code;
	if (!bulk->cli->keep_going)
		bulk->stopped = 1;
	tell_row(bulk, row);
}

static double
seconds_since(const struct timespec *then)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - then->tv_sec) +
	       (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

static void
tell_progress(struct bulk *bulk)
{
	double all = seconds_since(&bulk->started);
	unsigned long rows = bulk->done + bulk->unchanged + bulk->failed;

	if (!bulk->progress || seconds_since(&bulk->told) < 0.5)
		return;
	clock_gettime(CLOCK_MONOTONIC, &bulk->told);
	fprintf(stderr, "\r\033[K%s: %lu lines, %.0f a second",
	    bulk->cli->tool->name, rows, all > 0 ? (double)rows / all : 0.0);
	fflush(stderr);
}

/* Ask whether a row is done already; its state says so unless it is not. */
static int
examine(struct bulk *bulk, struct bulk_row *row)
{
	int answer = bulk->verb->examine(bulk, row);

	if (answer == 0)
		row->state = BULK_UNCHANGED;
	else if (answer < 0)
		row->state = BULK_FAILED;
	return answer;
}

/* List the rows to be tried.  The row that ends the run, if one does. */
static struct bulk_row *
gather(struct bulk *bulk, size_t *ret_count)
{
	struct bulk_row *last = NULL;
	size_t count = 0;

	for (size_t i = 0; i < bulk->count && !last; i++) {
		struct bulk_row *row = &bulk->rows[i];

		if (row->state != BULK_OPEN)
			continue;
		if (!bulk->look_first || examine(bulk, row) > 0)
			bulk->list[count++] = row;
		else if (row->state == BULK_FAILED && !bulk->cli->keep_going)
			last = row;
	}
	*ret_count = count;
	return last;
}

/* Look at what the verb said of a row.  1 if it may have left out the rows
 * behind it. */
static int
judge(struct bulk *bulk, struct bulk_row *row)
{
	if (row->state != BULK_FAILED)
		return 0;
	if (bulk->verb->examine && row->code == bulk->verb->exists) {
		bulk->look_first = 1;
		examine(bulk, row);
	}
	return !bulk->cli->keep_going;
}

/* Try the open rows.  1 if another pass is needed. */
static int
pass(struct bulk *bulk)
{
	size_t count, i = 0;
	struct bulk_row *last = gather(bulk, &count);
	int left_out = 0;

	if (count)
		bulk->verb->run(
		    bulk, bulk->list, count, !bulk->cli->keep_going);
	while (i < count && !left_out)
		left_out = judge(bulk, bulk->list[i++]);
	if (!left_out)
		return 0;
	for (size_t rest = i; rest < count; rest++)
		bulk->list[rest]->state = BULK_OPEN;
	if (last)
		last->state = BULK_OPEN;
	return bulk->list[i - 1]->state == BULK_UNCHANGED;
}

static void
flush_rows(struct bulk *bulk)
{
	unsigned long unchanged = bulk->unchanged;

	while (pass(bulk))
		continue;
	for (size_t i = 0; i < bulk->count; i++)
		settle(bulk, &bulk->rows[i]);
	for (size_t i = 0; i < bulk->count; i++)
		row_clear(&bulk->rows[i]);
	if (bulk->unchanged == unchanged)
		bulk->look_first = 0;
	bulk->count = 0;
	tell_progress(bulk);
}

static int
load_row(struct bulk *bulk, struct bulk_row *row, struct vp_records *records)
{
	const char *const *columns = bulk->verb->columns;
	const char *unknown = vp_records_unknown(records, columns);

	if (unknown)
		return bulk_reject(row, VA_INVALID_ARGUMENT,
		    "unknown column '%.64s'", unknown);
	for (size_t i = 0; columns[i]; i++) {
		const char *text = vp_records_field(records, columns[i]);

		if (text && *text)
			row->field[i] = cli_strdup(text);
	}
	return bulk->verb->prepare(bulk, row);
}

/* A row that cannot be tried: what came before it goes first. */
static void
drop_row(struct bulk *bulk, struct bulk_row *row, int code)
{
	if (!bulk->cli->keep_going)
		flush_rows(bulk);
	row->state = BULK_FAILED;
	row->code = code;
	if (!bulk->stopped)
		settle(bulk, row);
	row_clear(row);
}

static void
read_rows(struct bulk *bulk, struct vp_records *records)
{
	int got, code, broken = 0;

	while (!bulk->stopped && !broken) {
		struct bulk_row *row = &bulk->rows[bulk->count];

		errno = 0;
		got = vp_records_next(records);
		if (got == 0)
			break;
		row->line = vp_records_line(records);
		if (got > 0) {
			code = load_row(bulk, row, records);
		} else {
			broken = errno != EBADMSG;
			code = bulk_reject(row, VA_INVALID_ARGUMENT, "%s",
			    broken ? strerror(errno)
				   : vp_records_error(records));
		}
		if (code)
			drop_row(bulk, row, code);
		else if (++bulk->count == bulk->verb->chunk)
			flush_rows(bulk);
	}
	if (!bulk->stopped)
		flush_rows(bulk);
}

static void
run_records(struct bulk *bulk, FILE *fp)
{
	struct vp_records *records = vp_records_open(fp);
	size_t chunk = bulk->verb->chunk;

	bulk->rows = calloc(chunk, sizeof *bulk->rows);
	bulk->list = calloc(chunk, sizeof(struct bulk_row *));
	bulk->elements = calloc(chunk, bulk->verb->element);
	if (!records || !bulk->rows || !bulk->list || !bulk->elements)
		cli_no_memory();
	read_rows(bulk, records);
	for (size_t i = 0; i < chunk; i++)
		row_clear(&bulk->rows[i]);
	free(bulk->elements);
	free(bulk->list);
	free(bulk->rows);
	vp_records_close(records);
}

int
bulk_run(struct cli *cli, const struct bulk_verb *verb)
{
	struct bulk bulk = { .cli = cli, .verb = verb };
	FILE *fp = stdin;

	if (strcmp(cli->from, "-") != 0)
		fp = fopen(cli->from, "re");
	if (!fp) {
		cli_warn(
		    cli, "cannot open '%s': %s", cli->from, strerror(errno));
		return CLI_USAGE_STATUS;
	}
	bulk.progress = isatty(STDERR_FILENO);
	clock_gettime(CLOCK_MONOTONIC, &bulk.started);
	bulk.told = bulk.started;
	run_records(&bulk, fp);
	if (fp != stdin)
		fclose(fp);
	if (bulk.progress)
		fputs("\r\033[K", stderr);
	cli_warn(cli, "%lu %s, %lu unchanged, %lu failed%s", bulk.done,
	    verb->done, bulk.unchanged, bulk.failed,
	    cli->dry_run ? " (dry run)" : "");
	return bulk.code;
}
