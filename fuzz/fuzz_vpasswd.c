/* A vpasswd line: what can be read can be written again, unless it holds what
 * we refuse to write, and is then the same record. */
#include "config.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/vpasswd.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int
is_same(const struct vpop_user *a, const struct vpop_user *b)
{
	return strcmp(a->name, b->name) == 0 &&
	       strcmp(a->passwd, b->passwd) == 0 &&
	       strcmp(a->clear, b->clear) == 0 &&
	       strcmp(a->gecos, b->gecos) == 0 && strcmp(a->dir, b->dir) == 0 &&
	       strcmp(a->quota, b->quota) == 0 && a->uid == b->uid &&
	       a->gid == b->gid && a->flags == b->flags;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char line[VP_VPASSWD_LINE + 1];
	struct vpop_user user, again;
	size_t name_size = vp_vpasswd_name(text, size);

	if (vp_vpasswd_parse(text, size, &user) != 0) {
		if (errno != EBADMSG && errno != ENAMETOOLONG)
			abort();
		return 0;
	}
	if (name_size == 0 || strlen(user.name) != name_size)
		abort();

	ssize_t written = vp_vpasswd_format(&user, size % 2, line);

	if (written < 0)
		return 0;
	if (vp_vpasswd_parse(line, (size_t)written, &again) != 0 ||
	    !is_same(&user, &again))
		abort();
	return 0;
}
