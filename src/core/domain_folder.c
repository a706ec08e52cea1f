/*
 * The folder that domains lie in, and its count of them.
 *
 * The count of a domains folder is a guide for the balanced tree; users/assign
 * is the truth.  Recovery therefore never adds or subtracts, which would
 * depend on how far an interrupted change had come: it counts anew.
 */
#include "config.h"

#include "core/domain_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/text.h"

#define DEEPEST 3 /* levels of hash directories */

static int
has_control(const char *folder)
{
	AUTO_CLOSE int fd = vp_dir_open(folder);

	return fd >= 0 &&
	       faccessat(fd, VP_DIR_CONTROL, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Cut the last part of an absolute path: it, or NULL at the top. */
static char *
cut_last(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash || slash == path)
		return NULL;
	*slash = '\0';
	return slash + 1;
}

static int
is_hash(const char *part)
{
	return part && part[0] && !part[1] &&
	       strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		      "abcdefghijklmnopqrstuvwxyz",
		   part[0]) != NULL;
}

int
vp_domain_folder(struct vpop *vp, const char *dir,
    char ret_folder[VPOP_DIR_SIZE], char ret_rel[VP_DIR_REL_SIZE])
{
	char parent[VPOP_DIR_SIZE], path[VPOP_DIR_SIZE];

	if (vp_copy(parent, sizeof parent, dir) != 0 || !cut_last(parent))
		return vp_fail(vp, VA_BAD_D_DIR,
		    "'%s' cannot be a domain's directory", dir);
	(void)vp_copy(path, sizeof path, parent);
	for (int level = 0; level <= DEEPEST; level++) {
		if (strcmp(path, vp->domains) == 0 || has_control(path)) {
			(void)vp_copy(ret_rel, VP_DIR_REL_SIZE,
			    parent + strlen(path) + (level > 0));
			return vp_copy(ret_folder, VPOP_DIR_SIZE, path);
		}
		if (!is_hash(cut_last(path)))
			break;
	}
	ret_rel[0] = '\0';
	return vp_copy(ret_folder, VPOP_DIR_SIZE, parent);
}

int
vp_domain_rel_after(const char *a, const char *b)
{
	const size_t a_size = strlen(a), b_size = strlen(b);

	return a_size != b_size ? a_size > b_size : strcmp(a, b) > 0;
}

/* Count the real domains of users/assign that lie below the folder. */
static int
count_below(struct vpop *vp, const char *folder, unsigned long *ret_count,
    char ret_last[VP_DIR_REL_SIZE])
{
	struct vp_assign_walk *walk = vp_assign_open(vp->set.qmaildir);
	char rel[VP_DIR_REL_SIZE];
	struct vp_assign entry;
	int found = 0;

	*ret_count = 0;
	ret_last[0] = '\0';
	if (!walk && errno == ENOENT)
		return 0;
	while (walk && (found = vp_assign_next(walk, &entry)) == 1) {
		/* A domain that got another name keeps its folder. */
		const char *last = strrchr(entry.dir, '/');

		if (strcmp(entry.name, entry.real) != 0 || !last ||
		    vp_dircontrol_rel(folder, entry.dir, last + 1, rel) != 0)
			continue;
		++*ret_count;
		if (vp_domain_rel_after(rel, ret_last))
			(void)vp_copy(ret_last, VP_DIR_REL_SIZE, rel);
	}
	int code = 0;
	if (!walk || found < 0)
		code = vp_fail_errno(vp, VA_CANNOT_READ_ASSIGN,
		    "cannot read '%s/users/assign'", vp->set.qmaildir);
	vp_assign_close(walk);
	return code;
}

int
vp_domain_recount(struct vpop *vp, const char *folder)
{
	AUTO_CLOSE int fd = vp_dir_open(folder);
	char last[VP_DIR_REL_SIZE];
	struct vp_dircontrol control;
	unsigned long count;
	struct stat st;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (fd < 0 || fstat(fd, &st) != 0)
		return vp_fail_errno(
		    vp, VA_BAD_V_DIR, "cannot open '%s'", folder);
	int code = count_below(vp, folder, &count, last);
	if (code != 0)
		return code;
	code =
	    vp_dircontrol_open(vp, NULL, fd, 0, st.st_uid, st.st_gid, &control);
	if (code != 0)
		return code;
	if (control.cur_users != count) {
		control.cur_users = count;
		control.dirty = 1;
	}
	if (vp_domain_rel_after(last, control.the_dir)) {
		(void)vp_copy(control.the_dir, sizeof control.the_dir, last);
		control.dirty = 1;
	}
	return vp_dircontrol_close(vp, &control, 1);
}
