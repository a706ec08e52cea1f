/*
 * Around every call of the old interface, what belongs to the process is
 * looked at: working directory, umask, signal handlers, and standard output.
 * CALL and RUN note the name of the function they call.
 */
#ifndef TESTS_UNIT_API_PROCESS_H
#define TESTS_UNIT_API_PROCESS_H

#include "api.h"

#define MAX_CALLED 400

static const char *called[MAX_CALLED];
static size_t called_count;

struct process {
	char cwd[4096];
	mode_t mask;
	struct sigaction actions[32];
	off_t printed;
};

static struct process before;

static void
look(struct process *ret)
{
	memset(ret, 0, sizeof *ret);
	ck_assert_ptr_nonnull(getcwd(ret->cwd, sizeof ret->cwd));
	ret->mask = umask(0);
	umask(ret->mask);
	for (int i = 1; i < 32; i++)
		sigaction(i, NULL, &ret->actions[i]);
	fflush(stdout);
	ret->printed = lseek(STDOUT_FILENO, 0, SEEK_CUR);
}

static void
same_process(const char *name)
{
	struct process after;

	look(&after);
	ck_assert_msg(strcmp(before.cwd, after.cwd) == 0, "%s: chdir", name);
	ck_assert_msg(before.mask == after.mask, "%s: umask", name);
	ck_assert_msg(before.printed == after.printed, "%s: output", name);
	for (int i = 1; i < 32; i++)
		ck_assert_msg(
		    before.actions[i].sa_handler == after.actions[i].sa_handler,
		    "%s: signal %d", name, i);
}

static void
note(const char *name)
{
	for (size_t i = 0; i < called_count; i++)
		if (strcmp(called[i], name) == 0)
			return;
	ck_assert_uint_lt(called_count, MAX_CALLED);
	called[called_count++] = name;
}

#define CALL(name, is_right)                                                   \
	do {                                                                   \
		note(#name);                                                   \
		ck_assert_msg(is_right, "%s: %s", #name, verror(verrori));     \
		same_process(#name);                                           \
	} while (0)
/* Of a function without a result, or where all of its results are right. */
#define RUN(name, call)                                                        \
	do {                                                                   \
		note(#name);                                                   \
		(void)(call);                                                  \
		same_process(#name);                                           \
	} while (0)

/* Standard output is a file that must stay as it is. */
static void
watch(void)
{
	char *path = site_path("stdout");
	int fd = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);

	free(path);
	fflush(stdout);
	ck_assert_int_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	close(fd);
	umask(027);
	/* Where names without a slash are harmless. */
	ck_assert_int_eq(chdir(scratch), 0);
	look(&before);
}

#endif
