/* Which service a login is for, by what the server says in the environment
 * (facts: runtime 2.3). */
#ifndef RUNTIME_SERVICE_H
#define RUNTIME_SERVICE_H

#include "core/login.h"

struct vp_service_name {
	enum vp_service service;
	int webmail_pop;   /* VP_WEBMAIL, and the protocol is POP3 */
	char log_name[32]; /* "vchkpw-pop3" */
};

/* By TCPLOCALPORT; without it by SERVICE, which Dovecot sets; else by the
 * next program, which may be NULL. */
void vp_service_detect(const char *next, struct vp_service_name *ret);
/* POP and IMAP from one of the addresses (separated by blanks) are webmail. */
void vp_service_reclassify(
    const char *addresses, const char *peer, struct vp_service_name *service);

#endif
