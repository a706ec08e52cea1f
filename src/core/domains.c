/* Walking the domains in the order of users/assign. */
#include "config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/domain.h"

struct vpop_domains {
	struct vpop *vp;
	struct vp_assign_walk *walk;
	char real[VPOP_DOMAIN_SIZE]; /* "": all */
};

static int
read_failed(struct vpop *vp)
{
	if (errno == EBADMSG)
		return vp_fail(vp, VA_CANNOT_READ_ASSIGN,
		    "'%s/users/assign' has a malformed line", vp->set.qmaildir);
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_CANNOT_READ_ASSIGN),
	    "cannot read '%s/users/assign'", vp->set.qmaildir);
}

int
vpop_domains_open(
    struct vpop *vp, const char *real, struct vpop_domains **ret_cursor)
{
	struct vpop_domain domain = { .real = "" };

	if (real) {
		int code = vpop_domain_get(vp, real, &domain);

		if (code != 0)
			return code;
	}
	struct vpop_domains *cursor = calloc(1, sizeof *cursor);
	if (!cursor)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	cursor->vp = vp;
	memcpy(cursor->real, domain.real, sizeof cursor->real);
	cursor->walk = vp_assign_open(vp->set.qmaildir);
	if (!cursor->walk) {
		free(cursor);
		return read_failed(vp);
	}
	*ret_cursor = cursor;
	return 0;
}

int
vpop_domains_next(struct vpop_domains *cursor, struct vpop_domain *ret_domain)
{
	struct vp_assign entry;
	int rc;

	do {
		rc = vp_assign_next(cursor->walk, &entry);
		if (rc < 0)
			return read_failed(cursor->vp);
		if (rc == 0)
			return 0;
	} while (cursor->real[0] && strcmp(cursor->real, entry.real) != 0);

	struct vpop_domain domain = { .uid = entry.uid, .gid = entry.gid };
	if (vp_copy(domain.name, sizeof domain.name, entry.name) != 0 ||
	    vp_copy(domain.real, sizeof domain.real, entry.real) != 0 ||
	    vp_copy(domain.dir, sizeof domain.dir, entry.dir) != 0)
		return read_failed(cursor->vp);
	*ret_domain = domain;
	return 1;
}

void
vpop_domains_close(struct vpop_domains *cursor)
{
	if (!cursor)
		return;
	vp_assign_close(cursor->walk);
	free(cursor);
}
