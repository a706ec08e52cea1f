/*
 * What a daemon tells its operator: lines on standard error or to syslog,
 * "program: role: sentence".  Control bytes are made visible.  Nothing that
 * a client sent as a secret is ever given to these functions.
 */
#ifndef DAEMONS_DAEMONLOG_H
#define DAEMONS_DAEMONLOG_H

#include <syslog.h>

#include "base/attr.h"

/* Where: syslog (facility mail) or standard error.  May be called again. */
void vp_daemonlog_open(const char *program, int use_syslog);
/* From now on lines on standard error do not begin with the program. */
void vp_daemonlog_bare(void);
/* Which process of the program speaks; a literal. */
void vp_daemonlog_role(const char *role);
/* priority: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO. */
void vp_daemonlog(int priority, const char *format, ...) VP_PRINTF(2, 3);

#endif
