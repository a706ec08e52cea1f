/*
 * A database client behind one small face: connect, prepare, bind, step.
 * A driver knows nothing of mail.  It keeps no state outside the connection,
 * never prints, and never puts a value into the text of a statement.
 *
 * Functions return 0 (or what they say), or -1 with *error filled.
 */
#ifndef STORE_SQL_DRIVER_H
#define STORE_SQL_DRIVER_H

#include <stddef.h>
#include <stdint.h>

enum vp_sql_class {
	VP_SQL_LOST = 1,  /* no connection, or broken off: connect again */
	VP_SQL_TIMEOUT,   /* no answer in time; the connection is unusable */
	VP_SQL_RETRY,     /* deadlock, serialisation, busy: transaction again */
	VP_SQL_DUPLICATE, /* a unique key exists already */
	VP_SQL_NO_TABLE,  /* table or column is missing */
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
	char quote_open, quote_close; /* of identifiers */
	const char *lastauth_user; /* column name: "user" "userid" "pw_user" */
	const char *vlog_user;
	const char *for_update; /* suffix of SELECT, "" */
	const char *identity;   /* column type of a growing key */
	const char *text_type;  /* for lines of any size */
	const char *big_type;   /* 64 bits */
	const char *upsert; /* "replace", "conflict", "merge" or "update": how
			       a row is put that may be there */
	unsigned max_name;  /* bytes of an identifier */
};

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

	/* Statements without values or rows: BEGIN, CREATE TABLE ... */
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
	/* Of the current row, valid until the next step.  NULL for SQL NULL.
	 * Never cut: a value over 1 MiB is an error of step. */
	const char *(*column_text)(
	    struct vp_sql_stmt *stmt, unsigned column, size_t *ret_size);
	/* Rows changed by the statement that is done. */
	int64_t (*changes)(struct vp_sql_stmt *stmt);
	/* Ready to be bound and run again; rest of the rows is dropped. */
	void (*reset)(struct vp_sql_stmt *stmt);
};

extern const struct vp_sql_driver vp_sql_mariadb, vp_sql_pgsql, vp_sql_sqlite,
    vp_sql_odbc;

#endif
