/*
 * dot-qmail files.  White space around an instruction means nothing: editors
 * leave it there, and neither an address nor a command begins or ends with
 * it.  A line is taken whole or the file is refused: half a line would be
 * another instruction.
 */
#include "config.h"

#include "qmail/dotqmail.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define BLANK " \t\r\n\v\f"

int
vp_dotqmail_name(const char *ext, char *ret_name, size_t size)
{
	if (strchr(ext, '/')) {
		errno = EINVAL;
		return -1;
	}
	if (vp_format(ret_name, size, ".qmail-%s", ext) < 0)
		return -1;
	for (char *p = ret_name + 1; *p; p++)
		if (*p == '.')
			*p = ':';
	return 0;
}

void
vp_dotqmail_parse(char *line, struct vp_instruction *ret)
{
	size_t size;

	line += strspn(line, BLANK);
	size = strlen(line);
	while (size > 0 && strchr(BLANK, line[size - 1]))
		line[--size] = '\0';

	ret->kind = VP_FORWARD;
	switch (line[0]) {
	case '\0':
	case '#':
		ret->kind = VP_NOTHING;
		break;
	case '|':
		ret->kind = VP_COMMAND;
		line += strspn(line, "|" BLANK);
		break;
	case '.':
	case '/':
		ret->kind = line[size - 1] == '/' ? VP_MAILDIR : VP_MBOX;
		break;
	case '&':
		line++;
		line += strspn(line, BLANK);
		if (!*line)
			ret->kind = VP_NOTHING;
		break;
	default:
		break;
	}
	ret->text = line;
}

static int
is_blank(const char *line)
{
	return line[strspn(line, BLANK)] == '\0';
}

/* Cut the text into lines and check them; -1 and errno. */
static int
count_lines(const char *text, size_t size, size_t *ret_count)
{
	size_t count = 0;

	if (size > VP_DOTQMAIL_FILE) {
		errno = EMSGSIZE;
		return -1;
	}
	if (size && memchr(text, '\0', size)) {
		errno = EILSEQ;
		return -1;
	}
	for (const char *p = text; *p; count++) {
		size_t length = strcspn(p, "\n");

		if (length > VP_DOTQMAIL_LINE) {
			errno = EMSGSIZE;
			return -1;
		}
		p += length + (p[length] == '\n');
	}
	*ret_count = count;
	return 0;
}

int
vp_dotqmail_split(char *text, size_t size, struct vp_instruction **ret,
    size_t *ret_count, size_t *ret_lines)
{
	struct vp_instruction *list;
	size_t max, count = 0, lines = 0;
	char *line;

	if (count_lines(text, size, &max) < 0)
		return -1;
	list = calloc(max + 1, sizeof *list);
	if (!list)
		return -1;
	while ((line = strsep(&text, "\n"))) {
		if (is_blank(line))
			continue;
		lines++;
		vp_dotqmail_parse(line, &list[count]);
		if (list[count].kind != VP_NOTHING)
			count++;
	}
	*ret = list;
	*ret_count = count;
	*ret_lines = lines;
	return 0;
}
