/* One message to all mailboxes of a domain. */
#ifndef MAIL_BULLETIN_H
#define MAIL_BULLETIN_H

#include "modules/mail/mail.h"

/* The action: input has message and perhaps exclude. */
json_t *mail_bulletin(struct mail *m, const struct mail_request *r);

#endif
