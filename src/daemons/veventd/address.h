/* Which addresses a webhook may reach. */
#ifndef DAEMONS_VEVENTD_ADDRESS_H
#define DAEMONS_VEVENTD_ADDRESS_H

#include <sys/socket.h>

/* 1 for what is no address of the public internet: this machine, private
 * networks, and what leads to them by another name. */
int ved_is_private(const struct sockaddr *address);

#endif
