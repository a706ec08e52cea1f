/* Names, and pages of them. */
#include "config.h"

#include "modules/mail/names.h"

#include <stdlib.h>
#include <string.h>

static int
compare(const void *a, const void *b)
{
	const char *const *left = a, *const *right = b;

	return strcmp(*left, *right);
}

static int
make_room(struct mail_names *names)
{
	if (names->count < names->size)
		return 0;
	size_t size = names->size ? 2 * names->size : 64;
	char **list = reallocarray(names->list, size, sizeof *list);

	if (!list)
		return -1;
	names->list = list;
	names->size = size;
	return 0;
}

int
mail_names_add(struct mail_names *names, const char *name)
{
	char *copy;

	if (make_room(names) != 0 || !(copy = strdup(name)))
		return -1;
	names->list[names->count++] = copy;
	return 0;
}

void
mail_names_sort(struct mail_names *names)
{
	size_t kept = 0;

	if (names->count > 1)
		qsort(names->list, names->count, sizeof *names->list, compare);
	for (size_t i = 0; i < names->count; i++) {
		if (kept > 0 &&
		    strcmp(names->list[kept - 1], names->list[i]) == 0)
			free(names->list[i]);
		else
			names->list[kept++] = names->list[i];
	}
	names->count = kept;
}

int
mail_names_put(struct mail_names *names, const char *name)
{
	const size_t at = mail_names_place(names, name);
	char *copy;

	if (at < names->count && strcmp(names->list[at], name) == 0)
		return 0;
	if (make_room(names) != 0 || !(copy = strdup(name)))
		return -1;
	memmove(names->list + at + 1, names->list + at,
	    (names->count - at) * sizeof *names->list);
	names->list[at] = copy;
	names->count++;
	return 0;
}

size_t
mail_names_place(const struct mail_names *names, const char *text)
{
	size_t low = 0, high = names->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(names->list[middle], text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

int
mail_names_has(const struct mail_names *names, const char *name)
{
	const size_t at = mail_names_place(names, name);

	return at < names->count && strcmp(names->list[at], name) == 0;
}

void
mail_names_clear(struct mail_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct mail_names){ .count = 0 };
}

size_t
mail_names_begin(const struct mail_names *names, const struct mail_request *r)
{
	size_t at = mail_names_place(
	    names, strcmp(r->after, r->q) < 0 ? r->q : r->after);

	return at + (at < names->count && *r->after &&
			strcmp(names->list[at], r->after) == 0);
}

/* Close the gaps behind the first name that may be one. */
static void
compact(struct mail_names *names, size_t first)
{
	size_t kept = first;

	for (size_t i = first; i < names->count; i++)
		if (names->list[i])
			names->list[kept++] = names->list[i];
	names->count = kept;
}

json_t *
mail_names_page(struct mail *m, const struct mail_request *r,
    struct mail_names *names,
    json_t *(*make)(
	struct mail *m, const struct mail_request *r, const char *name))
{
	const char *last = NULL, *next = NULL;
	json_t *items = json_array(), *object;
	size_t gap = names->count;

	for (size_t at = mail_names_begin(names, r); at < names->count; at++) {
		char *name = names->list[at];

		if (strncmp(name, r->q, strlen(r->q)) != 0)
			break;
		object = make(m, r, name);
		if (!object && m->refused)
			break;
		if (!object) {
			free(name);
			names->list[at] = NULL;
			gap = at < gap ? at : gap;
			continue;
		}
		if (json_array_size(items) == r->limit) {
			json_decref(object);
			next = last;
			break;
		}
		json_array_append_new(items, object);
		last = name;
	}
	compact(names, gap);
	if (!m->refused)
		return mail_page_result(items, next);
	json_decref(items);
	return NULL;
}
