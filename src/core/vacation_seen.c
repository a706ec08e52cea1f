/*
 * Who was answered when: lines "time address" in vacation.replied.  Those
 * that no longer count are dropped whenever one is added, and the oldest
 * when there are too many, so that a flood of senders does not fill a disk.
 */
#include "config.h"

#include "core/vacation_int.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/dirtree.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/replace.h"
#include "base/text.h"

#define LIST         "vacation.replied"
#define LOCK         "vacation.lock"
#define MAX_BYTES    (8 << 20)
#define MAX_LINES    10000
#define LOCK_SECONDS 10

static int
failed(struct vpop *vp, const char *what, const char *dir)
{
	return vp_fail_errno(vp,
	    errno == EAGAIN ? VA_LOCK_FAILED
			    : vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot %s '%s/" LIST "'", what, dir);
}

/* Cut the text into the lines that are not older than since; how many of
 * them are the sender's, or -1. */
static int64_t
cut(struct vp_seen *seen, const char *sender, int64_t since)
{
	char *rest = seen->text, *line;
	int64_t count = 0;
	size_t room = 1;

	for (const char *p = seen->text; p && (p = strchr(p, '\n')); p++)
		room++;
	seen->lines = calloc(room, sizeof *seen->lines);
	if (!seen->lines)
		return -1;
	while ((line = strsep(&rest, "\n")) != NULL) {
		char *blank = strchr(line, ' ');
		int64_t when;

		if (!blank)
			continue;
		*blank = '\0';
		if (vp_number(line, 0, INT64_MAX, &when) == 0 && when > since) {
			count += strcasecmp(blank + 1, sender) == 0;
			seen->lines[seen->count++] = line;
		}
		*blank = ' ';
	}
	return count;
}

int
vp_seen_open(struct vpop *vp, const char *dir, const char *sender,
    int64_t seconds, int64_t most, struct vp_seen *ret)
{
	*ret = (struct vp_seen){ .lock = -1 };
	ret->dirfd = vp_dir_open(dir);
	if (ret->dirfd < 0)
		return failed(vp, "open", dir);
	ret->lock =
	    vp_lock(ret->dirfd, LOCK, (uid_t)-1, (gid_t)-1, LOCK_SECONDS);
	if (ret->lock < 0)
		return failed(vp, "lock", dir);
	ret->text = vp_file_read(ret->dirfd, LIST, MAX_BYTES, NULL);
	if (!ret->text && errno != ENOENT)
		return failed(vp, "read", dir);

	int64_t count = cut(ret, sender, time(NULL) - seconds);
	if (count < 0)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return count < most;
}

int
vp_seen_add(struct vpop *vp, struct vp_seen *seen, const char *sender)
{
	size_t first =
	    seen->count >= MAX_LINES ? seen->count - MAX_LINES + 1 : 0;
	struct vp_replace file;

	if (vp_replace_open(
		&file, seen->dirfd, LIST, 0600, (uid_t)-1, (gid_t)-1) == 0) {
		for (size_t i = first; i < seen->count; i++)
			fprintf(file.fp, "%s\n", seen->lines[i]);
		fprintf(file.fp, "%lld %s\n", (long long)time(NULL), sender);
		if (vp_replace_commit(&file) == 0)
			return 0;
	}
	return failed(vp, "update", ".");
}

void
vp_seen_close(struct vp_seen *seen)
{
	free(seen->lines);
	free(seen->text);
	if (seen->lock >= 0)
		close(seen->lock);
	if (seen->dirfd >= 0)
		close(seen->dirfd);
	*seen = (struct vp_seen){ .dirfd = -1, .lock = -1 };
}
