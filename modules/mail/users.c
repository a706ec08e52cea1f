/*
 * Accounts.  What is more than their record is in resources within.
 *
 * A new account can be put on mailing lists: it is made first, and goes again
 * when one of them does not take it.
 */
#include "config.h"

#include "modules/mail/account.h"

#include <stddef.h>
#include <string.h>

#include "modules/mail/resources.h"

#define POSTMASTER "postmaster"

/* ---- looking ----------------------------------------------------------- */

static json_t *
show(struct vpop_user *user)
{
	json_t *object = json_pack("{s:s, s:o, s:o, s:o, s:b}", "name",
	    user->name, "gecos", mail_json_text(user->gecos), "quota",
	    mail_quota(user->quota), "flags", mail_flags_list(user->gid),
	    "locked", vpop_user_is_locked(user));

	mail_account_forget(user);
	return object;
}

/* Add an account to the page: 1 go on, 0 the page is full. */
static int
add(const struct mail_request *r, json_t *items, struct vpop_user *user,
    const char **ret_next)
{
	const size_t count = json_array_size(items);

	if (count == r->limit) {
		*ret_next = mail_text(json_array_get(items, count - 1), "name");
		mail_account_forget(user);
		return 0;
	}
	json_array_append_new(items, show(user));
	return 1;
}

/* The names are walked after one; the prefix itself may be one. */
static int
walk(struct mail *m, const struct mail_request *r, json_t *items,
    const char **ret_next)
{
	const int at_prefix = strcmp(r->after, r->q) < 0;
	struct vpop_users *cursor = NULL;
	struct vpop_user user;
	int code;

	if (at_prefix && vpop_user_get(m->vp, r->q, r->domain, &user) == 0 &&
	    !add(r, items, &user, ret_next))
		return 0;
	code = vpop_users_open(m->vp, r->domain,
	    at_prefix   ? r->q
	    : *r->after ? r->after
			: NULL,
	    &cursor);
	while (code >= 0 && (code = vpop_users_next(cursor, &user)) == 1) {
		if (strncmp(user.name, r->q, strlen(r->q)) != 0 ||
		    !add(r, items, &user, ret_next)) {
			mail_account_forget(&user);
			code = 0;
			break;
		}
	}
	vpop_users_close(cursor);
	return code;
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	const int is_all = !*r->q && !r->where;
	json_t *items = json_array(), *result;
	const char *next = NULL;
	unsigned long total;
	int code = walk(m, r, items, &next);

	result = mail_page_result(items, next);
	if (code == 0 && is_all && mail_true(r->all, "count")) {
		code = vpop_users_count(m->vp, r->domain, &total);
		if (code == 0)
			json_object_set_new(
			    result, "total", json_integer((json_int_t)total));
	}
	if (code == 0)
		return result;
	json_decref(result);
	return mail_refuse_vpop(m, code);
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct vpop_user user;

	if (mail_account(m, r, r->key, &user) != 0)
		return NULL;
	return json_pack("{s:o}", "object", show(&user));
}

/* ---- making ------------------------------------------------------------ */

static int
check_lists(struct mail *m, const struct mail_request *r, json_t *names)
{
	struct vpop_list found;
	char pointer[32];
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		int code = vpop_list_get(
		    m->vp, json_string_value(name), r->domain, &found);

		explicit_bzero(found.sql, sizeof found.sql);
		snprintf(pointer, sizeof pointer, "/lists/%zu", i);
		if (code == VA_USER_DOES_NOT_EXIST)
			mail_refuse(m, "invalid", pointer,
			    "there is no mailing list '%s@%s'",
			    json_string_value(name), r->domain);
		else if (code < 0)
			mail_refuse_vpop_at(m, code, pointer);
		if (code < 0)
			return -1;
	}
	return json_array_size(names) == 0
		   ? 0
		   : mail_allowed(m, r, MAIL_PERM(maillist_users),
			 VPOP_DENY_CREATE, "the members of mailing lists");
}

/* Take back what was done for an account that could not have it all. */
static void
take_back(struct mail *m, const struct mail_request *r, json_t *names,
    size_t count, const char *address)
{
	for (size_t i = 0; i < count; i++)
		(void)vpop_list_member_remove(m->vp,
		    json_string_value(json_array_get(names, i)), r->domain,
		    VPOP_LIST_SUBSCRIBER, address);
	(void)vpop_user_delete(m->vp, r->key, r->domain, 0);
}

static int
subscribe(struct mail *m, const struct mail_request *r, json_t *names)
{
	AUTO_FREE char *address = NULL;
	json_t *name;
	size_t i;

	if (r->is_dry || json_array_size(names) == 0)
		return 0;
	if (asprintf(&address, "%s@%s", r->key, r->domain) < 0) {
		address = NULL;
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	json_array_foreach(names, i, name)
	{
		int code = vpop_list_member_add(m->vp, json_string_value(name),
		    r->domain, VPOP_LIST_SUBSCRIBER, address);

		if (code < 0) {
			mail_refuse_vpop(m, code);
			take_back(m, r, names, i, address);
			return -1;
		}
	}
	return 0;
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	json_t *quota = json_object_get(r->new, "quota");
	json_t *lists = json_object_get(r->new, "lists");
	char made[MAIL_MADE_LENGTH + 1], bytes[VPOP_QUOTA_SIZE];
	struct vpop_user_new user = {
		.name = r->key,
		.domain = r->domain,
		.gecos = mail_text(r->new, "gecos"),
		.quota = quota ? bytes : NULL,
	};

	if (mail_flags_read(m, r, json_object_get(r->new, "flags"), 0, "/flags",
		&user.gid) != 0 ||
	    (quota && mail_quota_read(m, r, quota, NULL, bytes) != 0) ||
	    check_lists(m, r, lists) != 0 ||
	    mail_secret_read(m, r, made, &user.secret) != 0)
		return NULL;
	int code = vpop_user_add(m->vp, &user);
	json_t *result = NULL;
	if (code < 0)
		mail_refuse_vpop_at(
		    m, code, code == VA_ILLEGAL_USERNAME ? "/name" : NULL);
	else if (subscribe(m, r, lists) == 0)
		result = mail_secret_done(made);
	explicit_bzero(made, sizeof made);
	return result;
}

/* ---- changing ---------------------------------------------------------- */

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	json_t *quota = json_object_get(r->new, "quota");
	json_t *flags = json_object_get(r->new, "flags");
	char made[MAIL_MADE_LENGTH + 1], bytes[VPOP_QUOTA_SIZE];
	struct vpop_user_change change = { .domain = r->domain };
	struct vpop_user user;

	if (mail_account_to_change(m, r, r->key, &user) != 0)
		return NULL;
	mail_account_forget(&user);
	change.name = user.name;
	change.gecos = mail_text(r->new, "gecos");
	if (change.gecos)
		change.fields |= VPOP_SET_GECOS;
	if (flags) {
		if (mail_flags_read(m, r, flags, user.gid, "/flags",
			&change.set_flags) != 0)
			return NULL;
		change.clear_flags = VPOP_ALL_FLAGS & ~change.set_flags;
		change.fields |= VPOP_SET_FLAGS;
	}
	json_t *now = mail_quota(user.quota);
	if (quota && !json_equal(quota, now)) {
		change.quota = bytes;
		change.fields |= VPOP_SET_QUOTA;
	}
	json_decref(now);
	if (change.quota &&
	    mail_quota_read(m, r, quota, user.quota, bytes) != 0)
		return NULL;
	if (mail_rank(r) == MAIL_RANK_USER &&
	    (mail_text(r->new, "password") || mail_text(r->new, "hash") ||
		mail_true(r->new, "generate")))
		return mail_refuse(m, "forbidden", "/password",
		    "change your password where you can prove the present "
		    "one");
	if (mail_secret_read(m, r, made, &change.secret) != 0)
		return NULL;
	if (change.secret.kind != VPOP_SECRET_NONE)
		change.fields |= VPOP_SET_SECRET;
	int code = change.fields ? vpop_user_modify(m->vp, &change) : 0;
	json_t *result =
	    code == 0 ? mail_secret_done(made) : mail_refuse_vpop(m, code);
	explicit_bzero(made, sizeof made);
	return result;
}

/* ---- deleting ---------------------------------------------------------- */

static int
check_delete(struct mail *m, const struct mail_request *r)
{
	struct vpop_user user;

	/* What is his own he may change, not end. */
	if (mail_rank(r) < MAIL_RANK_DOMAIN) {
		mail_refuse(m, "forbidden", NULL,
		    "a mailbox is deleted by who administers its domain");
		return -1;
	}
	if (strcmp(r->key, POSTMASTER) == 0) {
		mail_refuse(m, "conflict", NULL,
		    "a domain needs its postmaster: '%s@%s' is not deleted",
		    r->key, r->domain);
		return -1;
	}
	if (mail_account_to_change(m, r, r->key, &user) != 0)
		return -1;
	mail_account_forget(&user);
	return 0;
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	if (check_delete(m, r) != 0)
		return NULL;
	return mail_done(m, vpop_user_delete(m->vp, r->key, r->domain, 0));
}

/* Delete the account, and let its mail go somewhere else. */
static json_t *
replace(struct mail *m, const struct mail_request *r)
{
	const char *to = mail_text(r->input, "forward_to");
	struct vpop_texts lines = { .count = 0 };
	AUTO_FREE char *line = NULL;
	int code;

	if (strcmp(r->action, "replace") != 0 || !to)
		return mail_refuse(m, "invalid", "/forward_to",
		    "there is no address to forward to");
	if (check_delete(m, r) != 0)
		return NULL;
	code = strcmp(to, r->key) == 0
		   ? VA_USER_DOES_NOT_EXIST
		   : vpop_destination_line(m->vp, r->domain, to, &line);
	if (code == VA_USER_DOES_NOT_EXIST)
		return mail_refuse(m, "invalid", "/forward_to",
		    "there is no account '%s@%s' to forward to", to, r->domain);
	if (code < 0)
		return mail_refuse_vpop_at(m, code, "/forward_to");
	if (vpop_texts_add(&lines, line) != 0)
		return mail_refuse(m, "unavailable", NULL, "out of memory");
	code = vpop_user_delete(m->vp, r->key, r->domain, 0);
	if (code == 0)
		code = vpop_alias_set(
		    m->vp, r->key, r->domain, &lines, VPOP_ALIAS_CREATE);
	vpop_texts_clear(&lines);
	return mail_done(m, code);
}

const struct mail_resource mail_users = {
	.name = "users",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_MODIFY] = modify,
		[MAIL_DELETE] = delete,
		[MAIL_ACT] = replace,
	},
	.is_final = 1,
};
