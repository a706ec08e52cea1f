/*
 * All rows are in one block of memory, read from its beginning to its end;
 * it is empty again when the last one has been left.  Rows that are not all
 * of them are never handed out as if they were.
 */
#include "config.h"

#include "store/sql/kept.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/sql/errors.h"

#define SQL_NULL SIZE_MAX

int
vp_sql_kept_init(struct vp_sql_kept *kept, unsigned columns)
{
	*kept = (struct vp_sql_kept){ .columns = columns };
	if (columns == 0)
		return 0;
	kept->text = calloc(columns, sizeof *kept->text);
	kept->sizes = calloc(columns, sizeof *kept->sizes);
	return kept->text && kept->sizes ? 0 : -1;
}

void
vp_sql_kept_free(struct vp_sql_kept *kept)
{
	free(kept->data);
	free(kept->text);
	free(kept->sizes);
	*kept = (struct vp_sql_kept){ 0 };
}

void
vp_sql_kept_clear(struct vp_sql_kept *kept)
{
	free(kept->data);
	kept->data = NULL;
	kept->size = kept->allocated = kept->next = 0;
	kept->failed = 0;
}

static int
put(struct vp_sql_kept *kept, const void *data, size_t size,
    struct vp_sql_error *error)
{
	size_t needed = kept->size + size;

	if (needed > VP_SQL_KEPT_MAX)
		return vp_sql_fail(error, VP_SQL_OTHER,
		    "another statement runs while more than %d bytes of rows "
		    "are still to be read",
		    VP_SQL_KEPT_MAX);
	if (needed > kept->allocated) {
		size_t bigger = needed < 4096 ? 4096 : needed * 2;
		char *data_now = realloc(kept->data, bigger);

		if (!data_now)
			return vp_sql_fail(error, VP_SQL_OTHER, "no memory");
		kept->data = data_now;
		kept->allocated = bigger;
	}
	memcpy(kept->data + kept->size, data, size);
	kept->size += size;
	return 0;
}

int
vp_sql_kept_add(struct vp_sql_kept *kept, struct vp_sql_stmt *stmt,
    vp_sql_column *column, struct vp_sql_error *error)
{
	for (unsigned i = 0; i < kept->columns; i++) {
		size_t size = 0;
		const char *text = column(stmt, i, &size);

		if (!text)
			size = SQL_NULL;
		if (put(kept, &size, sizeof size, error) < 0)
			return -1;
		if (text && (put(kept, text, size, error) < 0 ||
				put(kept, "", 1, error) < 0))
			return -1;
	}
	return 0;
}

void
vp_sql_kept_spoil(struct vp_sql_kept *kept, const struct vp_sql_error *error)
{
	vp_sql_kept_clear(kept);
	kept->failed = error->class;
}

int
vp_sql_kept_step(struct vp_sql_kept *kept, struct vp_sql_error *error)
{
	if (kept->failed)
		return vp_sql_fail(error, (enum vp_sql_class)kept->failed,
		    "the other rows were lost when another statement ran");
	if (kept->next >= kept->size) {
		vp_sql_kept_clear(kept);
		return 0;
	}
	for (unsigned i = 0; i < kept->columns; i++) {
		size_t size;

		memcpy(&size, kept->data + kept->next, sizeof size);
		kept->next += sizeof size;
		kept->sizes[i] = size == SQL_NULL ? 0 : size;
		kept->text[i] =
		    size == SQL_NULL ? NULL : kept->data + kept->next;
		if (size != SQL_NULL)
			kept->next += size + 1;
	}
	return 1;
}
