/* The files of the conversion between stores, for each other. */
#ifndef CORE_CONVERT_INT_H
#define CORE_CONVERT_INT_H

#include "core/domain.h"
#include "core/store.h"

/* One of the two stores: a handle whose domains all live there. */
struct vp_side {
	struct vpop *vp;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
};

struct vpop_convert {
	struct vpop *vp; /* the caller's: failures are told there */
	struct vp_side from, to;
	int64_t started;
	void (*progress)(void *arg, const struct vpop_convert_step *step);
	void *arg;
	struct vpop_convert_count counts[VPOP_CONVERT_KINDS];
};

/* The domain that is being converted; its account lock is held. */
struct vp_conversion {
	struct vpop_convert *convert;
	const struct vpop_domain *domain;
	int dirfd;
	int is_live; /* the domain's own store is the one that is filled */
};

/* Tell a side's failure on the caller's handle; returns code. */
int vp_convert_failed(
    struct vpop_convert *convert, const struct vp_side *side, int code);
/* 1 if records of this kind are in the store of one side at least: those
 * that are files on both are the same files. */
int vp_convert_concerns(struct vpop_convert *convert, enum vpop_store_keep kind,
    const struct vpop_domain *domain);
int vp_convert_no_memory(struct vpop_convert *convert);

/* convert_users.c: accounts with the time of their last login.  Validates the
 * source, copies, compares. */
int vp_convert_users(const struct vp_conversion *conversion);
/* convert_aliases.c */
int vp_convert_aliases(const struct vp_conversion *conversion);
/* convert_rows.c: limits and directory control of a domain. */
int vp_convert_limits(const struct vp_conversion *conversion);
int vp_convert_dircontrol(
    struct vpop_convert *convert, const struct vpop_domain *domain, int dirfd);
/* convert_site.c */
int vp_convert_ipmap(struct vpop_convert *convert);
int vp_convert_relay(struct vpop_convert *convert);
int vp_convert_authlog(struct vpop_convert *convert);
/* aliasdomains.c: make the rows of a domain's aliases those of users/assign;
 * how many there are, and how many were not so. */
int vp_aliasdomains_copy(struct vpop *vp, const struct vpop_domain *domain,
    unsigned long *ret_count, unsigned long *ret_changed);
int vp_convert_aliasdomains(
    struct vpop_convert *convert, const struct vpop_domain *domain);

#endif
