/*
 * Lists of domain names, collected before anything is changed, so that no
 * change meets an open walk over the same file.
 */
#include "config.h"

#include "tools/names.h"

#include <string.h>

void
names_add(struct names *names, const char *name)
{
	size_t count = names->count;

	if ((count & (count - 1)) == 0) { /* full at every power of two */
		size_t room = count ? 2 * count : 1;
		char **larger = reallocarray(names->name, room, sizeof *larger);

		if (!larger)
			cli_no_memory();
		names->name = larger;
	}
	names->name[names->count++] = cli_strdup(name);
}

void
names_clear(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
	memset(names, 0, sizeof *names);
}

static int
collect(const struct cli *cli, const char *real, int aliases,
    struct names *ret_names)
{
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int code = vpop_domains_open(cli->vp, real, &cursor);

	memset(ret_names, 0, sizeof *ret_names);
	if (code)
		return code;
	while ((code = vpop_domains_next(cursor, &domain)) > 0) {
		int is_alias = strcmp(domain.name, domain.real) != 0;

		if (is_alias == aliases)
			names_add(ret_names, domain.name);
	}
	vpop_domains_close(cursor);
	return code;
}

int
names_of_domain(
    const struct cli *cli, const char *domain, struct names *ret_names)
{
	return collect(cli, domain, 1, ret_names);
}

int
names_of_site(const struct cli *cli, struct names *ret_names)
{
	return collect(cli, NULL, 0, ret_names);
}
