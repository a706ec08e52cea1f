#include "config.h"

#include "panel/auth/pool.h"

#include <string.h>

#include "panel/auth/grant.h"
#include "panel/module/client.h"
#include "panel/res/changelock.h"
#include "panel/res/resource.h"
#include "panel/state/state.h"

/* ---- what is counted -------------------------------------------------- */

static int
is_among(json_t *list, const char *name)
{
	json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		if (strcmp(json_string_value(item), name) == 0)
			return 1;
	}
	return 0;
}

static int
counts(const struct vp_manifest *manifest, const char *name)
{
	if (!vp_manifest_has_verb(manifest, "usage"))
		return 0;
	for (size_t i = 0; i < manifest->count; i++)
		if (is_among(manifest->resources[i].counts, name))
			return 1;
	return 0;
}

int
vhd_pool_is_counted(const struct vhd_call *call, const char *name)
{
	const struct vp_manifest *manifests;
	size_t count;

	manifests = vhd_modules_list(call->modules, &count);
	for (size_t i = 0; i < count; i++)
		if (counts(&manifests[i], name))
			return 1;
	return 0;
}

/* ---- summing up ------------------------------------------------------- */

/* Add what a module says that a domain uses. */
static void
add_up(const struct vp_manifest *manifest, const json_t *result, json_t *sums)
{
	json_t *list = json_object_get(result, "usage"), *item;
	size_t i;

	json_array_foreach(list, i, item)
	{
		const char *name =
		    json_string_value(json_object_get(item, "name"));
		json_t *sum = name ? json_object_get(sums, name) : NULL;

		if (sum && counts(manifest, name))
			json_integer_set(
			    sum, json_integer_value(sum) +
				     json_integer_value(
					 json_object_get(item, "used")));
	}
}

/* 0, or -1 after a problem.  A domain that a module has not uses nothing. */
static int
ask_module(struct vhd_call *call, const struct vp_manifest *manifest,
    const char *domain, json_t *sums)
{
	json_t *parameters = json_pack(
	    "{s:s, s:o}", "domain", domain, "actor", vhd_resource_actor(call));
	struct vp_module_answer answer;
	int rc = 0;

	vhd_module_call(
	    call->modules, manifest->name, "usage", parameters, &answer);
	json_decref(parameters);
	if (answer.outcome == VP_MODULE_DONE) {
		add_up(manifest, answer.result, sums);
	} else if (answer.outcome == VP_MODULE_BROKEN ||
		   strcmp(answer.code, "not-found") != 0) {
		vhd_problem(call, 503, "unavailable",
		    "the module '%s' does not tell what '%s' uses: %s",
		    manifest->name, domain, answer.words);
		rc = -1;
	}
	vp_module_answer_free(&answer);
	return rc;
}

/* Whether the module counts anything that there is a sum of. */
static int
is_asked(const struct vp_manifest *manifest, json_t *sums)
{
	const char *name;
	json_t *sum;

	json_object_foreach(sums, name, sum)
	{
		if (counts(manifest, name))
			return 1;
	}
	return 0;
}

/* sums: names with 0 each. */
static int
sum_up(struct vhd_call *call, const json_t *domains, json_t *sums)
{
	const struct vp_manifest *manifests;
	json_t *domain;
	size_t count, i;

	manifests = vhd_modules_list(call->modules, &count);
	for (size_t m = 0; m < count; m++) {
		if (!is_asked(&manifests[m], sums))
			continue;
		json_array_foreach(domains, i, domain)
		{
			if (ask_module(call, &manifests[m],
				json_string_value(domain), sums) != 0)
				return -1;
		}
	}
	return 0;
}

json_t *
vhd_pool_usage(struct vhd_call *call, const json_t *domains, json_t *limits)
{
	json_t *sums = json_object(), *limit;
	const char *name;

	json_object_foreach(limits, name, limit)
	{
		if (vhd_pool_is_counted(call, name))
			json_object_set_new(sums, name, json_integer(0));
	}
	if (sum_up(call, domains, sums) == 0)
		return sums;
	json_decref(sums);
	return NULL;
}

/* ---- making ----------------------------------------------------------- */

/* What that which the call makes counts as, or NULL. */
static json_t *
counts_of(const struct vhd_call *call)
{
	return call->place.action ? call->place.action->counts
				  : call->place.resource->counts;
}

/* Whose pool an object at the call's place is of: 1, 0: of nobody's, or -1
 * after a problem. */
static int
find_owner(struct vhd_call *call, char ret_account[VHD_ACCOUNT_SIZE])
{
	if (call->who.role == VHD_SYSTEM)
		return 0;
	if (call->place.domain || (call->place.action && *call->domain))
		return vhd_reseller_of(call, call->domain, ret_account);
	if (call->who.role != VHD_RESELLER)
		return 0;
	snprintf(ret_account, VHD_ACCOUNT_SIZE, "%s", call->who.name);
	return 1;
}

/* The limits that an object counts for; a new object. */
static json_t *
limits_of_place(const struct vhd_call *call, const json_t *limits)
{
	json_t *found = json_object(), *name;
	size_t i;

	json_array_foreach(counts_of(call), i, name)
	{
		const char *text = json_string_value(name);
		json_t *limit = json_object_get(limits, text);

		if (limit)
			json_object_set(found, text, limit);
	}
	return found;
}

/* The same job may come again after it was done.  What an action makes is not
 * known by the key. */
static int
is_made(struct vhd_call *call, const char *key)
{
	if (call->place.action)
		return 0;

	json_t *parameters = vhd_resource_parameters(call, key);
	struct vp_module_answer answer;
	int is_there;

	vhd_module_call(call->modules, call->place.manifest->name, "get",
	    parameters, &answer);
	json_decref(parameters);
	is_there = answer.outcome == VP_MODULE_DONE;
	vp_module_answer_free(&answer);
	return is_there;
}

/* Strangers learn nothing of others. */
static void
refuse(struct vhd_call *call, const char *name, json_int_t most)
{
	if (call->who.role == VHD_ANON)
		vhd_problem(call, 403, "limit-reached",
		    "there is no room for more %s", name);
	else
		vhd_problem(call, 403, "limit-reached",
		    "the domains of the reseller have together as many %s as "
		    "they may have (%" JSON_INTEGER_FORMAT ")",
		    name, most);
}

static int
check_room(struct vhd_call *call, const char *key, const json_t *domains,
    json_t *limits)
{
	json_t *sums = vhd_pool_usage(call, domains, limits), *limit;
	const char *name;
	int rc = sums ? 0 : -1;

	json_object_foreach(limits, name, limit)
	{
		json_int_t most = json_integer_value(limit);

		if (rc != 0 ||
		    json_integer_value(json_object_get(sums, name)) < most ||
		    is_made(call, key))
			continue;
		refuse(call, name, most);
		rc = -1;
	}
	json_decref(sums);
	return rc;
}

/* With the pool locked. */
static int
check_owner(struct vhd_call *call, const char *key, const char *account)
{
	struct vhd_reseller reseller;
	json_t *limits;
	int rc;

	if (vhd_reseller_get(call, account, &reseller) != 0)
		return -1;
	limits = limits_of_place(call, reseller.limits);
	rc = json_object_size(limits) > 0
		 ? check_room(call, key, reseller.domains, limits)
		 : 0;
	json_decref(limits);
	vhd_reseller_clear(&reseller);
	return rc;
}

int
vhd_pool_enter(struct vhd_call *call, const char *key, int *ret_lock)
{
	char account[VHD_ACCOUNT_SIZE];
	int rc;

	*ret_lock = -1;
	if (!counts_of(call))
		return 0;
	rc = find_owner(call, account);
	if (rc <= 0)
		return rc;
	*ret_lock = vhd_poollock(call, account);
	return *ret_lock < 0 ? -1 : check_owner(call, key, account);
}
