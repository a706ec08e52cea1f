/* dot-qmail texts: instructions lie inside the text and are not empty. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "qmail/dotqmail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const struct vp_instruction *one, const char *text, size_t size)
{
	size_t length = strlen(one->text);

	if (one->kind == VP_NOTHING || one->text < text ||
	    one->text + length > text + size || strchr(one->text, '\n'))
		abort();
	if (one->kind == VP_COMMAND)
		return;
	if (length == 0)
		abort();
	if (one->kind == VP_MAILDIR && one->text[length - 1] != '/')
		abort();
	if (strchr(" \t\r", one->text[length - 1]))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_instruction *list = NULL;
	size_t count, lines;
	char name[64];
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (vp_dotqmail_name(text, name, sizeof name) == 0 &&
	    (strncmp(name, ".qmail-", 7) != 0 || strpbrk(name + 1, "./")))
		abort();
	if (vp_dotqmail_split(text, size, &list, &count, &lines) == 0) {
		if (count > lines)
			abort();
		for (size_t i = 0; i < count; i++)
			check(&list[i], text, size);
		free(list);
	}
	free(text);
	return 0;
}
