/*
 * The doctor's look at the folders that domains lie in: the count in
 * .dir-control, the way through for domains of other users, left-overs.
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

#define PASS_THROUGH 0011

/* A domain's folder, and where the domain is below it. */
struct member {
	char folder[VPOP_DIR_SIZE];
	char rel[VP_DIR_REL_SIZE];
	uid_t uid;
};

static int
compare_members(const void *a, const void *b)
{
	const struct member *left = a, *right = b;

	return strcmp(left->folder, right->folder);
}

static void
let_pass(struct vp_doctor *doctor, const char *folder, int fd, const char *rel)
{
	AUTO_CLOSE int way = vp_dir_open_at(fd, rel);
	struct stat st;

	if (way < 0 || fstat(way, &st) != 0 ||
	    (st.st_mode & PASS_THROUGH) == PASS_THROUGH)
		return;
	vp_doctor_tell(doctor,
	    doctor->repair &&
		fchmod(way, (st.st_mode & 07777) | PASS_THROUGH) == 0,
	    "'%s%s%s' cannot be passed by the users of the domains below it",
	    folder, *rel ? "/" : "", rel);
}

/* Deliveries run as the domain's user and must be able to get there. */
static void
check_way(struct vp_doctor *doctor, const struct member *member, int fd)
{
	char rel[VP_DIR_REL_SIZE];
	struct stat st;

	if (fstat(fd, &st) != 0 || st.st_uid == member->uid)
		return;
	let_pass(doctor, member->folder, fd, "");
	for (size_t i = 1; i <= strlen(member->rel); i += 2) {
		memcpy(rel, member->rel, i);
		rel[i] = '\0';
		let_pass(doctor, member->folder, fd, rel);
	}
}

static void
check_count(struct vp_doctor *doctor, const char *folder, int fd,
    unsigned long count, const char *last)
{
	struct vp_dircontrol control;
	struct vpop *vp = doctor->vp;
	int mended = 0;

	/* A folder of an older release may have its count elsewhere. */
	if (strcmp(folder, vp->domains) != 0 &&
	    faccessat(fd, VP_DIR_CONTROL, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	int code =
	    vp_dircontrol_open(vp, NULL, fd, 0, vp->uid, vp->gid, &control);
	if (code == 0) {
		(void)vp_dircontrol_close(vp, &control, 0);
		if (control.cur_users == count &&
		    !vp_domain_rel_after(last, control.the_dir))
			return;
	}
	vp_clear_error(vp);
	if (doctor->repair &&
	    (code == 0 || vp_dircontrol_forget(vp, NULL, fd) == 0))
		mended = vp_domain_recount(vp, folder) == 0;
	vp_clear_error(vp);
	if (code != 0)
		vp_doctor_tell(doctor, mended, "'%s/%s' is damaged", folder,
		    VP_DIR_CONTROL);
	else if (control.cur_users != count)
		vp_doctor_tell(doctor, mended,
		    "'%s/%s' counts %lu domains instead of %lu", folder,
		    VP_DIR_CONTROL, control.cur_users, count);
	else
		vp_doctor_tell(doctor, mended,
		    "'%s/%s' is at '%s' although '%s' is in use", folder,
		    VP_DIR_CONTROL, control.the_dir, last);
}

static void
check_leftovers(struct vp_doctor *doctor, const char *folder, int fd)
{
	const struct dirent *entry;
	int copy = dup(fd);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return;
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL)
		if (vp_doctor_is_leftover(entry->d_name))
			vp_doctor_leftover(doctor, fd, folder, entry->d_name);
	closedir(dir);
}

/* All members of one folder. */
static void
check_folder(struct vp_doctor *doctor, const char *folder,
    const struct member *list, size_t count)
{
	AUTO_CLOSE int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char *last = "";

	if (fd < 0) {
		if (count > 0)
			vp_doctor_tell(doctor, 0,
			    "the folder '%s' cannot be opened", folder);
		return;
	}
	if (strcmp(folder, doctor->vp->domains) == 0) {
		const struct vp_doctor_like like = { doctor->vp->uid,
			doctor->vp->gid, VP_BAD_SHARED };

		vp_doctor_inode(doctor, fd, ".", folder, &like);
	}
	for (size_t i = 0; i < count; i++) {
		check_way(doctor, &list[i], fd);
		if (vp_domain_rel_after(list[i].rel, last))
			last = list[i].rel;
	}
	check_leftovers(doctor, folder, fd);
	check_count(doctor, folder, fd, count, last);
}

static int
find_members(struct vp_doctor *doctor, struct member *list, size_t *ret_count)
{
	size_t used = 0;
	int code = 0;

	for (size_t i = 0; i < doctor->count && code == 0; i++) {
		const struct vp_assign *entry = &doctor->list[i];
		struct member *member = &list[used];

		if (strcmp(entry->name, entry->real) != 0)
			continue;
		code = vp_domain_folder(
		    doctor->vp, entry->dir, member->folder, member->rel);
		if (code != 0) {
			vp_doctor_tell_failure(doctor);
			code = 0;
			continue;
		}
		member->uid = entry->uid;
		used++;
	}
	if (used > 0)
		qsort(list, used, sizeof *list, compare_members);
	*ret_count = used;
	return code;
}

static void
check_folders(struct vp_doctor *doctor, const struct member *list, size_t count)
{
	int saw_ours = 0;
	size_t end;

	for (size_t i = 0; i < count; i = end) {
		const char *folder = list[i].folder;

		for (end = i + 1; end < count; end++)
			if (strcmp(list[end].folder, folder) != 0)
				break;
		check_folder(doctor, folder, &list[i], end - i);
		saw_ours |= strcmp(folder, doctor->vp->domains) == 0;
	}
	if (!saw_ours)
		check_folder(doctor, doctor->vp->domains, NULL, 0);
}

int
vp_doctor_folders(struct vp_doctor *doctor)
{
	struct member *list = calloc(doctor->count + 1, sizeof *list);
	size_t count = 0;

	if (!list)
		return vp_fail(
		    doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	int code = find_members(doctor, list, &count);
	if (code == 0)
		check_folders(doctor, list, count);
	free(list);
	return code;
}
