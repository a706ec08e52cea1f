/* rcpthosts, morercpthosts, virtualdomains, locals. */
#include "config.h"

#include "qmail/control.h"

#include <errno.h>

#include "files.h"

static struct vp_control_how how = { scratch, NULL };

static int
add(const char *name, unsigned flags)
{
	return vp_control_rcpt_add(&how, &name, 1, flags);
}

static int
take(const char *name)
{
	return vp_control_rcpt_remove(&how, &name, 1, 0);
}

static void
fill_rcpthosts(int lines)
{
	char text[4096] = "";
	size_t used = 0;

	for (int i = 0; i < lines; i++)
		used += (size_t)snprintf(
		    text + used, sizeof text - used, "d%02d.com\n", i);
	put_file("control/rcpthosts", text);
}

static int
has(const char *file, const char *name)
{
	return vp_control_has(scratch, file, name);
}

START_TEST(few_names)
{
	const char *const names[] = { "Zeta.org", "alpha.net", "a.b.alpha.net",
		"zeta.org" };

	make_folder("control");
	put_file("control/rcpthosts", "# mine\n.wild.org\n\nbeta.net");
	ck_assert_int_eq(vp_control_rcpt_add(&how, names, 4, 0), 0);
	ck_assert_int_eq(vp_control_rcpt_add(&how, names, 4, 0), 0);
	expect_file("control/rcpthosts",
	    "# mine\n.wild.org\n\nalpha.net\na.b.alpha.net\nbeta.net\n"
	    "zeta.org\n");
	expect_no_file("control/morercpthosts");
	expect_no_file("control/morercpthosts.cdb");
	ck_assert_int_eq(has("rcpthosts", "ALPHA.net"), 1);
	ck_assert_int_eq(has("rcpthosts", "wild.org"), 0);
	ck_assert_int_eq(vp_control_rcpt_remove(&how, names, 2, 0), 0);
	expect_file("control/rcpthosts",
	    "# mine\n.wild.org\n\na.b.alpha.net\nbeta.net\n");
	expect_no_file("control/locals");
	expect_no_file("control/morercpthosts");
}
END_TEST

START_TEST(overflow_to_more)
{
	const char *const names[] = { "x1.org", "x2.org", "x3.org" };
	const char *const both[] = { "d00.com", "x2.org", "x3.org" };
	static const char records[] =
	    "\x06\0\0\0\0\0\0\0x2.org\x06\0\0\0\0\0\0\0x3.org";
	size_t size;

	make_folder("control");
	fill_rcpthosts(49);
	ck_assert_int_eq(vp_control_rcpt_add(&how, names, 3, 0), 0);
	expect_file("control/morercpthosts", "x2.org\nx3.org\n");
	ck_assert_int_eq(has("rcpthosts", "x1.org"), 1);
	ck_assert_int_eq(has("rcpthosts", "x3.org"), 1);
	ck_assert_int_eq(has("morercpthosts", "x3.org"), 1);
	ck_assert_int_eq(has("morercpthosts", "x1.org"), 0);

	AUTO_FREE char *table = get_file("control/morercpthosts.cdb", &size);

	ck_assert_mem_eq(table + 2048, records, sizeof records - 1);
	ck_assert_int_eq(vp_control_check(scratch), 1);

	/* names in both files, two of them in the second */
	ck_assert_int_eq(vp_control_rcpt_remove(&how, both, 3, 0), 0);
	expect_no_file("control/morercpthosts");
	expect_no_file("control/morercpthosts.cdb");
	ck_assert_int_eq(has("rcpthosts", "d00.com"), 0);
	ck_assert_int_eq(vp_control_check(scratch), 1);
}
END_TEST

START_TEST(real_site)
{
	size_t size, table_size;
	AUTO_FREE char *text = get_data("qmail/morercpthosts", &size);
	AUTO_FREE char *table =
	    get_data("qmail/morercpthosts.cdb", &table_size);

	make_folder("control");
	put_bytes("control/morercpthosts", text, size);
	put_bytes("control/morercpthosts.cdb", table, table_size);
	ck_assert_int_eq(vp_control_check(scratch), 1);
	put_file("control/morercpthosts.cdb", "");
	ck_assert_int_eq(vp_control_check(scratch), 0);
	ck_assert_int_eq(vp_control_compile(&how), 0);
	expect_bytes("control/morercpthosts.cdb", table, table_size);
}
END_TEST

START_TEST(batch_without_table)
{
	make_folder("control");
	fill_rcpthosts(50);
	ck_assert_int_eq(add("x.org", VP_CONTROL_NO_COMPILE), 0);
	expect_file("control/morercpthosts", "x.org\n");
	expect_no_file("control/morercpthosts.cdb");
	ck_assert_int_eq(vp_control_check(scratch), 0);
	ck_assert_int_eq(has("rcpthosts", "x.org"), 0);
	/* the same call mends it */
	ck_assert_int_eq(add("x.org", 0), 0);
	ck_assert_int_eq(vp_control_check(scratch), 1);
	ck_assert_int_eq(has("rcpthosts", "x.org"), 1);
	/* so does a removal after a crash between text and table */
	put_file("control/morercpthosts", "y.org\n");
	ck_assert_int_eq(take("x.org"), 0);
	ck_assert_int_eq(vp_control_check(scratch), 1);
	ck_assert_int_eq(has("rcpthosts", "x.org"), 0);
}
END_TEST

START_TEST(keys_are_those_of_newmrh)
{
	make_folder("control");
	put_file("control/morercpthosts",
	    "# note\nUPPER.com \t\n\n.Wild.org\nlast.org");
	ck_assert_int_eq(vp_control_compile(&how), 0);
	ck_assert_int_eq(vp_control_check(scratch), 1);
	put_file("control/rcpthosts", "");
	ck_assert_int_eq(has("rcpthosts", "upper.com"), 1);
	ck_assert_int_eq(has("rcpthosts", "last.org"), 1);
	put_file("control/morercpthosts", "upper.com\n");
	ck_assert_int_eq(vp_control_check(scratch), 0);
}
END_TEST

START_TEST(external_program)
{
	char newmrh[100];
	AUTO_CLOSE int top = scratch_fd();

	make_folder("control");
	fill_rcpthosts(50);
	ck_assert_int_eq(add("x.org", 0), 0);
	snprintf(newmrh, sizeof newmrh, "%s/newmrh", scratch);
	how.newmrh = newmrh;
	put_file("newmrh", "#!/bin/sh\nexit 111\n");
	ck_assert_int_eq(fchmodat(top, "newmrh", 0755, 0), 0);
	ck_assert_int_eq(add("y.org", 0), -1);
	ck_assert_int_eq(errno, EPROTO);
	expect_file("control/morercpthosts", "x.org\n");
	put_file("newmrh", "#!/bin/sh\nexit 0\n");
	ck_assert_int_eq(add("y.org", 0), -1);
	ck_assert_int_eq(errno, EPROTO);
	expect_file("control/morercpthosts", "x.org\n");
	how.newmrh = NULL;
	ck_assert_int_eq(vp_control_check(scratch), 1);
}
END_TEST

START_TEST(virtual_domains)
{
	const char *const names[] = { "b.com", "a.com" };

	make_folder("control");
	put_file("control/virtualdomains",
	    "joe@x.com:joe\n.wild:y\nB.com:else\nc.com:c.com\n");
	ck_assert_int_eq(vp_control_virtual_add(&how, names, 2), 0);
	expect_file("control/virtualdomains",
	    "joe@x.com:joe\n.wild:y\na.com:a.com\nb.com:b.com\nc.com:c.com\n");
	expect_no_file("control/locals");
	ck_assert_int_eq(has("virtualdomains", "b.com"), 1);
	ck_assert_int_eq(has("virtualdomains", "b.co"), 0);
	ck_assert_int_eq(has("virtualdomains", "joe@x.com"), 0);

	put_file("control/locals", "me.org\na.com\n");
	ck_assert_int_eq(vp_control_virtual_add(&how, names, 2), 0);
	expect_file("control/locals", "me.org\n");
	put_file("control/locals", "a.com\n");
	ck_assert_int_eq(vp_control_virtual_add(&how, names, 2), 0);
	expect_file("control/locals", "");

	ck_assert_int_eq(vp_control_virtual_remove(&how, names, 2), 0);
	expect_file(
	    "control/virtualdomains", "joe@x.com:joe\n.wild:y\nc.com:c.com\n");
}
END_TEST

START_TEST(lists)
{
	char **names;
	size_t count;

	make_folder("control");
	put_file("control/virtualdomains", "# x\nB.com:b\na.com:a.com\n");
	ck_assert_int_eq(
	    vp_control_list(scratch, "virtualdomains", &names, &count), 0);
	ck_assert_uint_eq(count, 2);
	ck_assert_str_eq(names[0], "b.com");
	ck_assert_str_eq(names[1], "a.com");
	vp_control_list_free(names, count);
	ck_assert_int_eq(vp_control_list(scratch, "locals", &names, &count), 0);
	ck_assert_uint_eq(count, 0);
	vp_control_list_free(names, count);
	vp_control_list_free(NULL, 0);
}
END_TEST

START_TEST(owner_and_mode_are_kept)
{
	AUTO_CLOSE int top = scratch_fd();
	struct stat st;
	mode_t mask = umask(077);

	make_folder("control");
	put_file("control/rcpthosts", "a.com\n");
	ck_assert_int_eq(fchmodat(top, "control/rcpthosts", 0640, 0), 0);
	ck_assert_int_eq(add("b.com", 0), 0);
	ck_assert_int_eq(
	    vp_control_virtual_add(&how, (const char *[]){ "b.com" }, 1), 0);
	umask(mask);
	ck_assert_int_eq(fstatat(top, "control/rcpthosts", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	ck_assert_int_eq(fstatat(top, "control/virtualdomains", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0644);
	ck_assert_int_eq(fstatat(top, "control/rcpthosts.lock", &st, 0), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0600);
}
END_TEST

START_TEST(what_is_no_name)
{
	const char *const bad[] = { "", ".a.com", "a.com\nb.com", "a:b", "a b",
		"#a", "a@b.c" };

	make_folder("control");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(add(bad[i], 0), -1);
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(vp_control_virtual_add(&how, &bad[i], 1), -1);
		ck_assert_int_eq(errno, EINVAL);
	}
	expect_no_file("control/rcpthosts");
	expect_no_file("control/virtualdomains");
}
END_TEST

START_TEST(questions_that_fail)
{
	char **names;
	size_t count;

	/* no folder at all */
	ck_assert_int_eq(has("rcpthosts", "a.com"), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(vp_control_check(scratch), -1);
	ck_assert_int_eq(
	    vp_control_list(scratch, "locals", &names, &count), -1);
	ck_assert_int_eq(add("a.com", 0), -1);
	make_folder("control");
	make_folder("control/rcpthosts");
	ck_assert_int_eq(has("rcpthosts", "a.com"), -1);
	ck_assert_int_eq(add("a.com", 0), -1);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { few_names, overflow_to_more, real_site,
		batch_without_table, keys_are_those_of_newmrh, external_program,
		virtual_domains, lists, owner_and_mode_are_kept,
		what_is_no_name, questions_that_fail, NULL };

	return unit_main("control", tests);
}
