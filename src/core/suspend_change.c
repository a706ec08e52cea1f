/* Suspending a domain, and opening it again: one file comes or goes. */
#include "config.h"

#include <string.h>

#include "base/text.h"
#include "core/atomic.h"
#include "core/suspend.h"

static json_t *
describe(const char *reason)
{
	return json_pack("{s:o}", "reason", vp_journal_text(reason));
}

/* The folder is open and locked. */
static int
change_file(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    const char *reason)
{
	char text[VPOP_REASON_SIZE + 1], old[VPOP_REASON_SIZE];
	const struct vp_atomic file = {
		.domain = domain,
		.dirfd = dirfd,
		.name = VP_SUSPENDED,
		.text = reason ? text : NULL,
		.size = reason ? strlen(reason) + 1 : 0,
		.mode = VP_MODE_FILE,
	};
	struct vp_intent intent = {
		.event = reason ? "domain.suspended" : "domain.resumed",
		.object = domain->real,
		.domain = domain->real,
	};
	int was = vp_suspended(vp, domain, old);

	if (was < 0)
		return was;
	if (was ? reason && strcmp(reason, old) == 0 : !reason)
		return 0;
	if (reason)
		(void)vp_format(text, sizeof text, "%s\n", reason);
	intent.old = was ? describe(old) : NULL;
	intent.new = reason ? describe(reason) : NULL;
	int code = vp_atomic_change(vp, &intent, &file);
	json_decref(intent.old);
	json_decref(intent.new);
	return code;
}

static int
change(struct vpop *vp, const char *name, const char *reason)
{
	struct vpop_domain domain;
	int code = vp_change_start(vp);

	if (code == 0)
		code = vpop_domain_get(vp, name, &domain);
	if (code != 0)
		return code;
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &domain);
	if (dirfd < 0 || vp_dry_run(vp))
		return dirfd < 0 ? dirfd : 0;
	AUTO_CLOSE int lock = vp_change_lock(vp, &domain, dirfd);
	return lock < 0 ? lock : change_file(vp, &domain, dirfd, reason);
}

int
vpop_domain_suspend(struct vpop *vp, const char *name, const char *reason)
{
	if (strlen(reason) >= VPOP_REASON_SIZE || !vp_is_clean(reason))
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a reason is one line of at most %d bytes",
		    VPOP_REASON_SIZE - 1);
	return change(vp, name, reason);
}

int
vpop_domain_resume(struct vpop *vp, const char *name)
{
	return change(vp, name, NULL);
}
