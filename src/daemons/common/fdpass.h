/* Sending a descriptor with bytes over a Unix socket. */
#ifndef DAEMONS_FDPASS_H
#define DAEMONS_FDPASS_H

#include <sys/types.h>

/* Like send(2) without SIGPIPE; fd (-1: none) goes with the first byte. */
ssize_t vp_fd_send(
    int channel, const void *data, size_t size, int fd, int flags);
/* Like recv(2); a descriptor that comes replaces *fd, which is closed. */
ssize_t vp_fd_receive(int channel, void *data, size_t size, int *fd, int flags);

#endif
