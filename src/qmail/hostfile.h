/*
 * What users/assign and the control files have in common: lines that begin
 * with a domain name, in the order of vp_host_compare, among lines of other
 * people that are to be left alone.  Used inside src/qmail only.
 */
#ifndef QMAIL_HOSTFILE_H
#define QMAIL_HOSTFILE_H

#include <stddef.h>
#include <stdio.h>

#define VP_HOSTFILE_BYTES ((size_t)256 << 20) /* largest file accepted */

struct vp_hostline {
	const char *text; /* without LF, no NUL behind it */
	size_t size;
	const char *name; /* the domain name within text */
	size_t name_size; /* 0: a line without a name */
	int in_order;     /* sorted with the others */
};

struct vp_hostfile {
	char *data; /* the file as it was read, NULL if there was none */
	size_t size;
	struct vp_hostline *lines;
	size_t count;
	const char *tail; /* users/assign: from the line "." on */
	size_t tail_size;
	int is_changed; /* by vp_hostfile_edit */
};

/* Fill in name, name_size and in_order of a line. */
typedef void vp_hostline_find(struct vp_hostline *line);

struct vp_hostedit {
	const char *name;
	const char *text; /* the whole line, without LF */
	int is_done;
};

/* Read a file and cut it into lines; a missing file has none.  -1. */
int vp_hostfile_read(int dirfd, const char *name, vp_hostline_find *find,
    struct vp_hostfile *ret);
/* The same from memory: data (malloc'd or NULL) belongs to *ret then. */
int vp_hostfile_split(
    char *data, size_t size, vp_hostline_find *find, struct vp_hostfile *ret);
/* 1 if a line has the name. */
int vp_hostfile_has(const struct vp_hostfile *file, const char *name);
/* Sort adds; is_done is set for those a line has, and for all but one of
 * equal names. */
void vp_hostfile_mark(
    const struct vp_hostfile *file, struct vp_hostedit *adds, size_t add_count);
/*
 * Take out the lines of dels, put in those of adds (which are reordered): in
 * place of the first line of that name, else in sorted position.  The texts
 * must live as long as file.  Lines found out of order are sorted, if there
 * is anything to change at all.  0 or -1 (ENOMEM).
 */
int vp_hostfile_edit(struct vp_hostfile *file, struct vp_hostedit *adds,
    size_t add_count, const char *const *dels, size_t del_count);
void vp_hostfile_write(const struct vp_hostfile *file, FILE *fp);
/* Put the edited lines in place; a new file gets 0644. */
int vp_hostfile_save(
    const struct vp_hostfile *file, int dirfd, const char *name);
/* Put back what was read, or remove the file if there was none; errno is
 * kept. */
void vp_hostfile_restore(
    const struct vp_hostfile *file, int dirfd, const char *name);
void vp_hostfile_clear(struct vp_hostfile *file);

/* vp_host_compare for names without NUL; ASCII case is ignored. */
int vp_host_compare_n(
    const char *a, size_t a_size, const char *b, size_t b_size);
/* 1 if the bytes are a plain name: letters, digits, "-", "_", ".", bytes
 * from 0x80 on; no dot in front. */
int vp_host_is_name(const char *name, size_t size);
/* Open a folder of qmail's. */
int vp_qmail_folder(const char *qmail_dir, const char *name);
/* Run a program without arguments; -1 and EPROTO if it says it failed. */
int vp_qmail_run(const char *program);

#endif
