/* Settings: types, files, and sentences about bad ones. */
#include "config.h"

#include "base/conf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "unit.h"

struct settings {
	char *text, *empty;
	int64_t flag, number, word;
};

static const char *const words[] = { "red", "green", "blue", NULL };

static const struct vp_conf_item table[] = {
	{ .name = "text",
	    .type = VP_CONF_TEXT,
	    .offset = offsetof(struct settings, text),
	    .value = "default" },
	{ .name = "empty",
	    .type = VP_CONF_TEXT,
	    .offset = offsetof(struct settings, empty) },
	{ .name = "flag",
	    .type = VP_CONF_BOOL,
	    .offset = offsetof(struct settings, flag),
	    .value = "yes" },
	{ .name = "number",
	    .type = VP_CONF_NUMBER,
	    .offset = offsetof(struct settings, number),
	    .value = "5",
	    .min = -10,
	    .max = 1000 },
	{ .name = "word",
	    .type = VP_CONF_WORD,
	    .offset = offsetof(struct settings, word),
	    .value = "green",
	    .words = words },
	{ .name = NULL },
};

static struct settings s;
static char error[200];
static char path[128];

static int
set(const char *name, const char *value)
{
	error[0] = '\0';
	return vp_conf_set(table, &s, name, value, error, sizeof error);
}

static void
write_bytes(const char *bytes, size_t size)
{
	snprintf(path, sizeof path, "%s/c", scratch);
	FILE *fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	ck_assert_uint_eq(fwrite(bytes, 1, size, fp), size);
	ck_assert_int_eq(fclose(fp), 0);
}

static int
read_text(const char *text)
{
	error[0] = '\0';
	write_bytes(text, strlen(text));
	return vp_conf_read(table, &s, path, error, sizeof error);
}

/* The file is refused, with this behind its name. */
static void
refused(const char *text, const char *sentence)
{
	char expected[400];

	ck_assert_int_eq(read_text(text), -1);
	snprintf(expected, sizeof expected, "%s%s", path, sentence);
	ck_assert_str_eq(error, expected);
}

START_TEST(defaults)
{
	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	ck_assert_str_eq(s.text, "default");
	ck_assert_str_eq(s.empty, "");
	ck_assert_int_eq(s.flag, 1);
	ck_assert_int_eq(s.number, 5);
	ck_assert_int_eq(s.word, 1);
	vp_conf_free(table, &s);
	ck_assert_ptr_null(s.text);
	vp_conf_free(table, &s);
}
END_TEST

START_TEST(default_out_of_its_limits)
{
	struct vp_conf_item wrong[6];

	memcpy(wrong, table, sizeof wrong);
	wrong[3].max = 4;
	ck_assert_int_eq(vp_conf_defaults(wrong, &s), -1);
	ck_assert_int_eq(errno, ERANGE);
	ck_assert_ptr_null(s.text);
}
END_TEST

START_TEST(set_each_type)
{
	static const char *const yes[] = { "yes", "true", "on", "1", "YES",
		"True", NULL };
	static const char *const no[] = { "no", "false", "off", "0", "Off",
		NULL };

	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	ck_assert_int_eq(set("text", " \xc3\xa4 ; # = \xff"), 0);
	ck_assert_str_eq(s.text, " \xc3\xa4 ; # = \xff");
	ck_assert_int_eq(set("text", ""), 0);
	ck_assert_str_eq(s.text, "");
	for (int i = 0; yes[i]; i++) {
		s.flag = 7;
		ck_assert_int_eq(set("flag", yes[i]), 0);
		ck_assert_int_eq(s.flag, 1);
	}
	for (int i = 0; no[i]; i++) {
		s.flag = 7;
		ck_assert_int_eq(set("flag", no[i]), 0);
		ck_assert_int_eq(s.flag, 0);
	}
	ck_assert_int_eq(set("number", "-10"), 0);
	ck_assert_int_eq(s.number, -10);
	ck_assert_int_eq(set("word", "BLUE"), 0);
	ck_assert_int_eq(s.word, 2);
	vp_conf_free(table, &s);
}
END_TEST

static void
not_set(const char *name, const char *value, const char *sentence)
{
	ck_assert_int_eq(set(name, value), -1);
	ck_assert_str_eq(error, sentence);
}

START_TEST(set_refuses)
{
	static const char range[] =
	    "'number' must be a number from -10 to 1000";

	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	not_set("text", "a\nb", "'text' must not have control characters");
	not_set("flag", "maybe", "'flag' must be yes or no");
	not_set("flag", "", "'flag' must be yes or no");
	not_set("number", "1001", range);
	not_set("number", "-11", range);
	not_set("number", "5 MB", range);
	not_set("number", "", range);
	not_set("word", "pink", "'word' must be one of red, green, blue");
	not_set("Text", "x", "unknown setting 'Text'");
	not_set("\x1b[0m\xff", "x", "unknown setting '?[0m?'");
	ck_assert_str_eq(s.text, "default");
	ck_assert_int_eq(s.flag, 1);
	ck_assert_int_eq(s.number, 5);
	ck_assert_int_eq(s.word, 1);
	/* Little or no room for the sentence. */
	char small[20];
	ck_assert_int_eq(
	    vp_conf_set(table, &s, "word", "x", small, sizeof small), -1);
	ck_assert_str_eq(small, "'word' must be one ");
	ck_assert_int_eq(vp_conf_set(table, &s, "word", "x", small, 0), -1);
	ck_assert_int_eq(vp_conf_set(table, &s, "x", "x", small, 0), -1);
	vp_conf_free(table, &s);
}
END_TEST

static void
got(const char *name, const char *text)
{
	char *found = vp_conf_get(table, &s, name);

	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found, text);
	free(found);
}

START_TEST(get_as_text)
{
	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	got("text", "default");
	got("empty", "");
	got("flag", "yes");
	got("number", "5");
	got("word", "green");
	ck_assert_int_eq(set("flag", "0"), 0);
	got("flag", "no");
	ck_assert_ptr_null(vp_conf_get(table, &s, "none"));
	vp_conf_free(table, &s);
}
END_TEST

START_TEST(read_all_kinds_of_lines)
{
	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	ck_assert_int_eq(read_text("\xef\xbb\xbf# comment = x\n"
				   "\n"
				   "; another\n"
				   "text = a ; b # c = d  \r\n"
				   "[section]\n"
				   "   \t\n"
				   "  number=7\n"
				   "\tflag : off\n"
				   "empty =\n"
				   "[another one] ; remark\n"
				   "word=blue"),
	    0);
	ck_assert_str_eq(error, "");
	ck_assert_str_eq(s.text, "a ; b # c = d");
	ck_assert_str_eq(s.empty, "");
	ck_assert_int_eq(s.number, 7);
	ck_assert_int_eq(s.flag, 0);
	ck_assert_int_eq(s.word, 2);
	ck_assert_int_eq(read_text(""), 0);
	/* The last one counts. */
	ck_assert_int_eq(read_text("text=1\ntext=;2\ntext=#3\n"), 0);
	ck_assert_str_eq(s.text, "#3");
	vp_conf_free(table, &s);
}
END_TEST

START_TEST(read_long_lines)
{
	char text[5000];

	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	memset(text, 'x', sizeof text);
	memcpy(text, "text=", 5);
	text[4096] = '\0';
	ck_assert_int_eq(read_text(text), 0);
	ck_assert_uint_eq(strlen(s.text), 4091);
	memset(text + 4096, 'x', 1);
	text[4097] = '\0';
	refused(text, ":1: line is longer than 4096 bytes");
	text[0] = '#';
	text[4096] = '\0';
	ck_assert_int_eq(read_text(text), 0);
	memset(text, 'n', 300);
	refused(text, ":1: name is too long");
	memset(text, '[', 300);
	refused(text, ":1: name is too long");
	vp_conf_free(table, &s);
}
END_TEST

START_TEST(read_refuses)
{
	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	refused("text=1\nother=2\nnumber=x\n", ":2: unknown setting 'other'");
	refused(
	    "number = x\n", ":1: 'number' must be a number from -10 to 1000");
	refused("text=1\n\nnonsense\nother=2\n", ":3: not a setting");
	refused("text=1\nother=2\nnonsense\n", ":2: unknown setting 'other'");
	refused("[section\n", ":1: not a setting");
	refused("= x\n", ":1: unknown setting ''");
	refused("text ; = x\n", ":1: not a setting");
	refused(
	    "text=a\x1b[0m\n", ":1: 'text' must not have control characters");
	/* A line that is set off is a setting and not more of the one above. */
	refused("text = a\n  more\n", ":2: not a setting");
	write_bytes("text=1\nnumber=1\0\n", 17);
	ck_assert_int_eq(
	    vp_conf_read(table, &s, path, error, sizeof error), -1);
	ck_assert_ptr_nonnull(strstr(error, "/c:2: line has a NUL byte"));
	vp_conf_free(table, &s);
}
END_TEST

START_TEST(files_that_cannot_be_read)
{
	ck_assert_int_eq(vp_conf_defaults(table, &s), 0);
	snprintf(path, sizeof path, "%s/none", scratch);
	ck_assert_int_eq(vp_conf_read(table, &s, path, error, sizeof error), 1);
	ck_assert_str_eq(s.text, "default");
	snprintf(path, sizeof path, "%s/loop", scratch);
	ck_assert_int_eq(symlink("loop", path), 0);
	ck_assert_int_eq(
	    vp_conf_read(table, &s, path, error, sizeof error), -1);
	ck_assert_ptr_nonnull(strstr(error, "cannot open '"));
	ck_assert_int_eq(
	    vp_conf_read(table, &s, scratch, error, sizeof error), -1);
	ck_assert_ptr_nonnull(strstr(error, "Is a directory"));
	ck_assert_int_eq(
	    vp_conf_read(table, &s, "/dev/null", error, sizeof error), 0);
	vp_conf_free(table, &s);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { defaults, default_out_of_its_limits,
		set_each_type, set_refuses, get_as_text,
		read_all_kinds_of_lines, read_long_lines, read_refuses,
		files_that_cannot_be_read, NULL };

	return unit_main("conf", tests);
}
