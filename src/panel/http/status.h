#ifndef PANEL_HTTP_STATUS_H
#define PANEL_HTTP_STATUS_H

/* The name of an HTTP status, for people. */
const char *vhd_status_title(int status);

#endif
