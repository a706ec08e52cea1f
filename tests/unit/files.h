/* Files of a test: paths are relative to the scratch folder. */
#ifndef TESTS_FILES_H
#define TESTS_FILES_H

#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "base/attr.h"
#include "base/line.h"
#include "unit.h"

static inline int
scratch_fd(void)
{
	int fd = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static inline void
make_folder(const char *path)
{
	AUTO_CLOSE int top = scratch_fd();

	ck_assert_int_eq(mkdirat(top, path, 0755), 0);
}

static inline void
put_bytes(const char *path, const void *data, size_t size)
{
	AUTO_CLOSE int top = scratch_fd();
	AUTO_CLOSE int fd =
	    openat(top, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, size), (ssize_t)size);
}

static inline void
put_file(const char *path, const char *text)
{
	put_bytes(path, text, strlen(text));
}

/* malloc'd; NULL if there is no such file. */
static inline char *
get_file(const char *path, size_t *ret_size)
{
	AUTO_CLOSE int top = scratch_fd();

	return vp_file_read(top, path, (size_t)1 << 28, ret_size);
}

static inline void
expect_file(const char *path, const char *text)
{
	AUTO_FREE char *has = get_file(path, NULL);

	ck_assert_msg(has != NULL, "no file %s", path);
	ck_assert_str_eq(has, text);
}

static inline void
expect_bytes(const char *path, const void *data, size_t size)
{
	size_t has_size;
	AUTO_FREE char *has = get_file(path, &has_size);

	ck_assert_msg(has != NULL, "no file %s", path);
	ck_assert_uint_eq(has_size, size);
	ck_assert_mem_eq(has, data, size);
}

static inline void
expect_no_file(const char *path)
{
	AUTO_CLOSE int top = scratch_fd();

	ck_assert_int_eq(faccessat(top, path, F_OK, AT_SYMLINK_NOFOLLOW), -1);
}

/* A file of tests/data; the test driver names the source folder. */
static inline char *
get_data(const char *path, size_t *ret_size)
{
	const char *source = getenv("srcdir");
	AUTO_CLOSE int top =
	    open(source ? source : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int data = vp_dir_open_at(top, "tests/data");
	char *text = vp_file_read(data, path, (size_t)1 << 20, ret_size);

	ck_assert_msg(text != NULL, "no file tests/data/%s", path);
	return text;
}

#endif
