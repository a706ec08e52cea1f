/* The resources: one row each, as module.json names them. */
#include "config.h"

#include "modules/mail/resources.h"

#include <string.h>

static const struct mail_resource *const resources[] = {
	&mail_domains,
	&mail_aliasdomains,
	&mail_limits,
	&mail_default_limits,
	&mail_usage_resource,
	&mail_catchall,
	&mail_ipmaps,
	&mail_control,
	&mail_users,
	&mail_password,
	&mail_flags,
	&mail_quota_resource,
	&mail_delivery,
	&mail_vacation,
	&mail_dotqmail,
	&mail_lastauth,
	&mail_contact,
	&mail_aliases,
	&mail_autoresponders,
	&mail_lists,
	&mail_members,
	&mail_registration_resource,
	&mail_signups,
	&mail_signup,
	&mail_reset,
};

const struct mail_resource *
mail_resource_find(const char *name)
{
	for (size_t i = 0; i < sizeof resources / sizeof *resources; i++) {
		if (strcmp(resources[i]->name, name) == 0)
			return resources[i];
	}
	return NULL;
}
