/*
 * Pages of lists.  Of a source in any order only as many keys are kept as the
 * page can show, so that memory does not grow with the source.
 */
#include "config.h"

#include "modules/mail/mail.h"

#include <string.h>

int
mail_key_matches(const struct mail_request *r, const char *key)
{
	return strcmp(key, r->after) > 0 &&
	       strncmp(key, r->q, strlen(r->q)) == 0;
}

json_t *
mail_page_result(json_t *items, const char *next)
{
	return json_pack("{s:o, s:s?}", "items", items, "next", next);
}

int
mail_page_begin(
    struct mail *m, const struct mail_request *r, struct mail_page *page)
{
	*page = (struct mail_page){ .r = r };
	page->keys = calloc(r->limit + 2, sizeof *page->keys);
	if (page->keys)
		return 0;
	mail_refuse(m, "unavailable", NULL, "out of memory");
	return -1;
}

/* Where the key is, or would be: the first that is not smaller. */
static size_t
place_of(const struct mail_page *page, const char *key)
{
	size_t low = 0, high = page->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(page->keys[middle], key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
mail_page_offer(struct mail *m, struct mail_page *page, const char *key)
{
	if (!mail_key_matches(page->r, key))
		return 0;
	size_t at = place_of(page, key);
	if (at > page->r->limit ||
	    (at < page->count && strcmp(page->keys[at], key) == 0))
		return 0;
	char *copy = strdup(key);
	if (!copy) {
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	memmove(page->keys + at + 1, page->keys + at,
	    (page->count - at) * sizeof *page->keys);
	page->keys[at] = copy;
	if (page->count <= page->r->limit)
		page->count++;
	else
		free(page->keys[page->count]);
	return 0;
}

json_t *
mail_page_end(struct mail *m, struct mail_page *page,
    json_t *(*make)(
	struct mail *m, const struct mail_request *r, const char *key))
{
	size_t shown =
	    page->count < page->r->limit ? page->count : page->r->limit;
	json_t *items = json_array();

	for (size_t i = 0; i < shown; i++) {
		json_t *object = make(m, page->r, page->keys[i]);

		if (!object && m->refused) {
			json_decref(items);
			return NULL;
		}
		if (object)
			json_array_append_new(items, object);
	}
	return mail_page_result(
	    items, page->count > shown ? page->keys[shown - 1] : NULL);
}

void
mail_page_free(struct mail_page *page)
{
	for (size_t i = 0; page->keys && i < page->count; i++)
		free(page->keys[i]);
	free(page->keys);
	page->keys = NULL;
}
