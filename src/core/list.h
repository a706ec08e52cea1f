/*
 * Mailing lists of ezmlm-idx: a folder of the domain's folder, called like
 * the list, and links ".qmail-<list>..." into it.  The folder's contents are
 * ezmlm-idx's; it is asked to change them, by argument array, as the owner
 * of the domain.
 */
#ifndef CORE_LIST_H
#define CORE_LIST_H

#include "core/domain.h"
#include "core/journal.h"

#define VP_LIST_FILE_SIZE (VPOP_USER_SIZE + 32)
#define VP_LIST_NAMES     "abdfghijklmnopqrstuwxy" /* options that we know */
#define VP_LIST_SECONDS   60 /* a program's time limit, also between lines */

/* A list, found and open. */
struct vp_list {
	struct vpop *vp;
	struct vpop_domain domain; /* the real one */
	char name[VPOP_USER_SIZE];
	char object[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	char file[VP_LIST_FILE_SIZE]; /* .qmail-<list> */
	int dirfd, lock;              /* -1: not open */
	int listfd;                   /* the list's folder */
};

enum vp_list_how {
	VP_LIST_READ,
	VP_LIST_CHANGE, /* settle, lock */
	VP_LIST_NEW     /* the same, and there is nothing of that name */
};

/* On failure nothing is left open. */
int vp_list_open(struct vpop *vp, const char *name, const char *domain,
    enum vp_list_how how, struct vp_list *ret_list);
void vp_list_close(struct vp_list *list);
/* For recovery: the domain open and locked, the list's folder if there is
 * one.  Returns as vp_place_recover. */
int vp_list_recover(struct vpop *vp, const struct vp_pending *pending,
    struct vp_list *ret_list);
/* Open the list's folder; 0, or -1 and errno. */
int vp_list_enter(struct vp_list *list);

/* 1 if file of an open domain folder is the posting address of a list; 0,
 * or -1 and errno. */
int vp_is_list(int dirfd, const struct vpop_domain *domain, const char *file);
/* 1 if a link of the domain's folder leads into the list's folder. */
int vp_list_owns(const struct vp_list *list, const char *file);

/* What the list's files say. */
int vp_list_read(const struct vp_list *list, struct vpop_list *ret_list);
/* An option as vpop_list.options has it: 1 on, 0 off or not there. */
int vp_list_has(const char *options, int letter);

/*
 * Run a program of ezmlm-idx as the domain's owner.  argv[0] is its name,
 * and replaced by its path.  ret_output (may be NULL) gets what it writes,
 * malloc'd, of at most 64 KiB.
 */
int vp_list_run(
    const struct vp_list *list, const char **argv, char **ret_output);
/* The path of a program, malloc'd; NULL and a failure in *ret_code. */
char *vp_list_program(struct vpop *vp, const char *name, int *ret_code);
/* A program's end as a code; says is what it wrote to descriptor 2, and is
 * changed. */
int vp_list_ended(
    const struct vp_list *list, const char *program, int status, char *says);
/* Read what is in a pipe now, at most 64 KiB, as text; malloc'd or NULL. */
char *vp_list_drain(int fd);

/* Name of a role's subfolder and in the journal; NULL if there is no such
 * role.  Subscribers are in the folder itself. */
const char *vp_list_role_dir(enum vpop_list_role role);
const char *vp_list_role_name(enum vpop_list_role role);

/* Remove the list's links and folder, moved aside by the change's number. */
int vp_list_remove(struct vp_list *list, int64_t id);

#endif
