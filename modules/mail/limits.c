/*
 * The limits of a domain, and those of all domains that have none of their
 * own.  The names are those of vlimits(5).
 */
#include "config.h"

#include "modules/mail/resources.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
#define AT(field) #field, offsetof(struct vpop_limits, field)
/* clang-format on */

struct field {
	const char *name;
	size_t offset;
};

static const struct field counts[] = {
	{ AT(maxpopaccounts) },
	{ AT(maxaliases) },
	{ AT(maxforwards) },
	{ AT(maxautoresponders) },
	{ AT(maxmailinglists) },
};

static const struct field sizes[] = {
	{ AT(quota) },
	{ AT(maxmsgcount) },
	{ AT(default_quota) },
	{ AT(default_maxmsgcount) },
};

static const struct field perms[] = {
	{ AT(perm_account) },
	{ AT(perm_alias) },
	{ AT(perm_forward) },
	{ AT(perm_autoresponder) },
	{ AT(perm_maillist) },
	{ AT(perm_maillist_users) },
	{ AT(perm_maillist_moderators) },
	{ AT(perm_quota) },
	{ AT(perm_defaultquota) },
};

static const struct {
	const char *name;
	uint32_t flag;
} flags[] = {
	{ "disable_pop", VPOP_NO_POP },
	{ "disable_imap", VPOP_NO_IMAP },
	{ "disable_dialup", VPOP_NO_DIALUP },
	{ "disable_password_changing", VPOP_NO_PASSWD_CHNG },
	{ "disable_webmail", VPOP_NO_WEBMAIL },
	{ "disable_external_relay", VPOP_NO_RELAY },
	{ "disable_smtp", VPOP_NO_SMTP },
	{ "disable_spamassassin", VPOP_NO_SPAMASSASSIN },
	{ "delete_spam", VPOP_DELETE_SPAM },
	{ "disable_maildrop", VPOP_NO_MAILDROP },
};

static const struct {
	const char *name;
	int bit;
} bits[] = {
	{ "create", VPOP_DENY_CREATE },
	{ "modify", VPOP_DENY_MODIFY },
	{ "delete", VPOP_DENY_DELETE },
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static int *
int_at(struct vpop_limits *limits, const struct field *field)
{
	return (int *)(void *)((char *)limits + field->offset);
}

static uint64_t *
size_at(struct vpop_limits *limits, const struct field *field)
{
	return (uint64_t *)(void *)((char *)limits + field->offset);
}

static json_t *
show_bits(int value)
{
	json_t *array = json_array();

	for (size_t i = 0; i < COUNT_OF(bits); i++) {
		if (value & bits[i].bit)
			json_array_append_new(array, json_string(bits[i].name));
	}
	return array;
}

static int
read_bits(json_t *array)
{
	json_t *item;
	size_t i;
	int value = 0;

	json_array_foreach(array, i, item)
	{
		const char *name = json_string_value(item);

		for (size_t k = 0; name && k < COUNT_OF(bits); k++) {
			if (strcmp(bits[k].name, name) == 0)
				value |= bits[k].bit;
		}
	}
	return value;
}

static json_t *
show(struct vpop_limits *limits)
{
	json_t *object = json_object();

	for (size_t i = 0; i < COUNT_OF(counts); i++)
		json_object_set_new(object, counts[i].name,
		    json_integer(*int_at(limits, &counts[i])));
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		json_object_set_new(object, sizes[i].name,
		    json_integer((json_int_t)*size_at(limits, &sizes[i])));
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		json_object_set_new(object, flags[i].name,
		    json_boolean(limits->flags & flags[i].flag));
	for (size_t i = 0; i < COUNT_OF(perms); i++)
		json_object_set_new(object, perms[i].name,
		    show_bits(*int_at(limits, &perms[i])));
	return object;
}

/* What is not given is as it is without any limits. */
static void
read_limits(json_t *object, struct vpop_limits *limits)
{
	vpop_limits_init(limits);
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		*int_at(limits, &counts[i]) =
		    (int)mail_integer(object, counts[i].name, -1);
	for (size_t i = 0; i < COUNT_OF(sizes); i++)
		*size_at(limits, &sizes[i]) =
		    (uint64_t)mail_integer(object, sizes[i].name, 0);
	for (size_t i = 0; i < COUNT_OF(flags); i++) {
		if (mail_true(object, flags[i].name))
			limits->flags |= flags[i].flag;
	}
	for (size_t i = 0; i < COUNT_OF(perms); i++)
		*int_at(limits, &perms[i]) =
		    read_bits(json_object_get(object, perms[i].name));
}

/* ---- of a domain -------------------------------------------------------- */

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct vpop_limits limits;
	int own = vpop_limits_are_own(m->vp, r->domain);
	int code = own < 0 ? own : vpop_limits_get(m->vp, r->domain, &limits);

	if (code != 0)
		return mail_refuse_vpop(m, code);
	json_t *object = show(&limits);
	json_object_set_new(object, "inherited", json_boolean(!own));
	return json_pack("{s:o}", "object", object);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	struct vpop_limits limits;

	/* Taking back the first own limits. */
	if (mail_true(r->new, "inherited"))
		return mail_done(m, vpop_limits_delete(m->vp, r->domain));
	read_limits(r->new, &limits);
	return mail_done(m, vpop_limits_set(m->vp, r->domain, &limits));
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	return mail_done(m, vpop_limits_delete(m->vp, r->domain));
}

const struct mail_resource mail_limits = {
	.name = "limits",
	.does = {
		[MAIL_GET] = get,
		[MAIL_SETUP] = modify,
		[MAIL_MODIFY] = modify,
		[MAIL_DELETE] = delete,
	},
};

/* ---- of the site -------------------------------------------------------- */

static json_t *
get_default(struct mail *m, const struct mail_request *r)
{
	struct vpop_limits limits;
	int code = vpop_limits_get(m->vp, NULL, &limits);

	(void)r;
	return code != 0 ? mail_refuse_vpop(m, code)
			 : json_pack("{s:o}", "object", show(&limits));
}

static json_t *
modify_default(struct mail *m, const struct mail_request *r)
{
	struct vpop_limits limits;

	read_limits(r->new, &limits);
	return mail_done(m, vpop_limits_set(m->vp, NULL, &limits));
}

const struct mail_resource mail_default_limits = {
	.name = "default-limits",
	.does = {
		[MAIL_GET] = get_default,
		[MAIL_MODIFY] = modify_default,
	},
};
