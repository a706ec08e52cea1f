/*
 * The extension of a scripting language: old C, with int where the headers
 * say uid_t, and buffers of its own size.
 *
 *     script DOMAIN
 */
#include <vpopmail.h>

#include <signal.h>
#include <vauth.h>
#include <vpopmail_config.h>

#undef MAX_BUFF
#define MAX_BUFF 500

#include "check.h"

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
	vclose();
	/* C3: all of it works again. */
	CHECK("C3", vauth_getpw("joe", domain) != NULL);
	vclose();
	return failed;
}
