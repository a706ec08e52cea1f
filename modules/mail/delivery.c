/*
 * What is done with mail to an account: its .qmail as people think of it, as
 * text, its automatic answer; and when it was last logged in to.
 */
#include "config.h"

#include "modules/mail/account.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "modules/mail/resources.h"

static const char *const modes[] = { [VPOP_DELIVERY_NORMAL] = "normal",
	[VPOP_DELIVERY_FORWARD] = "forward",
	[VPOP_DELIVERY_DISCARD] = "discard" };

/* ---- delivery ---------------------------------------------------------- */

static json_t *
delivery_get(struct mail *m, const struct mail_request *r)
{
	struct vpop_delivery delivery;
	struct vpop_user user;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	int code = vpop_user_delivery_get(m->vp, &user, &delivery);
	if (code < 0)
		return mail_refuse_vpop(m, code);
	json_t *object =
	    json_pack("{s:s, s:o, s:b, s:b, s:o}", "mode", modes[delivery.mode],
		"destinations", mail_texts(&delivery.destinations), "keep_copy",
		delivery.mode == VPOP_DELIVERY_FORWARD && delivery.keep_copy,
		"spam", !(user.gid & VPOP_NO_SPAMASSASSIN), "custom",
		mail_texts(&delivery.custom));
	vpop_delivery_clear(&delivery);
	return json_pack("{s:o}", "object", object);
}

static int
delivery_read(
    struct mail *m, const struct mail_request *r, struct vpop_delivery *ret)
{
	const char *mode = mail_text(r->new, "mode");

	*ret = (struct vpop_delivery){ .keep_copy =
					   mail_true(r->new, "keep_copy") };
	for (int i = 0; mode && i <= VPOP_DELIVERY_DISCARD; i++)
		if (strcmp(modes[i], mode) == 0)
			ret->mode = (enum vpop_delivery_mode)i;
	if (ret->mode == VPOP_DELIVERY_FORWARD &&
	    json_array_size(json_object_get(r->new, "destinations")) == 0) {
		mail_refuse(m, "invalid", "/destinations",
		    "there is no address to forward to");
		return -1;
	}
	return mail_texts_read(
	    m, json_object_get(r->new, "destinations"), &ret->destinations);
}

/* The spam filter is a flag of the account. */
static int
set_filter(struct mail *m, const struct vpop_user *user, int is_wanted)
{
	const struct vpop_user_change change = {
		.name = user->name,
		.domain = user->domain,
		.fields = VPOP_SET_FLAGS,
		.set_flags = is_wanted ? 0 : VPOP_NO_SPAMASSASSIN,
		.clear_flags = is_wanted ? VPOP_NO_SPAMASSASSIN : 0,
	};

	return vpop_user_modify(m->vp, &change);
}

static json_t *
delivery_modify(struct mail *m, const struct mail_request *r)
{
	json_t *spam = json_object_get(r->new, "spam");
	struct vpop_delivery delivery;
	struct vpop_user user;
	int code = 0;

	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	if (delivery_read(m, r, &delivery) != 0)
		return NULL;
	const int filters = !(user.gid & VPOP_NO_SPAMASSASSIN);
	const int is_other = spam && json_is_true(spam) != filters;
	if (is_other)
		code = set_filter(m, &user, json_is_true(spam));
	if (code == 0) {
		code = vpop_user_delivery_set(m->vp, &user, &delivery);
		if (code < 0)
			mail_refuse_vpop_at(m, code, "/destinations");
		/* All or nothing. */
		if (code < 0 && is_other)
			(void)set_filter(m, &user, filters);
	} else {
		mail_refuse_vpop_at(m, code, "/spam");
	}
	vpop_delivery_clear(&delivery);
	return code == 0 ? json_object() : NULL;
}

const struct mail_resource mail_delivery = {
	.name = "delivery",
	.does = { [MAIL_GET] = delivery_get, [MAIL_MODIFY] = delivery_modify },
};

/* ---- the text ---------------------------------------------------------- */

static json_t *
dotqmail_get(struct mail *m, const struct mail_request *r)
{
	AUTO_FREE char *text = NULL;
	struct vpop_user user;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	int code = vpop_user_dotqmail_get(m->vp, &user, &text);
	if (code < 0)
		return mail_refuse_vpop(m, code);
	json_t *shown = json_string(text);
	if (!shown)
		return mail_refuse(m, "conflict", NULL,
		    "the .qmail of '%s@%s' is no text of UTF-8: use the "
		    "command line",
		    user.name, user.domain);
	return json_pack("{s:{s:o}}", "object", "text", shown);
}

/* The system may say what it likes; others who are experts have programs of
 * a list. */
static int
check_expert(struct mail *m, const struct mail_request *r)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	struct vpop_user actor;
	int is_expert = 0;

	if (mail_rank(r) == MAIL_RANK_SYSTEM)
		return 0;
	if (strchr(r->actor, '@') &&
	    vpop_parse_address(m->vp, r->actor, name, domain) == 0 &&
	    vpop_user_get(m->vp, name, domain, &actor) == 0) {
		is_expert = (actor.gid & VPOP_SA_EXPERT) != 0;
		mail_account_forget(&actor);
	}
	if (is_expert)
		return 0;
	mail_refuse(m, "forbidden", NULL,
	    "only an expert changes instructions for mail as text");
	return -1;
}

static json_t *
dotqmail_modify(struct mail *m, const struct mail_request *r)
{
	const char *text = mail_text(r->new, "text");
	struct vpop_user user;

	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	if (check_expert(m, r) != 0)
		return NULL;
	int code = vpop_user_dotqmail_set(m->vp, &user, text ? text : "",
	    mail_rank(r) == MAIL_RANK_SYSTEM ? VPOP_DOTQMAIL_ANY : 0U);
	return code == 0 ? json_object()
			 : mail_refuse_vpop_at(m, code, "/text");
}

const struct mail_resource mail_dotqmail = {
	.name = "dotqmail",
	.does = { [MAIL_GET] = dotqmail_get, [MAIL_MODIFY] = dotqmail_modify },
};

/* ---- the automatic answer ---------------------------------------------- */

static json_t *
vacation_get(struct mail *m, const struct mail_request *r)
{
	struct vpop_vacation vacation;
	struct vpop_user user;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	int code = vpop_user_vacation_get(m->vp, &user, &vacation);
	if (code < 0)
		return mail_refuse_vpop(m, code);
	json_t *object = json_pack("{s:b, s:o, s:o, s:o, s:o, s:i}", "enabled",
	    vacation.enabled, "subject", mail_json_text(vacation.subject),
	    "text", mail_json_text(vacation.text), "start",
	    mail_json_text(vacation.start), "end", mail_json_text(vacation.end),
	    "interval_days", vacation.days);
	free(vacation.text);
	return json_pack("{s:o}", "object", object);
}

static int
vacation_read(struct mail *m, json_t *object, struct vpop_vacation *ret)
{
	static const char *const names[] = { "subject", "start", "end" };
	char *fields[] = { ret->subject, ret->start, ret->end };
	const size_t sizes[] = { sizeof ret->subject, sizeof ret->start,
		sizeof ret->end };
	json_t *enabled = json_object_get(object, "enabled");
	char pointer[16];

	ret->enabled = !json_is_false(enabled);
	ret->days = (int)mail_integer(object, "interval_days", 7);
	for (size_t i = 0; i < 3; i++) {
		const char *text = mail_text(object, names[i]);

		snprintf(pointer, sizeof pointer, "/%s", names[i]);
		if (vp_copy(fields[i], sizes[i], text ? text : "") == 0)
			continue;
		mail_refuse(m, "invalid", pointer,
		    "it is longer than %zu bytes", sizes[i] - 1);
		return -1;
	}
	ret->text =
	    strdup(mail_text(object, "text") ? mail_text(object, "text") : "");
	if (!ret->text)
		mail_refuse(m, "unavailable", NULL, "out of memory");
	return ret->text ? 0 : -1;
}

static json_t *
vacation_set(struct mail *m, const struct mail_request *r)
{
	struct vpop_vacation vacation = { .text = NULL };
	struct vpop_user user;

	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	if (vacation_read(m, r->new, &vacation) != 0)
		return NULL;
	int code = vpop_user_vacation_set(m->vp, &user, &vacation);
	free(vacation.text);
	return mail_done(m, code);
}

static json_t *
vacation_setup(struct mail *m, const struct mail_request *r)
{
	struct vpop_vacation now;
	struct vpop_user user;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	int code = vpop_user_vacation_get(m->vp, &user, &now);
	if (code == 0) {
		free(now.text);
		return mail_refuse(m, "exists", NULL,
		    "'%s@%s' has an automatic answer already", user.name,
		    user.domain);
	}
	if (vpop_class(code) != VPOP_CLASS_ABSENT)
		return mail_refuse_vpop(m, code);
	return vacation_set(m, r);
}

static json_t *
vacation_delete(struct mail *m, const struct mail_request *r)
{
	struct vpop_user user;

	if (mail_account_to_change(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	return mail_done(m, vpop_user_vacation_delete(m->vp, &user));
}

const struct mail_resource mail_vacation = {
	.name = "vacation",
	.does = {
		[MAIL_GET] = vacation_get,
		[MAIL_SETUP] = vacation_setup,
		[MAIL_MODIFY] = vacation_set,
		[MAIL_DELETE] = vacation_delete,
	},
};

/* ---- the last login ---------------------------------------------------- */

static json_t *
lastauth_get(struct mail *m, const struct mail_request *r)
{
	struct vpop_lastauth last;
	struct vpop_user user;

	if (mail_account(m, r, r->parent, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	int code = vpop_lastauth_get(m->vp, &user, &last);
	if (code < 0)
		return mail_refuse_vpop(m, code);
	return json_pack("{s:{s:o, s:o, s:o}}", "object", "time",
	    mail_time(last.time), "address",
	    last.time ? mail_json_text(last.ip) : json_null(), "created",
	    mail_time(last.created));
}

const struct mail_resource mail_lastauth = {
	.name = "lastauth",
	.does = { [MAIL_GET] = lastauth_get },
};
