/*
 * Paths of the file verbs: what a client wrote becomes a folder that is open
 * and a relative path below it, that no link can lead out of.
 */
#ifndef VPOPMAILD_PATH_H
#define VPOPMAILD_PATH_H

#include "daemons/vpopmaild/verbs.h"

#define VPD_PATH_SIZE (VPD_LINE_MAX + VPOP_DIR_SIZE)

struct vpd_path {
	char full[VPD_PATH_SIZE];
	char base[VPOP_DIR_SIZE]; /* what the session is confined to */
	const char *rel;          /* within full, below rootfd; "" for itself */
	int rootfd;
	int in_domain; /* 0: below the folder of domains only */
	uid_t uid;     /* who works there */
	gid_t gid;
};

/* Resolve and check; -1 after the error.  vpd_path_close in any case. */
int vpd_path_open(
    struct vpd_call *call, const char *text, struct vpd_path *ret_path);
void vpd_path_close(struct vpd_path *path);
/* Leave out what holds accounts and what the session is confined to; -1
 * after the error. */
int vpd_path_may_change(struct vpd_call *call, const struct vpd_path *path);

/* Become the owner until vpd_path_leave, if we are root.  -1 and errno. */
int vpd_path_enter(const struct vpd_path *path);
void vpd_path_leave(void);

/* The folder that the session is confined to; 0 or -1 after the error. */
int vpd_base(struct vpd_call *call, char ret_base[VPOP_DIR_SIZE]);

/* dotqmail.c: what dot-qmail files may say, unless the session may do all
 * that mail is delivered with anyway. */
enum vpd_kind {
	VPD_PLAIN,
	VPD_DOTQMAIL, /* instructions for qmail and vdelivermail */
	VPD_FILTER    /* instructions for maildrop: a language of its own */
};
enum vpd_kind vpd_kind_of(const char *rel);
/* 1 if the text of such a file is allowed. */
int vpd_may_run(const struct vpd_call *call, const char *base,
    enum vpd_kind kind, const char *text, size_t size);

#endif
