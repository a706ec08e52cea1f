#include "config.h"

#include "panel/auth/account.h"

#include <string.h>

#include "base/text.h"
#include "vpop_event.h"

static const struct {
	enum vhd_role role;
	const char *name;
} roles[] = {
	{ VHD_SYSTEM, "system" },
	{ VHD_OPERATOR, "operator" },
	{ VHD_RESELLER, "reseller" },
	{ VHD_DOMAIN, "domain" },
	{ VHD_USER, "user" },
	{ VHD_ANON, "anon" },
};
#define ROLES (sizeof roles / sizeof *roles)

void
vhd_account_name(const struct vpop_user *user, char ret_name[VHD_ACCOUNT_SIZE])
{
	snprintf(ret_name, VHD_ACCOUNT_SIZE, "%s@%s", user->name, user->domain);
}

int
vhd_account_normalise(
    struct vpop *vp, const char *address, char ret_name[VHD_ACCOUNT_SIZE])
{
	struct vpop_user user;
	struct vpop_domain domain;
	int code = vpop_parse_address(vp, address, user.name, user.domain);

	if (code != 0) {
		snprintf(ret_name, VHD_ACCOUNT_SIZE, "%s", address);
		return 0;
	}
	code = vpop_domain_get(vp, user.domain, &domain);
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
		return code;
	snprintf(ret_name, VHD_ACCOUNT_SIZE, "%s@%s", user.name,
	    code == 0 ? domain.real : user.domain);
	return 0;
}

enum vhd_role
vhd_account_role(const struct vpop_user *user)
{
	if (user->gid & VPOP_SA_ADMIN)
		return VHD_SYSTEM;
	if (user->gid & VPOP_QA_ADMIN || strcmp(user->name, "postmaster") == 0)
		return VHD_DOMAIN;
	return VHD_USER;
}

const char *
vhd_role_name(enum vhd_role role)
{
	for (size_t i = 0; i < ROLES; i++)
		if (roles[i].role == role)
			return roles[i].name;
	return "anon";
}

enum vhd_role
vhd_role_find(const char *name, size_t size)
{
	for (size_t i = 0; i < ROLES; i++)
		if (strlen(roles[i].name) == size &&
		    memcmp(roles[i].name, name, size) == 0)
			return roles[i].role;
	return 0;
}

int
vhd_account_is_own(const struct vhd_call *call, const struct vpop_user *user)
{
	return strcmp(call->who.user, user->name) == 0 &&
	       strcmp(call->who.domain, user->domain) == 0;
}

int
vhd_account_of_path(struct vhd_call *call, struct vpop_user *ret_user)
{
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	const char *address = call->parameter[0];
	int code = strchr(address, '@')
		       ? vpop_parse_address(call->vp, address, name, domain)
		       : VA_USER_DOES_NOT_EXIST;

	if (code == 0)
		code = vpop_user_get(call->vp, name, domain, ret_user);
	if (code != 0 && vpop_class(code) == VPOP_CLASS_TEMPORARY) {
		vhd_problem_vpop(call, code);
		return -1;
	}
	if (code == 0)
		explicit_bzero(ret_user->clear, sizeof ret_user->clear);
	/* Others learn nothing of accounts, not even that they exist. */
	if (code == 0 && (call->who.role == VHD_SYSTEM ||
			     vhd_account_is_own(call, ret_user)))
		return 0;
	vhd_problem(call, 404, "not-found", "there is no such account");
	return -1;
}

static int
happened(struct vpop *vp, const struct vpop_event_filter *filter)
{
	struct vpop_events *cursor = NULL;
	struct vpop_event event;
	int rc = vpop_events_open(vp, filter, &cursor);

	if (rc == 0)
		rc = vpop_events_next(cursor, &event);
	vpop_events_close(cursor);
	return rc;
}

static int
was_deleted(struct vpop *vp, const struct vpop_user *user,
    struct vpop_event_filter *filter)
{
	char name[VHD_ACCOUNT_SIZE];
	int rc;

	vhd_account_name(user, name);
	filter->type = "user.deleted";
	filter->object = name;
	rc = happened(vp, filter);
	filter->object = NULL;
	if (rc != 0)
		return rc;
	filter->type = "domain.deleted";
	filter->object = user->domain;
	return happened(vp, filter);
}

int
vhd_account_was_deleted(
    struct vpop *vp, const struct vpop_user *user, time_t since)
{
	struct vpop_event_filter filter = { .since = since };

	return was_deleted(vp, user, &filter);
}

int
vhd_account_was_deleted_after(
    struct vpop *vp, const struct vpop_user *user, int64_t seq)
{
	struct vpop_event_filter filter = { .after = seq };

	return was_deleted(vp, user, &filter);
}

int
vhd_domain_was_deleted_after(struct vpop *vp, const char *domain, int64_t seq)
{
	const struct vpop_event_filter filter = {
		.type = "domain.deleted", .object = domain, .after = seq
	};

	return happened(vp, &filter);
}
