/*
 * One line of vpasswd.  There is no escaping in this format, so what would
 * shift fields or split lines is refused when a line is written.  When one
 * is read nothing is refused that other programs accept: the eighth field
 * may be missing and may hold colons.
 */
#include "config.h"

#include "store/vpasswd.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"

#define COLONS 6 /* fewest in a record */

/* A record that fits its struct fits a line. */
_Static_assert(VPOP_USER_SIZE + 2 * VPOP_PASSWD_SIZE + VPOP_GECOS_SIZE +
		       VPOP_DIR_SIZE + VPOP_QUOTA_SIZE + 2 * 11 <=
		   VP_VPASSWD_LINE,
    "a vpasswd line has room for every record");

size_t
vp_vpasswd_name(const char *line, size_t size)
{
	if (size > VP_VPASSWD_LINE || memchr(line, '\0', size))
		return 0;

	const char *p = line, *end = line + size;
	size_t name_size = 0;

	for (int i = 0; i < COLONS; i++) {
		p = memchr(p, ':', (size_t)(end - p));
		if (!p)
			return 0;
		if (i == 0)
			name_size = (size_t)(p - line);
		p++;
	}
	return name_size;
}

static int
copy_field(char *dst, size_t dst_size, const char *field, size_t size)
{
	if (size >= dst_size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(dst, field, size);
	dst[size] = '\0';
	return 0;
}

/* Old programs print these words as signed numbers; an empty one is 0. */
static int
parse_word(const char *field, size_t size, uint32_t *ret)
{
	char text[16];
	int64_t number = 0;

	if (copy_field(text, sizeof text, field, size) != 0 ||
	    (size && vp_number(text, INT32_MIN, UINT32_MAX, &number) != 0)) {
		errno = EBADMSG;
		return -1;
	}
	*ret = (uint32_t)number;
	return 0;
}

int
vp_vpasswd_parse(const char *line, size_t size, struct vpop_user *ret_user)
{
	const char *field[COLONS + 2];
	size_t sizes[COLONS + 2] = { 0 };
	const char *p = line, *end = line + size;

	if (vp_vpasswd_name(line, size) == 0) {
		errno = EBADMSG;
		return -1;
	}
	for (int i = 0; i < COLONS + 2; i++) {
		const char *colon = NULL;

		field[i] = p;
		if (i < COLONS + 1)
			colon = memchr(p, ':', (size_t)(end - p));
		sizes[i] = (size_t)((colon ? colon : end) - p);
		p = colon ? colon + 1 : end;
	}

	struct vpop_user *u = ret_user;

	u->domain[0] = '\0';
	if (copy_field(u->name, sizeof u->name, field[0], sizes[0]) != 0 ||
	    copy_field(u->passwd, sizeof u->passwd, field[1], sizes[1]) != 0 ||
	    parse_word(field[2], sizes[2], &u->uid) != 0 ||
	    parse_word(field[3], sizes[3], &u->gid) != 0 ||
	    copy_field(u->gecos, sizeof u->gecos, field[4], sizes[4]) != 0 ||
	    copy_field(u->dir, sizeof u->dir, field[5], sizes[5]) != 0 ||
	    copy_field(u->quota, sizeof u->quota, field[6], sizes[6]) != 0 ||
	    copy_field(u->clear, sizeof u->clear, field[7], sizes[7]) != 0)
		return -1;
	u->flags = u->gid;
	return 0;
}

static int
is_field(const char *text)
{
	return vp_is_clean(text) && !strchr(text, ':');
}

ssize_t
vp_vpasswd_format(const struct vpop_user *user, int with_clear,
    char ret_line[VP_VPASSWD_LINE + 1])
{
	if (!*user->name || !is_field(user->name) || !is_field(user->passwd) ||
	    !is_field(user->gecos) || !is_field(user->dir) ||
	    !is_field(user->quota) || !vp_is_clean(user->clear)) {
		errno = EINVAL;
		return -1;
	}

	int has_clear = with_clear || *user->clear;

	if (vp_format(ret_line, VP_VPASSWD_LINE + 1,
		"%s:%s:%lu:%lu:%s:%s:%s%s%s", user->name, user->passwd,
		(unsigned long)user->uid, (unsigned long)user->gid, user->gecos,
		user->dir, user->quota, has_clear ? ":" : "", user->clear) != 0)
		return -1;
	return (ssize_t)strlen(ret_line);
}

int
vp_vpasswd_compare(const char *a, size_t a_size, const char *b, size_t b_size)
{
	int r = memcmp(a, b, a_size < b_size ? a_size : b_size);

	if (r == 0 && a_size != b_size)
		r = a_size < b_size ? -1 : 1;
	return r;
}
