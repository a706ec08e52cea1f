/* vhostadmind: the control panel's server. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "panel/serve.h"

/* The value of "--name=value", or NULL. */
static const char *
value_of(const char *argument, const char *option)
{
	size_t length = strlen(option);

	return strncmp(argument, option, length) == 0 ? argument + length
						      : NULL;
}

int
main(int argc, char **argv)
{
	const char *conf = NULL, *value;
	int64_t fd = -1;

	for (int i = 1; i < argc; i++) {
		if ((value = value_of(argv[i], "--conf="))) {
			conf = value;
		} else if (!(value = value_of(argv[i], "--ready-fd=")) ||
			   vp_number(value, 1, 1024, &fd) != 0) {
			fprintf(stderr, "usage: vhostadmind [--conf=FILE] "
					"[--ready-fd=N]\n");
			return 2;
		}
	}
	return vhd_serve(conf, (int)fd);
}
