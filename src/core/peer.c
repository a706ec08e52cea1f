/*
 * Addresses of the network: one text for each, so that they can be compared
 * as text.
 */
#include "config.h"

#include "core/name.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

int
vp_ip_canonical(const char *ip, char ret_ip[VPOP_IP_SIZE])
{
	struct in_addr v4;
	struct in6_addr v6;

	if (inet_pton(AF_INET, ip, &v4) != 1) {
		if (inet_pton(AF_INET6, ip, &v6) != 1)
			return -1;
		if (!IN6_IS_ADDR_V4MAPPED(&v6))
			return inet_ntop(AF_INET6, &v6, ret_ip, VPOP_IP_SIZE)
				   ? 0
				   : -1;
		memcpy(&v4, v6.s6_addr + 12, sizeof v4);
	}
	return inet_ntop(AF_INET, &v4, ret_ip, VPOP_IP_SIZE) ? 0 : -1;
}

void
vp_peer_ip(char ret_ip[VPOP_IP_SIZE])
{
	const char *ip = getenv("TCPREMOTEIP");

	if (!ip)
		ip = getenv("REMOTE_HOST");
	if (!ip || vp_ip_canonical(ip, ret_ip) != 0)
		ret_ip[0] = '\0';
}
