/* What the shell offers. */
#ifndef PANEL_CTL_COMPLETE_H
#define PANEL_CTL_COMPLETE_H

#include <jansson.h>

#include "panel/ctl/request.h"

/* Print what the word may become, a line each: line is the command line up to
 * it. */
void ctl_complete(struct ctl *ctl, json_t *api, const char *line,
    const char *word, const char *const *verbs);

#endif
