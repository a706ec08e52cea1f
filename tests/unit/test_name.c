/* Names, addresses of mail and of the network. */
#include "config.h"

#include "site.h"

#include "core/name.h"

static char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];

START_TEST(user_characters)
{
	static const char legal[] = "!#$&'*+-./0123456789=?"
				    "^_`{|}~";

	ck_assert_int_eq(vp_name_user(vp, legal, user), 0);
	ck_assert_str_eq(user, legal);
	for (int c = 1; c < 256; c++) {
		char name[] = { (char)c, '\0' };
		int letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
		int want = letter || strchr(legal, c) ? 0 : VA_ILLEGAL_USERNAME;

		ck_assert_int_eq(vp_name_user(vp, name, user), want);
	}
	ck_assert_int_eq(vp_name_user(vp, "BoB", user), 0);
	ck_assert_str_eq(user, "bob");
	ck_assert_int_eq(vp_name_user(vp, "", user), 0);
}
END_TEST

START_TEST(user_lengths)
{
	char name[70];

	memset(name, 'A', sizeof name);
	name[64] = '\0';
	ck_assert_int_eq(vp_name_user(vp, name, user), 0);
	ck_assert_uint_eq(strlen(user), 64);
	name[64] = 'A';
	name[65] = '\0';
	ck_assert_int_eq(vp_name_user(vp, name, user), VA_USER_NAME_TOO_LONG);
}
END_TEST

START_TEST(new_users)
{
	static const char *const refused[] = { "", ".", "..", ".hid", "a/b",
		"../x", "vpasswd", "VPASSWD.cdb", "Maildir", "x", "a b", "a:b",
		"a\nb", "\303\244", NULL };

	for (int i = 0; refused[i]; i++)
		ck_assert_int_eq(vp_name_new_user(vp, refused[i], user),
		    VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(vp_name_new_user(vp, "Bob.S", user), 0);
	ck_assert_str_eq(user, "bob.s");
	ck_assert_int_eq(site_open("users_big_dir = no\n"), 0);
	ck_assert_int_eq(vp_name_new_user(vp, "x", user), 0);
	ck_assert_int_eq(vp_name_new_user(vp, ".", user), VA_ILLEGAL_USERNAME);
}
END_TEST

START_TEST(new_domains)
{
	static const char *const refused[] = { "", "nodot", ".com", "a..com",
		"a.com.", "-a.com", "a-.com", "a.-b.com", "a.c", "a_b.com",
		"a b.com", "a/b.com", "a.com\n", "*.com", NULL };
	char label[80];

	for (int i = 0; refused[i]; i++)
		ck_assert_int_eq(vp_name_new_domain(vp, refused[i], domain),
		    VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(vp_name_new_domain(vp, "Example.COM", domain), 0);
	ck_assert_str_eq(domain, "example.com");
	memset(label, 'a', sizeof label);
	snprintf(label + 63, sizeof label - 63, ".com");
	ck_assert_int_eq(vp_name_new_domain(vp, label, domain), 0);
	snprintf(label + 63, sizeof label - 63, "a.com");
	ck_assert_int_eq(
	    vp_name_new_domain(vp, label, domain), VA_INVALID_DOMAIN_NAME);
}
END_TEST

START_TEST(international_domains)
{
	ck_assert_int_eq(
	    vp_name_new_domain(vp, "M\303\234LLER.example", domain), 0);
	ck_assert_str_eq(domain, "xn--mller-kva.example");
	ck_assert_int_eq(vp_name_new_domain(vp, "b\374cher.example", domain),
	    VA_INVALID_DOMAIN_NAME);
	ck_assert_int_eq(
	    vp_name_new_domain(vp, "xn--mller-kva.example", domain), 0);
}
END_TEST

START_TEST(domain_lengths)
{
	char name[300] = "";

	for (int i = 0; i < 126; i++)
		memcpy(name + i * 2, "a.", 3);
	memcpy(name + 249, ".com", 5);
	ck_assert_uint_eq(strlen(name), 253);
	ck_assert_int_eq(vp_name_domain(vp, name, domain), 0);
	memcpy(name + 249, "a.com", 6);
	ck_assert_int_eq(
	    vp_name_domain(vp, name, domain), VA_DOMAIN_NAME_TOO_LONG);
}
END_TEST

START_TEST(fields)
{
	ck_assert_int_eq(
	    vp_name_field(vp, "comment", "Bob \303\244", 10, -28), 0);
	ck_assert_int_eq(
	    vp_name_field(vp, "comment", "a:b", 10, -28), VA_BAD_CHAR);
	ck_assert_int_eq(
	    vp_name_field(vp, "comment", "a\nb", 10, -28), VA_BAD_CHAR);
	ck_assert_int_eq(vp_name_field(vp, "comment", "123456789", 10, -28), 0);
	ck_assert_int_eq(vp_name_field(vp, "comment", "1234567890", 10, -28),
	    VA_GECOS_TOO_LONG);
	ck_assert_int_eq(vp_name_alias(vp, "Sales.Dept", user), 0);
	ck_assert_str_eq(user, "sales.dept");
	ck_assert_int_eq(vp_name_alias(vp, "a/b", user), VA_ILLEGAL_USERNAME);
	ck_assert_int_eq(vp_name_alias(vp, "", user), VA_ILLEGAL_USERNAME);
}
END_TEST

START_TEST(addresses)
{
	static const struct {
		const char *text, *user, *domain;
		int code;
	} want[] = {
		{ "Bob@Example.COM", "bob", "example.com", 0 },
		{ "bob%example.com", "bob", "example.com", 0 },
		{ "bob/example.com", "bob", "example.com", 0 },
		{ "a/b@example.com", "a/b", "example.com", 0 },
		{ "a%b@example.com", NULL, NULL, VA_ILLEGAL_USERNAME },
		{ "a@example.com@x", NULL, NULL, VA_INVALID_DOMAIN_NAME },
		{ "bob", "bob", "", 0 },
		{ "@example.com", "", "example.com", 0 },
		{ "", "", "", 0 },
		{ "a b@example.com", NULL, NULL, VA_ILLEGAL_USERNAME },
	};

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		ck_assert_int_eq(
		    vpop_parse_address(vp, want[i].text, user, domain),
		    want[i].code);
		if (want[i].code != 0)
			continue;
		ck_assert_str_eq(user, want[i].user);
		ck_assert_str_eq(domain, want[i].domain);
	}
}
END_TEST

START_TEST(network_addresses)
{
	static const char *const want[][2] = {
		{ "10.1.2.3", "10.1.2.3" },
		{ "::ffff:127.0.0.1", "127.0.0.1" },
		{ "::FFFF:7f00:1", "127.0.0.1" },
		{ "::1", "::1" },
		{ "2001:DB8:0:0::5", "2001:db8::5" },
		{ "1.2.3", NULL },
		{ "1.2.3.4 ", NULL },
		{ ":", NULL },
		{ "", NULL },
		{ "host.example", NULL },
	};
	char ip[VPOP_IP_SIZE];

	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		int code = vp_name_ip(vp, want[i][0], ip);

		ck_assert_int_eq(code, want[i][1] ? 0 : VA_INVALID_IP_ADDRESS);
		if (code == 0)
			ck_assert_str_eq(ip, want[i][1]);
	}
	unsetenv("TCPREMOTEIP");
	unsetenv("REMOTE_HOST");
	vp_peer_ip(ip);
	ck_assert_str_eq(ip, "");
	setenv("REMOTE_HOST", "::ffff:192.0.2.1", 1);
	vp_peer_ip(ip);
	ck_assert_str_eq(ip, "192.0.2.1");
	setenv("TCPREMOTEIP", "no address", 1);
	vp_peer_ip(ip);
	ck_assert_str_eq(ip, "");
}
END_TEST

START_TEST(default_domain)
{
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "");
	site_write("home/etc/defaultdomain", "Example.NET\nother\n");
	ck_assert_int_eq(vpop_parse_address(vp, "bob", user, domain), 0);
	ck_assert_str_eq(domain, "example.net");

	site_write("home/etc/ip_alias_map",
	    "192.0.2.1 Mapped.example\n192.0.2.1 second.example\n"
	    "junk\n192.0.2.2\tlocal.example\n2001:db8::0 six.example\n");
	setenv("TCPLOCALIP", "::ffff:192.0.2.1", 1);
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "example.net");
	ck_assert_int_eq(site_open("ip_alias_domains = yes\n"), 0);
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "mapped.example");
	setenv("TCPLOCALIP", "2001:DB8::", 1);
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "six.example");
	site_write("qmail/control/locals", "local.example\n");
	setenv("TCPLOCALIP", "192.0.2.2", 1);
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "example.net");
	setenv("TCPLOCALIP", ":", 1);
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "example.net");

	setenv("VPOPMAIL_DOMAIN", "ENV example", 1);
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "env_example");
	setenv("VPOPMAIL_DOMAIN", "", 1);
	ck_assert_int_eq(vpop_default_domain(vp, domain), 0);
	ck_assert_str_eq(domain, "");
	unsetenv("VPOPMAIL_DOMAIN");
	site_write("home/etc/defaultdomain", "not_a_name\n");
	ck_assert_int_eq(vpop_default_domain(vp, domain), VA_PARSE_ERROR);
}
END_TEST

START_TEST(address_map)
{
	struct vpop_ipmap *list;
	size_t count;

	ck_assert_int_eq(vpop_ipmap_list(vp, &list, &count), 0);
	ck_assert_uint_eq(count, 0);
	free(list);
	ck_assert_int_eq(
	    vpop_ipmap_get(vp, "192.0.2.1", domain), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_ipmap_get(vp, "x", domain), VA_INVALID_IP_ADDRESS);
	site_write("home/etc/ip_alias_map",
	    "  127.0.0.5 \t a.example \n\nodd b.example\n127.0.0.6 c.example");
	ck_assert_int_eq(vpop_ipmap_list(vp, &list, &count), 0);
	ck_assert_uint_eq(count, 3);
	ck_assert_str_eq(list[0].ip, "127.0.0.5");
	ck_assert_str_eq(list[0].domain, "a.example");
	ck_assert_str_eq(list[1].ip, "odd");
	ck_assert_str_eq(list[2].domain, "c.example");
	free(list);
	ck_assert_int_eq(vpop_ipmap_get(vp, "::ffff:127.0.0.6", domain), 0);
	ck_assert_str_eq(domain, "c.example");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { user_characters, user_lengths, new_users,
		new_domains, international_domains, domain_lengths, fields,
		addresses, network_addresses, default_domain, address_map,
		NULL };

	return site_main("name", tests);
}
