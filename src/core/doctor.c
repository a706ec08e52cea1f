/*
 * vpop_doctor: the order of its parts, and the tools they share.
 *
 * Interrupted changes are settled first, since everything else would look
 * wrong while they are pending.  The site lock is held for the parts that
 * concern the whole site and a domain's lock for its own part, both only to
 * repair.
 */
#include "config.h"

#include "core/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/journal_int.h"

void
vp_doctor_tell(struct vp_doctor *doctor, int mended, const char *format, ...)
{
	char sentence[2 * VPOP_DIR_SIZE + 512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(sentence, sizeof sentence, format, ap);
	va_end(ap);
	vp_make_printable(sentence);
	doctor->left += !mended;
	doctor->report(doctor->arg, sentence, mended);
}

void
vp_doctor_tell_failure(struct vp_doctor *doctor)
{
	vp_doctor_tell(doctor, 0, "%s", doctor->vp->message);
	vp_clear_error(doctor->vp);
}

/* ---- the list of domains ---------------------------------------------- */

int
vp_doctor_add(struct vp_doctor *doctor, const struct vp_assign *entry)
{
	if (doctor->count == doctor->size) {
		size_t size = doctor->size ? 2 * doctor->size : 64;
		struct vp_assign *list =
		    reallocarray(doctor->list, size, sizeof *list);

		if (!list)
			return vp_fail(
			    doctor->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		doctor->list = list;
		doctor->size = size;
	}
	doctor->list[doctor->count++] = *entry;
	return 0;
}

static int
compare_entries(const void *a, const void *b)
{
	const struct vp_assign *left = a, *right = b;

	return strcmp(left->name, right->name);
}

void
vp_doctor_sort(struct vp_doctor *doctor)
{
	if (doctor->count > 0)
		qsort(doctor->list, doctor->count, sizeof *doctor->list,
		    compare_entries);
}

const struct vp_assign *
vp_doctor_find(const struct vp_doctor *doctor, const char *name)
{
	struct vp_assign key = { 0 };

	if (doctor->count == 0 || vp_copy(key.name, sizeof key.name, name) != 0)
		return NULL;
	return bsearch(&key, doctor->list, doctor->count, sizeof *doctor->list,
	    compare_entries);
}

/* ---- files ------------------------------------------------------------ */

/* Through one descriptor, so that what was looked at is what is changed; a
 * file with a second name may be somebody else's. */
static int
mend_inode(int dirfd, const char *name, const struct vp_doctor_like *like)
{
	AUTO_CLOSE int fd =
	    openat(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) != 0)
		return 0;
	if (!S_ISDIR(st.st_mode) && (!S_ISREG(st.st_mode) || st.st_nlink != 1))
		return 0;
	if ((st.st_uid != like->uid || st.st_gid != like->gid) &&
	    fchown(fd, like->uid, like->gid) != 0)
		return 0;
	const mode_t owner = S_ISDIR(st.st_mode) ? 0700 : 0600;
	return fchmod(fd, (st.st_mode & 07777 & ~like->bad) | owner) == 0;
}

void
vp_doctor_inode(struct vp_doctor *doctor, int dirfd, const char *name,
    const char *folder, const struct vp_doctor_like *like)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0 ||
	    S_ISLNK(st.st_mode))
		return;
	const int is_dir = S_ISDIR(st.st_mode);
	const mode_t owner = is_dir ? 0700 : 0600;
	const int foreign = st.st_uid != like->uid || st.st_gid != like->gid;
	const int open =
	    (st.st_mode & like->bad) != 0 || (st.st_mode & owner) != owner;
	if (!foreign && !open)
		return;
	const int mended = doctor->repair && mend_inode(dirfd, name, like);
	const char *slash = strcmp(name, ".") == 0 ? "" : "/";
	const char *last = *slash ? name : "";
	if (foreign)
		vp_doctor_tell(doctor, mended,
		    "'%s%s%s' belongs to %lu:%lu instead of %lu:%lu", folder,
		    slash, last, (unsigned long)st.st_uid,
		    (unsigned long)st.st_gid, (unsigned long)like->uid,
		    (unsigned long)like->gid);
	if (open)
		vp_doctor_tell(doctor, mended, "'%s%s%s' has the mode %04o",
		    folder, slash, last, (unsigned)(st.st_mode & 07777));
}

static int
begins_with(const char *name, const char *start)
{
	return strncmp(name, start, strlen(start)) == 0;
}

/* The rest of the name is a number, as older releases wrote process ids. */
static int
ends_with_number(const char *name, const char *start)
{
	const size_t size = strlen(start);

	return begins_with(name, start) && name[size] != '\0' &&
	       name[size + strspn(name + size, "0123456789")] == '\0';
}

int
vp_doctor_is_leftover(const char *name)
{
	static const char *const ours[] = { ".qmail", "vpasswd", VP_DIR_CONTROL,
		VP_DIR_FREE, NULL };
	const size_t size = strlen(name);

	if (begins_with(name, VP_DELETED) ||
	    begins_with(name, "lastauth.tmp") ||
	    ends_with_number(name, "vpasswd.bak.") ||
	    ends_with_number(name, VP_DIR_CONTROL ".") ||
	    strcmp(name, "cdb.tmp") == 0)
		return 1;
	if (size < 4 || strcmp(name + size - 4, ".tmp") != 0)
		return 0;
	for (size_t i = 0; ours[i]; i++)
		if (begins_with(name, ours[i]))
			return 1;
	return 0;
}

void
vp_doctor_leftover(
    struct vp_doctor *doctor, int dirfd, const char *folder, const char *name)
{
	vp_doctor_tell(doctor,
	    doctor->repair && vp_dir_remove(dirfd, name) == 0,
	    "'%s/%s' was left behind by an interrupted program", folder, name);
}

int
vp_doctor_is_folder(int dirfd, const char *name)
{
	struct stat st;

	return fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* ---- the order of things ---------------------------------------------- */

/* Looking must not make a journal where there never was one. */
static int
has_journal(const struct vpop *vp)
{
	AUTO_FREE char *path = NULL;

	if (vp->journal)
		return 1;
	if (asprintf(&path, "%s%s",
		vp->set.journal[0] ? vp->set.journal : vp->home,
		vp->set.journal[0] ? "" : "/var/journal.sqlite") < 0)
		path = NULL;
	return path && access(path, F_OK) == 0;
}

static int
check_journal(struct vp_doctor *doctor)
{
	struct vpop *vp = doctor->vp;
	struct vp_pending *list = NULL;
	size_t count = 0;
	int code = 0;

	if (!has_journal(vp))
		return 0;
	if (!vp->journal)
		code = vp_journal_open(vp);
	if (code == 0 && vp->journal)
		code = vp_journal_pending(vp, &list, &count);
	if (code == 0 && count > 0 && doctor->repair)
		code = vp_recover(vp, NULL);
	for (size_t i = 0; i < count && code >= 0; i++) {
		int mended = doctor->repair &&
			     vp_journal_is_pending(vp, list[i].id) == 0;

		vp_doctor_tell(doctor, mended,
		    "the change %lld (%s of '%s') was interrupted",
		    (long long)list[i].id, list[i].event, list[i].object);
	}
	vp_pending_free(list, count);
	return code < 0 ? code : 0;
}

static int
check_site(struct vp_doctor *doctor)
{
	AUTO_CLOSE int lock = -1;

	if (doctor->repair) {
		lock = vp_site_lock(doctor->vp, 1);
		if (lock < 0)
			return lock;
	}
	int code = vp_doctor_site(doctor);
	if (code == 0)
		code = vp_doctor_tree(doctor);
	if (code == 0)
		code = vp_doctor_control(doctor);
	return code == 0 ? vp_doctor_folders(doctor) : code;
}

static int
check_domains(struct vp_doctor *doctor)
{
	struct vpop_domain domain = { 0 };
	int code = 0;

	for (size_t i = 0; i < doctor->count && code == 0; i++) {
		const struct vp_assign *entry = &doctor->list[i];

		if (strcmp(entry->name, entry->real) != 0)
			continue;
		(void)vp_copy(domain.name, sizeof domain.name, entry->name);
		(void)vp_copy(domain.real, sizeof domain.real, entry->real);
		(void)vp_copy(domain.dir, sizeof domain.dir, entry->dir);
		domain.uid = entry->uid;
		domain.gid = entry->gid;
		code = vp_doctor_domain(doctor, &domain);
	}
	return code;
}

int
vpop_doctor(struct vpop *vp, int repair,
    void (*report)(void *arg, const char *sentence, int mended), void *arg)
{
	struct vp_doctor doctor = {
		.vp = vp,
		.repair = repair && !vp_dry_run(vp),
		.report = report,
		.arg = arg,
	};

	vp_clear_error(vp);
	int code = check_journal(&doctor);
	if (code == 0)
		code = check_site(&doctor);
	if (code == 0)
		code = check_domains(&doctor);
	free(doctor.list);
	return code != 0 ? code : doctor.left;
}
