/*
 * mail-root RESOURCE VERB: one change, made as root for the module, which is
 * not trusted: what the arguments do not name is not done, whatever the input
 * says.  The request is on standard input, the answer goes to standard output.
 */
#include "config.h"

#include <string.h>

#include "base/line.h"
#include "modules/mail/mail.h"

#define INPUT_BYTES 1048576

/* The change, with nothing that says how to make it. */
static json_t *
read_request(const char *resource, const char *verb)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	if (vp_line_read(stdin, &line, &size, INPUT_BYTES) < 0)
		return NULL;
	json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_object_set_new(request, "resource", json_string(resource));
	json_object_set_new(request, "verb", json_string(verb));
	json_object_del(request, "job");
	return request;
}

int
main(int argc, char **argv)
{
	struct mail m = { .root = -1 };

	if (argc != 3) {
		fputs("mail-root: a resource and a verb are needed\n", stderr);
		return 111;
	}
	json_t *request = read_request(argv[1], argv[2]);
	if (!json_is_object(request)) {
		fputs("mail-root: the input is no JSON object\n", stderr);
		json_decref(request);
		return 111;
	}
	m.settings = json_incref(json_object_get(request, "settings"));
	json_t *answer = mail_answer(&m, request);
	json_object_del(answer, "id");
	AUTO_FREE char *text = json_dumps(answer, JSON_COMPACT);
	int rc = text && puts(text) != EOF && fflush(stdout) == 0 ? 0 : 111;
	json_decref(answer);
	json_decref(request);
	mail_close(&m);
	return rc;
}
