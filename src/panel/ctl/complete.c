/*
 * The second word is a verb, the third a path, which grows by segments: those
 * of the description, and the names that the server lists.
 */
#include "config.h"

#include "panel/ctl/complete.h"

#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "panel/ctl/describe.h"
#include "panel/ctl/fields.h"

#define SEGMENT_SIZE 128
#define NAMES        "100" /* at most, of one list */

static void
offer(const char *before, size_t size, const char *segment, const char *begun)
{
	if (strncmp(segment, begun, strlen(begun)) == 0)
		printf("%.*s%s\n", (int)size, before, segment);
}

/* Names of objects below the path. */
static void
offer_names(struct ctl *ctl, json_t *api, const char *path, size_t size,
    const char *begun)
{
	AUTO_FREE char *list = strndup(path, size ? size - 1 : 0);
	AUTO_FREE char *where = list ? ctl_escape_path(list) : NULL;
	AUTO_FREE char *wanted = NULL;
	AUTO_FREE char *query = NULL;
	AUTO_FREE char *whole = NULL;
	json_t *properties = NULL, *item;
	struct ctl_reply reply;
	size_t i;

	if (where)
		properties =
		    json_object_get(ctl_items(api, list), "properties");
	if (!properties)
		return;
	if (asprintf(&wanted, "q=%s", begun) < 0)
		wanted = NULL;
	query = ctl_query((char *[]){ wanted, NULL });
	if (!query ||
	    asprintf(&whole, "%s?limit=" NAMES "%s", where, query) < 0) {
		whole = NULL;
		return;
	}
	if (ctl_request(ctl, "GET", whole, NULL, NULL, &reply) != 0)
		return;
	json_array_foreach(json_object_get(reply.body, "items"), i, item)
	{
		/* The name is the first property. */
		const char *name = json_string_value(json_object_get(
		    item, json_object_iter_key(json_object_iter(properties))));

		if (name)
			offer(path, size, name, begun);
	}
	ctl_reply_clear(&reply);
}

static void
complete_path(struct ctl *ctl, json_t *api, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *begun = slash ? slash + 1 : path;
	const size_t size = (size_t)(begun - path);
	json_t *offered = json_object();
	char segment[SEGMENT_SIZE];
	const char *pattern;
	json_t *item;
	int place = 0, has_names = 0;

	for (const char *at = path; at < begun; at++)
		place += *at == '/';
	json_object_foreach(json_object_get(api, "paths"), pattern, item)
	{
		if (!ctl_segment(
			pattern, path, place, segment, sizeof segment) ||
		    json_object_get(offered, segment))
			continue;
		json_object_set_new(offered, segment, json_true());
		if (*segment == '{')
			has_names = 1;
		else if (!strchr(segment, ':'))
			offer(path, size, segment, begun);
	}
	json_decref(offered);
	if (has_names)
		offer_names(ctl, api, path, size, begun);
}

void
ctl_complete(struct ctl *ctl, json_t *api, const char *line, const char *word,
    const char *const *verbs)
{
	int words = 0;

	for (const char *at = line + strspn(line, " "); *at; words++) {
		at += strcspn(at, " ");
		at += strspn(at, " ");
	}
	/* A new word has no text yet. */
	if (*word == '\0')
		words++;
	if (words == 2)
		for (; *verbs; verbs++)
			offer("", 0, *verbs, word);
	else if (words == 3)
		complete_path(ctl, api, word);
}
