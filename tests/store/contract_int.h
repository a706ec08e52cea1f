/* The files of the contract suite, for each other. */
#ifndef TESTS_STORE_CONTRACT_INT_H
#define TESTS_STORE_CONTRACT_INT_H

#include <check.h>

#include "contract.h"

extern const struct contract_backend *backend;
extern const struct vpop_store_ops *ops;
extern struct vpop_store *store;
extern struct vpop_domain domain, other; /* example.com, other.org */

/* Open the store of the loop's back end. */
void begin_with(int number);
/* Close and open again, if the records outlive that. */
void reopen(void);
/* An account of domain. */
void put(const char *name, const char *gecos, unsigned how, int expected);
void expect(const char *name, const char *gecos);
/* Names of accounts from after on, at most limit, joined by blanks. */
const char *list(const char *after, int limit);
unsigned long count(void);
/* The store's own look at the domain finds nothing. */
void check_store(void);
/* Words of the last failure. */
const char *contract_message(void);

/* Records besides accounts, in contract_kinds.c.  1 if the back end keeps the
 * kind and is open. */
int begin_kind(int number, enum vpop_store_keep kind);
/* All rows of a walk, "name=value:time" joined by blanks. */
const char *rows(
    enum vpop_store_keep kind, const struct vpop_domain *of, const char *name);
/* What could break out of a statement, or be cut. */
#define EVIL "x' OR '1'='1\"; -- \\ \\' %s ? $1 :a \xc3\xa4"
#define OK(call)                                                               \
	do {                                                                   \
		int r_ = (call);                                               \
		ck_assert_msg(r_ == 0, "%s: " #call ": %d (%s)",               \
		    backend->name, r_, contract_message());                    \
	} while (0)

/* The files of the suite. */
void contract_add_many(TCase *tcase, int backends);
void contract_add_aliases(TCase *tcase, int backends);
void contract_add_bulk(TCase *tcase, int backends);
void contract_add_kinds(TCase *tcase, int backends);

#endif
