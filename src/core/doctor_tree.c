/*
 * Domains that users/assign has lost: directories below <home>/<domains_dir>
 * that look like a domain's.  From nothing but these the control files can be
 * made anew.  The owner of a directory says what user the domain has; alias
 * domains leave no trace there.
 */
#include "config.h"

#include "core/doctor.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/name.h"

#define DEEPEST 3

struct lost {
	struct vp_doctor *doctor;
	const char **dirs; /* of known domains, sorted */
	size_t dir_count;
	struct vp_assign *list; /* found */
	size_t count;
};

static int
compare_text(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static int
has_file(int dirfd, const char *name)
{
	return faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The directory is opened to see whether it holds what a domain holds. */
static int
is_domain(struct vpop *vp, int parent, const char *name, struct stat *ret)
{
	char canonical[VPOP_DOMAIN_SIZE];
	AUTO_CLOSE int fd = -1;

	if (name[0] == '.' || !strchr(name, '.'))
		return 0;
	if (vp_name_domain(vp, name, canonical) != 0 ||
	    strcmp(canonical, name) != 0) {
		vp_clear_error(vp);
		return 0;
	}
	fd = vp_dir_open_at(parent, name);
	return fd >= 0 && fstat(fd, ret) == 0 &&
	       (has_file(fd, "vpasswd") || has_file(fd, VP_QMAIL_DEFAULT));
}

static int
remember(struct lost *lost, const char *name, const char *path,
    const struct stat *st)
{
	struct vpop *vp = lost->doctor->vp;
	struct vp_assign *list =
	    reallocarray(lost->list, lost->count + 1, sizeof *list);

	if (!list)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	lost->list = list;
	struct vp_assign *entry = &list[lost->count];
	*entry = (struct vp_assign){
		.uid = st->st_uid ? st->st_uid : vp->uid,
		.gid = st->st_uid ? st->st_gid : vp->gid,
	};
	if (vp_copy(entry->name, sizeof entry->name, name) == 0 &&
	    vp_copy(entry->real, sizeof entry->real, name) == 0 &&
	    vp_copy(entry->dir, sizeof entry->dir, path) == 0)
		lost->count++;
	return 0;
}

static int
look_at(struct lost *lost, int parent, const char *folder, const char *name)
{
	char path[VPOP_DIR_SIZE];
	const char *key = path;
	struct stat st;

	if (!is_domain(lost->doctor->vp, parent, name, &st) ||
	    vp_format(path, sizeof path, "%s/%s", folder, name) != 0 ||
	    bsearch(&key, lost->dirs, lost->dir_count, sizeof *lost->dirs,
		compare_text))
		return 0;
	if (!vp_doctor_find(lost->doctor, name))
		return remember(lost, name, path, &st);
	vp_doctor_tell(lost->doctor, 0,
	    "'%s' looks like a domain, but users/assign has another "
	    "directory for '%s'",
	    path, name);
	return 0;
}

static int
walk(struct lost *lost, int dirfd, const char *folder, int level)
{
	const struct dirent *entry;
	char path[VPOP_DIR_SIZE];
	int code = 0, fd = dup(dirfd);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (!dir) {
		if (fd >= 0)
			close(fd);
		return vp_fail_errno(lost->doctor->vp, VA_BAD_V_DIR,
		    "cannot read the folder '%s'", folder);
	}
	rewinddir(dir);
	while (code == 0 && (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;

		if (name[0] == '.' || name[1] != '\0') {
			code = look_at(lost, dirfd, folder, name);
			continue;
		}
		AUTO_CLOSE int below =
		    level < DEEPEST ? vp_dir_open_at(dirfd, name) : -1;
		if (below >= 0 &&
		    vp_format(path, sizeof path, "%s/%s", folder, name) == 0)
			code = walk(lost, below, path, level + 1);
	}
	closedir(dir);
	return code;
}

/* All in one pass; only then they are told. */
static int
add_lost(struct lost *lost)
{
	struct vp_doctor *doctor = lost->doctor;
	int code = 0, mended = 0;

	if (lost->count == 0)
		return 0;
	if (doctor->repair) {
		mended = vp_domain_publish(
			     doctor->vp, lost->list, lost->count, 0) == 0;
		if (!mended)
			vp_doctor_tell_failure(doctor);
	}
	for (size_t i = 0; i < lost->count; i++)
		vp_doctor_tell(doctor, mended,
		    "'%s' is the directory of a domain that users/assign "
		    "does not list (aliases of it cannot be known)",
		    lost->list[i].dir);
	for (size_t i = 0; i < lost->count && mended && code == 0; i++)
		code = vp_doctor_add(doctor, &lost->list[i]);
	vp_doctor_sort(doctor);
	return code;
}

int
vp_doctor_tree(struct vp_doctor *doctor)
{
	const char *folder = doctor->vp->domains;
	AUTO_CLOSE int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct lost lost = { .doctor = doctor };

	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		vp_doctor_tell(
		    doctor, 0, "the folder '%s' cannot be opened", folder);
		return 0;
	}
	lost.dirs = calloc(doctor->count + 1, sizeof *lost.dirs);
	if (!lost.dirs)
		return vp_fail(
		    doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	for (size_t i = 0; i < doctor->count; i++)
		lost.dirs[lost.dir_count++] = doctor->list[i].dir;
	qsort(lost.dirs, lost.dir_count, sizeof *lost.dirs, compare_text);
	int code = walk(&lost, fd, folder, 0);
	free(lost.dirs);
	if (code == 0)
		code = add_lost(&lost);
	free(lost.list);
	return code;
}
