/*
 * rcpthosts, morercpthosts and its table.  The table is made whenever it does
 * not agree with the text, not only when this run changed the text: so a run
 * that ended between the two is mended by the same call made again.
 */
#include "config.h"

#include "qmail/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "qmail/cdbfile.h"
#include "qmail/control_int.h"

#define RCPT       "rcpthosts"
#define MORE       "morercpthosts"
#define MORE_TABLE "morercpthosts.cdb"

/* Lines of rcpthosts from which on names go to morercpthosts. */
#define RCPT_LINES 50

struct rcpt {
	int control, lock_rcpt, lock_more;
	struct vp_hostfile rcpt, more;
};

/* The key qmail-newmrh makes of a line: malloc'd lower-case text, "" if the
 * line has none. */
static char *
table_key(const struct vp_hostline *line, size_t *ret_size)
{
	size_t size = line->size;

	while (size > 0 &&
	       (line->text[size - 1] == ' ' || line->text[size - 1] == '\t'))
		size--;
	if (size > 0 && line->text[0] == '#')
		size = 0;

	char *key = malloc(size + 1);

	if (!key)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		char c = line->text[i];

		key[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	key[size] = '\0';
	*ret_size = size;
	return key;
}

/* 1 if the next record is that of the line and can be found, 0, -1. */
static int
agrees_with_line(struct vp_cdb_reader *cdb, unsigned *position,
    const struct vp_hostline *line)
{
	const char *has_key, *data;
	size_t key_size, has_size, size;
	AUTO_FREE char *key = table_key(line, &key_size);

	if (!key)
		return -1;
	if (key_size == 0)
		return 1;

	int r = vp_cdb_each(cdb, position, &has_key, &has_size, &data, &size);

	if (r <= 0)
		return r;
	if (has_size != key_size || memcmp(has_key, key, key_size) != 0)
		return 0;
	return vp_cdb_find(cdb, key, key_size, &data, &size);
}

static int
table_agrees(struct vp_cdb_reader *cdb, const struct vp_hostfile *more)
{
	unsigned position = 0;
	const char *key, *data;
	size_t key_size, size;

	for (size_t i = 0; i < more->count; i++) {
		int r = agrees_with_line(cdb, &position, &more->lines[i]);

		if (r <= 0)
			return r;
	}

	int r = vp_cdb_each(cdb, &position, &key, &key_size, &data, &size);

	return r < 0 ? -1 : !r;
}

static int
text_agrees(int control, const char *cdb_name, const struct vp_hostfile *more)
{
	struct vp_cdb_reader *cdb = vp_cdb_open(control, cdb_name);
	int r;

	if (!cdb) {
		int is_missing = errno == ENOENT;

		if (!is_missing)
			return errno == EPROTO ? 0 : -1;
		/* Without names there need not be a table. */
		for (size_t i = 0; i < more->count; i++)
			if (more->lines[i].name_size)
				return 0;
		return 1;
	}
	/* Without the text there must not be a table. */
	r = more->data ? table_agrees(cdb, more) : 0;
	if (r < 0 && errno == EPROTO)
		r = 0;
	vp_cdb_close(cdb);
	return r;
}

int
vp_control_more_agrees(int control, const char *cdb_name)
{
	struct vp_hostfile more;

	if (vp_hostfile_read(control, MORE, vp_control_find_plain, &more) < 0)
		return -1;

	int r = text_agrees(control, cdb_name, &more);
	int error = errno;

	vp_hostfile_clear(&more);
	errno = error;
	return r;
}

static int
add_keys(struct vp_cdb_writer *cdb, const struct vp_hostfile *more)
{
	for (size_t i = 0; i < more->count; i++) {
		size_t size;
		AUTO_FREE char *key = table_key(&more->lines[i], &size);

		if (!key || (size && vp_cdb_add(cdb, key, size, "", 0) < 0))
			return -1;
	}
	return 0;
}

static int
write_table(int control, const struct vp_hostfile *more)
{
	struct vp_cdb_writer *cdb =
	    vp_cdb_make(control, MORE_TABLE, 0644, (uid_t)-1, (gid_t)-1);

	if (!cdb)
		return -1;
	if (add_keys(cdb, more) < 0 || vp_cdb_finish(cdb) < 0) {
		vp_cdb_abort(cdb);
		return -1;
	}

	int r = vp_control_more_agrees(control, MORE_TABLE ".tmp");

	if (r > 0)
		return vp_cdb_commit(cdb);
	if (r == 0)
		errno = EPROTO;
	vp_cdb_abort(cdb);
	return -1;
}

static int
run_newmrh(int control, const char *program)
{
	if (vp_qmail_run(program) < 0)
		return -1;

	int r = vp_control_more_agrees(control, MORE_TABLE);

	if (r == 0)
		errno = EPROTO;
	return r > 0 ? 0 : -1;
}

static int
remove_file(int control, const char *name)
{
	if (unlinkat(control, name, 0) < 0)
		return -1;
	return vp_dir_sync(control);
}

/* Make the table agree with the text that is in place. */
static int
sync_table(const struct vp_control_how *how, int control)
{
	struct vp_hostfile more;
	int r = vp_control_more_agrees(control, MORE_TABLE);

	if (r)
		return r < 0 ? -1 : 0;
	if (vp_hostfile_read(control, MORE, vp_control_find_plain, &more) < 0)
		return -1;
	if (!more.data)
		r = remove_file(control, MORE_TABLE);
	else if (how->newmrh && *how->newmrh)
		r = run_newmrh(control, how->newmrh);
	else
		r = write_table(control, &more);

	int error = errno;

	vp_hostfile_clear(&more);
	errno = error;
	return r;
}

static int
open_files(struct rcpt *files, const char *qmail_dir)
{
	files->control = vp_qmail_folder(qmail_dir, "control");
	if (files->control < 0)
		return -1;
	files->lock_rcpt = vp_control_lock(files->control, RCPT);
	if (files->lock_rcpt < 0)
		return -1;
	files->lock_more = vp_control_lock(files->control, MORE);
	if (files->lock_more < 0 ||
	    vp_hostfile_read(
		files->control, RCPT, vp_control_find_plain, &files->rcpt) < 0)
		return -1;
	return vp_hostfile_read(
	    files->control, MORE, vp_control_find_plain, &files->more);
}

static void
close_files(struct rcpt *files)
{
	int error = errno;

	vp_hostfile_clear(&files->more);
	vp_hostfile_clear(&files->rcpt);
	if (files->lock_more >= 0)
		close(files->lock_more);
	if (files->lock_rcpt >= 0)
		close(files->lock_rcpt);
	if (files->control >= 0)
		close(files->control);
	errno = error;
}

/* morercpthosts and its table first, the old text again if that fails; then
 * rcpthosts. */
static int
save_files(const struct vp_control_how *how, struct rcpt *files, unsigned flags)
{
	struct vp_hostfile *more = &files->more;
	int r = 0;

	if (more->is_changed && more->count == 0 && more->data)
		r = remove_file(files->control, MORE);
	else if (more->is_changed)
		r = vp_hostfile_save(more, files->control, MORE);
	if (r < 0)
		return -1;
	if (!(flags & VP_CONTROL_NO_COMPILE) &&
	    sync_table(how, files->control) < 0) {
		if (more->is_changed)
			vp_hostfile_restore(more, files->control, MORE);
		return -1;
	}
	if (!files->rcpt.is_changed)
		return 0;
	return vp_hostfile_save(&files->rcpt, files->control, RCPT);
}

/* Leave out what is listed; the first of the rest go to rcpthosts, up to its
 * limit.  *ret_rcpt of the *ret_count edits left are for rcpthosts. */
static void
choose_file(const struct rcpt *files, struct vp_control_edits *edits,
    size_t *ret_rcpt, size_t *ret_count)
{
	size_t room =
	    files->rcpt.count < RCPT_LINES ? RCPT_LINES - files->rcpt.count : 0;
	size_t left = 0, count = 0;

	vp_hostfile_mark(&files->rcpt, edits->edit, edits->count);
	for (size_t i = 0; i < edits->count; i++)
		if (!edits->edit[i].is_done)
			edits->edit[left++] = edits->edit[i];
	vp_hostfile_mark(&files->more, edits->edit, left);
	for (size_t i = 0; i < left; i++)
		if (!edits->edit[i].is_done)
			edits->edit[count++] = edits->edit[i];
	*ret_rcpt = count < room ? count : room;
	*ret_count = count;
}

int
vp_control_rcpt_add(const struct vp_control_how *how, const char *const *names,
    size_t count, unsigned flags)
{
	struct rcpt files = { .control = -1, .lock_rcpt = -1, .lock_more = -1 };
	struct vp_control_edits edits;
	size_t for_rcpt;

	if (vp_control_edits_make(names, count, 0, &edits) < 0)
		return -1;

	int r = open_files(&files, how->qmail_dir);

	if (r == 0) {
		choose_file(&files, &edits, &for_rcpt, &count);
		r = vp_hostfile_edit(
		    &files.rcpt, edits.edit, for_rcpt, NULL, 0);
		if (r == 0)
			r = vp_hostfile_edit(&files.more, edits.edit + for_rcpt,
			    count - for_rcpt, NULL, 0);
		if (r == 0)
			r = save_files(how, &files, flags);
	}
	close_files(&files);
	vp_control_edits_free(&edits);
	return r;
}

int
vp_control_rcpt_remove(const struct vp_control_how *how,
    const char *const *names, size_t count, unsigned flags)
{
	struct rcpt files = { .control = -1, .lock_rcpt = -1, .lock_more = -1 };
	int r = open_files(&files, how->qmail_dir);

	if (r == 0)
		r = vp_hostfile_edit(&files.rcpt, NULL, 0, names, count);
	if (r == 0)
		r = vp_hostfile_edit(&files.more, NULL, 0, names, count);
	if (r == 0)
		r = save_files(how, &files, flags);
	close_files(&files);
	return r;
}

int
vp_control_compile(const struct vp_control_how *how)
{
	AUTO_CLOSE int control = vp_qmail_folder(how->qmail_dir, "control");
	AUTO_CLOSE int lock = -1;

	if (control < 0)
		return -1;
	lock = vp_control_lock(control, MORE);
	if (lock < 0)
		return -1;
	return sync_table(how, control);
}
