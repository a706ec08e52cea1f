/*
 * Records from a stream of foreign bytes: the common part and CSV.
 *
 * A bad record is read to its end before it is reported, so that the caller
 * can go on behind it: where the quotes are sound, the end is where they say;
 * after a stray quote it is the end of the line.
 */
#include "config.h"

#include "base/csv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "base/csv_int.h"
#include "base/text.h"

enum place {
	FIELD_START,
	IN_PLAIN,
	IN_QUOTES,
	BEHIND_QUOTE, /* either the end of the field or half of "" */
	BEHIND_CR,
	IN_BROKEN
};

struct scan {
	enum place place;
	size_t bytes;    /* read for this record */
	size_t start;    /* of the field, in text */
	bool any;        /* there was more than a line end */
	const char *bad; /* first thing wrong, or NULL */
};

int
vp_records_bad(struct vp_records *records, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(records->error, sizeof records->error, format, args);
	va_end(args);
	vp_make_printable(records->error);
	records->count = 0;
	errno = EBADMSG;
	return -1;
}

static void
complain(struct scan *s, const char *sentence)
{
	if (!s->bad)
		s->bad = sentence;
}

static void
put(struct vp_records *r, struct scan *s, int c)
{
	s->any = true;
	if (c == '\0')
		complain(s, "record has a NUL byte");
	if (!s->bad)
		r->text[r->used++] = (char)c;
}

static void
end_field(struct vp_records *r, struct scan *s)
{
	if (r->count == VP_RECORD_FIELDS)
		complain(s, "record has more than 64 fields");
	if (s->bad)
		return;
	r->text[r->used++] = '\0';
	r->value[r->count++] = r->text + s->start;
	s->start = r->used;
}

/* A byte of a quoted field or behind its end.  Returns false if it is to be
 * looked at as one outside of quotes. */
static bool
take_quoted(struct vp_records *r, struct scan *s, int c)
{
	if (s->place == IN_QUOTES && c == '"') {
		s->place = BEHIND_QUOTE;
		return true;
	}
	if (s->place == IN_QUOTES || (s->place == BEHIND_QUOTE && c == '"')) {
		put(r, s, c);
		s->place = IN_QUOTES;
		return true;
	}
	if (s->place == FIELD_START && c == '"') {
		s->any = true;
		s->place = IN_QUOTES;
		return true;
	}
	return false;
}

/* Returns true at the end of the record. */
static bool
take(struct vp_records *r, struct scan *s, int c)
{
	if (take_quoted(r, s, c))
		return false;
	if (c == '\n') {
		end_field(r, s);
		return true;
	}
	if (s->place == IN_BROKEN)
		return false;
	if (s->place == BEHIND_CR) {
		complain(s, "carriage return within a line");
		s->place = IN_BROKEN;
	} else if (c == '\r') {
		s->place = BEHIND_CR;
	} else if (c == ',') {
		s->any = true;
		end_field(r, s);
		s->place = FIELD_START;
	} else if (c == '"') {
		complain(s, "quote within a field that is not quoted");
		s->place = IN_BROKEN;
	} else if (s->place == BEHIND_QUOTE) {
		complain(s, "text behind a closing quote");
		s->place = IN_BROKEN;
	} else {
		put(r, s, c);
		s->place = IN_PLAIN;
	}
	return false;
}

/* One record, blank ones too.  1, 0 at the end, -1 as vp_records_next. */
static int
scan_record(struct vp_records *r, struct scan *s)
{
	int c = EOF;

	*s = (struct scan){ .place = FIELD_START };
	r->line = r->next_line;
	r->count = r->used = 0;
	errno = 0;
	while ((c = getc_unlocked(r->fp)) != EOF) {
		r->next_line += c == '\n';
		/* A line end is not counted.  What is stored is never more
		 * than what was read, and the NUL of the last field. */
		if (++s->bytes > VP_RECORD_BYTES + (size_t)(c == '\n'))
			complain(s, "record is longer than 65536 bytes");
		if (take(r, s, c))
			break;
	}
	if (c == EOF && ferror(r->fp)) {
		r->count = 0;
		errno = errno ? errno : EIO;
		return -1;
	}
	if (c == EOF) {
		if (s->bytes == 0)
			return 0;
		if (s->place == IN_QUOTES)
			complain(s, "quoted field has no end");
		end_field(r, s);
	}
	return s->bad ? vp_records_bad(r, "%s", s->bad) : 1;
}

static int
next_csv(struct vp_records *r)
{
	struct scan s;
	int rc;

	do
		rc = scan_record(r, &s);
	while (rc == 1 && !s.any);
	return rc;
}

static int
check_header(struct vp_records *r)
{
	for (size_t i = 0; i < r->count; i++) {
		if (r->value[i][0] == '\0')
			return vp_records_bad(
			    r, "column %zu has no name", i + 1);
		if (!vp_is_clean(r->value[i]))
			return vp_records_bad(r,
			    "name of column %zu has control characters", i + 1);
		for (size_t j = 0; j < i; j++)
			if (strcmp(r->value[i], r->value[j]) == 0)
				return vp_records_bad(r,
				    "columns %zu and %zu have the same name",
				    j + 1, i + 1);
	}
	return 1;
}

/* 1, 0 at the end, -1 for a bad header, with which all ends. */
static int
read_header(struct vp_records *r)
{
	int rc = next_csv(r);

	if (rc == 1)
		rc = check_header(r);
	if (rc == 1 && !(r->header = malloc(r->used)))
		rc = -1;
	if (rc == -1)
		r->form = VP_RECORDS_END;
	if (rc != 1)
		return rc;
	memcpy(r->header, r->text, r->used);
	r->columns = r->count;
	for (size_t i = 0; i < r->count; i++)
		r->name[i] = r->header + (r->value[i] - r->text);
	return 1;
}

static int
records_csv(struct vp_records *r)
{
	int rc;

	if (!r->header && (rc = read_header(r)) != 1)
		return rc;
	rc = next_csv(r);
	if (rc == 1 && r->count != r->columns)
		return vp_records_bad(r,
		    "record has %zu fields and the header %zu", r->count,
		    r->columns);
	return rc;
}

/* Skip white space before the first record, and the mark that some programs
 * put at the start of UTF-8 texts. */
static int
find_form(struct vp_records *r)
{
	static const unsigned char mark[3] = { 0xef, 0xbb, 0xbf };
	size_t seen = 0;
	int c;

	errno = 0;
	while ((c = getc_unlocked(r->fp)) != EOF) {
		if (seen < sizeof mark && c == mark[seen]) {
			seen++;
			continue;
		}
		if (seen > 0 && seen < sizeof mark)
			break;
		seen = sizeof mark;
		if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
			break;
		r->next_line += c == '\n';
	}
	if (c == EOF && ferror(r->fp)) {
		errno = errno ? errno : EIO;
		return -1;
	}
	if (c == EOF) {
		r->form = VP_RECORDS_END;
		return 0;
	}
	if (seen < sizeof mark) {
		r->form = VP_RECORDS_END;
		return vp_records_bad(r, "header does not begin with a name");
	}
	ungetc(c, r->fp);
	r->form = c == '{' ? VP_RECORDS_JSON : VP_RECORDS_CSV;
	return 1;
}

struct vp_records *
vp_records_open(FILE *fp)
{
	struct vp_records *r = calloc(1, sizeof *r);

	if (r) {
		r->fp = fp;
		r->next_line = r->line = 1;
	}
	return r;
}

void
vp_records_close(struct vp_records *records)
{
	if (!records)
		return;
	vp_records_json_free(records);
	free(records->header);
	/* Records of accounts hold passwords. */
	explicit_bzero(records, sizeof *records);
	free(records);
}

int
vp_records_next(struct vp_records *records)
{
	int rc = 0;

	records->count = 0;
	records->error[0] = '\0';
	if (records->form == VP_RECORDS_UNKNOWN && find_form(records) < 0)
		return -1;
	if (records->form == VP_RECORDS_CSV)
		rc = records_csv(records);
	else if (records->form == VP_RECORDS_JSON)
		rc = vp_records_json(records);
	if (rc == 0)
		records->form = VP_RECORDS_END;
	return rc;
}

const char *
vp_records_field(const struct vp_records *records, const char *name)
{
	for (size_t i = 0; i < records->count; i++)
		if (strcmp(records->name[i], name) == 0)
			return records->value[i];
	return NULL;
}

const char *
vp_records_unknown(const struct vp_records *records, const char *const *known)
{
	for (size_t i = 0; i < records->count; i++) {
		size_t j = 0;

		while (known[j] && strcmp(known[j], records->name[i]) != 0)
			j++;
		if (!known[j])
			return records->name[i];
	}
	return NULL;
}

unsigned long
vp_records_line(const struct vp_records *records)
{
	return records->line;
}

const char *
vp_records_error(const struct vp_records *records)
{
	return records->error;
}
