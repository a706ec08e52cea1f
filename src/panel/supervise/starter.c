/*
 * What the supervisor asks for is a number of a module and one of a program;
 * nothing that a module, or a supervisor that has been taken over, says
 * chooses what is run.  Two generations can live: that of the manifests as
 * they are, and the one before, which finishes.
 */
#include "config.h"

#include "panel/supervise/starter.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/dirtree.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/fdpass.h"
#include "daemons/common/listen.h"
#include "panel/serve.h"
#include "panel/supervise/supervise.h"

#define AGAIN 1000 /* ms before a supervisor is started, or all read, again */
#define LAST  2000 /* for programs whose supervisor has ended */

struct generation {
	struct vhd_units units;
	pid_t pid; /* of the supervisor, 0: none */
	int control;
	int64_t started, kill; /* kill: when, 0: not */
	int is_finishing;
	pid_t keepers[VHD_MODULES_MAX][VHD_PROGRAMS_MAX];
};

static struct generation now_is = { .control = -1 }, before = { .control = -1 };
static const struct vhd_settings *settings;
static int listener = -1;
static int is_reload_wanted;

/* ---- manifests --------------------------------------------------------- */

static int
find_user(struct vhd_unit *unit)
{
	const char *name =
	    unit->manifest->user ? unit->manifest->user : settings->module_user;
	const struct passwd *pw;

	unit->uid = settings->worker_uid;
	unit->gid = settings->worker_gid;
	if (geteuid() != 0 || *name == '\0')
		return 0;
	pw = getpwnam(name);
	if (!pw || pw->pw_uid == 0) {
		vp_daemonlog(LOG_ERR,
		    "the module '%s' is left out: its user '%s' is no account "
		    "without privileges",
		    unit->manifest->name, name);
		return -1;
	}
	unit->uid = pw->pw_uid;
	unit->gid = pw->pw_gid;
	return 0;
}

/* The folder of a module, of which it is the owner. */
static int
make_state(const struct vhd_unit *unit)
{
	AUTO_CLOSE int home = vp_dir_open(settings->home);
	AUTO_CLOSE int var = home < 0 ? -1 : vp_dir_open_at(home, "var");
	struct stat st;

	if (var >= 0 && mkdirat(var, "modules", 0711) != 0 && errno != EEXIST)
		return -1;
	AUTO_CLOSE int all = var < 0 ? -1 : vp_dir_open_at(var, "modules");
	if (all < 0)
		return -1;
	if (vp_dir_make(
		all, unit->manifest->name, 0700, unit->uid, unit->gid) == 0)
		return 0;
	if (errno != EEXIST ||
	    fstatat(all, unit->manifest->name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (!S_ISDIR(st.st_mode) ||
	    (geteuid() == 0 && st.st_uid != unit->uid)) {
		errno = EPERM;
		return -1;
	}
	return 0;
}

static int
make_unit(struct vhd_unit *unit)
{
	if (find_user(unit) != 0)
		return -1;
	if (make_state(unit) == 0)
		return 0;
	vp_daemonlog(LOG_ERR,
	    "the module '%s' is left out: its folder '%s' cannot be made, or "
	    "is another user's: %s",
	    unit->manifest->name, unit->state, strerror(errno));
	return -1;
}

static void
clear(struct generation *generation)
{
	vp_module_set_close(&generation->units.set);
	if (generation->control >= 0)
		close(generation->control);
	memset(generation, 0, sizeof *generation);
	generation->control = -1;
}

static int
load(struct vhd_units *units)
{
	char error[VP_MODULE_ERROR];
	AUTO_FREE char *state = NULL;
	AUTO_FREE char *values = NULL;

	if (asprintf(&state, "%s/var/modules", settings->home) < 0)
		state = NULL;
	if (asprintf(&values, "%s/etc/modules", settings->home) < 0)
		values = NULL;
	if (!state || !values)
		return -1;
	(void)vp_module_set_load(
	    settings->modules, state, values, &units->set, error);
	if (*error)
		vp_daemonlog(LOG_WARNING, "%s", error);
	units->is_needed = units->set.count + units->set.off_count > 0;
	for (size_t i = 0; i < units->set.count; i++) {
		struct vhd_unit *unit = &units->list[units->count];

		*unit = (struct vhd_unit){ .manifest = &units->set.manifests[i],
			.state = units->set.modules[i].state,
			.settings = units->set.modules[i].settings };
		if (make_unit(unit) == 0)
			units->count++;
	}
	return 0;
}

static int
open_listener(void)
{
	AUTO_FREE char *path = NULL;

	if (listener >= 0)
		return 0;
	if (asprintf(&path, "%s/" VHD_MODULES_SOCKET, settings->home) < 0) {
		path = NULL;
		return -1;
	}
	listener = vp_listen_unix(
	    path, 0600, settings->worker_uid, settings->worker_gid);
	if (listener >= 0)
		return 0;
	vp_daemonlog(
	    LOG_ERR, "cannot listen on '%s': %s", path, strerror(errno));
	return -1;
}

/* ---- processes --------------------------------------------------------- */

static void
end_keepers(struct generation *generation)
{
	for (size_t i = 0; i < generation->units.count; i++)
		for (int j = 0; j < VHD_PROGRAMS_MAX; j++)
			if (generation->keepers[i][j] > 0)
				kill(-generation->keepers[i][j], SIGKILL);
	generation->kill = 0;
}

static pid_t
start_keeper(const struct vhd_unit *unit, int stream)
{
	pid_t pid = fork();

	if (pid == 0) {
		vhd_serve_child(unit->manifest->name);
		vhd_keeper_run(unit, stream, (int)settings->syslog);
	}
	/* Here, too: it could be killed before it does so itself. */
	if (pid > 0)
		(void)setpgid(pid, pid);
	return pid;
}

static void
order_start(struct generation *generation, struct vhd_order order)
{
	pid_t *slot = &generation->keepers[order.module][order.process];
	int ends[2] = { -1, -1 };

	if (*slot > 0)
		kill(-*slot, SIGKILL);
	*slot = 0;
	order.verb = VHD_FAILED;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0)
		*slot = start_keeper(
		    &generation->units.list[order.module], ends[1]);
	if (*slot > 0)
		order.verb = VHD_STARTED;
	else
		*slot = 0;
	(void)vp_fd_send(generation->control, &order, sizeof order,
	    order.verb == VHD_STARTED ? ends[0] : -1, MSG_DONTWAIT);
	if (ends[0] >= 0) {
		close(ends[0]);
		close(ends[1]);
	}
}

static void
hear(struct generation *generation)
{
	struct vhd_order order;
	ssize_t got =
	    recv(generation->control, &order, sizeof order, MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got == 0) {
		/* Its end is seen by who reaps it. */
		close(generation->control);
		generation->control = -1;
		return;
	}
	if (got == (ssize_t)sizeof order && order.verb == VHD_RELOAD) {
		is_reload_wanted = 1;
	} else if (got != (ssize_t)sizeof order ||
		   order.module >= generation->units.count ||
		   order.process >= VHD_PROGRAMS_MAX) {
		vp_daemonlog(LOG_ERR, "the supervisor of modules says what it "
				      "should not: it is ended");
		kill(generation->pid, SIGKILL);
	} else if (order.verb == VHD_START) {
		order_start(generation, order);
	} else if (order.verb == VHD_KILL &&
		   generation->keepers[order.module][order.process] > 0) {
		kill(
		    -generation->keepers[order.module][order.process], SIGKILL);
		generation->keepers[order.module][order.process] = 0;
	}
}

static void
run_supervisor(struct generation *generation, int control)
{
	const struct vhd_supervisor_start start = {
		.units = &generation->units,
		.listener = listener,
		.control = control,
		.owner = settings->worker_uid,
		.uid = settings->front_uid,
		.gid = settings->front_gid,
	};

	listener = -1; /* it is not forgotten */
	vhd_serve_child("modules");
	_exit(vhd_supervisor_run(&start));
}

static void
start_supervisor(struct generation *generation, int64_t now)
{
	int ends[2];

	generation->started = now;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return;
	pid_t pid = fork();
	if (pid == 0) {
		close(ends[0]);
		run_supervisor(generation, ends[1]);
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return;
	}
	generation->pid = pid;
	if (generation->control >= 0)
		close(generation->control);
	generation->control = ends[0];
}

/* ---- the parent's loop ------------------------------------------------- */

int
vhd_starter_load(const struct vhd_settings *read)
{
	static struct vhd_units units;
	const struct vhd_settings *older = settings;

	settings = read;
	memset(&units, 0, sizeof units);
	if (load(&units) != 0 || (units.is_needed && open_listener() != 0)) {
		vp_module_set_close(&units.set);
		settings = older;
		return -1;
	}
	if (before.pid > 0)
		kill(before.pid, SIGKILL);
	end_keepers(&before);
	clear(&before);
	vhd_starter_finish();
	before = now_is;
	memset(&now_is, 0, sizeof now_is);
	now_is.control = -1;
	now_is.units = units;
	return 0;
}

void
vhd_starter_tick(int64_t now)
{
	if (now_is.pid == 0 && now_is.units.is_needed && !now_is.is_finishing &&
	    now - now_is.started >= AGAIN)
		start_supervisor(&now_is, now);
	if (now_is.kill && now_is.kill <= now)
		end_keepers(&now_is);
	if (before.kill && before.kill <= now)
		end_keepers(&before);
}

void
vhd_starter_fds(struct pollfd *ret_fds)
{
	ret_fds[0] = (struct pollfd){ now_is.control, POLLIN, 0 };
	ret_fds[1] = (struct pollfd){ before.control, POLLIN, 0 };
}

void
vhd_starter_hear(const struct pollfd *fds)
{
	if (fds[0].revents)
		hear(&now_is);
	if (fds[1].revents)
		hear(&before);
}

int
vhd_starter_wants_reload(void)
{
	static int64_t last;
	int64_t now = vp_clock_ms();

	if (!is_reload_wanted || now - last < AGAIN)
		return 0;
	is_reload_wanted = 0;
	last = now;
	return 1;
}

static void
ended(struct generation *generation, pid_t pid, int is_failure)
{
	if (pid == generation->pid) {
		generation->pid = 0;
		/* What it had asked for is lost, or done. */
		if (is_failure) {
			vp_daemonlog(
			    LOG_ERR, "the supervisor of modules ended");
			end_keepers(generation);
		} else {
			generation->kill = vp_clock_ms() + LAST;
		}
		return;
	}
	for (size_t i = 0; i < generation->units.count; i++)
		for (int j = 0; j < VHD_PROGRAMS_MAX; j++)
			if (generation->keepers[i][j] == pid) {
				kill(-pid, SIGKILL);
				generation->keepers[i][j] = 0;
			}
}

void
vhd_starter_ended(pid_t pid, int is_failure)
{
	ended(&now_is, pid, is_failure);
	ended(&before, pid, is_failure);
}

void
vhd_starter_forget(void)
{
	if (listener >= 0)
		close(listener);
	if (now_is.control >= 0)
		close(now_is.control);
	if (before.control >= 0)
		close(before.control);
}

void
vhd_starter_finish(void)
{
	const struct vhd_order order = { .verb = VHD_FINISH };

	now_is.is_finishing = 1;
	if (now_is.control >= 0)
		(void)vp_fd_send(
		    now_is.control, &order, sizeof order, -1, MSG_DONTWAIT);
}

void
vhd_starter_kill(void)
{
	AUTO_FREE char *path = NULL;

	if (now_is.pid > 0)
		kill(now_is.pid, SIGKILL);
	if (before.pid > 0)
		kill(before.pid, SIGKILL);
	end_keepers(&now_is);
	end_keepers(&before);
	if (listener < 0)
		return;
	if (asprintf(&path, "%s/" VHD_MODULES_SOCKET, settings->home) < 0)
		path = NULL;
	else
		unlink(path);
}
