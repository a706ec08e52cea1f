/*
 * The last domain and the last limits, for programs that ask for the same
 * domain again and again.
 *
 * A copy is good while its files are the same: device, inode, size and both
 * times.  Times have a granularity, within which a file could change twice;
 * so what is read from a file that changed a moment ago is not kept.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "api/api.h"
#include "base/text.h"
#include "core/limits.h"
#include "core/store.h"
#include "core/user.h"

#define SETTLED 2 /* seconds */

/* What a file is known by; ino 0: there is none. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime, ctime;
};

static struct {
	char name[VPOP_DOMAIN_SIZE]; /* "": nothing */
	char path[VPOP_DIR_SIZE];
	struct stamp stamp;
	struct vpop_domain domain;
} domain_kept;

static struct {
	char dir[VPOP_DIR_SIZE]; /* of the domain, "": nothing */
	char path[2][VPOP_DIR_SIZE];
	struct stamp stamp[2];
	struct vpop_limits limits;
} limits_kept;

void
vp_api_cache_drop(void)
{
	domain_kept.name[0] = '\0';
	limits_kept.dir[0] = '\0';
}

/* 0, or -1 if it cannot be told. */
static int
stamp_of(const char *path, struct stamp *ret)
{
	struct stat st;

	memset(ret, 0, sizeof *ret);
	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : -1;
	ret->dev = st.st_dev;
	ret->ino = st.st_ino;
	ret->size = st.st_size;
	ret->mtime = st.st_mtim;
	ret->ctime = st.st_ctim;
	return S_ISREG(st.st_mode) ? 0 : -1;
}

static int
is_same(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->mtime.tv_sec == b->mtime.tv_sec &&
	       a->mtime.tv_nsec == b->mtime.tv_nsec &&
	       a->ctime.tv_sec == b->ctime.tv_sec &&
	       a->ctime.tv_nsec == b->ctime.tv_nsec;
}

static int
is_settled(const struct stamp *stamp)
{
	time_t now = time(NULL);

	return stamp->ino == 0 || (stamp->mtime.tv_sec < now - SETTLED &&
				      stamp->ctime.tv_sec < now - SETTLED);
}

static int
is_unchanged(const char *path, const struct stamp *stamp)
{
	struct stamp now;

	return stamp_of(path, &now) == 0 && is_same(&now, stamp);
}

int
vp_api_find_domain(
    struct vpop *vp, const char *name, struct vpop_domain *ret_domain)
{
	struct stamp stamp;
	int code, can_keep;

	if (domain_kept.name[0] && strcmp(domain_kept.name, name) == 0 &&
	    is_unchanged(domain_kept.path, &domain_kept.stamp)) {
		*ret_domain = domain_kept.domain;
		return 0;
	}
	domain_kept.name[0] = '\0';
	can_keep =
	    vp_format(domain_kept.path, sizeof domain_kept.path, "%s/users/%s",
		vp->set.qmaildir, vp->set.qmail_cdb_name) == 0 &&
	    stamp_of(domain_kept.path, &stamp) == 0 && stamp.ino != 0 &&
	    is_settled(&stamp);
	code = vpop_domain_get(vp, name, ret_domain);
	if (code == 0 && can_keep) {
		domain_kept.stamp = stamp;
		domain_kept.domain = *ret_domain;
		if (vp_copy(domain_kept.name, sizeof domain_kept.name, name) !=
		    0)
			domain_kept.name[0] = '\0';
	}
	return code;
}

/* The second file counts only where there is no first. */
static int
are_unchanged(const struct vpop_domain *domain)
{
	return limits_kept.dir[0] &&
	       strcmp(limits_kept.dir, domain->dir) == 0 &&
	       is_unchanged(limits_kept.path[0], &limits_kept.stamp[0]) &&
	       (limits_kept.stamp[0].ino != 0 ||
		   is_unchanged(limits_kept.path[1], &limits_kept.stamp[1]));
}

static int
can_keep_limits(const struct vpop *vp, const struct vpop_domain *domain)
{
	/* A record of the account store has no stamp. */
	if (vp->set.mysql_limits ||
	    vp_format(limits_kept.path[0], VPOP_DIR_SIZE, "%s/%s", domain->dir,
		VP_LIMITS_FILE) != 0 ||
	    vp_format(limits_kept.path[1], VPOP_DIR_SIZE, "%s/%s", vp->etc,
		VP_LIMITS_DEFAULT) != 0)
		return 0;
	for (int i = 0; i < 2; i++)
		if (stamp_of(limits_kept.path[i], &limits_kept.stamp[i]) != 0 ||
		    !is_settled(&limits_kept.stamp[i]))
			return 0;
	return 1;
}

int
vp_api_find_limits(struct vpop *vp, const struct vpop_domain *domain,
    struct vpop_limits *ret_limits)
{
	int code, can_keep;

	if (are_unchanged(domain)) {
		*ret_limits = limits_kept.limits;
		return 0;
	}
	limits_kept.dir[0] = '\0';
	can_keep = can_keep_limits(vp, domain);
	code = vp_limits_of(vp, domain, ret_limits);
	if (code == 0 && can_keep) {
		limits_kept.limits = *ret_limits;
		if (vp_copy(limits_kept.dir, sizeof limits_kept.dir,
			domain->dir) != 0)
			limits_kept.dir[0] = '\0';
	}
	return code;
}

/* As vp_user_find. */
int
vp_api_find_user(const struct vp_api_name *name, struct vpop_user *ret_user)
{
	const struct vpop_store_ops *ops;
	struct vpop_limits limits;
	struct vpop_store *store;
	int code = vp_store_of(name->vp, &name->domain, &ops, &store);

	if (code == 0)
		code = name->user[0] == '\0'
			   ? 0
			   : ops->user_get(
				 store, &name->domain, name->user, ret_user);
	else
		return code;
	if (code == 0)
		return vp_fail(name->vp, VA_USER_DOES_NOT_EXIST,
		    "user '%s@%s' does not exist", name->user,
		    name->domain.real);
	if (code < 0)
		return code;
	memcpy(ret_user->domain, name->domain.real, sizeof ret_user->domain);
	ret_user->flags = ret_user->gid;
	if (ret_user->gid & VPOP_V_OVERRIDE)
		return 0;
	code = vp_api_find_limits(name->vp, &name->domain, &limits);
	return code == 0 ? vp_user_set_flags(name->vp, ret_user, &limits)
			 : code;
}
