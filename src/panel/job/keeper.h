/* The parent's part in jobs: one process runs them. */
#ifndef PANEL_JOB_KEEPER_H
#define PANEL_JOB_KEEPER_H

#include <stdint.h>
#include <sys/types.h>

#include "panel/settings.h"

/* settings stay ours.  0, or -1 after saying why. */
int vhd_jobs_open(const struct vhd_settings *settings);
/* A descriptor for workers; what is written there wakes the process. */
int vhd_jobs_wake(void);
/* Start the process if there is none. */
void vhd_jobs_tick(int64_t now);
/* A child that was reaped. */
void vhd_jobs_ended(pid_t pid, int status);
/* Let the process end after its operation; the next one is started when it
 * has.  After _finish none is, and _kill does not wait.  In another child,
 * _end closes what is not its business. */
void vhd_jobs_end(void);
void vhd_jobs_finish(void);
void vhd_jobs_kill(void);

#endif
