#ifndef MAIL_REGISTRATION_H
#define MAIL_REGISTRATION_H

#include "modules/mail/records.h"

struct mail_registration {
	int enabled;      /* people may sign up */
	int approval;     /* when an administrator agrees */
	json_t *reserved; /* names that they do not get; to be released */
};

/* Of a domain by its real name.  0, or -1 and refused. */
int mail_registration_read(
    struct mail *m, const char *domain, struct mail_registration *ret);

#endif
