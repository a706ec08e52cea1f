/*
 * A step counts as told when a warning of that or a higher step was sent
 * within the period: who deletes some mail is not warned of the step below,
 * nor of the same one when mail comes in again.
 *
 * A record is on the disk before its warning is sent: after a crash between
 * both there is one warning less, not one a message.
 *
 * Events tell of levels: of the first step, of a full quota, and of none any
 * more, which it is when some percent less are used; who is there and hardly
 * moves is told of once.
 */
#include "config.h"

#include "daemons/vusaged/warn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/vusaged/scan.h"

#define MIB          1048576
#define TEXT_MAX     65536
#define LINE_BYTES   512
#define LESS         5        /* percent, before a level is left */
#define LIMITS_US    10000000 /* how long limits of a domain are believed */
#define ADDRESS_SIZE (VPOP_USER_SIZE + VPOP_DOMAIN_SIZE + 1)

struct told {
	int64_t step, time;
};

struct record {
	enum vp_warn_level level;
	struct told told[VP_STEPS_MAX]; /* step 0: free */
	char address[];
};

struct vp_warn {
	const struct vp_settings_file *set;
	struct vpop *vp;
	struct vp_table records; /* by address */
	int fd;                  /* of the file; -1: not kept */
};

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* ---- what was told ------------------------------------------------------- */

static const char *
address_of(const void *record)
{
	return ((const struct record *)record)->address;
}

/* Replaces the oldest. */
static int
remember(struct vp_warn *w, const char *address, int64_t step, int64_t when)
{
	struct record *record = vp_table_find(&w->records, address);
	size_t size = strlen(address) + 1;
	struct told *oldest;

	if (!record) {
		record = calloc(1, sizeof *record + size);
		if (!record)
			return -1;
		memcpy(record->address, address, size);
		if (vp_table_add(&w->records, record) != 0) {
			free(record);
			return -1;
		}
	}
	oldest = &record->told[0];
	for (int i = 1; i < VP_STEPS_MAX; i++)
		if (record->told[i].time < oldest->time)
			oldest = &record->told[i];
	*oldest = (struct told){ step, when };
	return 0;
}

static int
is_told(const struct vp_warn *w, const char *address, int64_t step, int64_t now)
{
	const struct record *record = vp_table_find(&w->records, address);

	for (int i = 0; record && i < VP_STEPS_MAX; i++)
		if (record->told[i].step >= step &&
		    record->told[i].time > now - w->set->period)
			return 1;
	return 0;
}

/* What was told of it last, as the file knows: a step, or 0 for none. */
static void
set_level(struct vp_warn *w, const char *address, int64_t step)
{
	struct record *record = vp_table_find(&w->records, address);

	if (record)
		record->level = step == 0    ? VP_WARN_NONE
				: step < 100 ? VP_WARN_NEAR
					     : VP_WARN_FULL;
}

/* "TIME STEP ADDRESS"; whatever is not one was torn. */
static void
read_line(struct vp_warn *w, char *line, int64_t now)
{
	const char *when = strsep(&line, " ");
	const char *step = strsep(&line, " ");
	int64_t time_sent, percent;

	if (line && *line && step &&
	    vp_number(when, 0, INT64_MAX, &time_sent) == 0 &&
	    vp_number(step, 0, 100, &percent) == 0 &&
	    time_sent > now - w->set->period && time_sent <= now + 86400) {
		if (percent > 0)
			(void)remember(w, line, percent, time_sent);
		set_level(w, line, percent);
	}
}

static void
read_file(struct vp_warn *w, const char *path)
{
	AUTO_FCLOSE FILE *fp = fopen(path, "re");
	AUTO_FREE char *line = NULL;
	int64_t now = time(NULL);
	size_t cap = 0;

	if (!fp)
		return;
	for (;;) {
		if (vp_line_read(fp, &line, &cap, LINE_BYTES) >= 0)
			read_line(w, line, now);
		else if (errno != EMSGSIZE && errno != EILSEQ)
			return;
	}
}

static int
write_line(int fd, const char *address, int64_t step, int64_t when)
{
	AUTO_FREE char *line = NULL;
	int size = asprintf(
	    &line, "%" PRId64 " %" PRId64 " %s\n", when, step, address);

	if (size < 0) {
		line = NULL;
		return -1;
	}
	return write(fd, line, (size_t)size) == size ? 0 : -1;
}

/* One address: what it was told, the newest last, and its level. */
static int
write_record(const struct vp_warn *w, const struct record *record)
{
	const int64_t step = record->level == VP_WARN_FULL   ? 100
			     : record->level == VP_WARN_NEAR ? w->set->steps[0]
							     : 0;
	int64_t last = 0;
	int rc = 0;

	for (int i = 0; rc == 0 && i < VP_STEPS_MAX; i++) {
		const struct told *told = &record->told[i];

		if (told->step > 0)
			rc = write_line(
			    w->fd, record->address, told->step, told->time);
		last = larger(last, told->time);
	}
	return rc == 0 ? write_line(w->fd, record->address, step, last) : rc;
}

/* Only what still counts stays in the file. */
static void
write_file(struct vp_warn *w, const char *path)
{
	AUTO_FREE char *temp = NULL;

	if (asprintf(&temp, "%s.tmp", path) < 0) {
		temp = NULL;
		return;
	}
	w->fd = open(temp,
	    O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	int rc = w->fd < 0 ? -1 : 0;
	for (size_t i = 0; rc == 0 && i < w->records.size; i++) {
		if (w->records.slots[i])
			rc = write_record(w, w->records.slots[i]);
	}
	if (rc == 0 && fdatasync(w->fd) == 0 && rename(temp, path) == 0)
		return;
	vp_daemonlog(LOG_NOTICE, "vusaged: cannot write '%s': %s", path,
	    strerror(errno));
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

/* 0 if it is certain that this will not be told again and again. */
static int
record(struct vp_warn *w, const char *address, int64_t step, int64_t now)
{
	if (w->fd >= 0 && (write_line(w->fd, address, step, now) != 0 ||
			      fdatasync(w->fd) != 0))
		vp_daemonlog(LOG_NOTICE,
		    "vusaged: cannot keep that '%s' was warned: %s", address,
		    strerror(errno));
	return remember(w, address, step, now);
}

/* ---- texts --------------------------------------------------------------- */

/* A text of the domain, else of the site; malloc'd, or NULL. */
static char *
read_text(
    const struct vp_warn *w, const struct vp_domain *domain, const char *name)
{
	AUTO_FREE char *site = NULL;
	AUTO_CLOSE int fd = open(domain->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int site_fd = -1;
	char *text = fd < 0 ? NULL : vp_file_read(fd, name, TEXT_MAX, NULL);

	if (text)
		return text;
	if (asprintf(&site, "%s/%s", vpop_home(w->vp),
		vpop_setting(w->vp, "domains_dir")) < 0) {
		site = NULL;
		return NULL;
	}
	site_fd = vp_dir_open(site);
	return site_fd < 0 ? NULL : vp_file_read(site_fd, name, TEXT_MAX, NULL);
}

static char *
own_text(const char *to, const char *domain, const char *what, int64_t percent)
{
	char *text = NULL;

	if (asprintf(&text,
		"From: Mail Delivery System <postmaster@%s>\n"
		"To: <%s>\n"
		"Subject: Mail quota warning\n"
		"Auto-Submitted: auto-generated\n"
		"\n"
		"%s has used %" PRId64 " percent of its quota.\n"
		"When it is used up, further mail is refused.\n"
		"Please delete messages that are no longer needed.\n",
		domain, to, what, percent) < 0)
		return NULL;
	return text;
}

static void
send_warning(struct vp_warn *w, const struct vp_domain *domain,
    const struct vpop_user *user, const char *what, const char *name,
    int64_t percent)
{
	AUTO_FREE char *text = read_text(w, domain, name);
	char to[ADDRESS_SIZE];

	(void)vp_format(to, sizeof to, "%s@%s", user->name, domain->name);
	if (!text)
		text = own_text(to, domain->name, what, percent);
	if (text && vpop_user_warn(w->vp, user, text) != 0)
		vp_daemonlog(LOG_NOTICE, "vusaged: %s", vpop_message(w->vp));
}

/* ---- steps --------------------------------------------------------------- */

static int64_t
percent_of(uint64_t used, uint64_t limit)
{
	if (limit == 0)
		return 0;
	return used >= limit ? 100
			     : (int64_t)((double)used / (double)limit * 100);
}

/* The quota of which there is less left. */
static struct vp_warn_used
used_of(
    uint64_t bytes, uint64_t most_bytes, uint64_t count, uint64_t most_count)
{
	const struct vp_warn_used of_bytes = { bytes, most_bytes, "bytes",
		percent_of(bytes, most_bytes) };
	const struct vp_warn_used of_count = { count, most_count, "messages",
		percent_of(count, most_count) };

	return of_count.percent > of_bytes.percent ? of_count : of_bytes;
}

/* Where it is between two levels it stays at the upper one. */
static enum vp_warn_level
level_of(const struct vp_warn *w, enum vp_warn_level before, int64_t percent)
{
	const int64_t first = w->set->steps[0];

	if (percent >= 100 || (before == VP_WARN_FULL && percent > 100 - LESS))
		return VP_WARN_FULL;
	if (percent >= first ||
	    (before != VP_WARN_NONE && percent > first - LESS))
		return VP_WARN_NEAR;
	return VP_WARN_NONE;
}

/* Tell of another level than the last one. */
static void
tell_level(
    struct vp_warn *w, const char *address, const struct vp_warn_used *used)
{
	struct record *record = vp_table_find(&w->records, address);
	const enum vp_warn_level before = record ? record->level : VP_WARN_NONE;
	const enum vp_warn_level level = level_of(w, before, used->percent);

	if (!record || level == before)
		return;
	record->level = level;
	if (w->fd >= 0)
		(void)write_line(w->fd, address,
		    level == VP_WARN_NONE   ? 0
		    : level == VP_WARN_FULL ? 100
					    : w->set->steps[0],
		    time(NULL));
	/* That a full one is only nearly full is no news. */
	if (level > before || level == VP_WARN_NONE)
		vp_warn_publish(w->vp, address, level, used);
}

/* The step to be told now, or 0; it is recorded. */
static int64_t
take_step(struct vp_warn *w, const char *address, int64_t percent)
{
	int64_t now = time(NULL), step = 0;

	for (size_t i = 0; i < w->set->step_count; i++)
		if (percent >= w->set->steps[i])
			step = w->set->steps[i];
	if (step == 0 || is_told(w, address, step, now) ||
	    record(w, address, step, now) != 0)
		return 0;
	vp_daemonlog(LOG_NOTICE,
	    "warning: %s has used %" PRId64 " percent of its quota", address,
	    percent);
	return step;
}

static void
check_user(struct vp_warn *w, const struct vp_box *box)
{
	const struct vp_domain *domain = box->domain;
	char address[ADDRESS_SIZE];
	struct vpop_quota quota;
	struct vpop_user user;
	uint64_t bytes, count;

	if (vpop_user_get(w->vp, vp_box_name(box), domain->name, &user) == 0 &&
	    vpop_quota_parse(user.quota, &quota) == 0 &&
	    vp_format(address, sizeof address, "%s@%s", user.name,
		domain->name) == 0) {
		vp_box_usage(box, &bytes, &count);
		const struct vp_warn_used used = used_of(bytes,
		    (uint64_t)quota.bytes, count, (uint64_t)quota.messages);

		if (take_step(w, address, used.percent) > 0)
			send_warning(w, domain, &user, address,
			    ".quotawarn.msg", used.percent);
		tell_level(w, address, &used);
	}
	explicit_bzero(&user, sizeof user);
}

static void
check_domain(struct vp_warn *w, struct vp_domain *domain)
{
	char name[ADDRESS_SIZE];
	struct vpop_limits limits;
	struct vp_warn_used used;
	struct vpop_user user;
	int is_due;

	if (domain->limits_at == 0 ||
	    vp_now() > domain->limits_at + LIMITS_US) {
		if (vpop_limits_get(w->vp, domain->name, &limits) != 0)
			return;
		domain->limits_at = vp_now();
		domain->limit_bytes =
		    limits.quota <= UINT64_MAX / MIB ? limits.quota * MIB : 0;
		domain->limit_count = limits.maxmsgcount;
	}
	used = used_of(domain->bytes, domain->limit_bytes, domain->count,
	    domain->limit_count);
	if (vp_format(name, sizeof name, "@%s", domain->name) != 0)
		return;
	is_due = take_step(w, name, used.percent) > 0;
	tell_level(w, name, &used);
	if (!is_due)
		return;
	if (vpop_user_get(w->vp, "postmaster", domain->name, &user) == 0)
		send_warning(w, domain, &user, domain->name, ".domainwarn.msg",
		    used.percent);
	explicit_bzero(&user, sizeof user);
}

void
vp_warn_check(struct vp_warn *w, struct vp_box *box)
{
	check_user(w, box);
	if (vp_domain_is_known(box->domain))
		check_domain(w, box->domain);
}

/* ---- life ---------------------------------------------------------------- */

struct vp_warn *
vp_warn_open(const struct vp_settings_file *set, struct vpop *vp)
{
	AUTO_FREE char *path = NULL;
	struct vp_warn *w = NULL;

	if (set->step_count == 0)
		return NULL;
	if (asprintf(&path, "%s.warned", set->state) < 0)
		path = NULL;
	else
		w = calloc(1, sizeof *w);
	if (!w)
		return NULL;
	*w = (struct vp_warn){ .set = set, .vp = vp, .fd = -1 };
	w->records.name = address_of;
	read_file(w, path);
	write_file(w, path);
	return w;
}

void
vp_warn_close(struct vp_warn *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->records.size; i++)
		free(w->records.slots[i]);
	vp_table_free(&w->records);
	if (w->fd >= 0)
		close(w->fd);
	free(w);
}
