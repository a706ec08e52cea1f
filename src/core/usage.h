/*
 * Questions to the usage daemon that etc/vusagec.conf names, if any (facts:
 * vusaged 2, 6).
 */
#ifndef CORE_USAGE_H
#define CORE_USAGE_H

#include <netinet/in.h>

#include "core/handle.h"

#define VP_USAGE_UNKNOWN UINT64_MAX

struct vp_usage_client {
	int fd;
	int timeout; /* milliseconds */
};

/* 0; -1 and errno, which is 0 if the settings name no daemon. */
int vp_usage_connect(const struct vpop *vp, struct vp_usage_client *ret);
/* 1 answered, 0 and errno; what is not known is VP_USAGE_UNKNOWN. */
int vp_usage_query(const struct vp_usage_client *client, const char *entry,
    size_t length, uint64_t *ret_size, uint64_t *ret_count);
/* Connect, ask for "user@domain" or "@domain", close: 1 if it is known. */
int vp_usage_ask(const struct vpop *vp, const char *entry, uint64_t *ret_size,
    uint64_t *ret_count);
/* Tell that the mailbox of an address has changed; never waits. */
void vp_usage_notify(const struct vpop *vp, const char *address);
/* "192.0.2.1:189": 1 or 0. */
int vp_usage_address(const char *pair, struct sockaddr_in *ret);

/* What a domain holds: 1, or 0 if the daemon cannot tell. */
int vp_usage_domain(const struct vpop *vp, const char *domain,
    uint64_t *ret_bytes, uint64_t *ret_count);
/* Would size bytes more pass the limits of a domain that holds so much? */
int vp_usage_is_over(const struct vpop_limits *limits, uint64_t bytes,
    uint64_t count, uint64_t size);

#endif
