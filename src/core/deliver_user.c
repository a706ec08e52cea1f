/*
 * Delivery to a mailbox that was found.  Its folder is what qmail-local asks
 * of a home: not writable by everybody, and not being edited (sticky).
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "core/userdir.h"

/* Open the home, making what is missing of it and its Maildir. */
static int
open_home(struct vp_run *run)
{
	struct vpop_user *user = &run->user;
	struct stat st;
	int home = -1;

	if (user->dir[0] != '\0') {
		home = vp_userdir_open(&run->domain, user);
		if (home < 0 && errno != ENOENT)
			return vp_fail_errno(run->vp, VA_BAD_U_DIR,
			    "cannot open '%s'", user->dir);
	}
	if (home >= 0 && fstatat(home, "Maildir/tmp", &st, 0) == 0 &&
	    fstatat(home, "Maildir/new", &st, 0) == 0)
		return home;
	if (home >= 0)
		close(home);

	int rc = vpop_user_make_dir(run->vp, user);
	if (rc != 0)
		return rc;
	home = vp_userdir_open(&run->domain, user);
	if (home < 0)
		return vp_fail_errno(
		    run->vp, VA_BAD_U_DIR, "cannot open '%s'", user->dir);
	return home;
}

static int
check_home(struct vp_run *run, int home)
{
	struct stat st;

	if (fstat(home, &st) != 0)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot look at '%s': %s (#4.3.0)",
		    run->user.dir, strerror(errno));
	if (st.st_mode & S_IWOTH)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: '%s' is world-writable (#4.7.0)",
		    run->user.dir);
	if (st.st_mode & S_ISVTX)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: '%s' is sticky: being edited (#4.2.1)",
		    run->user.dir);
	if (fstatat(home, "Maildir", &st, AT_SYMLINK_NOFOLLOW) == 0) {
		run->own_dev = st.st_dev;
		run->own_ino = st.st_ino;
	}
	return VP_DELIVERED;
}

/*
 * What follows the dash after the mailbox's name; an account whose own name
 * has a dash is its first part extended by the rest, as it always was.
 */
static const char *
extension_of(const struct vp_run *run, size_t prefix)
{
	const char *dash;

	if (!run->vp->set.qmail_ext)
		return NULL;
	if (run->ext[prefix] == '-')
		return run->ext + prefix + 1;
	dash = strchr(run->ext, '-');
	return dash ? dash + 1 : NULL;
}

static int
deliver_own(struct vp_run *run, const struct vp_place *place)
{
	char address[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];

	if (run->size == 0)
		return VP_DELIVERED;
	if (vp_format(address, sizeof address, "%s@%s", run->user.name,
		run->domain.real) != 0)
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: address too long (#4.3.0)");
	return vp_deliver_maildir(run, place, "Maildir/", address);
}

int
vp_deliver_user(struct vp_run *run, size_t prefix)
{
	struct vp_place place = { .fd = -1, .dir = run->user.dir };
	int rc, done;

	if (run->user.flags & VPOP_BOUNCE_MAIL)
		return vp_deliver_say(run, VP_BOUNCE,
		    "vdelivermail: account is locked email bounced %s@%s "
		    "(#5.2.1)",
		    run->user.name, run->domain.real);

	AUTO_CLOSE int home = open_home(run);
	if (home < 0) {
		fprintf(run->out, "Auto creation of maildir failed. %s\n",
		    "(#4.3.0)");
		return vp_deliver_defer(run);
	}
	place.fd = home;
	rc = check_home(run, home);
	if (rc != VP_DELIVERED)
		return rc;
	rc = vp_deliver_dotqmail(run, &place, extension_of(run, prefix), &done);
	if (rc == VP_DELIVERED && !done)
		rc = vp_deliver_default(run, &place, &done);
	if (rc == VP_DELIVERED && !done)
		rc = deliver_own(run, &place);
	if (rc == VP_DELIVERED || rc == VP_STOP)
		vp_deliver_vacation(run, home);
	return rc;
}
