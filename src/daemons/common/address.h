/* Which addresses a webhook may reach. */
#ifndef DAEMONS_COMMON_ADDRESS_H
#define DAEMONS_COMMON_ADDRESS_H

#include <sys/socket.h>

/* 1 for what is no address of the public internet: this machine, private
 * networks, and what leads to them by another name. */
int vp_is_private(const struct sockaddr *address);

#endif
