/*
 * A line is whole, is one JSON object and nothing follows it, or the program
 * is broken: nothing of it is believed then.
 */
#include "config.h"

#include "panel/module/protocol.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"

#define BLOCK 65536

/* The codes that an answer may refuse with. */
static const char *const codes[] = { "not-found", "exists", "invalid",
	"forbidden", "limit", "conflict", "unsupported", "unavailable",
	"internal" };

int
vp_module_broken(struct vp_module_answer *answer, const char *format, ...)
{
	va_list args;

	answer->outcome = VP_MODULE_BROKEN;
	va_start(args, format);
	vsnprintf(answer->words, sizeof answer->words, format, args);
	va_end(args);
	return -1;
}

/* ---- requests ---------------------------------------------------------- */

char *
vp_module_request(json_int_t id, const char *verb, json_t *parameters,
    size_t *ret_size, struct vp_module_answer *answer)
{
	json_t *request = json_pack("{s:I, s:s}", "id", id, "verb", verb);
	char *text;

	if (request && parameters)
		(void)json_object_update_missing(request, parameters);
	text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	json_decref(request);
	if (!text) {
		vp_module_broken(answer, "cannot be asked: out of memory");
		return NULL;
	}
	/* The line's NUL becomes its end. */
	*ret_size = strlen(text) + 1;
	if (*ret_size > VP_MODULE_LINE) {
		vp_module_broken(answer, "cannot be asked: more than %d bytes",
		    VP_MODULE_LINE);
		free(text);
		return NULL;
	}
	text[*ret_size - 1] = '\n';
	return text;
}

json_t *
vp_module_hello(const char *state, json_t *settings)
{
	return json_pack("{s:i, s:s, s:O?}", "protocol", 1, "state", state,
	    "settings", settings);
}

int
vp_module_hello_check(struct vp_module_answer *answer)
{
	json_t *protocol = json_object_get(answer->result, "protocol");
	int is_known = json_integer_value(protocol) == 1;

	vp_module_answer_free(answer);
	if (answer->outcome == VP_MODULE_REFUSED)
		return vp_module_broken(answer, "refused to start");
	return is_known ? 0
			: vp_module_broken(answer, "speaks another protocol");
}

/* ---- answers ----------------------------------------------------------- */

static int
is_code(const char *code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (code && strcmp(codes[i], code) == 0)
			return 1;
	return 0;
}

/* {"code": ..., "message": ..., "pointer": ...} */
static int
read_refusal(json_t *error, struct vp_module_answer *answer)
{
	const char *code = json_string_value(json_object_get(error, "code"));
	const char *words =
	    json_string_value(json_object_get(error, "message"));
	const char *pointer =
	    json_string_value(json_object_get(error, "pointer"));

	if (!is_code(code) || !words || *words == '\0')
		return vp_module_broken(
		    answer, "refused without a code and a message");
	answer->outcome = VP_MODULE_REFUSED;
	answer->number = json_integer_value(json_object_get(error, "number"));
	(void)vp_copy(answer->code, sizeof answer->code, code);
	snprintf(answer->words, sizeof answer->words, "%.*s",
	    (int)sizeof answer->words - 1, words);
	vp_make_printable(answer->words);
	if (pointer &&
	    vp_copy(answer->pointer, sizeof answer->pointer, pointer) != 0)
		return vp_module_broken(
		    answer, "pointed to a place with too long a name");
	return 0;
}

int
vp_module_answer_read(
    json_t *json, json_int_t wanted, struct vp_module_answer *answer)
{
	json_t *result = json_object_get(json, "result");
	json_t *error = json_object_get(json, "error");
	json_t *id = json_object_get(json, "id");

	if (!json_is_object(json))
		return vp_module_broken(
		    answer, "gave an answer that is no JSON object");
	if (!json_is_integer(id) || json_integer_value(id) != wanted)
		return vp_module_broken(answer, "answered another request");
	if (!result == !error)
		return vp_module_broken(
		    answer, "gave neither a result nor an error");
	if (error)
		return read_refusal(error, answer);
	if (!json_is_object(result))
		return vp_module_broken(
		    answer, "gave a result that is no object");
	answer->outcome = VP_MODULE_DONE;
	answer->result = json_incref(result);
	return 0;
}

int
vp_module_answer_parse(
    const char *line, json_int_t wanted, struct vp_module_answer *answer)
{
	json_t *json = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	int rc = vp_module_answer_read(json, wanted, answer);

	json_decref(json);
	return rc;
}

char *
vp_module_answer_line(json_int_t id, const struct vp_module_answer *answer)
{
	json_t *json, *error;
	char *text;

	if (answer->outcome == VP_MODULE_DONE) {
		json =
		    json_pack("{s:I, s:O}", "id", id, "result", answer->result);
	} else if (answer->outcome == VP_MODULE_BROKEN) {
		json =
		    json_pack("{s:I, s:s}", "id", id, "broken", answer->words);
	} else {
		error = json_pack("{s:s, s:s}", "code", answer->code, "message",
		    answer->words);
		if (*answer->pointer)
			json_object_set_new(
			    error, "pointer", json_string(answer->pointer));
		if (answer->number)
			json_object_set_new(
			    error, "number", json_integer(answer->number));
		json = json_pack("{s:I, s:o}", "id", id, "error", error);
	}
	text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	/* The line's NUL becomes its end; another one follows. */
	char *line = text ? realloc(text, strlen(text) + 2) : NULL;
	if (!line)
		free(text);
	else
		memcpy(line + strlen(line), "\n", 2);
	return line;
}

void
vp_module_answer_free(struct vp_module_answer *answer)
{
	json_decref(answer->result);
	answer->result = NULL;
}

/* ---- streams ----------------------------------------------------------- */

int
vp_module_read(struct vp_module_stream *stream, struct vp_module_answer *answer)
{
	size_t room = VP_MODULE_LINE - stream->used;
	ssize_t got = read(stream->out, stream->line + stream->used,
	    room < BLOCK ? room : BLOCK);

	if (got < 0)
		return errno == EINTR || errno == EAGAIN
			   ? 0
			   : vp_module_broken(
				 answer, "cannot be read: %s", strerror(errno));
	if (got == 0)
		return vp_module_broken(answer, "has ended");
	char *newline = memchr(stream->line + stream->used, '\n', (size_t)got);
	stream->used += (size_t)got;
	if (!newline)
		return stream->used < VP_MODULE_LINE
			   ? 0
			   : vp_module_broken(answer,
				 "gave an answer of more than %d bytes",
				 VP_MODULE_LINE);
	if (newline + 1 != stream->line + stream->used)
		return vp_module_broken(
		    answer, "said more than it was asked for");
	*newline = '\0';
	return 1;
}

int
vp_module_write(struct vp_module_stream *stream, const char *text, size_t size,
    size_t *done, struct vp_module_answer *answer)
{
	ssize_t put = write(stream->in, text + *done, size - *done);

	if (put < 0 && errno != EINTR && errno != EAGAIN)
		return vp_module_broken(answer, "has ended");
	if (put > 0)
		*done += (size_t)put;
	return 0;
}
