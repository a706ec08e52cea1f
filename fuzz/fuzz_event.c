/* Envelopes of rows with any text in them, and the words of hooks: what comes
 * out is JSON with all its parts, or a short line that can be shown. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/event.h"
#include "core/question.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The next line of the input. */
static const char *
next_line(char **rest)
{
	const char *line = strsep(rest, "\n");

	return line ? line : "";
}

static void
check_envelope(char *text)
{
	struct vp_event_row row = { .change = 1, .seq = 1, .site = INT64_MAX };

	row.time = (int64_t)strlen(text) * 1000003;
	row.event = next_line(&text);
	row.object = next_line(&text);
	row.domain = next_line(&text);
	row.actor = next_line(&text);
	row.origin = next_line(&text);
	row.old = json_loads(next_line(&text), 0, NULL);
	row.new = json_loads(next_line(&text), 0, NULL);
	for (int is_question = 0; is_question < 2; is_question++) {
		json_t *envelope = vp_event_envelope(&row, is_question);
		char *out = envelope ? json_dumps(envelope, 0) : NULL;
		const char *id =
		    json_string_value(json_object_get(envelope, "id"));

		if (!out || strchr(out, '\n') ||
		    !json_object_get(envelope, "actor") ||
		    !json_object_get(envelope, "data") ||
		    (id ? strlen(id) != 26 : !is_question))
			abort();
		free(out);
		json_decref(envelope);
	}
	json_decref(row.old);
	json_decref(row.new);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	check_envelope(text);
	memcpy(text, data, size);
	if (vp_question_sentence(text) &&
	    (*text == '\0' || strlen(text) > 200 || !vp_is_clean(text)))
		abort();
	free(text);
	return 0;
}
