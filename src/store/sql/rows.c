/*
 * Walks over the records of one kind, in pages as those over accounts: each
 * begins behind the key of the last row of the one before.  In a table that
 * has no growing key of the server's two rows may have the same keys: there a
 * page ends with the last row of its keys, and if that are more rows than a
 * page has they are read at once.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "store/sql/kinds.h"

#define PAGE        500
#define SORTED_PAGE 20000
#define MAX_KEYS    3
#define ROW_ID      (VP_SQL_MAX_COLUMNS + 1) /* what the server numbers */

static const struct walk {
	enum vpop_store_keep kind;
	enum vp_sql_table_id id;
	int domain, name; /* columns to choose by; -1: none */
	unsigned keys[MAX_KEYS], key_count;
} walks[] = {
	{ VPOP_KEEP_ALIASES, VP_TABLE_VALIAS, VP_VA_DOMAIN, VP_VA_ALIAS,
	    { VP_VA_DOMAIN, VP_VA_ALIAS, VP_VA_ID }, 3 },
	{ VPOP_KEEP_LIMITS, VP_TABLE_LIMITS, VP_LI_DOMAIN, -1, { VP_LI_DOMAIN },
	    1 },
	{ VPOP_KEEP_LASTAUTH, VP_TABLE_LASTAUTH, VP_LA_DOMAIN, VP_LA_USER,
	    { VP_LA_DOMAIN, VP_LA_USER }, 2 },
	{ VPOP_KEEP_DIRCONTROL, VP_TABLE_DIRCONTROL, VP_DC_DOMAIN, -1,
	    { VP_DC_DOMAIN }, 1 },
	{ VPOP_KEEP_IPMAP, VP_TABLE_IPMAP, VP_IM_DOMAIN, VP_IM_IP, { VP_IM_IP },
	    1 },
	{ VPOP_KEEP_RELAY, VP_TABLE_RELAY, -1, VP_RL_IP, { VP_RL_IP }, 1 },
	{ VPOP_KEEP_AUTHLOG, VP_TABLE_VLOG, VP_VL_DOMAIN, VP_VL_USER,
	    { VP_VL_ID }, 1 },
	{ VPOP_KEEP_ALIASDOMAINS, VP_TABLE_ALIASDOMAINS, VP_AD_DOMAIN,
	    VP_AD_ALIAS, { VP_AD_ALIAS }, 1 },
};

struct vpop_store_rows {
	struct vpop_store *store;
	const struct walk *walk;
	char *domain, *name; /* NULL: all */
	char *from;          /* names before it are left out; NULL: none */
	unsigned keys[MAX_KEYS], key_count;
	char *last[MAX_KEYS]; /* of the last row; NULL: none yet */
	struct vp_sql_rows page;
	struct vp_sql_kind kind;
	struct vp_sql_shape shape;
	size_t next, page_size; /* 0: all at once */
	int is_loose;           /* several rows may have the same keys */
	int is_last;
	struct vpop_limits limits;
	struct vpop_store_dircontrol dircontrol;
	struct vpop_store_authlog authlog;
};

void
vp_sql_rows_close(struct vpop_store_rows *rows)
{
	if (!rows)
		return;
	vp_sql_rows_free(&rows->page);
	for (int i = 0; i < MAX_KEYS; i++)
		free(rows->last[i]);
	free(rows->domain);
	free(rows->name);
	free(rows->from);
	free(rows);
}

int
vp_sql_rows_open(struct vpop_store *store, enum vpop_store_keep kind,
    const struct vpop_domain *domain, const char *name,
    struct vpop_store_rows **ret_rows)
{
	struct vpop_store_rows *rows = calloc(1, sizeof *rows);
	const int has_domain = domain && domain->real[0] != '\0';

	if (!rows)
		return vp_sql_no_memory(store);
	rows->store = store;
	for (size_t i = 0; i < sizeof walks / sizeof *walks; i++)
		if (walks[i].kind == kind)
			rows->walk = &walks[i];
	if (!rows->walk) {
		free(rows);
		return vp_sql_refuse(store, VA_INVALID_ARGUMENT,
		    "there are no records of kind %d", (int)kind);
	}
	rows->domain = has_domain ? strdup(domain->real) : NULL;
	rows->name = name ? strdup(name) : NULL;
	if ((has_domain && !rows->domain) || (name && !rows->name)) {
		vp_sql_rows_close(rows);
		return vp_sql_no_memory(store);
	}
	*ret_rows = rows;
	return 0;
}

int
vp_sql_rows_seek(struct vpop_store_rows *rows, const char *name)
{
	char *from = strdup(name);

	if (!from)
		return vp_sql_no_memory(rows->store);
	free(rows->from);
	rows->from = from;
	return 0;
}

/* ---- a page -------------------------------------------------------------- */

static void
put_key(
    struct vp_sql_query *query, const struct vpop_store_rows *rows, unsigned i)
{
	if (rows->keys[i] == ROW_ID)
		vp_sql_put_raw(query, query->dialect->row_id);
	else if (rows->shape.columns[rows->keys[i]].is_text)
		vp_sql_put_bytes(query, &rows->shape, rows->keys[i]);
	else
		vp_sql_put_column(query, &rows->shape, rows->keys[i]);
}

/* Numbers that we gave: not the server's, two rows may have the same. */
static int
is_ours(const struct vpop_store_rows *rows, unsigned column)
{
	return vp_sql_tables[rows->walk->id].columns[column].type ==
		   VP_SQL_IDENTITY &&
	       !*rows->kind.link->dialect->identity;
}

/* Which keys tell rows apart, and whether the server has them in order. */
static void
choose_keys(struct vpop_store_rows *rows)
{
	const struct walk *walk = rows->walk;
	const char *row_id = rows->kind.link->dialect->row_id;

	rows->key_count = 0;
	rows->page_size = PAGE;
	rows->is_loose = 0;
	for (unsigned i = 0; i < walk->key_count; i++) {
		unsigned column = walk->keys[i];
		const struct vp_sql_found_column *found =
		    &rows->shape.columns[column];

		if (((int)column == walk->domain && rows->domain) ||
		    ((int)column == walk->name && rows->name))
			continue;
		if (!vp_sql_has(&rows->shape, column)) {
			/* Only growing keys are missing from a good table. */
			column = ROW_ID;
			if (!*row_id) {
				rows->is_loose = 1;
				if (walk->id != VP_TABLE_VLOG ||
				    !vp_sql_has(&rows->shape, VP_VL_TIME))
					continue;
				column = VP_VL_TIME;
			}
		} else if (is_ours(rows, column)) {
			rows->is_loose = 1;
		} else if (found->is_text && !found->is_ordered) {
			rows->page_size = SORTED_PAGE;
		}
		rows->keys[rows->key_count++] = column;
	}
	if (rows->key_count == 0)
		rows->page_size = 0;
}

static void
put_last(
    struct vp_sql_query *query, const struct vpop_store_rows *rows, unsigned i)
{
	int64_t number;
	const int is_text = rows->keys[i] != ROW_ID &&
			    rows->shape.columns[rows->keys[i]].is_text;

	if (!is_text &&
	    vp_number(rows->last[i], INT64_MIN, INT64_MAX, &number) == 0)
		vp_sql_put_int(query, number);
	else
		vp_sql_put_text(query, rows->last[i]);
}

/* Behind the last row: a >= 1 AND (a > 1 OR (b >= 2 AND (b > 2 OR ...))).
 * The condition that is not inside an OR lets an index be used. */
static void
put_behind(struct vp_sql_query *query, const struct vpop_store_rows *rows)
{
	unsigned last = rows->key_count - 1;

	for (unsigned i = 0; i <= last; i++) {
		if (i < last) {
			put_key(query, rows, i);
			vp_sql_put_raw(query, " >= ");
			put_last(query, rows, i);
			vp_sql_put_raw(query, " AND (");
		}
		put_key(query, rows, i);
		vp_sql_put_raw(query, " > ");
		put_last(query, rows, i);
		if (i < last)
			vp_sql_put_raw(query, " OR (");
	}
	for (unsigned i = 0; i < last; i++)
		vp_sql_put_raw(query, "))");
}

static void
put_same(struct vp_sql_query *query, const struct vpop_store_rows *rows)
{
	for (unsigned i = 0; i < rows->key_count; i++) {
		vp_sql_put_raw(query, i ? " AND " : "");
		put_key(query, rows, i);
		vp_sql_put_raw(query, " = ");
		put_last(query, rows, i);
	}
}

/* same: not the next page, but all rows with the last keys. */
static void
put_page(
    struct vp_sql_query *query, const struct vpop_store_rows *rows, int same)
{
	const struct walk *walk = rows->walk;
	const struct vp_sql_table *table = &vp_sql_tables[walk->id];
	struct vp_sql_field chosen[2];
	unsigned count = 0;

	if (rows->domain)
		chosen[count++] = (struct vp_sql_field)VP_SQL_TEXT(
		    (unsigned)walk->domain, rows->domain);
	if (rows->name)
		chosen[count++] = (struct vp_sql_field)VP_SQL_TEXT(
		    (unsigned)walk->name, rows->name);
	vp_sql_put_raw(query, "SELECT ");
	vp_sql_put_columns(query, table, &rows->shape);
	if (rows->key_count > 0 && rows->keys[rows->key_count - 1] == ROW_ID) {
		vp_sql_put_raw(query, ", ");
		vp_sql_put_raw(query, query->dialect->row_id);
	}
	vp_sql_put_raw(query, " FROM ");
	vp_sql_put_name(query, table->name);
	vp_sql_put_keys(query, &rows->shape, chosen, count);
	if (rows->last[0] && rows->key_count > 0) {
		vp_sql_put_raw(query, count ? " AND " : " WHERE ");
		if (same)
			put_same(query, rows);
		else
			put_behind(query, rows);
	} else if (rows->from && rows->walk->name >= 0) {
		vp_sql_put_raw(query, count ? " AND " : " WHERE ");
		vp_sql_put_bytes(
		    query, &rows->shape, (unsigned)rows->walk->name);
		vp_sql_put_raw(query, " >= ");
		vp_sql_put_text(query, rows->from);
	}
	for (unsigned i = 0; i < rows->key_count; i++) {
		vp_sql_put_raw(query, i ? ", " : " ORDER BY ");
		put_key(query, rows, i);
	}
	if (rows->page_size > 0 && !same)
		vp_sql_put_number(
		    query, query->dialect->limit, (unsigned)rows->page_size);
}

static unsigned
key_cell(const struct vpop_store_rows *rows, unsigned i)
{
	return rows->keys[i] == ROW_ID
		   ? rows->page.columns - 1
		   : vp_sql_place(&rows->shape, rows->keys[i]);
}

static int
keep_last(struct vpop_store_rows *rows)
{
	size_t row = rows->page.count - 1;

	for (unsigned i = 0; i < rows->key_count; i++) {
		const char *text =
		    vp_sql_cell(&rows->page, row, key_cell(rows, i));

		free(rows->last[i]);
		rows->last[i] = strdup(text ? text : "");
		if (!rows->last[i])
			return vp_sql_no_memory(rows->store);
	}
	return 0;
}

static int
select_page(struct vpop_store_rows *rows, int same)
{
	const struct vp_sql_table *table = &vp_sql_tables[rows->walk->id];
	AUTO_QUERY struct vp_sql_query query = { 0 };
	struct vp_sql_error error;
	unsigned columns = vp_sql_columns(table, &rows->shape);

	vp_sql_query_init(&query, rows->store->source->dialect);
	put_page(&query, rows, same);
	if (rows->key_count > 0 && rows->keys[rows->key_count - 1] == ROW_ID)
		columns++;
	if (vp_sql_link_select(rows->kind.link, &query, columns,
		same ? 0 : rows->page_size, &rows->page, &error) == 0)
		return 0;
	return vp_sql_report(rows->store, &error, "read '%s'", table->name);
}

static int
has_keys_of(const struct vpop_store_rows *rows, size_t a, size_t b)
{
	for (unsigned i = 0; i < rows->key_count; i++) {
		const unsigned cell = key_cell(rows, i);
		const char *one = vp_sql_cell(&rows->page, a, cell);
		const char *two = vp_sql_cell(&rows->page, b, cell);

		if (strcmp(one ? one : "", two ? two : "") != 0)
			return 0;
	}
	return 1;
}

/* The rows with the last keys may go on behind the page: they are left to the
 * next one, or, if there are no others, all read. */
static int
end_with_keys(struct vpop_store_rows *rows)
{
	size_t last = rows->page.count - 1, first = last;

	while (first > 0 && has_keys_of(rows, first - 1, last))
		first--;
	if (first > 0) {
		rows->page.count = first;
		return keep_last(rows);
	}
	int code = keep_last(rows);
	return code == 0 ? select_page(rows, 1) : code;
}

static int
read_page(struct vpop_store_rows *rows)
{
	const struct walk *walk = rows->walk;
	const struct vp_sql_table *table = &vp_sql_tables[walk->id];
	int rc = vp_sql_kind_read(rows->store, walk->id,
	    rows->domain ? rows->domain : table->name, &rows->kind);

	rows->next = 0;
	rows->is_last = 1;
	vp_sql_rows_clear(&rows->page, 0);
	if (rc <= 0 || (rows->domain && walk->domain < 0) ||
	    (rows->name && walk->name < 0))
		return rc < 0 ? rc : 0;
	/* What the next connection sees must not change this page. */
	rows->shape = *rows->kind.shape;
	rows->kind.shape = &rows->shape;
	choose_keys(rows);
	rc = select_page(rows, 0);
	if (rc != 0)
		return rc;
	rows->is_last =
	    rows->page_size == 0 || rows->page.count < rows->page_size;
	if (rows->is_loose && !rows->is_last)
		return end_with_keys(rows);
	return rows->page.count > 0 ? keep_last(rows) : 0;
}

/* ---- a row --------------------------------------------------------------- */

/* A text of the page, without what its column is padded with. */
static const char *
text_of(struct vpop_store_rows *rows, unsigned column)
{
	unsigned place = vp_sql_place(&rows->shape, column);

	if (!vp_sql_has(&rows->shape, column))
		return "";
	size_t at = rows->page.cells[rows->next * rows->page.columns + place];
	if (at == SIZE_MAX)
		return "";
	char *text = rows->page.data + at;
	size_t length = strlen(text);
	if (rows->shape.columns[column].is_padded)
		while (length > 0 && text[length - 1] == ' ')
			text[--length] = '\0';
	return text;
}

static int
take_authlog(struct vpop_store_rows *rows, struct vpop_store_row *row)
{
	struct vpop_store_authlog *entry = &rows->authlog;
	int64_t value;
	int code = vp_sql_row_number(&rows->kind, &rows->page, rows->next,
	    VP_VL_TIME, INT64_MIN, INT64_MAX, &entry->time);

	if (code == 0)
		code = vp_sql_row_number(&rows->kind, &rows->page, rows->next,
		    VP_VL_ERROR, INT32_MIN, INT32_MAX, &value);
	if (code != 0)
		return code;
	entry->error = (int)value;
	entry->user = text_of(rows, VP_VL_USER);
	entry->passwd = text_of(rows, VP_VL_PASSWD);
	entry->domain = text_of(rows, VP_VL_DOMAIN);
	entry->logon = text_of(rows, VP_VL_LOGON);
	entry->remoteip = text_of(rows, VP_VL_IP);
	entry->message = text_of(rows, VP_VL_MESSAGE);
	row->name = entry->user;
	row->time = entry->time;
	row->authlog = entry;
	return 0;
}

static int
take_time(
    struct vpop_store_rows *rows, unsigned column, struct vpop_store_row *row)
{
	return vp_sql_row_number(&rows->kind, &rows->page, rows->next, column,
	    INT64_MIN, INT64_MAX, &row->time);
}

static int
take_row(struct vpop_store_rows *rows, struct vpop_store_row *row)
{
	int code = 0;

	switch (rows->walk->kind) {
	case VPOP_KEEP_ALIASES:
		row->name = text_of(rows, VP_VA_ALIAS);
		row->value = text_of(rows, VP_VA_LINE);
		break;
	case VPOP_KEEP_LIMITS:
		row->name = text_of(rows, VP_LI_DOMAIN);
		row->limits = &rows->limits;
		code = vp_sql_take_limits(
		    &rows->kind, &rows->page, rows->next, &rows->limits);
		break;
	case VPOP_KEEP_LASTAUTH:
		row->name = text_of(rows, VP_LA_USER);
		row->value = text_of(rows, VP_LA_IP);
		code = take_time(rows, VP_LA_TIME, row);
		break;
	case VPOP_KEEP_DIRCONTROL:
		row->name = text_of(rows, VP_DC_DOMAIN);
		row->dircontrol = &rows->dircontrol;
		code = vp_sql_take_dircontrol(
		    &rows->kind, &rows->page, rows->next, &rows->dircontrol);
		break;
	case VPOP_KEEP_IPMAP:
		row->name = text_of(rows, VP_IM_IP);
		row->value = text_of(rows, VP_IM_DOMAIN);
		break;
	case VPOP_KEEP_RELAY:
		row->name = text_of(rows, VP_RL_IP);
		code = take_time(rows, VP_RL_TIME, row);
		break;
	case VPOP_KEEP_AUTHLOG:
		code = take_authlog(rows, row);
		break;
	case VPOP_KEEP_ALIASDOMAINS:
		row->name = text_of(rows, VP_AD_ALIAS);
		row->value = text_of(rows, VP_AD_DOMAIN);
		break;
	case VPOP_KEEP_BY_NAME: /* has no records */
		break;
	}
	return code;
}

int
vp_sql_rows_next(struct vpop_store_rows *rows, struct vpop_store_row *ret_row)
{
	struct vpop_store_row row = { .name = "", .value = "" };
	int code = 0;

	while (rows->next == rows->page.count) {
		code = rows->is_last ? 0 : read_page(rows);
		if (code != 0 || rows->is_last)
			break;
	}
	if (code != 0 || rows->next == rows->page.count)
		return code;
	code = take_row(rows, &row);
	rows->next++;
	if (code != 0)
		return code;
	*ret_row = row;
	return 1;
}
