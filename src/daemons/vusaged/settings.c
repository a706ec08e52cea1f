/*
 * Files of older releases are understood: what they say that has no meaning
 * any more (Log, Workers, Poll timeout, Detect client timeout) must be well
 * formed and is not looked at.
 */
#include "config.h"

#include "daemons/vusaged/settings.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "base/attr.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"

#define STATE_FILE    "var/vusaged.state"
#define STICKY_TRIES  60
#define STICKY_PAUSE  2 /* seconds */
#define DAY           86400
#define SAVE_SECONDS  300
#define SOCKET_MODE   0660
#define ID_MAX        4294967294
#define SECONDS_MAX   1000000
#define QUEUE_DEFAULT 1000

static int
bad(const char *label, const char *key, const char *value, const char *wanted)
{
	vp_daemonlog(LOG_NOTICE, "config: %s::%s: '%s' is not %s", label, key,
	    value, wanted);
	return -1;
}

static int
get_number(const struct vp_settings_file *set, const char *label,
    const char *key, int64_t min, int64_t max, int64_t otherwise, int64_t *ret)
{
	const char *value = vp_labels_get(set->config, label, key);

	*ret = otherwise;
	if (value && vp_number(value, min, max, ret) != 0)
		return bad(label, key, value, "a number in the allowed range");
	return 0;
}

static int
get_flag(const struct vp_settings_file *set, const char *key, int otherwise,
    int *ret)
{
	const char *value = vp_labels_get(set->config, "Polling", key);

	*ret = otherwise;
	if (!value)
		return 0;
	*ret = strcasecmp(value, "True") == 0;
	return *ret || strcasecmp(value, "False") == 0
		   ? 0
		   : bad("Polling", key, value, "True or False");
}

/* ---- the socket ---------------------------------------------------------- */

static int
get_owner(struct vp_settings_file *set, const struct vpop *vp)
{
	const char *uid = vp_labels_get(set->config, "Socket", "UID");
	const char *gid = vp_labels_get(set->config, "Socket", "GID");
	int64_t id;

	if (!uid || strcasecmp(uid, "Auto") == 0)
		uid = vpop_setting(vp, "uid");
	if (!gid || strcasecmp(gid, "Auto") == 0)
		gid = vpop_setting(vp, "gid");
	if (vp_number(uid, 0, ID_MAX, &id) == 0) {
		set->uid = (uid_t)id;
	} else {
		const struct passwd *pw = getpwnam(uid);

		if (!pw)
			return bad("Socket", "UID", uid, "a user");
		set->uid = pw->pw_uid;
	}
	if (vp_number(gid, 0, ID_MAX, &id) == 0) {
		set->gid = (gid_t)id;
	} else {
		const struct group *gr = getgrnam(gid);

		if (!gr)
			return bad("Socket", "GID", gid, "a group");
		set->gid = gr->gr_gid;
	}
	return 0;
}

/* Digits as chmod takes them. */
static int
get_mode(struct vp_settings_file *set)
{
	const char *modes = vp_labels_get(set->config, "Socket", "Modes");
	char *end;

	set->mode = SOCKET_MODE;
	if (!modes)
		return 0;
	unsigned long mode = strtoul(modes, &end, 8);
	if (*end != '\0' || end == modes || mode == 0 || mode > 0777)
		return bad("Socket", "Modes", modes, "a mode like 0660");
	set->mode = (mode_t)mode;
	return 0;
}

static int
get_socket(struct vp_settings_file *set, const struct vpop *vp)
{
	const char *name = vp_labels_get(set->config, "Socket", "Filename");
	const char *pair = vp_labels_get(set->config, "Socket", "Listen");

	set->filename = name;
	set->listen = pair;
	set->allow = vp_labels_get(set->config, "Socket", "Allow");
	if (name && pair) {
		vp_daemonlog(LOG_NOTICE,
		    "socket_init: invalid configuration: Can't use both "
		    "Socket::Filename and Socket::Listen");
		return -1;
	}
	if (!name && !pair) {
		vp_daemonlog(LOG_NOTICE,
		    "socket_init: invalid configuration: Socket::Filename "
		    "or Socket::Listen is needed");
		return -1;
	}
	if (name &&
	    (*name != '/' ||
		strlen(name) >= sizeof((struct sockaddr_un *)NULL)->sun_path))
		return bad("Socket", "Filename", name,
		    "an absolute path of at most 107 bytes");
	return get_owner(set, vp) != 0 ? -1 : get_mode(set);
}

/* ---- the rest ------------------------------------------------------------ */

static int
get_steps(struct vp_settings_file *set)
{
	const char *text = vp_labels_get(set->config, "Warnings", "Steps");
	AUTO_FREE char *copy = strdup(text ? text : "");
	char *rest = copy, *word;

	if (!copy)
		return -1;
	while ((word = strsep(&rest, " \t,"))) {
		size_t n = set->step_count;

		if (*word == '\0')
			continue;
		if (n == VP_STEPS_MAX ||
		    vp_number(word, 1, 100, &set->steps[n]) != 0 ||
		    (n > 0 && set->steps[n] <= set->steps[n - 1]))
			return bad("Warnings", "Steps", text,
			    "at most 8 growing numbers from 1 to 100");
		set->step_count++;
	}
	return get_number(
	    set, "Warnings", "Period", 1, INT32_MAX, DAY, &set->period);
}

static int
get_state(struct vp_settings_file *set, const struct vpop *vp)
{
	const char *name = vp_labels_get(set->config, "Storage", "Filename");
	int rc;

	if (name && *name != '/')
		return bad("Storage", "Filename", name, "an absolute path");
	rc = name ? asprintf(&set->state, "%s", name)
		  : asprintf(&set->state, "%s/" STATE_FILE, vpop_home(vp));
	if (rc < 0) {
		set->state = NULL;
		return -1;
	}
	return get_number(set, "Storage", "Save time", 1, SECONDS_MAX,
	    SAVE_SECONDS, &set->save_seconds);
}

static int
get_all(struct vp_settings_file *set, const struct vpop *vp)
{
	int64_t unused;

	if (get_number(set, "Log", "Level", 0, INT32_MAX, 0, &unused) != 0 ||
	    get_number(set, "Queue", "Workers", 0, INT32_MAX, 0, &unused) !=
		0 ||
	    get_number(
		set, "Socket", "Poll timeout", 0, INT32_MAX, 0, &unused) != 0 ||
	    get_number(set, "Socket", "Detect client timeout", 0, INT32_MAX, 0,
		&unused) != 0 ||
	    get_number(set, "Socket", "Client timeout", 1, SECONDS_MAX, 10,
		&set->client_seconds) != 0 ||
	    get_number(set, "Queue", "Max queue size", 1, SECONDS_MAX,
		QUEUE_DEFAULT, &set->queue_size) != 0)
		return -1;
	if (get_number(set, "Polling", "Directory minimum poll time", 1,
		SECONDS_MAX, 15, &set->poll_seconds) != 0 ||
	    get_number(set, "Polling", "Age Factor", 0, 1000, 1,
		&set->age_factor) != 0 ||
	    get_number(set, "Polling", "Watches", 0, INT32_MAX, -1,
		&set->watches) != 0 ||
	    get_flag(set, "Use Maildir++ format", 1, &set->by_name) != 0 ||
	    get_flag(set, "Count directory entry size", 0, &set->count_dirs) !=
		0)
		return -1;
	if (get_state(set, vp) != 0 || get_steps(set) != 0)
		return -1;
	return get_socket(set, vp);
}

/* Whoever writes the file sets its sticky bit meanwhile. */
static void
wait_for_writer(const char *path)
{
	const struct timespec pause = { .tv_sec = STICKY_PAUSE };
	struct stat st;

	for (int i = 0; i < STICKY_TRIES; i++) {
		if (stat(path, &st) != 0 || !(st.st_mode & S_ISVTX))
			return;
		nanosleep(&pause, NULL);
	}
}

int
vp_settings_file_read(
    struct vp_settings_file *ret, const char *path, const struct vpop *vp)
{
	AUTO_FREE char *etc = NULL;
	unsigned long line = 0;

	*ret = (struct vp_settings_file){ .config = NULL };
	if (asprintf(&etc, "%s/etc", vpop_home(vp)) < 0) {
		etc = NULL;
		return -1;
	}
	wait_for_writer(path);
	ret->config = vp_labels_read(etc, path, &line);
	if (!ret->config) {
		if (errno == EBADMSG)
			vp_daemonlog(LOG_NOTICE,
			    "config: line %lu: this is neither a label "
			    "nor a value with ';' at its end",
			    line);
		vp_daemonlog(LOG_NOTICE,
		    "config: failed reading contents of %s: %s", path,
		    strerror(errno));
		return -1;
	}
	vp_daemonlog(LOG_NOTICE, "config: using %s", path);
	return get_all(ret, vp);
}

void
vp_settings_file_free(struct vp_settings_file *set)
{
	vp_labels_free(set->config);
	free(set->state);
	*set = (struct vp_settings_file){ .config = NULL };
}
