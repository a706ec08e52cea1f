/*
 * The addresses of a mailing list.  ezmlm-idx keeps them, and changes one of
 * them as a whole; doing it twice is the same as doing it once.
 */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "core/list_int.h"

static const struct {
	const char *name, *dir;
} roles[] = {
	[VPOP_LIST_SUBSCRIBER] = { "subscriber", "" },
	[VPOP_LIST_MODERATOR] = { "moderator", "mod" },
	[VPOP_LIST_DIGEST] = { "digest", "digest" },
	[VPOP_LIST_DENY] = { "deny", "deny" },
	[VPOP_LIST_ALLOW] = { "allow", "allow" },
};

#define ROLES (sizeof roles / sizeof *roles)

const char *
vp_list_role_dir(enum vpop_list_role role)
{
	return (size_t)role < ROLES ? roles[role].dir : NULL;
}

const char *
vp_list_role_name(enum vpop_list_role role)
{
	return (size_t)role < ROLES ? roles[role].name : NULL;
}

/* program [-n] <folder> [<role's folder>] [address] */
static int
run(const struct vp_list *list, const char *program, const char *dir,
    const char *address, char **ret_output)
{
	AUTO_FREE char *path = NULL;
	const char *argv[6] = { program };
	size_t argc = 1;

	if (asprintf(&path, "%s/%s", list->domain.dir, list->name) < 0) {
		path = NULL;
		return vp_fail(list->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	if (!address)
		argv[argc++] = "-n";
	argv[argc++] = path;
	if (*dir)
		argv[argc++] = dir;
	argv[argc] = address;
	return vp_list_run(list, argv, ret_output);
}

static int
open_role(struct vpop *vp, const char *name, const char *domain,
    enum vpop_list_role role, enum vp_list_how how, struct vp_list *ret_list)
{
	if (!vp_list_role_name(role))
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a mailing list has no such set of addresses");
	return vp_list_open(vp, name, domain, how, ret_list);
}

/* ---- changes ---------------------------------------------------------- */

static int
change(const struct vp_list *list, int is_add, enum vpop_list_role role,
    const char *address)
{
	struct vpop *vp = list->vp;
	const char *name = vp_list_role_name(role);
	json_t *what = json_pack(
	    "{s:s, s:o}", "role", name, "address", vp_journal_text(address));
	struct vp_intent intent = {
		.event = is_add ? "list.member.added" : "list.member.removed",
		.object = list->object,
		.domain = list->domain.real,
		.old = is_add ? NULL : what,
		.new = is_add ? what : NULL,
		.plan = json_pack("{s:s, s:b, s:s, s:o}", "name", list->name,
		    "add", is_add, "dir", vp_list_role_dir(role), "address",
		    vp_journal_text(address)),
	};
	int code = vp_journal_intend(vp, &intent, 1);

	if (code == 0) {
		code = run(list, is_add ? "ezmlm-sub" : "ezmlm-unsub",
		    vp_list_role_dir(role), address, NULL);
		if (code < 0) {
			char reason[sizeof vp->message];

			(void)vp_copy(reason, sizeof reason, vp->message);
			vp_journal_undo(vp, &intent, 1, reason);
			vp_fail(vp, code, "%s", reason);
		} else if (vp_journal_commit(vp, &intent, 1) < 0) {
			vp_clear_error(vp);
		}
	}
	json_decref(what);
	json_decref(intent.plan);
	return code;
}

static int
check_and_change(struct vpop *vp, const char *name, const char *domain,
    int is_add, enum vpop_list_role role, const char *address)
{
	struct vp_list list = { 0 };
	int code;

	if (!address)
		return vp_fail(vp, VA_NULL_POINTER, "no address is given");
	if ((code = vp_list_check_address(vp, address)) < 0 ||
	    (code = open_role(vp, name, domain, role, VP_LIST_CHANGE, &list)) <
		0)
		return code;
	AUTO_FREE char *path =
	    vp_list_program(vp, is_add ? "ezmlm-sub" : "ezmlm-unsub", &code);
	if (path && !vp_dry_run(vp))
		code = change(&list, is_add, role, address);
	vp_list_close(&list);
	return code;
}

int
vpop_list_member_add(struct vpop *vp, const char *name, const char *domain,
    enum vpop_list_role role, const char *address)
{
	return check_and_change(vp, name, domain, 1, role, address);
}

int
vpop_list_member_remove(struct vpop *vp, const char *name, const char *domain,
    enum vpop_list_role role, const char *address)
{
	return check_and_change(vp, name, domain, 0, role, address);
}

/* Do it again: the list has what was asked for then. */
int
vp_recover_list_member(struct vpop *vp, const struct vp_pending *pending)
{
	const char *dir = NULL, *address = NULL;
	struct vp_list list = { 0 };
	int is_add = 0, code;

	if (json_unpack(pending->plan, "{s:b, s:s, s:s}", "add", &is_add, "dir",
		&dir, "address", &address) != 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "journal: the plan of change %lld is unusable",
		    (long long)pending->id);
	code = vp_list_recover(vp, pending, &list);
	if (code != 1)
		return code == 2 ? 0 : code;
	code = 0;
	if (list.listfd >= 0) {
		code = run(&list, is_add ? "ezmlm-sub" : "ezmlm-unsub", dir,
		    address, NULL);
		code = code < 0 ? code : 1;
	}
	vp_list_close(&list);
	return code;
}

/* ---- their number ----------------------------------------------------- */

int
vpop_list_members_count(struct vpop *vp, const char *name, const char *domain,
    enum vpop_list_role role, unsigned long *ret_count)
{
	AUTO_FREE char *output = NULL;
	struct vp_list list = { 0 };
	int64_t count;
	int code = open_role(vp, name, domain, role, VP_LIST_READ, &list);

	if (code < 0)
		return code;
	code = run(&list, "ezmlm-list", vp_list_role_dir(role), NULL, &output);
	if (code == 0 && output) {
		output[strcspn(output, " \t\r\n")] = '\0';
		if (vp_number(output, 0, INT64_MAX, &count) != 0)
			code = vp_fail(vp, VA_LIST_PROGRAM_FAILED,
			    "mailing list '%s': ezmlm-list gave no number",
			    list.object);
		else
			*ret_count = (unsigned long)count;
	}
	vp_list_close(&list);
	return code;
}
