/*
 * Listening sockets.  Addresses are numbers, never names: what a daemon
 * listens on must not depend on a name server.
 *
 *     127.0.0.1:89   [::1]:89   *:89 (IPv6 and IPv4)   /path/of/a/socket
 */
#ifndef DAEMONS_LISTEN_H
#define DAEMONS_LISTEN_H

#include <sys/socket.h>
#include <sys/types.h>

#define VP_LISTEN_BACKLOG 1024

/* A non-blocking listening socket, or -1 and errno: EINVAL for what is no
 * address. */
int vp_listen_inet(const char *address);
/*
 * The same for a Unix socket, made with mode and given to uid:gid when we are
 * root.  A socket that a dead process left is replaced; EADDRINUSE if it has
 * a living one, EEXIST if the path is something else, ENAMETOOLONG.
 */
int vp_listen_unix(const char *path, mode_t mode, uid_t uid, gid_t gid);

/* What a listening socket is bound to, as text with its port; "" if that
 * cannot be said.  size: at least 64. */
void vp_listen_name(int fd, char *ret_name, size_t size);
/* The text of a peer's address, an IPv4 one of an IPv6 socket as IPv4; ""
 * for a Unix socket.  size: at least 46 (INET6_ADDRSTRLEN). */
void vp_listen_peer(
    const struct sockaddr_storage *address, char *ret_ip, size_t size);

#endif
