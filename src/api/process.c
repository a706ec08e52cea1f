/*
 * Signalling processes by the name of their program, as the kernel keeps it:
 * command lines are not searched, so an editor that has a file of that name
 * open is left alone.
 */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>

#include "api/api.h"
#include "base/line.h"
#include "base/text.h"
#include "vpopmail.h"

#define NAME_MAX_KEPT 15 /* bytes that the kernel keeps */

static int
is_program(int proc, const char *pid, const char *name)
{
	char path[64];
	AUTO_FREE char *comm = NULL;

	if (vp_format(path, sizeof path, "%s/comm", pid) != 0)
		return 0;
	comm = vp_file_read(proc, path, 64, NULL);
	if (!comm)
		return 0;
	comm[strcspn(comm, "\n")] = '\0';
	return strncmp(comm, name, NAME_MAX_KEPT) == 0 &&
	       strlen(comm) <= strlen(name);
}

VPOP_EXPORT int
signal_process(char *name, int sig_num)
{
	AUTO_CLOSE int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = opendir("/proc");
	const struct dirent *entry;
	int code = 0;

	if (!name || *name == '\0' || proc < 0 || !dir) {
		if (dir)
			closedir(dir);
		return vp_api_plain(VA_INVALID_ARGUMENT);
	}
	while ((entry = readdir(dir))) {
		int64_t pid;

		if (!isdigit((unsigned char)entry->d_name[0]) ||
		    vp_number(entry->d_name, 2, INT32_MAX, &pid) != 0 ||
		    pid == getpid() || !is_program(proc, entry->d_name, name))
			continue;
		if (kill((pid_t)pid, sig_num) != 0 && errno != ESRCH)
			code = VA_BAD_UID;
	}
	closedir(dir);
	return vp_api_plain(code);
}
