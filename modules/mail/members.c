/*
 * Who is on a mailing list: an address, and the sets that it is in.
 *
 * ezmlm-list gives a set in an order of its own; a page is made of all
 * addresses of the sets that are asked for.
 */
#include "config.h"

#include "modules/mail/account.h"

#include <stddef.h>
#include <string.h>

#include "modules/mail/resources.h"

static const struct role {
	const char *name;
	enum vpop_list_role role;
	size_t perm;
} roles[] = {
	{ "subscriber", VPOP_LIST_SUBSCRIBER, MAIL_PERM(maillist_users) },
	{ "moderator", VPOP_LIST_MODERATOR, MAIL_PERM(maillist_moderators) },
	{ "digest", VPOP_LIST_DIGEST, MAIL_PERM(maillist_users) },
	{ "allow", VPOP_LIST_ALLOW, MAIL_PERM(maillist_users) },
	{ "deny", VPOP_LIST_DENY, MAIL_PERM(maillist_users) },
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

/* Add the addresses of a set to found: an object of address and bits.  With
 * only, no other one. */
static int
read_role(struct mail *m, const struct mail_request *r, size_t index,
    const char *only, json_t *found)
{
	struct vpop_list_members *cursor;
	const char *address;
	int code = vpop_list_members_open(
	    m->vp, r->parent, r->domain, roles[index].role, &cursor);

	if (code == VA_USER_DOES_NOT_EXIST || code == VA_ILLEGAL_USERNAME)
		return no_list(m, r);
	if (code == 0) {
		while ((code = vpop_list_members_next(cursor, &address)) == 1) {
			if (only && strcmp(only, address) != 0)
				continue;
			json_int_t bits = mail_integer(found, address, 0);
			json_object_set_new(
			    found, address, json_integer(bits | 1 << index));
		}
		vpop_list_members_close(cursor);
	}
	if (code < 0)
		mail_refuse_vpop(m, code);
	return code;
}

/* NULL and refused. */
static json_t *
read_roles(struct mail *m, const struct mail_request *r, const char *only)
{
	json_t *found = json_object();
	int code = 0;

	for (size_t i = 0; code == 0 && i < ROLES; i++)
		code = read_role(m, r, i, only, found);
	if (code == 0)
		return found;
	json_decref(found);
	return NULL;
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

static json_t *
end_page(struct mail_page *page, json_t *found)
{
	const size_t shown =
	    page->count < page->r->limit ? page->count : page->r->limit;
	json_t *items = json_array();

	for (size_t i = 0; i < shown; i++)
		json_array_append_new(items,
		    show(page->r, page->keys[i],
			(unsigned)mail_integer(found, page->keys[i], 0)));
	return mail_page_result(
	    items, page->count > shown ? page->keys[shown - 1] : NULL);
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	const unsigned wanted = wanted_bits(r);
	json_t *found = read_roles(m, r, NULL), *result = NULL;
	struct mail_page page;
	const char *address;
	json_t *bits;

	if (!found || mail_page_begin(m, r, &page) != 0) {
		json_decref(found);
		return NULL;
	}
	json_object_foreach(found, address, bits)
	{
		if ((unsigned)json_integer_value(bits) & wanted &&
		    mail_page_offer(m, &page, address) != 0)
			break;
	}
	if (!m->refused)
		result = end_page(&page, found);
	mail_page_free(&page);
	json_decref(found);
	return result;
}

/* The sets of the key's address: bits, 0 it is in none, -1 and refused. */
static int
bits_now(struct mail *m, const struct mail_request *r)
{
	json_t *found = read_roles(m, r, r->key);
	int bits = found ? (int)mail_integer(found, r->key, 0) : -1;

	json_decref(found);
	return bits;
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
