/*
 * The packet is read into a buffer of fixed size that its caller wipes: no
 * copy of the secret is left behind by a buffer that grew.  A longer packet
 * is refused as a whole, because a password that was cut is another one.
 */
#include "config.h"

#include "core/packet.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

int
vp_packet_read(int fd, struct vp_packet *ret)
{
	ret->size = 0;
	for (;;) {
		/* One byte above the limit shows that there is more. */
		ssize_t got = read(
		    fd, ret->data + ret->size, VP_PACKET_MAX + 1 - ret->size);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		ret->size += (size_t)got;
		if (ret->size > VP_PACKET_MAX) {
			errno = EMSGSIZE;
			return -1;
		}
	}
	vp_packet_split(ret);
	return 0;
}

void
vp_packet_split(struct vp_packet *packet)
{
	const char *end = packet->data + packet->size;
	const char *field[3];
	const char *next = packet->data;

	packet->data[packet->size] = '\0';
	for (int i = 0; i < 3; i++) {
		field[i] = next;
		next += strlen(next);
		/* The NUL put above ends the last field; stay on it. */
		if (next < end)
			next++;
	}
	packet->name = field[0];
	packet->secret = field[1];
	packet->challenge = field[2];
}
