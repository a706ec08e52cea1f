/* The old interface: texts, addresses and settings. */
#include "config.h"

#include "api.h"

START_TEST(test_parse_email)
{
	static const struct {
		const char *email;
		int code;
		const char *user, *domain;
	} cases[] = {
		{ "User@Example.COM", 0, "user", "example.com" },
		{ "user", 0, "user", "" },
		{ "user%example.com", 0, "user", "example.com" },
		{ "user/example.com", 0, "user", "example.com" },
		{ "a@b@c.com", -1, "a", "b@c.com" },
		{ "a/b@c.com", 0, "a/b", "c.com" },
		{ "us er@x.com", -1, "us er", "x.com" },
		{ "user@ex_ample.com", -1, "user", "ex_ample.com" },
		{ "", 0, "", "" },
		{ "@x.com", 0, "", "x.com" },
		{ "\303\266@x.com", -1, "\303\266", "x.com" },
	};
	char user[61], domain[61];

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		user[60] = domain[60] = 'x';
		ck_assert_int_eq(parse_email(cases[i].email, user, domain, 60),
		    cases[i].code);
		ck_assert_str_eq(user, cases[i].user);
		ck_assert_str_eq(domain, cases[i].domain);
		ck_assert_int_eq(user[60], 'x');
		ck_assert_int_eq(domain[60], 'x');
	}
	setenv("VPOPMAIL_DOMAIN", "ex;am ple.com", 1);
	ck_assert_int_eq(parse_email("joe", user, domain, 60), 0);
	ck_assert_str_eq(user, "joe");
	ck_assert_str_eq(domain, "ex_am_ple.com");
	/* A short buffer holds as much as fits, with its NUL. */
	ck_assert_int_eq(
	    parse_email("someone@example.com", user, domain, 4), 0);
	ck_assert_str_eq(user, "som");
	ck_assert_str_eq(domain, "exa");
	unsetenv("VPOPMAIL_DOMAIN");
	char set[128] = "";
	vset_default_domain(set);
	ck_assert_str_eq(set, "");
	vset_default_domain(NULL);
}
END_TEST

START_TEST(test_quota_text)
{
	static const char *const cases[][2] = {
		{ "NOQUOTA", "NOQUOTA" },
		{ "1M", "1048576S" },
		{ "1MB", "1048576S" },
		{ "1024K", "1048576S" },
		{ "1024KB", "1048576S" },
		{ "1048576", "1048576S" },
		{ "1048576S", "1048576S" },
		{ "1mbs,1000C", "1048576S,1000C" },
		{ "1000C,10MBS", "10485760S,1000C" },
		{ "10000000000S", "10000000000S" },
		{ "5S,5C,7S", "7S,5C" },
		{ "1000C", "1000C" },
		{ "1000c", "1000C" },
		{ "10G", "10737418240S" },
		{ "", "" },
		{ "abc", "" },
		{ "0", "" },
		{ "-1", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_str_eq(format_maildirquota(cases[i][0]), cases[i][1]);
	ck_assert_str_eq(format_maildirquota(NULL), "");
}
END_TEST

START_TEST(test_maildir_to_email)
{
	static const char *const cases[][2] = {
		{ "/h/v/domains/ex.com/joe/Maildir/", "joe@ex.com" },
		{ "/h/v/domains/ex.com/joe/Maildir", "joe@ex.com" },
		{ "/h/v/domains/0/ex.com/joe/Maildir/", "joe@ex.com" },
		{ "/h/v/domains/ex.com/0/joe/Maildir/.Sent/cur", "joe@ex.com" },
		{ "/h/v/domains/ex.com/joe", "" },
		{ "joe/Maildir/", "" },
		{ "/x/joe/Maildir/", "" },
		{ "", "" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_str_eq(maildir_to_email(cases[i][0]), cases[i][1]);
	ck_assert_str_eq(maildir_to_email(NULL), "");
}
END_TEST

START_TEST(test_remote_ip)
{
	static const char *const cases[][2] = {
		{ "::ffff:10.1.2.3", "10.1.2.3" },
		{ "10.1.2.3;x", "10.1.2.3_x" },
		{ "2001:db8::1", "2001:db8::1" },
		{ "123456789012345678901234567890123456789012345",
		    "123456789012345678901234567890123456789012345" },
	};

	unsetenv("REMOTE_HOST");
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		setenv("TCPREMOTEIP", cases[i][0], 1);
		ck_assert_str_eq(get_remote_ip(), cases[i][1]);
	}
	setenv(
	    "TCPREMOTEIP", "1234567890123456789012345678901234567890123456", 1);
	ck_assert_ptr_null(get_remote_ip());
	unsetenv("TCPREMOTEIP");
	ck_assert_ptr_null(get_remote_ip());
}
END_TEST

START_TEST(test_texts)
{
	char buffer[200];
	string_list list;
	FILE *fp;

	ck_assert_int_eq(
	    qnprintf(buffer, sizeof buffer, "select '%s' , %d, %lu, %S",
		"a'b\"c\\d", 5, 7ul, (storage_t)9),
	    29);
	ck_assert_str_eq(buffer, "select 'a\\'b\\\"c\\\\d' , 5, 7, 9");
	ck_assert_int_eq(qnprintf(buffer, 5, "%s", "12345678"), 8);
	ck_assert_str_eq(buffer, "");
	ck_assert_int_eq(qnprintf(buffer, 5, "%x", 1), -1);
	string_list_init(&list, 5);
	ck_assert_int_eq(list.size, 8);
	for (int i = 0; i < 20; i++)
		ck_assert_int_eq(string_list_add(&list, "x"), 1);
	ck_assert_int_eq(list.count, 20);
	string_list_free(&list);
	ck_assert_str_eq(verror(-11), "Domain does not exist");
	ck_assert_str_eq(verror(-25), "user name too long (max=64)");
	ck_assert_str_eq(verror(-999), "Unknown error");
	ck_assert_str_eq(verror(-21), "could not write sqwebmail password");
	ck_assert_str_eq(verror(0), "Success");
	ck_assert_int_eq(strncmp(date_header(), "Date: ", 6), 0);
	ck_assert_int_eq(is_username_valid("a.b-c"), 0);
	ck_assert_int_eq(is_username_valid("a b"), -1);
	ck_assert_int_eq(is_domain_valid("a_b"), -12);
	memcpy(buffer, "MiXed", 6);
	lowerit(buffer);
	ck_assert_str_eq(buffer, "mixed");
	lowerit(NULL);
	str_replace(buffer, 'm', 'n');
	ck_assert_str_eq(buffer, "nixed");
	site_write("vpasswd", "short:line\n"
			      "joe:$1$x:1:0:Joe:/d/joe:NOQUOTA\n"
			      "amy:$1$y:1:2:Amy:/d/amy:5S:clear\n");
	char *path = site_path("vpasswd");
	fp = fopen(path, "r");
	struct vqpasswd *pw = vgetent(fp);
	ck_assert_str_eq(pw->pw_name, "joe");
	ck_assert_str_eq(pw->pw_clear_passwd, "");
	pw = vgetent(fp);
	ck_assert_str_eq(pw->pw_name, "amy");
	ck_assert_uint_eq(pw->pw_flags, 2);
	ck_assert_ptr_null(vgetent(fp));
	ck_assert_ptr_null(vgetent(NULL));
	fclose(fp);
	ck_assert_int_eq(file_exists(path), 1);
	free(path);
	ck_assert_int_eq(file_exists("/nonexistent"), 0);
	ck_assert_uint_eq(strlen(vrandom_pass(buffer, 12)), 12);
	ck_assert_ptr_null(vrandom_pass(NULL, 12));
}
END_TEST

START_TEST(test_pwstr)
{
	site_write("home/etc/password_strength.conf",
	    "Policy = at least eight characters\nLength >= 8\n");
	ck_assert_str_eq(pw_strength_policy(), "at least eight characters");
	ck_assert_int_eq(pw_strength("abc"), -70);
	ck_assert_str_eq(
	    pw_strength_error(), "password requires more characters ");
	ck_assert_str_eq(verror(-70), "password requires more characters ");
	ck_assert_int_eq(pw_strength("abcdefgh"), 1);
	ck_assert_int_eq(pw_strength(NULL), -69);
	vclose();
	site_write("home/etc/password_strength.conf", "");
	ck_assert_ptr_null(pw_strength_policy());
}
END_TEST

START_TEST(test_conf)
{
	struct sockaddr_in address;
	storage_t size, count;
	config_t *config;

	ck_assert_int_eq(ippp_parse("127.0.0.1:189", &address), 1);
	ck_assert_int_eq(ntohs(address.sin_port), 189);
	ck_assert_int_eq(ippp_parse("127.0.0.1", &address), 0);
	ck_assert_int_eq(ippp_parse("127.0.0.1:70000", &address), 0);
	ck_assert_int_eq(
	    ippp_parse("1234567890123456789012345:1", &address), 0);
	ck_assert_int_eq(ippp_parse(NULL, &address), 0);
	site_write("home/etc/test.conf",
	    "// a comment\n"
	    "Socket:\n"
	    "\tFilename = /tmp/x ; \"quoted ; text\"; /* not\n"
	    "   this = one; */ Client Timeout = 5;\n"
	    "Other: value;\n"
	    "Socket:\n  Second = \\065\\;x ;\n");
	config = config_begin("test.conf");
	ck_assert_ptr_nonnull(config);
	ck_assert_str_eq(
	    config_fetch_by_name(config, "socket", "FILENAME"), "/tmp/x");
	ck_assert_str_eq(
	    config_fetch_by_name(config, "Socket", "Client timeout"), "5");
	ck_assert_str_eq(
	    config_fetch_by_name(config, "Socket", "Second"), "A;x");
	ck_assert_str_eq(
	    config_fetch_by_num(config, "Socket", 2), "quoted ; text");
	ck_assert_str_eq(config_fetch_by_num(config, "Other", 1), "value");
	ck_assert_ptr_null(config_fetch_by_num(config, "Other", 2));
	ck_assert_int_eq(config_reference(config, "Socket"), 1);
	ck_assert_ptr_null(config_fetch(config, "Second"));
	ck_assert_int_eq(config_next_reference(config), 1);
	ck_assert_str_eq(config_fetch(config, "Second"), "A;x");
	ck_assert_int_eq(config_next_reference(config), 0);
	config_kill(config);
	config_kill(NULL);
	site_write("home/etc/test.conf", "Socket:\n\tFilename = x\n");
	ck_assert_ptr_null(config_begin("test.conf"));
	ck_assert_ptr_null(config_begin("../etc/test.conf"));
	ck_assert_ptr_null(config_begin("missing.conf"));
	/* The working directory may be somebody else's. */
	site_write("here.conf", "Socket:\n\tFilename = x;\n");
	ck_assert_int_eq(chdir(scratch), 0);
	ck_assert_ptr_null(config_begin("here.conf"));
	ck_assert_ptr_null(config_begin("./here.conf"));
	ck_assert_ptr_null(config_begin(NULL));
	ck_assert_int_eq(client_query_quick("joe@x.org", &size, &count), 0);
	ck_assert_uint_eq(size, UINT64_MAX);
	ck_assert_ptr_null(client_connect());
	client_close(NULL);
	ck_assert_int_eq(client_query(NULL, "x", 1, &size, NULL), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_parse_email, test_quota_text,
		test_maildir_to_email, test_remote_ip, test_texts, test_pwstr,
		test_conf, NULL };

	return api_main("api", tests);
}
