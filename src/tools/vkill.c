/*
 * vkill: end processes by the exact name of their program.
 *
 * A process is remembered by id and start time, so that a signal never
 * reaches another one that got the same id meanwhile; where the kernel has
 * it, a process descriptor makes that certain.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/line.h"
#include "base/text.h"
#include "tools/cli.h"

#define NAME_LONGEST 15 /* what the kernel keeps of a program's name */
#define WAIT_TURNS   20 /* of a tenth of a second: SIGTERM's time */

static const char usage[] =
    "vkill: usage: [options] name\n" CLI_HELP_V
    "         --dry-run (print the process ids, signal "
    "nothing)\n" CLI_HELP_COMMON "\n"
    "Ends every process whose program name is exactly this one and which\n"
    "belongs to the caller (root: to anybody): SIGTERM first, and SIGKILL to\n"
    "those that are there two seconds later.  Prints how many there were.\n";

struct target {
	pid_t pid;
	int fd; /* process descriptor */
};

struct targets {
	struct target *list;
	size_t count;
};

/* The program's name, as the kernel keeps it; 1 if it is the wanted one. */
static int
is_named(int dirfd, const char *wanted)
{
	AUTO_FREE char *comm = vp_file_read(dirfd, "comm", 256, NULL);

	if (!comm)
		return 0;
	comm[strcspn(comm, "\n")] = 0;
	return !strncmp(comm, wanted, NAME_LONGEST) &&
	       strlen(comm) <= NAME_LONGEST;
}

static int
is_target(int procfd, const char *id, const char *wanted)
{
	AUTO_CLOSE int dirfd =
	    openat(procfd, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (dirfd < 0 || fstat(dirfd, &st))
		return 0;
	if (getuid() != 0 && st.st_uid != getuid())
		return 0;
	return is_named(dirfd, wanted);
}

static void
add_target(struct targets *targets, pid_t pid, int fd)
{
	struct target *larger =
	    reallocarray(targets->list, targets->count + 1, sizeof *larger);

	if (!larger)
		cli_no_memory();
	targets->list = larger;
	targets->list[targets->count++] =
	    (struct target){ .pid = pid, .fd = fd };
}

/* The descriptor is opened first and the name read after it, so that both
 * belong to one process. */
static void
consider(
    struct targets *targets, int procfd, const char *id, const char *wanted)
{
	int64_t number;
	int fd;

	if (vp_number(id, 1, INT32_MAX, &number) || number == getpid())
		return;
	fd = (int)syscall(SYS_pidfd_open, (pid_t)number, 0);
	if (fd < 0)
		return;
	if (is_target(procfd, id, wanted))
		add_target(targets, (pid_t)number, fd);
	else
		close(fd);
}

static int
find_targets(const struct cli *cli, const char *wanted, struct targets *targets)
{
	DIR *proc = opendir("/proc");
	const struct dirent *entry;

	if (!proc) {
		cli_warn(cli, "cannot read /proc: %s", strerror(errno));
		return CLI_USAGE_STATUS;
	}
	while ((entry = readdir(proc)) != NULL)
		consider(targets, dirfd(proc), entry->d_name, wanted);
	closedir(proc);
	return 0;
}

static long
send_signal(const struct target *target, int number)
{
	return syscall(SYS_pidfd_send_signal, target->fd, number, NULL, 0);
}

static int
are_gone(const struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++) {
		if (send_signal(&targets->list[i], 0) == 0)
			return 0;
	}
	return 1;
}

/* Returns the number of processes that could not be signalled. */
static size_t
end_targets(const struct cli *cli, const struct targets *targets)
{
	const struct timespec turn = { .tv_nsec = 100000000 };
	size_t failed = 0;

	for (size_t i = 0; i < targets->count; i++) {
		if (send_signal(&targets->list[i], SIGTERM) == 0 ||
		    errno == ESRCH)
			continue;
		cli_warn(cli, "cannot signal process %ld: %s",
		    (long)targets->list[i].pid, strerror(errno));
		failed++;
	}
	for (int i = 0; i < WAIT_TURNS && !are_gone(targets); i++)
		nanosleep(&turn, NULL);
	for (size_t i = 0; i < targets->count; i++)
		send_signal(&targets->list[i], SIGKILL);
	return failed;
}

static void
forget_targets(struct targets *targets)
{
	for (size_t i = 0; i < targets->count; i++)
		close(targets->list[i].fd);
	free(targets->list);
}

static int
run(struct cli *cli)
{
	struct targets targets = { .count = 0 };
	size_t failed = 0;
	int status;

	if (!*cli->argv[0] || strchr(cli->argv[0], '/'))
		return cli_usage(
		    cli, "'%s' is not the name of a program", cli->argv[0]);
	status = find_targets(cli, cli->argv[0], &targets);
	if (!status && cli->dry_run) {
		for (size_t i = 0; i < targets.count; i++)
			printf("Would end process %ld\n",
			    (long)targets.list[i].pid);
	} else if (!status) {
		failed = end_targets(cli, &targets);
	}
	if (!status)
		printf("%zu\n", targets.count - failed);
	forget_targets(&targets);
	return failed ? CLI_USAGE_STATUS : status;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vkill",
		.usage = usage,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.min = 1,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
