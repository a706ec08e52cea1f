/*
 * A web program for the administrators of one domain, installed set-uid: it
 * looks the domain up, sits down in its folder, gives its rights up, and
 * works on with what it has.
 *
 *     admin DOMAIN-ALIAS DOMAIN DIR
 */
#include "config.h"

#include <vpopmail.h>

#include <vauth.h>
#include <vlimits.h>
#include <vpopmail_config.h>
#undef PACKAGE
#undef VERSION
#undef QMAILDIR
#undef MAX_BUFF
#include <errno.h>
#include <fcntl.h>
#include <pwstr.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vutil.h>

#include "check.h"

#define MAX_BUFF 5000

/* Globals of such programs: the library must not have them, or must not pull
 * them in. */
char Domain[MAX_BUFF], Username[MAX_BUFF], Password[MAX_BUFF], *TmpBuf;
uid_t Uid;
gid_t Gid;
char RealDir[MAX_BUFF];
struct vlimits Limits;
int sort_init(void), sort_add_entry(char *, char), default_options, memleft,
    ezmlm_make(int);
void str_replace_client(void);

int
sort_init(void)
{
	return 1;
}

int
sort_add_entry(char *entry, char separator)
{
	return entry[0] == separator;
}

int
ezmlm_make(int new_list)
{
	return new_list;
}

/* All of a record but pw_flags, as one text. */
static void
describe(const struct vqpasswd *vpw, char *text, size_t size)
{
	snprintf(text, size, "%s|%s|%u|%u|%s|%s|%s|%s", vpw->pw_name,
	    vpw->pw_passwd, (unsigned)vpw->pw_uid, (unsigned)vpw->pw_gid,
	    vpw->pw_gecos, vpw->pw_dir, vpw->pw_shell, vpw->pw_clear_passwd);
}

static void
keep_lookup(struct vqpasswd *vpw, const char *before)
{
	char copy[MAX_BUFF], after[MAX_BUFF];
	storage_t size = 0, count = 0;
	struct vlimits limits;
	struct stat st;

	snprintf(copy, sizeof copy, "%s/joe", RealDir);
	/* C5: relative names go on working. */
	CHECK("C5 chdir", chdir(RealDir) == 0);
	vget_limits(Domain, &Limits);
	CHECK("C5", stat(".qmail-default", &st) == 0);
	vget_lastauth(vpw, Domain);
	vget_lastauthip(vpw, Domain);
	readuserquota(copy, &size, &count);
	format_maildirquota("1M");
	vauth_crypt(NULL, Domain, "x", vpw);
	vlimits_setflags(vpw, Domain);
	vlimits_get_flag_mask(&Limits);
	vlimits_read_limits_file(VLIMITS_DEFAULT_FILE, &limits);
	vset_limits(Domain, &Limits);
	vdel_limits(Domain);
	valias_select("info", Domain);
	get_domain_entries(Domain);
	CHECK("C1 vauth_setpw", vauth_setpw(vpw, Domain) == 0);
	vclose();
	IS("C1 dir", vpw->pw_dir, copy);
	describe(vpw, after, sizeof after);
	IS("C1", after, before);
	CHECK("C12", strncmp(vpw->pw_shell, "NO", 2) == 0);
	CHECK("C5 after", stat(".qmail-default", &st) == 0);
}

static void
walk_aliases(void)
{
	char name[MAX_FILE_NAME];
	int lines = 0, fd;
	char *line;

	CHECK("insert", valias_insert("info", Domain, "&one@x.org") == 0);
	CHECK("insert", valias_insert("info", Domain, "&two@x.org") == 0);
	CHECK("insert", valias_insert("shop", Domain, "&one@x.org") == 0);
	fd = open(".qmail-empty", O_CREAT | O_WRONLY, 0600);
	if (fd >= 0)
		close(fd);
	for (line = valias_select_all(name, Domain); line;
	     line = valias_select_all_next(name)) {
		lines++;
		/* C6: lookups between the steps. */
		vauth_getpw("joe", Domain);
		vget_assign(Domain, NULL, 0, NULL, NULL);
		isExistingAlias(RealDir, "info", Domain);
		line[0] = '!';
	}
	CHECK("C6", lines == 3);
	CHECK("remove", valias_remove("info", Domain, "&one@x.org") == 0);
	IS("the other stays", valias_select("info", Domain), "&two@x.org");
	CHECK("delete", valias_delete("shop", Domain) == 0);
	errno = 0;
	CHECK("unlink", valias_delete("shop", Domain) == -1 && errno == ENOENT);
	valias_delete("info", Domain);
	unlink(".qmail-empty");
}

static void
page_through(void)
{
	struct vqpasswd *all, *one;
	storage_t size = 0, count = 0;
	int seen = 0;

	/* C7: two results side by side; left before the end, begun again. */
	all = vauth_getall(Domain, 1, 1);
	one = vauth_getpw("joe", Domain);
	CHECK("C7", all != NULL && one != NULL && all != one &&
			all->pw_name != one->pw_name);
	for (all = vauth_getall(Domain, 1, 1); all;
	     all = vauth_getall(Domain, 0, 1)) {
		readuserquota(all->pw_dir, &size, &count);
		seen++;
	}
	CHECK("C7 again", seen == 2);
	IS("C7 kept", one->pw_name, "joe");
}

static void
unknown(void)
{
	uid_t uid = 0;
	gid_t gid = 0;
	int old_uid = 17, old_gid = 17;

	/* C13, C14 */
	CHECK("C13", vauth_getpw("", Domain) == NULL);
	CHECK("C13", vauth_getpw("joe", "") == NULL);
	CHECK("C14", vget_assign("unknown.org", NULL, 0, &uid, &gid) == NULL);
	CHECK("C14", uid == 0 && gid == 0);
	/* C16: int where the header says uid_t. */
	CHECK("C16", vget_assign(Domain, NULL, 0, (uid_t *)&old_uid,
			 (gid_t *)&old_gid) != NULL);
	CHECK("C16", (uid_t)old_uid == Uid && (gid_t)old_gid == Gid);
}

int
main(int argc, char **argv)
{
	char before[MAX_BUFF];
	struct vqpasswd *vpw;

	if (argc != 4)
		return 2;
	umask(027);
	snprintf(Domain, sizeof Domain, "%s", argv[1]);
	snprintf(Username, sizeof Username, "JOE");
	vpw = vauth_user(Username, Domain, "pw-Joe12", "");
	CHECK("vauth_user", vpw != NULL);
	CHECK("vget_assign",
	    vget_assign(Domain, RealDir, sizeof RealDir, &Uid, &Gid) != NULL);
	/* C9: the alias has become the real domain. */
	IS("C9", Domain, argv[2]);
	IS("C9 dir", RealDir, argv[3]);
	if (failed)
		return 1;
	describe(vpw, before, sizeof before);
	/* C11: no longer root. */
	if (geteuid() == 0)
		CHECK("setuid", setgid(Gid) == 0 && setuid(Uid) == 0);
	keep_lookup(vpw, before);
	walk_aliases();
	page_through();
	unknown();
	CHECK("C11", vauth_getpw("joe", Domain) != NULL);
	CHECK("add", vadduser("new", Domain, "pw-New12", "New", USE_POP) == 0);
	CHECK("again", vadduser("new", Domain, "pw", "New", USE_POP) ==
			   VA_USERNAME_EXISTS);
	IS("verror", verror(VA_USERNAME_EXISTS), "Username exists");
	CHECK("isExistingUser", isExistingUser("new", Domain) == 1);
	CHECK("quota", vsetuserquota("new", Domain, "NOQUOTA") == 0);
	CHECK("vpasswd", vpasswd("new", Domain, "pw-New13", USE_POP) == 0);
	CHECK("delete", vdeluser("new", Domain) == 0);
	CHECK("pw_strength_policy",
	    pw_strength("") < 0 && pw_strength_policy() != NULL);
	/* C5 and C18, after all that was changed. */
	CHECK("C5", access(".qmail-default", F_OK) == 0);
	CHECK("C18", umask(0) == 027);
	vclose();
	return failed;
}
