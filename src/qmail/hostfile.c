/*
 * One pass over a file of domain names: lines point into the file as it was
 * read, so that a hundred thousand lines cost two allocations and the old
 * text is at hand until the new one is in place.
 */
#include "config.h"

#include "qmail/hostfile.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/line.h"
#include "base/replace.h"

int
vp_hostfile_split(
    char *data, size_t size, vp_hostline_find *find, struct vp_hostfile *ret)
{
	struct vp_hostfile file = { .data = data, .size = size };
	size_t count = 1;

	for (size_t i = 0; i < size; i++)
		count += data[i] == '\n';
	file.lines = calloc(count, sizeof *file.lines);
	if (!file.lines) {
		free(data);
		return -1;
	}
	for (size_t at = 0; at < size;) {
		struct vp_hostline *line = &file.lines[file.count++];
		const char *end = memchr(data + at, '\n', size - at);

		line->text = data + at;
		line->size = end ? (size_t)(end - line->text) : size - at;
		at += line->size + 1;
		find(line);
	}
	*ret = file;
	return 0;
}

int
vp_hostfile_read(int dirfd, const char *name, vp_hostline_find *find,
    struct vp_hostfile *ret)
{
	size_t size = 0;
	char *data = vp_file_read(dirfd, name, VP_HOSTFILE_BYTES, &size);

	if (!data && errno != ENOENT)
		return -1;
	return vp_hostfile_split(data, data ? size : 0, find, ret);
}

int
vp_hostfile_has(const struct vp_hostfile *file, const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i < file->count; i++) {
		const struct vp_hostline *line = &file->lines[i];

		if (line->name_size == size &&
		    vp_host_compare_n(line->name, size, name, size) == 0)
			return 1;
	}
	return 0;
}

static int
compare_edits(const void *a, const void *b)
{
	const struct vp_hostedit *x = a, *y = b;

	return vp_host_compare_n(
	    x->name, strlen(x->name), y->name, strlen(y->name));
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return vp_host_compare_n(*x, strlen(*x), *y, strlen(*y));
}

static int
compare_line_to_edit(const void *key, const void *element)
{
	const struct vp_hostline *line = key;
	const struct vp_hostedit *edit = element;

	return vp_host_compare_n(
	    line->name, line->name_size, edit->name, strlen(edit->name));
}

static int
compare_line_to_name(const void *key, const void *element)
{
	const struct vp_hostline *line = key;
	const char *const *name = element;

	return vp_host_compare_n(
	    line->name, line->name_size, *name, strlen(*name));
}

/* Equal names keep their order: names point into the file. */
static int
compare_lines(const void *a, const void *b)
{
	const struct vp_hostline *x = a, *y = b;
	int r = vp_host_compare_n(x->name, x->name_size, y->name, y->name_size);

	if (r)
		return r;
	return ((uintptr_t)x->name > (uintptr_t)y->name) -
	       ((uintptr_t)x->name < (uintptr_t)y->name);
}

/* Sort adds; of equal names one is used. */
static void
sort_adds(struct vp_hostedit *adds, size_t count)
{
	if (count > 1)
		qsort(adds, count, sizeof *adds, compare_edits);
	for (size_t i = 0; i < count; i++)
		adds[i].is_done =
		    i > 0 && compare_edits(&adds[i - 1], &adds[i]) == 0;
}

/* The first of the adds that has the name of line, or NULL. */
static struct vp_hostedit *
find_add(const struct vp_hostline *line, struct vp_hostedit *adds, size_t count)
{
	struct vp_hostedit *edit;

	if (!line->name_size || !count)
		return NULL;
	edit = bsearch(line, adds, count, sizeof *adds, compare_line_to_edit);
	while (edit && edit > adds && compare_edits(edit - 1, edit) == 0)
		edit--;
	return edit;
}

void
vp_hostfile_mark(
    const struct vp_hostfile *file, struct vp_hostedit *adds, size_t add_count)
{
	sort_adds(adds, add_count);
	for (size_t i = 0; i < file->count; i++) {
		struct vp_hostedit *edit =
		    find_add(&file->lines[i], adds, add_count);

		if (edit)
			edit->is_done = 1;
	}
}

/* Point line at the text of edit; 1 if the line is to stay. */
static int
replace_line(struct vp_hostfile *file, struct vp_hostline *line,
    struct vp_hostedit *edit)
{
	size_t size = strlen(edit->text);

	if (edit->is_done) {
		file->is_changed = 1;
		return 0;
	}
	edit->is_done = 1;
	if (size != line->size || memcmp(edit->text, line->text, size) != 0) {
		line->text = edit->text;
		line->size = size;
		file->is_changed = 1;
	}
	return 1;
}

static void
edit_present(struct vp_hostfile *file, struct vp_hostedit *adds,
    size_t add_count, const char *const *dels, size_t del_count)
{
	size_t kept = 0;

	for (size_t i = 0; i < file->count; i++) {
		struct vp_hostline *line = &file->lines[i];
		struct vp_hostedit *edit = find_add(line, adds, add_count);

		if (edit) {
			if (!replace_line(file, line, edit))
				continue;
		} else if (line->name_size && del_count &&
			   bsearch(line, dels, del_count, sizeof *dels,
			       compare_line_to_name)) {
			file->is_changed = 1;
			continue;
		}
		file->lines[kept++] = *line;
	}
	file->count = kept;
}

/* Sort the lines with names among the places they have. */
static int
sort_lines(struct vp_hostfile *file)
{
	AUTO_FREE struct vp_hostline *ours =
	    calloc(file->count + 1, sizeof *ours);
	size_t count = 0;
	int is_sorted = 1;

	if (!ours)
		return -1;
	for (size_t i = 0; i < file->count; i++) {
		if (!file->lines[i].in_order)
			continue;
		ours[count++] = file->lines[i];
		if (count > 1 &&
		    compare_lines(&ours[count - 2], &ours[count - 1]) > 0)
			is_sorted = 0;
	}
	if (is_sorted)
		return 0;
	qsort(ours, count, sizeof *ours, compare_lines);
	count = 0;
	for (size_t i = 0; i < file->count; i++)
		if (file->lines[i].in_order)
			file->lines[i] = ours[count++];
	return 0;
}

static void
append_edit(struct vp_hostline *line, struct vp_hostedit *edit)
{
	line->text = edit->text;
	line->size = strlen(edit->text);
	line->name = edit->name;
	line->name_size = strlen(edit->name);
	line->in_order = 1;
	edit->is_done = 1;
}

/* Put the adds that are left before the first greater line. */
static int
insert_left(
    struct vp_hostfile *file, struct vp_hostedit *adds, size_t add_count)
{
	struct vp_hostline *lines =
	    calloc(file->count + add_count + 1, sizeof *lines);
	size_t count = 0, next = 0;

	if (!lines)
		return -1;
	for (size_t i = 0; i < file->count; i++) {
		const struct vp_hostline *line = &file->lines[i];

		for (; line->in_order && next < add_count; next++) {
			if (adds[next].is_done)
				continue;
			if (compare_line_to_edit(line, &adds[next]) < 0)
				break;
			append_edit(&lines[count++], &adds[next]);
		}
		lines[count++] = *line;
	}
	for (; next < add_count; next++)
		if (!adds[next].is_done)
			append_edit(&lines[count++], &adds[next]);
	free(file->lines);
	file->lines = lines;
	file->count = count;
	return 0;
}

int
vp_hostfile_edit(struct vp_hostfile *file, struct vp_hostedit *adds,
    size_t add_count, const char *const *dels, size_t del_count)
{
	AUTO_FREE const char **gone = calloc(del_count + 1, sizeof *gone);

	if (!gone)
		return -1;
	for (size_t i = 0; i < del_count; i++)
		gone[i] = dels[i];
	if (del_count > 1)
		qsort(gone, del_count, sizeof *gone, compare_names);
	sort_adds(adds, add_count);
	edit_present(file, adds, add_count, gone, del_count);
	for (size_t i = 0; i < add_count; i++)
		file->is_changed |= !adds[i].is_done;
	if (!file->is_changed)
		return 0;
	if (sort_lines(file) < 0)
		return -1;
	return insert_left(file, adds, add_count);
}

void
vp_hostfile_write(const struct vp_hostfile *file, FILE *fp)
{
	for (size_t i = 0; i < file->count; i++) {
		fwrite(file->lines[i].text, 1, file->lines[i].size, fp);
		putc('\n', fp);
	}
}

int
vp_hostfile_save(const struct vp_hostfile *file, int dirfd, const char *name)
{
	struct vp_replace replace;

	if (vp_replace_open(&replace, dirfd, name, 0644, (uid_t)-1, (gid_t)-1) <
	    0)
		return -1;
	vp_hostfile_write(file, replace.fp);
	return vp_replace_commit(&replace);
}

void
vp_hostfile_restore(const struct vp_hostfile *file, int dirfd, const char *name)
{
	int error = errno;

	if (file->data)
		vp_replace_text(dirfd, name, file->data, file->size, 0644,
		    (uid_t)-1, (gid_t)-1);
	else
		unlinkat(dirfd, name, 0);
	errno = error;
}

void
vp_hostfile_clear(struct vp_hostfile *file)
{
	free(file->data);
	free(file->lines);
	*file = (struct vp_hostfile){ 0 };
}
