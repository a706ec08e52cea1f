/*
 * What an account may do.
 *
 * A session has the rights that its account has now, not those of its login:
 * they are looked up for each request.  While the store cannot be asked they
 * stay as they are; the verb finds out for itself what cannot be done then.
 */
#include "config.h"

#include <string.h>

#include "daemons/vpopmaild/verbs.h"

void
vpd_take_rights(struct vpd_session *session, struct vpop_user *user)
{
	if (strcmp(user->name, "postmaster") == 0)
		user->gid |= VPOP_QA_ADMIN;
	session->level = VPD_USER;
	if (user->gid & VPOP_QA_ADMIN)
		session->level = VPD_DOMAIN;
	if (user->gid & VPOP_SA_ADMIN)
		session->level = VPD_SYSTEM;
	session->is_override =
	    session->level == VPD_SYSTEM ||
	    (session->level == VPD_DOMAIN && (user->gid & VPOP_V_OVERRIDE));
	session->is_expert =
	    session->level == VPD_SYSTEM || (user->gid & VPOP_SA_EXPERT) != 0;
	memcpy(session->user, user->name, sizeof session->user);
	memcpy(session->domain, user->domain, sizeof session->domain);
}

/* The name may belong to another domain meanwhile. */
static int
is_the_same(const struct vpd_session *session, const struct vpop_user *user)
{
	return strcmp(user->name, session->user) == 0 &&
	       strcmp(user->domain, session->domain) == 0;
}

/* A table of domains without any cannot be a site's: that the domain is not
 * in it means nothing. */
static int
has_domains(struct vpop *vp)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int rc = vpop_domains_open(vp, NULL, &cursor);

	if (rc == 0)
		rc = vpop_domains_next(cursor, &domain);
	vpop_domains_close(cursor);
	return rc > 0;
}

int
vpd_renew_rights(struct vpop *vp, struct vpd_session *session)
{
	struct vpop_user user;
	int code, rc = 0;

	/* A user of the system has no account. */
	if (session->domain[0] == '\0')
		return 0;
	code = vpop_user_get(vp, session->user, session->domain, &user);
	if (code != 0)
		return vpop_class(code) == VPOP_CLASS_ABSENT && has_domains(vp)
			   ? -1
			   : 0;
	if (is_the_same(session, &user) && !vpop_user_is_locked(&user))
		vpd_take_rights(session, &user);
	else
		rc = -1;
	explicit_bzero(&user, sizeof user);
	return rc;
}
