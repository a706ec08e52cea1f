#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "files.h"
#include "store/cdb_logint.h"

static int dirfd = -1;
static const struct vp_base_state base = {
	.ino = 7,
	.size = 8,
	.mtime = 9,
	.count = 10,
	.is_known = 1,
	.is_sorted = 1,
};

static void
make_log(void)
{
	dirfd = scratch_fd();
	ck_assert_int_eq(vp_log_make(dirfd, &base, geteuid(), getegid()), 0);
}

static struct vp_log *
open_log(enum vp_log_mode mode)
{
	struct vp_log *log;
	int r = vp_log_open(dirfd, mode, &log);

	ck_assert_msg(r == 1, "open: %d %s", r, strerror(errno));
	return log;
}

static void
set(struct vp_changes *changes, const char *text, int was)
{
	const char *colon = strchr(text, ':');
	struct vp_change c = {
		.text = text,
		.size = (uint32_t)strlen(text),
		.name_size =
		    (uint16_t)(colon ? colon - text : (long)strlen(text)),
		.op = colon ? VP_CHANGE_PUT : VP_CHANGE_DELETE,
		.was = was != 0,
	};

	ck_assert_int_eq(vp_changes_set(changes, &c), 0);
}

/* One transaction of up to two changes. */
static void
append(const char *one, const char *two, int was)
{
	struct vp_changes changes = { 0 };
	struct vp_log *log = open_log(VP_LOG_WRITE);

	set(&changes, one, was);
	if (two)
		set(&changes, two, was);
	ck_assert_int_eq(vp_log_append(log, &changes), 0);
	vp_changes_clear(&changes);
	vp_log_close(log);
}

static int
find(const char *name, const char *expected)
{
	struct vp_log *log = open_log(VP_LOG_READ);
	char line[VP_VPASSWD_LINE + 1];
	size_t size;
	int r = vp_log_find(log, name, line, &size);

	if (expected) {
		ck_assert_int_eq(r, VP_CHANGE_PUT);
		ck_assert_str_eq(line, expected);
		ck_assert_uint_eq(size, strlen(expected));
	}
	vp_log_close(log);
	return r;
}

static off_t
log_size(void)
{
	struct stat st;

	ck_assert_int_eq(fstatat(dirfd, VP_LOG_NAME, &st, 0), 0);
	return st.st_size;
}

static void
resize(off_t size)
{
	AUTO_CLOSE int fd = openat(dirfd, VP_LOG_NAME, O_RDWR);

	ck_assert_int_eq(ftruncate(fd, size), 0);
}

static void
poke(off_t offset, const void *bytes, size_t size)
{
	AUTO_CLOSE int fd = openat(dirfd, VP_LOG_NAME, O_RDWR);

	ck_assert_int_eq(pwrite(fd, bytes, size, offset), (ssize_t)size);
}

START_TEST(absent)
{
	struct vp_log *log = NULL;

	dirfd = scratch_fd();
	ck_assert_int_eq(vp_log_open(dirfd, VP_LOG_READ, &log), 0);
	ck_assert_ptr_null(log);
	ck_assert_int_eq(vp_log_open(dirfd, VP_LOG_WRITE, &log), 0);
	ck_assert_int_eq(vp_log_is_current(NULL, dirfd), 1);
	ck_assert_int_eq(vp_log_remove(dirfd), 0);
	vp_log_close(NULL);
}
END_TEST

START_TEST(put_and_delete)
{
	struct vp_log *log;
	struct vp_changes all;
	struct stat st;
	int64_t delta;

	make_log();
	ck_assert_int_eq(vp_log_is_current(NULL, dirfd), 0);
	ck_assert_int_eq(find("a", NULL), 0);
	append("a:1", NULL, 0);
	append("b:1", "c:1", 0);
	append("a:2", NULL, 1);
	append("b", NULL, 1);
	append("x", NULL, 1);
	ck_assert_int_eq(find("a", "a:2"), VP_CHANGE_PUT);
	ck_assert_int_eq(find("b", NULL), VP_CHANGE_DELETE);
	ck_assert_int_eq(find("c", "c:1"), VP_CHANGE_PUT);
	ck_assert_int_eq(find("d", NULL), 0);
	ck_assert_int_eq(find("x", NULL), VP_CHANGE_DELETE);
	log = open_log(VP_LOG_READ);
	ck_assert_int_eq(vp_log_delta(log, &delta), 0);
	ck_assert_int_eq(delta, 1);
	ck_assert_uint_eq(vp_log_base(log)->count, 10);
	ck_assert_int_eq(vp_log_base(log)->mtime, 9);
	ck_assert_int_eq(vp_log_base(log)->is_sorted, 1);
	ck_assert_int_eq(vp_log_load(log, &all), 0);
	vp_changes_sort(&all);
	ck_assert_uint_eq(all.count, 4);
	ck_assert_int_eq(all.list[1].op, VP_CHANGE_DELETE);
	ck_assert_uint_eq(vp_changes_after(&all, "a", 1), 1);
	ck_assert_uint_eq(vp_changes_after(&all, "bb", 2), 2);
	ck_assert_uint_eq(vp_changes_after(&all, "z", 1), 4);
	vp_changes_clear(&all);
	ck_assert_int_eq(vp_log_is_current(log, dirfd), 1);
	ck_assert_int_eq(vp_log_make(dirfd, &base, geteuid(), getegid()), 0);
	ck_assert_int_eq(vp_log_is_current(log, dirfd), 0);
	ck_assert_int_eq(fstatat(dirfd, VP_LOG_NAME, &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_int_lt(st.st_blocks * 512, 65536);
	vp_log_close(log);
}
END_TEST

/* What was durable once cannot be a torn end: a shorter file is damaged. */
START_TEST(cut_off)
{
	make_log();
	append("a:1", "b:1", 0);

	off_t start = log_size();

	append("a:2", "c:2", 0);

	off_t end = log_size();

	for (off_t size = end - 1; size > start; size -= 11) {
		resize(size);
		ck_assert_int_eq(find("a", NULL), -1);
		ck_assert_int_eq(errno, EBADMSG);
	}
}
END_TEST

/* Write a transaction's bytes behind a log that knows nothing of it. */
static void
add_unknown(const char *bytes, size_t size, size_t cut)
{
	make_log();
	append("a:1", "b:1", 0);
	poke(log_size(), bytes, size - cut);
}

START_TEST(power_loss)
{
	char header[96], *file;
	uint64_t none = 0;
	int64_t delta;

	make_log();
	append("a:1", "b:1", 0);

	size_t start = (size_t)log_size(), size;

	{
		AUTO_FREE char *before = get_file(VP_LOG_NAME, NULL);

		memcpy(header, before, sizeof header);
	}
	append("a:2", "c:2", 0);
	file = get_file(VP_LOG_NAME, &size);

	/* The records came to the disk, header and heads did not. */
	poke(0, header, sizeof header);
	for (off_t i = LOG_HEADS; i < LOG_RECORDS; i += 8) {
		if (memcmp(file + i, &none, 8) != 0)
			poke(i, &none, 8);
	}
	ck_assert_int_eq(find("a", "a:2"), VP_CHANGE_PUT);
	ck_assert_int_eq(find("b", "b:1"), VP_CHANGE_PUT);
	ck_assert_int_eq(find("c", "c:2"), VP_CHANGE_PUT);

	struct vp_log *log = open_log(VP_LOG_READ);

	ck_assert_int_eq(vp_log_delta(log, &delta), 0);
	ck_assert_int_eq(delta, 4);
	vp_log_close(log);

	/* Part of them did: the transaction is not there, and is cut off. */
	for (size_t cut = 1; cut <= size - start; cut++) {
		resize((off_t)(size - cut));
		ck_assert_int_eq(find("a", "a:1"), VP_CHANGE_PUT);
		ck_assert_int_eq(find("c", NULL), 0);
	}
	poke((off_t)start, file + start, size - start - 3);
	append("d:3", NULL, 0);
	ck_assert_int_eq(find("a", "a:1"), VP_CHANGE_PUT);
	ck_assert_int_eq(find("b", "b:1"), VP_CHANGE_PUT);
	ck_assert_int_eq(find("c", NULL), 0);
	ck_assert_int_eq(find("d", "d:3"), VP_CHANGE_PUT);

	/* Records of another log are nothing here. */
	add_unknown(file + start, size - start, 0);
	ck_assert_int_eq(find("c", NULL), 0);
	append("e:4", NULL, 0);
	ck_assert_int_eq(find("e", "e:4"), VP_CHANGE_PUT);
	free(file);
}
END_TEST

START_TEST(damage)
{
	AUTO_FREE char *file = NULL;
	struct vp_log *log;
	size_t size;

	make_log();
	append("a:1", "b:1", 0);
	append("a:2", NULL, 1);
	append("c:2", NULL, 1);
	file = get_file(VP_LOG_NAME, &size);
	for (size_t i = LOG_RECORDS; i < size; i++) {
		char byte = (char)(file[i] ^ 0x10);

		poke((off_t)i, &byte, 1);
		/* Padding does not matter; nothing else goes unnoticed. */
		struct vp_changes all;

		log = open_log(VP_LOG_READ);
		if (vp_log_load(log, &all) == 0) {
			ck_assert_uint_eq(all.count, 3);
			vp_changes_clear(&all);
		} else {
			ck_assert_int_eq(errno, EBADMSG);
		}
		vp_log_close(log);
		poke((off_t)i, &file[i], 1);
		if (i > LOG_RECORDS + 40)
			i += 5;
	}
	poke(20, "x", 1);
	ck_assert_int_eq(vp_log_open(dirfd, VP_LOG_READ, &log), -1);
	ck_assert_int_eq(errno, EBADMSG);
	resize(20);
	ck_assert_int_eq(vp_log_open(dirfd, VP_LOG_WRITE, &log), -1);
	ck_assert_int_eq(errno, EBADMSG);
	resize(0);
	ck_assert_int_eq(vp_log_open(dirfd, VP_LOG_READ, &log), -1);
}
END_TEST

START_TEST(many_in_one)
{
	struct vp_changes changes = { 0 };
	struct vp_log *log;
	char text[VP_VPASSWD_LINE + 1];
	int64_t delta;

	make_log();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 3000; i++) {
			snprintf(text, sizeof text, "u%d:%d", i, round);
			set(&changes, text, round);
		}
		memset(text, 'x', VP_VPASSWD_LINE);
		memcpy(text, "long:", 5);
		text[VP_VPASSWD_LINE] = '\0';
		set(&changes, text, round);
		log = open_log(VP_LOG_WRITE);
		ck_assert_int_eq(vp_log_append(log, &changes), 0);
		ck_assert_uint_eq(log->covered, log->end);
		vp_log_close(log);
		vp_changes_clear(&changes);
		ck_assert_int_eq(find("long", text), VP_CHANGE_PUT);
	}
	for (int i = 0; i < 3000; i += 7) {
		char name[16];

		snprintf(name, sizeof name, "u%d", i);
		snprintf(text, sizeof text, "u%d:2", i);
		ck_assert_int_eq(find(name, text), VP_CHANGE_PUT);
	}
	log = open_log(VP_LOG_READ);
	ck_assert_int_eq(vp_log_delta(log, &delta), 0);
	ck_assert_int_eq(delta, 3001);
	ck_assert_int_eq(vp_log_load(log, &changes), 0);
	ck_assert_uint_eq(changes.count, 3001);
	vp_changes_clear(&changes);
	vp_log_close(log);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { absent, put_and_delete, cut_off,
		power_loss, damage, many_in_one, NULL };

	return unit_main("cdb_log", tests);
}
