/* Quotas of accounts, and what a Maildir holds of them. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/dirtree.h"
#include "core/domain.h"
#include "core/userdir.h"
#include "qmail/maildir.h"

int
vpop_quota_parse(const char *text, struct vpop_quota *ret_quota)
{
	struct vpop_quota quota;

	if (vp_quota_parse(text, &quota.bytes, &quota.messages) != 0)
		return VA_INVALID_QUOTA;
	*ret_quota = quota;
	return 0;
}

void
vpop_quota_format(
    const struct vpop_quota *quota, char ret_text[VPOP_QUOTA_SIZE])
{
	const size_t size = VPOP_QUOTA_SIZE;

	if (quota->bytes > 0 && quota->messages > 0)
		snprintf(ret_text, size, "%" PRId64 "S,%" PRId64 "C",
		    quota->bytes, quota->messages);
	else if (quota->bytes > 0)
		snprintf(ret_text, size, "%" PRId64 "S", quota->bytes);
	else if (quota->messages > 0)
		snprintf(ret_text, size, "%" PRId64 "C", quota->messages);
	else
		snprintf(ret_text, size, "NOQUOTA");
}

static int
open_maildir(const struct vpop_domain *domain, const struct vpop_user *user)
{
	AUTO_CLOSE int userfd = vp_userdir_open(domain, user);

	return userfd < 0 ? -1 : vp_dir_open_at(userfd, "Maildir");
}

/* Without a quota nobody keeps a maildirsize, and asking must not make
 * one; nor must a dry run. */
static int
read_usage(struct vpop *vp, const struct vpop_domain *domain, int fd,
    const char *quota, int has_quota, struct vp_usage *ret)
{
	if (!has_quota || vp_dry_run(vp))
		return vp_maildir_count(fd, ret);
	return vp_maildirsize_read(fd, quota, domain->uid, domain->gid, ret);
}

int
vpop_user_usage(struct vpop *vp, const struct vpop_user *user,
    struct vpop_quota *ret_used, int *ret_percent)
{
	struct vp_usage usage = { 0, 0 };
	struct vpop_domain domain;
	int64_t bytes, count;
	int code = vpop_domain_get(vp, user->domain, &domain);

	if (code != 0)
		return code;
	AUTO_CLOSE int fd = open_maildir(&domain, user);
	if (fd < 0 && errno != ENOENT)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
		    "cannot open the Maildir of '%s@%s'", user->name,
		    user->domain);

	int has_quota = vp_quota_parse(user->quota, &bytes, &count) == 0 &&
			(bytes > 0 || count > 0);
	/* EAGAIN: the Maildir changed meanwhile; the numbers will do. */
	if (fd >= 0 &&
	    read_usage(vp, &domain, fd, user->quota, has_quota, &usage) != 0 &&
	    errno != EAGAIN)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
		    "cannot count the mail of '%s@%s'", user->name,
		    user->domain);
	ret_used->bytes = usage.bytes;
	ret_used->messages = usage.count;
	*ret_percent = has_quota ? vp_quota_percent(user->quota, &usage) : -1;
	return 0;
}

int
vpop_message_size(const char *name, int64_t *ret_size)
{
	return vp_maildir_message(name, ret_size);
}
