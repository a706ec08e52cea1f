/* The protocol of vpopmaild: frames, replies, and logins that need no
 * connection. */
#include "config.h"

#include "daemons/vpopmaild/session.h"
#include "site.h"

/* Frame the text, arriving step bytes at a time: what was found, and its
 * length, in one line. */
static char *
frames(enum vpd_next want, const char *data, size_t size, size_t step)
{
	struct vpd_frame frame = { .want = want };
	size_t begun = 0, have = 0, length, used, room = 0;
	char *text = NULL;
	FILE *fp = open_memstream(&text, &room);

	ck_assert_ptr_nonnull(fp);
	for (;;) {
		enum vpd_framed framed = vpd_frame(
		    &frame, data + begun, have - begun, &length, &used);

		ck_assert_uint_le(used, have - begun);
		begun += used;
		ck_assert_uint_le(have - begun, VPD_BLOCK_MAX + 8);
		if (want == VPD_LINE)
			ck_assert_uint_le(have - begun, VPD_LINE_MAX + 8);
		if (framed == VPD_FRAME_REQUEST)
			fprintf(fp, "%zu ", length);
		else if (framed == VPD_FRAME_TOO_LONG)
			fprintf(fp, "long ");
		else if (have == size)
			break;
		else
			have += step < size - have ? step : size - have;
	}
	fprintf(fp, "+%zu", vpd_frame_end(&frame, have - begun));
	fclose(fp);
	return text;
}

static void
framed_as(enum vpd_next want, const char *data, size_t size, const char *wanted)
{
	static const size_t steps[] = { 1, 2, 3, 5, 1000, SIZE_MAX };

	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		char *got;

		/* Large inputs byte by byte take their time. */
		if (size > 100000 && steps[i] < 1000)
			continue;
		got = frames(want, data, size, steps[i]);
		ck_assert_str_eq(got, wanted);
		free(got);
	}
}

#define FRAMED(want, data, wanted)                                             \
	framed_as(want, data, sizeof data - 1, wanted)

START_TEST(lines)
{
	FRAMED(VPD_LINE, "", "+0");
	FRAMED(VPD_LINE, "ab\r\nc\n\nrest", "3 1 0 +4");
	FRAMED(VPD_LINE, "a\0b\n", "3 +0");
}
END_TEST

START_TEST(blocks)
{
	FRAMED(VPD_OPTIONS, "a\nb\r\n.\r\n", "5 +0");
	FRAMED(VPD_OPTIONS, ".\n", "0 +0");
	FRAMED(VPD_OPTIONS, "a\n.foo\n b\n.\n", "2 3 +0");
	FRAMED(VPD_OPTIONS, "a\nb.\n.", "+0");
	FRAMED(VPD_FILE, "a\n.foo\n..\n .\n.\n", "13 +0");
	FRAMED(VPD_FILE, ".\r\n.\n", "0 0 +0");
	FRAMED(VPD_FILE, ".\r", "+0");
}
END_TEST

/* count bytes of fill, then the text. */
static char *
long_text(size_t count, int fill, const char *end, size_t *ret_size)
{
	char *text = malloc(count + strlen(end) + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, fill, count);
	memcpy(text + count, end, strlen(end) + 1);
	*ret_size = count + strlen(end);
	return text;
}

static void
long_as(enum vpd_next want, size_t count, int fill, const char *end,
    const char *wanted)
{
	size_t size;
	char *text = long_text(count, fill, end, &size);

	framed_as(want, text, size, wanted);
	free(text);
}

START_TEST(too_long)
{
	char number[32];

	snprintf(number, sizeof number, "%d 1 +0", VPD_LINE_MAX);
	long_as(VPD_LINE, VPD_LINE_MAX, 'x', "\na\n", number);
	long_as(VPD_LINE, VPD_LINE_MAX + 1, 'x', "\na\n", "long 1 +0");
	long_as(VPD_LINE, VPD_LINE_MAX * 5, 'x', "\na\nb", "long 1 +1");
	long_as(VPD_LINE, VPD_LINE_MAX * 5, 'x', "", "+0");

	snprintf(number, sizeof number, "%d 2 +0", VPD_BLOCK_MAX);
	long_as(VPD_FILE, VPD_BLOCK_MAX, '\n', ".\na\n.\n", number);
	long_as(VPD_FILE, VPD_BLOCK_MAX - 1, 'x', "\n.\r\na\n.\n", number);
	long_as(VPD_FILE, VPD_BLOCK_MAX, 'x', "\n.\na\n.\n", "long 2 +0");
	/* Neither the end of a long line of dots nor its beginning is the
	 * end of a file's block. */
	long_as(VPD_FILE, VPD_BLOCK_MAX + 9, '.', "\n.\n.\n", "long 0 +0");
	long_as(VPD_FILE, VPD_BLOCK_MAX + 9, 'x', "\n..\n.x\n.\n", "long +0");
	long_as(VPD_OPTIONS, VPD_BLOCK_MAX + 9, '.', "\n.\n", "long 0 +0");
	long_as(VPD_OPTIONS, VPD_BLOCK_MAX + 9, 'x', "...\n.y\n", "long +0");
	long_as(
	    VPD_OPTIONS, VPD_BLOCK_MAX + 9, '\n', "a.\n.\n.\n", "long 0 +0");
}
END_TEST

/* ---- logins ------------------------------------------------------------ */

static int
is_login(const char *line, char address[VPD_LINE_MAX + 1])
{
	struct vpd_session session;

	vpd_session_init(&session);
	return vpd_is_login(&session, line, strlen(line), address);
}

START_TEST(throttling)
{
	char address[VPD_LINE_MAX + 1] = "";
	struct vpd_session session;
	static struct vpd_out out;

	ck_assert_int_eq(is_login(" SLogin  Joe@Test.COM a b\r", address), 1);
	ck_assert_str_eq(address, "joe@test.com");
	ck_assert_int_eq(is_login("clogin x y", address), 1);
	ck_assert_int_eq(is_login("login x y", address), 1);
	ck_assert_int_eq(is_login("login x", address), 0);
	ck_assert_int_eq(is_login("login x \r", address), 0);
	ck_assert_int_eq(is_login("logins x y", address), 0);
	ck_assert_int_eq(is_login("", address), 0);

	vpd_session_init(&session);
	for (int i = 1; i < 4; i++) {
		ck_assert_int_eq(vpd_refuse_login(&session, &out), VPD_LINE);
		ck_assert_int_eq(session.refused, 1);
	}
	out.used = 0;
	ck_assert_int_eq(vpd_refuse_login(&session, &out), VPD_CLOSE);
	vpd_session_init(&session);
	session.level = VPD_USER;
	ck_assert_int_eq(vpd_is_login(&session, "login x y", 9, address), 0);
	out.data[out.used] = '\0';
	ck_assert_str_eq(out.data,
	    "-ERR 8.207 Invalid Login\r\n"
	    "-ERR 5.105 Too many invalid login attempts\r\n");
}
END_TEST

static enum vpd_next
execute(struct vpd_session *session, const char *line, struct vpd_out *out)
{
	out->used = 0;
	enum vpd_next next = vpd_execute(vp, session, line, strlen(line), out);
	out->data[out->used] = '\0';
	return next;
}

/* Only who the system says is there, and only where it does. */
START_TEST(peer)
{
	struct vpd_session session;
	static struct vpd_out out;

	vpd_session_init(&session);
	site_domain("test.com", "test.com");
	execute(&session, "peerlogin", &out);
	ck_assert_str_eq(out.data, "-ERR 4.104 Invalid Command\r\n");
	execute(&session, "help", &out);
	ck_assert_ptr_null(strstr(out.data, "peerlogin"));

	vpd_session_init(&session);
	session.peer = VPD_PEER_UNIX;
	session.peer_uid = getuid() + 4711;
	execute(&session, "peerlogin", &out);
	ck_assert_str_eq(out.data, "-ERR 4.104 Invalid Command\r\n");
	ck_assert_int_eq(session.level, VPD_NOBODY);

	vpd_session_init(&session);
	session.peer = VPD_PEER_UNIX;
	session.peer_uid = getuid();
	execute(&session, "help", &out);
	ck_assert_ptr_nonnull(strstr(out.data, "\r\npeerlogin "));
	execute(&session, "peerlogin", &out);
	ck_assert_str_eq(out.data, "+OK \r\n");
	ck_assert_int_eq(session.level, VPD_SYSTEM);
	execute(&session, "domain_count", &out);
	ck_assert_str_eq(out.data, "+OK+\r\ncount 1\r\n.\r\n");
}
END_TEST

/* The address of our end gives the domain. */
START_TEST(local_domain)
{
	const struct vpop_user_new joe = { .name = "joe",
		.domain = "test.com",
		.secret = { VPOP_SECRET_CLEAR, "pw" } };
	struct vpd_session session;
	static struct vpd_out out;

	ck_assert_int_eq(site_open("ip_alias_domains = yes\n"
				   "password_scheme = md5\n"),
	    0);
	site_domain("test.com", "test.com");
	ck_assert_int_eq(vpop_user_add(vp, &joe), 0);
	ck_assert_int_eq(vpop_ipmap_add(vp, "2001:db8::1", "test.com"), 0);
	vpd_session_init(&session);
	execute(&session, "slogin joe pw", &out);
	ck_assert_str_eq(out.data, "-ERR 8.207 Invalid Login\r\n");
	snprintf(session.local_ip, sizeof session.local_ip, "2001:db8::1");
	execute(&session, "slogin joe pw", &out);
	ck_assert_str_eq(out.data, "+OK \r\n");
	ck_assert_str_eq(session.domain, "test.com");
}
END_TEST

/* ---- replies ----------------------------------------------------------- */

static int
count_flush(struct vpd_out *out)
{
	int *count = out->arg;

	out->used = 0;
	return ++*count > 2 ? -1 : 0;
}

/* A client who is gone ends a long reply, but not the session. */
START_TEST(flushing)
{
	struct vpop_user_new new = { .domain = "test.com",
		.secret = { VPOP_SECRET_NONE, NULL } };
	static struct vpd_out out;
	struct vpd_session session;
	char name[32];
	int count = 0;

	site_domain("test.com", "test.com");
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof name, "user%d", i);
		new.name = name;
		ck_assert_int_eq(vpop_user_add(vp, &new), 0);
	}
	vpd_session_init(&session);
	session.level = VPD_SYSTEM;
	out.flush = count_flush;
	out.arg = &count;
	ck_assert_int_eq(
	    execute(&session, "list_users test.com", &out), VPD_LINE);
	ck_assert_int_eq(out.failed, 1);
	ck_assert_int_eq(count, 3);
	ck_assert_uint_eq(out.used, 0);
	execute(&session, "del_user user1@test.com", &out);
	ck_assert_int_eq(count, 3);
	struct vpop_user user;
	ck_assert_int_eq(vpop_user_get(vp, "user1", "test.com", &user),
	    VA_USER_DOES_NOT_EXIST);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { lines, blocks, too_long, throttling,
		peer, local_domain, flushing, NULL };

	return site_main("vpopmaild", tests);
}
