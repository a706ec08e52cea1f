/* Processes that have all they need when they begin. */
#ifndef PANEL_HTTP_SANDBOX_H
#define PANEL_HTTP_SANDBOX_H

#include <sys/types.h>

/* Neither files nor privileges nor system calls but those of a process that
 * reads, writes, accepts and waits, from now on.  0, or -1 after saying why:
 * the process must end. */
int vhd_sandbox_drop(uid_t uid, gid_t gid);

#endif
