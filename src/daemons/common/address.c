/* The ranges that IANA lists as not globally reachable, and addresses of IPv6
 * that hold one of IPv4, which is looked at. */
#include "config.h"

#include "daemons/common/address.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static int
is_private_v4(uint32_t address)
{
	static const struct {
		uint32_t net;
		int bits;
	} nets[] = {
		{ 0x00000000, 8 },  /* this network */
		{ 0x0a000000, 8 },  /* private */
		{ 0x64400000, 10 }, /* carriers' own */
		{ 0x7f000000, 8 },  /* loopback */
		{ 0xa9fe0000, 16 }, /* link */
		{ 0xac100000, 12 }, /* private */
		{ 0xc0000000, 24 }, /* protocols */
		{ 0xc0000200, 24 }, /* documentation */
		{ 0xc0586300, 24 }, /* 6to4 relays */
		{ 0xc0a80000, 16 }, /* private */
		{ 0xc6120000, 15 }, /* benchmarks */
		{ 0xc6336400, 24 }, /* documentation */
		{ 0xcb007100, 24 }, /* documentation */
		{ 0xe0000000, 3 },  /* multicast, reserved, broadcast */
	};

	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++)
		if ((address ^ nets[i].net) >> (32 - nets[i].bits) == 0)
			return 1;
	return 0;
}

static uint32_t
four(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
	       (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Only 2000::/3 is given out; in it, 6to4 and Teredo hold others. */
static int
is_private_v6(const uint8_t *bytes)
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
		0xff };
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (memcmp(bytes, mapped, sizeof mapped) == 0 ||
	    memcmp(bytes, nat64, sizeof nat64) == 0)
		return is_private_v4(four(bytes + 12));
	if (bytes[0] == 0x20 && bytes[1] == 0x02)
		return is_private_v4(four(bytes + 2));
	if (bytes[0] == 0x20 && bytes[1] == 0x01 &&
	    (bytes[2] < 2 || (bytes[2] == 0x0d && bytes[3] == 0xb8)))
		return 1;
	return (bytes[0] & 0xe0) != 0x20;
}

int
vp_is_private(const struct sockaddr *address)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (address->sa_family == AF_INET) {
		memcpy(&in, address, sizeof in);
		return is_private_v4(ntohl(in.sin_addr.s_addr));
	}
	if (address->sa_family != AF_INET6)
		return 1;
	memcpy(&in6, address, sizeof in6);
	return is_private_v6(in6.sin6_addr.s6_addr);
}
