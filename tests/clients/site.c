/*
 * A web program for the administrators of a site: domains, limits, accounts
 * by literals, the count of accounts.
 *
 *     site HOME
 */
#include <sys/types.h>

#include <vpopmail.h>

#include <vauth.h>
#include <vlimits.h>
#include <vpopmail_config.h>

#include "check.h"

extern vdir_type vdir;

/* Globals of such a program. */
char *ControlFiles[1], *Lang, *tmpbuf;
void add_user(void);
int file_exists(char *path), del_user;
char *str_replace(char *text);

void
add_user(void)
{
}

/* Other functions than those of the library that have these names. */
int
file_exists(char *path)
{
	(void)path;
	return 42;
}

char *
str_replace(char *text)
{
	return text;
}

static void
accounts(char *domain)
{
	struct vqpasswd *vpw;
	char crypted[100], *quota;

	/* C8: literals. */
	CHECK("C8 vadduser", vadduser("postmaster", domain, "Secret12",
				 "Postmaster", USE_POP) == 0);
	vpw = vauth_getpw("postmaster", domain);
	CHECK("C8 vauth_getpw", vpw != NULL);
	if (!vpw)
		return;
	/* C2: the quota's text outlives vauth_setpw; C1: so does dir. */
	CHECK("mkpasswd3", mkpasswd3("Secret13", crypted, 100) == 0);
	quota = format_maildirquota("10MB");
	vpw->pw_passwd = crypted;
	vpw->pw_gecos = "The Master";
	vpw->pw_shell = quota;
	vpw->pw_gid |= QA_ADMIN;
	CHECK("C2 vauth_setpw", vauth_setpw(vpw, domain) == 0);
	IS("C2", quota, "10485760S");
	CHECK("C1", strstr(vpw->pw_dir, "/postmaster") != NULL);
	update_maildirsize(domain, vpw->pw_dir, vpw->pw_shell);
	vpw = vauth_getpw("postmaster", domain);
	CHECK("flags", vpw != NULL && vpw->pw_gid == QA_ADMIN);
	CHECK("length", strlen(vpw->pw_clear_passwd) == 0);
	CHECK("password",
	    vauth_user("postmaster", domain, "Secret13", "") != NULL);
	CHECK("C8 quota", vsetuserquota("postmaster", domain, "NOQUOTA") == 0);
	CHECK("lastauth", vget_lastauth(vpw, domain) == 0);
	IS("never", vget_lastauthip(vpw, domain), NULL_REMOTE_IP);
}

static void
limits(const char *domain)
{
	struct vlimits l;

	CHECK("default file",
	    vlimits_read_limits_file(VLIMITS_DEFAULT_FILE, &l) == 0);
	vdefault_limits(&l);
	l.maxpopaccounts = 5;
	l.diskquota = 100;
	l.disable_imap = 1;
	CHECK("set", vset_limits(domain, &l) == 0);
	memset(&l, 0, sizeof l);
	CHECK("get", vget_limits(domain, &l) == 0);
	CHECK("values", l.maxpopaccounts == 5 && l.diskquota == 100 &&
			    l.disable_imap && !l.disable_pop);
	CHECK("del", vdel_limits(domain) == 0);
}

int
main(int argc, char **argv)
{
	/* Exactly as long as the value of the form. */
	char *domain = strdup("New.Example.ORG"), *alias = strdup("x.example");
	struct vqpasswd *vpw;

	if (argc != 2 || !domain || !alias)
		return 2;
	CHECK("C8 vadddomain",
	    vadddomain(domain, argv[1], VPOPMAILUID, VPOPMAILGID) == 0 ||
		vadddomain(domain, argv[1],
		    strtoul(getenv("SITE_UID"), NULL, 10),
		    strtoul(getenv("SITE_GID"), NULL, 10)) == 0);
	IS("lower case", domain, "new.example.org");
	accounts(domain);
	limits(domain);
	CHECK("alias", vaddaliasdomain(alias, domain) == 0);
	CHECK("alias again",
	    vaddaliasdomain("x.example", domain) == VA_DOMAIN_ALREADY_EXISTS);
	CHECK("open", open_big_dir(domain, 1, 1) == 0);
	CHECK("close", close_big_dir(domain, 1, 1) == 0);
	CHECK("vdir", vdir.cur_users == 1);
	CHECK("vdeldomain alias", vdeldomain(alias) == 0);
	CHECK("vdeldomain", vdeldomain(domain) == 0);
	vpw = vauth_getpw("postmaster", domain);
	CHECK("gone", vpw == NULL && verrori == VA_DOMAIN_DOES_NOT_EXIST);
	CHECK("own functions", file_exists("/") == 42 && str_replace(alias));
	free(domain);
	free(alias);
	if (failed)
		return 1;
	return vexit(0);
}
