/*
 * Records in memory.  Every row owns its texts, so that a copy of all of them
 * is what a transaction goes back to.
 */
#include "config.h"

#include "store/mem_rows.h"

#include <stdlib.h>
#include <string.h>

static void
row_clear(struct mem_row *row)
{
	for (int i = 0; i < MEM_TEXTS; i++)
		free(row->text[i]);
}

/* NULL texts stay NULL. */
static int
row_copy(const struct mem_row *row, struct mem_row *ret)
{
	*ret = *row;
	memset(ret->text, 0, sizeof ret->text);
	for (int i = 0; i < MEM_TEXTS; i++) {
		if (row->text[i] && !(ret->text[i] = strdup(row->text[i]))) {
			row_clear(ret);
			return -1;
		}
	}
	return 0;
}

void
vp_mem_rows_free(struct mem_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		row_clear(&rows->list[i]);
	free(rows->list);
	*rows = (struct mem_rows){ .list = NULL };
}

int
vp_mem_rows_copy(const struct mem_rows *rows, struct mem_rows *ret)
{
	struct mem_rows copy = { .list = calloc(
				     rows->count + 1, sizeof *copy.list) };

	while (copy.list && copy.count < rows->count) {
		if (row_copy(&rows->list[copy.count], &copy.list[copy.count]) !=
		    0) {
			vp_mem_rows_free(&copy);
			return -1;
		}
		copy.count++;
	}
	*ret = copy;
	return copy.list ? 0 : -1;
}

static int
compare(const struct mem_row *a, const struct mem_row *b)
{
	int order = (a->kind > b->kind) - (a->kind < b->kind);

	if (order == 0 &&
	    (a->kind == VPOP_KEEP_ALIASES || a->kind == VPOP_KEEP_LASTAUTH))
		order = strcmp(a->text[MEM_DOMAIN], b->text[MEM_DOMAIN]);
	if (order == 0 && a->kind != VPOP_KEEP_AUTHLOG)
		order = strcmp(a->text[MEM_NAME], b->text[MEM_NAME]);
	return order;
}

int
vp_mem_rows_insert(struct mem_rows *rows, const struct mem_row *row)
{
	struct mem_row *list =
	    reallocarray(rows->list, rows->count + 1, sizeof *list);
	struct mem_row copy;
	size_t at = 0;

	if (!list)
		return -1;
	rows->list = list;
	if (row_copy(row, &copy) != 0)
		return -1;
	while (at < rows->count && compare(&list[at], row) <= 0)
		at++;
	memmove(&list[at + 1], &list[at], (rows->count - at) * sizeof *list);
	list[at] = copy;
	rows->count++;
	return 0;
}

static int
matches(const struct mem_row *row, enum vpop_store_keep kind,
    const char *domain, const char *name, const char *value)
{
	return row->kind == kind &&
	       (!domain || strcmp(row->text[MEM_DOMAIN], domain) == 0) &&
	       (!name || strcmp(row->text[MEM_NAME], name) == 0) &&
	       (!value || strcmp(row->text[MEM_VALUE], value) == 0);
}

struct mem_row *
vp_mem_rows_find(const struct mem_rows *rows, enum vpop_store_keep kind,
    const char *domain, const char *name, const char *value)
{
	for (size_t i = 0; i < rows->count; i++)
		if (matches(&rows->list[i], kind, domain, name, value))
			return &rows->list[i];
	return NULL;
}

size_t
vp_mem_rows_remove(struct mem_rows *rows, enum vpop_store_keep kind,
    const char *domain, const char *name, const char *value)
{
	size_t kept = 0, before = rows->count;

	for (size_t i = 0; i < before; i++) {
		if (matches(&rows->list[i], kind, domain, name, value))
			row_clear(&rows->list[i]);
		else
			rows->list[kept++] = rows->list[i];
	}
	rows->count = kept;
	return before - kept;
}

size_t
vp_mem_rows_expire(
    struct mem_rows *rows, enum vpop_store_keep kind, int64_t time)
{
	size_t kept = 0, before = rows->count;

	for (size_t i = 0; i < before; i++) {
		if (rows->list[i].kind == kind && rows->list[i].time <= time)
			row_clear(&rows->list[i]);
		else
			rows->list[kept++] = rows->list[i];
	}
	rows->count = kept;
	return before - kept;
}
