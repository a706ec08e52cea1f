/* What happens once, at the start: the socket, the privileges, the word to
 * the supervisor. */
#ifndef VUSAGED_START_H
#define VUSAGED_START_H

#include "daemons/vusaged/settings.h"

/* A descriptor that listens and does not block; -1 after the sentence has been
 * logged. */
int vp_start_listen(const struct vp_settings_file *set);
/* Root becomes the vpopmail user, who may then read what belongs to others
 * but nothing else.  -1 and errno. */
int vp_start_become(const struct vpop *vp);
/* Tell the supervisor: a line on the descriptor (-1: none), which is closed;
 * and what NOTIFY_SOCKET names. */
void vp_start_ready(int fd);
void vp_start_notify(const char *text);

#endif
