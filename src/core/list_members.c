/*
 * Walking the addresses of a mailing list: ezmlm-list writes them into a
 * pipe, which is read as the caller goes on.  A caller who stops ends the
 * program.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/child.h"
#include "core/list.h"

#define BUFFER 8192
#define MASK   077

static char environment_path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
static char *const environment[] = { environment_path, NULL };

struct vpop_list_members {
	struct vp_list list;
	pid_t pid; /* -1: it has ended */
	int out, errors;
	int code; /* how it ended */
	size_t start, end;
	char text[BUFFER];
};

static int
start(struct vpop_list_members *cursor, const char *const *argv)
{
	const struct vp_list *list = &cursor->list;
	const struct vp_child_as as = { .uid = list->domain.uid,
		.gid = list->domain.gid,
		.mask = MASK,
		.keep = list->lock };
	int out[2], errors[2];

	if (pipe2(out, O_CLOEXEC) != 0)
		return -1;
	if (pipe2(errors, O_CLOEXEC) != 0) {
		close(out[0]);
		close(out[1]);
		return -1;
	}
	const struct vp_child child = { .argv = argv,
		.envp = environment,
		.fd0 = -1,
		.fd1 = out[1],
		.fd2 = errors[1],
		.dirfd = list->dirfd,
		.seconds = VP_LIST_SECONDS, /* so that it is a group */
		.as = &as };
	cursor->pid = vp_child_start(&child);
	int cause = errno;
	close(out[1]);
	close(errors[1]);
	cursor->out = out[0];
	cursor->errors = errors[0];
	errno = cause;
	return cursor->pid < 0 ? -1 : 0;
}

static int
start_program(struct vpop_list_members *cursor, const char *dir)
{
	const struct vp_list *list = &cursor->list;
	int code = 0;
	AUTO_FREE char *program =
	    vp_list_program(list->vp, "ezmlm-list", &code);
	AUTO_FREE char *path = NULL;

	if (!program)
		return code;
	if (asprintf(&path, "%s/%s", list->domain.dir, list->name) < 0) {
		path = NULL;
		return vp_fail(list->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	const char *const argv[] = { program, path, *dir ? dir : NULL, NULL };
	if (start(cursor, argv) == 0)
		return 0;
	return vp_list_ended(list, "ezmlm-list", -1, NULL);
}

int
vpop_list_members_open(struct vpop *vp, const char *name, const char *domain,
    enum vpop_list_role role, struct vpop_list_members **ret_cursor)
{
	const char *dir = vp_list_role_dir(role);
	struct vpop_list_members *cursor;
	int code;

	if (!dir)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a mailing list has no such set of addresses");
	cursor = calloc(1, sizeof *cursor);
	if (!cursor)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	cursor->pid = cursor->out = cursor->errors = -1;
	code = vp_list_open(vp, name, domain, VP_LIST_READ, &cursor->list);
	if (code < 0) {
		free(cursor);
		return code;
	}
	code = start_program(cursor, dir);
	if (code < 0) {
		vpop_list_members_close(cursor);
		return code;
	}
	*ret_cursor = cursor;
	return 0;
}

/* Kill it if it is to end now; its wait status. */
static int
end_program(struct vpop_list_members *cursor, int kill_it)
{
	int status = 0;

	if (kill_it)
		kill(-cursor->pid, SIGKILL);
	while (waitpid(cursor->pid, &status, 0) < 0 && errno == EINTR)
		;
	cursor->pid = -1;
	return status;
}

/* What it wrote is read: how did it end? */
static int
finish(struct vpop_list_members *cursor)
{
	AUTO_FREE char *says = NULL;

	if (cursor->pid < 0)
		return cursor->code;
	int status = end_program(cursor, 0);
	says = vp_list_drain(cursor->errors);
	cursor->code = vp_list_ended(&cursor->list, "ezmlm-list", status, says);
	return cursor->code;
}

static int
stop(struct vpop_list_members *cursor, const char *why)
{
	end_program(cursor, 1);
	cursor->code = vp_fail(cursor->list.vp, VA_LIST_PROGRAM_FAILED,
	    "mailing list '%s': ezmlm-list %s", cursor->list.object, why);
	return cursor->code;
}

/* More text behind what there is: 1, 0 at the end, or a code. */
static int
fill(struct vpop_list_members *cursor)
{
	struct pollfd ready = { .fd = cursor->out, .events = POLLIN };
	ssize_t got;
	int rc;

	memmove(cursor->text, cursor->text + cursor->start,
	    cursor->end - cursor->start);
	cursor->end -= cursor->start;
	cursor->start = 0;
	if (cursor->end == BUFFER - 1)
		return stop(cursor, "gave too long a line");
	do
		rc = poll(&ready, 1, VP_LIST_SECONDS * 1000);
	while (rc < 0 && errno == EINTR);
	if (rc == 0)
		return stop(cursor, "took too long");
	do
		got = read(cursor->out, cursor->text + cursor->end,
		    BUFFER - 1 - cursor->end);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return stop(cursor, "could not be read");
	cursor->end += (size_t)got;
	return got > 0;
}

int
vpop_list_members_next(
    struct vpop_list_members *cursor, const char **ret_address)
{
	for (;;) {
		char *line = cursor->text + cursor->start;
		char *lf = memchr(line, '\n', cursor->end - cursor->start);

		if (lf) {
			*lf = '\0';
			cursor->start = (size_t)(lf + 1 - cursor->text);
			if (lf == line)
				continue;
			*ret_address = line;
			return 1;
		}
		if (cursor->pid < 0)
			return cursor->code;
		int more = fill(cursor);
		if (more < 0)
			return more;
		if (!more)
			return finish(cursor);
	}
}

void
vpop_list_members_close(struct vpop_list_members *cursor)
{
	if (!cursor)
		return;
	if (cursor->pid >= 0)
		end_program(cursor, 1);
	if (cursor->out >= 0)
		close(cursor->out);
	if (cursor->errors >= 0)
		close(cursor->errors);
	vp_list_close(&cursor->list);
	free(cursor);
}
