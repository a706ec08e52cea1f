/*
 * etc/vpopmail.mysql and etc/vpopmail.pgsql: lines of
 *     host|port or socket|user|password|database
 * of which the first is for reading, and a second one for changing.  A field
 * may be empty; \| stands for the character itself, \\ for a backslash.
 */
#include "config.h"

#include <string.h>

#include "base/attr.h"
#include "base/text.h"
#include "store/sql/logins.h"

#define MAX_FILE 65536
#define FIELDS   5

struct file {
	const struct vpop_store_host *host;
	const struct vp_sql_source *source;
	const char *path;
	int line; /* number */
};

/* The codes of older releases for a field that is not there; PostgreSQL's
 * file has one for all. */
static const int codes[2][FIELDS] = {
	{ VA_PARSE_ERROR01, VA_PARSE_ERROR, VA_PARSE_ERROR03, VA_PARSE_ERROR04,
	    VA_PARSE_ERROR05 },
	{ VA_PARSE_ERROR06, VA_PARSE_ERROR, VA_PARSE_ERROR08, VA_PARSE_ERROR09,
	    VA_PARSE_ERROR10 },
};
static const char *const names[FIELDS] = { "host", "port or socket", "user",
	"password", "database" };

/* Cut the next field off, in place; NULL when there is none. */
static char *
next_field(char **rest)
{
	char *field = *rest, *to = field;

	if (!field)
		return NULL;
	for (const char *from = field;; from++) {
		if (*from == '\0' || *from == '|') {
			*rest = *from ? field + (from - field) + 1 : NULL;
			*to = '\0';
			return field;
		}
		if (*from == '\\' && (from[1] == '|' || from[1] == '\\'))
			from++;
		*to++ = *from;
	}
}

static int
fail(const struct file *file, int code, const char *text, const char *field)
{
	return file->host->fail(file->host->vp, code, 0,
	    "'%s' line %d: %s %s: it has to be "
	    "host|port or socket|user|password|database",
	    file->path, file->line, field, text);
}

static int
take_fields(const struct file *file, char *const fields[FIELDS],
    struct vp_sql_login *login)
{
	struct {
		char *to;
		size_t size;
	} const to[FIELDS] = {
		{ login->host, sizeof login->host },
		{ login->socket, sizeof login->socket },
		{ login->user, sizeof login->user },
		{ login->password, sizeof login->password },
		{ login->database, sizeof login->database },
	};
	int64_t port = 0;

	for (int i = 0; i < FIELDS; i++) {
		if (i == 1 && fields[i][0] != '/') {
			if (*fields[i] &&
			    vp_number(fields[i], 0, 65535, &port) != 0)
				return fail(file, VA_PARSE_ERROR,
				    "is no number", names[i]);
			login->port = (unsigned)port;
		} else if (vp_copy(to[i].to, to[i].size, fields[i]) != 0) {
			return fail(
			    file, VA_PARSE_ERROR, "is too long", names[i]);
		}
	}
	return 0;
}

static void
set_defaults(const struct file *file, struct vp_sql_login *login)
{
	if (!*login->host)
		(void)vp_copy(login->host, sizeof login->host, "localhost");
	if (!*login->database)
		(void)vp_copy(
		    login->database, sizeof login->database, "vpopmail");
	if (!*login->user && strcmp(file->source->name, "pgsql") == 0)
		(void)vp_copy(login->user, sizeof login->user, "postgres");
}

static int
code_of(const struct file *file, int which, int field)
{
	return strcmp(file->source->name, "pgsql") == 0 ? VA_PARSE_ERROR
							: codes[which][field];
}

static int
parse_line(
    const struct file *file, int which, char *line, struct vp_sql_login *login)
{
	char *fields[FIELDS], *rest = line;

	for (int i = 0; i < FIELDS; i++) {
		fields[i] = next_field(&rest);
		if (!fields[i])
			return fail(file, code_of(file, which, i), "is missing",
			    names[i]);
	}
	if (rest)
		return fail(file, VA_PARSE_ERROR,
		    "is followed by more (write \\| for a | in a field)",
		    names[FIELDS - 1]);
	int code = take_fields(file, fields, login);
	if (code == 0)
		set_defaults(file, login);
	return code;
}

/* 0, how many lines there are in *ret_lines, or a code. */
static int
parse(
    struct file *file, char *text, struct vp_sql_login *logins, int *ret_lines)
{
	char *line;
	int code = 0;

	*ret_lines = 0;
	while (code == 0 && *ret_lines < 2 &&
	       (line = strsep(&text, "\n")) != NULL) {
		size_t size = strlen(line);

		file->line++;
		if (size > 0 && line[size - 1] == '\r')
			line[--size] = '\0';
		if (*line == '#' || line[strspn(line, " \t")] == '\0')
			continue;
		code = parse_line(file, *ret_lines, line, &logins[*ret_lines]);
		++*ret_lines;
	}
	return code;
}

int
vp_sql_connection_file(const struct vpop_store_host *host,
    const struct vp_sql_source *source, struct vp_sql_login *main,
    struct vp_sql_login *replica, int *ret_has_replica)
{
	const char *home = host->setting(host->vp, "home");
	AUTO_FREE char *path = NULL;
	struct vp_sql_login logins[2] = { *main, *main };
	int lines = 0, code;

	if (asprintf(&path, "%s/etc/%s", home ? home : "", source->file) < 0) {
		path = NULL;
		return host->fail(
		    host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
	}
	AUTO_FREE char *text = vp_sql_secret_file(host, path, MAX_FILE, &code);
	if (!text)
		return code;
	size_t size = strlen(text);
	struct file file = { host, source, path, 0 };
	code = parse(&file, text, logins, &lines);
	explicit_bzero(text, size);
	if (code == 0 && lines == 0)
		code = host->fail(host->vp, VA_NO_AUTH_CONNECTION, 0,
		    "'%s' has no line host|port or socket|user|password|"
		    "database",
		    path);
	if (code == 0) {
		*main = logins[lines > 1];
		*replica = logins[0];
		*ret_has_replica = lines > 1;
	}
	explicit_bzero(logins, sizeof logins);
	return code;
}
