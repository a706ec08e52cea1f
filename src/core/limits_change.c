/*
 * Writing the limits of a domain, or of all domains that have none of their
 * own.  The file, or the record in the account store, is replaced as a whole.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

#include "core/atomic.h"
#include "core/limits.h"
#include "core/record.h"
#include "core/store.h"

#define MODE_DEFAULT 0644 /* read by the owners of all domains */

#define ALLOWED_FLAGS                                                          \
	(VPOP_NO_POP | VPOP_NO_IMAP | VPOP_NO_DIALUP | VPOP_NO_PASSWD_CHNG |   \
	    VPOP_NO_WEBMAIL | VPOP_NO_RELAY | VPOP_NO_SMTP |                   \
	    VPOP_NO_SPAMASSASSIN | VPOP_DELETE_SPAM | VPOP_NO_MAILDROP)

/* The file or record that is being changed. */
struct work {
	struct vpop_domain domain;
	const struct vpop_domain *of; /* &domain, NULL: the defaults */
	const char *name;
	int dirfd, lock;
	const struct vpop_store_ops *ops; /* not NULL: a record */
	struct vpop_store *store;
};

static void
finish(struct work *work)
{
	if (work->dirfd >= 0)
		close(work->dirfd);
	if (work->lock >= 0)
		close(work->lock);
}

static int
start_domain(struct vpop *vp, const char *domain, struct work *work)
{
	int code = vpop_domain_get(vp, domain, &work->domain);

	if (code < 0)
		return code;
	work->of = &work->domain;
	work->name = VP_LIMITS_FILE;
	work->dirfd = vp_domain_dir(vp, &work->domain);
	if (work->dirfd < 0)
		return work->dirfd;
	code = vp_store_keeps(
	    vp, VPOP_KEEP_LIMITS, &work->domain, &work->ops, &work->store);
	if (code < 0 || vp_dry_run(vp))
		return code < 0 ? code : 0;
	work->lock = vp_change_lock(vp, &work->domain, work->dirfd);
	return work->lock < 0 ? work->lock : 0;
}

static int
start_default(struct vpop *vp, struct work *work)
{
	work->name = VP_LIMITS_DEFAULT;
	work->dirfd = vp_etc_dir(vp);
	if (work->dirfd < 0)
		return work->dirfd;
	if (vp_dry_run(vp))
		return 0;
	work->lock = vp_etc_lock(vp, work->dirfd, work->name, 1);
	return work->lock < 0 ? work->lock : 0;
}

static int
start(struct vpop *vp, const char *domain, struct work *work)
{
	int code = vp_change_start(vp);

	*work = (struct work){ .dirfd = -1, .lock = -1 };
	if (code < 0)
		return code;
	return domain ? start_domain(vp, domain, work)
		      : start_default(vp, work);
}

/* The limits as an object: the lines of the file's text. */
static json_t *
describe(const struct vpop_limits *limits)
{
	AUTO_FREE char *text = vp_limits_text(limits);
	json_t *object = json_object();
	char *rest = text, *line;

	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ':');

		if (*line == '\0')
			continue;
		if (!value) {
			json_object_set_new(object, line, json_true());
			continue;
		}
		*value++ = '\0';
		json_object_set_new(
		    object, line, json_integer(strtoll(value, NULL, 10)));
	}
	return object;
}

/* ---- the record ------------------------------------------------------- */

struct record {
	const struct work *work;
	const struct vpop_limits *limits; /* NULL: delete */
	char sum[VP_SUM_SIZE];            /* "": delete */
};

static int
change(struct vpop *vp, const void *arg)
{
	const struct record *record = arg;
	const struct work *work = record->work;

	(void)vp;
	return work->ops->limits_put(work->store, work->of, record->limits);
}

static int
sum_of(struct vpop *vp, const struct vpop_limits *limits,
    char ret_sum[VP_SUM_SIZE])
{
	AUTO_FREE char *text = vp_limits_text(limits);

	if (!text)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	vp_sum(text, strlen(text), ret_sum);
	return 0;
}

static int
is_made(struct vpop *vp, const void *arg)
{
	const struct record *record = arg;
	const struct work *work = record->work;
	struct vpop_limits found;
	char sum[VP_SUM_SIZE] = "";

	vpop_limits_init(&found);
	int rc = work->ops->limits_get(work->store, work->of, &found);
	if (rc == 1)
		rc = sum_of(vp, &found, sum);
	return rc < 0 ? rc : strcmp(sum, record->sum) == 0;
}

static int
put_record(struct vpop *vp, struct vp_intent *intent, const struct work *work,
    const struct vpop_limits *limits)
{
	struct record record = { work, limits, "" };
	const struct vp_record how = { change, is_made, &record };
	int code = limits ? sum_of(vp, limits, record.sum) : 0;

	if (code < 0)
		return code;
	intent->plan = json_pack("{s:s}", "limits", record.sum);
	code = vp_record_change(vp, intent, &how);
	json_decref(intent->plan);
	intent->plan = NULL;
	return code;
}

int
vp_recover_limits(struct vpop *vp, const struct vp_pending *pending)
{
	struct work work = { .dirfd = -1, .lock = -1, .of = &work.domain };
	struct record record = { .work = &work };
	const char *sum;

	if (json_unpack(pending->plan, "{s:s}", "limits", &sum) != 0 ||
	    vp_copy(record.sum, sizeof record.sum, sum) != 0)
		return vp_recover_atomic(vp, pending);
	int code =
	    vp_atomic_place(vp, pending->domain, "", &work.dirfd, &work.lock);
	if (code == 0)
		code = vpop_domain_get(vp, pending->domain, &work.domain);
	if (code == 0)
		code = vp_store_of(vp, &work.domain, &work.ops, &work.store);
	if (code == 0)
		code = work.ops->limits_get
			   ? is_made(vp, &record)
			   : vp_fail(vp, VA_NO_AUTH_MODULE,
				 "the account store '%s' keeps no limits any "
				 "more: change %lld cannot be settled",
				 work.ops->name, (long long)pending->id);
	finish(&work);
	return code == VA_DOMAIN_DOES_NOT_EXIST ? 0 : code;
}

/* ---- the file --------------------------------------------------------- */

static int
put(struct vpop *vp, const struct work *work, const char *text,
    const struct vpop_limits *old, const struct vpop_limits *new)
{
	struct vp_intent intent = { .event = work->of ? "domain.limits.changed"
						      : "config.changed",
		.object = work->of ? work->domain.real : work->name,
		.domain = work->of ? work->domain.real : "",
		.old = old ? describe(old) : NULL,
		.new = new ? describe(new) : NULL };
	const struct vp_atomic file = { .domain = work->of,
		.dirfd = work->dirfd,
		.name = work->name,
		.text = text,
		.size = text ? strlen(text) : 0,
		.mode = work->of ? VP_MODE_FILE : MODE_DEFAULT };
	int code = work->ops ? put_record(vp, &intent, work, new)
			     : vp_atomic_change(vp, &intent, &file);

	json_decref(intent.old);
	json_decref(intent.new);
	return code;
}

static int
is_perm(int value)
{
	return value >= 0 && value <= 7;
}

static int
check(struct vpop *vp, const struct vpop_limits *l)
{
	if (l->maxpopaccounts < -1 || l->maxaliases < -1 ||
	    l->maxforwards < -1 || l->maxautoresponders < -1 ||
	    l->maxmailinglists < -1)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a limit must be -1 (none) or a number from 0 up");
	if (l->quota > INT64_MAX || l->maxmsgcount > INT64_MAX ||
	    l->default_quota > INT64_MAX || l->default_maxmsgcount > INT64_MAX)
		return vp_fail(vp, VA_INVALID_ARGUMENT, "a limit is too large");
	if (!is_perm(l->perm_account) || !is_perm(l->perm_alias) ||
	    !is_perm(l->perm_forward) || !is_perm(l->perm_autoresponder) ||
	    !is_perm(l->perm_maillist) || !is_perm(l->perm_maillist_users) ||
	    !is_perm(l->perm_maillist_moderators) || !is_perm(l->perm_quota) ||
	    !is_perm(l->perm_defaultquota))
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "permissions are numbers from 0 to 7");
	if (l->flags & ~(uint32_t)ALLOWED_FLAGS)
		return vp_fail(
		    vp, VA_INVALID_ARGUMENT, "a flag that is not of domains");
	return 0;
}

/* What is there now, for the journal only: a file that cannot be understood
 * must be replaceable.  1, 0 if there is none or it is of no use. */
static int
read_old(struct vpop *vp, const struct work *work, struct vpop_limits *ret)
{
	int rc;

	vpop_limits_init(ret);
	if (work->ops)
		rc = work->ops->limits_get(work->store, work->of, ret);
	else
		rc = vp_limits_read(vp, work->dirfd, work->name, ret);
	if (rc < 0)
		vp_clear_error(vp);
	return rc > 0;
}

int
vpop_limits_set(
    struct vpop *vp, const char *domain, const struct vpop_limits *limits)
{
	struct vpop_limits old;
	struct work work;
	int code = check(vp, limits);

	if (code < 0)
		return code;
	AUTO_FREE char *text = vp_limits_text(limits);
	if (!text)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	code = start(vp, domain, &work);
	if (code == 0 && !vp_dry_run(vp)) {
		int had = read_old(vp, &work, &old);
		code = put(vp, &work, text, had ? &old : NULL, limits);
	}
	finish(&work);
	return code;
}

/* What cannot be read is there. */
static int
is_there(const struct work *work)
{
	struct vpop_limits limits;
	struct stat st;

	if (work->ops)
		return work->ops->limits_get(work->store, work->of, &limits) !=
		       0;
	return fstatat(work->dirfd, work->name, &st, AT_SYMLINK_NOFOLLOW) ==
		   0 ||
	       errno != ENOENT;
}

int
vpop_limits_delete(struct vpop *vp, const char *domain)
{
	struct vpop_limits old;
	struct work work;
	int code = start(vp, domain, &work);

	if (code == 0 && !vp_dry_run(vp) && is_there(&work)) {
		int had = read_old(vp, &work, &old);
		code = put(vp, &work, NULL, had ? &old : NULL, NULL);
	}
	finish(&work);
	return code;
}
