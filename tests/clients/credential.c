/*
 * A credential validation module: the result of a lookup is kept over three
 * calls.  vauth.h comes first, and nothing else of the library does.
 *
 *     credential USER DOMAIN PASSWORD
 */
#include <vauth.h>

#include "check.h"

#include <vpopmail.h>

static struct vqpasswd *vpw;
static char domain[500];

static int
lookup(char *user)
{
	vpw = vauth_getpw(user, domain);
	return vpw ? 0 : verrori;
}

static int
authenticate(char *user, char *password)
{
	return vauth_crypt(user, domain, password, vpw);
}

static const char *
results(void)
{
	uid_t uid;
	gid_t gid;

	return vget_assign(domain, NULL, 0, &uid, &gid);
}

int
main(int argc, char **argv)
{
	char dir[600];

	if (argc != 4)
		return 2;
	snprintf(domain, sizeof domain, "%s", argv[2]);
	if (lookup(argv[1]) != 0) {
		fprintf(stderr, "%d: %s\n", verrori, verror(verrori));
		return 1;
	}
	CHECK("right", authenticate(argv[1], argv[3]) == 0);
	CHECK("wrong", authenticate(argv[1], "wrong") != 0);
	CHECK("empty", authenticate(argv[1], "") != 0);
	CHECK("none", authenticate(argv[1], NULL) != 0);
	snprintf(dir, sizeof dir, "%s/%s", results(), argv[1]);
	IS("C1", vpw->pw_dir, dir);
	IS("C1 name", vpw->pw_name, argv[1]);
	CHECK("unknown", lookup("no-one") == VA_USER_DOES_NOT_EXIST);
	snprintf(domain, sizeof domain, "unknown.org");
	CHECK("unknown domain", lookup("joe") == VA_DOMAIN_DOES_NOT_EXIST);
	return failed;
}
