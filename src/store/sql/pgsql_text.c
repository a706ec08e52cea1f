/*
 * From ? to $1, $2 ...  Statements are our own: what counts is that a
 * question mark in a quoted name or text is left alone.
 */
#include "config.h"

#include "store/sql/pgsql_int.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"

/* Bytes up to the end of the quoted text or comment that begins here; 0 if
 * none does. */
static size_t
skip(const char *text)
{
	const char *end;

	if (*text == '\'' || *text == '"') {
		end = strchr(text + 1, *text);
		return end ? (size_t)(end + 1 - text) : strlen(text);
	}
	if (strncmp(text, "--", 2) == 0)
		return strcspn(text, "\n");
	if (strncmp(text, "/*", 2) == 0) {
		end = strstr(text + 2, "*/");
		return end ? (size_t)(end + 2 - text) : strlen(text);
	}
	return 0;
}

char *
vp_pg_rewrite(const char *text, unsigned *ret_params)
{
	char *result = NULL;
	size_t size, skipped;
	unsigned params = 0;
	FILE *out = open_memstream(&result, &size);

	if (!out)
		return NULL;
	while (*text) {
		skipped = skip(text);
		if (skipped > 0) {
			fwrite(text, 1, skipped, out);
			text += skipped;
		} else if (*text == '?') {
			fprintf(out, "$%u", ++params);
			text++;
		} else {
			putc(*text++, out);
		}
	}
	if (fclose(out) != 0) {
		free(result);
		return NULL;
	}
	*ret_params = params;
	return result;
}
