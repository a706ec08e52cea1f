/* A Perl module over the library. */
#include "EXTERN.h"
#include "perl.h"
#include "XSUB.h"

#include <vpopmail.h>
#include <vauth.h>
#include <vpopmail_config.h>

MODULE = vpopmail PACKAGE = vpopmail

char *
home()
    CODE:
	RETVAL = VPOPMAILDIR;
    OUTPUT:
	RETVAL

char *
atchars()
    CODE:
	RETVAL = ATCHARS;
    OUTPUT:
	RETVAL

SV *
getpw(user, domain)
	char *user
	char *domain
    CODE:
	struct vqpasswd *vpw = vauth_getpw(user, domain);
	HV *hash;

	if (!vpw)
		XSRETURN_UNDEF;
	hash = newHV();
	hv_store(hash, "name", 4, newSVpv(vpw->pw_name, 0), 0);
	hv_store(hash, "gecos", 5, newSVpv(vpw->pw_gecos, 0), 0);
	hv_store(hash, "dir", 3, newSVpv(vpw->pw_dir, 0), 0);
	hv_store(hash, "flags", 5, newSViv(vpw->pw_flags), 0);
	hv_store(hash, "domain", 6, newSVpv(domain, 0), 0);
	RETVAL = newRV_noinc((SV *)hash);
    OUTPUT:
	RETVAL

int
setgecos(user, domain, gecos)
	char *user
	char *domain
	char *gecos
    CODE:
	/* A struct of its own, of which some fields were never set. */
	struct vqpasswd own;
	struct vqpasswd *vpw = vauth_getpw(user, domain);

	if (!vpw)
		XSRETURN_UNDEF;
	own.pw_name = user;
	own.pw_passwd = vpw->pw_passwd;
	own.pw_uid = vpw->pw_uid;
	own.pw_gid = vpw->pw_gid;
	own.pw_gecos = gecos;
	own.pw_dir = vpw->pw_dir;
	own.pw_shell = vpw->pw_shell;
	RETVAL = vauth_setpw(&own, domain);
	vclose();
    OUTPUT:
	RETVAL

SV *
auth(user, domain, password, apop)
	char *user
	char *domain
	char *password
	SV *apop
    CODE:
	RETVAL = newSViv(vauth_user(user, domain, password, 0) != NULL);
    OUTPUT:
	RETVAL
