/* Handing messages to qmail-queue, played by scripts. */
#include "config.h"

#include "qmail/queue.h"

#include <errno.h>

#include "files.h"

static char program[100];
static char error[200];

static void
put_program(const char *text)
{
	AUTO_CLOSE int top = scratch_fd();
	char script[400];

	snprintf(
	    script, sizeof script, "#!/bin/sh\ncd %s\n%s\n", scratch, text);
	put_file("queue", script);
	ck_assert_int_eq(fchmodat(top, "queue", 0755, 0), 0);
	snprintf(program, sizeof program, "%s/queue", scratch);
	error[0] = '\0';
}

static int
queue(const char *header, const char *message)
{
	const char *const to[] = { "a@b.c", "d@e.f" };
	AUTO_CLOSE int top = scratch_fd();
	AUTO_CLOSE int fd = -1;

	put_file("message", message);
	fd = openat(top, "message", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(lseek(fd, 3, SEEK_SET), 3);

	int r = vp_queue_message(
	    program, header, fd, "s@t.u", to, 2, error, sizeof error);

	ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 3);
	return r;
}

START_TEST(message_and_envelope)
{
	static const char envelope[] = "Fs@t.u\0Ta@b.c\0Td@e.f\0";

	put_program("cat >got && cat <&1 >env");
	ck_assert_int_eq(queue("Received: x\n", "Subject: y\r\n\r\nbody"), 0);
	expect_file("got", "Received: x\nSubject: y\r\n\r\nbody");
	expect_bytes("env", envelope, sizeof envelope);
	ck_assert_str_eq(error, "");
}
END_TEST

START_TEST(large_message_to_a_program_that_does_not_read)
{
	const size_t size = 3 << 20;
	AUTO_FREE char *message = malloc(size + 1);

	memset(message, 'x', size);
	message[size] = '\0';
	put_program("exit 0");
	ck_assert_int_eq(queue("", message), 0);
	put_program("exit 53");
	ck_assert_int_eq(queue("", message), 111);
	put_program("cat <&1 >env; cat >got");
	ck_assert_int_eq(queue("", message), 0);
	expect_bytes("got", message, size);
}
END_TEST

START_TEST(exit_codes)
{
	static const struct {
		int code, want;
	} list[] = { { 0, 0 }, { 1, 111 }, { 10, 111 }, { 11, 100 },
		{ 31, 100 }, { 40, 100 }, { 41, 111 }, { 51, 111 }, { 81, 111 },
		{ 100, 111 }, { 120, 111 } };
	char text[40];

	for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
		snprintf(text, sizeof text, "exit %d", list[i].code);
		put_program(text);
		ck_assert_int_eq(queue("", "x"), list[i].want);
		ck_assert_int_eq(*error != '\0', list[i].want != 0);
	}
	put_program("kill -9 $$");
	ck_assert_int_eq(queue("", "x"), 111);
	ck_assert_str_eq(error, "qmail-queue was killed by signal 9");
}
END_TEST

START_TEST(what_cannot_start)
{
	put_program("exit 0");
	ck_assert_int_eq(
	    vp_queue_message(program, "", 0, "", NULL, 0, error, sizeof error),
	    111);
	ck_assert_str_eq(error, "no recipients");
	ck_assert_int_eq(vp_queue_message(program, "", -1, "",
			     (const char *[]){ "a@b" }, 1, error, sizeof error),
	    111);
	ck_assert_str_eq(error, "cannot copy the message: Bad file descriptor");
	snprintf(program, sizeof program, "/nonexistent/qmail-queue");
	ck_assert_int_eq(queue("", "x"), 111);
	ck_assert_str_eq(
	    error, "cannot run qmail-queue: No such file or directory");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { message_and_envelope,
		large_message_to_a_program_that_does_not_read, exit_codes,
		what_cannot_start, NULL };

	return unit_main("queue", tests);
}
