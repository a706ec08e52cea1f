/*
 * Doing later what was put off: the account files of a domain (changes made
 * with VPOP_SET_NO_FOLD), morercpthosts.cdb and the signal to qmail-send
 * (domains added with VPOP_DOMAIN_NO_SIGNAL).  Both only bring derived files
 * up to date, so they are no changes for the journal.
 */
#include "config.h"

#include "core/domain_int.h"
#include "core/store.h"

int
vpop_flush(struct vpop *vp)
{
	struct vp_control_how how;
	AUTO_CLOSE int lock = -1;

	int code = vp_domain_begin(vp, &lock);
	if (code != 0 || vp_dry_run(vp))
		return code;
	vp_control_how(vp, &how);
	if (vp_control_compile(&how) != 0)
		return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
		    "cannot compile '%s/control/morercpthosts'",
		    vp->set.qmaildir);
	return vp_domain_signal(vp);
}

int
vpop_domain_fold(struct vpop *vp, const char *name)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_domain domain;

	int code = vp_change_start(vp);
	if (code == 0)
		code = vpop_domain_get(vp, name, &domain);
	if (code == 0)
		code = vp_store_of(vp, &domain, &ops, &store);
	if (code != 0 || !ops->fold || vp_dry_run(vp))
		return code;
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &domain);
	if (dirfd < 0)
		return dirfd;
	AUTO_CLOSE int lock = vp_change_lock(vp, &domain, dirfd);
	return lock < 0 ? lock : ops->fold(store, &domain);
}
