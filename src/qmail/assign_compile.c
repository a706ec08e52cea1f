/*
 * users/cdb from the lines of users/assign, byte for byte as qmail-newu makes
 * it: one record a line in file order, then one with an empty key that lists
 * the last bytes of all "+" names.  A table is only put in place after it was
 * opened again and every line was found in it.
 */
#include "config.h"

#include "qmail/assign_int.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/replace.h"
#include "base/text.h"
#include "qmail/cdbfile.h"

/* The distinct last bytes in order of appearance. */
struct wild {
	char list[256];
	size_t count;
};

static void
note_wild(struct wild *wild, char c)
{
	if (c && !memchr(wild->list, c, wild->count))
		wild->list[wild->count++] = c;
}

static int
add_records(struct vp_cdb_writer *cdb, const struct vp_hostfile *file)
{
	struct vp_assign_record record;
	struct wild wild = { .count = 0 };

	for (size_t i = 0; i < file->count; i++) {
		int r = vp_assign_record(
		    file->lines[i].text, file->lines[i].size, &record);

		if (r < 0)
			errno = EBADMSG;
		if (r < 0 ||
		    (r > 0 && vp_cdb_add(cdb, record.key, record.key_size,
				  record.data, record.size) < 0))
			return -1;
		if (r > 0)
			note_wild(&wild, record.wild);
	}
	return vp_cdb_add(cdb, "", 0, wild.list, wild.count);
}

/* The next record must be this one, and finding its key must work. */
static int
expect(struct vp_cdb_reader *cdb, unsigned *position, const char *key,
    size_t key_size, const char *data, size_t size)
{
	const char *has_key, *has_data;
	size_t has_key_size, has_size;
	int r = vp_cdb_each(
	    cdb, position, &has_key, &has_key_size, &has_data, &has_size);

	if (r <= 0)
		return r;
	if (has_key_size != key_size || has_size != size ||
	    memcmp(has_key, key, key_size) != 0 ||
	    memcmp(has_data, data, size) != 0)
		return 0;
	return vp_cdb_find(cdb, key, key_size, &has_data, &has_size);
}

static int
verify_records(struct vp_cdb_reader *cdb, const struct vp_hostfile *file)
{
	struct vp_assign_record record;
	struct wild wild = { .count = 0 };
	unsigned position = 0;
	const char *key, *data;
	size_t key_size, size;

	for (size_t i = 0; i < file->count; i++) {
		int r = vp_assign_record(
		    file->lines[i].text, file->lines[i].size, &record);

		if (r > 0) {
			note_wild(&wild, record.wild);
			r = expect(cdb, &position, record.key, record.key_size,
			    record.data, record.size);
			if (r <= 0)
				return r;
		}
	}

	int r = expect(cdb, &position, "", 0, wild.list, wild.count);

	if (r <= 0)
		return r;
	r = vp_cdb_each(cdb, &position, &key, &key_size, &data, &size);
	return r < 0 ? -1 : !r;
}

int
vp_assign_verify(int users, const char *name, const struct vp_hostfile *file)
{
	struct vp_cdb_reader *cdb = vp_cdb_open(users, name);

	if (!cdb)
		return -1;

	int r = verify_records(cdb, file);
	int error = errno;

	vp_cdb_close(cdb);
	errno = error;
	return r;
}

/* The table in its temporary file, verified; NULL and errno. */
static struct vp_cdb_writer *
make_table(int users, const char *name, const struct vp_hostfile *file)
{
	AUTO_FREE char *temp = NULL;
	struct vp_cdb_writer *cdb =
	    vp_cdb_make(users, name, 0644, (uid_t)-1, (gid_t)-1);

	if (!cdb)
		return NULL;
	if (asprintf(&temp, "%s.tmp", name) < 0) {
		temp = NULL;
		errno = ENOMEM;
	} else if (add_records(cdb, file) == 0 && vp_cdb_finish(cdb) == 0) {
		int r = vp_assign_verify(users, temp, file);

		if (r > 0)
			return cdb;
		if (r == 0)
			errno = EPROTO;
	}
	vp_cdb_abort(cdb);
	return NULL;
}

static int
prepare_text(struct vp_replace *text, int users, const struct vp_hostfile *file)
{
	if (vp_replace_open(text, users, "assign", 0644, (uid_t)-1, (gid_t)-1) <
	    0)
		return -1;
	vp_hostfile_write(file, text->fp);
	if (file->tail_size)
		fwrite(file->tail, 1, file->tail_size, text->fp);
	else
		fputs(".\n", text->fp);
	if (vp_replace_prepare(text) < 0) {
		int error = errno;

		vp_replace_abort(text);
		errno = error;
		return -1;
	}
	return 0;
}

/* qmail-newu reads the text that is in place, so that goes first. */
static int
install_by_program(
    const struct vp_assign_how *how, int users, const struct vp_hostfile *file)
{
	struct vp_replace text;

	if (file->is_changed && (prepare_text(&text, users, file) < 0 ||
				    vp_replace_commit(&text) < 0))
		return -1;

	int r = vp_qmail_run(how->newu);

	if (r == 0) {
		r = vp_assign_verify(users, how->cdb_name, file);
		if (r > 0)
			return 0;
		if (r == 0)
			errno = EPROTO;
	}
	if (file->is_changed)
		vp_hostfile_restore(file, users, "assign");
	return -1;
}

int
vp_assign_install(
    const struct vp_assign_how *how, int users, const struct vp_hostfile *file)
{
	struct vp_replace text;

	if (how->newu && *how->newu)
		return install_by_program(how, users, file);
	if (file->is_changed && prepare_text(&text, users, file) < 0)
		return -1;

	struct vp_cdb_writer *cdb = make_table(users, how->cdb_name, file);

	if (!cdb) {
		int error = errno;

		if (file->is_changed)
			vp_replace_abort(&text);
		errno = error;
		return -1;
	}
	if (file->is_changed && vp_replace_commit(&text) < 0) {
		vp_cdb_abort(cdb);
		return -1;
	}
	if (vp_cdb_commit(cdb) < 0) {
		if (file->is_changed)
			vp_hostfile_restore(file, users, "assign");
		return -1;
	}
	return 0;
}
