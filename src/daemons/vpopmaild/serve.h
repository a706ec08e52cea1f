/*
 * vpopmaild as a server of its own: the parent process, which opens the
 * sockets, starts the others and starts them again.
 */
#ifndef VPOPMAILD_SERVE_H
#define VPOPMAILD_SERVE_H

/* Serve until SIGTERM; SIGHUP reads the settings again.  ready_fd gets a
 * newline when the sockets are open, -1: none.  The exit status. */
int vpd_serve(int ready_fd);

#endif
