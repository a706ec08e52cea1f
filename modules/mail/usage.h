/* What a domain uses. */
#ifndef MAIL_USAGE_H
#define MAIL_USAGE_H

#include "modules/mail/mail.h"

/* {"usage": [{name, used, limit}]} as the verb gives it; NULL and refused. */
json_t *mail_usage(struct mail *m, const char *domain);

#endif
