/*
 * Which programs may stand in dot-qmail files that come by this protocol.
 *
 * qmail gives the line to a shell, so a line that is let through has no byte
 * that a shell would look at.  An argument is a number, an option or a file
 * that the session could read anyway: an autoresponder would send any file it
 * is given to whoever asks.
 */
#include "config.h"

#include <string.h>

#include "base/dirtree.h"
#include "daemons/vpopmaild/path.h"

#define PLAIN_BYTES                                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"/._+:,@=- \t\r"
#define BLANK " \t\r"

/* Also the files of a mailing list that a dot-qmail file is linked to. */
int
vpd_is_dotqmail(const char *rel)
{
	static const char *const names[] = { "editor", "manager", "owner",
		"moderator", "bouncer", "digest", "confirmer", ".mailfilter",
		"mailfilter" };
	const char *slash = strrchr(rel, '/');
	const char *name = slash ? slash + 1 : rel;

	if (strncmp(name, ".qmail", 6) == 0)
		return 1;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strcmp(name, names[i]) == 0)
			return 1;
	return 0;
}

static int
has_word(const char *words, const char *word, size_t length)
{
	while (*words) {
		words += strspn(words, BLANK);
		if (strcspn(words, BLANK) == length &&
		    strncmp(words, word, length) == 0)
			return 1;
		words += strcspn(words, BLANK);
	}
	return 0;
}

/* A setting names a program by its path, or by its last part wherever it is
 * but where users could put one. */
static int
is_listed(const struct vpd_call *call, const char *program, size_t length)
{
	const char *words = vpop_setting(call->vp, "dotqmail_programs");
	const char *last = memrchr(program, '/', length);
	AUTO_FREE char *path = strndup(program, length);

	if (!words || !path || length == 0)
		return 0;
	if (has_word(words, program, length))
		return 1;
	if (!last || program[0] != '/' || strstr(path, "..") ||
	    strstr(path, "/domains/"))
		return 0;
	return has_word(words, last + 1, length - (size_t)(last + 1 - program));
}

static int
may_take(const char *base, const char *word, size_t length)
{
	AUTO_FREE char *path = strndup(word, length);
	const char *rel;

	if (!path)
		return 0;
	if (path[0] != '/')
		return !strpbrk(path, "/=") &&
		       path[strspn(path, "-0123456789")] == '\0';
	rel = vp_path_below(base, path);
	return rel && !vpd_is_protected(rel);
}

static int
may_run_line(const struct vpd_call *call, const char *base, const char *line)
{
	size_t length;

	if (line[strspn(line, PLAIN_BYTES)] != '\0')
		return 0;
	line += strspn(line, BLANK);
	length = strcspn(line, BLANK);
	if (!is_listed(call, line, length))
		return 0;
	for (line += length; *(line += strspn(line, BLANK)); line += length) {
		length = strcspn(line, BLANK);
		if (!may_take(base, line, length))
			return 0;
	}
	return 1;
}

int
vpd_may_run(const struct vpd_call *call, const char *base, const char *text,
    size_t size)
{
	const char *end = text + size;

	if (call->session->level == VPD_SYSTEM || call->session->is_expert)
		return 1;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		AUTO_FREE char *line = NULL;
		const char *start;

		stop = stop ? stop : end;
		line = strndup(text, (size_t)(stop - text));
		if (!line || strlen(line) != (size_t)(stop - text))
			return 0;
		start = line + strspn(line, BLANK);
		if (*start == '|' && !may_run_line(call, base, start + 1))
			return 0;
		text = stop + 1;
	}
	return 1;
}
