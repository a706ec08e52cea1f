/*
 * An authentication daemon that closes the library before it looks at what
 * it got, and hands its own texts on as they are.
 *
 *     authdaemon ADDRESS REAL-DOMAIN PASSWORD
 */
#include <vpopmail.h>

#include <vauth.h>

#include "check.h"
#include "config.h"

int
main(int argc, char **argv)
{
	char user[100], domain[100];
	struct vqpasswd *vpw;
	uid_t uid = 0;
	gid_t gid = 0;

	if (argc != 4)
		return 2;
	CHECK("parse_email", parse_email(argv[1], user, domain, 100) == 0);
	vpw = vauth_getpw(user, domain);
	vclose();
	/* C1, C3, C9 */
	CHECK("C1", vpw != NULL);
	IS("C9", domain, argv[2]);
	IS("C1 name", vpw->pw_name, user);
	CHECK("C3", vget_assign(domain, NULL, 0, &uid, &gid) != NULL);
	vclose();
	vclose();
	CHECK("C1 dir", vpw->pw_dir[0] == '/');
	CHECK("C15", vset_lastauth(user, domain, "pop3") == 0);
	CHECK("vpasswd", vpasswd(user, domain, argv[3], USE_POP) == 0);
	vpw = vauth_getpw(user, domain);
	vclose();
	CHECK("crypt", vauth_crypt(user, domain, argv[3], vpw) == 0);
	IS("C15 text", vget_lastauthip(vpw, domain), "pop3");
	CHECK("now", vget_lastauth(vpw, domain) > 0);
	vclose();
	return failed;
}
