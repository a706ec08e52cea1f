/*
 * Settings.  libinih tells comments, sections and settings apart; the values
 * are taken from our own copy of the line, because the library cuts lines at
 * 200 bytes and values at " ;", and what would change that are variables of
 * the whole process, which are not ours to set.
 *
 * Sentences never hold a value: it may be a password.
 */
#include "config.h"

#include "base/conf.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/line.h"
#include "base/text.h"

#define LINE_BYTES 4096

struct reading {
	const struct vp_conf_item *table;
	void *base;
	FILE *fp;
	char *line; /* what is being parsed */
	size_t cap;
	const char *value; /* within line; NULL: no separator */
	int number;        /* of the line */
	int failed;        /* number of the line that error is about, or 0 */
	char sentence[512];
};

/* Fields are copied in and out: their alignment is the caller's business. */
static char *
get_text(const struct vp_conf_item *item, const void *base)
{
	char *text;

	memcpy(&text, (const char *)base + item->offset, sizeof text);
	return text;
}

static void
put_text(const struct vp_conf_item *item, void *base, char *text)
{
	memcpy((char *)base + item->offset, &text, sizeof text);
}

static int64_t
get_number(const struct vp_conf_item *item, const void *base)
{
	int64_t number;

	memcpy(&number, (const char *)base + item->offset, sizeof number);
	return number;
}

static void
put_number(const struct vp_conf_item *item, void *base, int64_t number)
{
	memcpy((char *)base + item->offset, &number, sizeof number);
}

static const struct vp_conf_item *
find(const struct vp_conf_item *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

/* A value's place in a list, or -1. */
static int64_t
word_index(const char *const *words, const char *value)
{
	for (int64_t i = 0; words[i]; i++)
		if (strcasecmp(words[i], value) == 0)
			return i;
	return -1;
}

static int
parse_bool(const char *value, int64_t *ret)
{
	/* Odd places mean yes. */
	static const char *const words[] = { "no", "yes", "false", "true",
		"off", "on", "0", "1", NULL };
	int64_t i = word_index(words, value);

	if (i < 0)
		return -1;
	*ret = i & 1;
	return 0;
}

static int
set_text(const struct vp_conf_item *item, void *base, const char *value)
{
	char *text = strdup(value);

	if (!text)
		return -1;
	free(get_text(item, base));
	put_text(item, base, text);
	return 0;
}

/* -1 and errno: EINVAL not of this type, ERANGE, ENOMEM. */
static int
set_item(const struct vp_conf_item *item, void *base, const char *value)
{
	int64_t number = -1;

	switch (item->type) {
	case VP_CONF_TEXT:
		if (vp_is_clean(value))
			return set_text(item, base, value);
		break;
	case VP_CONF_BOOL:
		if (parse_bool(value, &number) != 0)
			number = -1;
		break;
	case VP_CONF_NUMBER:
		if (vp_number(value, item->min, item->max, &number) != 0)
			return -1;
		put_number(item, base, number);
		return 0;
	case VP_CONF_WORD:
		number = word_index(item->words, value);
		break;
	}
	if (number < 0) {
		errno = EINVAL;
		return -1;
	}
	put_number(item, base, number);
	return 0;
}

int
vp_conf_defaults(const struct vp_conf_item *table, void *base)
{
	const struct vp_conf_item *item;

	/* First, so that a failure half-way can free everything. */
	for (item = table; item->name; item++)
		if (item->type == VP_CONF_TEXT)
			put_text(item, base, NULL);
	for (item = table; item->name; item++) {
		const char *value = item->value ? item->value : "";

		if (set_item(item, base, value) != 0) {
			int cause = errno;

			vp_conf_free(table, base);
			errno = cause;
			return -1;
		}
	}
	return 0;
}

/* "one of a, b, c", cut if error is too small for it. */
static void
explain_words(const struct vp_conf_item *item, char *error, size_t size)
{
	size_t used = strlen(error);

	for (size_t i = 0; item->words[i] && used + 1 < size; i++) {
		snprintf(error + used, size - used, "%s%s", i ? ", " : " ",
		    item->words[i]);
		used += strlen(error + used);
	}
}

static void
explain(const struct vp_conf_item *item, int cause, char *error, size_t size)
{
	if (cause == ENOMEM) {
		snprintf(error, size, "no memory for '%s'", item->name);
		return;
	}
	switch (item->type) {
	case VP_CONF_TEXT:
		snprintf(error, size, "'%s' must not have control characters",
		    item->name);
		break;
	case VP_CONF_BOOL:
		snprintf(error, size, "'%s' must be yes or no", item->name);
		break;
	case VP_CONF_NUMBER:
		snprintf(error, size,
		    "'%s' must be a number from %" PRId64 " to %" PRId64,
		    item->name, item->min, item->max);
		break;
	case VP_CONF_WORD:
		snprintf(error, size, "'%s' must be one of", item->name);
		explain_words(item, error, size);
		break;
	}
}

int
vp_conf_set(const struct vp_conf_item *table, void *base, const char *name,
    const char *value, char *error, size_t error_size)
{
	const struct vp_conf_item *item = find(table, name);

	if (!item) {
		snprintf(error, error_size, "unknown setting '%s'", name);
		if (error_size > 0)
			vp_make_printable(error);
		return -1;
	}
	if (set_item(item, base, value) == 0)
		return 0;
	if (error_size > 0)
		explain(item, errno, error, error_size);
	return -1;
}

static void
note(struct reading *in, const char *sentence)
{
	if (in->failed == 0) {
		in->failed = in->number;
		snprintf(in->sentence, sizeof in->sentence, "%s", sentence);
	}
}

/* How many bytes of a line the library has to see: a setting's name and its
 * separator, a section as a whole, of a comment nothing but that it is one. */
static size_t
head_length(const char *line)
{
	if (*line == ';' || *line == '#')
		return 1;
	size_t length = strlen(line);
	if (*line == '[')
		return length;
	size_t name = strcspn(line, "=:");
	return name < length ? name + 1 : length;
}

static void
trim_end(char *text)
{
	size_t length = strlen(text);

	while (length > 0 && strchr(" \t\r\v\f", text[length - 1]))
		length--;
	text[length] = '\0';
}

/* The library's fgets.  White space at the start of a line goes, because it
 * would make the line a second value of the setting above. */
static char *
read_head(char *head, int size, void *stream)
{
	struct reading *in = stream;

	if (in->failed)
		return NULL;
	ssize_t got = vp_line_read(in->fp, &in->line, &in->cap, LINE_BYTES);
	in->number++;
	if (got < 0 && errno == 0)
		return NULL;
	if (got < 0) {
		note(in, errno == EMSGSIZE ? "line is longer than 4096 bytes"
			 : errno == EILSEQ ? "line has a NUL byte"
					   : strerror(errno));
		return NULL;
	}

	char *start = in->line + strspn(in->line, " \t\r\v\f");
	trim_end(start);
	size_t length = head_length(start);
	/* It wants room for a line end and a NUL, and to see a line end. */
	if (length + 2 >= (size_t)size) {
		note(in, "name is too long");
		return NULL;
	}
	memcpy(head, start, length);
	memcpy(head + length, "\n", 2);
	in->value = start + length;
	in->value += strspn(in->value, " \t\r\v\f");
	return head;
}

/* 1, or 0 for a bad line. */
static int
take(void *user, const char *section, const char *name, const char *value)
{
	struct reading *in = user;
	char sentence[512];

	(void)section;
	if (!name)
		return 1;
	/* A name without a separator, if the process has allowed those. */
	if (in->failed || !value)
		return 0;
	if (vp_conf_set(in->table, in->base, name, in->value, sentence,
		sizeof sentence) == 0)
		return 1;
	note(in, sentence);
	return 0;
}

/* Which line was bad, and why, from what we noted and what the library says:
 * the number of the first line that it, or take, did not like. */
static int
report(const struct reading *in, const char *path, int bad, char *error,
    size_t error_size)
{
	if (in->failed != 0 && (bad <= 0 || in->failed <= bad))
		snprintf(error, error_size, "%s:%d: %s", path, in->failed,
		    in->sentence);
	else if (bad > 0)
		snprintf(error, error_size, "%s:%d: not a setting", path, bad);
	else if (bad < 0)
		snprintf(error, error_size, "%s: no memory", path);
	else
		return 0;
	return -1;
}

int
vp_conf_read(const struct vp_conf_item *table, void *base, const char *path,
    char *error, size_t error_size)
{
	AUTO_FCLOSE FILE *fp = fopen(path, "re");

	if (!fp && errno == ENOENT)
		return 1;
	if (!fp) {
		snprintf(error, error_size, "cannot open '%s': %s", path,
		    strerror(errno));
		return -1;
	}

	struct reading in = { .table = table, .base = base, .fp = fp };
	int bad = ini_parse_stream(read_head, &in, take, &in);
	int rc = report(&in, path, bad, error, error_size);
	if (in.line)
		explicit_bzero(in.line, in.cap);
	free(in.line);
	return rc;
}

char *
vp_conf_get(
    const struct vp_conf_item *table, const void *base, const char *name)
{
	const struct vp_conf_item *item = find(table, name);
	char *text = NULL;

	if (!item)
		return NULL;
	switch (item->type) {
	case VP_CONF_TEXT:
		text = get_text(item, base);
		return strdup(text ? text : "");
	case VP_CONF_BOOL:
		return strdup(get_number(item, base) ? "yes" : "no");
	case VP_CONF_NUMBER:
		if (asprintf(&text, "%" PRId64, get_number(item, base)) < 0)
			return NULL;
		return text;
	case VP_CONF_WORD:
		return strdup(item->words[get_number(item, base)]);
	}
	return NULL;
}

void
vp_conf_free(const struct vp_conf_item *table, void *base)
{
	for (; table->name; table++) {
		if (table->type != VP_CONF_TEXT)
			continue;
		char *text = get_text(table, base);

		/* Some are passwords of databases. */
		if (text)
			explicit_bzero(text, strlen(text));
		free(text);
		put_text(table, base, NULL);
	}
}
