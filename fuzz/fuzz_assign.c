/*
 * users/assign: any text is refused or keeps its lines through a change, and
 * the change is found in what is written.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qmail/assign_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NAME "new.example.com"
#define TEXT "+" NAME "-:" NAME ":89:89:/home/" NAME ":-::"

static void
parse_lines(const struct vp_hostfile *file)
{
	for (size_t i = 0; i < file->count; i++) {
		const struct vp_hostline *line = &file->lines[i];
		char *text = strndup(line->text, line->size);
		struct vp_assign entry;

		if (text && vp_assign_parse(text, &entry) < 0)
			abort();
		free(text);
	}
}

/* The lines and a last line ".", as they would be written. */
static char *
print(const struct vp_hostfile *file, size_t *ret_size)
{
	char *text = NULL;
	FILE *fp = open_memstream(&text, ret_size);

	if (!fp)
		abort();
	vp_hostfile_write(file, fp);
	fputs(".\n", fp);
	fclose(fp);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct vp_hostedit add = { .name = NAME, .text = TEXT };
	const char *const dels[] = { "b.com", "a.b.com" };
	struct vp_hostfile file, again;
	unsigned long line = 0;
	char *copy = malloc(size + 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	if (vp_assign_split(copy, size, &file, &line) < 0) {
		if (line == 0)
			abort();
		return 0;
	}
	parse_lines(&file);
	if (vp_hostfile_edit(&file, &add, 1, dels, 2) < 0)
		abort();
	copy = print(&file, &size);
	if (vp_assign_split(copy, size, &again, NULL) < 0 ||
	    again.count != file.count || !vp_hostfile_has(&again, NAME) ||
	    vp_hostfile_has(&again, dels[0]) ||
	    vp_hostfile_has(&again, dels[1]))
		abort();
	/* The same change again changes nothing. */
	if (vp_hostfile_edit(&again, &add, 1, dels, 2) < 0 || again.is_changed)
		abort();
	vp_hostfile_clear(&again);
	vp_hostfile_clear(&file);
	return 0;
}
