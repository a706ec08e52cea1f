#include "config.h"

#include "base/nodump.h"

#include <sys/prctl.h>

void
vp_no_dump(void)
{
	/* Unlike a limit of zero it also holds where cores go to a program,
	 * and is not passed on to the programs that are run. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
