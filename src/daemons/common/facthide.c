#include "config.h"

#include "daemons/common/facthide.h"

#include <stddef.h>

void
vp_fact_hide(json_t *fact)
{
	static const char *const names[] = { "dir", "directory", "uid", "gid" };
	static const char *const sides[] = { "old", "new" };
	const json_t *data = json_object_get(fact, "data");

	for (int s = 0; s < 2; s++)
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			json_object_del(
			    json_object_get(data, sides[s]), names[i]);
}
