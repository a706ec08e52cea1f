/* Telling an executable of etc/hooks.d. */
#ifndef DAEMONS_VEVENTD_HOOK_H
#define DAEMONS_VEVENTD_HOOK_H

#include "base/hooks.h"
#include "vpop_event.h"

/* In the process that is the worker of a hook: the exit status. */
int ved_hook_run(struct vpop *vp, const char *name, const struct vp_hook *hook);

#endif
