/* Telling a web server. */
#ifndef DAEMONS_VEVENTD_WEBHOOK_H
#define DAEMONS_VEVENTD_WEBHOOK_H

#include "vpop_event.h"

#define VED_WEBHOOKS "webhooks.d"
#define VED_CONF     ".conf"

/* In the process that is the worker of etc/webhooks.d/WHICH.conf, or of the
 * panel's with that id: the exit status. */
int ved_webhook_run(
    struct vpop *vp, const char *name, const char *which, int is_panel);

#endif
