/*
 * Trying a hook: it is run as veventd would run it, by whoever calls this,
 * with a fact that happened, and what it says and how it ends is shown.
 * Nothing is noted: the fact is still delivered, or not delivered again.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/hooks.h"
#include "base/text.h"
#include "tools/vevents.h"

#define OUTPUT_SIZE 65536
#define BEFORE      "before."
#define PATH        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/* FOLDER/NAME, also after "hook:" as subscribers are called. */
static int
parse_hook(const struct cli *cli, const char *text, struct vp_hook *ret)
{
	const char *slash;

	if (strncmp(text, "hook:", 5) == 0)
		text += 5;
	slash = strchr(text, '/');
	if (!slash ||
	    vp_format(ret->folder, sizeof ret->folder, "%.*s",
		(int)(slash - text), text) != 0 ||
	    vp_copy(ret->name, sizeof ret->name, slash + 1) != 0 ||
	    strchr(ret->name, '/') || !*ret->name || !*ret->folder)
		return cli_usage(cli, "'%s' is not folder/name", text);
	return 0;
}

/* The fact that it is tried with, malloc'd. */
static int
find_fact(struct cli *cli, const struct vp_hook *hook, char **ret_json,
    char **ret_type)
{
	const char *pattern = hook->folder;
	struct vpop_event_filter filter = { .flags = VPOP_EVENTS_NEWEST };
	struct vpop_events *cursor;
	struct vpop_event event;
	int64_t seq = 0;

	if (strncmp(pattern, BEFORE, sizeof BEFORE - 1) == 0)
		pattern += sizeof BEFORE - 1;
	filter.type = pattern;
	if (cli->argc > 2) {
		int status =
		    cli_number(cli, "seq", cli->argv[2], 1, INT64_MAX, &seq);

		if (status)
			return status;
		filter = (struct vpop_event_filter){ .after = seq - 1 };
	}
	int code = vpop_events_open(cli->vp, &filter, &cursor);
	if (code < 0)
		return cli_fail(cli, code);
	code = vpop_events_next(cursor, &event);
	if (code > 0 && (seq == 0 || event.seq == seq)) {
		*ret_json = cli_strdup(event.json);
		*ret_type = cli_strdup(event.type);
	}
	vpop_events_close(cursor);
	if (code < 0)
		return cli_fail(cli, code);
	return *ret_json ? 0
			 : cli_refuse("there is no such fact to try it with");
}

static int
find_user(const struct cli *cli, struct vp_hook_call *call)
{
	const char *name = vpop_setting(cli->vp, "hooks_user");
	const struct passwd *entry;
	int64_t uid, gid;

	if (name && *name) {
		entry = getpwnam(name);
		if (!entry)
			return cli_refuse("there is no user '%s'", name);
		call->uid = entry->pw_uid;
		call->gid = entry->pw_gid;
		return 0;
	}
	if (vp_number(vpop_setting(cli->vp, "uid"), 0, UINT32_MAX, &uid) != 0 ||
	    vp_number(vpop_setting(cli->vp, "gid"), 0, UINT32_MAX, &gid) != 0)
		return cli_refuse("there is no vpopmail user");
	call->uid = (uid_t)uid;
	call->gid = (gid_t)gid;
	return 0;
}

static int
run_hook(struct cli *cli, struct vp_hook_call *call, const char *type)
{
	const char *conf = secure_getenv("VPOPMAIL_CONF");
	AUTO_FREE char *event = NULL;
	AUTO_FREE char *settings = NULL;
	static char path[] = PATH;
	int64_t seconds = 0;

	if (asprintf(&event, "VPOPMAIL_EVENT=%s", type) < 0 ||
	    (conf && asprintf(&settings, "VPOPMAIL_CONF=%s", conf) < 0))
		cli_no_memory();
	char *envp[] = { path, event, settings, NULL };
	(void)vp_number(
	    vpop_setting(cli->vp, "hooks_seconds"), 1, 3600, &seconds);
	call->envp = envp;
	call->seconds = (int)seconds;
	int status = vp_hook_run(call);
	int cause = errno;
	call->envp = NULL;
	fputs(call->output, stdout);
	if (status == -1)
		return cli_refuse("cannot run it: %s", strerror(cause));
	if (WIFSIGNALED(status))
		return cli_refuse("killed by signal %d", WTERMSIG(status));
	return WEXITSTATUS(status);
}

int
vevents_test(struct cli *cli)
{
	AUTO_FREE char *json = NULL;
	AUTO_FREE char *type = NULL;
	AUTO_FREE char *top = NULL;
	AUTO_FREE char *output = malloc(OUTPUT_SIZE);
	struct vp_hook hook;
	struct vp_hook_call call = {
		.hook = &hook,
		.fd2 = STDERR_FILENO,
		.output = output,
		.size = OUTPUT_SIZE,
	};
	int status = parse_hook(cli, cli->argv[1], &hook);

	if (!output || asprintf(&top, "%s/etc/hooks.d", vpop_home(cli->vp)) < 0)
		cli_no_memory();
	call.top = top;
	output[0] = '\0';
	if (!status)
		status = find_fact(cli, &hook, &json, &type);
	if (!status)
		status = find_user(cli, &call);
	if (status)
		return status;
	call.input = json;
	return run_hook(cli, &call, type);
}
