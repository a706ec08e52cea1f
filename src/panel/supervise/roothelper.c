/*
 * The one process that does something as root for a module.  What is run, and
 * with which arguments, is in the manifest, which is root's; the module
 * chooses a verb and gives an object on standard input.
 */
#include "config.h"

#include "panel/supervise/roothelper.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"

#define ARGUMENTS_MAX 16
#define SECONDS       30
#define PATH          "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void VP_PRINTF(3, 4) refuse(
    struct vp_module_answer *answer, const char *code, const char *format, ...)
{
	va_list args;

	*answer = (struct vp_module_answer){ .outcome = VP_MODULE_REFUSED };
	(void)vp_copy(answer->code, sizeof answer->code, code);
	va_start(args, format);
	vsnprintf(answer->words, sizeof answer->words, format, args);
	va_end(args);
}

/* ---- what is asked for ------------------------------------------------- */

static json_t *
find_verb(json_t *verbs, const char *name)
{
	json_t *verb;
	size_t i;

	json_array_foreach(verbs, i, verb)
	{
		const char *known =
		    json_string_value(json_object_get(verb, "verb"));

		if (name && known && strcmp(known, name) == 0)
			return verb;
	}
	return NULL;
}

int
vhd_root_parse(json_t *verbs, const char *line, struct vhd_root_request *ret,
    struct vp_module_answer *ret_answer)
{
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_t *id = json_object_get(json, "id");
	json_t *input = json_object_get(json, "input");
	const char *name = json_string_value(json_object_get(json, "verb"));

	*ret = (struct vhd_root_request){ .id = json_integer_value(id),
		.verb = find_verb(verbs, name) };
	if (!json_is_integer(id) || !name || !json_is_object(input))
		refuse(ret_answer, "invalid",
		    "a request has an id, a verb and an input");
	else if (!ret->verb)
		refuse(ret_answer, "forbidden",
		    "the manifest has no such verb of root");
	else
		ret->input = json_incref(input);
	json_decref(json);
	return ret->input ? 0 : -1;
}

/* ---- running it -------------------------------------------------------- */

/* What the program said, as the answer. */
static void
read_output(const char *output, struct vp_module_answer *answer)
{
	json_t *json = json_loads(output, JSON_REJECT_DUPLICATES, NULL);

	*answer = (struct vp_module_answer){ .outcome = VP_MODULE_DONE };
	if (json_is_object(json))
		json_object_set_new(json, "id", json_integer(0));
	if (vp_module_answer_read(json, 0, answer) != 0) {
		char words[sizeof answer->words];

		memcpy(words, answer->words, sizeof words);
		refuse(answer, "internal", "the program of root %.900s", words);
	}
	json_decref(json);
}

static int
run(const struct vp_manifest *manifest, const struct vhd_root_request *request,
    int input, char *output)
{
	const struct vp_child_as as = { .mask = 077, .keep = -1 };
	json_t *program = json_object_get(request->verb, "program");
	json_t *seconds = json_object_get(request->verb, "seconds");
	const char *argv[ARGUMENTS_MAX + 1] = { NULL };
	static char search[] = PATH;
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *site = NULL;
	AUTO_CLOSE int root = vp_dir_open("/");

	if (root < 0 ||
	    asprintf(&path, "%s/%s", manifest->folder,
		json_string_value(json_array_get(program, 0))) < 0) {
		path = NULL;
		return -1;
	}
	argv[0] = path;
	for (size_t i = 1; i < json_array_size(program) && i < ARGUMENTS_MAX;
	     i++)
		argv[i] = json_string_value(json_array_get(program, i));
	/* The site is that of the server. */
	const char *conf = secure_getenv("VPOPMAIL_CONF");
	if (conf && asprintf(&site, "VPOPMAIL_CONF=%s", conf) < 0) {
		site = NULL;
		return -1;
	}
	char *envp[] = { search, site, NULL };
	const struct vp_child child = {
		.argv = argv,
		.envp = envp,
		.fd0 = input,
		.fd2 = STDERR_FILENO,
		.dirfd = root,
		.seconds = seconds ? (int)json_integer_value(seconds) : SECONDS,
		.as = &as,
	};
	return vp_child_read(&child, output, VP_MODULE_LINE);
}

static void
execute(const struct vp_manifest *manifest,
    const struct vhd_root_request *request, struct vp_module_answer *answer)
{
	AUTO_FREE char *text = json_dumps(request->input, JSON_COMPACT);
	AUTO_FREE char *output = malloc(VP_MODULE_LINE);
	AUTO_CLOSE int input = text ? vp_child_input(text) : -1;
	int status;

	if (!output || input < 0) {
		refuse(answer, "unavailable", "out of memory");
		return;
	}
	status = run(manifest, request, input, output);
	if (status == 0)
		read_output(output, answer);
	else if (status == -1 && errno == ETIMEDOUT)
		refuse(answer, "unavailable",
		    "the program of root did not end in time");
	else if (status == -1)
		refuse(answer, "internal",
		    "the program of root cannot be run: %s", strerror(errno));
	else
		refuse(answer, "internal",
		    "the program of root ended with status %d",
		    WIFEXITED(status) ? WEXITSTATUS(status)
				      : 128 + WTERMSIG(status));
}

/* ---- the stream -------------------------------------------------------- */

static int
say(int fd, json_int_t id, struct vp_module_answer *answer)
{
	AUTO_FREE char *line = vp_module_answer_line(id, answer);
	size_t left = line ? strlen(line) : 0;

	vp_module_answer_free(answer);
	for (const char *p = line; left > 0;) {
		ssize_t n = send(fd, p, left, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		p += n;
		left -= (size_t)n;
	}
	return line ? 0 : -1;
}

void
vhd_root_serve(const struct vp_manifest *manifest, int fd)
{
	AUTO_FCLOSE FILE *in = fdopen(fd, "r");
	AUTO_FREE char *line = NULL;
	size_t room = 0;

	while (in) {
		struct vp_module_answer answer;
		struct vhd_root_request request = { .id = 0 };
		ssize_t got = vp_line_read(in, &line, &room, VP_MODULE_LINE);

		if (got < 0 && errno != EMSGSIZE && errno != EILSEQ)
			return;
		if (got < 0)
			refuse(&answer, "invalid",
			    "a request is one line of text of at most %d bytes",
			    VP_MODULE_LINE);
		else if (vhd_root_parse(
			     manifest->root, line, &request, &answer) == 0)
			execute(manifest, &request, &answer);
		json_decref(request.input);
		if (say(fd, request.id, &answer) != 0)
			return;
	}
}
