/* Warnings that a mailbox is nearly full (facts: runtime 8.5). */
#ifndef CORE_WARNING_H
#define CORE_WARNING_H

#include "core/handle.h"

/* Its age tells in every Maildir when the last warning was sent. */
#define VP_WARNING_STAMP "quotawarn"

/* Put a message, to which the first lines are added, into a Maildir, whatever
 * its quota.  -1 and errno. */
int vp_warning_put(const struct vpop *vp, int maildir_fd, const char *address,
    const char *text, int64_t *ret_size);

#endif
