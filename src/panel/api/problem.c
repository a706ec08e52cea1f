/*
 * The status of a problem follows from the code that the library gave, or
 * from its class; the code itself is in the document, for programs that know
 * the library.
 */
#include "config.h"

#include <stdarg.h>

#include "daemons/common/daemonlog.h"
#include "panel/api/call.h"
#include "panel/http/status.h"
#include "panel/state/state.h"

#define RETRY_SECONDS 5

static const struct {
	int code, status;
	const char *slug;
} codes[] = {
	{ VA_USERNAME_EXISTS, 409, "name-exists" },
	{ VA_DOMAIN_ALREADY_EXISTS, 409, "name-exists" },
	{ VA_USER_DOES_NOT_EXIST, 404, "not-found" },
	{ VA_DOMAIN_DOES_NOT_EXIST, 404, "not-found" },
	{ VA_CANNOT_DELETE_CATCHALL, 409, "conflict" },
	{ VA_FORBIDDEN, 403, "limit-reached" },
	{ VA_BAD_UID, 403, "permission-denied" },
	{ VA_AUTH_FAILED, 403, "wrong-password" },
	{ VA_LOCK_FAILED, 423, "locked" },
};

static json_t *
problem(int status, const char *slug, const char *detail)
{
	json_t *json = json_pack(
	    "{s:i, s:s}", "status", status, "title", vhd_status_title(status));
	char type[96];

	snprintf(type, sizeof type, "urn:vhost:problem:%s", slug);
	if (json)
		json_object_set_new(json, "type", json_string(type));
	if (json && detail)
		json_object_set_new(json, "detail", json_string(detail));
	return json;
}

static void
reply(struct vhd_call *call, int status, json_t *json)
{
	if (json && call->code)
		json_object_set_new(json, "code", json_integer(call->code));
	if (json)
		json_object_set_new(json, "instance",
		    json_sprintf(VHD_REQUESTS "%s",
			call->request->headers[VHD_REQUEST_ID]));
	vhd_call_header(call, VHD_REPLY_TYPE, "application/problem+json");
	if (status == 429 || status == 503)
		vhd_call_header(call, VHD_REPLY_RETRY, "%d", RETRY_SECONDS);
	vhd_call_json(call, status, json);
}

void
vhd_problem(struct vhd_call *call, int status, const char *slug,
    const char *format, ...)
{
	AUTO_FREE char *detail = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&detail, format, args) < 0)
		detail = NULL;
	va_end(args);
	reply(call, status, problem(status, slug, detail));
}

static void
add_field(json_t *json, const char *pointer, const char *detail)
{
	json_t *field =
	    json_pack("[{s:s, s:s?}]", "pointer", pointer, "detail", detail);

	if (json && field)
		json_object_set(json, "errors", field);
	json_decref(field);
}

void
vhd_problem_field(
    struct vhd_call *call, const char *pointer, const char *format, ...)
{
	AUTO_FREE char *detail = NULL;
	va_list args;
	json_t *json;

	va_start(args, format);
	if (vasprintf(&detail, format, args) < 0)
		detail = NULL;
	va_end(args);
	json = problem(422, "invalid-field", detail);
	add_field(json, pointer, detail);
	reply(call, 422, json);
}

void
vhd_problem_vpop(struct vhd_call *call, int code)
{
	const char *slug = "invalid";
	int status = 422;

	if (vpop_class(code) == VPOP_CLASS_TEMPORARY ||
	    vpop_class(code) == VPOP_CLASS_BUG) {
		status = 503;
		slug = "unavailable";
	} else if (vpop_class(code) == VPOP_CLASS_ABSENT) {
		status = 404;
		slug = "not-found";
	}
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].code == code) {
			status = codes[i].status;
			slug = codes[i].slug;
		}
	call->code = code;
	reply(call, status, problem(status, slug, vpop_message(call->vp)));
}

void
vhd_problem_state(struct vhd_call *call)
{
	vp_daemonlog(LOG_ERR, "%s", vhd_state_message(call->state));
	vhd_problem(call, 503, "unavailable",
	    "the panel's state is out of "
	    "reach");
}
