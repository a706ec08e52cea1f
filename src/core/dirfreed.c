/*
 * The list of freed places, .dir_control_free: one path a line, comments and
 * blank lines ignored.
 *
 * As older releases do, places are taken from the front and given back at
 * the end.  The file is read when the tree is opened and replaced as a whole
 * when it is saved, so a crash leaves the old list or the new one.
 */
#include "config.h"

#include "core/dircontrol_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/line.h"
#include "base/replace.h"
#include "base/text.h"
#include "core/domain.h"

#define FREED_MAX (256u << 20) /* more than every place there is */

static int
file_failed(struct vpop *vp, const char *doing)
{
	return vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE), "cannot %s '%s'",
	    doing, VP_DIR_FREE);
}

int
vp_freed_open(struct vpop *vp, struct vp_dircontrol *control)
{
	control->freed = vp_file_read(
	    control->dirfd, VP_DIR_FREE, FREED_MAX, &control->freed_size);
	if (!control->freed && errno != ENOENT)
		return file_failed(vp, "read");
	control->freed_cap = control->freed_size + 1;
	return 0;
}

/* Length of a line with its LF. */
static size_t
line_length(const char *line, size_t left)
{
	const char *lf = memchr(line, '\n', left);

	return lf ? (size_t)(lf - line) + 1 : left;
}

/* A usable line: its path to ret_rel. */
static int
use_line(const char *line, size_t length, char ret_rel[VP_DIR_REL_SIZE])
{
	char rel[VP_DIR_REL_SIZE];
	size_t used = 0;

	while (used < length && line[used] != '\0' &&
	       !strchr(" \t\r\n#", line[used]))
		used++;
	if (used == 0 || used >= sizeof rel)
		return 0;
	memcpy(rel, line, used);
	rel[used] = '\0';
	return strlen(rel) == used && vp_dircontrol_is_rel(rel) &&
	       vp_copy(ret_rel, VP_DIR_REL_SIZE, rel) == 0;
}

int
vp_freed_pop(struct vp_dircontrol *control, char ret_rel[VP_DIR_REL_SIZE])
{
	size_t at = control->freed_at;

	while (at < control->freed_size) {
		char *line = control->freed + at;
		size_t length = line_length(line, control->freed_size - at);

		if (use_line(line, length, ret_rel)) {
			/* Comments before the line stay before the rest. */
			char *first = control->freed + control->freed_at;
			memmove(first + length, first, (size_t)(line - first));
			control->freed_at += length;
			control->freed_dirty = 1;
			return 1;
		}
		at += length;
	}
	return 0;
}

int
vp_freed_push(struct vpop *vp, struct vp_dircontrol *control, const char *rel)
{
	size_t length = strlen(rel);

	if (control->freed_size + length + 3 > control->freed_cap) {
		size_t cap = control->freed_cap * 2 + 64;
		char *larger = realloc(control->freed, cap);

		if (!larger)
			return vp_fail(
			    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		control->freed = larger;
		control->freed_cap = cap;
	}
	char *end = control->freed + control->freed_size;
	if (control->freed_size > control->freed_at && end[-1] != '\n')
		*end++ = '\n';
	memcpy(end, rel, length + 1);
	end[length] = '\n';
	control->freed_size = (size_t)(end + length + 1 - control->freed);
	control->freed_dirty = 1;
	return 0;
}

int
vp_freed_save(struct vpop *vp, struct vp_dircontrol *control)
{
	if (vp_replace_text(control->dirfd, VP_DIR_FREE,
		control->freed + control->freed_at,
		control->freed_size - control->freed_at, VP_MODE_FILE,
		control->uid, control->gid) != 0)
		return file_failed(vp, "write");
	return 0;
}

void
vp_freed_close(struct vp_dircontrol *control)
{
	free(control->freed);
	control->freed = NULL;
	control->freed_size = control->freed_at = control->freed_cap = 0;
}
