/*
 * What an address is, by the files in a domain's folder.  Files of mailing
 * lists are links, so links are followed here; nothing but the first line is
 * looked at, and nothing of it is given away.
 */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/api.h"
#include "base/text.h"
#include "core/name.h"
#include "core/user.h"
#include "qmail/dotqmail.h"
#include "vutil.h"

#define LINE_BYTES (VP_DOTQMAIL_LINE + 1)

static int
is_readable_file(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

static int
open_file(int dirfd, const char *name)
{
	return openat(
	    dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* The first line of folder/.qmail-name: 1, or 0 if there is no such file. */
static int
first_line(const char *folder, const char *name, char ret[LINE_BYTES])
{
	char file[VPOP_USER_SIZE + 64];
	AUTO_CLOSE int dirfd = vp_api_dir(folder);
	AUTO_CLOSE int fd = -1;

	if (dirfd < 0 || vp_dotqmail_name(name, file, sizeof file) != 0)
		return 0;
	fd = open_file(dirfd, file);
	if (!is_readable_file(fd))
		return 0;
	ssize_t size = read(fd, ret, LINE_BYTES - 1);
	if (size < 0)
		return 0;
	ret[size] = '\0';
	ret[strcspn(ret, "\n")] = '\0';
	return 1;
}

static int
is_list_line(const char *line)
{
	return strstr(line, "ezmlm-reject") || strstr(line, "ezmlm-send");
}

static int
is_alias_line(const char *line)
{
	return !is_list_line(line) && !strstr(line, "autorespond");
}

static int
is_user(const char *name, const char *domain)
{
	struct vpop *vp = vp_api_handle();
	char lower[VPOP_USER_SIZE];
	struct vpop_domain found;
	struct vpop_user user;
	int code;

	if (!vp || !name || !domain || *name == '\0')
		return 0;
	code = vpop_domain_get(vp, domain, &found);
	if (code == 0)
		code = vp_api_may_read(vp, &found);
	if (code == 0)
		code = vp_name_user(vp, name, lower);
	if (code == 0)
		code = vp_user_find(vp, &found, lower, &user);
	explicit_bzero(&user, sizeof user);
	return vp_api_result(code) == 0;
}

/* In the account store: with a cursor of its own. */
static int
is_stored_alias(const char *name, const char *domain)
{
	struct vpop *vp = vp_api_handle();
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	int is_alias = 0;

	if (vp && vpop_aliases_open(vp, name, domain, &cursor) == 0 &&
	    vpop_aliases_next(cursor, &alias) == 1) {
		AUTO_FREE char *word =
		    strndup(alias.line, strcspn(alias.line, " "));
		is_alias = word && is_alias_line(word);
	}
	vpop_aliases_close(cursor);
	return is_alias;
}

static int
is_alias(const char *path, const char *name, const char *domain)
{
	char line[LINE_BYTES];

	if (!path || !name || *name == '\0' || strncmp(name, "default", 7) == 0)
		return 0;
	if (first_line(path, name, line))
		return is_alias_line(line);
	return domain && is_stored_alias(name, domain);
}

static int
is_robot(const char *path, const char *name)
{
	char upper[VPOP_USER_SIZE];

	if (!path || !name || *name == '\0' || *name == '.' ||
	    strchr(name, '/') || vp_copy(upper, sizeof upper, name) != 0)
		return 0;
	for (char *p = upper; *p; p++)
		*p = (char)toupper((unsigned char)*p);
	AUTO_CLOSE int folder = vp_api_dir(path);
	AUTO_CLOSE int robot =
	    folder < 0
		? -1
		: openat(folder, upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int message = robot < 0 ? -1 : open_file(robot, "message");

	return is_readable_file(message);
}

static int
is_list(const char *path, const char *name)
{
	char line[LINE_BYTES];

	return path && name && *name && first_line(path, name, line) &&
	       is_list_line(line);
}

static int
is_qmail_alias(const char *name)
{
	struct vpop *vp = vp_api_handle();
	AUTO_FREE char *folder = NULL, *rest = NULL;
	char line[LINE_BYTES];

	if (!vp || !name || *name == '\0')
		return 0;
	if (asprintf(&folder, "%s/alias", vp->set.qmaildir) < 0) {
		folder = NULL;
		return 0;
	}
	if (first_line(folder, name, line))
		return 1;
	if (asprintf(&rest, "%s-default", name) < 0) {
		rest = NULL;
		return 0;
	}
	return first_line(folder, rest, line);
}

static int
is_address(const char *domain, const char *name, const char *path)
{
	return is_user(name, domain) || is_alias(path, name, domain) ||
	       is_robot(path, name) || is_list(path, name);
}

VPOP_EXPORT int
isExistingUser(char *name, char *domain)
{
	return is_user(name, domain);
}

VPOP_EXPORT int
isExistingAlias(char *path, char *name, char *domain)
{
	return is_alias(path, name, domain);
}

VPOP_EXPORT int
isExistingRobot(char *path, char *name)
{
	return is_robot(path, name);
}

VPOP_EXPORT int
isValidMailList(char *path, char *name)
{
	return is_list(path, name);
}

VPOP_EXPORT int
isExistingAddress(char *domain, char *name, char *path)
{
	return is_address(domain, name, path);
}

VPOP_EXPORT int
isExistingAnyAddress(char *domain, char *name, char *path)
{
	return is_address(domain, name, path) || is_qmail_alias(name);
}

VPOP_EXPORT int
isQmailAlias(char *name)
{
	return is_qmail_alias(name);
}
