/*
 * Running the programs of ezmlm-idx: as the owner of the domain, in the
 * domain's folder, with nothing of our environment and a time limit.  What
 * they say on descriptor 2 goes into the sentence of the failure.  They hold
 * the domain's lock with us: should we be killed, nothing settles the change
 * while one of them still runs.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "base/text.h"
#include "core/list.h"

#define MAX_OUTPUT 65536
#define MASK       077

static char environment_path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
static char *const environment[] = { environment_path, NULL };

char *
vp_list_program(struct vpop *vp, const char *name, int *ret_code)
{
	char *path = NULL;

	if (asprintf(&path, "%s/%s", vp->set.ezmlm_dir, name) < 0) {
		*ret_code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		return NULL;
	}
	if (path[0] == '/' && access(path, X_OK) == 0)
		return path;
	*ret_code = vp_fail(vp, VA_NO_LIST_PROGRAMS,
	    "there is no program '%s': ezmlm-idx is not installed, or the "
	    "setting ezmlm_dir does not name its folder",
	    path);
	free(path);
	return NULL;
}

char *
vp_list_drain(int fd)
{
	char *text = malloc(MAX_OUTPUT + 1);
	size_t size = 0;
	ssize_t got = 1;

	if (!text || fcntl(fd, F_SETFL, O_NONBLOCK) != 0) {
		free(text);
		return NULL;
	}
	while (got > 0 && size < MAX_OUTPUT) {
		got = read(fd, text + size, MAX_OUTPUT - size);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			size += (size_t)got;
	}
	text[size] = '\0';
	return text;
}

int
vp_list_ended(
    const struct vp_list *list, const char *program, int status, char *says)
{
	if (status == 0)
		return 0;
	if (status < 0)
		return vp_fail_errno(list->vp, VA_LIST_PROGRAM_FAILED,
		    "mailing list '%s': cannot run %s", list->object, program);
	if (WIFSIGNALED(status))
		return vp_fail(list->vp, VA_LIST_PROGRAM_FAILED,
		    "mailing list '%s': %s was killed by signal %d",
		    list->object, program, WTERMSIG(status));
	if (says) {
		says[strcspn(says, "\n")] = '\0';
		says[strnlen(says, 400)] = '\0';
		vp_make_printable(says);
	}
	if (says && *says)
		return vp_fail(list->vp, VA_LIST_PROGRAM_FAILED,
		    "mailing list '%s': %s ended with status %d: %s",
		    list->object, program, WEXITSTATUS(status), says);
	return vp_fail(list->vp, VA_LIST_PROGRAM_FAILED,
	    "mailing list '%s': %s ended with status %d", list->object, program,
	    WEXITSTATUS(status));
}

/* The two pipes of a child: what it writes to 1 and 2. */
static int
run(const struct vp_list *list, const char *const *argv, int fd1, int fd2)
{
	const struct vp_child_as as = { .uid = list->domain.uid,
		.gid = list->domain.gid,
		.mask = MASK,
		.keep = list->lock };
	const struct vp_child child = { .argv = argv,
		.envp = environment,
		.fd0 = -1,
		.fd1 = fd1,
		.fd2 = fd2,
		.dirfd = list->dirfd,
		.seconds = VP_LIST_SECONDS,
		.as = &as };

	return vp_child_run(&child);
}

/* A program that writes more than a pipe holds waits for the time limit. */
static int
run_piped(const struct vp_list *list, const char *const *argv,
    const char *program, char **ret_output)
{
	AUTO_FREE char *output = NULL;
	AUTO_FREE char *says = NULL;
	int out[2], errors[2];
	int status = -1;

	if (pipe2(out, O_CLOEXEC) != 0)
		return vp_list_ended(list, program, -1, NULL);
	if (pipe2(errors, O_CLOEXEC) == 0) {
		status = run(list, argv, out[1], errors[1]);
		int cause = errno;
		close(errors[1]);
		says = vp_list_drain(errors[0]);
		close(errors[0]);
		output = vp_list_drain(out[0]);
		errno = cause;
	}
	close(out[0]);
	close(out[1]);
	int code = vp_list_ended(list, program, status, says);
	if (code < 0 || !ret_output)
		return code;
	if (!output)
		return vp_fail(list->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	*ret_output = output;
	output = NULL;
	return 0;
}

int
vp_list_run(const struct vp_list *list, const char **argv, char **ret_output)
{
	const char *program = argv[0];
	int code = 0;
	AUTO_FREE char *path = vp_list_program(list->vp, program, &code);

	if (!path)
		return code;
	argv[0] = path;
	code = run_piped(list, argv, program, ret_output);
	argv[0] = program;
	return code;
}
