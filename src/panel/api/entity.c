/*
 * The revision of an object is a hash of its whole representation, so it
 * changes whoever changed the object: a tool, a daemon or the panel.
 */
#include "config.h"

#include "panel/api/entity.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define HASH_BYTES 16
#define TAG_SIZE   (2 * HASH_BYTES + 3) /* with quotes and NUL */

static int
tag_of(const json_t *json, char ret_tag[TAG_SIZE])
{
	AUTO_FREE char *text =
	    json ? json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS) : NULL;
	unsigned char hash[HASH_BYTES];

	if (!text ||
	    crypto_generichash(hash, sizeof hash, (const unsigned char *)text,
		strlen(text), NULL, 0) != 0)
		return -1;
	ret_tag[0] = '"';
	sodium_bin2hex(ret_tag + 1, TAG_SIZE - 1, hash, sizeof hash);
	memcpy(ret_tag + TAG_SIZE - 2, "\"", 2);
	return 0;
}

/* One of a list of tags, or "*". */
static int
is_listed(const char *list, const char *tag)
{
	const char *found;

	if (strcmp(list, "*") == 0)
		return 1;
	found = strstr(list, tag);
	/* A weak one does not count. */
	return found && (found == list || found[-1] != '/');
}

void
vhd_entity_reply(struct vhd_call *call, int status, json_t *json)
{
	const char *list = call->request->headers[VHD_IF_NONE_MATCH];
	char tag[TAG_SIZE];

	if (tag_of(json, tag) != 0) {
		json_decref(json);
		vhd_problem(call, 503, "unavailable", "there is no memory");
		return;
	}
	vhd_call_header(call, VHD_REPLY_ETAG, "%s", tag);
	if (call->request->method == VHD_GET && list && is_listed(list, tag)) {
		json_decref(json);
		vhd_call_empty(call, 304);
		return;
	}
	vhd_call_json(call, status, json);
}

void
vhd_entity_header(struct vhd_call *call, const json_t *json)
{
	char tag[TAG_SIZE];

	if (tag_of(json, tag) == 0)
		vhd_call_header(call, VHD_REPLY_ETAG, "%s", tag);
}

int
vhd_entity_match(struct vhd_call *call, json_t *json)
{
	const char *list = call->request->headers[VHD_IF_MATCH];
	char tag[TAG_SIZE];
	int rc = tag_of(json, tag);

	json_decref(json);
	if (rc == 0 && list && is_listed(list, tag))
		return 0;
	vhd_problem(call, 412, "changed", "the object is another by now");
	return -1;
}
