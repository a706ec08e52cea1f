/*
 * Running a program: by argument array, clean descriptors, no shell unless
 * the caller names one.
 */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <sys/types.h>

/* Who a child of root is to be; otherwise it is who we are. */
struct vp_child_as {
	uid_t uid;
	gid_t gid;   /* and in no other group */
	mode_t mask; /* umask, set for everybody */
	int keep;    /* stays open as 3, so that what is locked on it stays
		      * locked while the program runs; -1: none */
};

struct vp_child {
	const char *const *argv; /* argv[0] is an absolute path, or "./name"
				  * in dirfd */
	char *const *envp;       /* NULL: PATH only */
	int fd0, fd1, fd2;       /* become 0, 1, 2; -1: /dev/null */
	int dirfd;               /* working directory, -1: ours */
	int seconds;             /* time limit, 0: none; with one the child is a
				  * process group, which gets SIGKILL then */
	const struct vp_child_as *as; /* NULL: nothing changes */
};

/* Start and wait.  Returns the wait status, or -1 and errno when it could
 * not be started (ETIMEDOUT: it was killed at the limit).  Signal
 * dispositions are reset to default in the child. */
int vp_child_run(const struct vp_child *child);
/*
 * The same with a time limit, and its output (fd1 is not looked at; that to
 * standard error, too, if fd2 is -1) in size bytes, with a NUL.  What the
 * program started ends with it.  EMSGSIZE: it said more, and was killed.
 */
int vp_child_read(const struct vp_child *child, char *output, size_t size);
/* A file in memory with text, to be fd0: a program that does not read it stops
 * nobody.  -1 and errno. */
int vp_child_input(const char *text);
/* Start only; the pid, or -1. */
pid_t vp_child_start(const struct vp_child *child);
/* The same for a child with "as"; child->envp is given.  It is killed when
 * the thread that started it ends. */
pid_t vp_child_start_as(const struct vp_child *child);

#endif
