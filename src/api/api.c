/*
 * The process-wide handle, and the functions that belong to no noun.
 */
#include "config.h"

#include "api/api.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/text.h"
#include "core/policy.h"
#include "core/store.h"
#include "vauth.h"
#include "vpopmail.h"

VPOP_EXPORT int verrori;
VPOP_EXPORT int OptimizeAddDomain;
VPOP_EXPORT int NoMakeIndex;

static struct vpop *handle;
static char refusal[VP_POLICY_SENTENCE];
static int refusal_code;

struct vpop *
vp_api_handle(void)
{
	if (!handle) {
		int code = vpop_open(&handle, 0);

		if (code < 0) {
			vpop_close(handle);
			handle = NULL;
			verrori = code;
			return NULL;
		}
	}
	verrori = 0;
	return handle;
}

int
vp_api_result(int code)
{
	if (handle && (code == VA_HOOK_REFUSED || code == VA_HOOK_FAILED))
		(void)vp_api_refused(handle, code);
	verrori = code;
	return code;
}

int
vp_api_plain(int code)
{
	(void)vp_api_result(code);
	return code < 0 ? -1 : 0;
}

const char *
vp_api_refusal(int code)
{
	return code == 0 || code == refusal_code ? refusal : "";
}

int
vp_api_refused(const struct vpop *vp, int code)
{
	if (!VA_IS_SENTENCE(code))
		return code;
	refusal_code = code;
	if (vp_copy(refusal, sizeof refusal, vpop_message(vp)) != 0)
		refusal[0] = '\0';
	return code;
}

/* The kernel writes: it refuses where we would be killed. */
static void
write_to(char *to, const char *from, size_t size)
{
	union {
		const char *in;
		char *out;
	} source = { .in = from };
	const struct iovec local = { source.out, size };
	const struct iovec remote = { to, size };

	if (process_vm_writev(getpid(), &local, 1, &remote, 1, 0) < 0 &&
	    errno != EFAULT)
		memcpy(to, from, size);
}

int
vp_api_tell(char *string, const char *text)
{
	size_t length = strlen(text);

	if (strcmp(string, text) == 0)
		return 0;
	if (length > MAX_PW_DOMAIN && length > strlen(string))
		return vp_api_result(VA_DOMAIN_NAME_TOO_LONG);
	write_to(string, text, length + 1);
	return 0;
}

void
vp_api_lower(char *string)
{
	char lower[VPOP_DOMAIN_SIZE];

	/* What is longer is no name. */
	if (vp_copy(lower, sizeof lower, string) != 0)
		return;
	vp_lower(lower);
	(void)vp_api_tell(string, lower);
}

int
vp_api_domain(char *domain, struct vp_api_name *ret)
{
	int code;

	if (!domain)
		return vp_api_result(VA_NULL_POINTER);
	if (!(ret->vp = vp_api_handle()))
		return verrori < 0 ? verrori : VA_MEMORY_ALLOC_ERR;
	vp_api_lower(domain);
	if (strlen(domain) >= VPOP_DOMAIN_SIZE)
		return vp_api_result(VA_DOMAIN_NAME_TOO_LONG);
	char lower[VPOP_DOMAIN_SIZE];
	(void)vp_copy(lower, sizeof lower, domain);
	vp_lower(lower);
	if ((code = vp_api_find_domain(ret->vp, lower, &ret->domain)) < 0)
		return vp_api_result(code);
	return vp_api_tell(domain, ret->domain.real);
}

int
vp_api_user(char *user, char *domain, struct vp_api_name *ret)
{
	if (!user || !domain)
		return vp_api_result(VA_NULL_POINTER);
	vp_api_lower(user);

	int code = vp_api_domain(domain, ret);
	if (code < 0)
		return code;
	if (vp_copy(ret->user, sizeof ret->user, user) != 0)
		return vp_api_result(VA_USER_NAME_TOO_LONG);
	vp_lower(ret->user);
	return 0;
}

int
vp_api_may_read(struct vpop *vp, const struct vpop_domain *domain)
{
	if (geteuid() == 0 || geteuid() == domain->uid)
		return 0;
	return vp_fail(vp, VA_BAD_UID,
	    "only root and the owner of domain '%s' may read its accounts",
	    domain->real);
}

void
vp_api_close(void)
{
	vp_api_users_close();
	vp_api_aliases_close();
	vp_api_cache_drop();
	vpop_close(handle);
	handle = NULL;
}

VPOP_EXPORT void
vclose(void)
{
	vp_api_close();
}

static int
open_store(void)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop *vp = vp_api_handle();

	return vp ? vp_api_result(vp_store(vp, &ops, &store)) : verrori;
}

VPOP_EXPORT int
vauth_open(int will_update)
{
	(void)will_update;
	return open_store();
}

VPOP_EXPORT int
vauth_open_update(void)
{
	return open_store();
}

VPOP_EXPORT int
vauth_open_read(void)
{
	return open_store();
}
