/* What the table of resources.c is made of: each is in the .c of its name. */
#ifndef MAIL_RESOURCES_H
#define MAIL_RESOURCES_H

#include "modules/mail/mail.h"

extern const struct mail_resource mail_aliasdomains;
extern const struct mail_resource mail_aliases;
extern const struct mail_resource mail_autoresponders;
extern const struct mail_resource mail_catchall;
extern const struct mail_resource mail_contact;
extern const struct mail_resource mail_control;
extern const struct mail_resource mail_default_limits;
extern const struct mail_resource mail_delivery;
extern const struct mail_resource mail_domains;
extern const struct mail_resource mail_dotqmail;
extern const struct mail_resource mail_flags;
extern const struct mail_resource mail_ipmaps;
extern const struct mail_resource mail_lastauth;
extern const struct mail_resource mail_limits;
extern const struct mail_resource mail_lists;
extern const struct mail_resource mail_members;
extern const struct mail_resource mail_password;
extern const struct mail_resource mail_quota_resource;
extern const struct mail_resource mail_registration_resource;
extern const struct mail_resource mail_reset;
extern const struct mail_resource mail_signup;
extern const struct mail_resource mail_signups;
extern const struct mail_resource mail_usage_resource;
extern const struct mail_resource mail_users;
extern const struct mail_resource mail_vacation;

#endif
