/*
 * Which programs and files may stand in dot-qmail files that come by this
 * protocol.
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

static int
is_one_of(const char *name, const char *const *names)
{
	while (*names && strcmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

enum vpd_kind
vpd_kind_of(const char *rel)
{
	/* Those of a mailing list, to which dot-qmail files are links. */
	static const char *const lists[] = { "editor", "manager", "owner",
		"moderator", "bouncer", "digest", "confirmer", NULL };
	static const char *const filters[] = { ".mailfilter", "mailfilter",
		NULL };
	const char *slash = strrchr(rel, '/');
	const char *name = slash ? slash + 1 : rel;

	if (strncmp(name, ".qmail", 6) == 0 || is_one_of(name, lists))
		return VPD_DOTQMAIL;
	if (is_one_of(name, filters) || strstr(rel, ".mailfilters"))
		return VPD_FILTER;
	return VPD_PLAIN;
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

/* A delivery to a file appends what a stranger sends: not to account files,
 * and not to what the session could not write anyway. */
static int
may_deliver(const char *base, const char *line)
{
	const int is_absolute = line[0] == '/';
	AUTO_FREE char *path = NULL;
	const char *rel;

	if (strncmp(line, "./", 2) == 0)
		line += 2;
	if (asprintf(&path, "%s%s", is_absolute ? "" : "/", line) < 0) {
		path = NULL;
		return 0;
	}
	for (size_t end = strlen(path);
	     end > 1 && strchr("/ \t\r", path[end - 1]); end--)
		path[end - 1] = '\0';
	rel = vp_path_below(is_absolute ? base : "/", path);
	return rel && !vpd_is_protected(rel);
}

static int
may_have_line(const struct vpd_call *call, const char *base, const char *line)
{
	line += strspn(line, BLANK);
	switch (*line) {
	case '|':
		return may_run_line(call, base, line + 1);
	case '/':
	case '.':
		return may_deliver(base, line);
	default:
		return 1;
	}
}

int
vpd_may_run(const struct vpd_call *call, const char *base, enum vpd_kind kind,
    const char *text, size_t size)
{
	const char *end = text + size;

	if (kind == VPD_PLAIN || call->session->level == VPD_SYSTEM ||
	    call->session->is_expert)
		return 1;
	if (kind == VPD_FILTER)
		return 0;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		AUTO_FREE char *line = NULL;

		stop = stop ? stop : end;
		line = strndup(text, (size_t)(stop - text));
		if (!line || strlen(line) != (size_t)(stop - text) ||
		    !may_have_line(call, base, line))
			return 0;
		text = stop + 1;
	}
	return 1;
}
