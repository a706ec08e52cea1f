/*
 * The handle behind struct vpop, and how failures are told.
 *
 * A failure is recorded once, where its cause is known:
 *     return vp_fail(vp, VA_..., "cannot rename '%s'", path);
 * Callers pass the code up and add nothing.
 */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include <sys/stat.h>

#include "vpop_store.h"

#include "base/attr.h"
#include "core/settings.h"

struct vp_changes;
struct vp_journal;
struct vp_policy;
struct vp_stores;

/* Of flags, beside enum vpop_open_flag: every domain is in the site's store,
 * whatever etc/stores says. */
#define VP_OPEN_ONE_STORE 0x80000000u

struct vpop {
	struct vp_settings set;
	unsigned flags;
	int code;
	char message[1024];

	char *settings_file; /* "": there is none */
	char *home;          /* resolved, no trailing slash */
	char *etc;           /* home/etc */
	char *domains;       /* home/<domains_dir> */
	uid_t uid;           /* of the vpopmail user */
	gid_t gid;

	char *actor, *origin; /* for the journal; NULL: find out */

	/* The open stores belong to store.c. */
	struct vp_stores *stores;
	void (*stores_close)(struct vpop *vp);
	struct vpop_store_host host;
	int is_changing; /* a lock for changes was taken, for the stores */

	/* The journal belongs to journal.c; a pointer to its close function
	 * keeps programs that never change anything free of it. */
	struct vp_journal *journal;
	void (*journal_close)(struct vp_journal *journal);

	struct vp_policy *policy;
	struct stat policy_file; /* from which it was read */
	void (*policy_free)(struct vp_policy *policy);

	/* Facts that are told when the locks are released (onchange.c). */
	struct vp_changes *changes;
	void (*changes_end)(struct vpop *vp);
	void (*notice)(void *arg, const char *sentence);
	void *notice_arg;

	char **setting_texts; /* answers of vpop_setting, one per setting */
};

/* Record code and sentence; returns code. */
int vp_fail(struct vpop *vp, int code, const char *format, ...) VP_PRINTF(3, 4);
/* The same with ": " and the system's words for errno at the end. */
int vp_fail_errno(struct vpop *vp, int code, const char *format, ...)
    VP_PRINTF(3, 4);
/* As struct vpop_store_host.fail. */
int vp_fail_num(struct vpop *vp, int code, int errnum, const char *format, ...)
    VP_PRINTF(4, 5);
void vp_clear_error(struct vpop *vp);
/* VA_BAD_UID for EACCES and EPERM, VA_MEMORY_ALLOC_ERR for ENOMEM, else
 * otherwise. */
int vp_code_of_errno(int errnum, int otherwise);

/* 1 if verbs must not change anything. */
static inline int
vp_dry_run(const struct vpop *vp)
{
	return (vp->flags & VPOP_OPEN_DRY_RUN) != 0;
}

/* Owner to give to files: uid and gid when we are root, else (uid_t)-1 and
 * (gid_t)-1 through base functions (which do nothing unless root). */

#endif
