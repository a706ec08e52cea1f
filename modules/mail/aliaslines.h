/* An alias as an object of the panel, and as lines. */
#ifndef MAIL_ALIASLINES_H
#define MAIL_ALIASLINES_H

#include "modules/mail/account.h"

/* An alias that is one: not of a list, no autoresponder. */
int mail_alias_is_plain(const struct vpop_texts *lines);
json_t *mail_alias_show(const struct mail_request *r, const char *name,
    const struct vpop_texts *lines);
/* All lines of the alias as the request wants it; now has those that it has,
 * NULL for a new one.  0, or -1 and refused. */
int mail_alias_lines(struct mail *m, const struct mail_request *r,
    const struct vpop_texts *now, struct vpop_texts *ret);

#endif
