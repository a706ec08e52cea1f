/* Lists of texts. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "vpop.h"
#include "vpopmail.h"

#define STEP 4

VPOP_EXPORT void
string_list_init(string_list *list, int first)
{
	if (!list)
		return;
	list->count = 0;
	list->size = first < 1 ? STEP : (first + STEP - 1) / STEP * STEP;
	list->values = calloc((size_t)list->size, sizeof *list->values);
	if (!list->values)
		list->size = 0;
}

VPOP_EXPORT int
string_list_add(string_list *list, const char *value)
{
	char *copy;

	if (!list || !value)
		return 0;
	if (list->count == list->size) {
		size_t size = (size_t)list->size * 2 + STEP;
		char **larger =
		    reallocarray(list->values, size, sizeof *larger);

		if (!larger)
			return 0;
		list->values = larger;
		list->size = (int)size;
	}
	copy = strdup(value);
	if (!copy)
		return 0;
	list->values[list->count++] = copy;
	return 1;
}

VPOP_EXPORT void
string_list_free(string_list *list)
{
	if (!list)
		return;
	for (int i = 0; i < list->count; i++)
		free(list->values[i]);
	free(list->values);
	*list = (string_list){ .values = NULL };
}

/* A node in front of list, which holds two texts; NULL without memory. */
VPOP_EXPORT struct linklist *
linklist_add(struct linklist *list, const char *d1, const char *d2)
{
	size_t first = strlen(d1 ? d1 : "") + 1;
	size_t second = strlen(d2 ? d2 : "") + 1;
	struct linklist *node;

	/* At least the declared size: the node is a whole object. */
	size_t size = first + second > sizeof node->data
			  ? first + second - sizeof node->data
			  : 0;
	node = malloc(sizeof *node + size);
	if (!node)
		return NULL;
	node->next = list;
	char *text = (char *)node + offsetof(struct linklist, data);
	memcpy(text, d1 ? d1 : "", first);
	memcpy(text + first, d2 ? d2 : "", second);
	node->d2 = text + first;
	return node;
}

/* Free the first node; the rest. */
VPOP_EXPORT struct linklist *
linklist_del(struct linklist *list)
{
	struct linklist *next = list ? list->next : NULL;

	free(list);
	return next;
}
