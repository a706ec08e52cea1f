/*
 * A database client behind one small face: connect, prepare, bind, step.
 * A driver knows nothing of mail.  It keeps no state outside the connection,
 * never prints, and never puts a value into the text of a statement.
 *
 * Functions return 0 (or what they say), or -1 with *error filled.
 *
 * Any number of statements may be prepared on a connection, and another one
 * may run, or _run be called, while rows of the first are being read.  Where
 * the client can read only one result at a time the driver first takes what
 * is left of the first one's rows into memory, at most VP_SQL_KEPT_MAX bytes
 * of them; with more, both statements fail.  So whoever changes things while
 * he reads a long list reads it in pages, or over a connection of its own.
 *
 * After VP_SQL_LOST, and VP_SQL_TIMEOUT where the connection did not survive
 * it, _is_alive says 0 and all that is left to do is _finish and _close.
 * Statements are finished before their connection is closed.
 */
#ifndef STORE_SQL_DRIVER_H
#define STORE_SQL_DRIVER_H

#include <stddef.h>
#include <stdint.h>

enum {
	VP_SQL_VALUE_MAX = 1 << 20, /* bytes of one value that is read */
	VP_SQL_KEPT_MAX = 16 << 20
};

enum vp_sql_class {
	VP_SQL_LOST = 1,  /* no connection (TLS that cannot be had, too many
			     of them, a server that starts or stops), or
			     broken off: connect again */
	VP_SQL_TIMEOUT,   /* no answer in time */
	VP_SQL_RETRY,     /* deadlock, serialisation, busy: transaction again */
	VP_SQL_DUPLICATE, /* a unique key exists already */
	VP_SQL_NO_TABLE,  /* table or column, or the database, is missing */
	VP_SQL_TOO_LONG,  /* a value does not fit its column */
	VP_SQL_DENIED,    /* wrong password, or a right is missing */
	VP_SQL_READONLY,
	VP_SQL_FULL, /* disk or quota of the server */
	VP_SQL_OTHER
};

struct vp_sql_error {
	enum vp_sql_class class;
	char text[512]; /* of the client library, printable, no secret */
};

/* Where and as whom to connect.  "" is the library's default. */
struct vp_sql_login {
	char host[256];
	char socket[256]; /* path of a Unix socket, else "" */
	unsigned port;    /* 0: default */
	char user[128];
	char password[512];
	char database[256]; /* SQLite: path; ODBC: unused */
	char source[1024];  /* ODBC: data source name or connection string */
	int tls;            /* enum vp_sql_tls */
	char tls_ca[1024], tls_cert[1024], tls_key[1024];
	unsigned connect_ms, query_ms;
	int read_only;
};

/* Over Unix sockets there is none, whatever is asked for.  The authority's
 * certificate matters to VP_SQL_TLS_VERIFY only.  ODBC: not used, TLS is part
 * of the source. */
enum vp_sql_tls {
	VP_SQL_TLS_OFF,
	VP_SQL_TLS_TRY,
	VP_SQL_TLS_REQUIRE, /* encrypted */
	VP_SQL_TLS_VERIFY   /* and the server's name is in its certificate */
};

/* What differs in the language.  Statements are written with ? for values;
 * a driver whose client wants $1 ... rewrites them. */
struct vp_sql_dialect {
	const char *name; /* "mysql" "pgsql" "sqlite" "oracle" "sybase" */
	char quote_open, quote_close; /* of identifiers; 0: none */
	unsigned max_name;            /* bytes of an identifier */
	/* columns that are not called the same everywhere */
	const char *lastauth_user, *lastauth_domain, *vlog_user;

	const char *for_update; /* suffix of SELECT, or "" */
	const char *limit;      /* the same, with a %u: the first rows only;
				   "": nothing of the kind */
	const char *if_absent;  /* suffix of INSERT: a row that is there stays
				   as it is and none is changed; "": then it is
				   VP_SQL_DUPLICATE */
	const char
	    *row_id; /* a column that grows, where none was made, or "" */
	/* Around a column: compared by bytes, whatever its collation. */
	const char *bytes_open, *bytes_close;
	const char *exact; /* behind a value: the same, or "" */
	int is_row_wise;   /* INSERT has VALUES of one row only */
	int aborts;        /* a failed statement spoils its transaction */
	int is_kind_plain; /* pw_uid is 1 or 2, not 0 or 1 */
	int ddl_commits;   /* CREATE and ALTER end the transaction */

	/* types of columns */
	const char *name_type; /* text, compared by bytes, with a %u */
	const char *text_type; /* lines of any size */
	const char *small_type, *int_type, *big_type; /* 16, 32, 64 bits */
	/* A growing key with PRIMARY KEY; "": none, the lines of an alias are
	 * numbered by us. */
	const char *identity;
	const char *if_not_exists, *table_options; /* of CREATE TABLE */
	/* The database to connect to for CREATE DATABASE, "": none; NULL:
	 * databases are not made.  Words behind the name. */
	const char *home_database, *database_options;
	/* A SELECT of table, column, type, width of text (or NULL), and 1 if
	 * it is in byte order; up to the "(" before the tables' names.  "":
	 * none, columns are found by trying them. */
	const char *catalogue;
};

extern const struct vp_sql_dialect vp_sql_dialect_mysql, vp_sql_dialect_pgsql,
    vp_sql_dialect_sqlite, vp_sql_dialect_oracle, vp_sql_dialect_sybase;

struct vp_sql_conn; /* of a driver */
struct vp_sql_stmt;

struct vp_sql_driver {
	const char *name;
	int (*connect)(const struct vp_sql_login *login,
	    const struct vp_sql_dialect *dialect, struct vp_sql_conn **ret_conn,
	    struct vp_sql_error *error);
	void (*close)(struct vp_sql_conn *conn);
	/* 1 alive, 0 lost; cheap, without a round trip where possible */
	int (*is_alive)(struct vp_sql_conn *conn);

	/* Statements without values or rows: CREATE TABLE ...  Transactions
	 * are begun and ended by exactly "BEGIN", "COMMIT" and "ROLLBACK";
	 * otherwise each statement is a transaction of its own. */
	int (*run)(struct vp_sql_conn *conn, const char *text,
	    struct vp_sql_error *error);

	int (*prepare)(struct vp_sql_conn *conn, const char *text,
	    struct vp_sql_stmt **ret_stmt, struct vp_sql_error *error);
	void (*finish)(struct vp_sql_stmt *stmt);
	/* Index from 0.  The text is copied or stays valid until _reset: the
	 * caller keeps it until then.  NULL text is SQL NULL. */
	int (*bind_text)(struct vp_sql_stmt *stmt, unsigned index,
	    const char *text, size_t size, struct vp_sql_error *error);
	int (*bind_int)(struct vp_sql_stmt *stmt, unsigned index, int64_t value,
	    struct vp_sql_error *error);
	/* 1: a row; 0: done.  Rows are streamed, not collected. */
	int (*step)(struct vp_sql_stmt *stmt, struct vp_sql_error *error);
	/* Of the current row, valid until the statement's next step, whatever
	 * other statements do meanwhile.  NULL for SQL NULL.
	 * Never cut: a value over 1 MiB is an error of step. */
	const char *(*column_text)(
	    struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size);
	/* Rows that the statement that is done inserted, deleted, or found
	 * for an update, even where that left a row as it was. */
	int64_t (*changes)(struct vp_sql_stmt *stmt);
	/* Ready to be bound and run again; rest of the rows is dropped. */
	void (*reset)(struct vp_sql_stmt *stmt);
};

extern const struct vp_sql_driver vp_sql_mariadb, vp_sql_pgsql, vp_sql_sqlite,
    vp_sql_odbc;

#endif
