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
/* Words of the last failure. */
const char *contract_message(void);

/* contract_bulk.c, contract_kinds.c */
void contract_add_bulk(TCase *tcase, int backends);
void contract_add_kinds(TCase *tcase, int backends);

#endif
