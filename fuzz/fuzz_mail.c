/*
 * A request to the module mail, over a site in a scratch folder: whatever is
 * in it, by an administrator of test.com.  It has one answer, a result or a
 * refusal with one of the codes of module(7).  Nothing outside of the domains
 * changes, also not behind the links that lie in an account's directory, and
 * nobody becomes an administrator of the system by it.
 */
#include "config.h"

#include <stdint.h>

#include "fuzz/site.h"
#include "modules/mail/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct mail m = { .root = -1 };

static void
forget_mail(void)
{
	mail_close(&m);
}

/* What is the site's is looked at and not changed: who may, may also name
 * folders of the system. */
static void
tame(json_t *request)
{
	static const char *const sites[] = { "domains", "control",
		"default-limits" };
	static const char *const changes[] = { "setup", "modify", "delete",
		"act" };
	const char *resource = mail_text(request, "resource");
	const char *verb = mail_text(request, "verb");
	int is_of_site = 0;

	for (size_t i = 0; resource && i < sizeof sites / sizeof *sites; i++)
		is_of_site |= strcmp(sites[i], resource) == 0;
	for (size_t i = 0; verb && i < sizeof changes / sizeof *changes; i++)
		if (is_of_site && strcmp(changes[i], verb) == 0) {
			json_object_set_new(
			    request, "action", json_string(changes[i]));
			json_object_set_new(
			    request, "verb", json_string("validate"));
			return;
		}
}

/* The panel says these itself. */
static int
is_for_us(const json_t *request)
{
	static const char *const verbs[] = { "list", "get", "validate", "setup",
		"modify", "delete", "act", "usage" };
	const char *verb = json_string_value(json_object_get(request, "verb"));

	for (size_t i = 0; verb && i < sizeof verbs / sizeof *verbs; i++)
		if (strcmp(verbs[i], verb) == 0)
			return 1;
	return 0;
}

static void
check_answer(json_t *answer)
{
	static const char *const codes[] = { "not-found", "exists", "invalid",
		"forbidden", "limit", "conflict", "unsupported", "unavailable",
		"internal" };
	json_t *result = json_object_get(answer, "result");
	json_t *error = json_object_get(answer, "error");
	const char *code = mail_text(error, "code");
	const char *words = mail_text(error, "message");
	AUTO_FREE char *line = json_dumps(answer, JSON_COMPACT);
	int is_known = 0;

	check(line && !result != !error && json_object_get(answer, "id"));
	check(!result || json_is_object(result));
	for (size_t i = 0; code && i < sizeof codes / sizeof *codes; i++)
		is_known |= strcmp(codes[i], code) == 0;
	check(!error || (is_known && words && *words));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	json_t *request =
	    json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);

	if (!scratch[0]) {
		make_site();
		atexit(forget_mail);
	}
	if (json_is_object(request) && is_for_us(request)) {
		tame(request);
		json_object_set_new(request, "actor",
		    json_pack("{s:s, s:s}", "name", "admin@test.com", "role",
			"domain"));
		mend_site(VPOP_QA_ADMIN);
		json_t *answer = mail_answer(&m, request);
		check_answer(answer);
		json_decref(answer);
		look_at_site();
	}
	json_decref(request);
	return 0;
}
