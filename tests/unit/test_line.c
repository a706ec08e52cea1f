/* Bounded readers, fed with what nobody should have in a file. */
#include "config.h"

#include "base/line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "unit.h"

static char *line;
static size_t cap;

static FILE *
stream(const char *bytes, size_t size)
{
	FILE *fp = tmpfile();

	ck_assert_ptr_nonnull(fp);
	ck_assert_uint_eq(fwrite(bytes, 1, size, fp), size);
	rewind(fp);
	return fp;
}

#define literal(text) stream(text, sizeof(text) - 1)

static void
expect(FILE *fp, size_t max, const char *text)
{
	ck_assert_int_eq(
	    vp_line_read(fp, &line, &cap, max), (ssize_t)strlen(text));
	ck_assert_str_eq(line, text);
}

static void
expect_failure(FILE *fp, size_t max, int cause)
{
	errno = -1;
	ck_assert_int_eq(vp_line_read(fp, &line, &cap, max), -1);
	ck_assert_int_eq(errno, cause);
}

static void
finish(FILE *fp)
{
	fclose(fp);
	free(line);
	line = NULL;
	cap = 0;
}

START_TEST(lines_with_and_without_end)
{
	FILE *fp = literal("one\n\ntwo\r\n\xff\xfe\nlast");

	expect(fp, 100, "one");
	expect(fp, 100, "");
	expect(fp, 100, "two\r");
	expect(fp, 100, "\xff\xfe");
	expect(fp, 100, "last");
	expect_failure(fp, 100, 0);
	expect_failure(fp, 100, 0);
	finish(fp);
}
END_TEST

START_TEST(nothing_at_all)
{
	FILE *fp = literal("");

	expect_failure(fp, 100, 0);
	ck_assert_ptr_null(line);
	finish(fp);
}
END_TEST

START_TEST(longer_line_is_skipped)
{
	FILE *fp = literal("1234\n12345\n\n123456\nok\n12345");

	expect(fp, 4, "1234");
	expect_failure(fp, 4, EMSGSIZE);
	expect(fp, 4, "");
	expect_failure(fp, 4, EMSGSIZE);
	expect(fp, 4, "ok");
	expect_failure(fp, 4, EMSGSIZE);
	expect_failure(fp, 4, 0);
	finish(fp);
}
END_TEST

START_TEST(line_with_nul_is_skipped)
{
	FILE *fp = literal("a\0b\nnext\n\0");

	expect_failure(fp, 100, EILSEQ);
	expect(fp, 100, "next");
	expect_failure(fp, 100, EILSEQ);
	expect_failure(fp, 100, 0);
	finish(fp);
}
END_TEST

START_TEST(buffer_grows_to_the_maximum_only)
{
	static char big[1000001];
	FILE *fp;

	memset(big, 'x', sizeof big - 1);
	fp = stream(big, sizeof big - 1);
	expect(fp, 1000000, big);
	ck_assert_uint_le(cap, 1000001);
	rewind(fp);
	expect_failure(fp, 999999, EMSGSIZE);
	finish(fp);

	fp = stream(big, sizeof big - 1);
	expect_failure(fp, 10, EMSGSIZE);
	ck_assert_uint_le(cap, 128);
	finish(fp);
}
END_TEST

START_TEST(maximum_of_nothing)
{
	FILE *fp = literal("\nx\n");

	expect(fp, 0, "");
	expect_failure(fp, 0, EMSGSIZE);
	finish(fp);
}
END_TEST

START_TEST(failed_read_is_no_end)
{
	FILE *fp = fopen("/tmp", "r");

	ck_assert_ptr_nonnull(fp);
	expect_failure(fp, 100, EISDIR);
	expect_failure(fp, 100, EISDIR);
	finish(fp);
}
END_TEST

static int folder;

static void
put_file(const char *name, const char *bytes, size_t size)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

static void
no_file(const char *name, size_t max, int cause)
{
	errno = 0;
	ck_assert_ptr_null(vp_file_read(folder, name, max, NULL));
	ck_assert_int_eq(errno, cause);
}

START_TEST(whole_files)
{
	size_t size = 0;
	char *text;

	folder = vp_dir_open(scratch);
	put_file("f", "a\0b\n", 4);
	text = vp_file_read(folder, "f", 4, &size);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(size, 4);
	ck_assert_mem_eq(text, "a\0b\n", 5);
	free(text);
	no_file("f", 3, EFBIG);
	no_file("f", 0, EFBIG);
	put_file("empty", "", 0);
	text = vp_file_read(folder, "empty", 0, &size);
	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(size, 0);
	ck_assert_str_eq(text, "");
	free(text);
	close(folder);
}
END_TEST

START_TEST(size_told_is_not_believed)
{
	char *text = vp_file_read(AT_FDCWD, "/proc/self/status", 65536, NULL);

	ck_assert_ptr_nonnull(text);
	ck_assert_uint_gt(strlen(text), 300);
	free(text);
	folder = AT_FDCWD;
	no_file("/proc/self/status", 100, EFBIG);
}
END_TEST

START_TEST(what_is_not_a_file)
{
	folder = vp_dir_open(scratch);
	put_file("f", "x", 1);
	ck_assert_int_eq(symlinkat("f", folder, "link"), 0);
	ck_assert_int_eq(mkdirat(folder, "dir", 0755), 0);
	put_file("dir/f", "x", 1);
	ck_assert_int_eq(symlinkat("dir", folder, "dirlink"), 0);
	ck_assert_int_eq(mkfifoat(folder, "fifo", 0644), 0);
	no_file("missing", 100, ENOENT);
	no_file("link", 100, ELOOP);
	no_file("dir", 100, EISDIR);
	no_file("fifo", 100, EINVAL);
	no_file("dirlink/f", 100, ENOTDIR);
	no_file("dir/../f", 100, EINVAL);
	char *text = vp_file_read(folder, "dir/f", 100, NULL);
	ck_assert_str_eq(text, "x");
	free(text);
	close(folder);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { lines_with_and_without_end,
		nothing_at_all, longer_line_is_skipped,
		line_with_nul_is_skipped, buffer_grows_to_the_maximum_only,
		maximum_of_nothing, failed_read_is_no_end, whole_files,
		size_told_is_not_believed, what_is_not_a_file, NULL };

	return unit_main("line", tests);
}
