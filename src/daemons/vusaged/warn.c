/*
 * A step counts as told when a warning of that or a higher step was sent
 * within the period: who deletes some mail is not warned of the step below,
 * nor of the same one when mail comes in again.
 *
 * A record is on the disk before its warning is sent: after a crash between
 * both there is one warning less, not one a message.
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
#define LIMITS_US    10000000 /* how long limits of a domain are believed */
#define ADDRESS_SIZE (VPOP_USER_SIZE + VPOP_DOMAIN_SIZE + 1)

struct told {
	int64_t step, time;
};

struct record {
	struct told told[VP_STEPS_MAX]; /* step 0: free */
	char address[];
};

struct vp_warn {
	const struct vp_settings_file *set;
	struct vpop *vp;
	struct vp_table records; /* by address */
	int fd;                  /* of the file; -1: not kept */
};

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

/* "TIME STEP ADDRESS"; whatever is not one was torn. */
static void
read_line(struct vp_warn *w, char *line, int64_t now)
{
	const char *when = strsep(&line, " ");
	const char *step = strsep(&line, " ");
	int64_t time_sent, percent;

	if (line && *line && step &&
	    vp_number(when, 0, INT64_MAX, &time_sent) == 0 &&
	    vp_number(step, 1, 100, &percent) == 0 &&
	    time_sent > now - w->set->period && time_sent <= now + 86400)
		(void)remember(w, line, percent, time_sent);
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
		const struct record *record = w->records.slots[i];

		for (int j = 0; record && rc == 0 && j < VP_STEPS_MAX; j++)
			if (record->told[j].step > 0)
				rc = write_line(w->fd, record->address,
				    record->told[j].step, record->told[j].time);
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

static int64_t
larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
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
		int64_t percent =
		    larger(percent_of(bytes, (uint64_t)quota.bytes),
			percent_of(count, (uint64_t)quota.messages));

		if (take_step(w, address, percent) > 0)
			send_warning(w, domain, &user, address,
			    ".quotawarn.msg", percent);
	}
	explicit_bzero(&user, sizeof user);
}

static void
check_domain(struct vp_warn *w, struct vp_domain *domain)
{
	char name[ADDRESS_SIZE];
	struct vpop_limits limits;
	struct vpop_user user;
	int64_t percent;

	if (domain->limits_at == 0 ||
	    vp_now() > domain->limits_at + LIMITS_US) {
		if (vpop_limits_get(w->vp, domain->name, &limits) != 0)
			return;
		domain->limits_at = vp_now();
		domain->limit_bytes =
		    limits.quota <= UINT64_MAX / MIB ? limits.quota * MIB : 0;
		domain->limit_count = limits.maxmsgcount;
	}
	percent = larger(percent_of(domain->bytes, domain->limit_bytes),
	    percent_of(domain->count, domain->limit_count));
	if (vp_format(name, sizeof name, "@%s", domain->name) != 0 ||
	    take_step(w, name, percent) == 0)
		return;
	if (vpop_user_get(w->vp, "postmaster", domain->name, &user) == 0)
		send_warning(
		    w, domain, &user, domain->name, ".domainwarn.msg", percent);
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
