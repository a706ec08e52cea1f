/* What there is, for people. */
#ifndef PANEL_CTL_HELP_H
#define PANEL_CTL_HELP_H

#include <jansson.h>

/* Print what a path takes, or (NULL) all paths.  -1: there is no such path. */
int ctl_help(json_t *api, const char *path);

#endif
