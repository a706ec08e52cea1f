/*
 * Aliases.  There is one walk over lines and one over names; both live beside
 * the other lookups, which do not disturb them.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "api/api.h"
#include "vauth.h"
#include "vpopmail.h"

_Static_assert(VPOP_USER_SIZE <= MAX_FILE_NAME, "the buffer of clients");

static struct vpop_aliases *lines;
static struct vpop_aliases *names;
static char name_last[VPOP_USER_SIZE]; /* of the walk over names */
static char *line_now;                 /* the caller may write to it */

void
vp_api_aliases_close(void)
{
	vpop_aliases_close(lines);
	vpop_aliases_close(names);
	lines = names = NULL;
}

static void
end(struct vpop_aliases **cursor)
{
	vpop_aliases_close(*cursor);
	*cursor = NULL;
}

/* alias NULL: all of the domain. */
static int
start(struct vpop_aliases **cursor, const char *alias, char *domain)
{
	struct vp_api_name name;
	int code;

	end(cursor);
	code = vp_api_domain(domain, &name);
	if (code < 0)
		return code;
	return vp_api_result(
	    vpop_aliases_open(name.vp, alias, name.domain.real, cursor));
}

/* The line, or NULL at the end; what cannot be read ends a walk too. */
static char *
next_line(struct vpop_alias *ret_alias)
{
	int code = lines ? vpop_aliases_next(lines, ret_alias) : 0;
	char *copy = code == 1 ? strdup(ret_alias->line) : NULL;

	if (code == 1 && !copy)
		code = VA_MEMORY_ALLOC_ERR;
	vp_api_result(code < 0 ? code : 0);
	if (code != 1) {
		end(&lines);
		return NULL;
	}
	free(line_now);
	line_now = copy;
	return copy;
}

static int
check_lengths(const char *alias, const char *domain)
{
	if (!alias || !domain)
		return vp_api_result(VA_NULL_POINTER);
	if (strlen(alias) > MAX_PW_NAME)
		return vp_api_result(VA_USER_NAME_TOO_LONG);
	if (strlen(domain) > MAX_PW_DOMAIN)
		return vp_api_result(VA_DOMAIN_NAME_TOO_LONG);
	return 0;
}

VPOP_EXPORT char *
valias_select(char *alias, char *domain)
{
	struct vpop_alias found;

	if (check_lengths(alias, domain) < 0 ||
	    start(&lines, alias, domain) < 0)
		return NULL;
	return next_line(&found);
}

VPOP_EXPORT char *
valias_select_next(void)
{
	struct vpop_alias found;

	return next_line(&found);
}

static char *
next_of_all(char *alias)
{
	struct vpop_alias found;
	char *line = next_line(&found);

	if (line)
		memcpy(alias, found.name, strlen(found.name) + 1);
	return line;
}

VPOP_EXPORT char *
valias_select_all(char *alias, char *domain)
{
	if (!alias) {
		vp_api_result(VA_NULL_POINTER);
		return NULL;
	}
	return start(&lines, NULL, domain) < 0 ? NULL : next_of_all(alias);
}

VPOP_EXPORT char *
valias_select_all_next(char *alias)
{
	if (!alias) {
		vp_api_result(VA_NULL_POINTER);
		return NULL;
	}
	return next_of_all(alias);
}

static char *
next_name(void)
{
	static char name[VPOP_USER_SIZE];
	struct vpop_alias found;
	int code;

	do
		code = names ? vpop_aliases_next(names, &found) : 0;
	while (code == 1 && strcmp(found.name, name_last) == 0);
	vp_api_result(code < 0 ? code : 0);
	if (code != 1) {
		end(&names);
		return NULL;
	}
	memcpy(name_last, found.name, sizeof name_last);
	memcpy(name, found.name, sizeof name);
	return name;
}

VPOP_EXPORT char *
valias_select_names(char *domain)
{
	name_last[0] = '\0';
	return start(&names, NULL, domain) < 0 ? NULL : next_name();
}

VPOP_EXPORT char *
valias_select_names_next(void)
{
	return next_name();
}

VPOP_EXPORT void
valias_select_names_end(void)
{
	end(&names);
}

/* ---- changes ----------------------------------------------------------- */

/* The alias stays as the caller wrote it: an old file may have capitals. */
static int
begin(const char *alias, char *domain, struct vp_api_name *ret)
{
	int code = check_lengths(alias, domain);

	return code < 0 ? code : vp_api_domain(domain, ret);
}

/* A line that is there already is not added a second time. */
VPOP_EXPORT int
valias_insert(char *alias, char *domain, char *alias_line)
{
	struct vp_api_name name;
	int code;

	if (!alias_line)
		return vp_api_result(VA_NULL_POINTER);
	if ((code = check_lengths(alias, domain)) < 0)
		return code;
	if (strlen(alias_line) >= MAX_ALIAS_LINE)
		return vp_api_result(VA_ALIAS_LINE_TOO_LONG);
	if ((code = begin(alias, domain, &name)) < 0)
		return code;
	code = vpop_alias_insert(name.vp, alias, name.domain.real, alias_line);
	return vp_api_result(code == VA_USERNAME_EXISTS ? 0 : code);
}

VPOP_EXPORT int
valias_remove(char *alias, char *domain, char *alias_line)
{
	struct vp_api_name name;
	int code;

	if (!alias_line)
		return vp_api_result(VA_NULL_POINTER);
	if ((code = begin(alias, domain, &name)) < 0)
		return code;
	code = vpop_alias_remove(name.vp, alias, name.domain.real, alias_line);
	return vp_api_result(code == VA_USER_DOES_NOT_EXIST ? 0 : code);
}

/* Callers expect what unlink would say. */
VPOP_EXPORT int
valias_delete(char *alias, char *domain)
{
	struct vp_api_name name;
	int code = begin(alias, domain, &name);

	if (code < 0)
		return code;
	code = vpop_alias_delete(name.vp, alias, name.domain.real);
	if (code == VA_USER_DOES_NOT_EXIST)
		errno = ENOENT;
	else if (code == VA_BAD_UID)
		errno = EACCES;
	else if (code < 0)
		errno = EIO;
	return vp_api_plain(code);
}

/* One after the other: each is a change of its own. */
static int
delete_all(const struct vp_api_name *name, struct vpop_aliases *cursor)
{
	char last[VPOP_USER_SIZE] = "";
	struct vpop_alias found;
	int code, first = 0;

	while ((code = vpop_aliases_next(cursor, &found)) != 0) {
		if (code == 1 && strcmp(found.name, last) != 0) {
			memcpy(last, found.name, sizeof last);
			code = vpop_alias_delete(
			    name->vp, found.name, name->domain.real);
		}
		if (code < 0 && first == 0)
			first = code;
	}
	return first;
}

VPOP_EXPORT int
valias_delete_domain(char *domain)
{
	struct vpop_aliases *cursor = NULL;
	struct vp_api_name name;
	int code = vp_api_domain(domain, &name);

	if (code < 0)
		return code;
	code = vpop_aliases_open(name.vp, NULL, name.domain.real, &cursor);
	if (code == 0)
		code = delete_all(&name, cursor);
	vpop_aliases_close(cursor);
	return vp_api_result(code);
}
