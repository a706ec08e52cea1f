/*
 * One line of vpasswd: name:crypted:uid:gid:gecos:dir:quota[:clear]
 */
#ifndef STORE_VPASSWD_H
#define STORE_VPASSWD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vpop.h"

#define VP_VPASSWD_LINE 8192 /* longest line, without its LF */

/* Length of the name of a line (given without LF), or 0 if the line is no
 * record: fewer than 6 colons, no name, a NUL, too long. */
size_t vp_vpasswd_name(const char *line, size_t size);
/* Take a line apart; domain becomes "", flags equal to gid.  -1 and errno:
 * EBADMSG no record or a number is none, ENAMETOOLONG a field is longer than
 * the record has room for.  ret_user is undefined then. */
int vp_vpasswd_parse(const char *line, size_t size, struct vpop_user *ret_user);
/* Write a line without LF, NUL-ended; the 8th field is there when with_clear
 * or when the user has a clear text.  Returns its length, or -1 and errno
 * EINVAL: no name, a control byte, or a ':' anywhere but in the clear text,
 * which reaches to the end of the line. */
ssize_t vp_vpasswd_format(const struct vpop_user *user, int with_clear,
    char ret_line[VP_VPASSWD_LINE + 1]);
/* Byte order of two names. */
int vp_vpasswd_compare(
    const char *a, size_t a_size, const char *b, size_t b_size);

#endif
