/*
 * When and from where an account last logged in: a record of the account
 * store, or the file lastauth in the account's directory, whose content is
 * the address and whose time is the time.
 *
 * Logins of one account may come at once, and none waits for another: each
 * writes a temporary file of its own, and the last rename wins.  It is not
 * synced: after a crash of the machine an older login is as good.  The first
 * one is written in place under the account lock when the account is made;
 * it never replaces one that is there.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/copy.h"
#include "base/text.h"
#include "core/domain.h"
#include "core/store.h"
#include "core/userdir.h"

#define UNKNOWN_IP "unknown" /* "0.0.0.0" would say: never logged in */

/* Put text into an open file of the domain's owner. */
static int
fill(const struct vpop_domain *domain, int fd, const char *text)
{
	if (fchmod(fd, VP_MODE_FILE) != 0 ||
	    (geteuid() == 0 && fchown(fd, domain->uid, domain->gid) != 0))
		return -1;
	return vp_write_all(fd, text, strlen(text));
}

#define CREATE (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC)

static int
replace(const struct vpop_domain *domain, int userfd, const char *text)
{
	char temp[64];
	uint64_t unique;

	if (vp_random(&unique, sizeof unique) != 0 ||
	    vp_format(
		temp, sizeof temp, "%s.tmp.%" PRIx64, VP_LASTAUTH, unique) != 0)
		return -1;
	AUTO_CLOSE int fd = openat(userfd, temp, CREATE, VP_MODE_FILE);
	if (fd < 0)
		return -1;
	if (fill(domain, fd, text) == 0 &&
	    renameat(userfd, temp, userfd, VP_LASTAUTH) == 0)
		return 0;
	int cause = errno;
	unlinkat(userfd, temp, 0);
	errno = cause;
	return -1;
}

/* Of an account being made: an empty file is one that was interrupted. */
static int
create(const struct vpop_domain *domain, int userfd)
{
	struct stat st;
	AUTO_CLOSE int fd = openat(userfd, VP_LASTAUTH, CREATE, VP_MODE_FILE);

	if (fd >= 0)
		return fill(domain, fd, VP_NEVER_IP);
	if (errno != EEXIST ||
	    fstatat(userfd, VP_LASTAUTH, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	return st.st_size > 0 ? 0 : replace(domain, userfd, VP_NEVER_IP);
}

int
vp_lastauth_write(struct vpop *vp, const struct vpop_domain *domain, int userfd,
    const char *ip)
{
	if (strcmp(ip, VP_NEVER_IP) == 0 ? create(domain, userfd)
					 : replace(domain, userfd, ip))
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
		    "cannot write '%s'", VP_LASTAUTH);
	return 0;
}

int
vp_lastauth_is_kept(struct vpop *vp, const struct vpop_domain *domain)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;

	return vp_store_keeps(vp, VPOP_KEEP_LASTAUTH, domain, &ops, &store);
}

int
vp_lastauth_first(
    struct vpop *vp, const struct vpop_domain *domain, const char *name)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int kept = vp_store_keeps(vp, VPOP_KEEP_LASTAUTH, domain, &ops, &store);

	if (kept <= 0 || !vp->set.auth_logging)
		return kept;
	int code =
	    ops->lastauth_put(store, domain, name, VP_NEVER_IP, time(NULL));
	return code < 0 ? code : 1;
}

static int
cannot_open(struct vpop *vp, const struct vpop_user *user)
{
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
	    "cannot open the directory '%s' of '%s@%s'", user->dir, user->name,
	    user->domain);
}

/* Callers of old programs pass the name of a service for the address. */
int
vpop_lastauth_set(struct vpop *vp, const struct vpop_user *user, const char *ip)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_domain domain;
	int code;

	if (!vp->set.auth_logging || vp_dry_run(vp))
		return 0;
	if (!ip || !*ip)
		ip = UNKNOWN_IP;
	if (strlen(ip) >= VPOP_IP_SIZE || !vp_is_clean(ip))
		return vp_fail(vp, VA_INVALID_IP_ADDRESS,
		    "an address to record must be at most %d bytes of text",
		    VPOP_IP_SIZE - 1);
	code = vpop_domain_get(vp, user->domain, &domain);
	if (code != 0)
		return code;
	code = vp_store_keeps(vp, VPOP_KEEP_LASTAUTH, &domain, &ops, &store);
	if (code > 0)
		return ops->lastauth_put(
		    store, &domain, user->name, ip, time(NULL));
	if (code != 0)
		return code;
	AUTO_CLOSE int userfd = vp_userdir_open(&domain, user);
	if (userfd < 0)
		return cannot_open(vp, user);
	return vp_lastauth_write(vp, &domain, userfd, ip);
}

/* 1, 0 if there is none, -1 and errno. */
static int
read_file(int userfd, struct vpop_lastauth *ret)
{
	struct stat st;
	char text[VPOP_IP_SIZE + 1];
	AUTO_CLOSE int fd = openat(userfd, VP_LASTAUTH,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	ssize_t size = read(fd, text, VPOP_IP_SIZE);
	if (size < 0)
		return -1;
	text[size] = '\0';
	text[strcspn(text, "\r\n")] = '\0';
	vp_make_printable(text);
	if (vp_copy(ret->ip, sizeof ret->ip, text) != 0)
		return -1;
	ret->time = strcmp(text, VP_NEVER_IP) == 0 ? 0 : st.st_mtime;
	ret->created = st.st_mtime;
	return 1;
}

static int
get_kept(const struct vpop_store_ops *ops, struct vpop_store *store,
    const struct vpop_domain *domain, const struct vpop_user *user,
    struct vpop_lastauth *ret_lastauth)
{
	struct vpop_lastauth found = { .time = 0 };
	int rc = ops->lastauth_get(store, domain, user->name, &found);

	if (rc < 0)
		return rc;
	if (rc == 0)
		found = (struct vpop_lastauth){ .time = 0 };
	found.created = found.time;
	if (strcmp(found.ip, VP_NEVER_IP) == 0)
		found.time = 0;
	*ret_lastauth = found;
	return 0;
}

int
vpop_lastauth_get(struct vpop *vp, const struct vpop_user *user,
    struct vpop_lastauth *ret_lastauth)
{
	struct vpop_lastauth found = { .time = 0 };
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, user->domain, &domain);

	if (code != 0)
		return code;
	code = vp_store_keeps(vp, VPOP_KEEP_LASTAUTH, &domain, &ops, &store);
	if (code > 0)
		return get_kept(ops, store, &domain, user, ret_lastauth);
	if (code != 0)
		return code;
	AUTO_CLOSE int userfd = vp_userdir_open(&domain, user);
	if (userfd < 0 && errno != ENOENT)
		return cannot_open(vp, user);
	if (userfd >= 0 && read_file(userfd, &found) < 0)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_U_DIR2),
		    "cannot read '%s/%s'", user->dir, VP_LASTAUTH);
	*ret_lastauth = found;
	return 0;
}
