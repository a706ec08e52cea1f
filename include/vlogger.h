/*
 * vlogger.h - the log of changes.
 */
#ifndef VPOPMAIL_VLOGGER_H
#define VPOPMAIL_VLOGGER_H

#ifdef __cplusplus
extern "C" {
#endif

/* Tell of a change, if the settings want it; arguments may be NULL.  0,
 * or 1 if its database cannot be written. */
int logmessage(const char *cmd, const char *arg1, const char *arg2);

#ifdef __cplusplus
}
#endif
#endif
