/* vconvert: what is not from store to store. */
#ifndef TOOLS_VCONVERT_H
#define TOOLS_VCONVERT_H

#include "tools/cli.h"

/* Each works on one domain and prints a line for each account; 0, or the
 * code of the first failure after telling. */

/* Accounts of the system become accounts of the domain. */
int vconvert_system(struct cli *cli, const char *domain);
/* The same from a file of names and hashes. */
int vconvert_file(struct cli *cli, const char *domain, const char *file);
/* Copies of the hashes for sqwebmail; loud: name each account. */
int vconvert_sqwebmail(struct cli *cli, const char *domain, int loud);

#endif
