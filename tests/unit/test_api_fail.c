/*
 * The old interface: stores that fail half way, and callers without rights.
 */
#include "config.h"

#include "api_process.h"

#include <sys/wait.h>

/* The place of a file is taken by a directory. */
static void
break_file(const char *name, const char *kept)
{
	char *path = site_path(name), *to = site_path(kept);

	ck_assert_int_eq(rename(path, to), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	free(path);
	free(to);
}

START_TEST(test_walk_that_fails)
{
	char domain[128] = "example.com", name[MAX_FILE_NAME];

	make_domain();
	ck_assert_int_eq(vadduser("amy", domain, "pw-Amy12", "A", 0), 0);
	ck_assert_int_eq(vadduser("zed", domain, "pw-Zed12", "Z", 0), 0);
	ck_assert_int_eq(valias_insert("a", domain, "&a@x.org"), 0);
	ck_assert_int_eq(valias_insert("b", domain, "&b@x.org"), 0);
	watch();
	CALL(valias_select_all, valias_select_all(name, domain) != NULL);
	break_file("home/domains/example.com/.qmail-b", "b");
	RUN(valias_select_all_next, valias_select_all_next(name));
	CALL(valias_select_all_next, valias_select_all_next(name) == NULL);
	CALL(vauth_getall, vauth_getall(domain, 1, 0) != NULL);
	vclose();
	break_file("home/domains/example.com/vpasswd", "vpasswd");
	break_file("home/domains/example.com/vpasswd.cdb", "vpasswd.cdb");
	CALL(vauth_getall, vauth_getall(domain, 0, 0) == NULL);
	CALL(verrori, verrori < 0 && verrori != VA_USER_DOES_NOT_EXIST);
	CALL(vauth_getall, vauth_getall(domain, 0, 0) == NULL);
	CALL(vauth_getpw, vauth_getpw("joe", domain) == NULL);
	CALL(verrori, verrori < 0 && verrori != VA_USER_DOES_NOT_EXIST);
	CALL(vadduser, vadduser("new", domain, "pw-New12", "", 0) < 0);
	CALL(get_domain_entries, get_domain_entries("") != NULL);
	vclose();
	break_file("qmail/users/assign", "assign");
	RUN(get_domain_entries, get_domain_entries(NULL));
	CALL(get_domain_entries, get_domain_entries("") == NULL);
	CALL(verrori, verrori == VA_CANNOT_READ_ASSIGN);
}
END_TEST

static void
as_another(void)
{
	char domain[128] = "example.com", user[128] = "joe";
	struct vlimits limits;

	CALL(vauth_getpw, vauth_getpw(user, domain) == NULL);
	CALL(verrori, verrori == VA_BAD_UID);
	CALL(vauth_user, vauth_user(user, domain, "pw-Joe12", "") == NULL);
	CALL(vauth_getall, vauth_getall(domain, 1, 0) == NULL);
	CALL(verrori, verrori == VA_BAD_UID);
	vdefault_limits(&limits);
	struct vqpasswd pw = { .pw_name = user,
		.pw_passwd = "",
		.pw_gecos = "",
		.pw_dir = "",
		.pw_shell = "",
		.pw_clear_passwd = "" };
	CALL(vauth_setpw, vauth_setpw(&pw, domain) == VA_BAD_UID);
	CALL(vadduser, vadduser("new", domain, "pw-New12", "", 0) < 0);
	CALL(vdeluser, vdeluser(user, domain) < 0);
	CALL(vpasswd, vpasswd(user, domain, "pw-Joe13", 0) < 0);
	CALL(vsetuserquota, vsetuserquota(user, domain, "1M") < 0);
	CALL(valias_insert, valias_insert("x", domain, "&a@x.org") < 0);
	CALL(vset_limits, vset_limits(domain, &limits) < 0);
	CALL(vdeldomain, vdeldomain(domain) < 0);
}

START_TEST(test_wrong_uid)
{
	int status;

	if (getuid() != 0)
		return;
	make_domain();
	watch();
	vclose();

	pid_t pid = fork();
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		ck_assert_int_eq(setgid(12345), 0);
		ck_assert_int_eq(setuid(12345), 0);
		as_another();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	ck_assert_ptr_nonnull(vauth_user("joe", "example.com", "pw-Joe12", ""));
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_walk_that_fails, test_wrong_uid,
		NULL };

	return api_main("api_fail", tests);
}
