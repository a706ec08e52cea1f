/*
 * vpop_store.h - the interface of an account store.
 *
 * A store keeps the accounts of domains, and, where its "keeps" says so,
 * further kinds of records that otherwise are files.  The rules (names,
 * limits, flags, directories) are the core's; a store keeps what it is given
 * and answers what it is asked.  cdb and mem are linked into the library with
 * this same struct; others are shared objects that export the constant
 * "vpop_store_module".
 *
 * Answers: the _get and _next functions return 1 (found, record filled),
 * 0 (not there) or a negative VA_ code (could not find out).  The others
 * return 0 or a negative code.  A failed query is never "not there".  Words
 * for a failure are given to host->fail, which returns the code.
 *
 * Changes are made while the core holds the domain's account lock, so a
 * store sees one writer per domain; reads take no lock and must be right
 * beside a writer.
 *
 * Fields of both structs are only ever appended; "size" says how many there
 * are.  The host refuses an unknown abi.
 */
#ifndef VPOP_STORE_H
#define VPOP_STORE_H

#include "vpop.h"

#ifdef __cplusplus
extern "C" {
#endif

#define VPOP_STORE_ABI 1u

struct vpop_store; /* the store's own state */
struct vpop_store_users;
struct vpop_store_rows;

/* What the host offers to a store. */
struct vpop_store_host {
	uint32_t abi, size;
	struct vpop *vp;
	/* Record the sentence (errno is appended when not 0), return code. */
	int (*fail)(struct vpop *vp, int code, int errnum, const char *format,
	    ...) __attribute__((format(printf, 4, 5)));
	/* A setting of vpopmail.conf as text, NULL if unknown. */
	const char *(*setting)(const struct vpop *vp, const char *name);
	/* 1 while a lock for changes is held: what is read now decides what
	 * is written, and must not come from a copy that is behind.  May be
	 * NULL: never. */
	int (*is_changing)(const struct vpop *vp);
};

enum vpop_store_put {
	VPOP_PUT_ADD = 1, /* the account must not exist: VA_USERNAME_EXISTS */
	VPOP_PUT_REPLACE = 2, /* it must exist: VA_USER_DOES_NOT_EXIST */
	VPOP_PUT_LAZY = 4     /* the caller will fold later (vmoduser -n) */
};

/* Kinds of records besides accounts. */
enum vpop_store_keep {
	VPOP_KEEP_ALIASES = 1,
	VPOP_KEEP_LIMITS = 2,
	VPOP_KEEP_LASTAUTH = 4,
	VPOP_KEEP_DIRCONTROL = 8,
	/* of the site, asked of the store that the settings name: */
	VPOP_KEEP_IPMAP = 16,
	VPOP_KEEP_RELAY = 32,
	VPOP_KEEP_AUTHLOG = 64,
	VPOP_KEEP_ALIASDOMAINS = 128,
	/* not a kind of records: accounts are found by the name of their
	 * domain, so they are to be copied when it gets another one */
	VPOP_KEEP_BY_NAME = 256
};

/* State of a balanced directory tree (facts: storage 4). */
struct vpop_store_dircontrol {
	uint64_t cur_users;
	int32_t level_cur, level_max;
	int32_t start[3], end[3], mod[3], index[3];
	char the_dir[160];
};

/* A login's result: printable ASCII of at most 63 (user), 128 (passwd), 200
 * (logon) and 255 (message) bytes; a store whose columns are narrower cuts it.
 * Secrets are "" unless the site keeps them. */
struct vpop_store_authlog {
	const char *user, *passwd, *domain, *logon, *remoteip, *message;
	int64_t time;
	int error; /* 0 internal, 1 no such user, 2 success, 3 password,
		      4 access denied */
};

/* One record of a walk; what the kind does not have stays empty. */
struct vpop_store_row {
	const char *name;  /* alias; user (lastauth); address (ipmap, relay);
			      alias domain; key (dircontrol) */
	const char *value; /* line; address (lastauth); domain (ipmap); real
			      domain (alias domain) */
	int64_t time;      /* lastauth, relay */
	const struct vpop_limits *limits;
	const struct vpop_store_dircontrol *dircontrol;
	const struct vpop_store_authlog *authlog;
};

struct vpop_store_ops {
	uint32_t abi, size;
	const char *name;
	int (*open)(
	    const struct vpop_store_host *host, struct vpop_store **ret_store);
	void (*close)(struct vpop_store *store);

	int (*domain_add)(
	    struct vpop_store *store, const struct vpop_domain *domain);
	int (*domain_delete)(
	    struct vpop_store *store, const struct vpop_domain *domain);

	/* The record's flags field is the core's business: a store leaves it
	 * equal to gid. */
	int (*user_get)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *name,
	    struct vpop_user *ret_user);
	int (*user_put)(struct vpop_store *store,
	    const struct vpop_domain *domain, const struct vpop_user *user,
	    unsigned how);
	int (*user_delete)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *name);

	/* Several changes to one domain as one: all visible and durable at
	 * commit, none after rollback or a crash before it.  user_get sees
	 * the transaction's own changes. */
	int (*begin)(
	    struct vpop_store *store, const struct vpop_domain *domain);
	int (*commit)(struct vpop_store *store);
	void (*rollback)(struct vpop_store *store);

	/* In byte order of the names, after the name "after" (NULL: all). */
	int (*users_open)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *after,
	    struct vpop_store_users **ret_users);
	int (*users_next)(
	    struct vpop_store_users *users, struct vpop_user *ret_user);
	void (*users_close)(struct vpop_store_users *users);
	int (*users_count)(struct vpop_store *store,
	    const struct vpop_domain *domain, unsigned long *ret_count);

	/* Bring the domain's files into the form that other programs read;
	 * also under the account lock.  NULL: nothing to do. */
	int (*fold)(struct vpop_store *store, const struct vpop_domain *domain);
	/* Report disagreements inside the store (files against each other);
	 * NULL: none possible.  Returns how many, or a negative code. */
	int (*check)(struct vpop_store *store, const struct vpop_domain *domain,
	    void (*report)(void *arg, const char *sentence), void *arg);

	/* Which kinds of enum vpop_store_keep it keeps, as the settings are;
	 * NULL: none.  It is asked once, after open, and asks no server.  The
	 * calls of the other kinds may be NULL.  Within a transaction they are
	 * part of it.  domain_delete removes the domain's aliases, limits,
	 * lastauth and dircontrol, as far as they are kept. */
	unsigned (*keeps)(struct vpop_store *store);

	/* Walk the records of one kind: those of a domain (its name "" or NULL
	 * pointer: of all domains), for aliases of one alias if name is not
	 * NULL.  Aliases by name, lines of one alias in the order of their
	 * insertion; the log in that of insertion; the other kinds by name.
	 * A row is valid until the next call on the cursor. */
	int (*rows_open)(struct vpop_store *store, enum vpop_store_keep kind,
	    const struct vpop_domain *domain, const char *name,
	    struct vpop_store_rows **ret_rows);
	int (*rows_next)(
	    struct vpop_store_rows *rows, struct vpop_store_row *ret_row);
	void (*rows_close)(struct vpop_store_rows *rows);

	/* Append a line to an alias; VA_USERNAME_EXISTS if it has that line
	 * already.  Remove one line (NULL: all lines) of an alias (NULL: of
	 * all aliases of the domain); VA_USER_DOES_NOT_EXIST if there was
	 * none. */
	int (*alias_insert)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *alias,
	    const char *line);
	int (*alias_delete)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *alias,
	    const char *line);

	/* get: 1, 0 or a code.  put NULL deletes; nothing there is no error. */
	int (*limits_get)(struct vpop_store *store,
	    const struct vpop_domain *domain, struct vpop_limits *ret_limits);
	int (*limits_put)(struct vpop_store *store,
	    const struct vpop_domain *domain, const struct vpop_limits *limits);

	/* user_delete deletes it with the account.  get fills ip and time as
	 * they were put; the rest is the core's business. */
	int (*lastauth_get)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *name,
	    struct vpop_lastauth *ret_lastauth);
	int (*lastauth_put)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *name, const char *ip,
	    int64_t time);

	/* key: the real domain's name, or "dom_<uid>".  get locks the row until
	 * the end of the transaction, if one is open.  put NULL deletes. */
	int (*dircontrol_get)(struct vpop_store *store, const char *key,
	    struct vpop_store_dircontrol *ret_control);
	int (*dircontrol_put)(struct vpop_store *store, const char *key,
	    const struct vpop_store_dircontrol *control);

	/* put: an address has one domain; domain NULL deletes. */
	int (*ipmap_get)(struct vpop_store *store, const char *ip,
	    char ret_domain[VPOP_DOMAIN_SIZE]);
	int (*ipmap_put)(
	    struct vpop_store *store, const char *ip, const char *domain);

	/* put: 1 the address is new, 0 only its time is.  expire: deletes what
	 * is not newer; returns how many. */
	int (*relay_put)(
	    struct vpop_store *store, const char *ip, int64_t time);
	int (*relay_expire)(struct vpop_store *store, int64_t time);

	int (*authlog_add)(
	    struct vpop_store *store, const struct vpop_store_authlog *entry);
	int (*authlog_expire)(struct vpop_store *store, int64_t time);

	/* For other programs' queries; real NULL deletes. */
	int (*aliasdomain_put)(
	    struct vpop_store *store, const char *alias, const char *real);

	/* Bring what an older release left, of the site (domain NULL) or of
	 * one domain, to the form of today; report tells each step.  How many
	 * there were, or with dry_run would be, or a code.  NULL: never any. */
	int (*migrate)(struct vpop_store *store,
	    const struct vpop_domain *domain, int dry_run,
	    void (*report)(void *arg, const char *step), void *arg);

	/* Many accounts of a domain inside a transaction; both NULL: it is no
	 * faster than one by one.  find: ret_found[i] is 1 if names[i] is
	 * there, else 0.  add: as user_put with VPOP_PUT_ADD of one behind the
	 * other, each with this lastauth unless ip is NULL, up to the first
	 * that fails: 0 or its code.  Those before it, *ret_added, are put. */
	int (*users_find)(struct vpop_store *store,
	    const struct vpop_domain *domain, const char *const *names,
	    size_t count, unsigned char *ret_found);
	int (*users_add)(struct vpop_store *store,
	    const struct vpop_domain *domain,
	    const struct vpop_user *const *users, size_t count, const char *ip,
	    int64_t time, size_t *ret_added);

	/* Let a walk over all aliases of one domain, before its first row,
	 * begin at the first whose name is not before this one in byte order;
	 * NULL: those before it are read and passed over. */
	int (*rows_seek)(struct vpop_store_rows *rows, const char *name);
};

/* What a shared object exports under the name "vpop_store_module". */
struct vpop_store_module {
	uint32_t abi, size;
	const char *name;    /* of the store, as in settings */
	const char *version; /* of the package it was built with */
	const struct vpop_store_ops *ops;
};

#ifdef __cplusplus
}
#endif
#endif
