/*
 * What the files that change domains share.
 */
#ifndef CORE_DOMAIN_INT_H
#define CORE_DOMAIN_INT_H

#include "core/dircontrol.h"
#include "core/domain.h"
#include "core/journal.h"

#define VP_POSTMASTER    "postmaster"
#define VP_QMAIL_DEFAULT ".qmail-default"
#define VP_DELETED       ".deleted-" /* and the journal's number */

/* Begin a change of domains: settle interrupted ones, take the site lock.
 * *ret_lock
 * is to be closed; -1 in a dry run. */
int vp_domain_begin(struct vpop *vp, int *ret_lock);

/*
 * Let mail in for new names: assign and its cdb, virtualdomains (and out of
 * locals), HUP, rcpthosts last.  flags: VPOP_DOMAIN_NO_SIGNAL.
 */
int vp_domain_publish(struct vpop *vp, const struct vp_assign *list,
    size_t count, unsigned flags);
/*
 * The reverse, in the reverse order.  *ret_begun (may be NULL) tells whether
 * anything was changed when it failed.
 */
int vp_domain_withdraw(
    struct vpop *vp, const char *const *names, size_t count, int *ret_begun);
/* For the plan of an addition: whether control/locals lists the name, which
 * publishing takes out. */
json_t *vp_domain_was_local(const struct vpop *vp, const char *name);
/* Withdraw names whose addition is taken back, and put those into locals
 * again whose plan says that they were there. */
int vp_domain_unpublish(struct vpop *vp, const char *const *names,
    const json_t *const *plans, size_t count);
/* Tell qmail-send. */
int vp_domain_signal(struct vpop *vp);
/* VA_COULD_NOT_UPDATE_FILE or VA_CANNOT_READ_ASSIGN for a failed change of
 * users/assign; line is what vp_assign_update told. */
int vp_domain_assign_failed(struct vpop *vp, unsigned long line);
/* End an intent that could not be carried out, keeping the failure. */
int vp_domain_refused(
    struct vpop *vp, const struct vp_intent *list, size_t count, int code);

/*
 * Split a domain's directory into the domains folder and the hash path
 * below it.  The folder is the nearest one upward, past names of one
 * character only, that keeps a .dir-control; else the parent.
 */
int vp_domain_folder(struct vpop *vp, const char *dir,
    char ret_folder[VPOP_DIR_SIZE], char ret_rel[VP_DIR_REL_SIZE]);
/*
 * domain_rows.c: the copy of alias domains that the site's store keeps for
 * other programs.  Both can be repeated; nothing is done where it keeps none.
 */
int vp_domain_row_add(struct vpop *vp, const char *alias, const char *real);
int vp_domain_rows_remove(
    struct vpop *vp, const char *const *names, size_t count);

/* domain_copy.c: put what the store keeps of a domain under another name, too;
 * what it has under that name is replaced. */
struct vpop_store;
struct vpop_store_ops;
int vp_domain_copy(struct vpop *vp, const struct vpop_store_ops *ops,
    struct vpop_store *store, const struct vpop_domain *from,
    const struct vpop_domain *to);

/* 1 if the hash path a is further in the balanced tree than b. */
int vp_domain_rel_after(const char *a, const char *b);
/* Make the folder's .dir-control say what users/assign says. */
int vp_domain_recount(struct vpop *vp, const char *folder);

/*
 * Remove the accounts and files of a domain that users/assign does not list
 * (any more), and, with VP_REMOVE_RECOUNT, count its domains folder anew; with
 * VP_REMOVE_FILES, the files only.  What is gone already is no failure.  id
 * names the folder while it is being removed.
 */
enum vp_domain_remove_flag { VP_REMOVE_RECOUNT = 1, VP_REMOVE_FILES = 2 };
int vp_domain_remove(struct vpop *vp, const struct vpop_domain *domain,
    int64_t id, unsigned flags);
/* VA_BAD_D_DIR unless dir can only be a domain's own folder. */
int vp_domain_check_dir(struct vpop *vp, const char *dir);

/* The text of .qmail-default for an action, malloc'd; NULL: recorded. */
char *vp_qmail_default_text(struct vpop *vp, const char *action, int *ret_code);
/* VA_INVALID_EMAIL_CHAR unless the text may stand in a shell command as it
 * is; what names it. */
int vp_shell_safe(struct vpop *vp, const char *what, const char *text);
/* VA_INVALID_EMAIL_CHAR unless text is user@domain. */
int vp_address_check(struct vpop *vp, const char *address);

#endif
