/* The settings file: whatever it holds, every setting stays a valid one, and
 * can be written and read back. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "base/conf.h"
#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct settings {
	char *text, *other;
	int64_t flag, number, word;
};

static const char *const words[] = { "red", "green", "blue", NULL };

static const struct vp_conf_item table[] = {
	{ .name = "text",
	    .type = VP_CONF_TEXT,
	    .offset = offsetof(struct settings, text),
	    .value = "default" },
	{ .name = "other",
	    .type = VP_CONF_TEXT,
	    .offset = offsetof(struct settings, other) },
	{ .name = "flag",
	    .type = VP_CONF_BOOL,
	    .offset = offsetof(struct settings, flag),
	    .value = "yes" },
	{ .name = "number",
	    .type = VP_CONF_NUMBER,
	    .offset = offsetof(struct settings, number),
	    .value = "5",
	    .min = -10,
	    .max = 1000 },
	{ .name = "word",
	    .type = VP_CONF_WORD,
	    .offset = offsetof(struct settings, word),
	    .value = "green",
	    .words = words },
	{ .name = NULL },
};

static int
read_bytes(struct settings *s, const void *data, size_t size, char *error,
    size_t error_size)
{
	AUTO_CLOSE int fd = memfd_create("settings", MFD_CLOEXEC);
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return vp_conf_read(table, s, path, error, error_size);
}

static void
check_values(const struct settings *s)
{
	if (!vp_is_clean(s->text) || !vp_is_clean(s->other) ||
	    strlen(s->text) > 4096 || strlen(s->other) > 4096)
		abort();
	if (s->flag < 0 || s->flag > 1 || s->number < -10 || s->number > 1000 ||
	    s->word < 0 || s->word > 2)
		abort();
}

/* Write all settings as a file would have them. */
static char *
write_out(const struct settings *s, size_t *ret_size)
{
	char *text;
	FILE *out = open_memstream(&text, ret_size);

	if (!out)
		abort();
	for (const struct vp_conf_item *item = table; item->name; item++) {
		AUTO_FREE char *value = vp_conf_get(table, s, item->name);

		if (!value)
			abort();
		fprintf(out, "%s=%s\n", item->name, value);
	}
	if (fclose(out) != 0)
		abort();
	return text;
}

static void
check_read_back(const struct settings *s)
{
	struct settings again;
	char error[200];
	size_t size;
	AUTO_FREE char *text = write_out(s, &size);

	if (vp_conf_defaults(table, &again) != 0 ||
	    read_bytes(&again, text, size, error, sizeof error) != 0 ||
	    strcmp(again.text, s->text) != 0 ||
	    strcmp(again.other, s->other) != 0 || again.flag != s->flag ||
	    again.number != s->number || again.word != s->word)
		abort();
	vp_conf_free(table, &again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings s;
	char error[200] = "";

	if (vp_conf_defaults(table, &s) != 0)
		abort();
	int rc = read_bytes(&s, data, size, error, sizeof error);
	if (rc != 0 && rc != -1)
		abort();
	if ((rc == 0) != (error[0] == '\0') || !vp_is_clean(error))
		abort();
	check_values(&s);
	/* A line takes 4096 bytes, its name and separator included. */
	if (strlen(s.text) < 4000 && strlen(s.other) < 4000)
		check_read_back(&s);
	vp_conf_free(table, &s);
	return 0;
}
