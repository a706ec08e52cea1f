/*
 * Objects of modules that are not ok, the oldest first.  Each is shown to
 * whoever may read it; what is about no object and no domain, to those who see
 * the whole site.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "panel/api/body.h"
#include "panel/auth/grant.h"
#include "panel/auth/rights.h"
#include "panel/auth/token.h"
#include "panel/module/client.h"
#include "panel/res/objstate.h"
#include "panel/res/res.h"
#include "panel/state/state.h"

enum {
	NUMBER,
	MODULE,
	RESOURCE,
	DOMAIN,
	PARENT,
	KEY,
	STATE,
	REASON,
	SINCE,
	SEQ
};

struct degraded {
	struct vhd_call *call;
	int64_t after, limit;
	const char *module, *domain;
	enum vhd_objstate state;
	char real[VPOP_DOMAIN_SIZE];
	json_t *items;
	int64_t last; /* number of the last one that was taken */
};

/* ---- the query -------------------------------------------------------- */

/* 0, or -1 after a problem. */
static int
take_domain(struct degraded *d)
{
	struct vpop_domain domain;
	int rc;

	d->domain = vhd_target_argument(&d->call->target, "domain");
	if (!d->domain)
		return 0;
	rc = vpop_domain_get(d->call->vp, d->domain, &domain);
	if (rc != 0 && vpop_class(rc) == VPOP_CLASS_TEMPORARY) {
		vhd_problem_vpop(d->call, rc);
		return -1;
	}
	if (rc == 0) {
		memcpy(d->real, domain.real, sizeof d->real);
		d->domain = d->real;
	}
	return 0;
}

static int
take_query(struct degraded *d)
{
	struct vhd_call *call = d->call;
	const char *state = vhd_target_argument(&call->target, "state");

	d->module = vhd_target_argument(&call->target, "module");
	d->state = vhd_object_state_find(state);
	if (state && !d->state) {
		vhd_problem(call, 400, "bad-request",
		    "state is \"pending\" or \"degraded\"");
		return -1;
	}
	if (vhd_argument_number(call, "limit", 1, 500, 50, &d->limit) != 0 ||
	    vhd_argument_number(call, "cursor", 1, INT64_MAX, 0, &d->after) !=
		0)
		return -1;
	return take_domain(d);
}

/* ---- rows ------------------------------------------------------------- */

static const char *
text_of(sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

/* NULL for what is empty. */
static const char *
part_of(sqlite3_stmt *row, int column)
{
	const char *text = text_of(row, column);

	return *text ? text : NULL;
}

static int
is_named(const struct vp_module_resource *resource, const char *name)
{
	const char *rest = name;

	if (resource->within) {
		size_t size = strlen(resource->within->name);

		if (strncmp(name, resource->within->name, size) != 0 ||
		    name[size] != '/')
			return 0;
		rest = name + size + 1;
	}
	return strcmp(rest, resource->name) == 0;
}

/* 1 and where it is, or 0: its module, or resource, is not there. */
static int
find_place(struct vhd_call *call, sqlite3_stmt *row, struct vhd_place *ret)
{
	const struct vp_manifest *manifests;
	size_t count;

	*ret = (struct vhd_place){ .domain = part_of(row, DOMAIN),
		.parent = part_of(row, PARENT),
		.key = part_of(row, KEY) };
	manifests = vhd_modules_list(call->modules, &count);
	for (size_t m = 0; m < count; m++) {
		const struct vp_manifest *manifest = &manifests[m];

		if (strcmp(manifest->name, text_of(row, MODULE)) != 0)
			continue;
		ret->manifest = manifest;
		for (size_t r = 0; r < manifest->count; r++)
			if (is_named(&manifest->resources[r],
				text_of(row, RESOURCE)) &&
			    manifest->resources[r].of_domain == !!ret->domain)
				ret->resource = &manifest->resources[r];
	}
	ret->is_list = ret->resource && ret->resource->key && !ret->key;
	return ret->resource != NULL;
}

/* 1 if the caller may read what is there, 0, or -1 after a problem. */
static int
is_shown(struct vhd_call *call, const struct vhd_place *place)
{
	const struct vhd_who *who = &call->who;
	const char *name = place->domain   ? place->domain
			   : place->parent ? place->parent
					   : place->key;
	int is_owned = 0;

	if (who->token_limits && !vhd_token_allows(who->token_limits, "GET",
				     place->resource->name, name ? name : ""))
		return 0;
	if (who->role == VHD_SYSTEM)
		return 1;
	if (!name)
		return who->role == VHD_OPERATOR;
	if (who->role == VHD_RESELLER)
		is_owned = vhd_grant_owns(call, who->name, name);
	if (is_owned < 0)
		return -1;
	return (vhd_rights_at(who, place, name, is_owned) &
		   place->resource->read) != 0;
}

static json_t *
row_json(sqlite3_stmt *row, const struct vhd_place *place)
{
	AUTO_FREE char *path = vhd_place_path(place, place->key);

	return json_pack("{s:s, s:s, s:s?, s:s?, s:s?, s:s, s:s, s:s, s:o}",
	    "module", place->manifest->name, "resource", text_of(row, RESOURCE),
	    "domain", place->domain, "parent", place->parent, "key", place->key,
	    "path", path ? path : "", "state",
	    vhd_object_state_name(
		(enum vhd_objstate)sqlite3_column_int(row, STATE)),
	    "reason", text_of(row, REASON), "since",
	    vhd_time_json(sqlite3_column_int64(row, SINCE)));
}

/* 1: the page is full, 0, or -1 after a problem. */
static int
take_row(struct degraded *d, sqlite3_stmt *row)
{
	const int is_domain = strcmp(text_of(row, RESOURCE), "domains") == 0;
	struct vhd_place place;
	int rc = find_place(d->call, row, &place);

	if (rc > 0)
		rc = is_shown(d->call, &place);
	if (rc <= 0)
		return rc;
	rc = vhd_object_is_gone(d->call, text_of(row, is_domain ? KEY : DOMAIN),
	    sqlite3_column_int64(row, SEQ));
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if ((int64_t)json_array_size(d->items) == d->limit)
		return 1;
	json_array_append_new(d->items, row_json(row, &place));
	d->last = sqlite3_column_int64(row, NUMBER);
	return 0;
}

/* The rows that may be of interest; which are shown is looked at one by one. */
static sqlite3_stmt *
open_rows(const struct degraded *d)
{
	const struct vhd_who *who = &d->call->who;

	return vhd_state_query(d->call->state,
	    "SELECT number, module, resource, domain, parent, key, state,"
	    " reason, since, seq FROM object_state WHERE number > ?1"
	    " AND (?2 IS NULL OR module = ?2)"
	    " AND (?3 IS NULL OR ?3 IN (domain, key))"
	    " AND (?4 = 0 OR state = ?4)"
	    " AND (?5 OR ?6 IN (domain, key) OR EXISTS(SELECT 1"
	    " FROM domain_owner AS o WHERE o.account = ?7"
	    " AND o.domain IN (object_state.domain, key)))"
	    " ORDER BY number",
	    vhd_number(d->after), vhd_text(d->module), vhd_text(d->domain),
	    vhd_number(d->state),
	    vhd_number((who->role & (VHD_SYSTEM | VHD_OPERATOR)) != 0),
	    vhd_text(who->domain), vhd_text(who->name));
}

void
vhd_degraded_list(struct vhd_call *call)
{
	struct degraded d = { .call = call };
	sqlite3_stmt *rows;
	char next[24];
	int rc = 0, full = 0;

	if (take_query(&d) != 0)
		return;
	d.items = json_array();
	rows = open_rows(&d);
	while (full == 0 && (rc = vhd_state_next(call->state, rows)) > 0)
		full = take_row(&d, rows);
	if (full != 0)
		vhd_state_done(rows);
	else if (rc < 0)
		vhd_problem_state(call);
	if (full < 0 || rc < 0) {
		json_decref(d.items);
		return;
	}
	snprintf(next, sizeof next, "%lld", (long long)d.last);
	vhd_call_json(call, 200,
	    json_pack(
		"{s:o, s:s?}", "items", d.items, "next", full ? next : NULL));
}
