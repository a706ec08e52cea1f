/* users/assign and its table. */
#include "config.h"

#include "qmail/assign.h"

#include <errno.h>

#include "files.h"
#include "qmail/cdbfile.h"

#define LINE(name)                                                             \
	"+" name "-:" name ":89:89:/home/vpopmail/domains/" name ":-::\n"

static struct vp_assign_how how = { scratch, "cdb", NULL };

static struct vp_assign
entry_of(const char *name)
{
	struct vp_assign entry = { .uid = 89, .gid = 89 };

	snprintf(entry.name, sizeof entry.name, "%s", name);
	snprintf(entry.real, sizeof entry.real, "%s", name);
	snprintf(
	    entry.dir, sizeof entry.dir, "/home/vpopmail/domains/%s", name);
	return entry;
}

static int
change(const char *add, const char *del)
{
	struct vp_assign entry = entry_of(add ? add : "");

	return vp_assign_update(
	    &how, &entry, add ? 1 : 0, &del, del ? 1 : 0, NULL);
}

static void
expect_order(const char *a, const char *b)
{
	ck_assert_msg(vp_host_compare(a, b) < 0, "%s < %s", a, b);
	ck_assert_msg(vp_host_compare(b, a) > 0, "%s > %s", b, a);
}

START_TEST(order_of_names)
{
	const char *const sorted[] = { "alias1.net", "alias2.org", "alpha.net",
		"a.b.alpha.net", "b.alpha.net", "my-dom.co.uk", "other.co.uk",
		"example.com", "a.b.c.example.com", "a.b.d.example.com",
		"a.c.a.example.com", "mail.example.com", "mail.example.net",
		"upper.com", "zeta.org" };

	for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
		for (size_t j = i + 1; j < sizeof sorted / sizeof *sorted; j++)
			expect_order(sorted[i], sorted[j]);
	ck_assert_int_eq(vp_host_compare("a.Example.com", "A.example.COM"), 0);
	expect_order("", "a");
	expect_order("nodot", "nodot.x");
}
END_TEST

START_TEST(lines)
{
	struct vp_assign entry;

	ck_assert_int_eq(vp_assign_parse("+Alias1.net-:example.com:89:90:"
					 "/home/d/example.com:-::",
			     &entry),
	    1);
	ck_assert_str_eq(entry.name, "alias1.net");
	ck_assert_str_eq(entry.real, "example.com");
	ck_assert_uint_eq(entry.uid, 89);
	ck_assert_uint_eq(entry.gid, 90);
	ck_assert_str_eq(entry.dir, "/home/d/example.com");

	ck_assert_int_eq(
	    vp_assign_parse("=joe:joe:503:78:/home/joe:::", &entry), 0);
	ck_assert_int_eq(
	    vp_assign_parse("+joe-:joe:503:78:/home/joe:-::", &entry), 0);
	ck_assert_int_eq(
	    vp_assign_parse("+a.b-:joe:503:78:/home/joe:-:x-:", &entry), 0);
	ck_assert_int_eq(
	    vp_assign_parse("+a.b-:a.b:x:78:/home/joe:-::", &entry), 0);
	ck_assert_int_eq(
	    vp_assign_parse("+a.b-:a.b:4294967295:1:/h:-::", &entry), 0);
	ck_assert_int_eq(vp_assign_parse("+a.b-:a.b:1:1:h:-::", &entry), 0);
	ck_assert_int_eq(vp_assign_parse("+:a:1:1:/h:-::", &entry), 0);
	ck_assert_int_eq(vp_assign_parse(".", &entry), 0);
	ck_assert_int_eq(vp_assign_parse("# comment", &entry), 0);
	ck_assert_int_eq(vp_assign_parse("", &entry), -1);
	ck_assert_int_eq(vp_assign_parse("garbage", &entry), -1);
	ck_assert_int_eq(vp_assign_parse(":a:b:c:d:e:f:g", &entry), -1);
	ck_assert_int_eq(vp_assign_parse("+a.b-:a.b:1:1:/h:-:", &entry), -1);

	char longer[VP_ASSIGN_LINE + 100];

	memset(longer, 'x', sizeof longer);
	memcpy(longer, "+a.b-:", 6);
	memcpy(longer + sizeof longer - 16, ":1:1:/h:-::", 12);
	ck_assert_int_eq(vp_assign_parse(longer, &entry), -1);
}
END_TEST

START_TEST(first_domain)
{
	static const char tail[] =
	    "\x0d\0\0\0\x37\0\0\0!example.com-example.com\0"
	    "89\0"
	    "89\0/home/vpopmail/domains/example.com\0-\0\0\0\0\0"
	    "\x01\0\0\0-\0\0\0\0\0\0\0\0\x05\x15\0\0\x4c\x08\0\0"
	    "\0\0\0\0\0\0\0\0\x2e\xe1\xd6\x5e\0\x08\0";
	struct vp_assign found;
	size_t size;

	make_folder("users");
	ck_assert_int_eq(
	    vp_assign_lookup(scratch, "cdb", "example.com", &found), 0);
	ck_assert_int_eq(vp_assign_check(&how), 1);
	ck_assert_int_eq(change("example.com", NULL), 0);
	expect_file("users/assign", LINE("example.com") ".\n");

	AUTO_FREE char *data = get_file("users/cdb", &size);

	ck_assert_uint_eq(size, 2165);
	ck_assert_uint_eq(sizeof tail, 2165 - 2048);
	ck_assert_mem_eq(data + 2048, tail, sizeof tail);
	ck_assert_int_eq(
	    vp_assign_lookup(scratch, "cdb", "Example.COM", &found), 1);
	ck_assert_str_eq(found.name, "example.com");
	ck_assert_str_eq(found.real, "example.com");
	ck_assert_str_eq(found.dir, "/home/vpopmail/domains/example.com");
	ck_assert_uint_eq(found.uid, 89);
	ck_assert_int_eq(
	    vp_assign_lookup(scratch, "cdb", "xample.com", &found), 0);
	ck_assert_int_eq(vp_assign_lookup(scratch, "cdb", "", &found), 0);
	ck_assert_int_eq(vp_assign_check(&how), 1);
}
END_TEST

START_TEST(real_site)
{
	size_t size, table_size;
	AUTO_FREE char *text = get_data("qmail/assign", &size);
	AUTO_FREE char *table = get_data("qmail/cdb", &table_size);

	make_folder("users");
	put_bytes("users/assign", text, size);
	put_bytes("users/cdb", table, table_size);
	ck_assert_int_eq(vp_assign_check(&how), 1);
	put_file("users/cdb", "");
	ck_assert_int_eq(vp_assign_check(&how), 0);
	ck_assert_int_eq(vp_assign_compile(&how, NULL), 0);
	expect_bytes("users/cdb", table, table_size);
	expect_bytes("users/assign", text, size);

	/* there and back again */
	ck_assert_int_eq(change("new.example.com", NULL), 0);
	ck_assert_int_eq(vp_assign_check(&how), 1);
	ck_assert_int_eq(change(NULL, "new.example.com"), 0);
	expect_bytes("users/cdb", table, table_size);
	expect_bytes("users/assign", text, size);
}
END_TEST

START_TEST(other_lines_stay)
{
	make_folder("users");
	put_file("users/assign",
	    "# ours\n" LINE("b.com") "=joe:joe:5:6:/home/joe:::\n"
				     "+joe-:joe:5:6:/home/joe:-::\n" LINE(
					 "d.com") "#+old.com-:old.com:1:1:/"
						  "x:-::\n.\nleft over");
	ck_assert_int_eq(change("c.com", NULL), 0);
	ck_assert_int_eq(change("a.com", NULL), 0);
	ck_assert_int_eq(change("z.com", NULL), 0);
	ck_assert_int_eq(change("c.com", NULL), 0);
	ck_assert_int_eq(change(NULL, "d.com"), 0);
	ck_assert_int_eq(change(NULL, "none.com"), 0);
	expect_file("users/assign",
	    "# ours\n" LINE("a.com")
		LINE("b.com") "=joe:joe:5:6:/home/joe:::\n"
			      "+joe-:joe:5:6:/home/joe:-::\n" LINE(
				  "c.com") "#+old.com-:old.com:1:1:/"
					   "x:-::\n" LINE("z.com") ".\nleft "
								   "over");
	ck_assert_int_eq(vp_assign_check(&how), 1);

	AUTO_CLOSE int top = scratch_fd();
	struct vp_cdb_reader *cdb = vp_cdb_open(top, "users/cdb");
	const char *data;
	size_t size;

	ck_assert_int_eq(vp_cdb_find(cdb, "!joe\0", 5, &data, &size), 1);
	ck_assert_int_eq(vp_cdb_find(cdb, "!joe-", 5, &data, &size), 1);
	ck_assert_int_eq(vp_cdb_find(cdb, "", 0, &data, &size), 1);
	ck_assert_uint_eq(size, 1);
	vp_cdb_close(cdb);
}
END_TEST

START_TEST(replaced_and_sorted)
{
	struct vp_assign entry = entry_of("b.com");
	const char *const dels[] = { "E.com", "b.com" };

	make_folder("users");
	put_file("users/assign",
	    LINE("e.com") "#x\n" LINE("c.com") LINE("b.com") LINE("b.com")
		LINE("a.b.c.d.com") LINE("x.a.c.d.com") ".\n");
	snprintf(entry.dir, sizeof entry.dir, "/elsewhere");
	ck_assert_int_eq(vp_assign_update(&how, &entry, 1, dels, 2, NULL), 0);
	expect_file("users/assign",
	    "#x\n+b.com-:b.com:89:89:/elsewhere:-::\n" LINE("c.com")
		LINE("a.b.c.d.com") LINE("x.a.c.d.com") ".\n");
}
END_TEST

START_TEST(domains_in_file_order)
{
	struct vp_assign entry;

	errno = 0;
	ck_assert_ptr_null(vp_assign_open(scratch));
	ck_assert_int_eq(errno, ENOENT);
	make_folder("users");

	struct vp_assign_walk *walk = vp_assign_open(scratch);

	ck_assert_int_eq(vp_assign_next(walk, &entry), 0);
	vp_assign_close(walk);

	put_file("users/assign",
	    LINE("b.com") "=joe:joe:5:6:/home/joe:::\nbad\n" LINE(
		"a.com") ".\n" LINE("no.com"));
	walk = vp_assign_open(scratch);
	ck_assert_int_eq(vp_assign_next(walk, &entry), 1);
	ck_assert_str_eq(entry.name, "b.com");
	ck_assert_int_eq(vp_assign_next(walk, &entry), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_int_eq(vp_assign_next(walk, &entry), 1);
	ck_assert_str_eq(entry.name, "a.com");
	ck_assert_int_eq(vp_assign_next(walk, &entry), 0);
	ck_assert_int_eq(vp_assign_next(walk, &entry), 0);
	vp_assign_close(walk);
	vp_assign_close(NULL);
}
END_TEST

static void
expect_refused(const void *text, size_t size, unsigned long line)
{
	struct vp_assign entry = entry_of("new.com");
	unsigned long at = 0;

	put_bytes("users/assign", text, size);
	put_file("users/cdb", "old");
	ck_assert_int_eq(vp_assign_update(&how, &entry, 1, NULL, 0, &at), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_uint_eq(at, line);
	expect_bytes("users/assign", text, size);
	expect_file("users/cdb", "old");
	expect_no_file("users/cdb.tmp");
	expect_no_file("users/assign.tmp");
}

START_TEST(malformed_texts)
{
	static const char nul[] = LINE("a.com") "+b\0-:b:1:1:/:-::\n.\n";
	AUTO_FREE char *longer = malloc(VP_ASSIGN_LINE + 20);

	make_folder("users");
#define REFUSED(text, line) expect_refused(text, strlen(text), line)
	REFUSED("garbage\n.\n", 1);
	REFUSED(LINE("a.com") "\n.\n", 2);
	REFUSED(LINE("a.com") "+b.com-:b.com:1:1:/x:-:\n.\n", 2);
	REFUSED(LINE("a.com") LINE("b.com"), 3);
	REFUSED("+a.com-:a.com:1:1:/x:-::", 2);
	expect_refused(nul, sizeof nul - 1, 2);
	memset(longer, 'x', VP_ASSIGN_LINE + 20);
	memcpy(longer, "=a:::::::", 9);
	memcpy(longer + VP_ASSIGN_LINE + 16, "\n.\n", 4);
	REFUSED(longer, 1);
#undef REFUSED
}
END_TEST

START_TEST(bad_entries)
{
	struct vp_assign entry = entry_of("a.com");

	make_folder("users");
	snprintf(entry.dir, sizeof entry.dir, "/x\n=y");
	ck_assert_int_eq(vp_assign_update(&how, &entry, 1, NULL, 0, NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(change("a:b.com", NULL), -1);
	ck_assert_int_eq(errno, EINVAL);
	expect_no_file("users/assign");
}
END_TEST

START_TEST(lookups_that_fail)
{
	struct vp_assign found;

	ck_assert_int_eq(vp_assign_lookup(scratch, "cdb", "a.com", &found), -1);
	ck_assert_int_eq(errno, ENOENT);
	make_folder("users");
	put_file("users/assign", ".\n");
	ck_assert_int_eq(vp_assign_lookup(scratch, "cdb", "a.com", &found), 0);
	put_file("users/assign", LINE("b.com") ".\n");
	ck_assert_int_eq(vp_assign_lookup(scratch, "cdb", "a.com", &found), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(vp_assign_check(&how), 0);
	put_file("users/cdb", "garbage");
	ck_assert_int_eq(vp_assign_lookup(scratch, "cdb", "a.com", &found), -1);
	ck_assert_int_eq(errno, EPROTO);

	/* another user's extension; fields that are none */
	AUTO_CLOSE int top = scratch_fd();
	AUTO_CLOSE int users = vp_dir_open_at(top, "users");
	struct vp_cdb_writer *cdb =
	    vp_cdb_make(users, "cdb", 0644, (uid_t)-1, (gid_t)-1);

	vp_cdb_add(cdb, "!a.com-", 7,
	    "joe\0"
	    "5\0"
	    "6\0/h\0-\0x",
	    14);
	vp_cdb_add(cdb, "!b.com-", 7,
	    "joe\0"
	    "5\0",
	    6);
	vp_cdb_add(cdb, "!c.com-", 7,
	    "joe\0"
	    "5\0"
	    "x\0/h\0-\0",
	    13);
	ck_assert_int_eq(vp_cdb_commit(cdb), 0);
	ck_assert_int_eq(vp_assign_lookup(scratch, "cdb", "a.com", &found), 0);
	for (const char *name = "b.com"; name;
	     name = *name == 'b' ? "c.com" : NULL) {
		ck_assert_int_eq(
		    vp_assign_lookup(scratch, "cdb", name, &found), -1);
		ck_assert_int_eq(errno, EPROTO);
	}
}
END_TEST

static void
put_program(const char *text)
{
	AUTO_CLOSE int top = scratch_fd();

	put_file("newu", text);
	ck_assert_int_eq(fchmodat(top, "newu", 0755, 0), 0);
}

START_TEST(external_program)
{
	char newu[100], script[400];

	make_folder("users");
	ck_assert_int_eq(change("a.com", NULL), 0);
	snprintf(newu, sizeof newu, "%s/newu", scratch);
	how.newu = newu;

	/* it fails */
	put_program("#!/bin/sh\nexit 111\n");
	ck_assert_int_eq(change("b.com", NULL), -1);
	ck_assert_int_eq(errno, EPROTO);
	expect_file("users/assign", LINE("a.com") ".\n");

	/* it says success and does nothing */
	put_program("#!/bin/sh\nexit 0\n");
	ck_assert_int_eq(change("b.com", NULL), -1);
	ck_assert_int_eq(errno, EPROTO);
	expect_file("users/assign", LINE("a.com") ".\n");

	/* it is not there */
	how.newu = "/nonexistent/newu";
	ck_assert_int_eq(change("b.com", NULL), -1);
	expect_file("users/assign", LINE("a.com") ".\n");
	how.newu = NULL;
	ck_assert_int_eq(vp_assign_check(&how), 1);

	/* it does what it should */
	ck_assert_int_eq(change("b.com", NULL), 0);
	snprintf(script, sizeof script,
	    "#!/bin/sh\ncd %s/users && mv made cdb\n", scratch);
	put_program(script);

	AUTO_CLOSE int top = scratch_fd();

	ck_assert_int_eq(renameat(top, "users/cdb", top, "users/made"), 0);
	put_file("users/assign", LINE("a.com") ".\n");
	how.newu = newu;
	ck_assert_int_eq(change("b.com", NULL), 0);
	expect_file("users/assign", LINE("a.com") LINE("b.com") ".\n");
	how.newu = NULL;
	ck_assert_int_eq(vp_assign_check(&how), 1);
}
END_TEST

/* A crash between the two renames: the rerun compiles the text. */
START_TEST(rerun_mends)
{
	struct vp_assign found;

	make_folder("users");
	ck_assert_int_eq(change("a.com", NULL), 0);
	put_file("users/assign", LINE("a.com") LINE("b.com") ".\n");
	put_file("users/cdb.tmp", "left over");
	ck_assert_int_eq(vp_assign_check(&how), 0);
	ck_assert_int_eq(change("b.com", NULL), 0);
	ck_assert_int_eq(vp_assign_check(&how), 1);
	ck_assert_int_eq(vp_assign_lookup(scratch, "cdb", "b.com", &found), 1);
	expect_no_file("users/cdb.tmp");
}
END_TEST

START_TEST(many_lines)
{
	const size_t count = 20000;
	AUTO_FREE struct vp_assign *adds = calloc(count, sizeof *adds);
	struct vp_assign found;
	char name[40];

	make_folder("users");
	for (size_t i = 0; i < count; i++) {
		snprintf(
		    name, sizeof name, "d%zu.example.com", i * 7919 % count);
		adds[i] = entry_of(name);
	}
	ck_assert_int_eq(vp_assign_update(&how, adds, count, NULL, 0, NULL), 0);
	ck_assert_int_eq(change("one.more.example.com", "d7.example.com"), 0);
	ck_assert_int_eq(vp_assign_check(&how), 1);
	ck_assert_int_eq(
	    vp_assign_lookup(scratch, "cdb", "d19999.example.com", &found), 1);
	ck_assert_int_eq(
	    vp_assign_lookup(scratch, "cdb", "d7.example.com", &found), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { order_of_names, lines, first_domain,
		real_site, other_lines_stay, replaced_and_sorted,
		domains_in_file_order, malformed_texts, bad_entries,
		lookups_that_fail, external_program, rerun_mends, many_lines,
		NULL };

	return unit_main("assign", tests);
}
