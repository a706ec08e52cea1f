/*
 * Closing a domain for its users: a file in its folder, which holds the
 * reason.  Logins look for it, so it is one file and no entry of a store; mail
 * is delivered as ever, and is there when the domain is opened again.
 */
#include "config.h"

#include "core/suspend.h"

#include <errno.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"

int
vp_suspended(struct vpop *vp, const struct vpop_domain *domain,
    char ret_reason[VPOP_REASON_SIZE])
{
	AUTO_CLOSE int dirfd = vp_domain_open(domain);
	size_t size = 0;
	AUTO_FREE char *text = dirfd < 0 ? NULL
					 : vp_file_read(dirfd, VP_SUSPENDED,
					       VPOP_REASON_SIZE, &size);

	/* Accounts of a database need no folder here. */
	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_D_DIR),
		    "cannot read '%s/" VP_SUSPENDED "'", domain->dir);
	if (ret_reason) {
		text[strcspn(text, "\n")] = '\0';
		(void)vp_copy(ret_reason, VPOP_REASON_SIZE, text);
	}
	return 1;
}

int
vpop_domain_is_suspended(
    struct vpop *vp, const char *name, char ret_reason[VPOP_REASON_SIZE])
{
	struct vpop_domain domain;
	int code = vpop_domain_get(vp, name, &domain);

	return code != 0 ? code : vp_suspended(vp, &domain, ret_reason);
}
