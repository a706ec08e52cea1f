/*
 * Domains: finding them, their folder, and the locks.
 *
 * Lock order: the site lock (qmail_dir/users/assign.lock), then a domain's
 * account lock (<dir>/.vpasswd.lock).  The locks of single control files are
 * taken inside qmail/control.c.
 */
#ifndef CORE_DOMAIN_H
#define CORE_DOMAIN_H

#include "core/handle.h"
#include "qmail/assign.h"
#include "qmail/control.h"

#define VP_LOCK_FILE ".vpasswd.lock"
#define VP_MODE_DIR  0700
#define VP_MODE_FILE 0600

/* Open the domain's folder: a descriptor, or -1 and errno.  A link in its
 * place is followed if root or the caller made it. */
int vp_domain_open(const struct vpop_domain *domain);
/* The same as a verb: descriptor or a VA_ code (negative). */
int vp_domain_dir(struct vpop *vp, const struct vpop_domain *domain);
/* Lock for account changes; dirfd is the domain's folder.  Descriptor to
 * close, or a VA_ code.  wait 0: VA_LOCK_FAILED at once if taken. */
int vp_domain_lock(
    struct vpop *vp, const struct vpop_domain *domain, int dirfd, int wait);
/* Lock for domain changes. */
int vp_site_lock(struct vpop *vp, int wait);

/* The settings of the qmail layer. */
void vp_assign_how(const struct vpop *vp, struct vp_assign_how *ret);
void vp_control_how(const struct vpop *vp, struct vp_control_how *ret);

/* .qmail-default of an open domain folder: its text (malloc'd, "" if there
 * is none), or NULL and a failure recorded in *ret_code. */
char *vp_qmail_default_read(struct vpop *vp, int dirfd, int *ret_code);
/* The action argument in that text ("" if it does not call vdelivermail).
 * 0, or -1 if it does not fit. */
int vp_qmail_default_action(const char *text, char *ret, size_t size);

#endif
