/* Settings files of the usage daemon: whatever one holds, it is understood
 * whole or not at all. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/attr.h"
#include "base/labels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check(const config_t *config)
{
	for (const config_label_t *l = config->labels; l; l = l->next) {
		if (!l->name || *l->name == '\0' || l->line == 0)
			abort();
		for (const config_atom_t *a = l->atoms; a; a = a->next)
			if (!a->name || !a->data ||
			    strlen(a->name) > CONFIG_MAX_LINE ||
			    strlen(a->data) > CONFIG_MAX_LINE ||
			    (*a->name &&
				!vp_labels_get(config, l->name, a->name)))
				abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_CLOSE int fd = memfd_create("labels", MFD_CLOEXEC);
	unsigned long line;
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	config_t *config = vp_labels_read("/nonexistent", path, &line);
	if (config)
		check(config);
	vp_labels_free(config);
	return 0;
}
