/* Records in both forms, good and bad ones mixed. */
#include "config.h"

#include "base/csv.h"

#include <errno.h>
#include <string.h>

#include "unit.h"

static FILE *fp;
static struct vp_records *r;

static void
begin_bytes(const char *bytes, size_t size)
{
	fp = tmpfile();
	ck_assert_ptr_nonnull(fp);
	ck_assert_uint_eq(fwrite(bytes, 1, size, fp), size);
	rewind(fp);
	r = vp_records_open(fp);
	ck_assert_ptr_nonnull(r);
}

/* With NUL bytes. */
#define begin_literal(text) begin_bytes(text, sizeof(text) - 1)

static void
begin(const char *text)
{
	begin_bytes(text, strlen(text));
}

static void
good(unsigned long line)
{
	int rc = vp_records_next(r);

	ck_assert_str_eq(vp_records_error(r), "");
	ck_assert_int_eq(rc, 1);
	ck_assert_uint_eq(vp_records_line(r), line);
}

static void
bad(unsigned long line, const char *sentence)
{
	errno = 0;
	ck_assert_int_eq(vp_records_next(r), -1);
	ck_assert_int_eq(errno, EBADMSG);
	ck_assert_str_eq(vp_records_error(r), sentence);
	ck_assert_uint_eq(vp_records_line(r), line);
	ck_assert_ptr_null(vp_records_field(r, "a"));
	static const char *const none[] = { NULL };
	ck_assert_ptr_null(vp_records_unknown(r, none));
}

static void
field(const char *name, const char *text)
{
	const char *found = vp_records_field(r, name);

	ck_assert_ptr_nonnull(found);
	ck_assert_str_eq(found, text);
}

static void
end(void)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(vp_records_next(r), 0);
	vp_records_close(r);
	fclose(fp);
}

START_TEST(nothing)
{
	begin("");
	end();
	begin(" \r\n\t\n ");
	end();
	begin("\xef\xbb\xbf");
	end();
	begin("a,b\n");
	end();
	begin("a");
	end();
	vp_records_close(NULL);
}
END_TEST

START_TEST(csv_fields)
{
	begin("\xef\xbb\xbf\n a,b,c\r\n"
	      "1,two words,3\r\n"
	      "\n\r\n"
	      "\"x, \"\"y\"\"\",\"two\r\nlines\",\n"
	      "\"\",\xc3\xa4\xff,' '");
	good(3);
	field("a", "1");
	field("b", "two words");
	field("c", "3");
	ck_assert_ptr_null(vp_records_field(r, "A"));
	ck_assert_ptr_null(vp_records_field(r, ""));
	good(6);
	field("a", "x, \"y\"");
	field("b", "two\r\nlines");
	field("c", "");
	good(8);
	field("a", "");
	field("b", "\xc3\xa4\xff");
	field("c", "' '");
	end();
}
END_TEST

START_TEST(csv_one_column)
{
	begin("a\nx\n\n\"\"\ny");
	good(2);
	field("a", "x");
	good(4);
	field("a", "");
	good(5);
	field("a", "y");
	end();
}
END_TEST

START_TEST(csv_bad_records)
{
	begin("a,b\n"
	      "1\n"
	      "1,2,3\n"
	      "x\"y,2\n"
	      "\"x\"y,2\n"
	      "\"x\" ,2\n"
	      "x\ry,2\n"
	      "\"x\"\r\"y\",\"2\n"
	      "good,one\n"
	      "\"good\",two\r\n"
	      "1,\"never\nends,\n");
	bad(2, "record has 1 fields and the header 2");
	bad(3, "record has 3 fields and the header 2");
	bad(4, "quote within a field that is not quoted");
	bad(5, "text behind a closing quote");
	bad(6, "text behind a closing quote");
	bad(7, "carriage return within a line");
	bad(8, "carriage return within a line");
	good(9);
	field("b", "one");
	good(10);
	field("b", "two");
	bad(11, "quoted field has no end");
	end();
}
END_TEST

START_TEST(csv_nul_bytes)
{
	begin_literal("a,b\n1\0,2\n\"x\0\ny\",2\n3,4");
	bad(2, "record has a NUL byte");
	/* The end of the record is where the quotes say. */
	bad(3, "record has a NUL byte");
	good(5);
	field("a", "3");
	end();
}
END_TEST

START_TEST(csv_bad_headers)
{
	begin("a,,b\n1,2,3\n");
	bad(1, "column 2 has no name");
	end();
	begin("a,b,a\n1,2,3\n");
	bad(1, "columns 1 and 3 have the same name");
	end();
	begin("a,\"b\nc\"\n1,2\n");
	bad(1, "name of column 2 has control characters");
	end();
	begin("a\"b\n1,2\n");
	bad(1, "quote within a field that is not quoted");
	end();
	begin("\xef\xbbx,y\n1,2\n");
	bad(1, "header does not begin with a name");
	end();
	begin_literal("\0a,b\n1,2\n");
	bad(1, "record has a NUL byte");
	end();
}
END_TEST

/* A line of count fields. */
static void
write_fields(FILE *out, int count)
{
	for (int i = 0; i < count; i++)
		fprintf(out, "%sf%d", i ? "," : "", i);
	fputc('\n', out);
}

START_TEST(csv_many_fields)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	write_fields(out, 64);
	write_fields(out, 64);
	write_fields(out, 65);
	write_fields(out, 64);
	fclose(out);
	begin(text);
	good(2);
	field("f63", "f63");
	bad(3, "record has more than 64 fields");
	good(4);
	end();
	free(text);

	out = open_memstream(&text, &size);
	write_fields(out, 65);
	fclose(out);
	begin(text);
	bad(1, "record has more than 64 fields");
	end();
	free(text);
}
END_TEST

/* A file whose second line has length bytes, and a good one behind it. */
static void
begin_long(const char *header, const char *start, size_t length, char fill,
    const char *rest)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	fprintf(out, "%s\n%s", header, start);
	for (size_t i = strlen(start); i < length; i++)
		fputc(fill, out);
	fputs(rest, out);
	fclose(out);
	begin_bytes(text, size);
	free(text);
}

START_TEST(csv_long_records)
{
	static const char longer[] = "record is longer than 65536 bytes";

	begin_long("a,b", "1,", VP_RECORD_BYTES, 'x', "\n1,2\n");
	good(2);
	ck_assert_uint_eq(
	    strlen(vp_records_field(r, "b")), VP_RECORD_BYTES - 2);
	good(3);
	end();
	begin_long("a,b", "1,", VP_RECORD_BYTES, 'x', "");
	good(2);
	end();
	begin_long("a,b", "1,", VP_RECORD_BYTES + 1, 'x', "\n1,2\n");
	bad(2, longer);
	good(3);
	end();
	/* What is behind the limit must not be stored either. */
	begin_long("a", "", VP_RECORD_BYTES, 'x', ",,,,,,,,\n1\n");
	bad(2, longer);
	good(3);
	end();
	begin_long("a", "\"", VP_RECORD_BYTES, 'x', "\n\n\n\"\n1\n");
	bad(2, longer);
	good(6);
	end();
	begin_long("a", "\"", VP_RECORD_BYTES, '\n', "");
	bad(2, "quoted field has no end");
	end();
	begin_long("a", "", 1000000, ',', "\n1\n");
	bad(2, "record has more than 64 fields");
	good(3);
	end();
}
END_TEST

START_TEST(json_fields)
{
	begin("\n {\"a\":\"x \\u00e4\\n\",\"b\":12,\"c\":true}\r\n"
	      "\n"
	      "{\"b\":-1.5,\"c\":false,\"d\":null}\n"
	      "{}\n"
	      " { \"a\" : \"\" } ");
	good(2);
	field("a", "x \xc3\xa4\n");
	field("b", "12");
	field("c", "true");
	ck_assert_ptr_null(vp_records_field(r, "d"));
	good(4);
	ck_assert_ptr_null(vp_records_field(r, "a"));
	field("b", "-1.5");
	field("c", "false");
	ck_assert_ptr_null(vp_records_field(r, "d"));
	good(5);
	ck_assert_ptr_null(vp_records_field(r, "a"));
	good(6);
	field("a", "");
	end();
}
END_TEST

START_TEST(json_bad_records)
{
	begin("{\"a\":1\n"
	      "{\"a\":[1]}\n"
	      "{\"a\":1,\"bb\":{}}\n"
	      "[\"a\"]\n"
	      "{\"a\":1,\"a\":2}\n"
	      "{\"a\":\"\xff\"}\n"
	      "{\"a\":\"x\\u0000y\"}\n"
	      "{\"a\":1} {\"a\":2}\n"
	      "{\"a\":99999999999999999999}\n"
	      "a,b\n"
	      "{\"a\":\"secret\",}\n"
	      "{\"a\":\"good\"}\n");
	bad(1, "not valid JSON from byte 6 of the line on");
	bad(2, "'a' is a list or an object");
	bad(3, "'bb' is a list or an object");
	bad(4, "not a JSON object");
	bad(5, "a name is there twice");
	for (unsigned long i = 6; i <= 11; i++) {
		ck_assert_int_eq(vp_records_next(r), -1);
		ck_assert_int_eq(errno, EBADMSG);
		ck_assert_uint_eq(vp_records_line(r), i);
		ck_assert_ptr_nonnull(
		    strstr(vp_records_error(r), "not valid JSON"));
		ck_assert_ptr_null(strstr(vp_records_error(r), "secret"));
	}
	good(12);
	field("a", "good");
	end();
	begin_literal("{\"a\":\0\"x\"}\n{\"a\":1}\n");
	bad(1, "record has a NUL byte");
	good(2);
	end();
}
END_TEST

START_TEST(json_sizes)
{
	begin_long("{}", "{\"a\":\"", VP_RECORD_BYTES - 2, 'x', "\"}\n{}\n");
	good(1);
	good(2);
	ck_assert_uint_eq(
	    strlen(vp_records_field(r, "a")), VP_RECORD_BYTES - 8);
	good(3);
	end();
	begin_long("{}", "{\"a\":\"", VP_RECORD_BYTES - 1, 'x', "\"}\n{}\n");
	good(1);
	bad(2, "record is longer than 65536 bytes");
	good(3);
	end();
	begin_long("{}", "{\"a\":", VP_RECORD_BYTES, '[', "\n{}\n");
	good(1);
	ck_assert_int_eq(vp_records_next(r), -1);
	good(3);
	end();

	for (int count = 64; count <= 65; count++) {
		char *text;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		for (int i = 0; i < count; i++)
			fprintf(out, "%s\"f%d\":-1.2345678901234568e-300",
			    i ? "," : "{", i);
		fputs("}\n", out);
		fclose(out);
		begin(text);
		if (count == 64) {
			good(1);
			field("f63", "-1.2345678901234568e-300");
		} else {
			bad(1, "record has more than 64 fields");
		}
		end();
		free(text);
	}
}
END_TEST

START_TEST(unknown_names)
{
	static const char *const known[] = { "a", "b", NULL };
	static const char *const all[] = { "c", "b", "a", NULL };

	begin("a,b,c\n1,2,3\n");
	good(2);
	ck_assert_str_eq(vp_records_unknown(r, known), "c");
	ck_assert_ptr_null(vp_records_unknown(r, all));
	end();
	begin("{\"a\":1}\n{\"b\":null,\"z\":null}\n");
	good(1);
	ck_assert_ptr_null(vp_records_unknown(r, known));
	good(2);
	ck_assert_str_eq(vp_records_unknown(r, known), "z");
	end();
}
END_TEST

START_TEST(failed_reads)
{
	for (int i = 0; i < 2; i++) {
		fp = fopen("/tmp", "r");
		ck_assert_ptr_nonnull(fp);
		r = vp_records_open(fp);
		errno = 0;
		ck_assert_int_eq(vp_records_next(r), -1);
		ck_assert_int_eq(errno, EISDIR);
		ck_assert_int_eq(vp_records_next(r), -1);
		ck_assert_int_eq(errno, EISDIR);
		vp_records_close(r);
		fclose(fp);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { nothing, csv_fields, csv_one_column,
		csv_bad_records, csv_nul_bytes, csv_bad_headers,
		csv_many_fields, csv_long_records, json_fields,
		json_bad_records, json_sizes, unknown_names, failed_reads,
		NULL };

	return unit_main("csv", tests);
}
