#include "config.h"

#include "panel/auth/csrf.h"

#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "panel/settings.h"

static int
is_listed(const char *origin, const char *list)
{
	size_t size = strlen(origin);

	while (*list) {
		size_t length;

		list += strspn(list, " \t");
		length = strcspn(list, " \t");
		if (length == size && length > 0 &&
		    strncasecmp(list, origin, size) == 0)
			return 1;
		list += length;
	}
	return 0;
}

int
vhd_origin_is_ours(const char *origin, const char *origins, const char *host)
{
	const char *own;

	if (*origins)
		return is_listed(origin, origins);
	own = strstr(origin, "://");
	return own && strncasecmp(origin, "http", 4) == 0 &&
	       strcasecmp(own + 3, host) == 0;
}

static int
refuse(struct vhd_call *call, const char *why)
{
	vhd_problem(call, 403, "csrf", "%s", why);
	return -1;
}

int
vhd_csrf_check(struct vhd_call *call)
{
	const struct vhd_request *request = call->request;
	const char *site = request->headers[VHD_FETCH_SITE];
	const char *origin = request->headers[VHD_ORIGIN];
	const char *token = request->headers[VHD_CSRF];
	size_t size = strlen(call->csrf);

	if (request->method == VHD_GET || request->method == VHD_HEAD)
		return 0;
	if (site && strcmp(site, "same-origin") != 0 &&
	    strcmp(site, "none") != 0)
		return refuse(call, "the request comes from another site");
	if (origin && !vhd_origin_is_ours(origin, call->settings->origins,
			  request->headers[VHD_HOST]))
		return refuse(call, "the request comes from another origin");
	if (size > 0 && (!token || strlen(token) != size ||
			    sodium_memcmp(token, call->csrf, size) != 0))
		return refuse(call,
		    "the header X-CSRF-Token must have the session's token");
	return 0;
}
