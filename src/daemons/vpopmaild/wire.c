/* Byte by byte, so that a header has one form and no padding. */
#include "config.h"

#include "daemons/vpopmaild/wire.h"

static void
put(unsigned char *to, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		to[i] = (unsigned char)(value >> (8 * i));
}

static uint64_t
get(const unsigned char *from, int bytes)
{
	uint64_t value = 0;

	for (int i = bytes; i-- > 0;)
		value = value << 8 | from[i];
	return value;
}

void
vpd_wire_encode(
    const struct vpd_wire *wire, unsigned char ret_header[VPD_WIRE_HEADER])
{
	ret_header[0] = (unsigned char)wire->type;
	ret_header[1] = (unsigned char)wire->want;
	ret_header[2] = (unsigned char)wire->level;
	ret_header[3] = (unsigned char)wire->flags;
	put(ret_header + 4, wire->state_size, 4);
	put(ret_header + 8, wire->data_size, 4);
	put(ret_header + 12, wire->used, 4);
	put(ret_header + 16, wire->connection, 8);
}

static int
admits(const struct vpd_wire *wire, enum vpd_wire_way way)
{
	switch (wire->type) {
	case VPD_WIRE_REQUEST:
		return way == VPD_TO_WORKER && wire->used == 0 &&
		       wire->state_size <= VPD_STATE_MAX &&
		       wire->data_size <= VPD_INPUT_MAX;
	case VPD_WIRE_PEER:
	case VPD_WIRE_CANCEL:
		return way == VPD_TO_WORKER && wire->used == 0 &&
		       wire->state_size == 0 && wire->data_size == 0;
	case VPD_WIRE_DATA:
		return way == VPD_TO_FRONT && wire->used == 0 &&
		       wire->state_size == 0 && wire->data_size > 0 &&
		       wire->data_size <= VPD_OUT_BYTES;
	case VPD_WIRE_DONE:
		return way == VPD_TO_FRONT &&
		       wire->state_size <= VPD_STATE_MAX &&
		       wire->data_size == 0 && wire->used <= VPD_INPUT_MAX;
	default:
		return 0;
	}
}

int
vpd_wire_decode(const unsigned char header[VPD_WIRE_HEADER],
    enum vpd_wire_way way, struct vpd_wire *ret_wire)
{
	struct vpd_wire wire = {
		.type = header[0],
		.want = header[1],
		.level = header[2],
		.flags = header[3],
		.state_size = (uint32_t)get(header + 4, 4),
		.data_size = (uint32_t)get(header + 8, 4),
		.used = (uint32_t)get(header + 12, 4),
		.connection = get(header + 16, 8),
	};

	if (header[1] > VPD_CLOSE || header[2] > VPD_SYSTEM ||
	    wire.flags & ~(unsigned)VPD_WIRE_FLAGS || !admits(&wire, way))
		return -1;
	*ret_wire = wire;
	return 0;
}
