/*
 * virtualdomains and locals, and questions about all control files that list
 * domains.  A name is put into virtualdomains before it is taken out of
 * locals: in between qmail delivers its mail as it did before, whereas the
 * other order would send it away.
 */
#include "config.h"

#include "qmail/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/lock.h"
#include "base/text.h"
#include "qmail/cdbfile.h"
#include "qmail/control_int.h"

#define LOCK_SECONDS 20

int
vp_control_lock(int control, const char *file)
{
	AUTO_FREE char *name = NULL;
	struct stat st;

	if (asprintf(&name, "%s.lock", file) < 0) {
		name = NULL;
		errno = ENOMEM;
		return -1;
	}
	if (fstat(control, &st) < 0)
		return -1;
	return vp_lock(control, name, st.st_uid, st.st_gid, LOCK_SECONDS);
}

/* qmail ignores white space at the end of a line. */
void
vp_control_find_plain(struct vp_hostline *line)
{
	size_t size = line->size;

	while (size > 0 &&
	       (line->text[size - 1] == ' ' || line->text[size - 1] == '\t'))
		size--;
	if (!vp_host_is_name(line->text, size))
		return;
	line->name = line->text;
	line->name_size = size;
	line->in_order = 1;
}

void
vp_control_find_virtual(struct vp_hostline *line)
{
	const char *colon =
	    line->size ? memchr(line->text, ':', line->size) : NULL;
	size_t size = colon ? (size_t)(colon - line->text) : 0;

	if (!vp_host_is_name(line->text, size))
		return;
	line->name = line->text;
	line->name_size = size;
	line->in_order = 1;
}

static char *
make_text(const char *name, int is_virtual)
{
	char *text = NULL;
	int size;

	if (!vp_host_is_name(name, strlen(name))) {
		errno = EINVAL;
		return NULL;
	}
	if (is_virtual)
		size = asprintf(&text, "%s:%s", name, name);
	else
		size = asprintf(&text, "%s", name);
	if (size < 0) {
		errno = ENOMEM;
		return NULL;
	}
	vp_lower(text);
	return text;
}

int
vp_control_edits_make(const char *const *names, size_t count, int is_virtual,
    struct vp_control_edits *ret)
{
	struct vp_control_edits edits = { .count = count };

	edits.edit = calloc(count + 1, sizeof *edits.edit);
	edits.text = calloc(count + 1, sizeof *edits.text);
	for (size_t i = 0; edits.edit && edits.text && i < count; i++) {
		edits.text[i] = make_text(names[i], is_virtual);
		if (!edits.text[i]) {
			vp_control_edits_free(&edits);
			return -1;
		}
		edits.edit[i].name = names[i];
		edits.edit[i].text = edits.text[i];
	}
	if (!edits.edit || !edits.text) {
		vp_control_edits_free(&edits);
		errno = ENOMEM;
		return -1;
	}
	*ret = edits;
	return 0;
}

void
vp_control_edits_free(struct vp_control_edits *edits)
{
	int error = errno;

	for (size_t i = 0; edits->text && i < edits->count; i++)
		free(edits->text[i]);
	free(edits->text);
	free(edits->edit);
	errno = error;
}

/* Read, edit and save one file; nothing is written if nothing changes, so a
 * missing file is not made for a removal. */
static int
change_file(int control, const char *file, vp_hostline_find *find,
    struct vp_hostedit *adds, size_t add_count, const char *const *dels,
    size_t del_count)
{
	struct vp_hostfile text;

	if (vp_hostfile_read(control, file, find, &text) < 0)
		return -1;

	int r = vp_hostfile_edit(&text, adds, add_count, dels, del_count);

	if (r == 0 && text.is_changed)
		r = vp_hostfile_save(&text, control, file);

	int error = errno;

	vp_hostfile_clear(&text);
	errno = error;
	return r;
}

int
vp_control_virtual_add(
    const struct vp_control_how *how, const char *const *names, size_t count)
{
	struct vp_control_edits edits;
	AUTO_CLOSE int control = vp_qmail_folder(how->qmail_dir, "control");
	AUTO_CLOSE int lock = -1;
	AUTO_CLOSE int lock2 = -1;

	if (control < 0)
		return -1;
	lock = vp_control_lock(control, "virtualdomains");
	if (lock < 0)
		return -1;
	lock2 = vp_control_lock(control, "locals");
	if (lock2 < 0 || vp_control_edits_make(names, count, 1, &edits) < 0)
		return -1;

	int r = change_file(control, "virtualdomains", vp_control_find_virtual,
	    edits.edit, count, NULL, 0);

	if (r == 0)
		r = change_file(control, "locals", vp_control_find_plain, NULL,
		    0, names, count);
	vp_control_edits_free(&edits);
	return r;
}

int
vp_control_locals_add(
    const struct vp_control_how *how, const char *const *names, size_t count)
{
	struct vp_control_edits edits;
	struct stat st;
	AUTO_CLOSE int control = vp_qmail_folder(how->qmail_dir, "control");
	AUTO_CLOSE int lock = -1;

	if (control < 0)
		return -1;
	lock = vp_control_lock(control, "locals");
	if (lock < 0)
		return -1;
	if (fstatat(control, "locals", &st, 0) != 0)
		return errno == ENOENT ? 0 : -1;
	if (vp_control_edits_make(names, count, 0, &edits) < 0)
		return -1;

	int r = change_file(control, "locals", vp_control_find_plain,
	    edits.edit, count, NULL, 0);
	vp_control_edits_free(&edits);
	return r;
}

int
vp_control_virtual_remove(
    const struct vp_control_how *how, const char *const *names, size_t count)
{
	AUTO_CLOSE int control = vp_qmail_folder(how->qmail_dir, "control");
	AUTO_CLOSE int lock = -1;

	if (control < 0)
		return -1;
	lock = vp_control_lock(control, "virtualdomains");
	if (lock < 0)
		return -1;
	return change_file(control, "virtualdomains", vp_control_find_virtual,
	    NULL, 0, names, count);
}

static int
read_named(int control, const char *file, struct vp_hostfile *ret)
{
	vp_hostline_find *find = strcmp(file, "virtualdomains") == 0
				     ? vp_control_find_virtual
				     : vp_control_find_plain;

	return vp_hostfile_read(control, file, find, ret);
}

static int
text_has(int control, const char *file, const char *name)
{
	struct vp_hostfile text;

	if (read_named(control, file, &text) < 0)
		return -1;

	int r = vp_hostfile_has(&text, name);

	vp_hostfile_clear(&text);
	return r;
}

static int
table_has(int control, const char *name)
{
	AUTO_FREE char *key = strdup(name);
	const char *data;
	size_t size;

	if (!key)
		return -1;
	vp_lower(key);

	struct vp_cdb_reader *cdb = vp_cdb_open(control, "morercpthosts.cdb");

	if (!cdb)
		return errno == ENOENT ? 0 : -1;

	int r = vp_cdb_find(cdb, key, strlen(key), &data, &size);
	int error = errno;

	vp_cdb_close(cdb);
	errno = error;
	return r;
}

int
vp_control_has(const char *qmail_dir, const char *file, const char *name)
{
	AUTO_CLOSE int control = vp_qmail_folder(qmail_dir, "control");

	if (control < 0)
		return -1;

	int r = text_has(control, file, name);

	if (r || strcmp(file, "rcpthosts") != 0)
		return r;
	r = text_has(control, "morercpthosts", name);
	return r > 0 ? table_has(control, name) : r;
}

static char **
copy_names(const struct vp_hostfile *text, size_t *ret_count)
{
	char **names = calloc(text->count + 1, sizeof *names);
	size_t count = 0;

	if (!names)
		return NULL;
	for (size_t i = 0; i < text->count; i++) {
		const struct vp_hostline *line = &text->lines[i];

		if (!line->name_size)
			continue;
		names[count] = strndup(line->name, line->name_size);
		if (!names[count]) {
			vp_control_list_free(names, count);
			return NULL;
		}
		vp_lower(names[count++]);
	}
	*ret_count = count;
	return names;
}

int
vp_control_list(const char *qmail_dir, const char *file, char ***ret_names,
    size_t *ret_count)
{
	AUTO_CLOSE int control = vp_qmail_folder(qmail_dir, "control");
	struct vp_hostfile text;
	size_t count = 0;

	if (control < 0 || read_named(control, file, &text) < 0)
		return -1;

	char **names = copy_names(&text, &count);

	vp_hostfile_clear(&text);
	if (!names) {
		errno = ENOMEM;
		return -1;
	}
	*ret_names = names;
	*ret_count = count;
	return 0;
}

void
vp_control_list_free(char **names, size_t count)
{
	if (!names)
		return;
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}

int
vp_control_check(const char *qmail_dir)
{
	AUTO_CLOSE int control = vp_qmail_folder(qmail_dir, "control");

	if (control < 0)
		return -1;
	return vp_control_more_agrees(control, "morercpthosts.cdb");
}
