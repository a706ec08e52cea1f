/*
 * The tables: what they are made like, and what was found on the server.
 *
 * Tables of older releases are used as they are.  The catalogue of the server
 * says once for each connection which columns there are and what fits them;
 * statements name the columns that were found, and a value that does not fit
 * is refused before it is sent.
 */
#ifndef STORE_SQL_SCHEMA_H
#define STORE_SQL_SCHEMA_H

#include "store/sql/link.h"

enum { VP_SQL_VERSION = 1 }; /* of the tables made here */

enum vp_sql_table_id {
	VP_TABLE_USERS,
	VP_TABLE_DIRCONTROL,
	VP_TABLE_LASTAUTH,
	VP_TABLE_RELAY,
	VP_TABLE_IPMAP,
	VP_TABLE_VALIAS,
	VP_TABLE_VLOG,
	VP_TABLE_LIMITS,
	VP_TABLE_ALIASDOMAINS,
	VP_TABLE_VERSION,
	VP_TABLES
};

/* Columns by their place in the table. */
enum {
	VP_PW_NAME,
	VP_PW_DOMAIN,
	VP_PW_PASSWD,
	VP_PW_UID,
	VP_PW_GID,
	VP_PW_GECOS,
	VP_PW_DIR,
	VP_PW_SHELL,
	VP_PW_CLEAR,
	VP_PW_COLUMNS
};
enum { VP_DC_DOMAIN, VP_DC_USERS, VP_DC_LEVEL, VP_DC_DIR = 16 };
enum { VP_LA_USER, VP_LA_DOMAIN, VP_LA_IP, VP_LA_TIME };
enum { VP_RL_IP, VP_RL_TIME };
enum { VP_IM_IP, VP_IM_DOMAIN };
enum {
	VP_VA_ID,
	VP_VA_ALIAS,
	VP_VA_DOMAIN,
	VP_VA_LINE,
	VP_VA_TYPE,
	VP_VA_COPY
};
enum {
	VP_VL_ID,
	VP_VL_USER,
	VP_VL_PASSWD,
	VP_VL_DOMAIN,
	VP_VL_LOGON,
	VP_VL_IP,
	VP_VL_MESSAGE,
	VP_VL_TIME,
	VP_VL_ERROR
};
enum { VP_LI_DOMAIN, VP_LI_FIRST };
enum { VP_AD_ALIAS, VP_AD_DOMAIN };
enum { VP_VE_VERSION };

enum vp_sql_type {
	VP_SQL_NAME, /* text of some width that is compared by bytes */
	VP_SQL_LINE, /* text of any size */
	VP_SQL_SMALL,
	VP_SQL_INT,
	VP_SQL_BIG,
	VP_SQL_IDENTITY
};

enum { VP_SQL_MAX_COLUMNS = 32, VP_SQL_NAME_SIZE = 64 };

struct vp_sql_column {
	const char *name;
	enum vp_sql_type type;
	unsigned width;
	const char *rest;           /* "NOT NULL" ... */
	const char *other_names[3]; /* that it has elsewhere */
};

struct vp_sql_table {
	const char *name;
	const struct vp_sql_column *columns;
	unsigned count;
	const char *key; /* columns, separated by blanks; NULL: none */
	struct {
		const char *name, *columns;
	} indexes[6];
};

extern const struct vp_sql_table vp_sql_tables[VP_TABLES];

/* What a column is called when the table is made here. */
const char *vp_sql_column_name(const struct vp_sql_dialect *dialect,
    enum vp_sql_table_id table, unsigned column);

/* Its type, what is behind it, and both behind its name. */
void vp_sql_put_type(
    struct vp_sql_query *query, const struct vp_sql_column *column);
void vp_sql_put_rest(
    struct vp_sql_query *query, const struct vp_sql_column *column);
void vp_sql_put_definition(
    struct vp_sql_query *query, enum vp_sql_table_id table, unsigned column);
/* CREATE TABLE; name: of the table, as the users' one differs. */
void vp_sql_put_create(
    struct vp_sql_query *query, enum vp_sql_table_id table, const char *name);
/* The same for an index, 0 .. until it returns 0. */
int vp_sql_put_index(
    struct vp_sql_query *query, enum vp_sql_table_id table, unsigned number);

/* ---- what is on the server (probe.c) ------------------------------------- */

struct vp_sql_found_column {
	char name[VP_SQL_NAME_SIZE]; /* "": not there */
	int is_text;
	int is_padded;       /* CHAR: blanks at the end are not the value's */
	int is_ordered;      /* by bytes */
	unsigned width;      /* characters; 0: of any size */
	int64_t least, most; /* of a number */
};

struct vp_sql_shape {
	int is_there;
	struct vp_sql_found_column columns[VP_SQL_MAX_COLUMNS];
};

/* Look at tables: names[i] is of the kind ids[i]. */
int vp_sql_probe(struct vp_sql_link *link, const char *const *names,
    const enum vp_sql_table_id *ids, unsigned count,
    struct vp_sql_shape *ret_shapes, struct vp_sql_error *error);

/* How many characters a text has for the server. */
size_t vp_sql_characters(const char *text);

#endif
