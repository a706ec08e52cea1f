/*
 * The account base of an IMAP server: lives long, looks up and verifies, and
 * overwrites the secrets it was given.
 *
 *     passdb <logins
 */
#include "config.h"
#include <vpopmail.h>

#include <unistd.h>
#include <vauth.h>

#include "check.h"

#define VPOPMAIL_LIMIT 80

static void
wipe(char *text)
{
	volatile char *p = text;

	while (*p)
		*p++ = '\0';
}

static const char *
login(const char *name, const char *password)
{
	char user[VPOPMAIL_LIMIT + 1], domain[VPOPMAIL_LIMIT + 1];
	struct vqpasswd *vpw;
	const char *result = "bad";

	if (parse_email(name, user, domain, VPOPMAIL_LIMIT) < 0)
		return "refused";
	vpw = vauth_getpw(user, domain);
	if (!vpw)
		return "unknown";
	if (vpw->pw_dir == NULL || vpw->pw_dir[0] == '\0') {
		CHECK("make_user_dir",
		    make_user_dir(vpw->pw_name, domain, getuid(), getgid()));
		vpw = vauth_getpw(user, domain);
	}
#ifdef VQPASSWD_HAS_PW_FLAGS
	if (vpw->pw_flags & NO_IMAP)
		result = "closed";
	else
#endif
	    if (vauth_crypt(user, domain, (char *)password, vpw) == 0)
		result = "ok";
	/* C15: a service for the address. */
	if (strcmp(result, "ok") == 0)
		CHECK("C15", vset_lastauth(user, domain, "imap") == 0);
	/* C4: the secrets are ours to destroy. */
	wipe(vpw->pw_passwd);
	wipe(vpw->pw_clear_passwd);
	CHECK("C12", strcmp(vpw->pw_shell, "NOQUOTA") == 0);
	return result;
}

int
main(void)
{
	char line[1024], *space;

	CHECK("C3 vauth_open", vauth_open(0) == 0);
	while (fgets(line, sizeof line, stdin)) {
		line[strcspn(line, "\n")] = '\0';
		space = strchr(line, ' ');
		if (!space)
			return 2;
		*space++ = '\0';
		printf("%s\n", login(line, space));
		if (strcmp(space, "close") == 0)
			vclose();
	}
	vclose();
	return failed;
}
