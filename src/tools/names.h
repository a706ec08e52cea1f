/* The alias names of a domain. */
#ifndef TOOLS_NAMES_H
#define TOOLS_NAMES_H

#include "tools/cli.h"

struct names {
	char **name;
	size_t count;
};

/* Every name of users/assign that stands for the domain but is not its own.
 * 0 or a code; names_clear in any case. */
int names_of_domain(
    const struct cli *cli, const char *domain, struct names *ret_names);
/* Every real domain. */
int names_of_site(const struct cli *cli, struct names *ret_names);
void names_add(struct names *names, const char *name);
void names_clear(struct names *names);

#endif
