/* Path and query of a request. */
#ifndef PANEL_HTTP_TARGET_H
#define PANEL_HTTP_TARGET_H

#include "panel/http/request.h"

#define VHD_SEGMENTS_MAX  12
#define VHD_ARGUMENTS_MAX 16

struct vhd_target {
	int segments, arguments;
	const char *segment[VHD_SEGMENTS_MAX];
	struct {
		const char *name, *value;
	} argument[VHD_ARGUMENTS_MAX];
	char text[VHD_TARGET_MAX + 1]; /* what the above point into */
};

/*
 * Split and decode "/a/b?x=1&y=2".  0, or an HTTP status and a literal
 * sentence.  Decoded text is UTF-8 without control characters; a path has no
 * empty, "." or ".." segments and no encoded slash or backslash; an argument
 * occurs once.
 */
int vhd_target_parse(
    const char *raw, struct vhd_target *ret_target, const char **ret_reason);
/* The value of an argument, or NULL. */
const char *vhd_target_argument(
    const struct vhd_target *target, const char *name);

#endif
