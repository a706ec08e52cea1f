/*
 * Programs at delivery.  They see what qmail-local put into the environment,
 * with SHELL, and which mailbox the message is for.
 */
#include "config.h"

#include "core/deliver_int.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"

#define SHELL    "SHELL="
#define MAILBOX  "VPOPUSER="
#define WILDCARD "DEFAULT="

static int
is_ours(const char *variable, const char *wildcard)
{
	if (wildcard && strncmp(variable, WILDCARD, sizeof WILDCARD - 1) == 0)
		return 1;
	return strncmp(variable, SHELL, sizeof SHELL - 1) == 0 ||
	       strncmp(variable, MAILBOX, sizeof MAILBOX - 1) == 0;
}

/* The environment as it is, with ours; the array is malloc'd, its texts are
 * not.  mailbox "": none was found; wildcard NULL: as qmail-local set it. */
static char **
make_environment(char *mailbox, char *wildcard)
{
	static char shell[] = SHELL "/bin/sh";
	size_t count = 0, used = 0;

	while (environ[count])
		count++;
	char **list = calloc(count + 4, sizeof *list);
	if (!list)
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (!is_ours(environ[i], wildcard))
			list[used++] = environ[i];
	list[used++] = shell;
	if (*mailbox)
		list[used++] = mailbox;
	if (wildcard)
		list[used] = wildcard;
	return list;
}

static int
judge(int status)
{
	if (status < 0 || !WIFEXITED(status))
		return VP_DEFER;
	switch (WEXITSTATUS(status)) {
	case 0:
		return VP_DELIVERED;
	case 99:
		return VP_STOP;
	case 64:
	case 65:
	case 70:
	case 76:
	case 77:
	case 78:
	case 100:
	case 112:
		return VP_BOUNCE;
	default:
		return VP_DEFER;
	}
}

int
vp_deliver_program(
    struct vp_run *run, const char *const *argv, int message_fd, int dirfd)
{
	AUTO_FREE char *mailbox = NULL;
	AUTO_FREE char *wildcard = NULL;
	char **envp = NULL;
	int status = -1;

	if (asprintf(&mailbox, "%s%s%s%s", run->user.name[0] ? MAILBOX : "",
		run->user.name, run->user.name[0] ? "@" : "",
		run->user.name[0] ? run->domain.real : "") < 0)
		mailbox = NULL;
	if (mailbox && run->wildcard &&
	    asprintf(&wildcard, WILDCARD "%s", run->wildcard) < 0) {
		wildcard = NULL;
		free(mailbox);
		mailbox = NULL;
	}
	if (mailbox)
		envp = make_environment(mailbox, wildcard);
	if (envp && fflush(run->out) == 0 &&
	    lseek(message_fd, 0, SEEK_SET) == 0) {
		struct vp_child child = {
			.argv = argv,
			.envp = envp,
			.fd0 = message_fd,
			.fd1 = fileno(run->out),
			.fd2 = STDERR_FILENO,
			.dirfd = dirfd,
		};
		status = vp_child_run(&child);
	}
	if (status == -1)
		vp_deliver_say(run, VP_DEFER,
		    "vdelivermail: cannot run %s: %s (#4.3.0)", argv[0],
		    strerror(errno));
	free(envp);
	return judge(status);
}
