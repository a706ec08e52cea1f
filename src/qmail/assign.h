/*
 * users/assign and its compiled form users/cdb (qmail-users(5)).
 * Facts: one "+<domain>-:<real>:<uid>:<gid>:<dir>:-::" line a domain, a last
 * line ".", key "!<domain>-" in the cdb.
 */
#ifndef QMAIL_ASSIGN_H
#define QMAIL_ASSIGN_H

#include <stddef.h>
#include <sys/types.h>

#define VP_ASSIGN_LINE 4096 /* longest line accepted, bytes */

struct vp_assign {
	char name[254]; /* lower-case, without "+" and "-" */
	char real[254];
	uid_t uid;
	gid_t gid;
	char dir[1024];
};

/* Look a domain up in qmail_dir/users/cdb_name.  1, 0, -1 and errno
 * (EPROTO: broken table; ENOENT: no table although the text has domains). */
int vp_assign_lookup(const char *qmail_dir, const char *cdb_name,
    const char *domain, struct vp_assign *ret);

/* Parse one line: 1 a domain line, 0 another line that is well-formed, -1 a
 * malformed one. */
int vp_assign_parse(const char *line, struct vp_assign *ret);

/* Walk the domain lines of users/assign in file order.  A missing file has
 * none.  vp_assign_next: 1, 0 at the end, -1 and errno (EBADMSG: a malformed
 * line; the next call goes on behind it). */
struct vp_assign_walk;
struct vp_assign_walk *vp_assign_open(const char *qmail_dir);
int vp_assign_next(struct vp_assign_walk *walk, struct vp_assign *ret);
void vp_assign_close(struct vp_assign_walk *walk);

/* How the compiled table is made. */
struct vp_assign_how {
	const char *qmail_dir;
	const char *cdb_name; /* "cdb" or "assign.cdb" */
	const char *newu;     /* external qmail-newu, "" or NULL: by us */
};

/*
 * Rewrite users/assign with adds inserted (an existing equal name is
 * replaced) and the names of dels removed, compile it, and put both in
 * place: text first, then cdb, so that a crash between leaves the old table
 * and a rerun mends it.  Lines that are not ours, comments and unknown lines
 * stay in their place; a malformed line refuses the change (EBADMSG, its
 * number in *ret_line if not NULL).  A missing file counts as empty.  The
 * caller holds users/assign.lock.  New files are 0644.  Order: qmail's
 * sorted order of the facts (storage 12.6), sorted correctly.
 * 0, or -1 and errno (EPROTO: newu said that it failed, or its table is not
 * that of the text; the old text is put back).
 */
int vp_assign_update(const struct vp_assign_how *how,
    const struct vp_assign *adds, size_t add_count, const char *const *dels,
    size_t del_count, unsigned long *ret_line);
/* Compile the present text only. */
int vp_assign_compile(const struct vp_assign_how *how, unsigned long *ret_line);
/* 1 if the table agrees with the text, 0 if not, -1 and errno. */
int vp_assign_check(const struct vp_assign_how *how);

/* Sort key of a host name: its last two labels first, the others after them
 * in their order ("a.b.example.com" sorts as "example.com.a.b").  Result as
 * of strcmp; ASCII case is ignored. */
int vp_host_compare(const char *a, const char *b);

#endif
