/* What a process does that only keeps others alive. */
#ifndef DAEMONS_PARENT_H
#define DAEMONS_PARENT_H

#include <signal.h>
#include <stdint.h>

/* Let this process and its children have so many descriptors for connections
 * beside those that they need anyway; less is logged. */
void vp_allow_files(int64_t connections);
/* The next of the blocked signals, or -1 after so many milliseconds. */
int vp_wait_signal(const sigset_t *signals, int64_t milliseconds);

#endif
