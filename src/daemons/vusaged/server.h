/* Clients: they ask as often as they like, get their answers in order, and
 * are cut off when they ask nothing for too long. */
#ifndef VUSAGED_SERVER_H
#define VUSAGED_SERVER_H

#include <event2/event.h>

#include "daemons/vusaged/engine.h"

struct vp_server;

/* fd listens; it is the server's from now on.  NULL: no memory. */
struct vp_server *vp_server_open(
    struct event_base *base, struct vp_engine *engine, int fd);
void vp_server_close(struct vp_server *server);
/* Once a second: cut off who is idle. */
void vp_server_tick(struct vp_server *server);

#endif
