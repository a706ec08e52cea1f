/* One request and its answer: the verbs of module(7). */
#include "config.h"

#include "modules/mail/names.h"

#include <sqlite3.h>
#include <string.h>

#include "base/text.h"
#include "modules/mail/usage.h"

#define PROTOCOL 1

/* ---- handles ----------------------------------------------------------- */

/* A handle that is not to be had now may be had later. */
static struct vpop *
handle(struct mail *m, struct vpop **at, unsigned flags)
{
	int code = *at ? 0 : vpop_open(at, flags);

	if (code == 0)
		return *at;
	mail_refuse(m, "unavailable", NULL, "%s",
	    *at ? vpop_message(*at) : vpop_code_text(code));
	vpop_close(*at);
	*at = NULL;
	return NULL;
}

struct vpop *
mail_dry(struct mail *m)
{
	return handle(m, &m->dry, VPOP_OPEN_DRY_RUN | VPOP_OPEN_STRICT);
}

/* The handle of a request, which knows who asks. */
static int
take_handle(struct mail *m, json_t *request, int is_dry)
{
	json_t *actor = json_object_get(request, "actor");
	const char *name = mail_text(actor, "name");
	const char *address = mail_text(actor, "address");
	const char *id = mail_text(actor, "request");
	char origin[192];

	m->vp = is_dry ? mail_dry(m) : handle(m, &m->real, VPOP_OPEN_STRICT);
	if (!m->vp)
		return -1;
	if (vp_format(origin, sizeof origin, "vhostadmind%s%s%s%s",
		address || id ? " " : "", address ? address : "", id ? " " : "",
		id ? id : "") != 0)
		(void)vp_copy(origin, sizeof origin, "vhostadmind");
	int code = vpop_set_actor(m->vp, name ? name : "vhostadmind", origin);
	if (code != 0)
		mail_refuse_vpop(m, code);
	return code;
}

/* ---- verbs ------------------------------------------------------------- */

static json_t *
hello(struct mail *m, json_t *request)
{
	json_t *settings = json_object_get(request, "settings");
	const char *state = mail_text(request, "state");

	if (mail_integer(request, "protocol", 0) != PROTOCOL || !state)
		return mail_refuse(m, "unsupported", NULL,
		    "this module speaks protocol %d", PROTOCOL);
	json_decref(m->settings);
	m->settings =
	    json_is_object(settings) ? json_incref(settings) : json_object();
	const char *file = mail_text(m->settings, "configuration");
	if (file && setenv("VPOPMAIL_CONF", file, 1) != 0)
		return mail_refuse(m, "unavailable", NULL, "out of memory");
	if (mail_jobs_open(m, state) != 0)
		return NULL;
	return json_pack("{s:i}", "protocol", PROTOCOL);
}

static json_t *
check(struct mail *m, json_t *request)
{
	int code = take_handle(m, request, 0);

	if (code == 0 && (code = vpop_check(m->vp)) != 0)
		mail_refuse_vpop(m, code);
	if (code == 0)
		return json_pack("{s:s}", "state", "ok");
	json_t *reason = mail_json_text(m->words);
	m->refused = NULL;
	return json_pack("{s:s, s:o}", "state", "degraded", "reason", reason);
}

static json_t *
on_object(struct mail *m, json_t *request)
{
	struct mail_request r;

	if (mail_request_read(m, request, &r) != 0 ||
	    take_handle(m, request, r.is_dry) != 0)
		return NULL;
	switch (r.what) {
	case MAIL_SETUP:
	case MAIL_MODIFY:
	case MAIL_DELETE:
	case MAIL_ACT:
		return r.is_dry ? mail_do(m, &r) : mail_job_do(m, &r);
	default:
		return mail_do(m, &r);
	}
}

static json_t *
undo(struct mail *m, json_t *request)
{
	return take_handle(m, request, 0) == 0 ? mail_job_undo(m, request)
					       : NULL;
}

static void
found(void *arg, const char *sentence, int mended)
{
	json_t *drift = arg;

	json_array_append_new(
	    drift, json_pack("{s:s, s:n, s:n, s:o, s:b}", "resource", "domains",
		       "domain", "key", "what", mail_json_text(sentence),
		       "mended", mended));
}

static json_t *
reconcile(struct mail *m, json_t *request)
{
	if (take_handle(m, request, 0) != 0)
		return NULL;
	json_t *drift = json_array();
	int code = vpop_doctor(m->vp, mail_true(request, "mend"), found, drift);
	if (code >= 0)
		return json_pack("{s:o}", "drift", drift);
	json_decref(drift);
	return mail_refuse_vpop(m, code);
}

static json_t *
usage(struct mail *m, json_t *request)
{
	const char *domain = mail_text(request, "domain");

	if (!domain)
		return mail_refuse(m, "invalid", NULL, "the domain is missing");
	return take_handle(m, request, 0) == 0 ? mail_usage(m, domain) : NULL;
}

static const struct {
	const char *name;
	json_t *(*does)(struct mail *m, json_t *request);
} verbs[] = {
	{ "hello", hello },
	{ "check", check },
	{ "list", on_object },
	{ "get", on_object },
	{ "validate", on_object },
	{ "setup", on_object },
	{ "modify", on_object },
	{ "delete", on_object },
	{ "act", on_object },
	{ "undo", undo },
	{ "reconcile", reconcile },
	{ "usage", usage },
};

/* ---- the conversation -------------------------------------------------- */

static json_t *
find_and_do(struct mail *m, json_t *request)
{
	const char *verb = mail_text(request, "verb");

	for (size_t i = 0; verb && i < sizeof verbs / sizeof *verbs; i++) {
		if (strcmp(verbs[i].name, verb) == 0)
			return verbs[i].does(m, request);
	}
	return mail_refuse(
	    m, "unsupported", NULL, "there is no verb '%s'", verb ? verb : "");
}

static json_t *
error_of(const struct mail *m)
{
	json_t *error = json_pack("{s:s, s:o}", "code",
	    m->refused ? m->refused : "internal", "message",
	    mail_json_text(m->words[0] ? m->words : "it was not done"));

	if (m->number)
		json_object_set_new(error, "number", json_integer(m->number));
	if (m->pointer[0])
		json_object_set_new(
		    error, "pointer", mail_json_text(m->pointer));
	return error;
}

json_t *
mail_answer(struct mail *m, json_t *request)
{
	json_t *id = json_object_get(request, "id");

	m->refused = NULL;
	m->words[0] = m->pointer[0] = '\0';
	json_t *result = find_and_do(m, request);
	json_t *answer = json_object();
	json_object_set(answer, "id", id ? id : json_null());
	json_object_set_new(
	    answer, result ? "result" : "error", result ? result : error_of(m));
	return answer;
}

void
mail_close(struct mail *m)
{
	vpop_close(m->real);
	vpop_close(m->dry);
	json_decref(m->settings);
	mail_domain_names_free(m->domains);
	mail_indexes_free(m->indexes);
	sqlite3_close(m->db);
}
