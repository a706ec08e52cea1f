/*
 * Client libraries that write to a socket without MSG_NOSIGNAL (all do, below
 * TLS) would end the program when the server is gone.  SIGPIPE is held back
 * from the thread for as long as they work, and swallowed if it came.
 */
#ifndef STORE_SQL_SIGPIPE_H
#define STORE_SQL_SIGPIPE_H

#include <signal.h>

struct vp_sql_sigpipe {
	sigset_t before;
	int was_pending;
};

void vp_sql_sigpipe_hold(struct vp_sql_sigpipe *held);
void vp_sql_sigpipe_release(const struct vp_sql_sigpipe *held);

#endif
