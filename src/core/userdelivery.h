/*
 * An account's .qmail as people think of it: pure functions from texts to
 * what they mean and back.  home is the account's directory.
 */
#ifndef CORE_USERDELIVERY_H
#define CORE_USERDELIVERY_H

#include "vpop_delivery.h"

#include "core/user_int.h"

/* 0, or -1 without memory; *ret is to be cleared in any case. */
int vp_delivery_read(
    const char *text, const char *home, struct vpop_delivery *ret);
/*
 * The text with the instructions of *wanted in place of those it has,
 * malloc'd; NULL without memory.  Lines that are none of ours stay where they
 * are; the automatic answer is last.  "": no file is needed.
 */
char *vp_delivery_write(
    const char *text, const char *home, const struct vpop_delivery *wanted);
/* 1 if a line calls the account's automatic answer. */
int vp_delivery_answers(const char *text);
/* The text without such lines; NULL without memory. */
char *vp_delivery_silent(const char *text, const char *home);

/* An account's .qmail for a change: found, locked and read. */
struct vp_mailbox {
	struct vpop *vp;
	const struct vpop_user *user;
	struct vp_place place;
	int home;   /* the account's directory; -1 */
	char *text; /* of its .qmail; "" */
};
int vp_mailbox_open(
    struct vpop *vp, const struct vpop_user *user, struct vp_mailbox *ret);
/* In any case. */
void vp_mailbox_close(struct vp_mailbox *mailbox);
/* The .qmail, malloc'd; "" if there is none; or NULL and a failure. */
char *vp_mailbox_read(
    struct vpop *vp, const struct vpop_user *user, int home, int *ret_code);

/* A destination as an address, malloc'd: one without '@' is of the domain. */
int vp_destination(struct vpop *vp, const char *domain, const char *destination,
    char **ret_address);

#endif
