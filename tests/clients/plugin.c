/*
 * A recipient plug-in of an SMTP server: walks the entries of a domain, and
 * uses an entry after other calls.  Old enough to declare less than it uses.
 *
 *     plugin DOMAIN REAL-DOMAIN DIR
 */
#include <vauth.h>
#include <vpopmail.h>

#include "check.h"

int
main(int argc, char **argv)
{
	domain_entry *entry;
	struct vqpasswd *vpw;
	int aliases = 0;

	if (argc != 4)
		return 2;
	entry = get_domain_entries(argv[1]);
	if (!entry) {
		fprintf(stderr, "plugin: %s\n", verror(verrori));
		return 1;
	}
	vpw = vauth_getpw("joe", argv[2]);
	CHECK("account", vpw != NULL);
	valias_select("info", argv[2]);
	IS("real", entry->realdomain, argv[2]);
	IS("path", entry->path, argv[3]);
	CHECK("owner", entry->uid >= 0 && entry->gid >= 0);
	for (; entry; entry = get_domain_entries(NULL))
		aliases += strcmp(entry->domain, entry->realdomain) != 0;
	CHECK("aliases", aliases == 1);
	CHECK("end", verrori == 0);
	CHECK("unknown", get_domain_entries("unknown.org") == NULL);
	CHECK("no old error", verrori == 0);
	return failed;
}
