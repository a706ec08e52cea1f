/*
 * Changing users/assign.  The text and its table are both made ready before
 * either is renamed; the text goes first, so that a crash in between leaves
 * a table that knows less than the text, and the same change made again
 * compiles it anew.
 */
#include "config.h"

#include "qmail/assign.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/line.h"
#include "base/text.h"
#include "qmail/assign_int.h"

/* Any "+name-:" can be replaced and removed; those that parse as a domain
 * are also sorted. */
static void
find_name(struct vp_hostline *line)
{
	const char *colon =
	    line->size ? memchr(line->text, ':', line->size) : NULL;

	if (!colon || colon - line->text < 3 || line->text[0] != '+' ||
	    colon[-1] != '-')
		return;
	line->name = line->text + 1;
	line->name_size = (size_t)(colon - line->text) - 2;
	line->in_order = memchr(line->name, '.', line->name_size) != NULL;
}

static int
bad_line(struct vp_hostfile *file, size_t number, unsigned long *ret_line)
{
	vp_hostfile_clear(file);
	if (ret_line)
		*ret_line = number;
	errno = EBADMSG;
	return -1;
}

int
vp_assign_split(
    char *data, size_t size, struct vp_hostfile *ret, unsigned long *ret_line)
{
	struct vp_assign_record record;
	struct vp_hostfile file;
	size_t count;

	if (vp_hostfile_split(data, size, find_name, &file) < 0)
		return -1;
	for (count = 0; count < file.count; count++) {
		const struct vp_hostline *line = &file.lines[count];

		if (line->size && line->text[0] == '.') {
			file.tail = line->text;
			break;
		}
		if (vp_assign_record(line->text, line->size, &record) < 0)
			return bad_line(&file, count + 1, ret_line);
	}
	/* Without the last line, half of the file may be lost. */
	if (file.size && !file.tail)
		return bad_line(&file, count + 1, ret_line);
	if (file.tail) {
		file.tail_size = file.size - (size_t)(file.tail - file.data);
		/* a lone "." that lacks its LF is written anew */
		if (file.tail_size == 1)
			file.tail_size = 0;
	}
	file.count = count;
	*ret = file;
	return 0;
}

int
vp_assign_load(int users, struct vp_hostfile *ret, unsigned long *ret_line)
{
	size_t size = 0;
	char *data = vp_file_read(users, "assign", VP_HOSTFILE_BYTES, &size);

	if (!data && errno != ENOENT)
		return -1;
	return vp_assign_split(data, data ? size : 0, ret, ret_line);
}

static int
check_entry(const struct vp_assign *entry)
{
	if (!*entry->name || !*entry->real || entry->dir[0] != '/' ||
	    strchr(entry->name, ':') || strchr(entry->real, ':') ||
	    strchr(entry->dir, ':') || !vp_is_clean(entry->name) ||
	    !vp_is_clean(entry->real) || !vp_is_clean(entry->dir)) {
		errno = EINVAL;
		return -1;
	}
	return 0;
}

static char *
make_text(const struct vp_assign *entry)
{
	char *text = NULL;

	if (check_entry(entry) < 0)
		return NULL;
	if (asprintf(&text, "+%s-:%s:%lu:%lu:%s:-::", entry->name, entry->real,
		(unsigned long)entry->uid, (unsigned long)entry->gid,
		entry->dir) < 0) {
		errno = ENOMEM;
		return NULL;
	}
	return text;
}

static void
free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
}

static int
make_edits(const struct vp_assign *adds, size_t count,
    struct vp_hostedit *edits, char **texts)
{
	for (size_t i = 0; i < count; i++) {
		texts[i] = make_text(&adds[i]);
		if (!texts[i])
			return -1;
		edits[i].name = adds[i].name;
		edits[i].text = texts[i];
	}
	return 0;
}

int
vp_assign_update(const struct vp_assign_how *how, const struct vp_assign *adds,
    size_t add_count, const char *const *dels, size_t del_count,
    unsigned long *ret_line)
{
	AUTO_CLOSE int users = vp_qmail_folder(how->qmail_dir, "users");
	AUTO_FREE struct vp_hostedit *edits =
	    calloc(add_count + 1, sizeof *edits);
	AUTO_FREE char **texts = calloc(add_count + 1, sizeof *texts);
	struct vp_hostfile file;

	if (users < 0 || !edits || !texts ||
	    vp_assign_load(users, &file, ret_line) < 0)
		return -1;

	int r = make_edits(adds, add_count, edits, texts);

	if (r == 0)
		r = vp_hostfile_edit(&file, edits, add_count, dels, del_count);
	if (r == 0) {
		/* a first text is written even without lines */
		file.is_changed |= !file.data;
		r = vp_assign_install(how, users, &file);
	}

	int error = errno;

	vp_hostfile_clear(&file);
	free_texts(texts, add_count);
	errno = error;
	return r;
}

int
vp_assign_compile(const struct vp_assign_how *how, unsigned long *ret_line)
{
	return vp_assign_update(how, NULL, 0, NULL, 0, ret_line);
}

int
vp_assign_check(const struct vp_assign_how *how)
{
	AUTO_CLOSE int users = vp_qmail_folder(how->qmail_dir, "users");
	struct vp_hostfile file;

	if (users < 0 || vp_assign_load(users, &file, NULL) < 0)
		return -1;

	int r = vp_assign_verify(users, how->cdb_name, &file);
	int error = errno;

	if (r < 0 && error == ENOENT)
		r = file.count == 0;
	else if (r < 0 && error == EPROTO)
		r = 0;
	vp_hostfile_clear(&file);
	errno = error;
	return r;
}
