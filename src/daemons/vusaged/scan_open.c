/*
 * Reaching the folders of a mailbox, and telling whether they changed.
 *
 * Stamps use the change time of folders, which their owners cannot set.  A
 * folder that changed in the very tick of the clock in which it is read may
 * change once more without another stamp: its stamp is not kept, and it is
 * read again when the tick is over.
 */
#include "config.h"

#include "daemons/vusaged/scan_int.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/text.h"

#define PATH_BYTES   4096
#define FOLDERS_MAX  16384 /* of one mailbox */
#define COARSE_AGAIN 2100  /* ms, where folders have times in seconds */

/* What was opened last: most boxes are looked at domain by domain. */
static struct {
	const struct vp_domain *domain;
	int fd;
} last = { NULL, -1 };

void
vp_scan_close_domain(void)
{
	if (last.fd >= 0)
		close(last.fd);
	last.fd = -1;
	last.domain = NULL;
}

/* ---- opening ------------------------------------------------------------- */

/* Below dirfd, without links. */
int
vp_scan_open(int dirfd, const char *rel, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_DIRECTORY | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	long fd = syscall(SYS_openat2, dirfd, rel, &how, sizeof how);

	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return vp_dir_open_at(dirfd, rel);
	return (int)fd;
}

/* The folder of a domain may be a link, as the administrator likes. */
static int
domain_fd(const struct vp_domain *domain)
{
	if (last.domain == domain)
		return last.fd;
	vp_scan_close_domain();
	last.fd = open(domain->dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (last.fd >= 0)
		last.domain = domain;
	return last.fd;
}

int
vp_scan_maildir(const struct vp_box *box)
{
	char path[PATH_BYTES];
	int parent;

	/* An account gets its directory when it is first used. */
	if (box->text[0] == '\0') {
		errno = ENOENT;
		return -1;
	}
	if (box->text[0] == '/') {
		AUTO_CLOSE int fd = vp_dir_open(box->text);

		return fd < 0 ? -1 : vp_scan_open(fd, "Maildir", O_PATH);
	}
	if (vp_format(path, sizeof path, "%s/Maildir", box->text) != 0)
		return -1;
	parent = domain_fd(box->domain);
	return parent < 0 ? -1 : vp_scan_open(parent, path, O_PATH);
}

int
vp_scan_is_absent(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/* ---- stamps -------------------------------------------------------------- */

static uint64_t
mix(uint64_t h, uint64_t value)
{
	h = (h ^ value) * 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

uint64_t
vp_stamp_of(const struct stat *st)
{
	uint64_t h = mix(st->st_dev, st->st_ino);

	h = mix(h, (uint64_t)st->st_ctim.tv_sec);
	h = mix(h, (uint64_t)st->st_ctim.tv_nsec);
	return h > VP_STAMP_ABSENT ? h : h + 2;
}

/* Milliseconds after which a change would show in the stamp; 0: now. */
static unsigned
doubt(const struct stat *st)
{
	struct timespec now, tick;
	int64_t age, need;

	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	clock_getres(CLOCK_REALTIME_COARSE, &tick);
	age = (int64_t)(now.tv_sec - st->st_ctim.tv_sec) * 1000 +
	      (now.tv_nsec - st->st_ctim.tv_nsec) / 1000000;
	need =
	    st->st_ctim.tv_nsec == 0 ? COARSE_AGAIN : tick.tv_nsec / 500000 + 2;
	return age >= need ? 0 : (unsigned)need;
}

/* The stamp to keep of something that is read from now on. */
uint64_t
vp_stamp_to_keep(struct vp_scan *scan, const struct stat *st)
{
	unsigned again = doubt(st);

	if (again > scan->again)
		scan->again = again;
	return again ? VP_STAMP_UNREAD : vp_stamp_of(st);
}

/* ---- the list of folders ------------------------------------------------- */

static int
is_folder(int fd, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_name[0] != '.' || strcmp(entry->d_name, ".") == 0 ||
	    strcmp(entry->d_name, "..") == 0 ||
	    strcmp(entry->d_name, ".Trash") == 0)
		return 0;
	if (entry->d_type != DT_UNKNOWN)
		return entry->d_type == DT_DIR;
	return fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

/* What is known of a folder.  They mostly come in the order of the last time:
 * the search begins where the last one ended. */
static void
keep_known(
    const struct vp_folders *known, uint32_t *at, struct vp_folder *folder)
{
	for (uint32_t n = known ? known->count : 0; n > 0; n--) {
		const struct vp_folder *old = &known->list[*at];

		*at = (*at + 1) % known->count;
		if (strcmp(old->name, folder->name) == 0) {
			folder->parts = old->parts;
			return;
		}
	}
}

static int
add_folder(struct vp_folders **list, const char *name,
    const struct vp_folders *known, uint32_t *at)
{
	uint32_t count = *list ? (*list)->count : 0;
	struct vp_folders *larger = *list;

	if (count >= FOLDERS_MAX) {
		errno = EOVERFLOW;
		return -1;
	}
	if (!larger || (count & (count - 1)) == 0)
		larger = realloc(
		    *list, sizeof **list + (size_t)(count ? count * 2 : 1) *
					       sizeof *larger->list);
	if (!larger)
		return -1;
	*list = larger;
	struct vp_folder *folder = &larger->list[count];
	*folder = (struct vp_folder){ .name = strdup(name) };
	larger->count = count + (folder->name != NULL);
	if (!folder->name)
		return -1;
	keep_known(known, at, folder);
	return 0;
}

static int
read_folders(
    DIR *dir, const struct vp_folders *known, struct vp_folders **ret_list)
{
	struct dirent *entry;
	uint32_t at = 0;

	for (errno = 0; (entry = readdir(dir)); errno = 0)
		if (is_folder(dirfd(dir), entry) &&
		    add_folder(ret_list, entry->d_name, known, &at) != 0)
			return -1;
	return errno ? -1 : 0;
}

int
vp_scan_list(struct vp_scan *scan)
{
	struct vp_folders *list = NULL;
	int fd = openat(scan->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct stat st;
	int rc = -1;

	if (dir && fstat(fd, &st) == 0) {
		uint64_t stamp = vp_stamp_to_keep(scan, &st);

		rc = read_folders(dir, scan->box->folders, &list);
		if (rc == 0) {
			vp_folders_set(scan->site, scan->box, list);
			scan->box->stamp = stamp;
			list = NULL;
		}
	}
	vp_folders_free(list);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return rc;
}
