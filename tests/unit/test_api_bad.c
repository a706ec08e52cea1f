/* The old interface: arguments that are bad. */
#include "config.h"

#include "api.h"

/* Long and empty texts, literals, through every function that takes names. */
static void
abuse(const char *user, const char *domain)
{
	char *u = (char *)(uintptr_t)user, *d = (char *)(uintptr_t)domain;
	char name[MAX_FILE_NAME], buffer[100];
	struct vqpasswd pw = { .pw_name = u,
		.pw_passwd = u,
		.pw_gecos = u,
		.pw_dir = u,
		.pw_shell = u,
		.pw_clear_passwd = u };
	struct vlimits limits;
	storage_t size = 0, count = 0;

	vauth_getpw(u, d);
	vauth_user(u, d, u, u);
	ck_assert_int_lt(vadduser(u, d, u, u, USE_POP), 0);
	ck_assert_int_lt(vdeluser(u, d), 0);
	ck_assert_int_lt(vpasswd(u, d, u, USE_POP), 0);
	ck_assert_int_lt(vsetuserquota(u, d, u), 0);
	ck_assert_int_lt(vauth_setquota(u, d, u), 0);
	ck_assert_int_lt(vauth_setpw(&pw, d), 0);
	ck_assert_int_lt(vauth_adduser(u, d, u, u, u, 0), 0);
	ck_assert_int_lt(vauth_deluser(u, d), 0);
	ck_assert_ptr_null(make_user_dir(u, d, getuid(), getgid()));
	ck_assert_int_lt(vadddomain(d, u, getuid(), getgid()), 0);
	ck_assert_int_lt(vaddaliasdomain(d, u), 0);
	ck_assert_int_lt(vdeldomain(d), 0);
	ck_assert_ptr_null(vget_assign(d, name, 10, NULL, NULL));
	ck_assert_ptr_null(vauth_getall(d, 1, 1));
	ck_assert_ptr_null(valias_select(u, d));
	ck_assert_ptr_null(valias_select_all(name, d));
	ck_assert_int_lt(valias_insert(u, d, u), 0);
	ck_assert_int_lt(valias_remove(u, d, u), 0);
	ck_assert_int_lt(valias_delete(u, d), 0);
	ck_assert_int_lt(valias_delete_domain(d), 0);
	ck_assert_int_eq(vget_limits(d, &limits), -1);
	ck_assert_int_eq(vset_limits(d, &limits), -1);
	ck_assert_int_eq(vdel_limits(d), -1);
	ck_assert_int_lt(vset_lastauth(u, d, u), 0);
	vget_lastauth(&pw, d);
	vget_lastauthip(&pw, d);
	parse_email(u, name, buffer, 60);
	format_maildirquota(u);
	vmaildir_readquota(u, u);
	readuserquota(u, &size, &count);
	update_maildirsize(d, u, u);
	maildir_to_email(u);
	mkpasswd3(u, buffer, sizeof buffer);
	isExistingAnyAddress(d, u, u);
	get_domain_entries(d);
	get_domain_entries("");
	open_big_dir(d, getuid(), getgid());
	close_big_dir(d, getuid(), getgid());
	ck_assert_int_lt(vmkpasswd(d), 0);
	vmake_maildir(d, u);
	vdelfiles(u);
	r_chown(u, getuid(), getgid());
	signal_process(u, 0);
	vadd_ip_map(u, d);
	vget_ip_map(u, name, 10);
	client_query_quick(u, &size, &count);
	add_domain_assign(d, d, u, getuid(), getgid());
	pw_strength(u);
	verror(0);
}

START_TEST(test_bad_input)
{
	static const int sizes[] = { 300, 10000 };
	char cwd[4096], after[4096];
	struct sigaction before, now;
	mode_t mask = umask(027);

	make_domain();
	ck_assert_ptr_nonnull(getcwd(cwd, sizeof cwd));
	sigaction(SIGPIPE, NULL, &before);
	abuse(NULL, NULL);
	abuse("", "");
	/* Literals whose text would have to change. */
	ck_assert_ptr_nonnull(vauth_getpw("JOE", "Alias.Example.NET"));
	ck_assert_ptr_nonnull(
	    vget_assign("Alias.Example.NET", NULL, 0, NULL, NULL));
	for (int i = 0; i < 2; i++) {
		char *text = malloc((size_t)sizes[i] + 1);

		memset(text, 'a', (size_t)sizes[i]);
		text[sizes[i]] = '\0';
		abuse(text, text);
		abuse("Upper", text);
		abuse(text, "No.Such.Example");
		memset(text, '/', (size_t)sizes[i]);
		memset(text, '%', (size_t)sizes[i] / 2);
		abuse(text, text);
		free(text);
	}
	ck_assert_ptr_nonnull(getcwd(after, sizeof after));
	ck_assert_str_eq(cwd, after);
	ck_assert_uint_eq(umask(mask), 027);
	sigaction(SIGPIPE, NULL, &now);
	ck_assert(before.sa_handler == now.sa_handler);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_bad_input, NULL };

	return api_main("api_bad", tests);
}
