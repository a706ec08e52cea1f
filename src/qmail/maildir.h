/*
 * Maildir (maildir(5)) and Maildir++ quota (facts: storage 14, runtime
 * 7.7, 8.3).
 */
#ifndef QMAIL_MAILDIR_H
#define QMAIL_MAILDIR_H

#include <stdint.h>
#include <sys/types.h>

/* Make name/{cur,new,tmp} below dirfd, whatever part is missing, mode 0700,
 * owned by uid:gid when root.  Parts that are links are refused (ELOOP or
 * ENOTDIR).  0 or -1 and errno. */
int vp_maildir_make(int dirfd, const char *name, uid_t uid, gid_t gid);

/* A base name no other delivery uses: <sec>.M<usec>P<pid>Q<n>.<host>, host
 * at most 32 bytes with '/' and ':' written \057 and \072.  size >= 128. */
int vp_maildir_name(char *ret_name, size_t size);

/* A message being written to tmp/. */
struct vp_maildir_file {
	int dirfd;      /* the Maildir, owned by this struct */
	int fd;         /* write here */
	char name[128]; /* base name */
};

/* Open maildir (relative to dirfd, or absolute with dirfd AT_FDCWD; "./" in
 * front and slashes at the end do not matter) and a new file in its tmp/,
 * 0600, owned by the owner of the Maildir when root.  -1 and errno. */
int vp_maildir_open(
    int dirfd, const char *maildir, struct vp_maildir_file *ret);
/*
 * Finish: append ",S=<size>" to the name, fsync the file (if sync), link
 * into new/ (never over an existing name), unlink from tmp/, fsync new/ (if
 * sync).  *ret_size is the file's size.  On failure nothing is in new/.
 * file is closed and done with either way.
 */
int vp_maildir_commit(
    struct vp_maildir_file *file, int sync, int64_t *ret_size);
/* Remove the file from tmp/ and close. */
void vp_maildir_abort(struct vp_maildir_file *file);

/* Quota text to numbers; 0 = no limit of that kind.  Grammar of the facts;
 * -1 and EINVAL (not the grammar) or ERANGE. */
int vp_quota_parse(const char *text, int64_t *ret_bytes, int64_t *ret_count);

struct vp_usage {
	int64_t bytes, count;
};

/*
 * What the Maildir holds by its maildirsize file, which is made or made
 * anew when it is missing, old (15 minutes), large (5120 bytes), malformed,
 * or its first line is not quota; -1 and errno; EAGAIN when the Maildir
 * changed while it was counted (usage is then still filled).  A quota
 * without limits: counted, no file is made.  In this and the calls below, a
 * Maildir that has the file "maildirfolder" stands for its parent.
 */
int vp_maildirsize_read(int maildir_fd, const char *quota, uid_t uid, gid_t gid,
    struct vp_usage *ret);
/* Count by looking at every message (new, cur, folders but .Trash); this one
 * looks at the very folder given. */
int vp_maildir_count(int maildir_fd, struct vp_usage *ret);
/* How a file called name counts: 1 with the size in its name, 0 with that
 * which it has on the disk, -1 not at all. */
int vp_maildir_message(const char *name, int64_t *ret_size);
/* Append a change to maildirsize if there is one. */
int vp_maildirsize_add(int maildir_fd, int64_t bytes, int64_t count);
/* Delete maildirsize, and write it anew unless quota is "NOQUOTA" or "". */
int vp_maildirsize_reset(
    int maildir_fd, const char *quota, uid_t uid, gid_t gid);
/* 1 if a message of size bytes would pass the quota; -1 and errno. */
int vp_maildir_over(
    int maildir_fd, const char *quota, uid_t uid, gid_t gid, int64_t size);
/* 0..100: the larger of both percentages; -1: no quota in the text. */
int vp_quota_percent(const char *quota, const struct vp_usage *usage);

#endif
