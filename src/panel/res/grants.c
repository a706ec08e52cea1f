/* Roles by grant, and what resellers have. */
#include "config.h"

#include <string.h>

#include "panel/api/body.h"
#include "panel/api/entity.h"
#include "panel/api/publish.h"
#include "panel/auth/grant.h"
#include "panel/auth/pool.h"
#include "panel/res/merge.h"
#include "panel/res/page.h"
#include "panel/res/res.h"
#include "vpop_event.h"

#define DOMAINS_MAX 10000

static json_t *
load_grants(struct vhd_call *call, const char *after, int64_t limit)
{
	return vhd_grant_list(call, after, 0, limit);
}

static json_t *
load_resellers(struct vhd_call *call, const char *after, int64_t limit)
{
	return vhd_grant_list(call, after, VHD_RESELLER, limit);
}

/* ---- grants ----------------------------------------------------------- */

static void
publish(struct vhd_call *call, const char *type, const struct vhd_grant *grant)
{
	json_t *json = json_pack("{s:s, s:s}", "account", grant->account,
	    "role", vhd_role_name(grant->role));
	int is_new = strcmp(type, "grant.created") == 0;

	vhd_publish(call, type, grant->account, "", is_new ? NULL : json,
	    is_new ? json : NULL);
}

/* The grant of the account in the path.  0, or -1 after a problem. */
static int
find(struct vhd_call *call, enum vhd_role role, struct vhd_grant *ret_grant)
{
	struct vpop_user user;
	int rc;

	if (vhd_account_of_path(call, &user) != 0)
		return -1;
	rc = vhd_grant_get(call, &user, ret_grant);
	if (rc < 0)
		return -1;
	if (rc > 0 && (role == 0 || ret_grant->role == role))
		return 0;
	vhd_problem(call, 404, "not-found", "the account has no such grant");
	return -1;
}

void
vhd_grants_list(struct vhd_call *call)
{
	vhd_page_list(call, load_grants, "account");
}

void
vhd_grant_show(struct vhd_call *call)
{
	struct vhd_grant grant;

	if (find(call, 0, &grant) == 0)
		vhd_call_json(call, 200, vhd_grant_json(&grant));
}

static int
take_grant(
    struct vhd_call *call, const char **ret_account, enum vhd_role *ret_role)
{
	static const char *const names[] = { "account", "role", NULL };
	const char *role;

	if (vhd_body_check(call, names) != 0 ||
	    vhd_body_needed(
		call, "account", VHD_ACCOUNT_SIZE - 1, ret_account) != 0 ||
	    vhd_body_needed(call, "role", 16, &role) != 0)
		return -1;
	*ret_role = vhd_role_find(role, strlen(role));
	if (*ret_role == VHD_OPERATOR || *ret_role == VHD_RESELLER)
		return 0;
	vhd_problem_field(
	    call, "/role", "it must be \"operator\" or \"reseller\"");
	return -1;
}

/* The account that the body names.  0, or -1 after a problem. */
static int
look_up(struct vhd_call *call, const char *address, struct vpop_user *ret_user)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	int rc = strchr(address, '@')
		     ? vpop_parse_address(call->vp, address, name, domain)
		     : VA_USER_DOES_NOT_EXIST;

	if (rc == 0)
		rc = vpop_user_get(call->vp, name, domain, ret_user);
	if (rc == 0) {
		explicit_bzero(ret_user->clear, sizeof ret_user->clear);
		return 0;
	}
	if (vpop_class(rc) == VPOP_CLASS_TEMPORARY)
		vhd_problem_vpop(call, rc);
	else
		vhd_problem_field(call, "/account", "there is no such account");
	return -1;
}

void
vhd_grant_create(struct vhd_call *call)
{
	struct vhd_grant grant;
	struct vpop_user user;
	const char *address;
	enum vhd_role role;
	int64_t seq;
	int rc;

	if (take_grant(call, &address, &role) != 0)
		return;
	rc = vpop_events_last(call->vp, &seq);
	if (rc != 0) {
		vhd_problem_vpop(call, rc);
		return;
	}
	/* What the account of that name had before it goes first. */
	if (look_up(call, address, &user) != 0 ||
	    vhd_grant_get(call, &user, &grant) < 0)
		return;
	vhd_account_name(&user, grant.account);
	rc = vhd_grant_add(call, grant.account, role, seq);
	if (rc == 0)
		vhd_problem(call, 409, "name-exists",
		    "the account has a grant already");
	if (rc <= 0 || vhd_grant_get(call, &user, &grant) != 1)
		return;
	publish(call, "grant.created", &grant);
	vhd_call_header(
	    call, VHD_REPLY_LOCATION, "/api/v1/grants/%s", grant.account);
	vhd_call_json(call, 201, vhd_grant_json(&grant));
}

void
vhd_grant_delete(struct vhd_call *call)
{
	struct vhd_grant grant;

	if (find(call, 0, &grant) != 0 ||
	    vhd_grant_remove(call, grant.account) != 0)
		return;
	publish(call, "grant.deleted", &grant);
	vhd_call_empty(call, 204);
}

/* ---- resellers -------------------------------------------------------- */

static json_t *
reseller_json(
    const struct vhd_grant *grant, const struct vhd_reseller *reseller)
{
	return json_pack("{s:s, s:O, s:{s:I}, s:O}", "account", grant->account,
	    "limits", reseller->limits, "usage", "domains",
	    (json_int_t)json_array_size(reseller->domains), "domains",
	    reseller->domains);
}

/* Reply with a reseller and what his domains use together, which is no part
 * of the revision; json is taken. */
static void
reply(struct vhd_call *call, json_t *json)
{
	json_t *sums = vhd_pool_usage(call, json_object_get(json, "domains"),
	    json_object_get(json, "limits"));

	if (sums) {
		vhd_entity_header(call, json);
		json_object_update(json_object_get(json, "usage"), sums);
		vhd_call_json(call, 200, json_incref(json));
	}
	json_decref(sums);
	json_decref(json);
}

static json_t *
read_reseller(struct vhd_call *call, struct vhd_grant *ret_grant)
{
	struct vhd_reseller reseller;
	json_t *json;

	if (find(call, VHD_RESELLER, ret_grant) != 0 ||
	    vhd_reseller_get(call, ret_grant->account, &reseller) != 0)
		return NULL;
	json = reseller_json(ret_grant, &reseller);
	vhd_reseller_clear(&reseller);
	if (!json)
		vhd_problem(call, 503, "unavailable", "there is no memory");
	return json;
}

void
vhd_resellers_list(struct vhd_call *call)
{
	vhd_page_list(call, load_resellers, "account");
}

void
vhd_reseller_show(struct vhd_call *call)
{
	struct vhd_grant grant;
	json_t *json = read_reseller(call, &grant);

	if (json)
		reply(call, json);
}

static int
check_limits(struct vhd_call *call, json_t *limits)
{
	const char *name;
	json_t *limit;

	if (!json_is_object(limits)) {
		vhd_problem_field(call, "/limits", "it must be an object");
		return -1;
	}
	json_object_foreach(limits, name, limit)
	{
		if ((strcmp(name, "domains") == 0 ||
			vhd_pool_is_counted(call, name)) &&
		    json_is_integer(limit) && json_integer_value(limit) >= 0)
			continue;
		vhd_problem_field(call, "/limits",
		    "it has \"domains\" and what modules count, numbers that "
		    "are not negative");
		return -1;
	}
	return 0;
}

/* Real names of domains that there are, once each.  0, or -1 after a
 * problem. */
static int
resolve_domains(struct vhd_call *call, json_t *names, json_t *ret_real)
{
	json_t *item;
	size_t i;

	if (!json_is_array(names) || json_array_size(names) > DOMAINS_MAX) {
		vhd_problem_field(call, "/domains",
		    "it must be a list of at most %d names", DOMAINS_MAX);
		return -1;
	}
	json_array_foreach(names, i, item)
	{
		const char *name = json_string_value(item);
		struct vpop_domain domain;
		int rc = name ? vpop_domain_get(call->vp, name, &domain)
			      : VA_INVALID_DOMAIN_NAME;
		char pointer[32];

		snprintf(pointer, sizeof pointer, "/domains/%zu", i);
		if (rc != 0 && vpop_class(rc) == VPOP_CLASS_TEMPORARY)
			vhd_problem_vpop(call, rc);
		else if (rc != 0)
			vhd_problem_field(
			    call, pointer, "there is no such domain");
		if (rc != 0)
			return -1;
		json_array_append_new(ret_real, json_string(domain.real));
	}
	return 0;
}

/* Limits as texts, such as "accounts=5". */
static json_t *
limit_texts(json_t *limits)
{
	json_t *texts = json_array(), *limit;
	const char *name;

	json_object_foreach(limits, name, limit)
	{
		json_array_append_new(
		    texts, json_sprintf("%s=%" JSON_INTEGER_FORMAT, name,
			       json_integer_value(limit)));
	}
	return texts;
}

/* now: the object as it is. */
static void
change(struct vhd_call *call, const struct vhd_grant *grant, json_t *now)
{
	json_t *new = vhd_merge(now, call->body);
	struct vhd_reseller reseller = { json_object_get(new, "limits"),
		json_array() };
	char taken[VPOP_DOMAIN_SIZE];
	int rc = -1;

	if (check_limits(call, reseller.limits) == 0 &&
	    resolve_domains(
		call, json_object_get(new, "domains"), reseller.domains) == 0)
		rc = vhd_reseller_set(call, grant->account, &reseller, taken);
	if (rc == 0)
		vhd_problem_field(call, "/domains",
		    "%s is another reseller's already", taken);
	if (rc == 1) {
		vhd_publish(call, "reseller.updated", grant->account, "", NULL,
		    json_pack("{s:O, s:O*, s:o}", "domains", reseller.domains,
			"max_domains",
			json_object_get(reseller.limits, "domains"), "limits",
			limit_texts(reseller.limits)));
		vhd_reseller_show(call);
	}
	json_decref(reseller.domains);
	json_decref(new);
}

void
vhd_reseller_change(struct vhd_call *call)
{
	static const char *const names[] = { "limits", "domains", NULL };
	struct vhd_grant grant;
	json_t *now;

	if (vhd_body_check(call, names) != 0)
		return;
	now = read_reseller(call, &grant);
	if (now && vhd_entity_match(call, json_incref(now)) == 0)
		change(call, &grant, now);
	json_decref(now);
}
