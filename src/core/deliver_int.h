/*
 * For the files of delivery only.  Functions return the exit status for
 * qmail-local: VP_DELIVERED to go on, anything else ends the delivery and its
 * text has been written.
 */
#ifndef CORE_DELIVER_INT_H
#define CORE_DELIVER_INT_H

#include "core/deliver.h"
#include "qmail/dotqmail.h"

enum {
	VP_DELIVERED = 0,
	VP_STOP = 99, /* a command said: ignore the other lines */
	VP_BOUNCE = 100,
	VP_DEFER = 111
};

#define VP_TEXT_MAX (1 << 16) /* longest text of a .msg file */

/* One delivery under way. */
struct vp_run {
	struct vpop *vp;
	const struct vp_delivery *d;
	FILE *out;
	char *ext;                 /* the user part, lower-case */
	struct vpop_domain domain; /* name: HOST, lower-case */
	int domain_fd;
	int64_t size; /* of the message */
	char **seen;  /* addresses of its Delivered-To lines */
	size_t seen_count;
	int is_spam;          /* a filter says so */
	const char *wildcard; /* what the "default" of an alias stands for */
	/* The mailbox, once it is found: name "" before. */
	struct vpop_user user;
	dev_t own_dev; /* its Maildir, if own_ino is not 0 */
	ino_t own_ino;
};

/* Where a list of instructions comes from. */
struct vp_place {
	int fd;          /* paths and commands are relative to it */
	const char *dir; /* its path */
};

/* Write a line to out; returns status. */
int vp_deliver_say(struct vp_run *run, int status, const char *format, ...)
    VP_PRINTF(3, 4);
/* The text of a .msg file of the domain, else of the site; malloc'd, NULL if
 * there is none. */
char *vp_deliver_text(const struct vp_run *run, const char *name);
/* Defer with the sentence on the handle. */
int vp_deliver_defer(struct vp_run *run);

/* deliver_message.c */
/* Collect seen from the message's header and from DTLINE. */
int vp_deliver_seen(struct vp_run *run);
/* 1 if the message has been at the address before. */
int vp_deliver_loops(struct vp_run *run, const char *address);
/* The header line of a forwarded message, malloc'd. */
char *vp_deliver_forward_line(const struct vp_run *run);
/* Copy all of from, after header, to fd; -1 and errno. */
int vp_deliver_copy(int from, const char *header, int fd);

/* deliver_run.c */
/* Carry out a dot-qmail text (modified); *ret_done is 0 if it holds nothing
 * at all, so that the message is still to be delivered. */
int vp_deliver_lines(struct vp_run *run, const struct vp_place *place,
    char *text, size_t size, int *ret_done);
/* The dot-qmail file for the extension (NULL: none) in a folder, and what it
 * says, as above. */
int vp_deliver_dotqmail(struct vp_run *run, const struct vp_place *place,
    const char *extension, int *ret_done);

/* deliver_alias.c */
/* What the store's alias of the user part says; *ret_done is 1 if there is
 * one. */
int vp_deliver_alias(struct vp_run *run, int *ret_done);

/* deliver_child.c */
/* Run a program in a folder on a message from its start; its status means
 * what qmail-local says. */
int vp_deliver_program(
    struct vp_run *run, const char *const *argv, int message_fd, int dirfd);

/* deliver_default.c */
/* What control/defaultdelivery says for mailboxes without a dot-qmail file,
 * if the settings want it. */
int vp_deliver_default(
    struct vp_run *run, const struct vp_place *place, int *ret_done);

/* deliver_filter.c */
/* What goes into a Maildir in place of the message. */
struct vp_filtered {
	int fd;       /* borrowed: the message, or made */
	int made;     /* what a filter made of it; owned, or -1 */
	int64_t size; /* of fd */
	int done;     /* nothing is left to deliver */
	int junk;     /* belongs into the junk folder */
};
/* Run the filters that the settings and the flags of the account want, whose
 * address it is. */
int vp_deliver_filter(struct vp_run *run, const struct vp_place *place,
    const char *address, struct vp_filtered *ret);
void vp_filtered_close(struct vp_filtered *filtered);
/* Let file be one of the folder .Junk instead, which is made; -1: it stays
 * as it was. */
struct vp_maildir_file;
int vp_deliver_to_junk(const struct vp_run *run, struct vp_maildir_file *file);

/* deliver_maildir.c */
/* Put the message into a Maildir; address NULL: from the path. */
int vp_deliver_maildir(struct vp_run *run, const struct vp_place *place,
    const char *path, const char *address);

/* deliver_vacation.c */
/* The answer of the mailbox to a message that it has got. */
void vp_deliver_vacation(struct vp_run *run, int home);
/* The answer of a name without a mailbox; *ret_done 1: it is one that
 * answers. */
int vp_deliver_robot(struct vp_run *run, int *ret_done);

/* deliver_user.c */
/* The mailbox is found; prefix is the length of the part of ext that is its
 * name. */
int vp_deliver_user(struct vp_run *run, size_t prefix);

/* deliver_quota.c */
/* What a Maildir may hold. */
struct vp_room {
	int fd;                      /* of the folder that counts; owned */
	char quota[VPOP_QUOTA_SIZE]; /* "" : no quota */
	int own;                     /* the recipient's own Maildir */
};
/* maildir_fd may be a folder of a Maildir. */
int vp_room_open(struct vp_run *run, int maildir_fd, struct vp_room *ret);
void vp_room_close(struct vp_room *room);
/* Room for size bytes more?  Sends the warning when it is due.  address is
 * that of the mailbox. */
int vp_room_check(struct vp_run *run, const struct vp_room *room,
    const char *address, int64_t size);
/* A file of size bytes was added. */
void vp_room_add(const struct vp_room *room, int64_t size);

#endif
