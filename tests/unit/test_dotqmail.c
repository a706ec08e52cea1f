/* dot-qmail lines and files. */
#include "config.h"

#include "qmail/dotqmail.h"

#include <errno.h>

#include "files.h"

START_TEST(names)
{
	char name[32];

	ck_assert_int_eq(vp_dotqmail_name("sales.dept", name, sizeof name), 0);
	ck_assert_str_eq(name, ".qmail-sales:dept");
	ck_assert_int_eq(vp_dotqmail_name("", name, sizeof name), 0);
	ck_assert_str_eq(name, ".qmail-");
	ck_assert_int_eq(
	    vp_dotqmail_name("123456789012345678901234x", name, sizeof name),
	    -1);
	ck_assert_int_eq(errno, ENAMETOOLONG);
	ck_assert_int_eq(vp_dotqmail_name("../x", name, sizeof name), -1);
	ck_assert_int_eq(errno, EINVAL);
}
END_TEST

static void
expect(const char *line, enum vp_instruction_kind kind, const char *text)
{
	AUTO_FREE char *copy = strdup(line);
	struct vp_instruction has;

	vp_dotqmail_parse(copy, &has);
	ck_assert_msg(
	    (int)has.kind == (int)kind, "kind %d of '%s'", (int)has.kind, line);
	if (text)
		ck_assert_str_eq(has.text, text);
}

START_TEST(one_line)
{
	expect("", VP_NOTHING, NULL);
	expect(" \t\r", VP_NOTHING, NULL);
	expect("# delete", VP_NOTHING, NULL);
	expect("&", VP_NOTHING, NULL);
	expect("& \r", VP_NOTHING, NULL);
	expect("| cmd arg ", VP_COMMAND, "cmd arg");
	expect(" | | cmd", VP_COMMAND, "cmd");
	expect("|", VP_COMMAND, "");
	expect("./Maildir/", VP_MAILDIR, "./Maildir/");
	expect("./Maildir/\r", VP_MAILDIR, "./Maildir/");
	expect("/var/mail/joe/  ", VP_MAILDIR, "/var/mail/joe/");
	expect("/var/mail/joe", VP_MBOX, "/var/mail/joe");
	expect(".", VP_MBOX, ".");
	expect("/", VP_MAILDIR, "/");
	expect("&a@b.c", VP_FORWARD, "a@b.c");
	expect("& a@b.c", VP_FORWARD, "a@b.c");
	expect("a@b.c\r", VP_FORWARD, "a@b.c");
	expect("\"a b\"@b.c", VP_FORWARD, "\"a b\"@b.c");
}
END_TEST

static int
split(const char *text, struct vp_instruction **list, size_t *count,
    size_t *lines, char **copy)
{
	*copy = strdup(text);
	return vp_dotqmail_split(*copy, strlen(text), list, count, lines);
}

START_TEST(whole_files)
{
	struct vp_instruction *list;
	size_t count, lines;
	char *copy;

	ck_assert_int_eq(split("# only\n\n", &list, &count, &lines, &copy), 0);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(lines, 1);
	free(list);
	free(copy);

	ck_assert_int_eq(split("", &list, &count, &lines, &copy), 0);
	ck_assert_uint_eq(count, 0);
	ck_assert_uint_eq(lines, 0);
	free(list);
	free(copy);

	ck_assert_int_eq(split("\n|a\r\n#x\n./M/\n \n&b@c\n\nd@e", &list,
			     &count, &lines, &copy),
	    0);
	ck_assert_uint_eq(lines, 5);
	ck_assert_uint_eq(count, 4);
	ck_assert_int_eq(list[0].kind, VP_COMMAND);
	ck_assert_str_eq(list[0].text, "a");
	ck_assert_int_eq(list[1].kind, VP_MAILDIR);
	ck_assert_str_eq(list[2].text, "b@c");
	ck_assert_str_eq(list[3].text, "d@e");
	free(list);
	free(copy);
}
END_TEST

START_TEST(refused_whole)
{
	struct vp_instruction *list;
	size_t count, lines;
	char nul[] = "a@b\0c";
	AUTO_FREE char *text = calloc(1, VP_DOTQMAIL_FILE + 2);

	ck_assert_int_eq(
	    vp_dotqmail_split(nul, sizeof nul - 1, &list, &count, &lines), -1);
	ck_assert_int_eq(errno, EILSEQ);

	memset(text, 'x', VP_DOTQMAIL_LINE);
	ck_assert_int_eq(
	    vp_dotqmail_split(text, VP_DOTQMAIL_LINE, &list, &count, &lines),
	    0);
	ck_assert_uint_eq(count, 1);
	free(list);
	text[VP_DOTQMAIL_LINE] = 'x';
	ck_assert_int_eq(vp_dotqmail_split(
			     text, VP_DOTQMAIL_LINE + 1, &list, &count, &lines),
	    -1);
	ck_assert_int_eq(errno, EMSGSIZE);

	memset(text, '\n', VP_DOTQMAIL_FILE + 1);
	ck_assert_int_eq(vp_dotqmail_split(
			     text, VP_DOTQMAIL_FILE + 1, &list, &count, &lines),
	    -1);
	ck_assert_int_eq(errno, EMSGSIZE);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { names, one_line, whole_files,
		refused_whole, NULL };

	return unit_main("dotqmail", tests);
}
