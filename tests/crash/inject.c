/*
 * Run a program and, at the n-th of its file-system calls, kill it or make
 * that call fail.
 *
 *     inject kill|eio|enospc N COMMAND [ARGUMENT ...]
 *     inject unsent N COMMAND [ARGUMENT ...]
 *
 * The second kills it before the n-th message that it sends on a socket, such
 * as a request to a server; the others do not count these.
 *
 * A seccomp filter stops the program only at the calls of the table below,
 * so everything else runs at full speed and no call is missed, whoever makes
 * it: our code, stdio or a library.  Counting begins when the program opens
 * its settings file: what the loader does before is not ours.  Child
 * processes are followed and counted too.
 *
 * The last line on standard error tells what was done: "inject: call N is
 * NAME", or "inject: only COUNT calls" when the program ended before.  Exit
 * status: the program's own; 125 when it was killed, 126 for a failure of
 * this program.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#if !defined __x86_64__
#	error "inject knows the registers of x86-64 only"
#endif

#define SETTINGS "vpopmail.conf"

struct call {
	long number;
	const char *name;
	/* READS changes nothing: killing there shows nothing new */
	enum { CHANGES, READS, SENDS } kind;
};

static const struct call calls[] = {
	{ SYS_openat, "openat", CHANGES },
	{ SYS_open, "open", CHANGES },
	{ SYS_creat, "creat", CHANGES },
	{ SYS_read, "read", READS },
	{ SYS_pread64, "pread", READS },
	{ SYS_getdents64, "getdents", READS },
	{ SYS_write, "write", CHANGES },
	{ SYS_pwrite64, "pwrite", CHANGES },
	{ SYS_writev, "writev", CHANGES },
	{ SYS_close, "close", CHANGES },
	{ SYS_fsync, "fsync", CHANGES },
	{ SYS_fdatasync, "fdatasync", CHANGES },
	{ SYS_ftruncate, "ftruncate", CHANGES },
	{ SYS_fallocate, "fallocate", CHANGES },
	{ SYS_rename, "rename", CHANGES },
	{ SYS_renameat, "renameat", CHANGES },
	{ SYS_renameat2, "renameat2", CHANGES },
	{ SYS_link, "link", CHANGES },
	{ SYS_linkat, "linkat", CHANGES },
	{ SYS_symlink, "symlink", CHANGES },
	{ SYS_symlinkat, "symlinkat", CHANGES },
	{ SYS_unlink, "unlink", CHANGES },
	{ SYS_unlinkat, "unlinkat", CHANGES },
	{ SYS_rmdir, "rmdir", CHANGES },
	{ SYS_mkdir, "mkdir", CHANGES },
	{ SYS_mkdirat, "mkdirat", CHANGES },
	{ SYS_chown, "chown", CHANGES },
	{ SYS_fchown, "fchown", CHANGES },
	{ SYS_fchownat, "fchownat", CHANGES },
	{ SYS_chmod, "chmod", CHANGES },
	{ SYS_fchmod, "fchmod", CHANGES },
	{ SYS_fchmodat, "fchmodat", CHANGES },
	{ SYS_utimensat, "utimensat", CHANGES },
	{ SYS_flock, "flock", CHANGES },
	{ SYS_fcntl, "fcntl", CHANGES },
	{ SYS_mmap, "mmap", READS },
	{ SYS_sendto, "sendto", SENDS },
	{ SYS_sendmsg, "sendmsg", SENDS },
};
#define CALLS (sizeof calls / sizeof calls[0])

static void
die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(126);
}

/* In the child: stop at our calls, let the others pass. */
static void
install_filter(void)
{
	struct sock_filter code[CALLS + 3];
	size_t n = 0;

	code[n++] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < CALLS; i++)
		code[n++] = (struct sock_filter)BPF_JUMP(
		    BPF_JMP | BPF_JEQ | BPF_K, (unsigned)calls[i].number,
		    (unsigned char)(CALLS - i), 0);
	code[n++] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	code[n++] =
	    (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE);

	struct sock_fprog program = { .len = (unsigned short)n,
		.filter = code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		die("cannot install the filter");
}

static const struct call *
find_call(long number)
{
	for (size_t i = 0; i < CALLS; i++)
		if (calls[i].number == number)
			return &calls[i];
	return NULL;
}

/* 1 if the path argument of an open call names the settings file. */
static int
opens_settings(pid_t pid, const struct user_regs_struct *regs)
{
	char path[4096];
	unsigned long address =
	    regs->orig_rax == SYS_openat ? regs->rsi : regs->rdi;
	struct iovec ours = { path, sizeof path - 1 };
	struct iovec theirs = { (void *)(uintptr_t)address, sizeof path - 1 };
	ssize_t n;

	if (regs->orig_rax != SYS_openat && regs->orig_rax != SYS_open)
		return 0;
	/* The string may end shortly before an unmapped page. */
	while ((n = process_vm_readv(pid, &ours, 1, &theirs, 1, 0)) < 0 &&
	       ours.iov_len > 64)
		ours.iov_len = theirs.iov_len = ours.iov_len / 2;
	if (n < 0)
		return 0;
	path[n] = '\0';
	return strstr(path, SETTINGS) != NULL;
}

struct state {
	const char *mode;
	long wanted, seen;
	int started, done;
};

/* A stop before one of our calls. */
static void
at_call(pid_t pid, struct state *s)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
		return;
	const struct call *call = find_call((long)regs.orig_rax);
	if (!call)
		return;
	if (!s->started && opens_settings(pid, &regs))
		s->started = 1;
	if (!s->started || s->done)
		return;
	const int sends = strcmp(s->mode, "unsent") == 0;
	if (sends != (call->kind == SENDS) ||
	    (call->kind == READS && strcmp(s->mode, "eio") != 0))
		return;
	if (++s->seen != s->wanted)
		return;
	s->done = 1;
	fprintf(stderr, "inject: call %ld is %s\n", s->seen, call->name);
	if (sends || strcmp(s->mode, "kill") == 0) {
		kill(pid, SIGKILL);
		return;
	}
	int error = strcmp(s->mode, "eio") == 0 ? EIO : ENOSPC;

	/* A close that fails has closed nevertheless. */
	if (call->number == SYS_close) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0 ||
		    waitpid(pid, NULL, __WALL) != pid ||
		    ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
			die("cannot follow a close");
		regs.rax = (unsigned long)(long)-error;
		if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0)
			die("cannot set registers");
		return;
	}
	/* An invalid call number, and our answer in its result. */
	regs.orig_rax = (unsigned long)-1;
	regs.rax = (unsigned long)(long)-error;
	if (ptrace(PTRACE_SETREGS, pid, NULL, &regs) < 0)
		die("cannot set registers");
}

static int
supervise(pid_t first, struct state *s)
{
	int status, result = 126;
	pid_t pid;
	long options = PTRACE_O_TRACESECCOMP | PTRACE_O_EXITKILL |
		       PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACECLONE;

	if (waitpid(first, &status, 0) < 0 || !WIFSTOPPED(status))
		die("the program did not start");
	if (ptrace(PTRACE_SETOPTIONS, first, NULL, options) < 0)
		die("cannot trace");
	ptrace(PTRACE_CONT, first, NULL, NULL);
	while ((pid = waitpid(-1, &status, __WALL)) > 0) {
		if (WIFSTOPPED(status)) {
			int signal = WSTOPSIG(status);

			if (status >> 8 ==
			    (SIGTRAP | (PTRACE_EVENT_SECCOMP << 8)))
				at_call(pid, s);
			if (status >> 16 != 0 || signal == SIGTRAP ||
			    signal == SIGSTOP)
				signal = 0;
			ptrace(
			    PTRACE_CONT, pid, NULL, (void *)(uintptr_t)signal);
			continue;
		}
		if (pid != first)
			continue;
		result = WIFEXITED(status) ? WEXITSTATUS(status) : 125;
	}
	return result;
}

int
main(int argc, char **argv)
{
	struct state s = { 0 };

	if (argc < 4) {
		fprintf(stderr,
		    "usage: inject kill|eio|enospc|unsent N COMMAND "
		    "[ARGUMENT ...]\n");
		return 126;
	}
	s.mode = argv[1];
	s.wanted = strtol(argv[2], NULL, 10);

	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			die("cannot be traced");
		raise(SIGSTOP);
		install_filter();
		execvp(argv[3], argv + 3);
		die(argv[3]);
	}
	int result = supervise(pid, &s);
	if (!s.done)
		fprintf(stderr, "inject: only %ld calls\n", s.seen);
	return result;
}
