/*
 * dot-qmail files: names, and what a line means (dot-qmail(5), facts:
 * storage 11, runtime 7.4).
 */
#ifndef QMAIL_DOTQMAIL_H
#define QMAIL_DOTQMAIL_H

#include <stddef.h>

#define VP_DOTQMAIL_LINE 4096      /* longest line accepted */
#define VP_DOTQMAIL_FILE (1 << 20) /* largest file accepted */

/* ".qmail-" + ext with '.' written as ':'.  -1 ENAMETOOLONG, EINVAL ('/'). */
int vp_dotqmail_name(const char *ext, char *ret_name, size_t size);

enum vp_instruction_kind {
	VP_NOTHING, /* blank line or comment */
	VP_COMMAND, /* text: what /bin/sh -c gets */
	VP_MAILDIR, /* text: a path ending in '/' */
	VP_MBOX,    /* text: a path; vdelivermail cannot */
	VP_FORWARD  /* text: an address without '&' */
};

struct vp_instruction {
	enum vp_instruction_kind kind;
	char *text; /* points into the caller's line */
};

/* Interpret one line in place: white space and CR around it are cut, as are
 * blanks and bars before a command.  '&' alone is nothing. */
void vp_dotqmail_parse(char *line, struct vp_instruction *ret);

/*
 * A whole dot-qmail text (modified in place, with a NUL behind it, as
 * vp_file_read gives it) as instructions, malloc'd
 * array; comments are left out but counted in *ret_lines (lines that are not
 * blank).  -1: EMSGSIZE, EILSEQ (NUL byte), ENOMEM.
 */
int vp_dotqmail_split(char *text, size_t size, struct vp_instruction **ret,
    size_t *ret_count, size_t *ret_lines);

#endif
