/* The parent process: sockets, the other processes, signals. */
#ifndef PANEL_SERVE_H
#define PANEL_SERVE_H

/* Serve until SIGTERM.  conf: the file of settings, or NULL; ready_fd: told
 * when clients can come, or -1.  The exit status. */
int vhd_serve(const char *conf, int ready_fd);

/* In a child that does not know how it began: the role that it has from now
 * on, and nothing of others. */
void vhd_serve_child(const char *role);
/* The same, as the owner of mail. */
void vhd_serve_worker(const char *role);

#endif
