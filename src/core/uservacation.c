/*
 * The automatic answer of an account: the folder "vacation" in its directory,
 * which vdelivermail looks into after each delivery (vacation.h).
 *
 * Panels of old put a line with autorespond into the .qmail instead.  Such an
 * answer is found too; a change makes it one of ours, so that there are never
 * two of them.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "core/answertext.h"
#include "core/steps.h"
#include "core/userdelivery.h"
#include "core/vacation_int.h"

#define FOLDER    "vacation"
#define MESSAGE   FOLDER "/message"
#define CONF      FOLDER "/" VP_VACATION_CONF
#define DOT_QMAIL ".qmail"
#define DAYS_MAX  3650

/* ---- reading ---------------------------------------------------------- */

static int
no_memory(struct vpop *vp)
{
	return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}

/* The settings: 1, 0 there are none, or a code. */
static int
read_conf(
    struct vpop *vp, const struct vpop_user *user, struct vp_vacation_conf *ret)
{
	AUTO_FREE char *dir = NULL;

	if (asprintf(&dir, "%s/" FOLDER, user->dir) < 0) {
		dir = NULL;
		return no_memory(vp);
	}
	return vp_vacation_conf_read(vp, dir, ret);
}

static int
read_message(struct vpop *vp, const struct vpop_user *user, int home,
    struct vpop_vacation *ret)
{
	AUTO_FREE char *file =
	    vp_file_read(home, MESSAGE, VP_ANSWER_FILE, NULL);

	if (!file && errno != ENOENT)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
		    "cannot read '%s/" MESSAGE "'", user->dir);
	vp_answer_read(file ? file : "", ret->subject, &ret->text);
	return ret->text ? 0 : no_memory(vp);
}

static int
read_date(struct vpop *vp, const char *text, char ret[VPOP_DATE_SIZE])
{
	if (vp_copy(ret, VPOP_DATE_SIZE, text) == 0)
		return 0;
	return vp_fail(vp, VA_PARSE_ERROR, "'%s' is not a date", text);
}

/* 1, 0 if the account has no answer, or a code. */
static int
read_vacation(struct vpop *vp, const struct vpop_user *user, int home,
    const char *qmail, struct vpop_vacation *ret)
{
	struct vp_vacation_conf conf = { 0 };
	const int is_line = vp_delivery_answers(qmail);
	int code, is_set = read_conf(vp, user, &conf);

	*ret = (struct vpop_vacation){ .enabled = is_line, .days = 1 };
	code = is_set;
	if (is_set > 0) {
		ret->enabled = conf.enabled != 0;
		ret->days = (int)conf.days;
		code = read_date(vp, conf.start, ret->start);
		if (code == 0)
			code = read_date(vp, conf.end, ret->end);
	}
	if (code >= 0 && (is_set > 0 || is_line))
		code = read_message(vp, user, home, ret);
	if (code >= 0 && is_set > 0 && conf.subject && *conf.subject &&
	    vp_copy(ret->subject, sizeof ret->subject, conf.subject) != 0)
		code = vp_fail(vp, VA_PARSE_ERROR,
		    "the subject of the answer of '%s@%s' is too long",
		    user->name, user->domain);
	vp_vacation_conf_free(&conf);
	return code < 0 ? code : is_set > 0 || is_line;
}

int
vpop_user_vacation_get(struct vpop *vp, const struct vpop_user *user,
    struct vpop_vacation *ret_vacation)
{
	AUTO_FREE char *qmail = NULL;
	struct vpop_vacation found = { .text = NULL };
	struct vpop_domain domain;
	int rc = vpop_user_dotqmail_get(vp, user, &qmail);

	if (rc == 0)
		rc = vpop_domain_get(vp, user->domain, &domain);
	if (rc < 0)
		return rc;
	AUTO_CLOSE int home = *user->dir ? vp_userdir_open(&domain, user) : -1;
	if (home >= 0)
		rc = read_vacation(vp, user, home, qmail, &found);
	if (rc == 0)
		rc = vp_fail(vp, VA_USER_DOES_NOT_EXIST,
		    "user '%s@%s' has no automatic answer", user->name,
		    user->domain);
	if (rc < 0) {
		free(found.text);
		return rc;
	}
	*ret_vacation = found;
	return 0;
}

/* ---- changing --------------------------------------------------------- */

static int
check_dates(struct vpop *vp, const struct vpop_vacation *vacation)
{
	time_t start = 0, end = 0;

	if (*vacation->start &&
	    vp_vacation_date(vacation->start, 0, &start) != 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the start '%s' is not a date", vacation->start);
	if (*vacation->end && vp_vacation_date(vacation->end, 1, &end) != 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the end '%s' is not a date", vacation->end);
	if (*vacation->start && *vacation->end && end <= start)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the end '%s' is not after the start", vacation->end);
	if (vacation->days < 1 || vacation->days > DAYS_MAX)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a sender gets one answer in 1 to %d days", DAYS_MAX);
	return 0;
}

static void
put_line(FILE *fp, const char *name, const char *value)
{
	if (value && *value)
		fprintf(fp, "%s = %s\n", name, value);
}

/* The settings; what is not ours to say stays. */
static char *
conf_text(
    const struct vp_vacation_conf *old, const struct vpop_vacation *vacation)
{
	char *text = NULL;
	size_t size;
	FILE *fp = open_memstream(&text, &size);

	if (!fp)
		return NULL;
	put_line(fp, "enabled", vacation->enabled ? "yes" : "no");
	put_line(fp, "start", vacation->start);
	put_line(fp, "end", vacation->end);
	fprintf(fp, "days = %d\n", vacation->days);
	put_line(fp, "from", old->from);
	put_line(fp, "addresses", old->addresses);
	if (fclose(fp) == 0)
		return text;
	free(text);
	return NULL;
}

/* The steps that make the files those of the answer. */
static int
plan_set(const struct vp_mailbox *mailbox, const char *address,
    const struct vpop_vacation *vacation, struct vp_steps *steps)
{
	struct vp_vacation_conf old = { 0 };
	int code = read_conf(mailbox->vp, mailbox->user, &old);
	AUTO_FREE char *message =
	    vp_answer_make(address, vacation->subject, vacation->text);
	AUTO_FREE char *conf = code < 0 ? NULL : conf_text(&old, vacation);

	vp_vacation_conf_free(&old);
	if (code < 0)
		return code;
	if (!message || !conf)
		return no_memory(mailbox->vp);
	vp_steps_folder(steps, FOLDER);
	vp_steps_file(steps, MESSAGE, message);
	vp_steps_file(steps, CONF, conf);
	return 0;
}

/* Take the line of old out of the .qmail. */
static int
plan_silence(const struct vp_mailbox *mailbox, struct vp_steps *steps)
{
	if (!vp_delivery_answers(mailbox->text))
		return 0;
	AUTO_FREE char *text =
	    vp_delivery_silent(mailbox->text, mailbox->user->dir);
	if (!text)
		return no_memory(mailbox->vp);
	vp_steps_file(steps, DOT_QMAIL, *text ? text : NULL);
	return 0;
}

static json_t *
describe(const struct vpop_vacation *vacation)
{
	return json_pack("{s:o, s:s, s:s, s:i}", "subject",
	    vp_journal_text(vacation->subject), "start", vacation->start, "end",
	    vacation->end, "days", vacation->days);
}

/* vacation NULL: no answer any more. */
static int
change(struct vp_mailbox *mailbox, int was_enabled,
    const struct vpop_vacation *vacation)
{
	struct vpop *vp = mailbox->vp;
	const char *domain = mailbox->place.domain.real;
	AUTO_FREE char *object = vp_user_object(mailbox->user->name, domain);
	struct vp_intent intent = { .event = "user.vacation.disabled",
		.object = object,
		.domain = domain };
	struct vp_steps steps = { .domain = &mailbox->place.domain,
		.dirfd = mailbox->home,
		.user = mailbox->user->name,
		.domain_fd = -1 };
	int code = object ? vp_steps_init(vp, &steps) : no_memory(vp);

	if (code == 0 && vacation)
		code = plan_set(mailbox, object, vacation, &steps);
	if (code == 0)
		code = plan_silence(mailbox, &steps);
	if (!vacation) {
		vp_steps_file(&steps, CONF, NULL);
		vp_steps_remove(&steps, FOLDER);
	} else if (vacation->enabled) {
		intent.event = was_enabled ? "user.vacation.updated"
					   : "user.vacation.enabled";
		intent.new = describe(vacation);
		if (code == 0 && !intent.new)
			code = no_memory(vp);
	}
	if (code == 0 && !vp_dry_run(vp))
		code = vp_steps_change(vp, &intent, &steps);
	json_decref(intent.new);
	vp_steps_clear(&steps);
	return code;
}

/* Open, and see what there is now: 1, 0, or a code. */
static int
start(struct vpop *vp, const struct vpop_user *user, struct vp_mailbox *mailbox,
    int *ret_enabled)
{
	struct vpop_vacation now = { .text = NULL };
	int rc = vp_mailbox_open(vp, user, mailbox);

	if (rc == 0)
		rc =
		    read_vacation(vp, user, mailbox->home, mailbox->text, &now);
	*ret_enabled = now.enabled;
	free(now.text);
	return rc;
}

int
vpop_user_vacation_set(struct vpop *vp, const struct vpop_user *user,
    const struct vpop_vacation *vacation)
{
	struct vp_mailbox mailbox;
	int enabled, rc;

	if ((rc = vp_answer_check(vp, vacation->subject, vacation->text)) < 0 ||
	    (rc = check_dates(vp, vacation)) < 0)
		return rc;
	rc = start(vp, user, &mailbox, &enabled);
	if (rc >= 0)
		rc = change(&mailbox, enabled, vacation);
	vp_mailbox_close(&mailbox);
	return rc;
}

int
vpop_user_vacation_delete(struct vpop *vp, const struct vpop_user *user)
{
	struct vp_mailbox mailbox;
	int enabled, rc = start(vp, user, &mailbox, &enabled);

	if (rc > 0)
		rc = change(&mailbox, enabled, NULL);
	else if (rc == 0)
		rc = vp_fail(vp, VA_USER_DOES_NOT_EXIST,
		    "user '%s@%s' has no automatic answer", user->name,
		    user->domain);
	vp_mailbox_close(&mailbox);
	return rc;
}
