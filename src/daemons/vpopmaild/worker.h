/*
 * A worker process: executes what the front process sends, one message at a
 * time, with the library.
 */
#ifndef VPOPMAILD_WORKER_H
#define VPOPMAILD_WORKER_H

#include "daemons/vpopmaild/seal.h"
#include "daemons/vpopmaild/setup.h"

struct vpd_worker {
	int channel; /* a stream socket, blocking */
	const unsigned char *key;
	const struct vpd_setup *setup;
	int is_root;  /* keeps its rights; one request at a time */
	int has_root; /* there is such a worker */
};

/* Works until the front is gone; the exit status. */
int vpd_worker_run(const struct vpd_worker *worker);

/* begin.c: the first state is not sealed; it is what the front says.  peer is
 * the descriptor of a Unix connection, or -1.  -1: it cannot be one. */
int vpd_session_begin(const struct vpd_setup *setup, const unsigned char *state,
    size_t size, int peer, struct vpd_session *ret_session);

/* What was looked up, for as long as a message takes. */
struct vpd_seen {
	char name[VPOP_DOMAIN_SIZE]; /* the last domain */
	int is_foreign;
	int has_default;
	char by_default[VPOP_DOMAIN_SIZE]; /* of names without a domain */
};

/*
 * needs.c: 1 if a request cannot be done with the rights of the vpopmail
 * user: it changes qmail's files, or concerns a domain of another user.
 */
int vpd_needs_root(struct vpop *vp, const struct vpd_session *session,
    const char *request, size_t size, struct vpd_seen *seen);

#endif
