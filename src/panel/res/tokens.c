/*
 * Tokens.  A token makes none: else a stolen one that ends soon, or that is
 * good for little, could become one that is not.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "panel/api/body.h"
#include "panel/auth/token.h"
#include "panel/res/page.h"
#include "panel/res/res.h"

#define LABEL_MAX 100
#define DAYS_MAX  36500
#define LIST_MAX  100

/* Whose tokens the caller sees: NULL is everybody's. */
static const char *
whose(const struct vhd_call *call)
{
	return call->who.role == VHD_SYSTEM ? NULL : call->who.name;
}

static json_t *
load(struct vhd_call *call, const char *after, int64_t limit)
{
	return vhd_token_list(call, whose(call), after, limit);
}

void
vhd_tokens_list(struct vhd_call *call)
{
	vhd_page_list(call, load, "id");
}

void
vhd_token_show(struct vhd_call *call)
{
	json_t *token = vhd_token_get(call, whose(call), call->parameter[0]);

	if (token)
		vhd_call_json(call, 200, token);
}

void
vhd_token_delete(struct vhd_call *call)
{
	if (vhd_token_remove(call, whose(call), call->parameter[0]) == 0)
		vhd_call_empty(call, 204);
}

/* ---- making one ------------------------------------------------------- */

static int
domain_is_right(const char *domain)
{
	return *domain && strlen(domain) < VPOP_DOMAIN_SIZE;
}

/* Move a list of the body to the limits.  0, or -1 after a problem. */
static int
take_list(struct vhd_call *call, const char *name,
    int (*is_right)(const char *text), json_t *limits)
{
	json_t *list = json_object_get(call->body, name), *item;
	char pointer[48];
	size_t i;

	if (!list)
		return 0;
	snprintf(pointer, sizeof pointer, "/%s", name);
	if (json_array_size(list) == 0 || json_array_size(list) > LIST_MAX) {
		vhd_problem_field(call, pointer,
		    "it must be a list of 1 to %d texts", LIST_MAX);
		return -1;
	}
	json_array_foreach(list, i, item)
	{
		if (json_is_string(item) && is_right(json_string_value(item)))
			continue;
		snprintf(pointer, sizeof pointer, "/%s/%zu", name, i);
		vhd_problem_field(call, pointer, "it is none of them");
		return -1;
	}
	return json_object_set(limits, name, list);
}

static int
take_role(struct vhd_call *call, enum vhd_role *ret_role)
{
	const char *name;

	if (vhd_body_text(call, "role", &name) != 0)
		return -1;
	*ret_role = name ? vhd_role_find(name, strlen(name)) : call->who.role;
	if (*ret_role > VHD_ANON && *ret_role <= call->who.role)
		return 0;
	vhd_problem_field(call, "/role", "it is no role that you have");
	return -1;
}

static int
take_days(struct vhd_call *call, int64_t *ret_expires)
{
	const json_t *days = json_object_get(call->body, "days");
	json_int_t number = json_integer_value(days);

	*ret_expires = 0;
	if (!days)
		return 0;
	if (!json_is_integer(days) || number < 1 || number > DAYS_MAX) {
		vhd_problem_field(call, "/days",
		    "it must be a number from 1 to %d", DAYS_MAX);
		return -1;
	}
	*ret_expires = time(NULL) + number * 86400;
	return 0;
}

static int
take_token(struct vhd_call *call, struct vhd_token *token)
{
	static const char *const names[] = { "label", "role", "days", "scopes",
		"domains", "addresses", NULL };

	if (vhd_body_check(call, names) != 0 ||
	    vhd_body_needed(call, "label", LABEL_MAX, &token->label) != 0 ||
	    take_role(call, &token->role) != 0 ||
	    take_days(call, &token->expires) != 0 ||
	    take_list(call, "scopes", vhd_scope_is_right, token->limits) != 0 ||
	    take_list(call, "domains", domain_is_right, token->limits) != 0 ||
	    take_list(call, "addresses", vhd_network_is_right, token->limits) !=
		0)
		return -1;
	return 0;
}

static void
make(struct vhd_call *call, struct vhd_token *token)
{
	char secret[VHD_TOKEN_SIZE];
	json_t *json;

	if (vhd_token_add(call, token, secret) != 0)
		return;
	json = vhd_token_get(call, call->who.name, token->id);
	if (json) {
		json_object_set_new(json, "secret", json_string(secret));
		vhd_call_header(
		    call, VHD_REPLY_LOCATION, "/api/v1/tokens/%s", token->id);
		vhd_call_json(call, 201, json);
	}
	explicit_bzero(secret, sizeof secret);
}

void
vhd_token_create(struct vhd_call *call)
{
	struct vhd_token token = { .limits = json_object() };

	if (*call->who.token)
		vhd_problem(call, 403, "permission-denied",
		    "a token cannot make tokens");
	else if (take_token(call, &token) == 0)
		make(call, &token);
	json_decref(token.limits);
}
