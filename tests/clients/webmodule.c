/*
 * A module of a web server: a shared object made of the static library.  It
 * calls crypt with no header of its own.
 */
#include <string.h>
#include <vpopmail.h>

#include <vauth.h>

int webmodule_check(char *user, char *domain, const char *password);

int
webmodule_check(char *user, char *domain, const char *password)
{
	struct vqpasswd *vpw = vauth_getpw(user, domain);
	char *made;

	vclose();
	if (!vpw)
		return -1;
	made = crypt(password, vpw->pw_passwd);
	return made && strcmp(made, vpw->pw_passwd) == 0;
}
