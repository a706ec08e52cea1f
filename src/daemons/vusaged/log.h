/* Messages of the daemon: a line each, to standard error or to syslog. */
#ifndef VUSAGED_LOG_H
#define VUSAGED_LOG_H

#include "base/attr.h"

/* From now on to syslog. */
void vp_log_to_syslog(void);
/* Control bytes are replaced. */
void vp_log_say(const char *format, ...) VP_PRINTF(1, 2);

#endif
