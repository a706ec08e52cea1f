/* Directories of accounts, and the tree that they are spread over. */
#include "config.h"

#include "core/userdir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/dirtree.h"
#include "base/text.h"
#include "core/dircontrol_int.h"
#include "core/name.h"
#include "core/user_int.h"
#include "vauth.h"
#include "vpopmail.h"

#define LETTERS 62

VPOP_EXPORT vdir_type vdir;

static char domain_now[VPOP_DOMAIN_SIZE]; /* of open_big_dir */

/* ---- one directory ----------------------------------------------------- */

/* An account that is there: give it a directory if it has none.  A directory
 * that exists is refused, as for a new account. */
static int
give_dir(const struct vp_api_name *name, struct vpop_user *user)
{
	AUTO_CLOSE int fd = vp_userdir_open(&name->domain, user);

	return fd >= 0 ? VA_EXIST_U_DIR : vpop_user_make_dir(name->vp, user);
}

/* A directory for an account that is to come. */
static int
make_dir(const struct vp_api_name *name, struct vpop_user *user)
{
	struct vpop *vp = name->vp;
	struct vp_dircontrol control;
	struct vp_place place = { .dirfd = -1, .lock = -1 };
	char rel[VP_DIR_REL_SIZE] = "";
	int big = vp->set.users_big_dir != 0;
	int code = vp_place_open(vp, name->domain.real, &place);

	place.domain.uid = name->domain.uid;
	place.domain.gid = name->domain.gid;
	if (code == 0)
		code = vp_place_lock(vp, &place);
	if (code == 0 && big) {
		code = vp_dircontrol_open(vp, &place.domain, place.dirfd, 1,
		    place.domain.uid, place.domain.gid, &control);
		if (code == 0)
			code = vp_dircontrol_take(vp, &control, rel);
		big = code == 0;
	}
	if (code == 0)
		code = vp_userdir_make(
		    vp, &place.domain, place.dirfd, rel, name->user, 0);
	if (big) {
		int closed = vp_dircontrol_close(vp, &control, code == 0);

		code = code == 0 ? closed : code;
	}
	vp_place_close(&place);
	if (code == 0 &&
	    vp_format(user->dir, sizeof user->dir, "%s/%s%s%s",
		name->domain.dir, rel, *rel ? "/" : "", name->user) != 0)
		code = VA_DIR_TOO_LONG;
	return code;
}

VPOP_EXPORT char *
make_user_dir(char *username, char *domain, uid_t uid, gid_t gid)
{
	static char rel[VP_DIR_REL_SIZE];
	struct vpop_user user = { .name = "" };
	struct vp_api_name name;
	int code = vp_api_user(username, domain, &name);

	if (code < 0)
		return NULL;
	code = vp_user_find(name.vp, &name.domain, name.user, &user);
	name.domain.uid = uid;
	name.domain.gid = gid;
	if (code == 0)
		code = give_dir(&name, &user);
	else if (code == VA_USER_DOES_NOT_EXIST &&
		 (code = vp_name_new_user(name.vp, name.user, name.user)) == 0)
		code = make_dir(&name, &user);
	rel[0] = '\0';
	if (code == 0)
		(void)vp_dircontrol_rel(
		    name.domain.dir, user.dir, name.user, rel);
	explicit_bzero(user.passwd, sizeof user.passwd);
	explicit_bzero(user.clear, sizeof user.clear);
	return vp_api_result(code) < 0 ? NULL : rel;
}

VPOP_EXPORT int
vmake_maildir(char *domain, char *dir)
{
	struct vp_api_name name;
	AUTO_CLOSE int folder = -1, fd = -1;
	struct stat st;
	int code;

	if (!dir)
		return vp_api_result(VA_NULL_POINTER);
	if ((code = vp_api_domain(domain, &name)) < 0)
		return code;

	const char *below = vp_path_below(name.domain.dir, dir);
	if (below)
		folder = vp_domain_open(&name.domain);
	fd = below ? vp_dir_open_at(folder, below) : vp_dir_open(dir);
	if (fd < 0)
		return vp_api_result(VA_BAD_DIR);
	if (fstatat(fd, "Maildir", &st, AT_SYMLINK_NOFOLLOW) == 0 ||
	    vp_userdir_make_maildir(name.vp, &name.domain, fd, dir) != 0)
		return vp_api_plain(VA_SUBDIR_CREATION);
	return vp_api_result(0);
}

/* ---- the tree ---------------------------------------------------------- */

/* Work on a domain's tree under its lock. */
struct tree {
	struct vpop *vp;
	struct vp_place place;
	struct vp_dircontrol control;
	int is_open;
};

static int
tree_open(char *domain, uid_t uid, gid_t gid, struct tree *tree)
{
	struct vp_api_name name = { .vp = NULL };
	int code = vp_api_domain(domain, &name);

	*tree = (struct tree){ .place = { .dirfd = -1, .lock = -1 } };
	if (code < 0)
		return code;
	tree->vp = name.vp;
	code = vp_place_open(name.vp, name.domain.real, &tree->place);
	if (code == 0)
		code = vp_place_lock(name.vp, &tree->place);
	if (code == 0)
		code = vp_dircontrol_open(name.vp, &tree->place.domain,
		    tree->place.dirfd, 1, uid, gid, &tree->control);
	tree->is_open = code == 0;
	return vp_api_result(code);
}

static int
tree_close(struct tree *tree, int code)
{
	if (tree->is_open) {
		int closed =
		    vp_dircontrol_close(tree->vp, &tree->control, code == 0);

		code = code == 0 ? closed : code;
	}
	vp_place_close(&tree->place);
	return vp_api_result(code);
}

static int
index_of(char c)
{
	if (c <= '9')
		return c - '0';
	return c <= 'Z' ? c - 'A' + 10 : c - 'a' + 36;
}

/* The numbers that follow from the path. */
static void
describe(unsigned long users, const char *rel, vdir_type *ret)
{
	size_t depth = (strlen(rel) + 1) / 2;

	memset(ret, 0, sizeof *ret);
	ret->level_max = MAX_DIR_LEVELS;
	ret->level_cur = depth > 0 ? (int)depth - 1 : 0;
	ret->cur_users = users;
	memcpy(ret->the_dir, rel, strlen(rel) + 1);
	for (size_t i = 0; i < MAX_DIR_LEVELS; i++) {
		ret->level_end[i] = LETTERS - 1;
		ret->level_mod[i] = (int)i * 2;
		ret->level_index[i] = i < depth ? index_of(rel[i * 2]) : 0;
	}
}

static int
read_tree(char *domain, uid_t uid, gid_t gid, vdir_type *ret)
{
	struct vp_dircontrol control;
	struct vp_api_name name = { .vp = NULL, .domain = { .dir = "" } };
	AUTO_CLOSE int dirfd = -1;
	int code = vp_api_domain(domain, &name);

	describe(0, "", ret);
	if (code < 0)
		return code;
	dirfd = vp_domain_dir(name.vp, &name.domain);
	if (dirfd < 0)
		return vp_api_result(dirfd);
	code = vp_dircontrol_open(
	    name.vp, &name.domain, dirfd, 0, uid, gid, &control);
	if (code == 0) {
		describe(control.cur_users, control.the_dir, ret);
		(void)vp_dircontrol_close(name.vp, &control, 0);
		if (!control.found)
			return -1;
	}
	return vp_api_result(code);
}

VPOP_EXPORT int
vread_dir_control(vdir_type *dir, char *domain, uid_t uid, gid_t gid)
{
	if (!dir)
		return vp_api_plain(VA_NULL_POINTER);
	return read_tree(domain, uid, gid, dir) == 0 ? 0 : -1;
}

VPOP_EXPORT int
vwrite_dir_control(vdir_type *dir, char *domain, uid_t uid, gid_t gid)
{
	struct tree tree;
	int code;

	if (!dir)
		return vp_api_plain(VA_NULL_POINTER);
	code = tree_open(domain, uid, gid, &tree);
	if (code == 0 &&
	    (!vp_dircontrol_is_rel(dir->the_dir) ||
		vp_copy(tree.control.the_dir, sizeof tree.control.the_dir,
		    dir->the_dir) != 0))
		code = VA_INVALID_ARGUMENT;
	if (code == 0) {
		tree.control.cur_users = dir->cur_users;
		tree.control.dirty = 1;
	}
	return tree_close(&tree, code) < 0 ? -1 : 0;
}

VPOP_EXPORT int
vdel_dir_control(char *domain)
{
	struct tree tree;
	int code = tree_open(domain, (uid_t)-1, (gid_t)-1, &tree);

	if (code == 0)
		code = vp_dircontrol_forget(
		    tree.vp, &tree.place.domain, tree.place.dirfd);
	return tree_close(&tree, code) < 0 ? -1 : 0;
}

/* Programs want the number of accounts: the count of places is that only
 * while nothing went wrong. */
VPOP_EXPORT int
open_big_dir(char *domain, uid_t uid, gid_t gid)
{
	struct vpop *vp;
	unsigned long count;

	domain_now[0] = '\0';
	(void)read_tree(domain, uid, gid, &vdir);
	if (domain && (vp = vp_api_handle()) &&
	    vp_api_result(vpop_users_count(vp, domain, &count)) == 0) {
		vdir.cur_users = count;
		if (vp_copy(domain_now, sizeof domain_now, domain) != 0)
			domain_now[0] = '\0';
	}
	return 0;
}

/* What next_big_dir took is written already. */
VPOP_EXPORT int
close_big_dir(char *domain, uid_t uid, gid_t gid)
{
	(void)domain;
	(void)uid;
	(void)gid;
	domain_now[0] = '\0';
	return 0;
}

VPOP_EXPORT char *
next_big_dir(uid_t uid, gid_t gid)
{
	char rel[VP_DIR_REL_SIZE] = "";
	struct tree tree;
	int code;

	if (domain_now[0] == '\0') {
		vp_api_result(VA_INVALID_ARGUMENT);
		return NULL;
	}
	code = tree_open(domain_now, uid, gid, &tree);
	if (code == 0)
		code = vp_dircontrol_take(tree.vp, &tree.control, rel);
	if (tree_close(&tree, code) < 0)
		return NULL;
	describe(vdir.cur_users + 1, rel, &vdir);
	return vdir.the_dir;
}

VPOP_EXPORT int
dec_dir_control(char *domain, uid_t uid, gid_t gid)
{
	struct tree tree;
	int code = tree_open(domain, uid, gid, &tree);

	if (code == 0)
		code = vp_dircontrol_give(tree.vp, &tree.control, "");
	return tree_close(&tree, code) < 0 ? -1 : 0;
}

VPOP_EXPORT char *
backfill(char *username, char *domain, char *path, int op)
{
	static char dir[VPOP_DIR_SIZE];
	char rel[VP_DIR_REL_SIZE] = "";
	struct vp_api_name name;
	struct tree tree;
	int code = vp_api_user(username, domain, &name);

	if (code == 0 && (op < 1 || op > 2 || (op == 2 && !path)))
		code = vp_api_result(VA_INVALID_ARGUMENT);
	if (code == 0)
		code =
		    tree_open(domain, name.domain.uid, name.domain.gid, &tree);
	else
		return NULL;
	if (code == 0 && op == 2)
		code = vp_dircontrol_rel(
			   name.domain.dir, path, name.user, rel) == 0
			   ? vp_freed_push(name.vp, &tree.control, rel)
			   : VA_BAD_DIR;
	else if (code == 0)
		code = vp_freed_pop(&tree.control, rel) == 1 ? 0 : VA_BAD_DIR;
	if (code == 0 &&
	    vp_format(dir, sizeof dir, "%s/%s%s%s", name.domain.dir, rel,
		*rel ? "/" : "", name.user) != 0)
		code = VA_DIR_TOO_LONG;
	return tree_close(&tree, code) < 0 ? NULL : dir;
}
