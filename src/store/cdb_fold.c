/*
 * Writing a domain's files anew: vpasswd, line by line, with changes put in
 * at their places, and the cdb files of the result.
 *
 * Order: both are written and synced under temporary names; then vpasswd is
 * renamed, then vpasswd.cdb, then the folder is synced.  A crash between the
 * renames leaves a vpasswd that is newer than its cdb.  Either the changes
 * are in a log, which readers ask first and which is removed only after the
 * fold; or vpasswd is small, and readers take what is newer.  The times are
 * set so that "newer" can be relied on.
 */
#include "config.h"

#include "store/cdb_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/dirtree.h"
#include "base/replace.h"

struct merge {
	struct vp_fold *fold;
	struct vp_base base;
	struct vp_replace text;
	struct vp_cdbset_writer *set;
	size_t next;                /* change to be put in next */
	int is_published;           /* vpasswd has been renamed */
	int is_open;                /* the last line has no LF yet */
	char last[VP_VPASSWD_LINE]; /* name of the last record */
	size_t last_size;
};

static int
write_text(struct merge *m, const struct vp_line *line)
{
	if (m->is_open && !line->is_rest)
		putc('\n', m->text.fp);
	fwrite(line->text, 1, line->size, m->text.fp);
	m->is_open = !line->has_lf;
	if (line->has_lf)
		putc('\n', m->text.fp);
	m->fold->what = VP_TEXT_NAME;
	/* vp_replace finds errors too, but not this early. */
	return ferror(m->text.fp) ? -1 : 0;
}

static int
write_record(struct merge *m, const char *text, size_t size, size_t name_size)
{
	struct vp_line line = { .text = text, .size = size, .has_lf = 1 };

	if (write_text(m, &line) != 0)
		return -1;
	/* A doublet is kept as it is, and is the same account. */
	if (vp_vpasswd_compare(m->last, m->last_size, text, name_size) != 0)
		m->fold->result.count++;
	memcpy(m->last, text, name_size);
	m->last_size = name_size;
	m->fold->what = VP_CDB_NAME;
	return vp_cdbset_add(m->set, text, name_size, text + name_size + 1,
	    size - name_size - 1);
}

static int
write_change(struct merge *m)
{
	const struct vp_change *c = &m->fold->changes->list[m->next++];

	if (c->op == VP_CHANGE_DELETE)
		return 0;
	return write_record(m, c->text, c->size, c->name_size);
}

/* 1 if a record of vpasswd has been replaced or deleted. */
static int
is_changed(const struct merge *m, const struct vp_line *line)
{
	const struct vp_change *c;

	if (m->next == 0)
		return 0;
	c = &m->fold->changes->list[m->next - 1];
	return vp_vpasswd_compare(
		   c->text, c->name_size, line->text, line->name_size) == 0;
}

static int
merge_line(struct merge *m, const struct vp_line *line)
{
	const struct vp_changes *changes = m->fold->changes;

	if (line->name_size == 0)
		return write_text(m, line);
	while (m->next < changes->count) {
		const struct vp_change *c = &changes->list[m->next];

		if (vp_vpasswd_compare(
			c->text, c->name_size, line->text, line->name_size) > 0)
			break;
		if (write_change(m) != 0)
			return -1;
	}
	if (is_changed(m, line))
		return 0;
	return write_record(m, line->text, line->size, line->name_size);
}

static int
merge_all(struct merge *m)
{
	struct vp_line line;
	int r;

	while ((r = vp_base_next(&m->base, &line)) > 0) {
		if (merge_line(m, &line) != 0)
			return -1;
	}
	if (r < 0) {
		m->fold->what = VP_TEXT_NAME;
		return -1;
	}
	while (m->next < m->fold->changes->count) {
		if (write_change(m) != 0)
			return -1;
	}
	return 0;
}

/* The new vpasswd must be newer than the present cdb, whatever the clock
 * and its grain. */
static int
set_time(int dirfd, int fd, struct timespec *ret_time)
{
	struct stat st, cdb;
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT } };

	if (fstat(fd, &st) < 0)
		return -1;
	*ret_time = st.st_mtim;
	if (fstatat(dirfd, VP_CDB_NAME, &cdb, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -1;
	if (cdb.st_mtim.tv_sec < st.st_mtim.tv_sec ||
	    (cdb.st_mtim.tv_sec == st.st_mtim.tv_sec &&
		cdb.st_mtim.tv_nsec < st.st_mtim.tv_nsec))
		return 0;
	*ret_time = cdb.st_mtim;
	if (++ret_time->tv_nsec == 1000000000) {
		ret_time->tv_nsec = 0;
		ret_time->tv_sec++;
	}
	times[1] = *ret_time;
	return futimens(fd, times);
}

static int
prepare(struct merge *m)
{
	struct timespec at;
	uint64_t count = m->fold->result.count;
	struct stat st;

	m->fold->what = VP_TEXT_NAME;
	if (fflush(m->text.fp) != 0 ||
	    set_time(m->fold->dirfd, fileno(m->text.fp), &at) < 0 ||
	    fstat(fileno(m->text.fp), &st) < 0 ||
	    vp_replace_prepare(&m->text) != 0)
		return -1;
	m->fold->result = (struct vp_base_state){
		.ino = (uint64_t)st.st_ino,
		.size = (uint64_t)st.st_size,
		.mtime = st.st_mtim.tv_sec * INT64_C(1000000000) +
			 st.st_mtim.tv_nsec,
		.count = count,
		.is_known = 1,
		.is_sorted = 1,
	};
	m->fold->what = VP_CDB_NAME;
	return vp_cdbset_prepare(m->set, &at);
}

/* Both renames before one sync of the folder. */
static int
publish(struct merge *m)
{
	m->fold->what = VP_TEXT_NAME;
	if (renameat(
		m->fold->dirfd, m->text.temp, m->fold->dirfd, m->text.name) < 0)
		return -1;
	m->is_published = 1;
	m->fold->what = VP_CDB_NAME;
	if (vp_cdbset_rename(m->set) < 0 || vp_dir_sync(m->fold->dirfd) != 0)
		return -1;
	vp_cdbset_clean(m->set);
	return 0;
}

static int
open_new(struct merge *m)
{
	struct vp_fold *fold = m->fold;

	fold->what = VP_TEXT_NAME;
	if (vp_replace_open(&m->text, fold->dirfd, VP_TEXT_NAME, 0600,
		fold->uid, fold->gid) != 0)
		return -1;
	fold->what = VP_CDB_NAME;
	m->set = vp_cdbset_make(fold->dirfd, fold->uid, fold->gid, fold->limit);
	return m->set ? 0 : -1;
}

/* Removes the temporary files, unless they were renamed. */
static void
close_new(struct merge *m)
{
	if (m->text.name)
		vp_replace_abort(&m->text);
	vp_cdbset_free(m->set);
	m->set = NULL;
}

/* A change that failed half published and is in no log must be undone: the
 * former vpasswd is still open, so it can be written once more. */
static void
restore(struct merge *m)
{
	struct vp_changes none = { 0 };

	m->fold->changes = &none;
	m->fold->result.count = 0;
	m->next = 0;
	m->last_size = 0;
	m->is_open = 0;
	if (vp_base_seek(&m->base, "", 0) == 0 && open_new(m) == 0 &&
	    merge_all(m) == 0 && prepare(m) == 0)
		publish(m);
}

int
vp_fold(struct vp_fold *fold)
{
	const struct vp_changes *changes = fold->changes;
	struct merge *m = calloc(1, sizeof *m);
	int r = -1;

	fold->result = (struct vp_base_state){ 0 };
	if (!m)
		return -1;
	m->fold = fold;
	m->base.fd = -1;
	fold->what = VP_TEXT_NAME;
	if (vp_base_open(&m->base, fold->dirfd, fold->known) == 0 &&
	    open_new(m) == 0 && merge_all(m) == 0 && prepare(m) == 0)
		r = publish(m);

	int error = errno;
	const char *what = fold->what;

	close_new(m);
	if (r < 0 && m->is_published && fold->is_only) {
		restore(m);
		close_new(m);
	}
	vp_base_close(&m->base);
	free(m);
	fold->changes = changes;
	fold->what = what;
	errno = error;
	return r;
}
