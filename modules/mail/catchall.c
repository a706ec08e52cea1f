/*
 * What is done with mail for names that are no mailbox and no alias: one
 * action, as .qmail-default has it.  What somebody wrote there by hand is
 * shown as "custom"; it can be replaced, not made here.
 */
#include "config.h"

#include "modules/mail/resources.h"

#include <string.h>

#include "base/text.h"

/* A mailbox stands there as its folder, whose last part is its name. */
static int
user_of(struct mail *m, const char *domain, const char *dir,
    struct vpop_user *ret_user)
{
	const char *name = strrchr(dir, '/');

	if (!name || !name[1])
		return 0;
	int code = vpop_user_get(m->vp, name + 1, domain, ret_user);
	if (code == 0)
		return strcmp(ret_user->dir, dir) == 0;
	if (vpop_class(code) == VPOP_CLASS_ABSENT ||
	    vpop_class(code) == VPOP_CLASS_REFUSED)
		return 0;
	mail_refuse_vpop(m, code);
	return -1;
}

static json_t *
show(struct mail *m, const char *domain, const char *action)
{
	struct vpop_user user;

	if (strcmp(action, "bounce-no-mailbox") == 0)
		return json_pack("{s:s}", "mode", "bounce");
	if (strcmp(action, "delete") == 0)
		return json_pack("{s:s}", "mode", "delete");
	if (action[0] == '@')
		return json_pack(
		    "{s:s, s:s}", "mode", "domain", "target", action + 1);
	if (action[0] == '/') {
		int found = user_of(m, domain, action, &user);

		if (found < 0)
			return NULL;
		if (found)
			return json_pack(
			    "{s:s, s:s}", "mode", "user", "target", user.name);
	} else if (strchr(action, '@') && !strpbrk(action, " |#")) {
		return json_pack("{s:s, s:o}", "mode", "address", "target",
		    mail_json_text(action[0] == '&' ? action + 1 : action));
	}
	return json_pack(
	    "{s:s, s:o}", "mode", "custom", "target", mail_json_text(action));
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	char action[VPOP_DIR_SIZE];
	int code =
	    vpop_domain_get_default(m->vp, r->domain, action, sizeof action);

	if (code != 0)
		return mail_refuse_vpop(m, code);
	json_t *object = show(m, r->domain, action);
	return object ? json_pack("{s:o}", "object", object) : NULL;
}

/* The action as the library calls it; NULL and refused. */
static const char *
action_of(struct mail *m, json_t *new, char *buffer, size_t size)
{
	const char *mode = mail_text(new, "mode");
	const char *target = mail_text(new, "target");

	if (mode && strcmp(mode, "bounce") == 0)
		return "bounce-no-mailbox";
	if (mode && strcmp(mode, "delete") == 0)
		return "delete";
	if (!target || !*target) {
		mail_refuse(m, "invalid", "/target", "the target is missing");
		return NULL;
	}
	if (mode && strcmp(mode, "user") == 0 && !strpbrk(target, "@/"))
		return target;
	if (mode && strcmp(mode, "address") == 0 && strchr(target, '@') &&
	    target[0] != '@' && target[0] != '/')
		return target;
	if (mode && strcmp(mode, "domain") == 0 && !strpbrk(target, "@/") &&
	    vp_format(buffer, size, "@%s", target) == 0)
		return buffer;
	mail_refuse(m, "invalid", mode ? "/target" : "/mode",
	    "'%s' is no target for the mode '%s'", target, mode ? mode : "");
	return NULL;
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	char buffer[VPOP_DOMAIN_SIZE + 1];
	const char *action = action_of(m, r->new, buffer, sizeof buffer);

	if (!action)
		return NULL;
	int code = vpop_domain_set_default(m->vp, r->domain, action);
	if (code == VA_USER_DOES_NOT_EXIST)
		return mail_refuse(
		    m, "invalid", "/target", "%s", vpop_message(m->vp));
	return code == 0 ? json_object()
			 : mail_refuse_vpop_at(m, code, "/target");
}

const struct mail_resource mail_catchall = {
	.name = "catchall",
	.does = {
		[MAIL_GET] = get,
		[MAIL_MODIFY] = modify,
	},
};
