/* Domain limits (facts: storage 15). */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#include "core/domain.h"

#define VP_LIMITS_FILE    ".qmailadmin-limits"
#define VP_LIMITS_DEFAULT "vlimits.default"
#define VP_LIMITS_BYTES   65536 /* largest file accepted */
#define VP_LIMITS_LINE    2048  /* longest line accepted */

/* vpop_limits_get for a domain that is already known; NULL: the defaults. */
int vp_limits_of(struct vpop *vp, const struct vpop_domain *domain,
    struct vpop_limits *ret_limits);

/* The domain's own, from wherever they are kept: 1, 0 it has none and *ret is
 * initialised, or a code. */
int vp_limits_own(
    struct vpop *vp, const struct vpop_domain *domain, struct vpop_limits *ret);

/* Read name below dirfd into *ret (already initialised): 1, 0 no such file,
 * or a VA_ code.  Non-numeric values are an error naming file and line;
 * unknown keys are ignored.  Lists: the user and moderator bits are taken
 * from perm_maillist, or from perm_quota where older releases put them. */
int vp_limits_read(
    struct vpop *vp, int dirfd, const char *name, struct vpop_limits *ret);
/* The text as the facts show it, malloc'd. */
char *vp_limits_text(const struct vpop_limits *limits);
/* Parse text (modified in place); 0, or the number of the bad line. */
unsigned long vp_limits_parse(char *text, struct vpop_limits *ret);

#endif
