/*
 * Status 0 is "taken", 75 (EX_TEMPFAIL) "again later", another is "never": a
 * dead letter.  What hangs, floods or dies is tried again.  What cannot be
 * started at all is a mistake of the administrator's; nothing more is tried
 * until it is mended.
 */
#include "config.h"

#include "daemons/veventd/hook.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "base/attr.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/veventd/worker.h"

#define OUTPUT_SIZE 16384
#define PATH        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct context {
	struct vp_hook_call call;
	char *settings; /* of the environment; NULL: none */
	char output[OUTPUT_SIZE];
};

static enum ved_result
not_run(char *problem)
{
	switch (errno) {
	case ETIMEDOUT:
		snprintf(problem, PROBLEM_SIZE, "did not end in time");
		return VED_AGAIN;
	case EMSGSIZE:
		snprintf(problem, PROBLEM_SIZE, "wrote more than %d bytes",
		    OUTPUT_SIZE - 1);
		return VED_AGAIN;
	case EPERM:
		snprintf(problem, PROBLEM_SIZE,
		    "cannot be run: it, or a folder above, can be written by "
		    "others or belongs to somebody else");
		return VED_PAUSED;
	default:
		snprintf(problem, PROBLEM_SIZE, "cannot be run: %s",
		    strerror(errno));
		return VED_PAUSED;
	}
}

static enum ved_result
deliver(
    struct ved_worker *worker, const struct vpop_event *event, char *problem)
{
	struct context *context = worker->arg;
	AUTO_FREE char *type = NULL;
	static char path[] = PATH;

	if (asprintf(&type, "VPOPMAIL_EVENT=%s", event->type) < 0) {
		type = NULL;
		snprintf(problem, PROBLEM_SIZE, "out of memory");
		return VED_AGAIN;
	}
	char *envp[] = { path, type, context->settings, NULL };
	context->call.envp = envp;
	context->call.input = event->json;
	int status = vp_hook_run(&context->call);
	context->call.envp = NULL;
	if (status == -1)
		return not_run(problem);
	if (WIFSIGNALED(status)) {
		snprintf(problem, PROBLEM_SIZE, "was killed by signal %d",
		    WTERMSIG(status));
		return VED_AGAIN;
	}
	context->output[strcspn(context->output, "\n")] = '\0';
	vp_make_printable(context->output);
	snprintf(problem, PROBLEM_SIZE, "ended with status %d%s%.400s",
	    WEXITSTATUS(status), *context->output ? ": " : "", context->output);
	if (WEXITSTATUS(status) == 0)
		return VED_DONE;
	return WEXITSTATUS(status) == EX_TEMPFAIL ? VED_AGAIN : VED_GIVE_UP;
}

/* Who root's hooks run as. */
static int
find_user(const struct vpop *vp, struct vp_hook_call *call)
{
	const char *name = vpop_setting(vp, "hooks_user");
	const struct passwd *entry;

	if (!name || *name == '\0')
		return ved_ids(vp, &call->uid, &call->gid);
	entry = getpwnam(name);
	if (!entry) {
		vp_daemonlog(LOG_ERR,
		    "the setting hooks_user: there is no user '%s'", name);
		return -1;
	}
	call->uid = entry->pw_uid;
	call->gid = entry->pw_gid;
	return 0;
}

/* Root's rights stay only where the hook is another's than vpopmail's. */
static int
become(const struct vpop *vp, const struct vp_hook_call *call)
{
	uid_t own, uid;
	gid_t own_gid, gid;

	if (ved_ids(vp, &own, &own_gid) != 0)
		return -1;
	if (vp_hook_owner(call, &uid, &gid) == 0 && uid == own &&
	    gid == own_gid)
		return ved_become(vp);
	return 0;
}

int
ved_hook_run(struct vpop *vp, const char *name, const struct vp_hook *hook)
{
	const char *conf = secure_getenv("VPOPMAIL_CONF");
	AUTO_FREE struct context *context = calloc(1, sizeof *context);
	AUTO_FREE char *top = NULL;
	AUTO_FREE char *settings = NULL;
	int64_t seconds = 0;

	if (!context || asprintf(&top, "%s/etc/hooks.d", vpop_home(vp)) < 0 ||
	    (conf && asprintf(&settings, "VPOPMAIL_CONF=%s", conf) < 0))
		return 1;
	(void)vp_number(vpop_setting(vp, "hooks_seconds"), 1, 3600, &seconds);
	context->call = (struct vp_hook_call){
		.top = top,
		.hook = hook,
		.seconds = (int)seconds,
		.fd2 = -1,
		.output = context->output,
		.size = sizeof context->output,
	};
	context->settings = settings;
	if (find_user(vp, &context->call) != 0 ||
	    become(vp, &context->call) != 0)
		return 1;
	struct ved_worker worker = {
		.vp = vp,
		.name = name,
		.patterns = hook->folder,
		.deliver = deliver,
		.arg = context,
	};
	return ved_worker_run(&worker);
}
