/*
 * A dial-up server: splits a name, and reads four flag bits as a group.
 *
 *     radius NAME
 */
#include "config.h"

#include <vpopmail.h>

#include <vauth.h>

#include "check.h"

int
main(int argc, char **argv)
{
	char user[100], domain[100], none[100] = "";
	struct vqpasswd *vpw;

	if (argc != 2)
		return 2;
	CHECK("parse_email", parse_email(argv[1], user, domain, 100) == 0);
	vset_default_domain(none);
	vpw = vauth_getpw(user, domain);
	CHECK("account", vpw != NULL);
	if (vpw)
		printf("%d %d\n", (vpw->pw_gid & 0x780) >> 7,
		    (vpw->pw_flags & NO_DIALUP) != 0);
	return failed;
}
