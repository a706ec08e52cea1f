/* What holds for every module, whatever its resources are. */
#include "config.h"

#include "panel/module/conform.h"

#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

#include "base/attr.h"

#define PADDING 1000000

void
vp_conform_tell(struct vp_conform *run, int is_right, const char *why,
    const char *format, ...)
{
	va_list args;

	run->count++;
	run->failed += !is_right;
	printf("%sok %u - ", is_right ? "" : "not ", run->count);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (!is_right && why)
		printf("# %s\n", why);
}

json_t *
vp_conform_call(struct vp_conform *run, const char *verb, json_t *parameters,
    const char *code, const char *what)
{
	struct vp_module_answer answer;
	AUTO_FREE char *why = NULL;
	int is_right;

	vp_module_call(run->module, verb, parameters, &answer);
	json_decref(parameters);
	if (code)
		is_right = answer.outcome == VP_MODULE_REFUSED &&
			   strcmp(answer.code, code) == 0;
	else
		is_right = answer.outcome == VP_MODULE_DONE;
	if (asprintf(&why, "%s%s%s %s", code ? "wanted the refusal " : "",
		code ? code : "the module",
		answer.outcome == VP_MODULE_DONE ? ": it was done" : "",
		answer.words) < 0)
		why = NULL;
	vp_conform_tell(run, is_right, why, "%s", what);
	return answer.result;
}

/* The state of an object or of the module. */
static int
is_state(json_t *result)
{
	const char *state = json_string_value(json_object_get(result, "state"));
	const char *reason =
	    json_string_value(json_object_get(result, "reason"));

	if (!state)
		return 0;
	if (strcmp(state, "ok") == 0)
		return 1;
	return (strcmp(state, "pending") == 0 ||
		   strcmp(state, "degraded") == 0) &&
	       reason && *reason;
}

static void
basics(struct vp_conform *run)
{
	json_t *result =
	    vp_conform_call(run, "check", NULL, NULL, "it starts and answers");
	AUTO_FREE char *padding = malloc(PADDING + 1);

	vp_conform_tell(run, is_state(result),
	    "check must give a state: ok, or pending or degraded with a reason",
	    "check gives a state");
	json_decref(result);
	json_decref(vp_conform_call(run, "no-such-verb", NULL, "unsupported",
	    "an unknown verb is refused"));
	json_decref(vp_conform_call(run, "check",
	    json_pack("{s:{s:i}}", "no-such-parameter", "x", 1), NULL,
	    "an unknown parameter is ignored"));
	if (!padding)
		return;
	memset(padding, 'x', PADDING);
	padding[PADDING] = '\0';
	json_decref(vp_conform_call(run, "check",
	    json_pack("{s:s}", "padding", padding), NULL,
	    "a long request is answered"));
}

static void
optional_verbs(struct vp_conform *run)
{
	static const char *const verbs[] = { "usage", "export", "import" };
	const char *domain = vp_conform_domain(run, "setup");

	for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++) {
		json_t *parameters =
		    json_pack("{s:s, s:{}}", "domain", domain, "data");
		int has = vp_manifest_has_verb(run->module->manifest, verbs[i]);
		char what[64];

		snprintf(what, sizeof what, "%s is %s", verbs[i],
		    has ? "answered" : "refused, as the manifest says");
		json_decref(vp_conform_call(run, verbs[i], parameters,
		    has ? NULL : "unsupported", what));
	}
	(void)vp_conform_domain(run, "delete");
}

/* An event that the pattern stands for. */
static json_t *
make_event(const char *pattern)
{
	size_t length = strcspn(pattern, "*");
	AUTO_FREE char *type = NULL;

	if (asprintf(&type, "%.*s%s", (int)length, pattern,
		pattern[length] ? "domain.created" : "") < 0) {
		type = NULL;
		return NULL;
	}
	return json_pack(
	    "{s:{s:s, s:s, s:s, s:i, s:i, s:{s:s, s:s}, s:{s:s, s:s, s:s}, "
	    "s:{s:n, s:{}}}}",
	    "event", "id", "01JDB3Z5T0000000000000000X", "type", type, "time",
	    "2030-01-01T00:00:00Z", "seq", 1, "schema", 1, "actor", "kind",
	    "account", "id", "postmaster@example.test", "object", "kind",
	    "domain", "id", "example.test", "domain", "example.test", "data",
	    "old", "new");
}

static void
events(struct vp_conform *run)
{
	json_t *asks = json_object_get(run->module->manifest->json, "asks");
	json_t *hears = json_object_get(run->module->manifest->json, "hears");
	json_t *pattern;
	size_t i;

	json_array_foreach(asks, i, pattern)
	{
		json_t *result = vp_conform_call(run, "ask",
		    make_event(json_string_value(pattern)), NULL,
		    "a question is answered");
		json_t *allow = json_object_get(result, "allow");

		vp_conform_tell(run,
		    json_is_true(allow) ||
			(json_is_false(allow) &&
			    json_is_string(json_object_get(result, "reason"))),
		    "allow must be true, or false with a reason",
		    "by yes, or no with a reason");
		json_decref(result);
	}
	json_array_foreach(hears, i, pattern)
	{
		for (int times = 0; times < 2; times++)
			json_decref(vp_conform_call(run, "hear",
			    make_event(json_string_value(pattern)), NULL,
			    times ? "twice, as may happen"
				  : "an event is heard"));
	}
}

static void
reconcile(struct vp_conform *run, const char *what)
{
	json_t *result = vp_conform_call(
	    run, "reconcile", json_pack("{s:b}", "mend", 1), NULL, what);

	vp_conform_tell(run,
	    json_is_array(json_object_get(result, "drift")) &&
		json_array_size(json_object_get(result, "drift")) == 0,
	    "drift must be an array, and empty after what was done here",
	    "and finds nothing");
	json_decref(result);
}

void
vp_conform_run(struct vp_conform *run)
{
	const struct vp_manifest *manifest = run->module->manifest;

	basics(run);
	for (size_t i = 0; i < manifest->count; i++)
		vp_conform_resource(run, &manifest->resources[i]);
	optional_verbs(run);
	events(run);
	reconcile(run, "reconcile is answered");
	if (run->module->pid > 0)
		vp_module_kill(run->module);
	reconcile(run, "it works again after it was killed");
	vp_conform_tell(run, vp_module_stop(run->module),
	    "it was killed after two seconds",
	    "it ends when its input is closed");
	printf("1..%u\n", run->count);
}
