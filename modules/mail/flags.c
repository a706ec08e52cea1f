/*
 * What an account may not do, and what it is.
 *
 * An administrator of a domain changes the flags of the setting domain_flags;
 * others stay as they are whatever he sends.
 */
#include "config.h"

#include "modules/mail/account.h"

#include <string.h>

#include "modules/mail/resources.h"

static const struct flag {
	const char *name;
	uint32_t bit;
	int for_domain; /* unless the setting says otherwise */
} flags[] = {
	{ "no_password_change", VPOP_NO_PASSWD_CHNG, 1 },
	{ "no_pop", VPOP_NO_POP, 1 },
	{ "no_webmail", VPOP_NO_WEBMAIL, 1 },
	{ "no_imap", VPOP_NO_IMAP, 1 },
	{ "bounce", VPOP_BOUNCE_MAIL, 1 },
	{ "no_relay", VPOP_NO_RELAY, 0 },
	{ "no_dialup", VPOP_NO_DIALUP, 0 },
	{ "user0", VPOP_V_USER0, 0 },
	{ "user1", VPOP_V_USER1, 0 },
	{ "user2", VPOP_V_USER2, 1 },
	{ "user3", VPOP_V_USER3, 1 },
	{ "no_smtp", VPOP_NO_SMTP, 1 },
	{ "domain_admin", VPOP_QA_ADMIN, 1 },
	{ "override_limits", VPOP_V_OVERRIDE, 0 },
	{ "no_spamassassin", VPOP_NO_SPAMASSASSIN, 1 },
	{ "delete_spam", VPOP_DELETE_SPAM, 1 },
	{ "system_admin", VPOP_SA_ADMIN, 0 },
	{ "expert", VPOP_SA_EXPERT, 0 },
	{ "no_maildrop", VPOP_NO_MAILDROP, 1 },
};
#define FLAGS (sizeof flags / sizeof *flags)

json_t *
mail_flags_list(uint32_t value)
{
	json_t *array = json_array();

	for (size_t i = 0; i < FLAGS; i++)
		if (value & flags[i].bit)
			json_array_append_new(
			    array, json_string(flags[i].name));
	return array;
}

static uint32_t
bits_of(json_t *names)
{
	uint32_t bits = 0;
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		const char *text = json_string_value(name);

		for (size_t k = 0; text && k < FLAGS; k++)
			if (strcmp(flags[k].name, text) == 0)
				bits |= flags[k].bit;
	}
	return bits;
}

/* The bits that whoever asks may change. */
static uint32_t
bits_allowed(const struct mail *m, const struct mail_request *r)
{
	json_t *names = json_object_get(m->settings, "domain_flags");
	uint32_t bits = 0;

	if (mail_rank(r) == MAIL_RANK_SYSTEM)
		return VPOP_ALL_FLAGS;
	if (mail_rank(r) == MAIL_RANK_USER)
		return 0;
	if (names)
		return bits_of(names) &
		       ~(uint32_t)(VPOP_SA_ADMIN | VPOP_SA_EXPERT |
				   VPOP_V_OVERRIDE);
	for (size_t i = 0; i < FLAGS; i++)
		bits |= flags[i].for_domain ? flags[i].bit : 0;
	return bits;
}

static int
check(struct mail *m, const struct mail_request *r, uint32_t changed,
    const char *pointer)
{
	const uint32_t refused = changed & ~bits_allowed(m, r);

	for (size_t i = 0; i < FLAGS; i++) {
		if (refused & flags[i].bit) {
			mail_refuse(m, "forbidden", pointer,
			    "you may not change the flag '%s'", flags[i].name);
			return -1;
		}
	}
	return 0;
}

int
mail_flags_read(struct mail *m, const struct mail_request *r, json_t *array,
    uint32_t now, const char *pointer, uint32_t *ret_flags)
{
	const uint32_t wanted = bits_of(array);

	now &= VPOP_ALL_FLAGS;
	if (check(m, r, wanted ^ now, pointer) != 0)
		return -1;
	*ret_flags = wanted;
	return 0;
}

/* ---- the resource ------------------------------------------------------ */

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct vpop_user user;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	json_t *object = json_object();
	for (size_t i = 0; i < FLAGS; i++)
		json_object_set_new(object, flags[i].name,
		    json_boolean((user.gid & flags[i].bit) != 0));
	json_object_set_new(object, "effective", mail_flags_list(user.flags));
	mail_account_forget(&user);
	return json_pack("{s:o}", "object", object);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	struct vpop_user user;
	uint32_t set = 0, clear = 0;

	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	for (size_t i = 0; i < FLAGS; i++) {
		json_t *value = json_object_get(r->new, flags[i].name);

		if (json_is_true(value))
			set |= flags[i].bit;
		else if (json_is_false(value))
			clear |= flags[i].bit;
	}
	if (check(m, r, ((user.gid & ~clear) | set) ^ user.gid, NULL) != 0)
		return NULL;
	const struct vpop_user_change change = {
		.name = user.name,
		.domain = user.domain,
		.fields = VPOP_SET_FLAGS,
		.set_flags = set,
		.clear_flags = clear,
	};
	return mail_done(m, vpop_user_modify(m->vp, &change));
}

const struct mail_resource mail_flags = {
	.name = "flags",
	.does = { [MAIL_GET] = get, [MAIL_MODIFY] = modify },
};
