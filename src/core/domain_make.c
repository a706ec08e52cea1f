/*
 * Making a new domain's tree: .qmail-default, the account store and
 * postmaster.  Nothing leads to it until users/assign does, so no order of
 * the steps can lose mail; a failure removes the tree again.
 */
#include "config.h"

#include "core/domain_add_int.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/store.h"
#include "core/user_int.h"
#include "core/userdir.h"

#define POP_ACCOUNT 1 /* uid field of an account that does not use APOP */

static int
write_default(struct vpop *vp, const struct vp_domain_adding *adding, int dirfd)
{
	const struct vpop_domain *domain = &adding->domain;
	const char *action =
	    adding->to_postmaster ? adding->postmaster.dir : adding->action;
	int code;
	AUTO_FREE char *text = vp_qmail_default_text(vp, action, &code);

	if (!text)
		return code;
	if (vp_replace_text(dirfd, VP_QMAIL_DEFAULT, text, strlen(text),
		VP_MODE_FILE, domain->uid, domain->gid) != 0)
		return vp_fail_errno(vp, VA_COULD_NOT_OPEN_QMAIL_DEFAULT,
		    "cannot write '%s/%s'", domain->dir, VP_QMAIL_DEFAULT);
	return 0;
}

/* The first of the domain's accounts, so it counts 1. */
static int
place_postmaster(struct vpop *vp, struct vp_domain_adding *adding, int dirfd,
    char ret_rel[VP_DIR_REL_SIZE])
{
	const struct vpop_domain *domain = &adding->domain;
	struct vp_dircontrol control;

	ret_rel[0] = '\0';
	if (!vp->set.users_big_dir)
		return 0;
	int code = vp_dircontrol_open(
	    vp, domain, dirfd, 1, domain->uid, domain->gid, &control);
	if (code != 0)
		return code;
	code = vp_dircontrol_take(vp, &control, ret_rel);
	int closed = vp_dircontrol_close(vp, &control, code == 0);
	return code != 0 ? code : closed;
}

static int
fill_directory(struct vpop *vp, const struct vp_domain_adding *adding)
{
	const struct vpop_domain *domain = &adding->domain;
	const struct vpop_user *user = &adding->postmaster;

	int kept = vp_lastauth_is_kept(vp, domain);

	if (kept < 0)
		return kept;
	if (vp->set.auth_logging && !kept) {
		AUTO_CLOSE int fd = vp_userdir_open(domain, user);
		if (fd < 0)
			return vp_fail_errno(
			    vp, VA_BAD_U_DIR, "cannot open '%s'", user->dir);
		int code = vp_lastauth_write(vp, domain, fd, VP_NEVER_IP);
		if (code != 0)
			return code;
	}
	return vp_user_refresh(vp, domain, user, 1, 1);
}

static int
put_account(struct vpop *vp, struct vp_domain_adding *adding)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;

	int code = vp_store_of(vp, &adding->domain, &ops, &store);
	if (code == 0)
		code = ops->domain_add(store, &adding->domain);
	if (code != 0)
		return code;
	adding->has_table = !vp->set.many_domains;
	if (adding->request->no_postmaster)
		return code;
	code = ops->begin(store, &adding->domain);
	if (code != 0)
		return code;
	code = ops->user_put(
	    store, &adding->domain, &adding->postmaster, VPOP_PUT_ADD);
	if (code == 0)
		code = vp_lastauth_first(
		    vp, &adding->domain, adding->postmaster.name);
	if (code >= 0) {
		adding->in_store = 1;
		return ops->commit(store);
	}
	ops->rollback(store);
	return code;
}

static int
make_postmaster(struct vpop *vp, struct vp_domain_adding *adding, int dirfd)
{
	const struct vpop_domain *domain = &adding->domain;
	struct vpop_user *user = &adding->postmaster;
	char rel[VP_DIR_REL_SIZE];

	(void)vp_copy(user->name, sizeof user->name, VP_POSTMASTER);
	(void)vp_copy(user->domain, sizeof user->domain, domain->real);
	user->uid = POP_ACCOUNT;
	int code = place_postmaster(vp, adding, dirfd, rel);
	if (code == 0 &&
	    vp_format(user->dir, sizeof user->dir, "%s/%s%s%s", domain->dir,
		rel, rel[0] ? "/" : "", VP_POSTMASTER) != 0)
		code = vp_fail_errno(vp, VA_DIR_TOO_LONG,
		    "cannot make postmaster of '%s'", domain->name);
	if (code == 0)
		code =
		    vp_userdir_make(vp, domain, dirfd, rel, VP_POSTMASTER, 0);
	return code == 0 ? fill_directory(vp, adding) : code;
}

static int
fill_domain(struct vpop *vp, struct vp_domain_adding *adding, int parent)
{
	const struct vpop_domain *domain = &adding->domain;
	AUTO_CLOSE int dirfd = vp_dir_open_at(parent, domain->name);

	if (dirfd < 0)
		return vp_fail_errno(vp, VA_COULD_NOT_MAKE_DOMAIN_DIR,
		    "cannot open '%s'", domain->dir);
	AUTO_CLOSE int lock = vp_domain_lock(vp, domain, dirfd, 1);
	if (lock < 0)
		return lock;
	int code = adding->request->no_postmaster
		       ? 0
		       : make_postmaster(vp, adding, dirfd);
	if (code == 0)
		code = write_default(vp, adding, dirfd);
	return code == 0 ? put_account(vp, adding) : code;
}

/* A store that took nothing, for it is read-only perhaps, need not give it
 * back for the files to go.  A table of its own, which is empty, is left to
 * recovery then. */
static int
take_back(struct vpop *vp, const struct vp_domain_adding *adding)
{
	const struct vpop_domain *domain = &adding->domain;
	int code = vp_domain_remove(vp, domain, adding->intent.id, 0);

	if (code == 0 || adding->in_store)
		return code;
	int left =
	    vp_domain_remove(vp, domain, adding->intent.id, VP_REMOVE_FILES);
	return adding->has_table ? code : left;
}

int
vp_domain_make(struct vpop *vp, struct vp_domain_adding *adding)
{
	const struct vpop_domain *domain = &adding->domain;
	AUTO_CLOSE int parent = vp_dir_open_at(adding->place->fd, adding->rel);

	if (parent < 0 || vp_dir_make(parent, domain->name, VP_MODE_DIR,
			      domain->uid, domain->gid) != 0)
		return vp_fail_errno(vp, VA_COULD_NOT_MAKE_DOMAIN_DIR,
		    "cannot make '%s'", domain->dir);
	int code = fill_domain(vp, adding, parent);
	if (code != 0) {
		char reason[sizeof vp->message];

		memcpy(reason, vp->message, sizeof reason);
		adding->left = take_back(vp, adding) != 0;
		(void)vp_fail(vp, code, "%s", reason);
	}
	return code;
}
