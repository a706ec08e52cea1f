/*
 * Automatic answers: vacation messages of mailboxes, robots of addresses
 * (RFC 3834).
 *
 * A folder holds the text ("message"), the settings ("vacation.conf", see
 * autorespond(1)), and whom was answered when ("vacation.replied").
 */
#ifndef CORE_VACATION_H
#define CORE_VACATION_H

#include "core/handle.h"

#define VP_VACATION_CONF "vacation.conf"

struct vp_vacation {
	const char *dir;       /* the folder, an absolute path */
	const char *message;   /* path of the text; NULL: in the folder */
	int message_fd;        /* what is answered; seekable */
	const char *sender;    /* of its envelope */
	const char *recipient; /* the address that answers */
	const char *from;      /* From of the answer; NULL: recipient */
	int64_t seconds;       /* count answers to a sender in this time, */
	int64_t count;         /* unless the settings tell the days */
	int must_be_set;       /* no answer without settings; and only to
				  mail that names an own address */
	int quote;             /* append what is answered */
};

/* 1 answered, 0 nothing to answer, or a code. */
int vp_vacation_answer(struct vpop *vp, const struct vp_vacation *vacation);

/* 1 if a name has a folder for answers below a domain's folder, which is
 * written to ret_folder; 0, or -1 and errno. */
int vp_robot_name(
    int domain_fd, const char *name, char ret_folder[VPOP_USER_SIZE]);

#endif
