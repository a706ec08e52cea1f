/* One client on descriptors 0 and 1, as super-servers start us. */
#ifndef VPOPMAILD_INETD_H
#define VPOPMAILD_INETD_H

#include "vpop.h"

/* Returns the exit status: 0 after quit, 255 when the client said nothing
 * more or too often the wrong thing, 254 when it could not be answered. */
int vpd_inetd(struct vpop *vp);

#endif
