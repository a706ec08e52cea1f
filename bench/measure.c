/*
 * Run a command several times and print what a run costs.
 *
 *     measure RUNS COMMAND [ARGUMENT ...]
 *
 * "%d" in an argument becomes the number of the run.  With STDIN_FILE in the
 * environment, standard input is that file, opened anew for each run; with
 * FD3_FILE, descriptor 3 too.  Prints one line: median, least and greatest
 * wall time in milliseconds, peak memory of a run in KiB.  Ends with 1 if a
 * run did not end with 0.
 */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
reopen(const char *variable, int fd)
{
	const char *path = getenv(variable);

	if (!path)
		return;
	int from = open(path, O_RDONLY);
	if (from < 0 || dup2(from, fd) < 0)
		_exit(126);
	if (from != fd)
		close(from);
}

/* The argument with every "%d" replaced; never freed: a run is short. */
static char *
expand(const char *text, int run)
{
	char *result = NULL;
	size_t size;
	FILE *fp = open_memstream(&result, &size);

	if (!fp)
		_exit(126);
	for (; *text; text++) {
		if (text[0] == '%' && text[1] == 'd') {
			fprintf(fp, "%d", run);
			text++;
		} else {
			fputc(*text, fp);
		}
	}
	fclose(fp);
	return result;
}

static void
child(int run, char **argv)
{
	for (int i = 0; argv[i]; i++)
		argv[i] = expand(argv[i], run);
	reopen("STDIN_FILE", 0);
	reopen("FD3_FILE", 3);
	int null = open("/dev/null", O_WRONLY);
	if (null >= 0)
		dup2(null, 1);
	execvp(argv[0], argv);
	_exit(127);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int
main(int argc, char **argv)
{
	int runs = argc > 2 ? (int)strtol(argv[1], NULL, 10) : 0;
	double *times = runs > 0 ? calloc((size_t)runs, sizeof *times) : NULL;
	long peak = 0;
	int failed = 0;

	if (!times) {
		fprintf(stderr, "usage: measure RUNS COMMAND ...\n");
		return 2;
	}
	for (int run = 0; run < runs; run++) {
		struct rusage usage;
		int status;
		double start = now_ms();
		pid_t pid = fork();

		if (pid == 0)
			child(run, argv + 2);
		if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
			return 2;
		times[run] = now_ms() - start;
		if (usage.ru_maxrss > peak)
			peak = usage.ru_maxrss;
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
			failed++;
	}
	qsort(times, (size_t)runs, sizeof *times, compare);
	printf("%.3f %.3f %.3f %ld\n", times[runs / 2], times[0],
	    times[runs - 1], peak);
	if (failed)
		fprintf(
		    stderr, "measure: %d of %d runs failed\n", failed, runs);
	return failed > 0;
}
