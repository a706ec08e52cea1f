/*
 * A site in a scratch folder, for targets that need one: the folder goes at
 * the end.  Beside the site lies a file that nothing may change; a link to it
 * is put where an account could put it.
 */
#ifndef FUZZ_SITE_H
#define FUZZ_SITE_H

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "vpop.h"

#define SECRET "outside"

static char scratch[64];
static struct vpop *vp;

static void
check(int good)
{
	if (!good)
		abort();
}

static char *
path_of(const char *name)
{
	char *path = NULL;

	check(asprintf(&path, "%s/%s", scratch, name) >= 0);
	return path;
}

static void
make_dir(const char *name)
{
	AUTO_FREE char *path = path_of(name);

	check(mkdir(path, 0700) == 0);
}

static void
make_file(const char *name, const char *text)
{
	AUTO_FREE char *path = path_of(name);
	AUTO_FCLOSE FILE *fp = fopen(path, "w");

	check(fp != NULL && fputs(text, fp) >= 0);
}

static void
remove_site(void)
{
	AUTO_CLOSE int fd = vp_dir_open("/tmp");

	vpop_close(vp);
	vp_dir_remove(fd, scratch + sizeof "/tmp");
}

static void
make_site(void)
{
	AUTO_FREE char *conf = NULL, *settings = NULL;

	memcpy(scratch, "/tmp/vhostadmin-fuzz.XXXXXX", 28);
	check(mkdtemp(scratch) != NULL);
	make_dir("home");
	make_dir("home/etc");
	make_dir("home/domains");
	make_dir("qmail");
	make_dir("qmail/users");
	make_dir("qmail/control");
	make_file("outside", SECRET);
	check(
	    asprintf(&settings,
		"uid = %u\ngid = %u\nhome = %s/home\nqmaildir = %s/qmail\n"
		"password_scheme = md5\nip_alias_domains = yes\n",
		(unsigned)getuid(), (unsigned)getgid(), scratch, scratch) >= 0);
	make_file("vpopmail.conf", settings);
	conf = path_of("vpopmail.conf");
	check(setenv("VPOPMAIL_CONF", conf, 1) == 0);
	check(vpop_open(&vp, 0) == 0);
	atexit(remove_site);
}

static void
need_user(const char *name, uint32_t flags)
{
	struct vpop_user user;
	struct vpop_user_new new = { .name = name,
		.domain = "test.com",
		.secret = { VPOP_SECRET_CLEAR, "pw" },
		.gid = flags };
	struct vpop_user_change change = { .name = name,
		.domain = "test.com",
		.fields = VPOP_SET_FLAGS,
		.set_flags = flags,
		.clear_flags = UINT32_MAX };

	if (vpop_user_get(vp, name, "test.com", &user) != 0)
		check(vpop_user_add(vp, &new) == 0);
	else if (user.gid != flags)
		check(vpop_user_modify(vp, &change) == 0);
}

/* What the last input may have changed.  flags: of "admin". */
static void
mend_site(uint32_t flags)
{
	const struct vpop_domain_new new = { .name = "test.com",
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_CLEAR, "pw" } };
	struct vpop_domain domain;
	AUTO_FREE char *link = path_of("home/domains/test.com/joe/out");
	AUTO_FREE char *target = path_of("outside");

	if (vpop_domain_get(vp, "test.com", &domain) != 0)
		check(vpop_domain_add(vp, &new) == 0);
	need_user("joe", 0);
	need_user("admin", flags);
	(void)!symlink(target, link);
}

static void
look_at_site(void)
{
	AUTO_FREE char *path = path_of("outside");
	AUTO_FREE char *text = vp_file_read(AT_FDCWD, path, 100, NULL);
	struct vpop_user user;

	check(text && strcmp(text, SECRET) == 0);
	if (vpop_user_get(vp, "joe", "test.com", &user) == 0)
		check((user.gid & VPOP_SA_ADMIN) == 0);
}

#endif
