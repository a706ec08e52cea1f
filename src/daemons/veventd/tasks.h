/* The workers, a process each, and who they are for. */
#ifndef DAEMONS_VEVENTD_TASKS_H
#define DAEMONS_VEVENTD_TASKS_H

#include <sys/types.h>

struct ved_tasks;

struct ved_tasks *ved_tasks_new(void);
/* Look who there is to tell: start workers of new ones, end those of others,
 * and start again what has ended.  0; -1 after telling why not. */
int ved_tasks_scan(struct ved_tasks *tasks);
void ved_tasks_ended(struct ved_tasks *tasks, pid_t pid, int status);
/* Tell all of them to end: 0 when there is none any more. */
size_t ved_tasks_stop(struct ved_tasks *tasks, int signal);
void ved_tasks_free(struct ved_tasks *tasks);

#endif
