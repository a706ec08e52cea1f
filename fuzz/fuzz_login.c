/* The packet of the checkpassword interface. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_field(const struct vp_packet *packet, const char *field)
{
	if (field < packet->data || field > packet->data + packet->size ||
	    field + strlen(field) > packet->data + packet->size)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct vp_packet packet;

	if (size > VP_PACKET_MAX)
		return 0;
	memset(packet.data, 'x', sizeof packet.data);
	memcpy(packet.data, data, size);
	packet.size = size;
	vp_packet_split(&packet);
	check_field(&packet, packet.name);
	check_field(&packet, packet.secret);
	check_field(&packet, packet.challenge);
	if (packet.name > packet.secret || packet.secret > packet.challenge)
		abort();
	return 0;
}
