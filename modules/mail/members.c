/*
 * Who is on a mailing list: an address, and the sets that it is in.
 *
 * ezmlm-list gives a set in an order of its own; it is asked once for each
 * state of the set's folder.  Of sets in a database nothing tells when they
 * change: those it is asked for each time.
 */
#include "config.h"

#include "modules/mail/account.h"

#include <stddef.h>
#include <string.h>

#include "modules/mail/names.h"
#include "modules/mail/resources.h"

static const struct role {
	const char *name;
	enum vpop_list_role role;
	size_t perm;
	const char *folder; /* in the list's */
} roles[] = {
	{ "subscriber", VPOP_LIST_SUBSCRIBER, MAIL_PERM(maillist_users),
	    "subscribers" },
	{ "moderator", VPOP_LIST_MODERATOR, MAIL_PERM(maillist_moderators),
	    "mod/subscribers" },
	{ "digest", VPOP_LIST_DIGEST, MAIL_PERM(maillist_users),
	    "digest/subscribers" },
	{ "allow", VPOP_LIST_ALLOW, MAIL_PERM(maillist_users),
	    "allow/subscribers" },
	{ "deny", VPOP_LIST_DENY, MAIL_PERM(maillist_users),
	    "deny/subscribers" },
};
#define ROLES (sizeof roles / sizeof *roles)
#define ALL   ((1U << ROLES) - 1)

static int
no_list(struct mail *m, const struct mail_request *r)
{
	mail_refuse(m, "not-found", NULL, "there is no mailing list '%s@%s'",
	    r->parent, r->domain);
	return -1;
}

/* ---- reading ----------------------------------------------------------- */

static int read_set(struct mail *m, const struct mail_request *r,
    const struct mail_source *source, const char *folder,
    struct mail_names *ret);

static const struct mail_source sources[ROLES] = {
	{ .read = read_set },
	{ .read = read_set },
	{ .read = read_set },
	{ .read = read_set },
	{ .read = read_set },
};

static int
read_set(struct mail *m, const struct mail_request *r,
    const struct mail_source *source, const char *folder,
    struct mail_names *ret)
{
	const enum vpop_list_role role = roles[source - sources].role;
	struct vpop_list_members *cursor;
	const char *address;
	int is_short = 0, code = vpop_list_members_open(
			      m->vp, r->parent, r->domain, role, &cursor);

	(void)folder;
	if (code == VA_USER_DOES_NOT_EXIST || code == VA_ILLEGAL_USERNAME)
		return no_list(m, r);
	if (code == 0) {
		while (!is_short &&
		       (code = vpop_list_members_next(cursor, &address)) == 1)
			is_short = mail_names_add(ret, address) != 0;
		vpop_list_members_close(cursor);
	}
	if (is_short)
		mail_refuse(m, "unavailable", NULL, "out of memory");
	else if (code < 0)
		mail_refuse_vpop(m, code);
	return is_short || code < 0 ? -1 : 0;
}

/* The list's folder, "" if what is in it says nothing of its sets.  malloc'd;
 * NULL and refused. */
static char *
find_folder(struct mail *m, const struct mail_request *r)
{
	struct vpop_domain domain;
	struct vpop_list list;
	char *folder = NULL;
	int code = vpop_list_get(m->vp, r->parent, r->domain, &list);

	if (mail_is_no_alias(code)) {
		no_list(m, r);
		return NULL;
	}
	if (code == 0)
		code = vpop_domain_get(m->vp, r->domain, &domain);
	if (code < 0) {
		mail_refuse_vpop(m, code);
	} else if (list.sql[0]) {
		folder = strdup("");
	} else if (asprintf(&folder, "%s/%s", domain.dir, list.name) < 0) {
		folder = NULL;
	}
	explicit_bzero(list.sql, sizeof list.sql);
	if (code == 0 && !folder)
		mail_refuse(m, "unavailable", NULL, "out of memory");
	return folder;
}

/* All sets: 0, or -1 and refused. */
static int
read_sets(struct mail *m, const struct mail_request *r,
    const struct mail_names *ret_sets[ROLES])
{
	AUTO_FREE char *folder = find_folder(m, r);

	for (size_t i = 0; folder && i < ROLES; i++) {
		AUTO_FREE char *path = NULL;

		if (asprintf(&path, "%s%s%s", folder, *folder ? "/" : "",
			*folder ? roles[i].folder : "") < 0) {
			path = NULL;
			mail_refuse(m, "unavailable", NULL, "out of memory");
			return -1;
		}
		ret_sets[i] = mail_index(m, r, &sources[i], path);
		if (!ret_sets[i])
			return -1;
	}
	return folder ? 0 : -1;
}

static unsigned
bits_in(const struct mail_names *const sets[ROLES], const char *address)
{
	unsigned bits = 0;

	for (size_t i = 0; i < ROLES; i++)
		if (mail_names_has(sets[i], address))
			bits |= 1U << i;
	return bits;
}

static json_t *
show(const struct mail_request *r, const char *address, unsigned bits)
{
	const char *wanted = mail_text(r->where, "role");
	json_t *names = json_array();

	for (size_t i = 0; i < ROLES; i++)
		if (bits & 1U << i)
			json_array_append_new(
			    names, json_string(roles[i].name));
	if (!wanted)
		wanted = json_string_value(json_array_get(names, 0));
	return json_pack("{s:s, s:o, s:s}", "address", address, "roles", names,
	    "role", wanted ? wanted : "");
}

/* The bits of the filter. */
static unsigned
wanted_bits(const struct mail_request *r)
{
	const char *wanted = mail_text(r->where, "role");

	for (size_t i = 0; wanted && i < ROLES; i++)
		if (strcmp(roles[i].name, wanted) == 0)
			return 1U << i;
	return wanted ? 0 : ALL;
}

/* The least address that is next in one of the sets that are wanted, which go
 * on behind it; NULL at the end of the page. */
static const char *
next_address(const struct mail_request *r,
    const struct mail_names *const sets[ROLES], size_t at[ROLES])
{
	const unsigned wanted = wanted_bits(r);
	const char *least = NULL;

	for (size_t i = 0; i < ROLES; i++) {
		if (!(wanted & 1U << i) || at[i] == sets[i]->count)
			continue;
		const char *address = sets[i]->list[at[i]];
		if (strncmp(address, r->q, strlen(r->q)) == 0 &&
		    (!least || strcmp(address, least) < 0))
			least = address;
	}
	for (size_t i = 0; least && i < ROLES; i++)
		at[i] += at[i] < sets[i]->count &&
			 strcmp(sets[i]->list[at[i]], least) == 0;
	return least;
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	const struct mail_names *sets[ROLES];
	const char *address, *last = NULL;
	size_t at[ROLES], count = 0;
	json_t *items;

	if (read_sets(m, r, sets) != 0)
		return NULL;
	for (size_t i = 0; i < ROLES; i++)
		at[i] = mail_names_begin(sets[i], r);
	items = json_array();
	while ((address = next_address(r, sets, at)) && count < r->limit) {
		json_array_append_new(
		    items, show(r, address, bits_in(sets, address)));
		last = address;
		count++;
	}
	return mail_page_result(items, address ? last : NULL);
}

/* The sets of the key's address: bits, 0 it is in none, -1 and refused. */
static int
bits_now(struct mail *m, const struct mail_request *r)
{
	const struct mail_names *sets[ROLES];

	return read_sets(m, r, sets) == 0 ? (int)bits_in(sets, r->key) : -1;
}

static int
no_member(struct mail *m, const struct mail_request *r)
{
	mail_refuse(m, "not-found", NULL, "'%s' is not on the list '%s@%s'",
	    r->key, r->parent, r->domain);
	return -1;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	int bits = bits_now(m, r);

	if (bits == 0)
		no_member(m, r);
	return bits > 0 ? json_pack("{s:o}", "object",
			      show(r, r->key, (unsigned)bits))
			: NULL;
}

/* ---- changing ---------------------------------------------------------- */

static int
allowed(struct mail *m, const struct mail_request *r, unsigned bits, int bit)
{
	for (size_t i = 0; i < ROLES; i++)
		if (bits & 1U << i &&
		    mail_allowed(m, r, roles[i].perm, bit,
			roles[i].role == VPOP_LIST_MODERATOR
			    ? "the moderators of mailing lists"
			    : "the members of mailing lists") != 0)
			return -1;
	return 0;
}

static int
put_role(struct mail *m, const struct mail_request *r, size_t index, int is_in)
{
	return (is_in ? vpop_list_member_add : vpop_list_member_remove)(
	    m->vp, r->parent, r->domain, roles[index].role, r->key);
}

/* From one state to the other; back, as far as it came, when a set cannot be
 * changed. */
static json_t *
change(
    struct mail *m, const struct mail_request *r, unsigned now, unsigned wanted)
{
	int code = 0;
	size_t i;

	if (allowed(m, r, wanted & ~now, VPOP_DENY_CREATE) != 0 ||
	    allowed(m, r, now & ~wanted, VPOP_DENY_DELETE) != 0)
		return NULL;
	for (i = 0; i < ROLES; i++)
		if ((now ^ wanted) & 1U << i &&
		    (code = put_role(m, r, i, (wanted & 1U << i) != 0)) != 0)
			break;
	if (code == 0)
		return json_object();
	mail_refuse_vpop_at(m, code, "/address");
	while (i-- > 0)
		if ((now ^ wanted) & 1U << i)
			(void)put_role(m, r, i, (now & 1U << i) != 0);
	return NULL;
}

/* Of the new object; without roles it is a subscriber. */
static unsigned
bits_of(const struct mail_request *r)
{
	json_t *names = json_object_get(r->new, "roles");
	unsigned bits = 0;
	json_t *name;
	size_t i;

	json_array_foreach(names, i, name)
	{
		for (size_t k = 0; k < ROLES; k++)
			if (strcmp(roles[k].name, json_string_value(name)) == 0)
				bits |= 1U << k;
	}
	return names ? bits : 1U;
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	int now = bits_now(m, r);

	if (now > 0)
		mail_refuse(m, "exists", NULL, "'%s' is on the list '%s@%s'",
		    r->key, r->parent, r->domain);
	return now == 0 ? change(m, r, 0, bits_of(r)) : NULL;
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	int now = bits_now(m, r);

	if (now == 0)
		no_member(m, r);
	return now > 0 ? change(m, r, (unsigned)now, bits_of(r)) : NULL;
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	int now = bits_now(m, r);

	if (now == 0)
		no_member(m, r);
	return now > 0 ? change(m, r, (unsigned)now, 0) : NULL;
}

const struct mail_resource mail_members = {
	.name = "members",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_MODIFY] = modify,
		[MAIL_DELETE] = delete,
	},
};
