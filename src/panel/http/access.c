/*
 * Clients say what is in a line, so whatever could end a field or the line is
 * escaped.  The query is left out, as somebody may have put a secret there;
 * paths of the interface have none.
 */
#include "config.h"

#include "panel/http/access.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_SIZE  4096
#define FIELD_SIZE 1000 /* of the line, for one field */

int
vhd_access_open(const char *name)
{
	int fd;

	if (*name == '\0')
		return -1;
	if (strcmp(name, "stderr") == 0)
		return STDERR_FILENO;
	fd = open(name,
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
	    0640);
	return fd < 0 ? -2 : fd;
}

struct line {
	char text[LINE_SIZE];
	size_t size;
};

static int
is_plain(unsigned char byte)
{
	return byte > ' ' && byte < 0x7f && byte != '\\' && byte != '"';
}

/* There is room for all fields at their longest. */
static void
add(struct line *line, const char *field, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const size_t end = line->size + FIELD_SIZE - 8;
	size_t i = 0;

	if (size == 0)
		line->text[line->size++] = '-';
	for (; i < size && line->size < end; i++) {
		unsigned char byte = (unsigned char)field[i];

		if (is_plain(byte)) {
			line->text[line->size++] = field[i];
			continue;
		}
		line->text[line->size++] = '\\';
		line->text[line->size++] = 'x';
		line->text[line->size++] = digits[byte >> 4];
		line->text[line->size++] = digits[byte & 15];
	}
	if (i < size)
		line->text[line->size++] = '*';
	line->text[line->size++] = ' ';
}

static void
add_text(struct line *line, const char *text)
{
	add(line, text, text ? strlen(text) : 0);
}

static void
add_number(struct line *line, int64_t number, int is_known)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)number);
	add_text(line, is_known ? text : NULL);
}

void
vhd_access_log(int fd, const struct vhd_access *access)
{
	struct line line = { .size = 0 };
	struct tm parts;
	char when[32] = "";

	if (gmtime_r(&access->time, &parts))
		(void)strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &parts);
	add_text(&line, when);
	add_text(&line, access->address);
	add_text(&line, access->who);
	add_text(&line, access->method);
	add(&line, access->target,
	    access->target ? strcspn(access->target, "?#") : 0);
	add_number(&line, access->status, access->status > 0);
	add_number(&line, access->bytes, access->bytes >= 0);
	add_number(&line, access->ms, 1);
	add_text(&line, access->id);
	line.text[line.size - 1] = '\n';
	/* A disk that is full stops nobody. */
	while (write(fd, line.text, line.size) < 0 && errno == EINTR)
		continue;
}
