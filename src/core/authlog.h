/*
 * The lines that logins leave in the logs (facts: runtime 3).  Intrusion
 * filters match their words, their order and the colon before the address.
 */
#ifndef CORE_AUTHLOG_H
#define CORE_AUTHLOG_H

#include "core/login.h"

/* The numbers are those of the SQL log. */
enum vp_authlog_class {
	VP_AUTHLOG_INTERNAL = 0,
	VP_AUTHLOG_LOGON = 1,
	VP_AUTHLOG_AUTH = 2,
	VP_AUTHLOG_PASSWD = 3,
	VP_AUTHLOG_ACCESS = 4
};

/* 1 if the mode (enum vp_logging) logs the class. */
int vp_authlog_wanted(int64_t mode, enum vp_authlog_class class);

/* The line of a login's result, malloc'd, NULL without memory; service is
 * the log name ("vchkpw-pop3").  The wrong password is in it only if the
 * settings say so. */
char *vp_authlog_login(const struct vpop *vp, const char *service,
    const struct vp_login *login, const struct vp_session *session,
    enum vp_authlog_class *ret_class);
/* "service: words user@domain:peer", malloc'd. */
char *vp_authlog_event(const char *service, const char *peer,
    const struct vp_session *session, const char *format, ...) VP_PRINTF(4, 5);

/* Hand a line to syslog, the log file and the account store's log, if the
 * settings want its class; line may be NULL.  The handle's last failure
 * stays. */
void vp_authlog_send(struct vpop *vp, enum vp_authlog_class class,
    const char *line, const struct vp_session *session,
    const struct vp_login *login);

#endif
