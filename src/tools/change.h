/* One change to one account or to every account of a domain. */
#ifndef TOOLS_CHANGE_H
#define TOOLS_CHANGE_H

#include "tools/cli.h"

/* Change the account user@domain; 0 or a code, untold. */
int change_user(struct cli *cli, const char *user, const char *domain,
    struct vpop_user_change *change);
/* Change all accounts; stops at the first that fails.  0, or a code after
 * telling. */
int change_domain(
    struct cli *cli, const char *domain, struct vpop_user_change *change);

#endif
