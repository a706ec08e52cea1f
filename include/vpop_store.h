/*
 * vpop_store.h - the interface of an account store.
 *
 * A store keeps the accounts of domains.  The rules (names, limits, flags,
 * directories) are the core's; a store keeps what it is given and answers
 * what it is asked.  cdb and mem are linked into the library with this same
 * struct; others are shared objects that export the constant
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

/* What the host offers to a store. */
struct vpop_store_host {
	uint32_t abi, size;
	struct vpop *vp;
	/* Record the sentence (errno is appended when not 0), return code. */
	int (*fail)(struct vpop *vp, int code, int errnum, const char *format,
	    ...) __attribute__((format(printf, 4, 5)));
	/* A setting of vpopmail.conf as text, NULL if unknown. */
	const char *(*setting)(const struct vpop *vp, const char *name);
};

enum vpop_store_put {
	VPOP_PUT_ADD = 1, /* the account must not exist: VA_USERNAME_EXISTS */
	VPOP_PUT_REPLACE = 2, /* it must exist: VA_USER_DOES_NOT_EXIST */
	VPOP_PUT_LAZY = 4     /* the caller will fold later (vmoduser -n) */
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
};

#ifdef __cplusplus
}
#endif
#endif
