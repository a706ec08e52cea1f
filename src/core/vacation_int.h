/* For the files of automatic answers only. */
#ifndef CORE_VACATION_INT_H
#define CORE_VACATION_INT_H

#include <time.h>

#include "core/vacation.h"

/* The settings of a folder. */
struct vp_vacation_conf {
	int64_t enabled, days;
	char *start, *end, *from, *subject, *addresses;
};

/* vacation.c */
/* 1 if there are settings, 0, or a code; to be freed in any case. */
int vp_vacation_conf_read(
    struct vpop *vp, const char *dir, struct vp_vacation_conf *ret);
void vp_vacation_conf_free(struct vp_vacation_conf *conf);
/* A date, with or without a time, of the site's time zone; a date alone as
 * an end is the whole day.  0, or -1. */
int vp_vacation_date(const char *text, int is_end, time_t *ret);

/* What matters of the message that is answered. */
struct vp_incoming {
	int is_automatic; /* made by a program, a list, or bulk */
	int names_us;     /* To or Cc have an address of ours */
	char *subject, *message_id, *references; /* NULL: none */
};

/* vacation_incoming.c */
/* 1 if mail from this envelope sender is never answered. */
int vp_sender_is_automatic(const char *sender);
/* 1 if both are the same mailbox, also by the alias names of domains. */
int vp_is_same_address(struct vpop *vp, const char *a, const char *b);
/* Read the header; conf may be NULL.  0, or a code. */
int vp_incoming_read(struct vpop *vp, const struct vp_vacation *vacation,
    const struct vp_vacation_conf *conf, struct vp_incoming *ret);
void vp_incoming_clear(struct vp_incoming *incoming);

/* vacation_reply.c */
/* The answer as a file, or a code; conf may be NULL. */
int vp_reply_make(struct vpop *vp, const struct vp_vacation *vacation,
    const struct vp_vacation_conf *conf, const struct vp_incoming *incoming);

/* vacation_seen.c: whom was answered when. */
struct vp_seen {
	int dirfd, lock;
	char **lines; /* those that still count */
	size_t count;
	char *text;
};
/* 1 if the sender may have an answer (the list stays locked), 0, or a
 * code. */
int vp_seen_open(struct vpop *vp, const char *dir, const char *sender,
    int64_t seconds, int64_t most, struct vp_seen *ret);
/* The sender has one. */
int vp_seen_add(struct vpop *vp, struct vp_seen *seen, const char *sender);
void vp_seen_close(struct vp_seen *seen);

#endif
