/*
 * The authenticator of an FTP server: account and password come in the
 * environment, the answer goes to standard output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <vpopmail.h>

#include <vauth.h>

int
main(void)
{
	char *account = getenv("AUTHD_ACCOUNT"), *at;
	char *password = getenv("AUTHD_PASSWORD");
	char user[100], domain[MAX_PW_DOMAIN + 1];
	struct vqpasswd *vpw = NULL;
	uid_t uid;
	gid_t gid;

	if (account && password && (at = strchr(account, '@')) &&
	    (size_t)(at - account) < sizeof user &&
	    strlen(at + 1) < sizeof domain) {
		memcpy(user, account, (size_t)(at - account));
		user[at - account] = '\0';
		snprintf(domain, sizeof domain, "%s", at + 1);
		vpw = vauth_getpw(user, domain);
	}
	if (vpw && vauth_crypt(user, domain, password, vpw) == 0 &&
	    vget_assign(domain, NULL, 0, &uid, &gid))
		printf("auth_ok:1\ndir:%s\nend\n", vpw->pw_dir);
	else
		printf("auth_ok:%d\nend\n", vpw ? -1 : 0);
	vclose();
	return 0;
}
