/* The parent's part in the running of modules. */
#ifndef PANEL_SUPERVISE_STARTER_H
#define PANEL_SUPERVISE_STARTER_H

#include <poll.h>
#include <stdint.h>

#include "panel/settings.h"

/* Where the supervisor is asked, below the vpopmail home. */
#define VHD_MODULES_SOCKET "var/modules.sock"
#define VHD_STARTER_FDS    2

/* Read the manifests; the supervisor that runs finishes with those that it
 * has.  settings stay ours until the next load.  0, or -1 after saying why;
 * no module at all is 0. */
int vhd_starter_load(const struct vhd_settings *settings);
/* Start what is missing and kill what is late. */
void vhd_starter_tick(int64_t now);
/* What to wait for, VHD_STARTER_FDS of them; and what came of it. */
void vhd_starter_fds(struct pollfd *ret_fds);
void vhd_starter_hear(const struct pollfd *fds);
/* Whether it was asked to read everything again, once a second at most. */
int vhd_starter_wants_reload(void);
/* A child that has ended and is not reaped yet: what belongs to it is killed.
 */
void vhd_starter_ended(pid_t pid, int is_failure);
/* In another child: what is not its business. */
void vhd_starter_forget(void);
/* Let the supervisor finish, or end all at once. */
void vhd_starter_finish(void);
void vhd_starter_kill(void);

#endif
