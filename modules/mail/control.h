/* qmail's control files: which there are, and what may stand in them. */
#ifndef MAIL_CONTROL_H
#define MAIL_CONTROL_H

#include <stddef.h>

enum control_reload {
	CONTROL_NONE,   /* read by every program that starts */
	CONTROL_SIGNAL, /* qmail-send reads it again at HUP */
	CONTROL_COMPILE /* there is a cdb of it */
};

struct control_file {
	const char *name;
	/* NULL, or what is wrong with one line. */
	const char *(*check)(const char *line);
	int is_single; /* one line */
	int is_needed; /* qmail does not run without it */
	enum control_reload reload;
};

/* NULL: it is none of them. */
const struct control_file *control_find(const char *name);
/* By names, in the order of their bytes; NULL after the last. */
const struct control_file *control_at(size_t index);

/* NULL, or what is wrong with the text, and *ret_line. */
const char *control_check(
    const struct control_file *file, const char *text, size_t *ret_line);

#endif
