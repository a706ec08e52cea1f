/* Shared by the assign*.c files only. */
#ifndef QMAIL_ASSIGN_INT_H
#define QMAIL_ASSIGN_INT_H

#include <stddef.h>

#include "qmail/assign.h"
#include "qmail/hostfile.h"

/* What a line becomes in the table. */
struct vp_assign_record {
	char key[VP_ASSIGN_LINE + 4];
	size_t key_size;
	char data[VP_ASSIGN_LINE];
	size_t size;
	char wild; /* last byte of the name of a "+" line, else NUL */
};

/* 1 a record, 0 a comment, -1 malformed. */
int vp_assign_record(
    const char *line, size_t size, struct vp_assign_record *ret);
/* Domain facts from fields: user, uid, gid, directory, dash, extension, with
 * separator between them; name and name_size become ret->name.  1, 0 not a
 * domain's, -1 not numbers or too few fields. */
int vp_assign_fields(const char *name, size_t name_size, const char *fields,
    size_t size, char separator, struct vp_assign *ret);

/* users/assign as lines, up to the line "."; checks every line. */
int vp_assign_load(int users, struct vp_hostfile *ret, unsigned long *ret_line);
/* The same from memory (data is malloc'd and taken over). */
int vp_assign_split(
    char *data, size_t size, struct vp_hostfile *ret, unsigned long *ret_line);
/* 1 if the table in file name agrees with the lines, 0, -1. */
int vp_assign_verify(
    int users, const char *name, const struct vp_hostfile *file);
/* Put the edited text and its table in place. */
int vp_assign_install(
    const struct vp_assign_how *how, int users, const struct vp_hostfile *file);

#endif
