/*
 * Parts of the cdb store, for its own files and its tests: vpasswd as a
 * source of lines, the set of cdb files, the fold, the state of the store.
 */
#ifndef STORE_CDB_INT_H
#define STORE_CDB_INT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "qmail/cdbfile.h"
#include "store/cdb_log.h"
#include "store/changes.h"
#include "store/vpasswd.h"
#include "vpop_store.h"

#define VP_TEXT_NAME "vpasswd"
#define VP_CDB_NAME  "vpasswd.cdb"

/* A change rewrites the files at once only while vpasswd is smaller; so a
 * vpasswd that is newer than its cdb (a crash between the two renames) can
 * be searched through by readers. */
#define VP_TEXT_SMALL (1u << 20)

/* ---- cdb_base.c: vpasswd --------------------------------------------- */

struct vp_line {
	const char *text;
	size_t size;      /* without LF */
	size_t name_size; /* 0: malformed, to be skipped or copied */
	int has_lf;
	int is_rest; /* continues the piece before it */
};

/* The lines of vpasswd.  Malformed ones longer than the buffer come in
 * pieces. */
struct vp_base {
	int fd; /* -1: no vpasswd */
	struct vp_base_state state;
	/* read in file order: */
	char *buffer;
	size_t at, filled;
	uint64_t offset; /* in the file, of buffer's end */
	int is_inside;   /* an overlong line */
	/* held in memory and sorted: */
	char *whole;
	struct vp_base_item *items;
	size_t count, next;
};

/* Which vpasswd there is now; count and is_sorted stay unknown. */
int vp_base_stat(int dirfd, struct vp_base_state *ret_state);
int vp_base_is_same(
    const struct vp_base_state *a, const struct vp_base_state *b);
/*
 * Open for reading in name order.  known: what a log says of it, or NULL; if
 * that is another file's, or nothing, the file is read through once, and if
 * it is not sorted it is held in memory.  A missing vpasswd is empty, or, if
 * there are cdb files, made from those.  Afterwards state is known.  0, or
 * -1 and errno.  Close in any case.
 */
int vp_base_open(
    struct vp_base *base, int dirfd, const struct vp_base_state *known);
void vp_base_close(struct vp_base *base);
/* 1, 0 at the end, -1 and errno.  The text is valid until the next call. */
int vp_base_next(struct vp_base *base, struct vp_line *ret_line);
/* Go to a place before the first line after a name, near it. */
int vp_base_seek(struct vp_base *base, const char *name, size_t name_size);
/* Search vpasswd line by line.  1, 0, -1 and errno. */
int vp_base_scan(int dirfd, const char *name,
    char ret_line[VP_VPASSWD_LINE + 1], size_t *ret_size);

/* ---- cdb_set.c: vpasswd.cdb and what does not fit it ------------------ */

struct vp_cdbset_writer;
struct vp_cdbset_reader;

/* limit: bytes of one file. */
struct vp_cdbset_writer *vp_cdbset_make(
    int dirfd, uid_t uid, gid_t gid, uint64_t limit);
int vp_cdbset_add(struct vp_cdbset_writer *set, const char *name,
    size_t name_size, const char *data, size_t size);
/* Everything on disk; the additional files have their names, the temporary
 * vpasswd.cdb is not older than the given time. */
int vp_cdbset_prepare(struct vp_cdbset_writer *set, const struct timespec *at);
/* Rename vpasswd.cdb; the folder is for the caller to sync. */
int vp_cdbset_rename(struct vp_cdbset_writer *set);
/* After the sync: remove the additional files of former sets. */
void vp_cdbset_clean(const struct vp_cdbset_writer *set);
void vp_cdbset_free(struct vp_cdbset_writer *set);
/* Remove vpasswd.cdb and all additional files. */
int vp_cdbset_remove(int dirfd);

/* Look one name up, beginning with the open vpasswd.cdb; makes the vpasswd
 * line of it.  1, 0, -1 and errno: ENOENT a part is missing, ESTALE it was
 * just replaced, EPROTO it is broken. */
int vp_cdbset_find(int dirfd, struct vp_cdb_reader *cdb, const char *name,
    char ret_line[VP_VPASSWD_LINE + 1], size_t *ret_size);
/* All records.  NULL and errno as above. */
struct vp_cdbset_reader *vp_cdbset_open(int dirfd);
/* 1, 0 at the end, -1. */
int vp_cdbset_next(struct vp_cdbset_reader *set, const char **ret_name,
    size_t *ret_name_size, const char **ret_data, size_t *ret_size);
void vp_cdbset_close(struct vp_cdbset_reader *set);

/* ---- cdb_fold.c ------------------------------------------------------- */

struct vp_fold {
	int dirfd;
	uid_t uid;
	gid_t gid;
	uint64_t limit;                    /* of one cdb file */
	const struct vp_base_state *known; /* as for vp_base_open */
	const struct vp_changes *changes;  /* sorted */
	int is_only;                       /* the changes are in no log */
	struct vp_base_state result;       /* the new vpasswd */
	const char *what;                  /* the file that failed */
};

/* Write vpasswd and the cdb files anew with the changes in them, durably.
 * -1 and errno: with is_only nothing has changed then. */
int vp_fold(struct vp_fold *fold);

/* ---- cdb_find.c ------------------------------------------------------- */

/* The files of a look-up, as far as they are open. */
struct vp_kept {
	int dirfd; /* -1: not open */
	struct vp_log *log;
	int has_no_log;
	struct vp_cdb_reader *cdb;
};

void vp_cdb_kept_close(struct vp_kept *kept);
/* 1 and the line, 0, or a negative code. */
int vp_cdb_store_find(struct vpop_store *store,
    const struct vpop_domain *domain, const char *name,
    char ret_line[VP_VPASSWD_LINE + 1], size_t *ret_size);
/* 1 if the domain has a transaction open. */
int vp_cdb_store_is_open(
    const struct vpop_store *store, const struct vpop_domain *domain);

/* ---- cdb.c ------------------------------------------------------------ */

struct vpop_store {
	const struct vpop_store_host *host;
	int with_clear;
	int fold_always;
	uint64_t small_domain;
	/* constants, but for tests: */
	uint64_t cdb_limit;
	uint64_t fold_least, fold_most; /* bytes of log */
	/* the open transaction: */
	int is_open, is_eager;
	struct vpop_domain domain;
	struct vp_changes changes;
	struct vp_kept kept;
};

int vp_cdb_store_dir(
    struct vpop_store *store, const struct vpop_domain *domain);
/* Record a failure to read a file of the domain: the code for errno. */
int vp_cdb_store_fail(struct vpop_store *store,
    const struct vpop_domain *domain, const char *file);
/* The same of a failure to write one. */
int vp_cdb_store_write_fail(struct vpop_store *store,
    const struct vpop_domain *domain, const char *file);

/* ---- cdb_apply.c ------------------------------------------------------ */

/* Carry out changes; is_lazy: they need not be in the files soon. */
int vp_cdb_apply(struct vpop_store *store, const struct vpop_domain *domain,
    struct vp_changes *changes, int is_lazy);
/* Fold the log, and make the files current. */
int vp_cdb_fold(struct vpop_store *store, const struct vpop_domain *domain);

/* ---- cdb_users.c ------------------------------------------------------ */

int vp_cdb_users_open(struct vpop_store *store,
    const struct vpop_domain *domain, const char *after,
    struct vpop_store_users **ret_users);
int vp_cdb_users_next(
    struct vpop_store_users *users, struct vpop_user *ret_user);
void vp_cdb_users_close(struct vpop_store_users *users);
int vp_cdb_users_count(struct vpop_store *store,
    const struct vpop_domain *domain, unsigned long *ret_count);

/* ---- cdb_check.c ------------------------------------------------------ */

int vp_cdb_check(struct vpop_store *store, const struct vpop_domain *domain,
    void (*report)(void *arg, const char *sentence), void *arg);

#endif
