/* cdb files: the bytes that are written, and hostile ones that are read. */
#include "config.h"

#include "qmail/cdbfile.h"

#include <errno.h>

#include "files.h"

static const char tail[] =
    "\x03\0\0\0\x38\0\0\0bobx:1:0:Bob:"
    "/home/vpopmail/domains/tiny.org/bob:NOQUOTA:pw"
    "\x0a\0\0\0\x4f\0\0\0postmastery:1:4096:Postmaster:"
    "/home/vpopmail/domains/tiny.org/postmaster:10485760S,1000C:"
    "\x01\x38\x38\x54\x43\x08\0\0\0\0\0\0\0\0\0\0"
    "\0\0\0\0\0\0\0\0\xaa\x47\x87\x0b\0\x08\0";

static void
add(struct vp_cdb_writer *cdb, const char *key, const char *data)
{
	ck_assert_int_eq(
	    vp_cdb_add(cdb, key, strlen(key), data, strlen(data)), 0);
}

static void
write_two(const char *name)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_cdb_writer *cdb =
	    vp_cdb_make(top, name, 0640, geteuid(), getegid());

	ck_assert_ptr_nonnull(cdb);
	add(cdb, "bob",
	    "x:1:0:Bob:/home/vpopmail/domains/tiny.org/bob:NOQUOTA:pw");
	add(cdb, "postmaster",
	    "y:1:4096:Postmaster:/home/vpopmail/domains/tiny.org/postmaster:"
	    "10485760S,1000C:");
	ck_assert_uint_eq(vp_cdb_size(cdb), 2244);
	ck_assert_int_eq(vp_cdb_commit(cdb), 0);
}

static unsigned
number_at(const char *data, size_t at)
{
	const unsigned char *p = (const unsigned char *)data + at;

	return p[0] | (unsigned)p[1] << 8 | (unsigned)p[2] << 16 |
	       (unsigned)p[3] << 24;
}

START_TEST(bytes_are_those_of_cdbmake)
{
	size_t size;
	struct stat st;
	mode_t mask = umask(077);

	write_two("x.cdb");
	umask(mask);

	AUTO_FREE char *data = get_file("x.cdb", &size);

	ck_assert_uint_eq(size, 2244);
	ck_assert_mem_eq(data + 2048, tail, sizeof tail);
	for (unsigned i = 0; i < 256; i++) {
		unsigned start = i < 2 ? 2212 : i < 171 ? 2228 : 2244;

		ck_assert_uint_eq(number_at(data, i * 8), start);
		ck_assert_uint_eq(
		    number_at(data, i * 8 + 4), i == 1 || i == 170 ? 2 : 0);
	}
	expect_no_file("x.cdb.tmp");

	AUTO_CLOSE int top = scratch_fd();

	ck_assert_int_eq(fstatat(top, "x.cdb", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(found_and_not)
{
	AUTO_CLOSE int top = scratch_fd();
	const char *data;
	size_t size;

	write_two("x.cdb");

	struct vp_cdb_reader *cdb = vp_cdb_open(top, "x.cdb");

	ck_assert_ptr_nonnull(cdb);
	ck_assert_int_eq(vp_cdb_find(cdb, "bob", 3, &data, &size), 1);
	ck_assert_uint_eq(size, 56);
	ck_assert_mem_eq(data, "x:1:0:Bob:", 10);
	ck_assert_int_eq(vp_cdb_find(cdb, "bo", 2, &data, &size), 0);
	ck_assert_int_eq(vp_cdb_find(cdb, "", 0, &data, &size), 0);
	ck_assert_int_eq(vp_cdb_same_file(cdb, top, "x.cdb"), 1);
	write_two("x.cdb");
	ck_assert_int_eq(vp_cdb_same_file(cdb, top, "x.cdb"), 0);
	ck_assert_int_eq(vp_cdb_same_file(cdb, top, "none"), 0);
	vp_cdb_close(cdb);
	vp_cdb_close(NULL);
}
END_TEST

START_TEST(records_in_file_order)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_cdb_writer *writer =
	    vp_cdb_make(top, "x", 0600, (uid_t)-1, (gid_t)-1);
	const char *key, *data;
	size_t key_size, size;
	unsigned position = 0;

	add(writer, "\xc3\xa9", "first");
	add(writer, "b", "");
	add(writer, "\xc3\xa9", "second");
	ck_assert_int_eq(vp_cdb_finish(writer), 0);
	ck_assert_int_eq(vp_cdb_commit(writer), 0);

	struct vp_cdb_reader *cdb = vp_cdb_open(top, "x");
	const char *const want[] = { "first", "", "second" };

	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(
		    vp_cdb_each(cdb, &position, &key, &key_size, &data, &size),
		    1);
		ck_assert_uint_eq(size, strlen(want[i]));
		ck_assert_mem_eq(data, want[i], size);
	}
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
		    vp_cdb_each(cdb, &position, &key, &key_size, &data, &size),
		    0);
	ck_assert_int_eq(vp_cdb_find(cdb, "\xc3\xa9", 2, &data, &size), 1);
	ck_assert_mem_eq(data, "first", 5);
	vp_cdb_close(cdb);
}
END_TEST

START_TEST(abort_leaves_the_old_file)
{
	AUTO_CLOSE int top = scratch_fd();

	put_file("x", "old");
	put_file("x.tmp", "of an interrupted run, longer than any of ours");

	struct vp_cdb_writer *cdb =
	    vp_cdb_make(top, "x", 0600, geteuid(), getegid());

	for (int i = 0; i < 5000; i++)
		add(cdb, "key", "data");
	vp_cdb_abort(cdb);
	vp_cdb_abort(NULL);
	expect_file("x", "old");
	expect_no_file("x.tmp");

	cdb = vp_cdb_make(top, "x", 0600, geteuid(), getegid());
	ck_assert_int_eq(vp_cdb_commit(cdb), 0);

	size_t size;
	free(get_file("x", &size));
	ck_assert_uint_eq(size, 2048);
}
END_TEST

START_TEST(too_large)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_cdb_writer *cdb =
	    vp_cdb_make(top, "x", 0600, geteuid(), getegid());

	ck_assert_int_eq(
	    vp_cdb_add(cdb, "k", 1, "", (size_t)UINT32_MAX - 2000), -1);
	ck_assert_int_eq(errno, EFBIG);
	ck_assert_int_eq(vp_cdb_add(cdb, "k", (size_t)1 << 33, "", 0), -1);
	ck_assert_int_eq(errno, EFBIG);
	vp_cdb_abort(cdb);
}
END_TEST

START_TEST(what_is_no_cdb)
{
	AUTO_CLOSE int top = scratch_fd();
	char zero[4096] = { 0 };

	errno = 0;
	ck_assert_ptr_null(vp_cdb_open(top, "missing"));
	ck_assert_int_eq(errno, ENOENT);
	put_file("short", "x");
	ck_assert_ptr_null(vp_cdb_open(top, "short"));
	ck_assert_int_eq(errno, EPROTO);
	put_bytes("zero", zero, sizeof zero);
	ck_assert_ptr_null(vp_cdb_open(top, "zero"));
	ck_assert_int_eq(errno, EPROTO);
	make_folder("folder");
	ck_assert_ptr_null(vp_cdb_open(top, "folder"));
	ck_assert_int_eq(errno, EPROTO);
	ck_assert_int_eq(symlinkat("zero", top, "link"), 0);
	ck_assert_ptr_null(vp_cdb_open(top, "link"));
	ck_assert_int_eq(errno, ELOOP);
}
END_TEST

/* Look at everything in a file that may be broken. */
static void
read_everything(const char *name)
{
	AUTO_CLOSE int top = scratch_fd();
	struct vp_cdb_reader *cdb = vp_cdb_open(top, name);
	const char *key, *data;
	size_t key_size, size, sum = 0;
	unsigned position = 0;
	int steps = 0;

	if (!cdb)
		return;
	while (vp_cdb_each(cdb, &position, &key, &key_size, &data, &size) > 0) {
		for (size_t i = 0; i < key_size; i++)
			sum += (unsigned char)key[i];
		for (size_t i = 0; i < size; i++)
			sum += (unsigned char)data[i];
		ck_assert_int_lt(++steps, 100);
	}
	if (vp_cdb_find(cdb, "bob", 3, &data, &size) > 0)
		for (size_t i = 0; i < size; i++)
			sum += (unsigned char)data[i];
	ck_assert_uint_lt(sum, 1000000);
	vp_cdb_close(cdb);
}

START_TEST(hostile_files)
{
	static const unsigned char evil[] = { 0, 1, 7, 8, 0x7f, 0x80, 0xf8,
		0xff };
	size_t size;

	write_two("x");

	AUTO_FREE char *data = get_file("x", &size);

	/* cut anywhere */
	for (size_t n = 0; n < size; n += n < 2040 ? 64 : 1) {
		put_bytes("cut", data, n);
		read_everything("cut");
	}
	/* every byte that matters spoilt: table 170, records, tables */
	for (size_t i = 0; i < size; i++) {
		if (i >= 16 && i < 170 * 8)
			i = 170 * 8;
		if (i >= 171 * 8 && i < 2048)
			i = 2048;

		char was = data[i];

		for (size_t j = 0; j < sizeof evil; j++) {
			data[i] = (char)evil[j];
			put_bytes("bad", data, size);
			read_everything("bad");
		}
		data[i] = was;
	}
}
END_TEST

/* Lengths whose sum wraps around in 32 bits. */
START_TEST(wrapping_lengths)
{
	AUTO_CLOSE int top = scratch_fd();
	const char *key, *found;
	size_t key_size, size;
	unsigned position = 0;

	write_two("x");

	AUTO_FREE char *data = get_file("x", &size);

	memcpy(data + 2048, "\xf8\xff\xff\xff\x00\x00\x00\x00", 8);
	put_bytes("x", data, size);

	struct vp_cdb_reader *cdb = vp_cdb_open(top, "x");

	ck_assert_ptr_nonnull(cdb);
	ck_assert_int_eq(
	    vp_cdb_each(cdb, &position, &key, &key_size, &found, &size), -1);
	ck_assert_int_eq(errno, EPROTO);
	vp_cdb_close(cdb);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { bytes_are_those_of_cdbmake,
		found_and_not, records_in_file_order, abort_leaves_the_old_file,
		too_large, what_is_no_cdb, hostile_files, wrapping_lengths,
		NULL };

	return unit_main("cdbfile", tests);
}
