/* Does an address take mail?  For SMTP servers (facts: runtime 12). */
#ifndef CORE_RCPT_H
#define CORE_RCPT_H

#include "core/handle.h"

/* 1, 0, or a code: it could not be found out.  Reads no message, and answers
 * for addresses only: over-quota mailboxes exist.  Those of a domain that has
 * used up its quota, as the usage daemon knows, take no mail. */
int vp_address_exists(struct vpop *vp, const char *address);

#endif
