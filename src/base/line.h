/*
 * Bounded reading of text files.
 */
#ifndef BASE_LINE_H
#define BASE_LINE_H

#include <stdio.h>
#include <sys/types.h>

/*
 * Read a line of at most max bytes into a buffer that grows as getline's
 * does.  The LF is removed; a last line without one counts.  Returns the
 * length, -1 at the end (errno 0) or on failure: EMSGSIZE for a longer line,
 * EILSEQ for a NUL byte (in both cases the rest of the line has been read,
 * so that a caller may go on), else what the system said.
 */
ssize_t vp_line_read(FILE *fp, char **line, size_t *cap, size_t max);

/* A whole file of at most max bytes, NUL added, malloc'd; NULL and errno
 * (EFBIG if larger).  name is relative to dirfd; links are not followed, not
 * in the folders of a relative name either.  EINVAL for what is no file.
 * ret_size may be NULL. */
char *vp_file_read(int dirfd, const char *name, size_t max, size_t *ret_size);

/* 1 if a file that was looked at twice can only have the same contents. */
struct stat;
int vp_file_is_same(const struct stat *a, const struct stat *b);

#endif
