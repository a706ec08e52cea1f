/* Domains: adding, deleting, finding. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "api/api.h"
#include "base/text.h"
#include "vpopmail.h"

static int
check_length(const char *domain)
{
	if (strlen(domain) < 3)
		return VA_INVALID_DOMAIN_NAME;
	return strlen(domain) > MAX_PW_DOMAIN ? VA_DOMAIN_NAME_TOO_LONG : 0;
}

VPOP_EXPORT int
vadddomain(char *domain, char *dir, uid_t uid, gid_t gid)
{
	struct vpop *vp;
	struct vpop_domain_new wanted = { .name = domain,
		.basedir = dir,
		.uid = uid,
		.gid = gid,
		.no_postmaster = 1,
		.flags = OptimizeAddDomain ? VPOP_DOMAIN_NO_SIGNAL : 0 };
	int code;

	if (!domain || !dir)
		return vp_api_result(VA_NULL_POINTER);
	if ((code = check_length(domain)) < 0)
		return vp_api_result(code);
	if (!(vp = vp_api_handle()))
		return verrori;
	vp_api_lower(domain);
	return vp_api_result(vpop_domain_add(vp, &wanted));
}

/* An alias: its real name is told to the caller, as clients expect. */
VPOP_EXPORT int
vdeldomain(char *domain)
{
	struct vpop *vp;
	struct vpop_domain found;
	int code;

	if (!domain)
		return vp_api_result(VA_NULL_POINTER);
	if (strlen(domain) > MAX_PW_DOMAIN)
		return vp_api_result(VA_DOMAIN_NAME_TOO_LONG);
	if (!(vp = vp_api_handle()))
		return verrori;
	vp_api_lower(domain);
	if ((code = vpop_domain_get(vp, domain, &found)) < 0 ||
	    (code = vpop_domain_delete(vp, domain)) < 0)
		return vp_api_result(code);
	return vp_api_tell(domain, found.real);
}

/* The core takes the two names in any order; here the second must exist. */
VPOP_EXPORT int
vaddaliasdomain(char *alias_domain, char *real_domain)
{
	struct vpop *vp;
	struct vpop_domain real, alias;
	int code;

	if (!alias_domain || !real_domain)
		return vp_api_result(VA_NULL_POINTER);
	if ((code = check_length(alias_domain)) < 0 ||
	    (code = check_length(real_domain)) < 0)
		return vp_api_result(code);
	if (!(vp = vp_api_handle()))
		return verrori;
	vp_api_lower(alias_domain);
	vp_api_lower(real_domain);
	if (strcmp(alias_domain, real_domain) == 0)
		return vp_api_result(VA_DOMAIN_ALREADY_EXISTS);
	if ((code = vpop_domain_get(vp, alias_domain, &alias)) == 0) {
		(void)vp_api_tell(alias_domain, alias.real);
		return vp_api_result(VA_DOMAIN_ALREADY_EXISTS);
	}
	if (code == VA_DOMAIN_DOES_NOT_EXIST)
		code = vpop_domain_get(vp, real_domain, &real);
	if (code == 0)
		code = vpop_domain_add_alias(vp, alias_domain, real.real);
	return vp_api_result(code);
}

VPOP_EXPORT char *
vget_assign(char *domain, char *dir, int dir_len, uid_t *uid, gid_t *gid)
{
	static char path[VPOP_DIR_SIZE];
	struct vp_api_name name;

	if (!domain || *domain == '\0') {
		vp_api_cache_drop();
		vp_api_result(
		    domain ? VA_DOMAIN_DOES_NOT_EXIST : VA_NULL_POINTER);
		return NULL;
	}
	if (vp_api_domain(domain, &name) < 0)
		return NULL;
	memcpy(path, name.domain.dir, sizeof path);
	if (dir && dir_len > 0) {
		size_t length = strnlen(path, (size_t)dir_len - 1);

		memcpy(dir, path, length);
		dir[length] = '\0';
	}
	if (uid)
		*uid = name.domain.uid;
	if (gid)
		*gid = name.domain.gid;
	return path;
}

/* ---- the walk ---------------------------------------------------------- */

static struct vp_assign_walk *walk;
static char wanted[VPOP_DOMAIN_SIZE]; /* real domain, "": all */

static void
end_walk(void)
{
	if (walk)
		vp_assign_close(walk);
	walk = NULL;
}

/* 1, 0 if there is no such domain, or a code. */
static int
start_walk(const char *match)
{
	struct vpop *vp = vp_api_handle();
	struct vpop_domain domain = { .real = "" };
	int code = 0;

	end_walk();
	if (!vp)
		return verrori;
	if (*match)
		code = vpop_domain_get(vp, match, &domain);
	if (code != 0)
		return code == VA_DOMAIN_DOES_NOT_EXIST ? 0 : code;
	memcpy(wanted, domain.real, sizeof wanted);
	walk = vp_assign_open(vp->set.qmaildir);
	return walk ? 1 : VA_CANNOT_READ_ASSIGN;
}

/* Lines that are malformed or no domain's are passed over. */
static int
next_entry(struct vp_assign *ret)
{
	for (;;) {
		int rc = vp_assign_next(walk, ret);

		if (rc < 0 && errno != EBADMSG)
			return VA_CANNOT_READ_ASSIGN;
		if (rc == 0)
			return 0;
		if (rc == 1 && strchr(ret->name, '.') &&
		    (wanted[0] == '\0' || strcmp(wanted, ret->real) == 0))
			return 1;
	}
}

VPOP_EXPORT domain_entry *
get_domain_entries(const char *match_real)
{
	static struct vp_assign found;
	static domain_entry entry;
	struct vp_assign next;
	int code = match_real ? start_walk(match_real) : walk != NULL;

	if (code == 1)
		code = next_entry(&next);
	if (code != 1) {
		end_walk();
		vp_api_result(code);
		return NULL;
	}
	vp_api_result(0);
	found = next;
	entry = (domain_entry){ .domain = found.name,
		.realdomain = found.real,
		.uid = (int)found.uid,
		.gid = (int)found.gid,
		.path = found.dir };
	return &entry;
}
