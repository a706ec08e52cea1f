/*
 * What adding, aliasing and deleting domains have in common: the order in
 * which qmail learns of a name and forgets it.
 *
 * Mail is accepted (rcpthosts) only for names that are routed
 * (virtualdomains) to a user that exists (assign): so rcpthosts is the last
 * to be told of a new name and the first to forget an old one.  A crash in
 * between leaves a name that is not accepted, never one that is accepted and
 * lost.  The caller holds the site lock.
 */
#include "config.h"

#include "core/domain_int.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "qmail/send.h"

int
vp_domain_begin(struct vpop *vp, int *ret_lock)
{
	int code = vp_change_start(vp);

	*ret_lock = -1;
	if (code != 0 || vp_dry_run(vp))
		return code;
	*ret_lock = vp_site_lock(vp, 1);
	return *ret_lock < 0 ? *ret_lock : 0;
}

int
vp_domain_refused(
    struct vpop *vp, const struct vp_intent *list, size_t count, int code)
{
	char reason[sizeof vp->message];

	memcpy(reason, vp->message, sizeof reason);
	(void)vp_journal_undo(vp, list, count, reason);
	return vp_fail(vp, code, "%s", reason);
}

int
vp_domain_assign_failed(struct vpop *vp, unsigned long line)
{
	if (errno == EBADMSG)
		return vp_fail(vp, VA_CANNOT_READ_ASSIGN,
		    "line %lu of '%s/users/assign' is malformed", line,
		    vp->set.qmaildir);
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot update '%s/users/assign'", vp->set.qmaildir);
}

static int
control_failed(struct vpop *vp, const char *file)
{
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot update '%s/control/%s'", vp->set.qmaildir, file);
}

int
vp_domain_signal(struct vpop *vp)
{
	if (vp_qmail_send_hup(vp->set.qmaildir, vp->set.qmail_send_service) ==
	    0)
		return 0;
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot tell qmail-send to read its control files again");
}

static int
publish(struct vpop *vp, const struct vp_assign *list, const char *const *names,
    size_t count, unsigned flags)
{
	const int silent = (flags & VPOP_DOMAIN_NO_SIGNAL) != 0;
	struct vp_assign_how assign;
	struct vp_control_how control;
	unsigned long line = 0;

	vp_assign_how(vp, &assign);
	vp_control_how(vp, &control);
	if (vp_assign_update(&assign, list, count, NULL, 0, &line) != 0)
		return vp_domain_assign_failed(vp, line);
	if (vp_control_virtual_add(&control, names, count) != 0)
		return control_failed(vp, "virtualdomains");
	int code = silent ? 0 : vp_domain_signal(vp);
	if (code != 0)
		return code;
	if (vp_control_rcpt_add(&control, names, count,
		silent ? VP_CONTROL_NO_COMPILE : 0) != 0)
		return control_failed(vp, "rcpthosts");
	return 0;
}

int
vp_domain_publish(
    struct vpop *vp, const struct vp_assign *list, size_t count, unsigned flags)
{
	const char **names = calloc(count + 1, sizeof *names);

	if (!names)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	for (size_t i = 0; i < count; i++)
		names[i] = list[i].name;
	int code = publish(vp, list, names, count, flags);
	free(names);
	return code;
}

/* How many of the names are accepted at present. */
static size_t
accepted(const struct vpop *vp, const char *const *names, size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += vp_control_has(
			     vp->set.qmaildir, "rcpthosts", names[i]) == 1;
	return found;
}

int
vp_domain_withdraw(
    struct vpop *vp, const char *const *names, size_t count, int *ret_begun)
{
	struct vp_assign_how assign;
	struct vp_control_how control;
	unsigned long line = 0;

	vp_assign_how(vp, &assign);
	vp_control_how(vp, &control);
	const size_t before = ret_begun ? accepted(vp, names, count) : 0;
	if (ret_begun)
		*ret_begun = 1;
	if (vp_control_rcpt_remove(&control, names, count, 0) != 0) {
		int code = control_failed(vp, "rcpthosts");

		if (ret_begun)
			*ret_begun = accepted(vp, names, count) != before;
		return code;
	}
	if (vp_control_virtual_remove(&control, names, count) != 0)
		return control_failed(vp, "virtualdomains");
	if (vp_assign_update(&assign, NULL, 0, names, count, &line) != 0)
		return vp_domain_assign_failed(vp, line);
	return vp_domain_signal(vp);
}

json_t *
vp_domain_was_local(const struct vpop *vp, const char *name)
{
	return json_boolean(
	    vp_control_has(vp->set.qmaildir, "locals", name) == 1);
}

int
vp_domain_unpublish(struct vpop *vp, const char *const *names,
    const json_t *const *plans, size_t count)
{
	struct vp_control_how control;
	AUTO_FREE const char **local = calloc(count + 1, sizeof *local);
	size_t used = 0;

	if (!local)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	int code = vp_domain_withdraw(vp, names, count, NULL);
	if (code != 0)
		return code;
	for (size_t i = 0; i < count; i++)
		if (json_is_true(json_object_get(plans[i], "local")))
			local[used++] = names[i];
	vp_control_how(vp, &control);
	if (used > 0 && vp_control_locals_add(&control, local, used) != 0)
		return control_failed(vp, "locals");
	return 0;
}
