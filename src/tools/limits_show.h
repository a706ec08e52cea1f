/* The letters of vmoddomlimits and its report. */
#ifndef TOOLS_LIMITS_SHOW_H
#define TOOLS_LIMITS_SHOW_H

#include "tools/cli.h"

/* 0, or the first unknown letter. */
int limits_parse_flags(const char *letters, uint32_t *ret_flags);
int limits_parse_perm(const char *letters, int *ret_perm);

/* Text, or JSON if asked for; domain NULL: the defaults. */
void limits_show(const struct cli *cli, const char *domain,
    const struct vpop_limits *limits);

#endif
