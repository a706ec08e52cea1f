/*
 * The extension of a scripting language: old C, with int where the headers
 * say uid_t, and buffers of its own size.
 *
 *     script DOMAIN
 */
#include <vpopmail.h>

#include <pwstr.h>
#include <signal.h>
#include <vauth.h>
#include <vlimits.h>
#include <vpopmail_config.h>
#include <vutil.h>

#undef MAX_BUFF
#define MAX_BUFF 500

#include "check.h"

/* C3: each function opens again what was closed. */
#define REOPENS(what, condition)                                               \
	do {                                                                   \
		vclose();                                                      \
		CHECK(what, condition);                                        \
	} while (0)

static void
reopen(char *domain)
{
	char name[1024];
	struct vqpasswd *vpw;
	struct vlimits l;

	REOPENS("vget_assign", vget_assign(domain, NULL, 0, NULL, NULL));
	REOPENS("get_domain_entries", get_domain_entries(domain));
	REOPENS("vadduser",
	    vadduser("again", domain, "pw-Again1", "", USE_POP) == 0);
	REOPENS("vauth_getpw", (vpw = vauth_getpw("again", domain)));
	REOPENS("vauth_setpw", vauth_setpw(vpw, domain) == 0);
	REOPENS("vset_lastauth", vset_lastauth("again", domain, "x") == 0);
	REOPENS("vget_lastauth", vget_lastauth(vpw, domain) > 0);
	REOPENS("vget_lastauthip", vget_lastauthip(vpw, domain));
	REOPENS("vauth_user", vauth_user("again", domain, "pw-Again1", ""));
	REOPENS("vauth_getall", vauth_getall(domain, 1, 1));
	REOPENS("goes on", vauth_getall(domain, 0, 1));
	REOPENS("vpasswd", vpasswd("again", domain, "pw-Again2", 0) == 0);
	REOPENS("vsetuserquota", vsetuserquota("again", domain, "1M") == 0);
	REOPENS("isExistingUser", isExistingUser("again", domain));
	REOPENS("valias_insert", valias_insert("again", domain, "&a@b.c") == 0);
	REOPENS("valias_select", valias_select("again", domain));
	REOPENS("valias_select_all", valias_select_all(name, domain));
	REOPENS("valias_remove", valias_remove("again", domain, "&a@b.c") == 0);
	REOPENS("valias_delete", valias_delete("again", domain) == -1);
	REOPENS("vget_limits", vget_limits(domain, &l) == 0);
	REOPENS("vset_limits", vset_limits(domain, &l) == 0);
	REOPENS("vdel_limits", vdel_limits(domain) == 0);
	REOPENS("open_big_dir", open_big_dir(domain, 1, 1) == 0);
	REOPENS("pw_strength", pw_strength("pw-Again1") == 1);
	REOPENS("vdeluser", vdeluser("again", domain) == 0);
	REOPENS("vauth_open", vauth_open(1) == 0);
	vclose();
}

int
main(int argc, char **argv)
{
	char domain[MAX_BUFF], alias[1024];
	int uid, gid, names = 0;
	char *line;

	if (argc != 2)
		return 2;
	snprintf(domain, sizeof domain, "%s", argv[1]);
	CHECK("C16", vget_assign(domain, NULL, 156, (uid_t *)&uid,
			 (gid_t *)&gid) != NULL);
	CHECK("insert", valias_insert("php", domain, "&a@x.org") == 0);
	CHECK("insert", valias_insert("php", domain, "&b@x.org") == 0);
	IS("first", valias_select("php", domain), "&a@x.org");
	IS("second", valias_select_next(), "&b@x.org");
	CHECK("end", valias_select_next() == NULL);
	CHECK("end again", valias_select_next() == NULL);
	for (line = valias_select_all(alias, domain); line;
	     line = valias_select_all_next(alias))
		names++;
	CHECK("all", names == 2);
	CHECK("delete all", valias_delete_domain(domain) == 0);
	CHECK("none", valias_select_all(alias, domain) == NULL);
	CHECK("C12", vsetuserquota("joe", domain, "NOQUOTA") == 0);
	CHECK("signal", signal_process("no-such-program", SIGHUP) == 0);
	CHECK("fails", add_domain_assign("", domain, "/x", uid, gid) != 1);
	reopen(domain);
	return failed;
}
