/*
 * vmodulehook: a hook that asks or tells a module, through the supervisor of
 * vhostadmind.  It is the interpreter of a file in etc/hooks.d, whose first
 * line is all that it has.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "base/attr.h"
#include "base/text.h"
#include "panel/module/link.h"
#include "vpop.h"

#define SOCKET  "var/modules.sock"
#define SECONDS 3600 /* whoever runs us has a limit of his own */

enum { EXIT_TAKEN = 0, EXIT_REFUSED = 1 };

/* As a question's hook, or a fact's, says it. */
static int
say(const struct vp_module_answer *answer, int is_question)
{
	json_t *allow = json_object_get(answer->result, "allow");
	const char *reason =
	    json_string_value(json_object_get(answer->result, "reason"));

	if (answer->outcome == VP_MODULE_DONE && !is_question)
		return EXIT_TAKEN;
	if (json_is_true(allow))
		return EXIT_TAKEN;
	if (json_is_false(allow)) {
		puts(reason ? reason : "the module refuses the change");
		return EXIT_REFUSED;
	}
	puts(answer->outcome == VP_MODULE_DONE
		 ? "the module does not say whether it allows the change"
		 : answer->words);
	/* What the module does not understand it never will. */
	if (answer->outcome == VP_MODULE_REFUSED && !is_question &&
	    (strcmp(answer->code, "invalid") == 0 ||
		strcmp(answer->code, "unsupported") == 0))
		return EXIT_REFUSED;
	return EX_TEMPFAIL;
}

static int
run(const char *socket, const char *verb, const char *module)
{
	struct vp_module_link link = { .socket = socket, .fd = -1 };
	struct vp_module_answer answer;
	json_t *event = json_loadf(stdin, JSON_REJECT_DUPLICATES, NULL);
	json_t *parameters = json_pack("{s:o}", "event", event);
	int status;

	if (!parameters) {
		puts("the event is no JSON");
		return EX_TEMPFAIL;
	}
	vp_module_link_ask(&link, module, verb, parameters, SECONDS, &answer);
	status = say(&answer, strcmp(verb, "ask") == 0);
	vp_module_answer_free(&answer);
	vp_module_link_close(&link);
	json_decref(parameters);
	return status;
}

int
main(int argc, char **argv)
{
	const char *module = argc > 1 ? strchr(argv[1], ':') : NULL;
	char verb[5], path[VPOP_DIR_SIZE];
	struct vpop *vp = NULL;
	int status = EX_TEMPFAIL;

	if (!module ||
	    vp_format(verb, sizeof verb, "%.*s", (int)(module - argv[1]),
		argv[1]) != 0 ||
	    (strcmp(verb, "ask") != 0 && strcmp(verb, "hear") != 0)) {
		fputs("usage: vmodulehook ask:MODULE|hear:MODULE\n", stderr);
		return EX_USAGE;
	}
	if (vpop_open(&vp, 0) != 0)
		puts(vp ? vpop_message(vp) : "out of memory");
	else if (vp_format(path, sizeof path, "%s/" SOCKET, vpop_home(vp)) == 0)
		status = run(path, verb, module + 1);
	vpop_close(vp);
	return status;
}
