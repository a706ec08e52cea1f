/* What the files that change mailing lists share. */
#ifndef CORE_LIST_INT_H
#define CORE_LIST_INT_H

#include "core/list.h"

/* What a list is to become; texts are borrowed. */
struct vp_list_wish {
	char letters[VPOP_LIST_OPTIONS_SIZE]; /* for ezmlm-make */
	const char *owner;                    /* NULL: ezmlm-make keeps it */
	const char *prefix;                   /* "": none */
	const char *sql; /* "": none; NULL: what a change left aside */
	enum vpop_list_reply reply;
	const char *reply_address;
	int edit; /* the list is there */
};

/* Let ezmlm-make do it, and write what it does not know of; the file that
 * is written last is what vp_list_is_made looks for. */
int vp_list_apply(struct vp_list *list, const struct vp_list_wish *wish);
/* 1, 0 or a code. */
int vp_list_is_made(const struct vp_list *list);

/* An address as a program's argument and a line of a dot-qmail file. */
int vp_list_check_address(struct vpop *vp, const char *address);

#endif
