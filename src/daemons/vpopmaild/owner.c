/*
 * On whose behalf files are touched, and which are nobody's by these verbs.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "daemons/vpopmaild/path.h"

int
vpd_is_protected(const char *rel)
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

int
vpd_path_enter(const struct vpd_path *path)
{
	if (geteuid() != 0)
		return 0;
	/* Nobody's files are root's. */
	if (path->uid == 0) {
		errno = EPERM;
		return -1;
	}
	if (setegid(path->gid) != 0)
		return -1;
	if (seteuid(path->uid) == 0)
		return 0;

	int cause = errno;
	vpd_path_leave();
	errno = cause;
	return -1;
}

void
vpd_path_leave(void)
{
	/* Saved ids are those of the program's start. */
	if (getuid() == 0 && (seteuid(0) != 0 || setegid(getgid()) != 0))
		_exit(254);
}
