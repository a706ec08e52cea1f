/*
 * Which programs and files may stand in dot-qmail files of people who are not
 * trusted with the whole system.
 *
 * A user's mail is delivered as the owner of his domain, who may read and
 * write every account's mail and password.  qmail gives a program line to a
 * shell, so one that is let through has no byte that a shell would look at.
 * An argument is a number, an option or a file that its writer could read
 * anyway: an autoresponder would send any file it is given to whoever asks.
 */
#include "config.h"

#include "vpop_delivery.h"

#include <string.h>

#include "base/dirtree.h"
#include "base/text.h"
#include "core/handle.h"

#define PLAIN_BYTES                                                            \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"       \
	"/._+:,@=- \t\r"
#define BLANK " \t\r"

int
vpop_is_protected(const char *rel)
{
	static const char *const names[] = { "vpasswd", ".vpasswd",
		".qmailadmin-limits", ".dir-control", ".deleted-",
		"sqwebmail-pass", "maildirsize" };

	for (const char *part = rel; *part;) {
		for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
			if (strncmp(part, names[i], strlen(names[i])) == 0)
				return 1;
		part += strcspn(part, "/");
		part += *part == '/';
	}
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
is_listed(const struct vpop *vp, const char *program, size_t length)
{
	const char *words = vp->set.dotqmail_programs;
	const char *last = memrchr(program, '/', length);
	AUTO_FREE char *path = strndup(program, length);

	if (!path || length == 0)
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
	return rel && !vpop_is_protected(rel);
}

static int
may_run(const struct vpop *vp, const char *base, const char *line)
{
	size_t length;

	if (line[strspn(line, PLAIN_BYTES)] != '\0')
		return 0;
	line += strspn(line, BLANK);
	length = strcspn(line, BLANK);
	if (!is_listed(vp, line, length))
		return 0;
	for (line += length; *(line += strspn(line, BLANK)); line += length) {
		length = strcspn(line, BLANK);
		if (!may_take(base, line, length))
			return 0;
	}
	return 1;
}

/* A delivery to a file appends what a stranger sends: not to account files,
 * and not to what its writer could not write anyway. */
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
	return rel && !vpop_is_protected(rel);
}

static int
may_have_line(const struct vpop *vp, const char *base, const char *line)
{
	line += strspn(line, BLANK);
	switch (*line) {
	case '|':
		return may_run(vp, base, line + 1);
	case '/':
	case '.':
		return may_deliver(base, line);
	default:
		return 1;
	}
}

int
vpop_dotqmail_check(
    struct vpop *vp, const char *base, const char *text, size_t size)
{
	const char *end = text + size;

	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		AUTO_FREE char *line = NULL;

		stop = stop ? stop : end;
		line = strndup(text, (size_t)(stop - text));
		if (!line)
			return vp_fail(
			    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		if (strlen(line) != (size_t)(stop - text) ||
		    !may_have_line(vp, base, line)) {
			vp_make_printable(line);
			return vp_fail(vp, VA_FORBIDDEN,
			    "the line '%.200s' is not allowed here", line);
		}
		text = stop + 1;
	}
	return 0;
}
