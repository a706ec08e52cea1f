/*
 * The doctor: its parts and what they share.
 *
 * A part looks, tells each disagreement once and, when asked to repair, mends
 * it first and tells that it did.  What cannot be looked at is told as a
 * disagreement too; only a failure that stops everything is a code.
 */
#ifndef CORE_DOCTOR_H
#define CORE_DOCTOR_H

#include "core/domain_int.h"

struct vp_doctor {
	struct vpop *vp;
	int repair;
	void (*report)(void *arg, const char *sentence, int mended);
	void *arg;
	int left;               /* disagreements that remain */
	struct vp_assign *list; /* users/assign, sorted by name */
	size_t count, size;
};

void vp_doctor_tell(struct vp_doctor *doctor, int mended, const char *format,
    ...) VP_PRINTF(3, 4);
/* Tell the failure that is recorded on the handle. */
void vp_doctor_tell_failure(struct vp_doctor *doctor);

/* Entries of users/assign in memory. */
int vp_doctor_add(struct vp_doctor *doctor, const struct vp_assign *entry);
void vp_doctor_sort(struct vp_doctor *doctor);
const struct vp_assign *vp_doctor_find(
    const struct vp_doctor *doctor, const char *name);

/* What a file or folder should be like. */
struct vp_doctor_like {
	uid_t uid;
	gid_t gid;
	mode_t bad; /* bits that must not be set */
};

#define VP_BAD_SHARED 01022 /* writable by others, or sticky */
#define VP_BAD_OPEN   01077 /* anything for others */

/* Check owner and mode of name below dirfd; folder and name make its path.
 * Links are left alone. */
void vp_doctor_inode(struct vp_doctor *doctor, int dirfd, const char *name,
    const char *folder, const struct vp_doctor_like *like);
/* Remove what an interrupted program left behind, and tell. */
void vp_doctor_leftover(
    struct vp_doctor *doctor, int dirfd, const char *folder, const char *name);
/* 1 if the name is one of a file that was being written by us or by older
 * releases, or of a folder being removed. */
int vp_doctor_is_leftover(const char *name);
/* 1 if rel below dirfd is a folder (not a link). */
int vp_doctor_is_folder(int dirfd, const char *name);

/* users/assign and its compiled form; fills doctor->list. */
int vp_doctor_site(struct vp_doctor *doctor);
/* Domains whose directories exist but that users/assign has lost. */
int vp_doctor_tree(struct vp_doctor *doctor);
/* virtualdomains, rcpthosts, morercpthosts, locals. */
int vp_doctor_control(struct vp_doctor *doctor);
/* The folders that domains lie in. */
int vp_doctor_folders(struct vp_doctor *doctor);

/* One domain: an open folder and what was learned about its accounts. */
struct vp_doctor_domain {
	const struct vpop_domain *domain;
	int dirfd;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	unsigned long count;        /* accounts that have a directory */
	char last[VP_DIR_REL_SIZE]; /* the furthest of them */
};

int vp_doctor_domain(
    struct vp_doctor *doctor, const struct vpop_domain *domain);
/* Every account, then the folders that look like accounts. */
int vp_doctor_users(struct vp_doctor *doctor, struct vp_doctor_domain *at);

#endif
