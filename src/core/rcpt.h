/* Does an address take mail?  For SMTP servers (facts: runtime 12). */
#ifndef CORE_RCPT_H
#define CORE_RCPT_H

#include "core/handle.h"

/* 1, 0, or a code: it could not be found out.  Reads no message, and answers
 * for addresses only: over-quota mailboxes exist. */
int vp_address_exists(struct vpop *vp, const char *address);

#endif
