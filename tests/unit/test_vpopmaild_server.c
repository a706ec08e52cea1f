/* What the processes of vpopmaild tell each other, and its throttle. */
#include "config.h"

#include "unit.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>

#include "daemons/common/listen.h"
#include "daemons/vpopmaild/seal.h"
#include "daemons/vpopmaild/throttle.h"

static unsigned char key[VPD_KEY_BYTES], state[VPD_STATE_MAX];
static struct vpd_session session, opened;

static size_t
sealed(uint64_t connection, enum vpd_level level, const char *argument)
{
	memset(key, 7, sizeof key);
	vpd_session_init(&session);
	session.level = level;
	snprintf(session.user, sizeof session.user, "joe");
	snprintf(session.domain, sizeof session.domain, "test.com");
	snprintf(session.argument, sizeof session.argument, "%s", argument);
	return vpd_seal(key, connection, &session, state);
}

START_TEST(session_comes_back)
{
	char longest[VPD_LINE_MAX + 1];
	size_t size = sealed(5, VPD_DOMAIN, "joe@test.com");

	ck_assert_uint_lt(size, 600);
	ck_assert_int_eq(vpd_unseal(key, 5, state, size, &opened), 0);
	ck_assert_int_eq(opened.level, VPD_DOMAIN);
	ck_assert_str_eq(opened.user, "joe");
	ck_assert_str_eq(opened.argument, "joe@test.com");

	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	size = sealed(5, VPD_USER, longest);
	ck_assert_uint_le(size, VPD_STATE_MAX);
	ck_assert_int_eq(vpd_unseal(key, 5, state, size, &opened), 0);
	ck_assert_str_eq(opened.argument, longest);
}
END_TEST

START_TEST(forged_session_is_refused)
{
	size_t size = sealed(5, VPD_USER, "joe@test.com/file");

	for (size_t i = 0; i < size; i++)
		for (int bit = 0; bit < 8; bit++) {
			state[i] ^= (unsigned char)(1 << bit);
			ck_assert_int_eq(
			    vpd_unseal(key, 5, state, size, &opened), -1);
			state[i] ^= (unsigned char)(1 << bit);
		}
	for (size_t less = 0; less < size; less++)
		ck_assert_int_eq(vpd_unseal(key, 5, state, less, &opened), -1);
	state[size] = 0;
	ck_assert_int_eq(vpd_unseal(key, 5, state, size + 1, &opened), -1);
	ck_assert_int_eq(vpd_unseal(key, 5, state, sizeof state, &opened), -1);
	ck_assert_int_eq(vpd_unseal(key, 5, state, size, &opened), 0);
}
END_TEST

START_TEST(session_stays_with_its_connection)
{
	size_t size = sealed(5, VPD_SYSTEM, "");

	ck_assert_int_eq(vpd_unseal(key, 4, state, size, &opened), -1);
	ck_assert_int_eq(vpd_unseal(key, 6, state, size, &opened), -1);
	ck_assert_int_eq(
	    vpd_unseal(key, 5 + (UINT64_C(1) << 32), state, size, &opened), -1);
	key[VPD_KEY_BYTES - 1] ^= 1;
	ck_assert_int_eq(vpd_unseal(key, 5, state, size, &opened), -1);
}
END_TEST

START_TEST(messages_come_back)
{
	const struct vpd_wire wire = { .type = VPD_WIRE_DONE,
		.want = VPD_FILE,
		.level = VPD_DOMAIN,
		.flags = VPD_WIRE_REFUSED | VPD_WIRE_NO_STORE,
		.state_size = 300,
		.used = VPD_INPUT_MAX,
		.connection = UINT64_C(0x8123456789abcdef) };
	unsigned char header[VPD_WIRE_HEADER];
	struct vpd_wire back;

	vpd_wire_encode(&wire, header);
	ck_assert_int_eq(vpd_wire_decode(header, VPD_TO_FRONT, &back), 0);
	ck_assert_int_eq(back.want, VPD_FILE);
	ck_assert_int_eq(back.level, VPD_DOMAIN);
	ck_assert_uint_eq(back.flags, wire.flags);
	ck_assert_uint_eq(back.state_size, 300);
	ck_assert_uint_eq(back.used, VPD_INPUT_MAX);
	ck_assert_uint_eq(back.connection, wire.connection);
	/* The other way it is none. */
	ck_assert_int_eq(vpd_wire_decode(header, VPD_TO_WORKER, &back), -1);
}
END_TEST

static int
decodes(struct vpd_wire wire, enum vpd_wire_way way)
{
	unsigned char header[VPD_WIRE_HEADER];

	vpd_wire_encode(&wire, header);
	return vpd_wire_decode(header, way, &wire) == 0;
}

START_TEST(messages_have_limits)
{
	struct vpd_wire request = { .type = VPD_WIRE_REQUEST,
		.state_size = VPD_STATE_MAX,
		.data_size = VPD_INPUT_MAX };
	struct vpd_wire data = { .type = VPD_WIRE_DATA,
		.data_size = VPD_OUT_BYTES };

	ck_assert(decodes(request, VPD_TO_WORKER));
	request.state_size++;
	ck_assert(!decodes(request, VPD_TO_WORKER));
	request.state_size = 0;
	request.data_size++;
	ck_assert(!decodes(request, VPD_TO_WORKER));
	request.data_size = 0;
	request.want = VPD_CLOSE + 1;
	ck_assert(!decodes(request, VPD_TO_WORKER));
	request.want = VPD_LINE;
	request.level = VPD_SYSTEM + 1;
	ck_assert(!decodes(request, VPD_TO_WORKER));
	request.level = VPD_NOBODY;
	request.flags = VPD_WIRE_FLAGS + 1;
	ck_assert(!decodes(request, VPD_TO_WORKER));
	request.flags = 0;
	request.type = VPD_WIRE_DONE + 1;
	ck_assert(!decodes(request, VPD_TO_WORKER));

	ck_assert(decodes(data, VPD_TO_FRONT));
	data.data_size++;
	ck_assert(!decodes(data, VPD_TO_FRONT));
	data.data_size = 0;
	ck_assert(!decodes(data, VPD_TO_FRONT));
}
END_TEST

static unsigned
refuse(struct vpd_throttle *throttle, const char *account, int64_t now)
{
	return vpd_throttle_add(
	    throttle, VPD_THROTTLE_ACCOUNT, account, "", now);
}

static unsigned
count(struct vpd_throttle *throttle, const char *account, int64_t now)
{
	return vpd_throttle_count(
	    throttle, VPD_THROTTLE_ACCOUNT, account, "", now);
}

START_TEST(failures_are_counted_and_forgotten)
{
	struct vpd_throttle *throttle = vpd_throttle_new(60);

	ck_assert_ptr_nonnull(throttle);
	ck_assert_uint_eq(count(throttle, "a@b", 100), 0);
	for (unsigned i = 1; i <= 5; i++)
		ck_assert_uint_eq(refuse(throttle, "a@b", 100), i);
	ck_assert_uint_eq(count(throttle, "a@c", 100), 0);
	ck_assert_uint_eq(
	    vpd_throttle_count(throttle, VPD_THROTTLE_ADDRESS, "a@b", "", 100),
	    0);
	ck_assert_uint_eq(count(throttle, "a@b", 159), 5);
	ck_assert_uint_eq(count(throttle, "a@b", 160), 4);
	ck_assert_uint_eq(count(throttle, "a@b", 279), 3);
	ck_assert_uint_eq(refuse(throttle, "a@b", 279), 4);
	ck_assert_uint_eq(count(throttle, "a@b", 100000), 0);
	refuse(throttle, "a@b", 100000);
	vpd_throttle_clear(throttle, VPD_THROTTLE_ACCOUNT, "a@b", "");
	ck_assert_uint_eq(count(throttle, "a@b", 100000), 0);
	vpd_throttle_free(throttle);
}
END_TEST

START_TEST(flood_keeps_the_worst)
{
	struct vpd_throttle *throttle = vpd_throttle_new(60);
	char name[32];

	for (int i = 0; i < 20; i++)
		refuse(throttle, "victim@test.com", 100);
	for (int i = 0; i < 200000; i++) {
		snprintf(name, sizeof name, "a%d@test.com", i);
		refuse(throttle, name, 100);
	}
	ck_assert_uint_eq(count(throttle, "victim@test.com", 100), 20);
	vpd_throttle_free(throttle);
}
END_TEST

START_TEST(delays_grow)
{
	ck_assert_uint_eq(vpd_throttle_delay(0, 250), 0);
	ck_assert_uint_eq(vpd_throttle_delay(1, 250), 250);
	ck_assert_uint_eq(vpd_throttle_delay(2, 250), 500);
	ck_assert_uint_eq(vpd_throttle_delay(4, 250), 2000);
	ck_assert_uint_eq(vpd_throttle_delay(5, 250), 2500);
	ck_assert_uint_eq(vpd_throttle_delay(1000, 60000), 600000);
	ck_assert_uint_eq(vpd_throttle_delay(3, 0), 0);
}
END_TEST

START_TEST(addresses_to_listen_on)
{
	static const char *const bad[] = { "", "89", "localhost:89",
		"127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x",
		"::1:89", "[::1]", "[::1:89", "[127.0.0.1]:89", "[]:89",
		"*:89x", "300.0.0.1:89", NULL };
	char name[64];
	int fd = vp_listen_inet("127.0.0.1:0");

	ck_assert_int_ge(fd, 0);
	vp_listen_name(fd, name, sizeof name);
	ck_assert_int_eq(strncmp(name, "127.0.0.1:", 10), 0);
	ck_assert_str_ne(name, "127.0.0.1:0");
	errno = 0;
	ck_assert_int_eq(vp_listen_inet(name), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	close(fd);
	for (const char *const *b = bad; *b; b++) {
		errno = 0;
		ck_assert_int_eq(vp_listen_inet(*b), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
	fd = vp_listen_inet("*:0");
	ck_assert_int_ge(fd, 0);
	close(fd);
}
END_TEST

START_TEST(unix_sockets)
{
	char path[128], longest[256];
	struct stat st;
	int fd;

	snprintf(path, sizeof path, "%s/socket", scratch);
	fd = vp_listen_unix(path, 0620, getuid(), getgid());
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0620);
	ck_assert_int_eq(vp_listen_unix(path, 0600, 0, 0), -1);
	ck_assert_int_eq(errno, EADDRINUSE);
	close(fd);
	/* Nobody listens any more. */
	fd = vp_listen_unix(path, 0600, getuid(), getgid());
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	ck_assert_int_eq(vp_listen_unix(path, 0600, 0, 0), -1);
	ck_assert_int_eq(errno, EEXIST);
	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	ck_assert_int_eq(vp_listen_unix(longest, 0600, 0, 0), -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { session_comes_back,
		forged_session_is_refused, session_stays_with_its_connection,
		messages_come_back, messages_have_limits,
		failures_are_counted_and_forgotten, flood_keeps_the_worst,
		delays_grow, addresses_to_listen_on, unix_sockets, NULL };

	if (sodium_init() < 0)
		return EXIT_FAILURE;
	return unit_main("vpopmaild_server", tests);
}
