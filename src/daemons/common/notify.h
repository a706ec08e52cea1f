/* Telling the supervisor how far a daemon is. */
#ifndef DAEMONS_NOTIFY_H
#define DAEMONS_NOTIFY_H

/*
 * Send a state ("READY=1", "STOPPING=1" ...) to the socket that the
 * environment variable NOTIFY_SOCKET names (sd_notify(3)).  0, also without
 * such a variable; -1 and errno.
 */
int vp_notify_systemd(const char *state);
/* Write a newline to a descriptor and close it (s6 and others). */
int vp_notify_fd(int fd);

#endif
