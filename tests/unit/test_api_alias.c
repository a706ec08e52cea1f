/* The old interface: aliases, and what an address is. */
#include "config.h"

#include "api.h"

START_TEST(test_aliases)
{
	char domain[128] = "alias.example.net", name[MAX_FILE_NAME];
	char line[161];

	make_domain();
	ck_assert_int_eq(valias_insert("sales", domain, "&bob@x.org"), 0);
	ck_assert_str_eq(domain, "example.com");
	ck_assert_int_eq(valias_insert("sales", domain, "&amy@x.org"), 0);
	ck_assert_int_eq(valias_insert("a.b", domain, "&dot@x.org"), 0);
	ck_assert_int_eq(valias_insert("zed", domain, "&zed@x.org"), 0);
	site_write("home/domains/example.com/.qmail-empty", "");
	ck_assert_str_eq(valias_select_all(name, domain), "&dot@x.org");
	ck_assert_str_eq(name, "a.b");
	ck_assert_ptr_nonnull(vauth_getpw("joe", domain));
	ck_assert_ptr_nonnull(vget_assign(domain, NULL, 0, NULL, NULL));
	ck_assert_int_eq(isExistingAlias("/nonexistent", "sales", domain), 1);
	ck_assert_str_eq(valias_select_all_next(name), "&bob@x.org");
	ck_assert_str_eq(name, "sales");
	ck_assert_str_eq(valias_select_all_next(name), "&amy@x.org");
	ck_assert_str_eq(valias_select_all_next(name), "&zed@x.org");
	ck_assert_str_eq(name, "zed");
	ck_assert_ptr_null(valias_select_all_next(name));
	ck_assert_ptr_null(valias_select_all_next(name));

	ck_assert_str_eq(valias_select("sales", domain), "&bob@x.org");
	ck_assert_str_eq(valias_select_next(), "&amy@x.org");
	ck_assert_ptr_null(valias_select_next());
	ck_assert_ptr_null(valias_select_next());
	ck_assert_ptr_null(valias_select("sales", "unknown.org"));
	ck_assert_int_eq(verrori, -11);
	ck_assert_ptr_null(valias_select(NULL, domain));
	ck_assert_int_eq(verrori, -33);

	ck_assert_str_eq(valias_select_names(domain), "a.b");
	ck_assert_str_eq(valias_select_names_next(), "sales");
	ck_assert_str_eq(valias_select_names_next(), "zed");
	ck_assert_ptr_null(valias_select_names_next());
	valias_select_names_end();

	memset(line, 'a', 160);
	line[0] = '&';
	line[160] = '\0';
	ck_assert_int_eq(valias_insert("long", domain, line), -32);
	line[159] = '\0';
	ck_assert_int_eq(valias_insert("long", domain, line), 0);
	ck_assert_str_eq(valias_select("long", domain), line);
	ck_assert_ptr_null(valias_select_next());
	ck_assert_int_eq(valias_insert("x", domain, NULL), -33);
	ck_assert_int_eq(valias_remove("sales", domain, "&bob"), 0);
	ck_assert_str_eq(valias_select("sales", domain), "&bob@x.org");
	ck_assert_int_eq(valias_remove("sales", domain, "&bob@x.org"), 0);
	ck_assert_str_eq(valias_select("sales", domain), "&amy@x.org");
	ck_assert_int_eq(valias_delete("sales", domain), 0);
	errno = 0;
	ck_assert_int_eq(valias_delete("sales", domain), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(valias_delete_domain(domain), 0);
	ck_assert_ptr_null(valias_select_all(name, domain));
}
END_TEST

START_TEST(test_kinds)
{
	char *path;

	make_domain();
	path = site_path("home/domains/example.com");
	site_mkdir("home/domains/example.com/LIST");
	site_mkdir("home/domains/example.com/AWAY");
	site_write("home/domains/example.com/LIST/editor",
	    "|/usr/bin/ezmlm-reject\n|/usr/bin/ezmlm-send '.'\n");
	site_write("home/domains/example.com/AWAY/message", "I am away\n");
	site_write("home/domains/example.com/.qmail-a:b", "&x@y.org\n");
	site_write("home/domains/example.com/.qmail-away",
	    "|/usr/bin/autorespond 1 2 3 4\n");
	char *link = site_path("home/domains/example.com/.qmail-list");
	char *target = site_path("home/domains/example.com/LIST/editor");
	ck_assert_int_eq(symlink(target, link), 0);
	free(link);
	free(target);

	ck_assert_int_eq(isExistingUser("JOE", "Alias.Example.net"), 1);
	ck_assert_int_eq(isExistingUser("no-one", "example.com"), 0);
	ck_assert_int_eq(isExistingAlias(path, "a.b", "example.com"), 1);
	ck_assert_int_eq(isExistingAlias(path, "list", "example.com"), 0);
	ck_assert_int_eq(isExistingAlias(path, "away", "example.com"), 0);
	ck_assert_int_eq(isExistingAlias(path, "default", "example.com"), 0);
	ck_assert_int_eq(isExistingRobot(path, "away"), 1);
	ck_assert_int_eq(isExistingRobot(path, "list"), 0);
	ck_assert_int_eq(isExistingRobot(path, "../away"), 0);
	ck_assert_int_eq(isValidMailList(path, "list"), 1);
	ck_assert_int_eq(isValidMailList(path, "a.b"), 0);
	ck_assert_int_eq(isExistingAddress("example.com", "joe", path), 1);
	ck_assert_int_eq(isExistingAnyAddress("example.com", "none", path), 0);
	site_mkdir("qmail/alias");
	site_write("qmail/alias/.qmail-none-default", "&x@y.org\n");
	ck_assert_int_eq(isExistingAnyAddress("example.com", "none", path), 1);
	ck_assert_int_eq(isExistingUser(NULL, NULL), 0);
	ck_assert_int_eq(isExistingAlias(NULL, NULL, NULL), 0);
	free(path);
}
END_TEST

/* What each function says, and makes of the domain's name. */
START_TEST(test_arguments)
{
	char name65[66] = "", domain[128], real[128] = "example.com";
	char alias[MAX_FILE_NAME] = "sales", *path;
	char name97[98] = "";
	struct stat st;

	make_domain();
	memset(name65, 'a', 65);
	memset(name97, 'a', 97);
	ck_assert_ptr_null(valias_select(name65, name97));
	ck_assert_int_eq(verrori, -25);
	ck_assert_ptr_null(valias_select("x", name97));
	ck_assert_int_eq(verrori, -26);
	ck_assert_int_eq(valias_insert(name65, real, "&a@x.org"), -25);
	ck_assert_int_eq(valias_insert("x", name97, "&a@x.org"), -26);
	ck_assert_int_eq(valias_insert(alias, real, "&a@x.org"), 0);
	path = site_path("home/domains/example.com/.qmail-sales");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0600);
	ck_assert_uint_eq(st.st_uid, getuid());
	free(path);
#define RENAMES(call)                                                          \
	do {                                                                   \
		memcpy(domain, "Alias.example.NET", 18);                       \
		ck_assert(call);                                               \
		ck_assert_str_eq(domain, "example.com");                       \
	} while (0)
	RENAMES(valias_select("sales", domain) != NULL);
	RENAMES(valias_select_all(alias, domain) != NULL);
	RENAMES(valias_select_names(domain) != NULL);
	RENAMES(valias_insert("sales", domain, "&b@x.org") == 0);
	RENAMES(valias_remove("sales", domain, "&b@x.org") == 0);
	RENAMES(valias_remove("sales", domain, "&b@x.org") == 0);
	RENAMES(valias_delete("sales", domain) == 0);
	RENAMES(valias_delete_domain(domain) == 0);
	/* These leave their arguments alone. */
	memcpy(domain, "Alias.example.NET", 18);
	memcpy(alias, "JOE", 4);
	ck_assert_int_eq(isExistingUser(alias, domain), 1);
	ck_assert_int_eq(isExistingAddress(domain, alias, scratch), 1);
	ck_assert_str_eq(alias, "JOE");
	ck_assert_str_eq(domain, "Alias.example.NET");
}
END_TEST

/* A new name is in lower case, as mail looks for it; an old one is found as
 * it is listed. */
START_TEST(test_capitals)
{
	char domain[128] = "example.com", name[MAX_FILE_NAME], *old, *new;

	make_domain();
	old = site_path("home/domains/example.com/.qmail-Zed:x");
	new = site_path("home/domains/example.com/.qmail-zed:x");
	site_write("home/domains/example.com/.qmail-Zed:x", "&a@x\n&b@x\n");
	ck_assert_str_eq(valias_select_all(name, domain), "&a@x");
	ck_assert_str_eq(name, "Zed.x");
	ck_assert_str_eq(valias_select("Zed.x", domain), "&a@x");
	ck_assert_ptr_null(valias_select("zed.x", domain));
	ck_assert_int_eq(valias_remove(name, domain, "&a@x"), 0);
	ck_assert_str_eq(name, "Zed.x");
	ck_assert_str_eq(valias_select("Zed.x", domain), "&b@x");
	ck_assert_int_eq(valias_insert("Zed.x", domain, "&c@x"), 0);
	ck_assert_int_eq(access(new, F_OK), 0);
	ck_assert_str_eq(valias_select("ZED.x", domain), "&c@x");
	ck_assert_int_eq(valias_delete("ZED.x", domain), 0);
	ck_assert_int_eq(access(new, F_OK), -1);
	ck_assert_int_eq(access(old, F_OK), 0);
	ck_assert_int_eq(valias_delete("Zed.x", domain), 0);
	ck_assert_int_eq(access(old, F_OK), -1);
	ck_assert_int_eq(valias_delete("Zed.x", domain), -1);
	free(old);
	free(new);
}
END_TEST

/* Files of other programs: long lines, a list's links. */
START_TEST(test_foreign_files)
{
	char domain[128] = "example.com", name[MAX_FILE_NAME], line[402];
	char text[410], *target, *link;

	make_domain();
	memset(line, 'a', 400);
	line[0] = '&';
	line[400] = '\0';
	snprintf(text, sizeof text, "%s\n&b@x", line);
	site_write("home/domains/example.com/.qmail-b:c", text);
	site_mkdir("home/domains/example.com/LIST");
	site_write("home/domains/example.com/LIST/editor", "|/x/ezmlm-send\n");
	target = site_path("home/domains/example.com/LIST/editor");
	static const char *const links[] = { "list", "list-default",
		"list-owner", "list-return-default" };
	for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
		snprintf(text, sizeof text,
		    "home/domains/example.com/.qmail-%s", links[i]);
		link = site_path(text);
		ck_assert_int_eq(symlink(target, link), 0);
		free(link);
	}
	ck_assert_str_eq(valias_select_all(name, domain), line);
	ck_assert_str_eq(name, "b.c");
	ck_assert_str_eq(valias_select_all_next(name), "&b@x");
	ck_assert_str_eq(valias_select_all_next(name), "|/x/ezmlm-send");
	ck_assert_str_eq(name, "list");
	ck_assert_ptr_null(valias_select_all_next(name));
	ck_assert_str_eq(valias_select("b.c", domain), line);
	free(target);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { test_aliases, test_kinds, test_arguments,
		test_capitals, test_foreign_files, NULL };

	return api_main("api_alias", tests);
}
