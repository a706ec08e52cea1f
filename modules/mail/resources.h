/* What the table of resources.c is made of: each is in the .c of its name. */
#ifndef MAIL_RESOURCES_H
#define MAIL_RESOURCES_H

#include "modules/mail/mail.h"

extern const struct mail_resource mail_domains;

#endif
