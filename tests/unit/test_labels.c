/* Settings files made of labels. */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/labels.h"
#include "unit.h"

static unsigned long line;

static config_t *
read_text(const char *text)
{
	char path[128];
	FILE *fp;

	snprintf(path, sizeof path, "%s/conf", scratch);
	fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	ck_assert_int_ge(fputs(text, fp), 0);
	ck_assert_int_eq(fclose(fp), 0);
	return vp_labels_read(scratch, path, &line);
}

static void
holds(const char *text, const char *label, const char *key, const char *value)
{
	config_t *config = read_text(text);

	ck_assert_ptr_nonnull(config);
	const char *got = vp_labels_get(config, label, key);
	if (value) {
		ck_assert_ptr_nonnull(got);
		ck_assert_str_eq(got, value);
	} else {
		ck_assert_ptr_null(got);
	}
	vp_labels_free(config);
}

START_TEST(grammar)
{
	holds("A:\n k = v;\n", "A", "k", "v");
	holds("A: k=v;", "a", "K", "v");
	holds("A:\n\tk  =  a b  c ; l = m;\n", "A", "l", "m");
	holds("A:\n\tk  =  a b  c ; l = m;\n", "A", "k", "a b  c");
	holds("A:\n k = 1; k = 2;\n", "A", "k", "1");
	holds("A:\n k = 1;\nB:\n l = 2;\nA:\n m = 3;\n", "A", "m", "3");
	holds("A:\n k = 1;\nB:\n l = 2;\n", "A", "l", NULL);
	holds("A: /* x\n y = 1;\n */ k = 2; // l = 3;\n", "A", "k", "2");
	holds("A: /* x\n y = 1;\n */ k = 2; // l = 3;\n", "A", "y", NULL);
	holds("A: k = \"a;b=c//d\";\n", "A", "k", "a;b=c//d");
	holds("A: k = a\\;b\\065\\\"c;\n", "A", "k", "a;bA\"c");
	holds("A: v;\n", "A", "", "v");
	holds("A:\r\n k = v;\r\n", "A", "k", "v");
	holds("", "A", "k", NULL);
}
END_TEST

START_TEST(errors)
{
	static const struct {
		const char *text;
		unsigned long line;
	} wrong[] = {
		{ "A:\n k = v\n", 2 },
		{ " k = v;\n", 1 },
		{ "A\n", 1 },
		{ "A:\n\n k = \"v;\n", 3 },
		{ ":\n", 1 },
		{ "A: k = v; /* c\n", 2 },
	};

	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		ck_assert_ptr_null(read_text(wrong[i].text));
		ck_assert_int_eq(errno, EBADMSG);
		ck_assert_uint_eq(line, wrong[i].line);
	}
	ck_assert_ptr_null(vp_labels_read(scratch, "/nonexistent", &line));
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

START_TEST(long_lines)
{
	char text[600] = "A: k = ";

	memset(text + 7, 'x', 254 - 8);
	memcpy(text + 253, ";\n", 3);
	config_t *config = read_text(text);
	ck_assert_ptr_nonnull(config);
	ck_assert_uint_eq(strlen(vp_labels_get(config, "A", "k")), 246);
	vp_labels_free(config);
	memcpy(text + 253, "x;\n", 4);
	ck_assert_ptr_null(read_text(text));
}
END_TEST

START_TEST(includes)
{
	char path[128];
	FILE *fp;

	snprintf(path, sizeof path, "%s/other.conf", scratch);
	fp = fopen(path, "w");
	ck_assert_ptr_nonnull(fp);
	fputs("B:\n l = 2;\n", fp);
	fclose(fp);
	holds("include: other.conf;\nA:\n k = 1;\n", "B", "l", "2");
	holds("include: other.conf;\nA:\n k = 1;\n", "A", "k", "1");
	/* Not from the working directory, not for ever. */
	ck_assert_ptr_null(read_text("include: ../other.conf;\n"));
	ck_assert_ptr_null(read_text("include: none.conf;\n"));
	ck_assert_ptr_null(read_text("include: conf;\n"));
}
END_TEST

int
main(void)
{
	return unit_main("labels", (const TTest *const[]){ grammar, errors,
				       long_lines, includes, NULL });
}
