/*
 * The old interface: texts that are returned can be written to and come
 * afresh with the next call; what the sheets of characters and codes say.
 */
#include "config.h"

#include "api.h"

#include <pty.h>
#include <sys/wait.h>

#define FRESH(call)                                                            \
	do {                                                                   \
		char *first_ = call, *kept_ = first_ ? strdup(first_) : NULL;  \
		ck_assert_msg(kept_ &&*kept_, "%s", #call);                    \
		memset(first_, '!', strlen(first_));                           \
		ck_assert_str_eq(call, kept_);                                 \
		free(kept_);                                                   \
	} while (0)

START_TEST(test_writable)
{
	char domain[128] = "example.com", name[MAX_FILE_NAME];
	struct vqpasswd *pw;
	domain_entry *entry;

	make_domain();
	site_write("home/etc/defaultdomain", "Example.Com rest\nother.org\n");
	ck_assert_int_eq(valias_insert("info", domain, "&a@x.org"), 0);
	setenv("TCPREMOTEIP", "192.0.2.1", 1);
	pw = vauth_getpw("joe", domain);
	FRESH(verror(-11));
	FRESH(verror(-999));
	FRESH(vget_assign(domain, NULL, 0, NULL, NULL));
	FRESH(valias_select("info", domain));
	FRESH(valias_select_all(name, domain));
	FRESH(valias_select_names(domain));
	FRESH(vget_lastauthip(pw, domain));
	FRESH(format_maildirquota("1M"));
	FRESH(maildir_to_email("/h/domains/ex.com/joe/Maildir"));
	FRESH(get_remote_ip());
	ck_assert_str_eq(getenv("TCPREMOTEIP"), "192.0.2.1");
	date_header()[0] = '!';
	dec2hex((unsigned char *)"0123456789abcdef")[0] = '!';
	/* Read once. */
	ck_assert_str_eq(default_domain(), "example.com");
	default_domain()[0] = 'E';
	entry = get_domain_entries("");
	memset(entry->domain, '!', strlen(entry->domain));
	memset(entry->realdomain, '!', strlen(entry->realdomain));
	memset(entry->path, '!', strlen(entry->path));
	entry = get_domain_entries(NULL);
	ck_assert_str_eq(entry->realdomain, "example.com");
	/* An account's secrets are the caller's to wipe, again and again. */
	for (int i = 0; i < 3; i++) {
		pw = vauth_user("joe", domain, "pw-Joe12", "");
		ck_assert_ptr_nonnull(pw);
		memset(pw->pw_passwd, '\0', strlen(pw->pw_passwd));
		memset(pw->pw_dir, '!', strlen(pw->pw_dir));
		pw->pw_gecos[0] = pw->pw_shell[0] = pw->pw_name[0] = '!';
		pw->pw_clear_passwd[0] = '\0';
	}
	pw = vauth_getall(domain, 1, 0);
	memset(pw->pw_passwd, '\0', strlen(pw->pw_passwd));
	pw->pw_clear_passwd[0] = pw->pw_gecos[0] = '\0';
	ck_assert_str_eq(vauth_getall(domain, 1, 0)->pw_gecos, "Joe User");
}
END_TEST

static int
is_allowed(int c, const char *others)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z') || strchr(others, c);
}

START_TEST(test_characters)
{
	char text[4] = "a?b", pass[100];

	for (int c = 1; c < 256; c++) {
		text[1] = (char)c;
		ck_assert_int_eq(is_username_valid(text),
		    is_allowed(c, "!#$&'*+-./=?^_`{|}~") ? 0 : -1);
		ck_assert_int_eq(
		    is_domain_valid(text), is_allowed(c, "-.") ? 0 : -12);
	}
	ck_assert_int_eq(is_username_valid(""), 0);
	ck_assert_int_eq(is_domain_valid(""), 0);
	for (int i = 0; i < 100; i++) {
		ck_assert(is_allowed(randltr(), "./"));
		ck_assert_ptr_eq(vrandom_pass(pass, 99), pass);
		ck_assert_uint_eq(strlen(pass), 99);
		for (char *p = pass; *p; p++)
			ck_assert(is_allowed(*p, ".@!#%*"));
	}
	char *made = vgen_pass(12);
	ck_assert_uint_eq(strlen(made), 12);
	free(made);
	ck_assert_str_eq(
	    dec2hex((unsigned char *)"\001\177\200\377\0\0\0\0\0\0\0\0\0\0\0a"),
	    "017f80ff000000000000000000000061");
}
END_TEST

/* Lower case is made where a capital stands, and nowhere else. */
START_TEST(test_lowerit)
{
	char text[400];

	memset(text, 'A', 399);
	text[399] = '\0';
	lowerit(text);
	ck_assert_uint_eq(strspn(text, "a"), 399);
	/* Of a literal nothing can be written. */
	lowerit("lower case @ \303\204 only");
	memcpy(text, "\303\204B", 4);
	lowerit(text);
	ck_assert_str_eq(text, "\303\204b");
}
END_TEST

START_TEST(test_date)
{
	const char *text = date_header();
	struct tm tm = { .tm_mday = 0 };
	char *end;

	setenv("TZ", "America/New_York", 1);
	tzset();
	ck_assert_uint_eq(strlen(text), 38);
	end = strptime(text, "Date: %a, %d %b %Y %H:%M:%S +0000\n", &tm);
	ck_assert_ptr_nonnull(end);
	ck_assert_str_eq(end, "");
	ck_assert_int_ge(timegm(&tm), time(NULL) - 600);
	ck_assert_int_le(timegm(&tm), time(NULL));
}
END_TEST

/* Each code has a text; that of a rule tells of its own failure only. */
START_TEST(test_verror)
{
	static const struct {
		int code;
		const char *text;
	} cases[] = {
		{ -5, "Unable to chdir to vpopmail/domains directory" },
		{ -9, "Creation of user's subdirectories failed" },
		{ -17, "Could not update file" },
		{ -26, "domain name too long (max=96)" },
		{ -27, "password too long (max=128)" },
		{ -28, "gecos too long (max=64)" },
		{ -29, "quota too long (max=20)" },
		{ -30, "dir too long (max=160)" },
		{ -31, "clear password too long (max=128)" },
		{ -32, "alias line too long (max=160)" },
		{ -45, "parsing database configuration file - update server" },
		{ -49,
		    "parsing database configuration file - update database" },
		{ -50,
		    "parsing database configuration file - readonly server" },
		{ -54,
		    "parsing database configuration file - readonly database" },
		{ -55, "can't delete catchall account" },
		{ -100, "Unknown error" },
		{ 1, "Unknown error" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		ck_assert_str_eq(verror(cases[i].code), cases[i].text);
	for (int code = -1; code > -56; code--)
		ck_assert_str_ne(verror(code), "Unknown error");
	for (int code = -69; code >= -74; code--)
		ck_assert_str_ne(verror(code), "Unknown error");
	char *length = strdup(verror(-70)), *alpha = strdup(verror(-71));
	site_write("home/etc/password_strength.conf", "Length >= 8\n");
	ck_assert_int_eq(pw_strength("abc"), -70);
	ck_assert_str_eq(verror(-70), "password requires more characters ");
	ck_assert_str_eq(pw_strength_error(), verror(-70));
	ck_assert_str_eq(verror(-71), alpha);
	ck_assert_str_ne(length, "password requires more characters ");
	free(length);
	free(alpha);
}
END_TEST

/* The default domain, as far as it fits. */
START_TEST(test_default_domain)
{
	char user[61], domain[128] = "";

	make_domain();
	ck_assert_int_eq(
	    site_open("auth_module = cdb\nip_alias_domains = yes\n"), 0);
	vclose();
	site_write("home/etc/defaultdomain", "example.com\n");
	vset_default_domain(domain);
	ck_assert_str_eq(domain, "example.com");
	ck_assert_int_eq(vadd_ip_map("192.0.2.9", "alias.example.net"), 0);
	setenv("TCPLOCALIP", "192.0.2.9", 1);
	domain[0] = '\0';
	vset_default_domain(domain);
	ck_assert_str_eq(domain, "alias.example.net");
	ck_assert_int_eq(parse_email("Joe", user, domain, 61), 0);
	ck_assert_str_eq(domain, "alias.example.net");
	setenv("VPOPMAIL_DOMAIN", "first.example", 1);
	vset_default_domain(domain);
	ck_assert_str_eq(domain, "alias.example.net");
	domain[0] = '\0';
	vset_default_domain(domain);
	ck_assert_str_eq(domain, "first.example");
	memset(domain, 'x', sizeof domain);
	ck_assert_int_eq(parse_email("joe", user, domain, 5), 0);
	ck_assert_str_eq(domain, "");
	ck_assert_int_eq(domain[5], 'x');
}
END_TEST

static void
expect(int fd, const char *text)
{
	char seen[400];
	size_t size = 0;

	seen[0] = '\0';
	while (!strstr(seen, text)) {
		ck_assert_uint_lt(size + 1, sizeof seen);
		ck_assert_int_eq(read(fd, seen + size, 1), 1);
		seen[++size] = '\0';
	}
	/* What was typed is not shown. */
	ck_assert_ptr_null(strstr(seen, "secret"));
}

/* Two that are alike, at the terminal. */
START_TEST(test_vgetpasswd)
{
	char pass[20];
	int fd, status;

	fflush(stdout);
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);
	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		vgetpasswd("joe", pass, sizeof pass);
		if (strcmp(pass, "secret-3") != 0)
			_exit(1);
		/* Too long for the buffer. */
		vgetpasswd("joe", pass, sizeof pass);
		_exit(pass[0] == '\0' && verrori == VA_PWSTR_EMPTY ? 0 : 2);
	}
	expect(fd, "Please enter password for joe: ");
	ck_assert_int_eq(write(fd, "secret-1\n", 9), 9);
	expect(fd, "enter password again: ");
	ck_assert_int_eq(write(fd, "secret-2\n", 9), 9);
	expect(fd, "Passwords do not match, try again");
	for (int i = 0; i < 2; i++) {
		expect(fd, i ? "again: " : "for joe: ");
		ck_assert_int_eq(write(fd, "secret-3\n", 9), 9);
	}
	expect(fd, "Please enter password for joe: ");
	ck_assert_int_eq(write(fd, "secret-of-more-than-20\n", 23), 23);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	close(fd);
}
END_TEST

/* What a program prints that gives up, and how it ends. */
START_TEST(test_exit)
{
	char *path = site_path("printed"), *text;
	int status;

	for (int i = 0; i < 3; i++) {
		FILE *fp = fopen(path, "w");
		pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0) {
			verrori = VA_DOMAIN_DOES_NOT_EXIST;
			if (i == 0)
				vexiterror(fp, "example.com");
			vsqlerror(fp, "example.com");
			fclose(fp);
			if (i == 1)
				vexit(3);
			_exit(0);
		}
		fclose(fp);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert(WIFEXITED(status));
		ck_assert_int_eq(WEXITSTATUS(status), i == 0   ? 256 - 11
						      : i == 1 ? 3
							       : 0);
		text = site_read("printed");
		ck_assert_str_eq(
		    text, "Error - Domain does not exist. example.com\n");
		free(text);
	}
	free(path);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_writable, test_characters,
		test_lowerit, test_date, test_verror, test_default_domain,
		test_vgetpasswd, test_exit, NULL };

	return api_main("api_results", tests);
}
