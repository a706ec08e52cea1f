/*
 * Values on their way into statements and out of rows.  Nothing is cut in
 * either direction.
 */
#include "config.h"

#include "store/sql/store_int.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

void
vp_sql_put_column(struct vp_sql_query *query, const struct vp_sql_shape *shape,
    unsigned column)
{
	vp_sql_put_name(query, shape->columns[column].name);
}

void
vp_sql_put_bytes(struct vp_sql_query *query, const struct vp_sql_shape *shape,
    unsigned column)
{
	const int wrap = !shape->columns[column].is_ordered;

	if (wrap)
		vp_sql_put_raw(query, query->dialect->bytes_open);
	vp_sql_put_column(query, shape, column);
	if (wrap)
		vp_sql_put_raw(query, query->dialect->bytes_close);
}

/* The plain comparison is what an index is used for. */
void
vp_sql_put_equal(struct vp_sql_query *query, const struct vp_sql_shape *shape,
    unsigned column, const char *value)
{
	vp_sql_put_column(query, shape, column);
	vp_sql_put_raw(query, " = ");
	vp_sql_put_text(query, value);
	if (shape->columns[column].is_ordered || !*query->dialect->exact)
		return;
	vp_sql_put_raw(query, " AND ");
	vp_sql_put_column(query, shape, column);
	vp_sql_put_raw(query, " = ");
	vp_sql_put_text(query, value);
	vp_sql_put_raw(query, query->dialect->exact);
}

void
vp_sql_put_value(struct vp_sql_query *query, const struct vp_sql_shape *shape,
    unsigned column, int64_t value, struct vp_sql_digits *digits)
{
	if (!shape->columns[column].is_text) {
		vp_sql_put_int(query, value);
		return;
	}
	(void)vp_format(digits->text, sizeof digits->text, "%" PRId64, value);
	vp_sql_put_text(query, digits->text);
}

int
vp_sql_fits(
    const struct vp_sql_shape *shape, unsigned column, const char *value)
{
	unsigned width = shape->columns[column].width;

	return width == 0 || vp_sql_characters(value) <= width;
}

int
vp_sql_fits_number(
    const struct vp_sql_shape *shape, unsigned column, int64_t value)
{
	const struct vp_sql_found_column *found = &shape->columns[column];
	char digits[24];

	if (!found->is_text)
		return value >= found->least && value <= found->most;
	return vp_format(digits, sizeof digits, "%" PRId64, value) == 0 &&
	       vp_sql_fits(shape, column, digits);
}

int
vp_sql_take_text(const struct vp_sql_rows *rows, size_t row, unsigned cell,
    const struct vp_sql_shape *shape, unsigned column, char *dst, size_t size)
{
	const char *text = vp_sql_cell(rows, row, cell);
	size_t length = text ? strlen(text) : 0;

	if (shape->columns[column].is_padded)
		while (length > 0 && text[length - 1] == ' ')
			length--;
	if (length >= size)
		return -1;
	if (length > 0)
		memcpy(dst, text, length);
	dst[length] = '\0';
	return 0;
}

int
vp_sql_take_number(const struct vp_sql_rows *rows, size_t row, unsigned cell,
    int64_t least, int64_t most, int64_t *ret_number)
{
	const char *text = vp_sql_cell(rows, row, cell);
	char digits[24];
	size_t length;

	*ret_number = 0;
	if (!text)
		return 0;
	/* Padded columns, and decimals such as "5.0" of some servers. */
	length = strcspn(text, ". ");
	if (text[length + strspn(text + length, ".0 ")] != '\0' ||
	    length >= sizeof digits)
		return -1;
	memcpy(digits, text, length);
	digits[length] = '\0';
	if (length == 0)
		return 0;
	return vp_number(digits, least, most, ret_number);
}
