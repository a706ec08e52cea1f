/*
 * Automatic answers at delivery: of a mailbox, after the message is safe;
 * and of a name that is nobody's but has a folder for answers.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "core/vacation.h"

#define FOLDER "vacation"

static int
answer(struct vp_run *run, const char *dir, const char *user)
{
	char address[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	const struct vp_vacation vacation = {
		.dir = dir,
		.message_fd = run->d->message_fd,
		.sender = run->d->sender,
		.recipient = address,
		.must_be_set = 1,
	};

	if (vp_format(
		address, sizeof address, "%s@%s", user, run->domain.name) != 0)
		return vp_fail_errno(
		    run->vp, VA_USER_NAME_TOO_LONG, "'%s'", user);
	return vp_vacation_answer(run->vp, &vacation);
}

/* The message is delivered: nothing that goes wrong now may make qmail
 * deliver it again. */
void
vp_deliver_vacation(struct vp_run *run, int home)
{
	AUTO_FREE char *dir = NULL;

	if (run->is_spam || run->size == 0 ||
	    faccessat(home, FOLDER "/" VP_VACATION_CONF, F_OK, 0) != 0)
		return;
	if (asprintf(&dir, "%s/" FOLDER, run->user.dir) < 0) {
		dir = NULL;
		return;
	}
	if (answer(run, dir, run->user.name) < 0)
		vp_clear_error(run->vp);
}

int
vp_deliver_robot(struct vp_run *run, int *ret_done)
{
	char folder[VPOP_USER_SIZE];
	AUTO_FREE char *dir = NULL;
	int found = vp_robot_name(run->domain_fd, run->ext, folder);

	*ret_done = 0;
	if (found < 0)
		return vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot look at '%s': %s (#4.3.0)",
		    run->domain.dir, strerror(errno));
	if (found == 0)
		return VP_DELIVERED;
	*ret_done = 1;
	if (run->size == 0)
		return VP_DELIVERED;
	if (asprintf(&dir, "%s/%s", run->domain.dir, folder) < 0) {
		dir = NULL;
		return vp_deliver_say(
		    run, VP_DEFER, "vdelivermail: no memory (#4.3.0)");
	}
	return answer(run, dir, run->ext) < 0 ? vp_deliver_defer(run)
					      : VP_DELIVERED;
}
