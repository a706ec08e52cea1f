/* What the files of the old mailing-list functions share. */
#ifndef API_MAILINGLIST_H
#define API_MAILINGLIST_H

#include "api/api.h"
#include "vpopmail_list.h"

/* The handle for an info that listInit filled; NULL and verrori. */
struct vpop *vp_api_list(const listInfoType *info);

#endif
