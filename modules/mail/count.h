/* How many there are of what a domain has limits for. */
#ifndef MAIL_COUNT_H
#define MAIL_COUNT_H

#include "modules/mail/mail.h"

struct mail_counts {
	unsigned long accounts, aliases, forwards, autoresponders, lists;
};

/* 0, or -1 and refused.  It walks the domain. */
int mail_count(struct mail *m, const char *domain, struct mail_counts *ret);

#endif
