/*
 * The protocol of vpopmaild over a site in a scratch folder.  The first byte
 * says who is logged in, the rest is what the client sends.
 *
 * However the bytes are torn, the same requests come out.  Every request
 * after a login has a reply of whole lines.  Nothing outside of the domains
 * changes, also not behind the links that lie in an account's directory, and
 * nobody becomes an administrator of the system by it.
 */
#include "config.h"

#include <stdint.h>

#include "daemons/vpopmaild/session.h"
#include "fuzz/site.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- the protocol ------------------------------------------------------ */

static struct vpd_session
begin(int who)
{
	struct vpd_session session;

	vpd_session_init(&session);
	session.level = (enum vpd_level)(who & 3);
	session.compact = who & 4;
	session.is_override = session.level == VPD_SYSTEM;
	/* The administrator of the system is one by his socket. */
	if (session.level == VPD_USER || session.level == VPD_DOMAIN) {
		snprintf(session.domain, sizeof session.domain, "test.com");
		snprintf(session.user, sizeof session.user, "%s",
		    session.level == VPD_USER ? "joe" : "admin");
	}
	return session;
}

static int
forget(struct vpd_out *out)
{
	out->used = 0;
	return 0;
}

/* A check sum over requests and where they end. */
static uint64_t
sum(uint64_t old, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		old = (old ^ (unsigned char)data[i]) * UINT64_C(1099511628211);
	return old * 31 + size;
}

/* Frames only: kinds of blocks come by the sum, as a server's would by its
 * answers.  step: how many bytes arrive at a time. */
static uint64_t
frames(const char *data, size_t size, size_t step)
{
	struct vpd_frame frame = { .want = VPD_LINE };
	size_t have = 0, begun = 0, length, used;
	uint64_t result = 1469598103;

	while (begun < size) {
		enum vpd_framed framed = vpd_frame(
		    &frame, data + begun, have - begun, &length, &used);

		check(used <= have - begun && length <= used);
		if (framed != VPD_FRAME_MORE) {
			result = sum(result, data + begun, length);
			frame.want = (enum vpd_next)(result % 3);
		} else if (have == size) {
			break;
		} else {
			have += step < size - have ? step : size - have;
		}
		begun += used;
	}
	return result;
}

static void
check_reply(const struct vpd_session *before, const struct vpd_out *out)
{
	check(!out->failed);
	if (out->used == 0)
		return;
	check(out->data[out->used - 1] == '\n');
	if (before->pending == VPD_NO_VERB && out->used < 60000)
		check(memcmp(out->data, "+OK", 3) == 0 ||
		      memcmp(out->data, "-ERR ", 5) == 0);
}

static void
converse(int who, const char *data, size_t size)
{
	static struct vpd_out out;
	struct vpd_session session = begin(who), before;
	struct vpd_frame frame = { .want = VPD_LINE };

	while (size > 0 && frame.want != VPD_CLOSE) {
		size_t length, used;
		enum vpd_framed framed =
		    vpd_frame(&frame, data, size, &length, &used);

		if (framed == VPD_FRAME_MORE)
			break;
		before = session;
		out = (struct vpd_out){ .flush = forget };
		frame.want = vpd_execute(vp, &session,
		    framed == VPD_FRAME_REQUEST ? data : NULL, length, &out);
		check_reply(&before, &out);
		data += used;
		size -= used;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;

	if (size < 2)
		return 0;
	if (!vp)
		make_site();
	uint64_t whole = frames(bytes, size - 1, size);
	check(frames(bytes, size - 1, 1) == whole);
	check(frames(bytes, size - 1, 7) == whole);
	mend_site(VPOP_QA_ADMIN | (data[0] & 8 ? VPOP_V_OVERRIDE : 0U));
	converse(data[0], bytes, size - 1);
	if ((data[0] & 3) != VPD_SYSTEM)
		look_at_site();
	return 0;
}
