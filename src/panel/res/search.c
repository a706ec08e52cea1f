/*
 * A search for keys over the resources of modules that are searched: those of
 * the site, then domain by domain those of each.  "joe" finds what begins so;
 * "joe@exam" finds joe in the domains that begin so.
 *
 * The work of one request is bounded, whatever the site: it ends with as many
 * items as it may have or after LISTS_MAX lists, and "next" says where to go
 * on.  That is believed no more than the query: rights are looked at for each
 * list.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "panel/auth/grant.h"
#include "panel/auth/rights.h"
#include "panel/auth/token.h"
#include "panel/res/page.h"
#include "panel/res/res.h"
#include "panel/res/resource.h"

#define LISTS_MAX 200
#define CHUNK     20   /* domains that are asked for at once */
#define INDEX_MAX 1024 /* beyond all resources */

struct search {
	struct vhd_call *call;
	const char *start; /* of keys */
	const char *name;  /* of domains: its start, or NULL: of all */
	int is_only;       /* the domain is the only one */
	int is_exact;      /* the key is "start" and no other */
	int64_t limit;
	int lists; /* that may be asked for */
	json_t *items;
	/* Where it is. */
	int64_t index;        /* of the resource */
	json_t *domain;       /* NULL: at the site */
	const char *after;    /* a key, or NULL: from the first */
	json_t *names, *page; /* domains at hand; the list at hand */
	size_t names_done;
};

/* ---- places ----------------------------------------------------------- */

/* The resource with an index among those that are searched.  1, or 0: there
 * are no more. */
static int
find_searched(const struct search *s, int64_t index, struct vhd_place *ret)
{
	const struct vp_manifest *manifests;
	size_t count;

	manifests = vhd_modules_list(s->call->modules, &count);
	for (size_t m = 0; m < count; m++)
		for (size_t r = 0; r < manifests[m].count; r++) {
			const struct vp_module_resource *resource =
			    &manifests[m].resources[r];

			if (!resource->is_searched || resource->within ||
			    !(resource->can & VP_MODULE_LIST) || index-- > 0)
				continue;
			*ret = (struct vhd_place){ .manifest = &manifests[m],
				.resource = resource,
				.is_list = 1 };
			return 1;
		}
	return 0;
}

/* The resource that has the domains; 1, or 0: there is none. */
static int
find_domains(const struct search *s, struct vhd_place *ret)
{
	for (int64_t i = 0; find_searched(s, i, ret); i++)
		if (!ret->resource->of_domain &&
		    strcmp(ret->resource->name, "domains") == 0)
			return 1;
	return 0;
}

/* Ask for a page of a list; NULL after a problem. */
static json_t *
ask(struct search *s, const struct vhd_place *place, json_t *parameters)
{
	json_t *result;

	s->lists--;
	s->call->place = *place;
	json_object_update_missing_new(
	    parameters, vhd_resource_parameters(s->call, NULL));
	if (!s->call->sees_own)
		return vhd_resource_ask(s->call, "list", parameters);
	result = vhd_resource_list_own(s->call, parameters);
	json_decref(parameters);
	return result;
}

/* ---- domains ---------------------------------------------------------- */

/* More names of domains after one, whatever a token is limited to: what is in
 * them is not seen for that.  0, or -1 after a problem. */
static int
fetch_names(struct search *s, const char *after)
{
	struct vhd_place place;
	json_t *result, *item;
	size_t i;

	json_decref(s->names);
	s->names = json_array();
	s->names_done = 0;
	if (!find_domains(s, &place) ||
	    !vhd_rights_sees(s->call, &place, "", 0))
		return 0;
	result = ask(s, &place,
	    json_pack("{s:i, s:s*, s:s*}", "limit", CHUNK, "after", after, "q",
		s->name));
	json_array_foreach(json_object_get(result, "items"), i, item)
	{
		json_array_append(
		    s->names, json_object_get(item, place.resource->key));
	}
	json_decref(result);
	return result ? 0 : -1;
}

/* Go to the next domain.  1, or 0: there is none, or -1 after a problem. */
static int
next_domain(struct search *s)
{
	json_t *name;

	if (s->is_only)
		return 0;
	if (s->names_done == json_array_size(s->names) &&
	    fetch_names(s, json_string_value(s->domain)) != 0)
		return -1;
	name = json_array_get(s->names, s->names_done++);
	if (!json_is_string(name))
		return 0;
	json_decref(s->domain);
	s->domain = json_incref(name);
	s->index = 0;
	return 1;
}

/* ---- one list --------------------------------------------------------- */

/* Whether the caller sees the list; -1 after a problem. */
static int
sees(struct search *s, struct vhd_place *place)
{
	const char *domain = json_string_value(s->domain);
	const struct vhd_who *who = &s->call->who;
	int is_owned = 0;

	if (!place->resource->of_domain != !domain ||
	    (who->token_limits &&
		!vhd_token_allows(who->token_limits, vhd_method_names[VHD_GET],
		    place->resource->name, domain ? domain : "")))
		return 0;
	place->domain = domain;
	if (domain && who->role == VHD_RESELLER)
		is_owned = vhd_grant_owns(s->call, who->name, domain);
	if (is_owned < 0)
		return -1;
	return vhd_rights_sees(s->call, place, domain ? domain : "", is_owned);
}

static void
add_item(struct search *s, const struct vhd_place *place, const char *key)
{
	AUTO_FREE char *path = vhd_place_path(place, key);

	if (s->is_exact && strcmp(key, s->start) != 0)
		return;
	json_array_append_new(s->items,
	    json_pack("{s:s, s:s, s:O?, s:s, s:s}", "module",
		place->manifest->name, "resource", place->resource->name,
		"domain", s->domain, "key", key, "path", path ? path : ""));
}

/* 1: the list is at its end; 0: it is not; -1 after a problem. */
static int
take_list(struct search *s, const struct vhd_place *place)
{
	int64_t left = s->limit - (int64_t)json_array_size(s->items);
	json_t *result = ask(s, place,
	    json_pack("{s:I, s:s*, s:s}", "limit",
		(json_int_t)(s->is_exact ? 1 : left), "after", s->after, "q",
		s->start));
	json_t *item;
	size_t i;

	if (!result) /* the domain may have gone meanwhile */
		return s->call->status == 404 ? 1 : -1;
	json_array_foreach(json_object_get(result, "items"), i, item)
	{
		const char *key = json_string_value(
		    json_object_get(item, place->resource->key));

		if (key)
			add_item(s, place, key);
	}
	json_decref(s->page);
	s->page = result;
	s->after = json_string_value(json_object_get(result, "next"));
	return s->is_exact || !s->after;
}

/* ---- all of it -------------------------------------------------------- */

static void
reply(struct search *s, int is_done)
{
	json_t *next = json_null();

	if (!is_done)
		next = json_sprintf("%d %s %s", (int)s->index,
		    s->domain ? json_string_value(s->domain) : "-",
		    s->after ? s->after : "");
	/* A problem with a domain that has gone may have set another. */
	vhd_call_header(s->call, VHD_REPLY_TYPE, "application/json");
	vhd_call_json(s->call, 200,
	    json_pack("{s:O, s:o}", "items", s->items, "next", next));
}

/* 1: all has been looked at; 0: there is more; -1 after a problem. */
static int
look(struct search *s)
{
	for (;;) {
		struct vhd_place place;
		int rc = 1;

		if ((int64_t)json_array_size(s->items) >= s->limit ||
		    s->lists <= 0)
			return 0;
		if (find_searched(s, s->index, &place)) {
			rc = sees(s, &place);
			if (rc > 0)
				rc = take_list(s, &place);
			else if (rc == 0)
				rc = 1;
			if (rc <= 0)
				return rc;
			s->index++;
			s->after = NULL;
		} else if ((rc = next_domain(s)) <= 0) {
			return rc == 0 ? 1 : -1;
		}
	}
}

/* Where the last page ended: "INDEX DOMAIN AFTER".  0, or -1 after a
 * problem. */
static int
go_on(struct search *s, char *text)
{
	const char *index = strsep(&text, " ");
	const char *domain = text ? strsep(&text, " ") : NULL;

	if (!text || vp_number(index, 0, INDEX_MAX, &s->index) != 0) {
		vhd_problem(s->call, 400, "bad-request",
		    "cursor is not the last page's next");
		return -1;
	}
	if (strcmp(domain, "-") != 0)
		s->domain = json_string(domain);
	s->after = *text ? text : NULL;
	return 0;
}

/* Only the domain that the query names; 0, or -1 after a problem. */
static int
keep_to(struct search *s, const char *name)
{
	struct vpop_domain domain;
	struct vhd_place place;
	int rc = vpop_domain_get(s->call->vp, name, &domain);

	if (rc != 0 && vpop_class(rc) == VPOP_CLASS_TEMPORARY) {
		vhd_problem_vpop(s->call, rc);
		return -1;
	}
	if (rc == 0) {
		json_decref(s->domain);
		s->domain = json_string(domain.real);
		s->is_only = 1;
		for (int64_t i = 0; find_searched(s, i, &place); i++)
			if ((rc = sees(s, &place)) != 0)
				return rc > 0 ? 0 : -1;
	}
	vhd_problem(s->call, 404, "not-found", "there is no such domain");
	return -1;
}

/* What is wanted, and where the last page ended; 0, or -1 after a problem. */
static int
take_query(struct search *s, char *q, char *cursor)
{
	const char *only = vhd_target_argument(&s->call->target, "domain");
	char *at = strrchr(q, '@');

	if (!*q) {
		vhd_problem(s->call, 400, "bad-request", "q is needed");
		return -1;
	}
	s->start = q;
	if (at && !only) {
		*at = '\0';
		s->name = at + 1;
		s->is_exact = *q != '\0';
		s->index = INDEX_MAX; /* not at the site */
	}
	if (cursor && go_on(s, cursor) != 0)
		return -1;
	return only ? keep_to(s, only) : 0;
}

void
vhd_search(struct vhd_call *call)
{
	struct search s = { .call = call, .lists = LISTS_MAX };
	const char *q = vhd_target_argument(&call->target, "q"), *after;
	AUTO_FREE char *query = strdup(q ? q : "");
	AUTO_FREE char *cursor = NULL;
	int rc = -1;

	if (vhd_page_take(call, &after, &s.limit) != 0 || !query)
		return;
	cursor = after ? strdup(after) : NULL;
	s.items = json_array();
	if (take_query(&s, query, cursor) == 0)
		rc = look(&s);
	if (rc >= 0)
		reply(&s, rc);
	memset(&call->place, 0, sizeof call->place);
	json_decref(s.items);
	json_decref(s.domain);
	json_decref(s.names);
	json_decref(s.page);
}
