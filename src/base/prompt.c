/*
 * The terminal must never be left without echo: while it is off, signals
 * that would end or stop us only set a flag and interrupt the read; echo is
 * put back, the old handlers too, and then the signal is sent again.
 */
#include "config.h"

#include "base/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>

#include "base/attr.h"

static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP,
	SIGTTIN, SIGTTOU };

#define CAUGHT (sizeof caught / sizeof caught[0])

static volatile sig_atomic_t pending[NSIG];

static void
note_signal(int number)
{
	pending[number] = 1;
}

static void
catch_signals(struct sigaction saved[CAUGHT])
{
	struct sigaction action;

	memset(&action, 0, sizeof action);
	action.sa_handler = note_signal;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < CAUGHT; i++) {
		pending[caught[i]] = 0;
		sigaction(caught[i], &action, &saved[i]);
	}
}

static void
release_signals(const struct sigaction saved[CAUGHT])
{
	for (size_t i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &saved[i], NULL);
	for (size_t i = 0; i < CAUGHT; i++) {
		if (pending[caught[i]])
			raise(caught[i]);
	}
}

int
vp_prompt_read(FILE *fp, char *line, size_t size)
{
	size_t length = 0;
	int c, problem = 0;

	setvbuf(fp, NULL, _IONBF, 0);
	errno = 0;
	while ((c = getc(fp)) != EOF && c != '\n') {
		if (c == 0)
			problem = EILSEQ;
		else if (length + 1 < size)
			line[length++] = (char)c;
		else
			problem = EMSGSIZE;
	}
	line[length] = 0;
	if (c == EOF && ferror(fp))
		problem = errno ? errno : EIO;
	if (problem) {
		explicit_bzero(line, size);
		errno = problem;
		return -1;
	}
	return c == '\n' || length > 0;
}

static int
ask_terminal(FILE *tty, const char *prompt, char *line, size_t size)
{
	struct sigaction saved[CAUGHT];
	struct termios old, quiet;
	int fd = fileno(tty), result, problem;

	if (tcgetattr(fd, &old) < 0)
		return -1;
	quiet = old;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
	catch_signals(saved);
	tcsetattr(fd, TCSAFLUSH, &quiet);
	dprintf(fd, "%s", prompt);
	result = vp_prompt_read(tty, line, size);
	problem = errno;
	tcsetattr(fd, TCSAFLUSH, &old);
	dprintf(fd, "\n");
	release_signals(saved);
	errno = problem;
	return result;
}

int
vp_prompt_secret(const char *prompt, char *line, size_t size)
{
	AUTO_FCLOSE FILE *tty = fopen("/dev/tty", "r+e");

	fflush(NULL); /* what was said before */
	if (tty)
		return ask_terminal(tty, prompt, line, size);
	fputs(prompt, stderr);
	fflush(stderr);
	return vp_prompt_read(stdin, line, size);
}
