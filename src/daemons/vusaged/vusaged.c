/*
 * vusaged: tells how much mail accounts and domains hold.  One process and one
 * thread; a child only writes the state now and then.
 */
#include "config.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/lock.h"
#include "base/nodump.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/vusaged/engine.h"
#include "daemons/vusaged/server.h"
#include "daemons/vusaged/start.h"
#include "daemons/vusaged/state.h"

#define USAGE "usage: vusaged [-s] [-n descriptor] [config]\n"

enum { SIGNALS = 4 };

struct daemon {
	struct vpop *vp;
	struct vp_settings_file set;
	char *config; /* path */
	struct vp_engine engine;
	struct vp_server *server;
	struct event_base *base;
	struct event *tick, *second, *watch, *signals[SIGNALS];
	pid_t saver; /* child that writes the state; 0: none */
	int64_t saved;
	int lock;
	int ready_fd;
};

/* ---- the state ----------------------------------------------------------- */

static void
save_now(struct daemon *d)
{
	if (vp_state_save(&d->engine.site, d->set.state) != 0)
		vp_daemonlog(LOG_NOTICE, "vusaged: cannot save '%s': %s",
		    d->set.state, strerror(errno));
	d->engine.site.is_dirty = 0;
}

/* A child has the state as it is at this moment, and all the time it takes. */
static void
save_aside(struct daemon *d)
{
	d->saved = vp_now();
	d->saver = fork();
	if (d->saver == 0) {
		/* It holds the socket and the lock, too. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		save_now(d);
		_exit(0);
	}
	if (d->saver < 0) {
		vp_daemonlog(
		    LOG_NOTICE, "vusaged: cannot fork: %s", strerror(errno));
		d->saver = 0;
		return;
	}
	d->engine.site.is_dirty = 0;
}

static void
load(struct daemon *d)
{
	int rc = vp_state_load(&d->engine.site, d->set.state);

	if (rc < 0)
		vp_daemonlog(LOG_NOTICE,
		    "vusaged: '%s' cannot be used, everything is "
		    "counted: %s",
		    d->set.state, strerror(errno));
	d->saved = vp_now();
}

/* ---- events -------------------------------------------------------------- */

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	unsigned ms = vp_engine_tick(&d->engine);
	struct timeval delay = { .tv_sec = ms / 1000,
		.tv_usec = (suseconds_t)(ms % 1000) * 1000 };

	(void)fd;
	(void)what;
	event_add(d->tick, &delay);
}

static void
on_watch(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;
	const struct timeval soon = { .tv_usec = 20000 };
	struct timeval due, now;

	(void)fd;
	(void)what;
	vp_watches_read(d->engine.watches);
	/* The tick may be a second away. */
	if (!event_pending(d->tick, EV_TIMEOUT, &due))
		return;
	event_base_gettimeofday_cached(d->base, &now);
	evutil_timeradd(&now, &soon, &now);
	if (due.tv_sec > now.tv_sec ||
	    (due.tv_sec == now.tv_sec && due.tv_usec > now.tv_usec))
		event_add(d->tick, &soon);
}

static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct daemon *d = arg;

	(void)fd;
	(void)what;
	vp_server_tick(d->server);
	if (d->engine.site.is_dirty && d->engine.has_passed && d->saver == 0 &&
	    vp_now() - d->saved > d->set.save_seconds * 1000000)
		save_aside(d);
}

static int
watch_events(struct daemon *d)
{
	if (d->watch)
		event_free(d->watch);
	d->watch = NULL;
	if (!d->engine.watches)
		return 0;
	d->watch = event_new(d->base, vp_watches_fd(d->engine.watches),
	    EV_READ | EV_PERSIST, on_watch, d);
	return d->watch && event_add(d->watch, NULL) == 0 ? 0 : -1;
}

/* What cannot be read leaves everything as it was. */
static void
reload(struct daemon *d)
{
	struct vp_settings_file set;
	struct vpop *vp;

	if (vpop_open(&vp, 0) != 0 ||
	    vp_settings_file_read(&set, d->config, vp) != 0) {
		vp_daemonlog(LOG_NOTICE,
		    "vusaged: settings stay as they were: %s",
		    vp ? vpop_message(vp) : "out of memory");
		vpop_close(vp);
		return;
	}
	/* Walks under way use the old handle. */
	vp_engine_stop_walks(&d->engine);
	struct vp_settings_file old_set = d->set;
	struct vpop *old_vp = d->vp;
	d->set = set;
	d->vp = vp;
	vp_engine_reload(&d->engine, &d->set, d->vp);
	vp_settings_file_free(&old_set);
	vpop_close(old_vp);
	if (watch_events(d) != 0)
		vp_daemonlog(
		    LOG_NOTICE, "vusaged: no watches: %s", strerror(errno));
}

static void
on_signal(evutil_socket_t number, short what, void *arg)
{
	struct daemon *d = arg;

	(void)what;
	if (number == SIGHUP) {
		reload(d);
	} else if (number == SIGCHLD) {
		if (d->saver > 0 && waitpid(d->saver, NULL, WNOHANG) > 0)
			d->saver = 0;
	} else {
		vp_daemonlog(LOG_NOTICE, "<shutdown>");
		event_base_loopbreak(d->base);
	}
}

static int
set_events(struct daemon *d)
{
	static const int numbers[SIGNALS] = { SIGTERM, SIGINT, SIGHUP,
		SIGCHLD };
	const struct timeval second = { .tv_sec = 1 }, now = { 0 };

	for (int i = 0; i < SIGNALS; i++) {
		d->signals[i] = evsignal_new(d->base, numbers[i], on_signal, d);
		if (!d->signals[i] || event_add(d->signals[i], NULL) != 0)
			return -1;
	}
	d->tick = evtimer_new(d->base, on_tick, d);
	d->second = event_new(d->base, -1, EV_PERSIST, on_second, d);
	if (!d->tick || !d->second || event_add(d->tick, &now) != 0 ||
	    event_add(d->second, &second) != 0)
		return -1;
	return watch_events(d);
}

/* ---- life ---------------------------------------------------------------- */

/* Two daemons would write the same state. */
static int
take_lock(struct daemon *d)
{
	AUTO_FREE char *folder = strdup(d->set.state);
	AUTO_FREE char *name = NULL;
	AUTO_CLOSE int fd = -1;
	char *slash = folder ? strrchr(folder, '/') : NULL;

	if (!slash || asprintf(&name, "%s.lock", slash + 1) < 0) {
		name = NULL;
		return -1;
	}
	*slash = '\0';
	fd = open(*folder ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		d->lock = vp_lock(fd, name, d->set.uid, d->set.gid, 0);
	if (d->lock >= 0)
		return 0;
	vp_daemonlog(LOG_NOTICE, "vusaged: cannot lock '%s.lock': %s",
	    d->set.state,
	    errno == EAGAIN ? "another vusaged is running" : strerror(errno));
	return -1;
}

static int
start(struct daemon *d)
{
	int fd;

	if (vp_settings_file_read(&d->set, d->config, d->vp) != 0) {
		vp_daemonlog(LOG_NOTICE, "config_read failed");
		return -1;
	}
	fd = vp_start_listen(&d->set);
	if (fd < 0) {
		vp_daemonlog(LOG_NOTICE, "socket_init failed");
		return -1;
	}
	d->base = event_base_new();
	if (!d->base || vp_start_become(d->vp) != 0 || take_lock(d) != 0 ||
	    vp_engine_open(&d->engine, &d->set, d->vp) != 0 ||
	    !(d->server = vp_server_open(d->base, &d->engine, fd))) {
		vp_daemonlog(
		    LOG_NOTICE, "vusaged: cannot start: %s", strerror(errno));
		close(fd);
		return -1;
	}
	if (vp_engine_domains(&d->engine) != 0)
		vp_daemonlog(LOG_NOTICE, "vusaged: %s", vpop_message(d->vp));
	load(d);
	return set_events(d);
}

static void
stop(struct daemon *d)
{
	vp_server_close(d->server);
	if (d->set.filename && d->server)
		(void)unlink(d->set.filename);
	for (int i = 0; i < SIGNALS; i++)
		if (d->signals[i])
			event_free(d->signals[i]);
	if (d->tick)
		event_free(d->tick);
	if (d->second)
		event_free(d->second);
	if (d->watch)
		event_free(d->watch);
	if (d->base)
		event_base_free(d->base);
	vp_engine_close(&d->engine);
	vp_settings_file_free(&d->set);
	if (d->lock >= 0)
		close(d->lock);
	vpop_close(d->vp);
	free(d->config);
}

static int
serve(struct daemon *d)
{
	if (start(d) != 0)
		return -1;
	vp_daemonlog(LOG_NOTICE, "vusaged: begin");
	vp_daemonlog(LOG_NOTICE, "controller: stage one");
	vp_start_ready(d->ready_fd);
	if (event_base_dispatch(d->base) != 0)
		return -1;
	vp_start_notify("STOPPING=1");
	/* What the child writes is older. */
	if (d->saver > 0)
		(void)waitpid(d->saver, NULL, 0);
	save_now(d);
	vp_daemonlog(LOG_NOTICE, "controller: done");
	vp_daemonlog(LOG_NOTICE, "vusaged: end");
	return 0;
}

static int
parse_arguments(struct daemon *d, int argc, char **argv)
{
	const char *name;
	int64_t fd;
	int letter;

	while ((letter = getopt(argc, argv, "n:s")) != -1) {
		if (letter == 's')
			vp_daemonlog_open("vusaged", 1);
		else if (letter == 'n' &&
			 vp_number(optarg, 0, INT32_MAX, &fd) == 0)
			d->ready_fd = (int)fd;
		else
			return -1;
	}
	if (argc - optind > 1)
		return -1;
	name = optind < argc ? argv[optind] : "vusaged.conf";
	int rc = strchr(name, '/') ? asprintf(&d->config, "%s", name)
				   : asprintf(&d->config, "%s/etc/%s",
					 vpop_home(d->vp), name);
	if (rc < 0)
		d->config = NULL;
	return rc < 0 ? -1 : 0;
}

int
main(int argc, char **argv)
{
	struct daemon d = { .lock = -1, .ready_fd = -1 };
	int rc;

	vp_no_dump();
	vp_daemonlog_open("vusaged", 0);
	vp_daemonlog_bare();
	rc = vpop_open(&d.vp, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)signal(SIGUSR2, SIG_IGN);
	if (rc != 0) {
		vp_daemonlog(LOG_NOTICE, "vusaged: %s",
		    d.vp ? vpop_message(d.vp) : "out of memory");
		vpop_close(d.vp);
		return 1;
	}
	if (parse_arguments(&d, argc, argv) != 0) {
		fputs(USAGE, stderr);
		free(d.config);
		vpop_close(d.vp);
		return 1;
	}
	rc = serve(&d);
	stop(&d);
	return rc == 0 ? 0 : 1;
}
