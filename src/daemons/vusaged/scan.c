/*
 * Watches are set before anything is read: what changes then is told.  Each
 * part is replaced as a whole when it has been read to its end.
 */
#include "config.h"

#include "daemons/vusaged/scan_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

#define PATH_BYTES 4096
#define STRIDE     64 /* steps between two looks at the clock */

int64_t
vp_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* ---- parts --------------------------------------------------------------- */

/* The part to look at, and its path; 0: there are no more. */
static int
part_at(const struct vp_scan *scan, struct vp_parts **ret_parts,
    char path[PATH_BYTES])
{
	struct vp_box *box = scan->box;
	const char *name = scan->at % VP_PARTS == VP_NEW ? "new" : "cur";
	uint32_t folder = scan->at / VP_PARTS;
	struct vp_folder *found;

	if (folder == 0) {
		*ret_parts = &box->inbox;
		return vp_copy(path, PATH_BYTES, name) == 0;
	}
	if (!box->folders || folder > box->folders->count)
		return 0;
	found = &box->folders->list[folder - 1];
	*ret_parts = &found->parts;
	return vp_format(path, PATH_BYTES, "%s/%s", found->name, name) == 0;
}

static void
set_absent(struct vp_scan *scan, struct vp_parts *parts)
{
	int which = (int)(scan->at % VP_PARTS);

	if (parts->stamp[which] != VP_STAMP_ABSENT)
		vp_part_set(
		    scan->site, scan->box, parts, which, VP_STAMP_ABSENT, 0, 0);
}

/* 1: it is as it was, or not there; 0: it is open to be read; -1. */
static int
open_part(struct vp_scan *scan, struct vp_parts *parts, const char *path)
{
	struct stat st;
	int fd;

	if (fstatat(scan->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		if (parts->stamp[scan->at % VP_PARTS] == vp_stamp_of(&st))
			return 1;
		fd = vp_scan_open(scan->fd, path, O_RDONLY);
	} else {
		fd = -1;
	}
	if (fd < 0 && vp_scan_is_absent(errno)) {
		set_absent(scan, parts);
		return 1;
	}
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !(scan->dir = fdopendir(fd))) {
		close(fd);
		return -1;
	}
	scan->stamp = vp_stamp_to_keep(scan, &st);
	scan->bytes = scan->site->count_dirs ? (uint64_t)st.st_size : 0;
	scan->count = 0;
	return 0;
}

static void
add_message(struct vp_scan *scan, const char *name)
{
	struct stat st;
	int64_t size = 0;
	int rc = vpop_message_size(name, &size);

	if (rc < 0)
		return;
	if (rc == 0 || !scan->site->by_name) {
		/* Gone, or no message: nothing to count. */
		if (fstatat(dirfd(scan->dir), name, &st, AT_SYMLINK_NOFOLLOW) !=
			0 ||
		    !S_ISREG(st.st_mode))
			return;
		size = st.st_size;
	}
	if (__builtin_add_overflow(scan->bytes, (uint64_t)size, &scan->bytes))
		scan->bytes = INT64_MAX;
	scan->count += scan->count < UINT32_MAX;
}

static void
close_part(struct vp_scan *scan)
{
	if (scan->dir)
		closedir(scan->dir);
	scan->dir = NULL;
}

/* 1: read to its end; 0: time is up; -1. */
static int
read_part(struct vp_scan *scan, struct vp_parts *parts, int64_t until)
{
	struct dirent *entry;

	for (unsigned n = 1;; n++) {
		errno = 0;
		entry = readdir(scan->dir);
		if (!entry)
			break;
		add_message(scan, entry->d_name);
		if (n % STRIDE == 0 && vp_now() >= until)
			return 0;
	}

	int rc = errno ? -1 : 1;
	close_part(scan);
	if (rc == 1)
		vp_part_set(scan->site, scan->box, parts,
		    (int)(scan->at % VP_PARTS), scan->stamp, scan->bytes,
		    scan->count);
	scan->has_read = 1;
	return rc;
}

/* ---- the whole ----------------------------------------------------------- */

enum vp_scan_state
vp_scan_begin(struct vp_scan *scan, struct vp_site *site, struct vp_box *box,
    struct vp_watches *watches, int active)
{
	struct stat st;

	*scan = (struct vp_scan){ .site = site, .box = box, .fd = -1 };
	scan->fd = vp_scan_maildir(box);
	if (scan->fd < 0) {
		if (!vp_scan_is_absent(errno))
			return VP_SCAN_FAILED;
		if (box->folders)
			vp_folders_set(site, box, NULL);
		box->stamp = VP_STAMP_UNREAD;
		set_absent(scan, &box->inbox);
		scan->at = VP_CUR;
		set_absent(scan, &box->inbox);
		vp_box_verified(box);
		return VP_SCAN_ABSENT;
	}
	vp_watch_box(watches, box, scan->fd, active);
	if (fstat(scan->fd, &st) != 0)
		return VP_SCAN_FAILED;
	if (box->stamp == vp_stamp_of(&st))
		return VP_SCAN_MORE;
	if (vp_scan_list(scan) != 0)
		return VP_SCAN_FAILED;
	/* New folders have to be watched, too. */
	vp_watch_box(watches, box, scan->fd, active);
	return VP_SCAN_MORE;
}

enum vp_scan_state
vp_scan_step(struct vp_scan *scan, int64_t until)
{
	struct vp_box *box = scan->box;
	char path[PATH_BYTES];
	struct vp_parts *parts;

	while (part_at(scan, &parts, path)) {
		int rc = scan->dir ? 0 : open_part(scan, parts, path);

		if (rc == 0)
			rc = read_part(scan, parts, until);
		if (rc == 0)
			return VP_SCAN_MORE;
		scan->has_failed |= rc < 0;
		if (++scan->at % STRIDE == 0 && vp_now() >= until)
			return VP_SCAN_MORE;
	}
	if (scan->has_failed)
		return VP_SCAN_FAILED;
	box->flags &= (uint16_t)~VP_BOX_UNREADABLE;
	vp_box_verified(box);
	return VP_SCAN_DONE;
}

void
vp_scan_end(struct vp_scan *scan)
{
	close_part(scan);
	if (scan->fd >= 0)
		close(scan->fd);
	scan->fd = -1;
	scan->box = NULL;
}
