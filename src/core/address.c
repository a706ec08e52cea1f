/* Splitting an address or a login name into user and domain. */
#include "config.h"

#include <string.h>

#include "core/name.h"

/* The first character of "@%/" that occurs anywhere decides, at its first
 * occurrence. */
static const char *
find_separator(const char *address)
{
	for (const char *c = "@%/"; *c; c++) {
		const char *found = strchr(address, *c);

		if (found)
			return found;
	}
	return NULL;
}

int
vpop_parse_address(struct vpop *vp, const char *address,
    char ret_user[VPOP_USER_SIZE], char ret_domain[VPOP_DOMAIN_SIZE])
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE] = "";
	const char *separator = find_separator(address);
	AUTO_FREE char *first = NULL;
	int code;

	first = strndup(address,
	    separator ? (size_t)(separator - address) : strlen(address));
	if (!first)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	code = vp_name_user(vp, first, user);
	if (code == 0 && separator)
		code = vp_name_domain(vp, separator + 1, domain);
	/* One that is no domain is the site's mistake, not the name's: it will
	 * not be found. */
	if (code == 0 && domain[0] == '\0')
		code = vpop_default_domain(vp, domain);
	if (code != 0)
		return code;
	memcpy(ret_user, user, sizeof user);
	memcpy(ret_domain, domain, sizeof domain);
	return 0;
}
