/*
 * Writing all of something to a descriptor.  0, or -1 and errno; an
 * interrupted call is repeated.
 */
#ifndef BASE_COPY_H
#define BASE_COPY_H

#include <stddef.h>

int vp_write_all(int fd, const void *data, size_t size);
/* A whole file from its first byte; the offset of "from" stays. */
int vp_copy_file(int to, int from);
/* What is left to be read. */
int vp_copy_rest(int to, int from);

#endif
