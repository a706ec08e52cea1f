/*
 * Asking before a change.
 *
 * The object's lock is held: what was asked for is what will be done.  A hook
 * that cannot be asked, hangs, floods or dies is no answer; the setting
 * hooks_failure says what is done then.  Its sentence is shown to people, so
 * it is one line of text, and short; what is more is not taken as one.
 */
#include "config.h"

#include "core/question.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "base/hooks.h"
#include "base/text.h"
#include "core/event.h"

#define FOLDER      "hooks.d"
#define BEFORE      "before."
#define OUTPUT_SIZE 4096
#define SENTENCE    200 /* bytes; readers of old have small buffers */
#define PATH        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

enum answer { YES, NO, NONE };

static char *
question_text(struct vpop *vp, const struct vp_intent *intent)
{
	const struct vp_event_row row = {
		.time = time(NULL),
		.event = intent->event,
		.object = intent->object,
		.domain = intent->domain,
		.actor = vp->actor,
		.origin = vp->origin,
		.old = intent->old,
		.new = intent->new,
	};
	json_t *envelope = vp_event_envelope(&row, 1);
	char *text = envelope ? json_dumps(envelope, JSON_COMPACT) : NULL;

	json_decref(envelope);
	return text;
}

int
vp_question_sentence(char *output)
{
	size_t length = strcspn(output, "\n");

	output[length] = '\0';
	while (length > 0 && strchr(" \t\r.", output[length - 1]))
		output[--length] = '\0';
	if (length == 0 || length > SENTENCE || !vp_is_clean(output))
		return 0;
	json_t *text = json_string(output);
	json_decref(text);
	return text != NULL;
}

static void
refuse(struct vpop *vp, const struct vp_hook *hook,
    const struct vp_intent *intent, char *output)
{
	if (vp_question_sentence(output))
		vp_fail(vp, VA_HOOK_REFUSED, "%s", output);
	else
		vp_fail(vp, VA_HOOK_REFUSED,
		    "the hook '%s/%s' refuses the change of '%s'", hook->folder,
		    hook->name, intent->object);
}

static const char *
cause_of(int status)
{
	if (status == -1 && errno == ETIMEDOUT)
		return "did not end in time";
	if (status == -1 && errno == EMSGSIZE)
		return "wrote too much";
	if (status == -1 && errno == EPERM)
		return "can be written by others";
	if (status == -1)
		return strerror(errno);
	return WIFSIGNALED(status) ? "was killed" : "failed";
}

/* Whose hooks of root's are run as. */
static int
find_user(struct vpop *vp, uid_t *ret_uid, gid_t *ret_gid)
{
	const char *name = vp->set.hooks_user;
	struct passwd entry, *found = NULL;
	char buffer[4096];

	*ret_uid = vp->uid;
	*ret_gid = vp->gid;
	if (*name == '\0')
		return 0;
	(void)getpwnam_r(name, &entry, buffer, sizeof buffer, &found);
	if (!found)
		return vp_fail(vp, VA_HOOK_FAILED,
		    "the setting hooks_user: there is no user '%s'", name);
	*ret_uid = found->pw_uid;
	*ret_gid = found->pw_gid;
	return 0;
}

static enum answer
ask(struct vpop *vp, const char *top, const struct vp_hook *hook,
    const struct vp_intent *intent, const char *text)
{
	const char *conf = secure_getenv("VPOPMAIL_CONF");
	AUTO_FREE char *output = malloc(OUTPUT_SIZE);
	AUTO_FREE char *event = NULL;
	AUTO_FREE char *settings = NULL;
	static char path[] = PATH;

	if (asprintf(&event, "VPOPMAIL_EVENT=%s", intent->event) < 0)
		event = NULL;
	if (conf && asprintf(&settings, "VPOPMAIL_CONF=%s", conf) < 0)
		settings = NULL;
	if (!output || !event || (conf && !settings)) {
		vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		return NONE;
	}
	char *envp[] = { path, event, settings, NULL };
	struct vp_hook_call call = {
		.top = top,
		.hook = hook,
		.envp = envp,
		.input = text,
		.seconds = (int)vp->set.hooks_seconds,
		.fd2 = STDERR_FILENO,
		.output = output,
		.size = OUTPUT_SIZE,
	};
	if (find_user(vp, &call.uid, &call.gid) < 0)
		return NONE;
	int status = vp_hook_run(&call);

	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return YES;
	if (status != -1 && WIFEXITED(status) && WEXITSTATUS(status) == 1) {
		refuse(vp, hook, intent, output);
		return NO;
	}
	vp_fail(vp, VA_HOOK_FAILED,
	    "the hook '%s/%s' that is asked before this change %s; try again "
	    "later",
	    hook->folder, hook->name, cause_of(status));
	return NONE;
}

static int
ask_all(struct vpop *vp, const char *top, const struct vp_hook *list,
    size_t count, const struct vp_intent *intent)
{
	AUTO_FREE char *text = NULL;

	for (size_t i = 0; i < count; i++) {
		const char *folder = list[i].folder;
		enum answer answer;

		if (strncmp(folder, BEFORE, sizeof BEFORE - 1) != 0 ||
		    !vp_event_matches(
			folder + sizeof BEFORE - 1, intent->event))
			continue;
		if (!text)
			text = question_text(vp, intent);
		if (!text)
			return vp_fail(
			    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		answer = ask(vp, top, &list[i], intent, text);
		if (answer == NO ||
		    (answer == NONE && vp->set.hooks_failure == 0))
			return vpop_code(vp);
		if (answer == NONE) {
			if (vp->notice)
				vp->notice(vp->notice_arg, vp->message);
			vp_clear_error(vp);
		}
	}
	return 0;
}

int
vp_question_ask(struct vpop *vp, const struct vp_intent *intent)
{
	AUTO_FREE char *top = NULL;
	AUTO_FREE struct vp_hook *list = NULL;
	size_t count = 0;
	int code;

	if (asprintf(&top, "%s/" FOLDER, vp->etc) < 0) {
		top = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	if (vp_hooks_list(top, &list, &count) != 0)
		return vp_fail_errno(
		    vp, VA_HOOK_FAILED, "cannot read the hooks in '%s'", top);
	if (count == 0)
		return 0;
	code = vp_journal_actor(vp);
	return code < 0 ? code : ask_all(vp, top, list, count, intent);
}
