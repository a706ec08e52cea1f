/* The packet of the checkpassword interface. */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <string.h>

#include "core/packet.h"

static struct vp_packet packet;

static int
read_bytes(const char *data, size_t size)
{
	int fds[2], rc, errnum;

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], data, size), (ssize_t)size);
	close(fds[1]);
	memset(&packet, 'x', sizeof packet);
	rc = vp_packet_read(fds[0], &packet);
	errnum = errno;
	close(fds[0]);
	errno = errnum;
	return rc;
}

START_TEST(fields)
{
	static const char full[] = "name\0secret\0challenge\0ignored";

	ck_assert_int_eq(read_bytes(full, sizeof full), 0);
	ck_assert_str_eq(packet.name, "name");
	ck_assert_str_eq(packet.secret, "secret");
	ck_assert_str_eq(packet.challenge, "challenge");
}
END_TEST

START_TEST(missing)
{
	ck_assert_int_eq(read_bytes("name\0secret", 11), 0);
	ck_assert_str_eq(packet.name, "name");
	ck_assert_str_eq(packet.secret, "secret");
	ck_assert_str_eq(packet.challenge, "");
	ck_assert_int_eq(read_bytes("name", 4), 0);
	ck_assert_str_eq(packet.name, "name");
	ck_assert_str_eq(packet.secret, "");
	ck_assert_str_eq(packet.challenge, "");
	ck_assert_int_eq(read_bytes("", 0), 0);
	ck_assert_str_eq(packet.name, "");
	ck_assert_str_eq(packet.secret, "");
	ck_assert_str_eq(packet.challenge, "");
}
END_TEST

START_TEST(limit)
{
	static char data[VP_PACKET_MAX + 1];

	memset(data, 'n', sizeof data);
	ck_assert_int_eq(read_bytes(data, VP_PACKET_MAX), 0);
	ck_assert_uint_eq(strlen(packet.name), VP_PACKET_MAX);
	ck_assert_int_eq(read_bytes(data, VP_PACKET_MAX + 1), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
}
END_TEST

START_TEST(unreadable)
{
	ck_assert_int_eq(vp_packet_read(-1, &packet), -1);
	ck_assert_int_eq(errno, EBADF);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { fields, missing, limit, unreadable,
		NULL };

	return unit_main("packet", tests);
}
