/*
 * The parent knows subscribers by the files that name them, and opens no
 * database: what a worker has is made in it.  A worker that ends by itself is
 * started again after a pause.
 */
#include "config.h"

#include "daemons/veventd/tasks.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/line.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/webhookfile.h"
#include "daemons/veventd/hook.h"
#include "daemons/veventd/webhook.h"
#include "daemons/veventd/worker.h"
#include "vpop_event.h"

#define PAUSE  2000 /* milliseconds before a worker is started again */
#define BEFORE "before."

enum kind { SETTLE, HOOK, WEBHOOK, PANEL };

struct task {
	enum kind kind;
	char name[VPOP_SUBSCRIBER_SIZE];
	struct vp_hook hook; /* a webhook has a name only */
	struct stat file;    /* of the panel's webhook, when it was looked at */
	pid_t pid;           /* 0: none */
	int64_t ended;
	int is_known; /* the journal knows from where to tell it */
	int is_wanted;
};

struct ved_tasks {
	struct task *list;
	size_t count, room;
	int is_clean; /* no subscriber is left of a webhook that is gone */
};

struct ved_tasks *
ved_tasks_new(void)
{
	return calloc(1, sizeof(struct ved_tasks));
}

void
ved_tasks_free(struct ved_tasks *tasks)
{
	if (tasks)
		free(tasks->list);
	free(tasks);
}

/* ---- who there is ----------------------------------------------------- */

static struct task *
find(struct ved_tasks *tasks, const char *name)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (strcmp(tasks->list[i].name, name) == 0)
			return &tasks->list[i];
	return NULL;
}

static int
want(struct ved_tasks *tasks, const struct task *wanted)
{
	struct task *task = find(tasks, wanted->name);

	if (!task && tasks->count == tasks->room) {
		size_t room = tasks->room ? 2 * tasks->room : 16;
		void *more =
		    reallocarray(tasks->list, room, sizeof *tasks->list);

		if (!more)
			return -1;
		tasks->list = more;
		tasks->room = room;
	}
	if (!task) {
		task = &tasks->list[tasks->count++];
		*task = *wanted;
		task->ended = vp_clock_ms() - PAUSE;
	}
	/* What was changed takes effect with a new process. */
	if (task->kind == PANEL &&
	    !vp_file_is_same(&task->file, &wanted->file)) {
		task->file = wanted->file;
		if (task->pid > 0)
			kill(task->pid, SIGTERM);
	}
	task->is_wanted = 1;
	return 0;
}

static int
want_hooks(struct ved_tasks *tasks, const struct vpop *vp)
{
	AUTO_FREE struct vp_hook *list = NULL;
	AUTO_FREE char *top = NULL;
	size_t count = 0;

	if (asprintf(&top, "%s/etc/hooks.d", vpop_home(vp)) < 0)
		return -1;
	if (vp_hooks_list(top, &list, &count) != 0) {
		vp_daemonlog(LOG_ERR, "cannot read the hooks in '%s': %s", top,
		    strerror(errno));
		return -1;
	}
	for (size_t i = 0; i < count; i++) {
		struct task task = { .kind = HOOK, .hook = list[i] };

		if (strncmp(list[i].folder, BEFORE, sizeof BEFORE - 1) == 0)
			continue;
		if (vp_format(task.name, sizeof task.name, "hook:%s/%s",
			list[i].folder, list[i].name) != 0 ||
		    want(tasks, &task) != 0)
			return -1;
	}
	return 0;
}

/* 1 for a webhook's settings, and its name. */
static int
is_webhook(const char *file, struct task *ret)
{
	const size_t length = strlen(file), end = sizeof VED_CONF - 1;

	*ret = (struct task){ .kind = WEBHOOK };
	return file[0] != '.' && length > end &&
	       strcmp(file + length - end, VED_CONF) == 0 &&
	       vp_format(ret->hook.name, sizeof ret->hook.name, "%.*s",
		   (int)(length - end), file) == 0 &&
	       vp_format(ret->name, sizeof ret->name, "webhook:%s",
		   ret->hook.name) == 0;
}

static int
want_webhooks(struct ved_tasks *tasks, const struct vpop *vp)
{
	AUTO_FREE char *folder = NULL;
	const struct dirent *entry;
	struct task task;
	int rc = 0;

	if (asprintf(&folder, "%s/etc/" VED_WEBHOOKS, vpop_home(vp)) < 0)
		return -1;
	DIR *dir = opendir(folder);
	if (!dir && errno != ENOENT)
		vp_daemonlog(LOG_ERR, "cannot read the webhooks in '%s': %s",
		    folder, strerror(errno));
	if (!dir)
		return errno == ENOENT ? 0 : -1;
	while (rc == 0 && (entry = readdir(dir)))
		if (is_webhook(entry->d_name, &task))
			rc = want(tasks, &task);
	closedir(dir);
	return rc;
}

/* Those that were made in the panel; a file that is gone by now is none. */
static int
want_panel(struct ved_tasks *tasks, const struct vpop *vp)
{
	struct vp_webhooks *hooks = vp_webhooks_open(vp, 0);
	const struct dirent *entry;
	char id[VP_WEBHOOK_ID_SIZE];
	int rc = 0;

	if (!hooks && errno == ENOENT)
		return 0;
	DIR *dir = hooks ? fdopendir(dup(vp_webhooks_dirfd(hooks))) : NULL;
	if (!dir)
		vp_daemonlog(LOG_ERR, "cannot read the panel's webhooks: %s",
		    strerror(errno));
	while (dir && rc == 0 && (entry = readdir(dir))) {
		struct task task = { .kind = PANEL };

		if (!vp_webhook_is_one(entry->d_name, id) ||
		    fstatat(dirfd(dir), entry->d_name, &task.file,
			AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		(void)vp_copy(task.hook.name, sizeof task.hook.name, id);
		snprintf(task.name, sizeof task.name, "%s%s",
		    VP_WEBHOOK_SUBSCRIBER, id);
		rc = want(tasks, &task);
	}
	rc = dir ? rc : -1;
	if (dir)
		closedir(dir);
	vp_webhooks_close(hooks);
	return rc;
}

/* ---- processes -------------------------------------------------------- */

static int
run(const struct task *task)
{
	struct vpop *vp;
	int rc = 1;

	if (vpop_open(&vp, 0) != 0)
		vp_daemonlog(
		    LOG_ERR, "%s", vp ? vpop_message(vp) : "out of memory");
	else if (task->kind == HOOK)
		rc = ved_hook_run(vp, task->name, &task->hook);
	else if (task->kind != SETTLE)
		rc = ved_webhook_run(
		    vp, task->name, task->hook.name, task->kind == PANEL);
	else
		rc = ved_settle_run(vp);
	vpop_close(vp);
	return rc;
}

static void
start(struct task *task)
{
	const pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		ved_worker_start(parent);
		vp_daemonlog_role(task->name);
		_exit(run(task));
	}
	if (pid > 0)
		task->pid = pid;
	else
		vp_daemonlog(LOG_ERR, "cannot fork: %s", strerror(errno));
}

/* The journal would keep what they are yet to be told for ever. */
static void
forget_gone(struct ved_tasks *tasks, struct vpop *vp)
{
	const size_t size = sizeof VP_WEBHOOK_SUBSCRIBER - 1;
	struct vpop_subscriber_state *list = NULL;
	size_t count = 0;

	if (vpop_subscribers(vp, &list, &count) != 0)
		vp_daemonlog(LOG_ERR, "%s", vpop_message(vp));
	for (size_t i = 0; i < count; i++)
		if (strncmp(list[i].name, VP_WEBHOOK_SUBSCRIBER, size) == 0 &&
		    !find(tasks, list[i].name))
			(void)vpop_subscriber_forget(vp, list[i].name);
	free(list);
}

/* In a child, as the parent opens no journal. */
static void
introduce_all(struct ved_tasks *tasks)
{
	struct vpop *vp;

	if (vpop_open(&vp, 0) != 0)
		_exit(1);
	for (size_t i = 0; i < tasks->count; i++) {
		const struct task *task = &tasks->list[i];
		struct vpop_subscriber *subscriber;

		if (!task->is_known && task->kind != SETTLE &&
		    vpop_subscriber_open(vp, task->name, &subscriber) == 0)
			vpop_subscriber_close(subscriber);
	}
	if (!tasks->is_clean)
		forget_gone(tasks, vp);
	vpop_close(vp);
	_exit(0);
}

/* A subscriber that is new is told of what happens from now on, not only from
 * when its process has come so far. */
static void
introduce(struct ved_tasks *tasks)
{
	int is_new = !tasks->is_clean;
	pid_t pid;

	for (size_t i = 0; i < tasks->count; i++)
		is_new |= !tasks->list[i].is_known;
	if (!is_new)
		return;
	pid = fork();
	if (pid == 0)
		introduce_all(tasks);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	for (size_t i = 0; i < tasks->count; i++)
		tasks->list[i].is_known = 1;
	tasks->is_clean = 1;
}

int
ved_tasks_scan(struct ved_tasks *tasks)
{
	const struct task settle = { .kind = SETTLE, .name = "settle" };
	struct vpop *vp;
	size_t kept = 0;
	int rc = -1;

	for (size_t i = 0; i < tasks->count; i++)
		tasks->list[i].is_wanted = 0;
	if (vpop_open(&vp, 0) != 0)
		vp_daemonlog(
		    LOG_ERR, "%s", vp ? vpop_message(vp) : "out of memory");
	else if (want(tasks, &settle) == 0)
		rc = want_hooks(tasks, vp);
	if (rc == 0)
		rc = want_webhooks(tasks, vp);
	if (rc == 0)
		rc = want_panel(tasks, vp);
	vpop_close(vp);
	if (rc != 0)
		return -1;
	introduce(tasks);
	for (size_t i = 0; i < tasks->count; i++) {
		struct task *task = &tasks->list[i];

		if (!task->is_wanted && task->pid == 0) {
			tasks->is_clean &= task->kind != PANEL;
			continue;
		}
		if (!task->is_wanted)
			kill(task->pid, SIGTERM);
		else if (task->pid == 0 && vp_clock_ms() - task->ended >= PAUSE)
			start(task);
		tasks->list[kept++] = *task;
	}
	tasks->count = kept;
	return 0;
}

void
ved_tasks_ended(struct ved_tasks *tasks, pid_t pid, int status)
{
	for (size_t i = 0; i < tasks->count; i++) {
		struct task *task = &tasks->list[i];

		if (task->pid != pid)
			continue;
		task->pid = 0;
		task->ended = vp_clock_ms();
		if (WIFSIGNALED(status))
			vp_daemonlog(LOG_ERR,
			    "the worker of '%s' was killed by signal %d",
			    task->name, WTERMSIG(status));
		/* An end without a mistake was asked for. */
		if (status == 0)
			task->ended -= PAUSE;
	}
}

size_t
ved_tasks_stop(struct ved_tasks *tasks, int signal)
{
	size_t left = 0;

	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->list[i].pid > 0) {
			kill(tasks->list[i].pid, signal);
			left++;
		}
	return left;
}
