/*
 * What goes between the processes of vpopmaild: headers of messages, and
 * sealed sessions; and the frames that front and worker both cut, which must
 * be the same however the input is torn.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemons/vpopmaild/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_header(const uint8_t *data, enum vpd_wire_way way)
{
	unsigned char again[VPD_WIRE_HEADER];
	struct vpd_wire wire;

	if (vpd_wire_decode(data, way, &wire) != 0)
		return;
	if (wire.state_size > VPD_STATE_MAX || wire.data_size > VPD_INPUT_MAX ||
	    wire.used > VPD_INPUT_MAX || wire.want > VPD_CLOSE ||
	    wire.level > VPD_SYSTEM)
		abort();
	vpd_wire_encode(&wire, again);
	if (memcmp(again, data, sizeof again) != 0)
		abort();
}

/* Nobody but we can have sealed it. */
static void
check_state(const uint8_t *data, size_t size)
{
	static const unsigned char key[VPD_KEY_BYTES] = { 1, 2, 3 };
	static struct vpd_session session;

	if (vpd_unseal(key, 1, data, size, &session) == 0)
		abort();
}

/* The sum of what was framed, when step bytes come at a time. */
static uint64_t
frames(const char *data, size_t size, size_t step, enum vpd_next want)
{
	struct vpd_frame frame = { .want = want };
	size_t begun = 0, have = 0, length, used;
	uint64_t sum = 0;

	while (begun < size) {
		enum vpd_framed framed = vpd_frame(
		    &frame, data + begun, have - begun, &length, &used);

		if (used > have - begun || length > used)
			abort();
		begun += used;
		if (framed != VPD_FRAME_MORE)
			sum = sum * 31 + length + 7 * (uint64_t)framed;
		else if (have == size)
			break;
		else
			have += step < size - have ? step : size - have;
	}
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (size < 1)
		return 0;
	if (size >= VPD_WIRE_HEADER) {
		check_header(data, VPD_TO_WORKER);
		check_header(data, VPD_TO_FRONT);
	}
	check_state(data, size);
	for (enum vpd_next want = VPD_LINE; want <= VPD_FILE; want++) {
		uint64_t whole = frames(text, size, size, want);

		if (frames(text, size, 1, want) != whole ||
		    frames(text, size, 1 + data[0] % 64U, want) != whole)
			abort();
	}
	return 0;
}
