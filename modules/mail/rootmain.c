/*
 * mail-root RESOURCE VERB: one change, made as root for the module, which is
 * not trusted: what the arguments do not name is not done, whatever the input
 * says.  mail-root foreign: anything about one domain that is there, as the
 * owner of mail may do it with his own.  The request is on standard input, the
 * answer goes to standard output.
 */
#include "config.h"

#include <string.h>

#include "base/line.h"
#include "modules/mail/mail.h"

#define INPUT_BYTES 1048576

static json_t *
read_request(void)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	if (vp_line_read(stdin, &line, &size, INPUT_BYTES) < 0)
		return NULL;
	json_t *request = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	json_object_del(request, "job");
	return request;
}

/* The request must be about one domain, and none that root's verbs are for. */
static int
may_be_foreign(struct mail *m, json_t *request)
{
	struct mail_request r;

	return mail_request_read(m, request, &r) == 0 &&
	       mail_domain_of(&r)[0] && !mail_is_roots(&r);
}

static int
is_allowed(struct mail *m, int argc, char **argv, json_t *request)
{
	if (argc == 2 && strcmp(argv[1], "foreign") == 0)
		return may_be_foreign(m, request);
	if (argc != 3)
		return 0;
	const int is_action = strcmp(argv[2], "rename") == 0;

	json_object_set_new(request, "resource", json_string(argv[1]));
	json_object_set_new(
	    request, "verb", json_string(is_action ? "act" : argv[2]));
	json_object_set_new(request, "action", json_string(argv[2]));
	return 1;
}

int
main(int argc, char **argv)
{
	struct mail m = { .root = -1 };
	json_t *request = read_request();
	int rc = 111;

	if (!json_is_object(request)) {
		fputs("mail-root: the input is no JSON object\n", stderr);
	} else if (!is_allowed(&m, argc, argv, request)) {
		fputs("mail-root: this is not for it to do\n", stderr);
	} else {
		m.settings = json_incref(json_object_get(request, "settings"));
		json_t *answer = mail_answer(&m, request);
		json_object_del(answer, "id");
		AUTO_FREE char *text = json_dumps(answer, JSON_COMPACT);
		if (text && puts(text) != EOF && fflush(stdout) == 0)
			rc = 0;
		json_decref(answer);
	}
	json_decref(request);
	mail_close(&m);
	return rc;
}
