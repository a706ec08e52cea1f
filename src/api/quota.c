/*
 * Quotas and what Maildirs hold.  The usage daemon is asked first where it
 * was; what it does not know is counted.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "api/maildirquota.h"
#include "base/dirtree.h"
#include "core/usage.h"
#include "core/user.h"
#include "core/userdir.h"
#include "qmail/maildir.h"
#include "vpopmail.h"

VPOP_EXPORT char *
format_maildirquota(const char *q)
{
	static char text[VPOP_QUOTA_SIZE];
	struct vpop_quota quota;

	text[0] = '\0';
	if (!q || vpop_quota_parse(q, &quota) != 0)
		return text;
	if (quota.bytes > 0 || quota.messages > 0 ||
	    strcasecmp(q, "NOQUOTA") == 0)
		vpop_quota_format(&quota, text);
	return text;
}

/* A Maildir's owner owns its count too. */
static int
read_usage(int fd, const char *quota, struct vp_usage *ret)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -1;
	if (vp_maildirsize_read(fd, quota, st.st_uid, st.st_gid, ret) == 0 ||
	    errno == EAGAIN)
		return 0;
	return -1;
}

/* What the daemon knows of the Maildir's account. */
static int
ask_daemon(const char *dir, struct vp_usage *ret)
{
	char address[VP_API_ADDRESS];
	uint64_t size, count;

	vp_api_maildir_address(dir, address);
	if (!*address || !vp_api_usage(address, &size, &count) ||
	    size > INT64_MAX || count > INT64_MAX)
		return 0;
	ret->bytes = (int64_t)size;
	ret->count = (int64_t)count;
	return 1;
}

VPOP_EXPORT int
vmaildir_readquota(const char *dir, const char *quota)
{
	struct vp_usage usage = { 0, 0 };
	AUTO_CLOSE int fd = -1;
	int percent;

	if (!dir || !quota)
		return 0;
	if (!ask_daemon(dir, &usage)) {
		fd = vp_api_maildir(dir);
		if (fd < 0 || read_usage(fd, quota, &usage) != 0)
			return 0;
	}
	percent = vp_quota_percent(quota, &usage);
	return percent < 0 ? 0 : percent;
}

VPOP_EXPORT int
readuserquota(const char *dir, storage_t *sizep, storage_t *cntp)
{
	struct vp_usage usage = { 0, 0 };
	AUTO_CLOSE int fd = dir ? vp_api_maildir(dir) : -1;

	if (fd < 0 || !sizep || !cntp || vp_maildir_count(fd, &usage) != 0)
		return -1;
	*sizep += (storage_t)usage.bytes;
	*cntp += (storage_t)usage.count;
	return 0;
}

VPOP_EXPORT void
update_maildirsize(char *domain, char *dir, char *quota)
{
	struct vp_api_name name;
	AUTO_CLOSE int fd = -1;

	if (!dir || !quota || vp_api_domain(domain, &name) < 0)
		return;
	fd = vp_api_maildir(dir);
	if (fd < 0 || vp_maildirsize_reset(
			  fd, quota, name.domain.uid, name.domain.gid) != 0)
		vp_api_result(VA_COULD_NOT_UPDATE_FILE);
}

VPOP_EXPORT void
remove_maildirsize(char *dir)
{
	AUTO_CLOSE int fd = dir ? vp_api_maildir(dir) : -1;

	if (fd >= 0)
		(void)unlinkat(fd, "maildirsize", 0);
}

/* ---- domains ----------------------------------------------------------- */

/* The domain whose mailbox has its Maildir at dir. */
static int
domain_of(struct vpop *vp, const char *dir, struct vpop_domain *ret)
{
	char address[VP_API_ADDRESS];
	const char *at;

	vp_api_maildir_address(dir, address);
	at = strchr(address, '@');
	return at ? vpop_domain_get(vp, at + 1, ret) : VA_BAD_DIR;
}

/* By walking its accounts: links are not followed, and what lies about in the
 * folder is not counted. */
static int
count_domain(
    struct vpop *vp, const struct vpop_domain *domain, struct vp_usage *ret)
{
	struct vpop_users *cursor;
	struct vpop_user user;
	int code = vpop_users_open(vp, domain->real, NULL, &cursor);

	if (code < 0)
		return code;
	while ((code = vpop_users_next(cursor, &user)) == 1) {
		struct vp_usage usage = { 0, 0 };
		AUTO_CLOSE int fd = vp_userdir_open(domain, &user);
		AUTO_CLOSE int maildir =
		    fd < 0 ? -1 : vp_dir_open_at(fd, "Maildir");

		if (maildir >= 0 &&
		    read_usage(maildir, user.quota, &usage) == 0) {
			ret->bytes += usage.bytes;
			ret->count += usage.count;
		}
	}
	explicit_bzero(&user, sizeof user);
	vpop_users_close(cursor);
	return code;
}

VPOP_EXPORT int
readdomainquota(const char *dir, storage_t *sizep, storage_t *cntp)
{
	struct vpop *vp = vp_api_handle();
	struct vp_usage usage = { 0, 0 };
	struct vpop_domain domain;
	int code;

	if (!vp || !dir || !sizep || !cntp)
		return vp_api_plain(vp ? VA_NULL_POINTER : verrori);
	code = domain_of(vp, dir, &domain);
	if (code == 0)
		code = count_domain(vp, &domain, &usage);
	if (code == 0) {
		*sizep += (storage_t)usage.bytes;
		*cntp += (storage_t)usage.count;
	}
	return vp_api_plain(code);
}

/* Size of the message on descriptor 0. */
static int
message_size(int64_t *ret)
{
	struct stat st;

	if (fstat(0, &st) != 0 || !S_ISREG(st.st_mode))
		return -1;
	*ret = st.st_size;
	return 0;
}

VPOP_EXPORT int
domain_over_maildirquota(const char *userdir)
{
	struct vpop *vp = vp_api_handle();
	struct vp_usage usage = { 0, 0 };
	struct vpop_limits limits;
	struct vpop_domain domain;
	uint64_t bytes, count;
	int64_t size;

	if (!vp || !userdir || message_size(&size) != 0 ||
	    vp_api_result(domain_of(vp, userdir, &domain)) < 0 ||
	    vp_api_result(vpop_limits_get(vp, domain.real, &limits)) < 0)
		return -1;
	if (limits.quota == 0 && limits.maxmsgcount == 0)
		return 0;
	if (!vp_usage_domain(vp, domain.real, &bytes, &count)) {
		if (vp_api_result(count_domain(vp, &domain, &usage)) < 0)
			return -1;
		bytes = (uint64_t)usage.bytes;
		count = (uint64_t)usage.count;
	}
	return vp_usage_is_over(&limits, bytes, count, (uint64_t)size);
}

VPOP_EXPORT int
user_over_maildirquota(const char *dir, const char *quota)
{
	AUTO_CLOSE int fd = dir && quota ? vp_api_maildir(dir) : -1;
	struct stat st;
	int64_t size;

	if (fd < 0 || message_size(&size) != 0 || fstat(fd, &st) != 0)
		return -1;
	return vp_maildir_over(fd, quota, st.st_uid, st.st_gid, size);
}

VPOP_EXPORT int
maildir_addquota(const char *dir, int fd, const char *quota, storage_t bytes,
    storage_t files)
{
	AUTO_CLOSE int maildir = dir ? vp_api_maildir(dir) : -1;

	(void)fd;
	(void)quota;
	if (maildir < 0)
		return -1;
	/* What is taken away comes as the complement. */
	return vp_maildirsize_add(maildir, (int64_t)bytes, (int64_t)files);
}
