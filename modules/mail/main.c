/* Lines in, lines out, until the input is closed. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>

#include "base/line.h"
#include "modules/mail/mail.h"

#define LINE_BYTES 1048576 /* a request or answer, at most */
#define ROOT_FD    3

/* The panel gives us a socket to its root helper, or none. */
static int
find_root(void)
{
	struct stat st;

	if (fstat(ROOT_FD, &st) != 0 || !S_ISSOCK(st.st_mode) ||
	    fcntl(ROOT_FD, F_SETFD, FD_CLOEXEC) != 0)
		return -1;
	return ROOT_FD;
}

static int
write_answer(json_t *answer)
{
	AUTO_FREE char *text = json_dumps(answer, JSON_COMPACT);

	return !text || puts(text) == EOF || fflush(stdout) != 0 ? -1 : 0;
}

int
main(void)
{
	struct mail m = { .root = find_root() };
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	int rc = 0;

	signal(SIGPIPE, SIG_IGN);
	while (rc == 0 && vp_line_read(stdin, &line, &size, LINE_BYTES) >= 0) {
		json_t *request =
		    json_loads(line, JSON_REJECT_DUPLICATES, NULL);

		if (!json_is_object(request)) {
			fputs("mail: a request is no JSON object\n", stderr);
			json_decref(request);
			rc = -1;
			break;
		}
		json_t *answer = mail_answer(&m, request);
		rc = write_answer(answer);
		json_decref(answer);
		json_decref(request);
	}
	if (rc == 0 && errno != 0)
		rc = -1;
	mail_close(&m);
	return rc == 0 ? 0 : 111;
}
