/*
 * Texts of automatic answers.  A subject that is longer than we write is
 * somebody's own: it is shown as far as it goes.
 */
#include "config.h"

#include "core/answertext.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

#define SUBJECT "Subject:"

static int
is_text(const char *text)
{
	for (const unsigned char *p = (const unsigned char *)text; *p; p++)
		if ((*p < ' ' && !strchr("\n\r\t", *p)) || *p == 0x7f)
			return 0;
	return 1;
}

int
vp_answer_check(struct vpop *vp, const char *subject, const char *text)
{
	if (strlen(subject) >= VPOP_ANSWER_SUBJECT_SIZE)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the subject is longer than %d bytes",
		    VPOP_ANSWER_SUBJECT_SIZE - 1);
	if (strlen(text) >= VPOP_ANSWER_TEXT_SIZE)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the text is longer than %d bytes",
		    VPOP_ANSWER_TEXT_SIZE - 1);
	if (!vp_is_clean(subject))
		return vp_fail(
		    vp, VA_BAD_CHAR, "the subject has a control character");
	if (!is_text(text))
		return vp_fail(
		    vp, VA_BAD_CHAR, "the text has a control character");
	return 0;
}

/* Lines end with LF, whatever a web page made of them. */
char *
vp_answer_make(const char *address, const char *subject, const char *text)
{
	char *made = NULL;
	size_t size;
	FILE *fp = open_memstream(&made, &size);

	if (!fp)
		return NULL;
	fprintf(fp, "From: %s\n", address);
	if (*subject)
		fprintf(fp, SUBJECT " %s\n", subject);
	fputc('\n', fp);
	for (; *text; text++)
		if (*text != '\r')
			fputc(*text, fp);
	if (fclose(fp) == 0)
		return made;
	free(made);
	return NULL;
}

/* A field's name at the start of a line? */
static int
is_field(const char *line)
{
	const char *end = line;

	while (*end > ' ' && *end != ':' && *end != 0x7f)
		end++;
	return end > line && *end == ':';
}

void
vp_answer_read(const char *file, char ret_subject[VPOP_ANSWER_SUBJECT_SIZE],
    char **ret_text)
{
	const char *line = file;

	ret_subject[0] = '\0';
	while (is_field(line) || (line > file && strchr(" \t", *line))) {
		size_t length = strcspn(line, "\r\n");

		if (*line == '\0')
			break;
		if (strncasecmp(line, SUBJECT, sizeof SUBJECT - 1) == 0) {
			const char *value = line + sizeof SUBJECT - 1;

			value += strspn(value, " \t");
			snprintf(ret_subject, VPOP_ANSWER_SUBJECT_SIZE, "%.*s",
			    (int)(line + length - value), value);
		}
		line += length;
		line += *line == '\r';
		line += *line == '\n';
	}
	line += *line == '\r';
	line += line > file && *line == '\n';
	*ret_text = strdup(line);
}
