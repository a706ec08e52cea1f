/*
 * Whether a message gets an automatic answer.  The answer is sent with the
 * empty envelope sender, so nothing ever comes back to it; and whoever was
 * answered is written down under the lock under which it was looked up.
 */
#include "config.h"

#include "core/vacation_int.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "core/name.h"
#include "qmail/queue.h"

#define DAY      86400

#define FIELD(f) .name = #f, .offset = offsetof(struct vp_vacation_conf, f)

static const struct vp_conf_item items[] = {
	{ FIELD(enabled), .type = VP_CONF_BOOL, .value = "yes" },
	{ FIELD(days), .type = VP_CONF_NUMBER, .value = "7", .max = 3650 },
	{ FIELD(start), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(end), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(from), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(subject), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(addresses), .type = VP_CONF_TEXT, .value = "" },
	{ .name = NULL }
};

int
vp_vacation_conf_read(
    struct vpop *vp, const char *dir, struct vp_vacation_conf *ret)
{
	AUTO_FREE char *path = NULL;
	char error[512];

	if (asprintf(&path, "%s/" VP_VACATION_CONF, dir) < 0) {
		path = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	if (vp_conf_defaults(items, ret) != 0)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	int rc = vp_conf_read(items, ret, path, error, sizeof error);
	if (rc < 0)
		return vp_fail(vp, VA_PARSE_ERROR, "%s", error);
	return rc == 0;
}

void
vp_vacation_conf_free(struct vp_vacation_conf *conf)
{
	vp_conf_free(items, conf);
}

int
vp_vacation_date(const char *text, int is_end, time_t *ret)
{
	struct tm tm = { .tm_isdst = -1 };
	const char *end = strptime(text, "%Y-%m-%d", &tm);

	if (end && *end == '\0' && is_end)
		tm.tm_mday++;
	if (end && *end != '\0')
		end = strptime(end, " %H:%M", &tm);
	if (!end || *end != '\0')
		return -1;
	*ret = mktime(&tm);
	return *ret == (time_t)-1 ? -1 : 0;
}

/* 1 if answers are wanted now, 0, or a code. */
static int
is_time(struct vpop *vp, const struct vp_vacation_conf *conf)
{
	time_t now = time(NULL), when;

	if (!conf->enabled)
		return 0;
	if (*conf->start) {
		if (vp_vacation_date(conf->start, 0, &when) != 0)
			return vp_fail(vp, VA_PARSE_ERROR,
			    "start: '%s' is not a date", conf->start);
		if (now < when)
			return 0;
	}
	if (*conf->end) {
		if (vp_vacation_date(conf->end, 1, &when) != 0)
			return vp_fail(vp, VA_PARSE_ERROR,
			    "end: '%s' is not a date", conf->end);
		if (now >= when)
			return 0;
	}
	return 1;
}

static int
send_reply(struct vpop *vp, const struct vp_vacation *vacation, int reply_fd)
{
	const char *recipients[] = { vacation->sender };
	char error[256];

	if (vp_queue_message(vp->set.qmail_queue, "", reply_fd, "", recipients,
		1, error, sizeof error) == 0)
		return 0;
	return vp_fail(vp, VA_COULD_NOT_UPDATE_FILE, "%s", error);
}

/* The answer is due: unless the sender has one already. */
static int
answer_once(struct vpop *vp, const struct vp_vacation *vacation,
    const struct vp_vacation_conf *conf, const struct vp_incoming *incoming)
{
	int64_t seconds = conf ? conf->days * DAY : vacation->seconds;
	int64_t most = conf ? 1 : vacation->count;
	struct vp_seen seen;

	int rc = vp_seen_open(
	    vp, vacation->dir, vacation->sender, seconds, most, &seen);
	if (rc > 0) {
		AUTO_CLOSE int fd = vp_reply_make(vp, vacation, conf, incoming);
		int code = fd < 0 ? fd : send_reply(vp, vacation, fd);

		if (code == 0)
			code = vp_seen_add(vp, &seen, vacation->sender);
		rc = code < 0 ? code : 1;
	}
	vp_seen_close(&seen);
	return rc;
}

static int
answer(struct vpop *vp, const struct vp_vacation *vacation,
    const struct vp_vacation_conf *conf)
{
	struct vp_incoming incoming;

	if (vp_sender_is_automatic(vacation->sender) ||
	    vp_is_same_address(vp, vacation->sender, vacation->recipient))
		return 0;
	int rc = vp_incoming_read(vp, vacation, conf, &incoming);
	if (rc == 0 && !incoming.is_automatic &&
	    (!vacation->must_be_set || incoming.names_us))
		rc = answer_once(vp, vacation, conf, &incoming);
	vp_incoming_clear(&incoming);
	return rc;
}

int
vp_vacation_answer(struct vpop *vp, const struct vp_vacation *vacation)
{
	struct vp_vacation_conf conf = { 0 };
	int is_set = vp_vacation_conf_read(vp, vacation->dir, &conf);
	int rc = is_set > 0 ? is_time(vp, &conf) : is_set;

	if (is_set == 0)
		rc = !vacation->must_be_set;
	if (rc > 0)
		rc = answer(vp, vacation, is_set ? &conf : NULL);
	vp_vacation_conf_free(&conf);
	return rc;
}

/* The folder of a robot has its name in upper case. */
int
vp_robot_name(int domain_fd, const char *name, char ret_folder[VPOP_USER_SIZE])
{
	char folder[VPOP_USER_SIZE];
	AUTO_FREE char *path = NULL;

	if (*name == '\0' || *name == '.' || strchr(name, '/') ||
	    vp_copy(folder, sizeof folder, name) != 0)
		return 0;
	for (char *p = folder; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	if (asprintf(&path, "%s/" VP_VACATION_CONF, folder) < 0) {
		path = NULL;
		return -1;
	}
	if (faccessat(domain_fd, path, F_OK, 0) != 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
	memcpy(ret_folder, folder, sizeof folder);
	return 1;
}
