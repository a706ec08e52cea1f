/*
 * Texts of statements grow as they are put together, and a failure on the way
 * (no memory, an identifier too long for the server) is found when they are
 * carried out.
 */
#include "config.h"

#include "store/sql/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/sql/errors.h"

/* ---- statements ---------------------------------------------------------- */

void
vp_sql_query_init(
    struct vp_sql_query *query, const struct vp_sql_dialect *dialect)
{
	query->dialect = dialect;
	query->text = NULL;
	query->size = query->cap = 0;
	query->values = NULL;
	query->count = query->room = 0;
	query->failed = 0;
}

void
vp_sql_query_free(struct vp_sql_query *query)
{
	free(query->text);
	free(query->values);
	query->text = NULL;
	query->values = NULL;
}

static void
append(struct vp_sql_query *query, const char *text, size_t size)
{
	if (query->failed)
		return;
	if (query->cap - query->size <= size) {
		size_t cap = (query->cap + size + 1) * 2;
		char *larger = realloc(query->text, cap);

		if (!larger) {
			query->failed = ENOMEM;
			return;
		}
		query->text = larger;
		query->cap = cap;
	}
	memcpy(query->text + query->size, text, size);
	query->size += size;
	query->text[query->size] = '\0';
}

static void
put_name(struct vp_sql_query *query, const char *name, size_t size)
{
	const struct vp_sql_dialect *dialect = query->dialect;

	if (size > dialect->max_name) {
		query->failed = ENAMETOOLONG;
		return;
	}
	if (dialect->quote_open)
		append(query, &dialect->quote_open, 1);
	for (const char *end = name + size; name < end; name++) {
		append(query, name, 1);
		if (dialect->quote_open && *name == dialect->quote_close)
			append(query, name, 1);
	}
	if (dialect->quote_open)
		append(query, &dialect->quote_close, 1);
}

void
vp_sql_put_name(struct vp_sql_query *query, const char *identifier)
{
	put_name(query, identifier, strlen(identifier));
}

void
vp_sql_put_raw(struct vp_sql_query *query, const char *text)
{
	append(query, text, strlen(text));
}

void
vp_sql_put(struct vp_sql_query *query, const char *literal)
{
	while (*literal) {
		size_t size = strcspn(literal, "[");

		append(query, literal, size);
		literal += size;
		if (*literal == '\0')
			break;
		literal++;
		size = strcspn(literal, "]");
		put_name(query, literal, size);
		literal += size + (literal[size] == ']');
	}
}

void
vp_sql_put_number(
    struct vp_sql_query *query, const char *format, unsigned number)
{
	const char *place = strstr(format, "%u");
	char digits[16];

	if (!place) {
		vp_sql_put_raw(query, format);
		return;
	}
	append(query, format, (size_t)(place - format));
	snprintf(digits, sizeof digits, "%u", number);
	vp_sql_put_raw(query, digits);
	vp_sql_put_raw(query, place + 2);
}

static void
put_value(struct vp_sql_query *query, struct vp_sql_value value)
{
	if (query->count == query->room) {
		unsigned room = query->room ? query->room * 2 : 16;
		struct vp_sql_value *larger =
		    reallocarray(query->values, room, sizeof value);

		if (!larger) {
			query->failed = ENOMEM;
			return;
		}
		query->values = larger;
		query->room = room;
	}
	query->values[query->count++] = value;
	append(query, "?", 1);
}

void
vp_sql_put_text(struct vp_sql_query *query, const char *value)
{
	put_value(query, (struct vp_sql_value){ .text = value });
}

void
vp_sql_put_int(struct vp_sql_query *query, int64_t value)
{
	put_value(
	    query, (struct vp_sql_value){ .number = value, .is_number = 1 });
}

/* ---- rows ---------------------------------------------------------------- */

void
vp_sql_rows_clear(struct vp_sql_rows *rows, unsigned columns)
{
	/* There may have been passwords. */
	if (rows->data)
		explicit_bzero(rows->data, rows->size);
	rows->size = 0;
	rows->count = 0;
	rows->columns = columns;
}

void
vp_sql_rows_free(struct vp_sql_rows *rows)
{
	vp_sql_rows_clear(rows, 0);
	free(rows->data);
	free(rows->cells);
	*rows = (struct vp_sql_rows){ 0 };
}

static int
no_memory(struct vp_sql_error *error)
{
	return vp_sql_fail(error, VP_SQL_OTHER, "out of memory");
}

static int
make_room(struct vp_sql_rows *rows, size_t size)
{
	if (rows->cap - rows->size > size)
		return 0;
	size_t cap = (rows->size + size + 1) * 2;
	char *larger = malloc(cap);
	if (!larger)
		return -1;
	if (rows->data) {
		memcpy(larger, rows->data, rows->size);
		explicit_bzero(rows->data, rows->size);
		free(rows->data);
	}
	rows->data = larger;
	rows->cap = cap;
	return 0;
}

static int
make_cells(struct vp_sql_rows *rows)
{
	size_t needed = (rows->count + 1) * rows->columns;

	if (needed <= rows->cell_cap)
		return 0;
	size_t *larger =
	    reallocarray(rows->cells, needed * 2, sizeof *rows->cells);
	if (!larger)
		return -1;
	rows->cells = larger;
	rows->cell_cap = needed * 2;
	return 0;
}

int
vp_sql_rows_add(struct vp_sql_rows *rows, const struct vp_sql_driver *driver,
    struct vp_sql_stmt *stmt, struct vp_sql_error *error)
{
	if (make_cells(rows) != 0)
		return no_memory(error);
	for (unsigned i = 0; i < rows->columns; i++) {
		size_t size = 0;
		const char *text = driver->column_text(stmt, i, &size);
		size_t *cell = &rows->cells[rows->count * rows->columns + i];

		if (!text) {
			*cell = SIZE_MAX;
			continue;
		}
		if (make_room(rows, size) != 0)
			return no_memory(error);
		*cell = rows->size;
		for (size_t at = 0; at < size; at++)
			rows->data[rows->size++] = text[at] ? text[at] : '\1';
		rows->data[rows->size++] = '\0';
	}
	rows->count++;
	return 0;
}

const char *
vp_sql_cell(const struct vp_sql_rows *rows, size_t row, unsigned column)
{
	size_t at = rows->cells[row * rows->columns + column];

	return at == SIZE_MAX ? NULL : rows->data + at;
}
