/* The usage daemon, for programs of old. */
#include "config.h"

#include "client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "core/usage.h"
#include "ippp.h"

VPOP_EXPORT int
ippp_parse(const char *pair, struct sockaddr_in *address)
{
	return address ? vp_usage_address(pair, address) : 0;
}

int
vp_api_usage(const char *entry, uint64_t *ret_size, uint64_t *ret_count)
{
	const struct vpop *vp = vp_api_handle();

	*ret_size = *ret_count = VP_USAGE_UNKNOWN;
	return vp && vp_usage_ask(vp, entry, ret_size, ret_count);
}

VPOP_EXPORT void *
client_connect(void)
{
	const struct vpop *vp = vp_api_handle();
	struct vp_usage_client *c = vp ? calloc(1, sizeof *c) : NULL;

	if (c && vp_usage_connect(vp, c) != 0) {
		int error = errno;

		free(c);
		c = NULL;
		errno = error;
	}
	return c;
}

static void
give(storage_t *to, uint64_t number)
{
	if (to)
		*to = number;
}

VPOP_EXPORT int
client_query(void *handle, const char *entry, uint16_t len, storage_t *size,
    storage_t *count)
{
	uint64_t bytes = VP_USAGE_UNKNOWN, files = VP_USAGE_UNKNOWN;
	int rc = handle && entry
		     ? vp_usage_query(handle, entry, len, &bytes, &files)
		     : 0;

	give(size, bytes);
	give(count, files);
	return rc;
}

VPOP_EXPORT void
client_close(void *handle)
{
	struct vp_usage_client *c = handle;

	if (!c)
		return;
	close(c->fd);
	free(c);
}

VPOP_EXPORT int
client_query_quick(const char *entry, storage_t *size, storage_t *count)
{
	void *handle = entry ? client_connect() : NULL;
	size_t length = entry ? strlen(entry) : 0;
	int rc;

	give(size, VP_USAGE_UNKNOWN);
	give(count, VP_USAGE_UNKNOWN);
	if (!handle)
		return 0;
	rc = length <= UINT16_MAX
		 ? client_query(handle, entry, (uint16_t)length, size, count)
		 : 0;
	client_close(handle);
	return rc;
}
