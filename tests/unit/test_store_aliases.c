/* Aliases that the account store keeps: the core on top of mem-all. */
#include "config.h"

#include "store_keep.h"

#include "core/alias.h"
#include "core/deliver.h"
#include "core/journal.h"
#include "core/rcpt.h"
#include "core/relay.h"

static void
walk_is(const char *alias, const char *expect)
{
	struct vpop_aliases *cursor;
	struct vpop_alias line;
	char text[1024] = "";
	size_t used = 0;

	ck_assert_int_eq(vpop_aliases_open(vp, alias, DOMAIN, &cursor), 0);
	while (vpop_aliases_next(cursor, &line) == 1)
		used += (size_t)snprintf(text + used, sizeof text - used,
		    "%s=%s|", line.name, line.line);
	vpop_aliases_close(cursor);
	ck_assert_str_eq(text, expect);
}

START_TEST(aliases)
{
	start("");
	walk_is(NULL, "");
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "Sales", DOMAIN, "&z@y.test"), 0);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "sales", DOMAIN, "&a@y.test"), 0);
	ck_assert_int_eq(vpop_alias_insert(vp, "info", DOMAIN, "&b@y.test"), 0);
	ck_assert_int_eq(vpop_alias_insert(vp, "sales", DOMAIN, "&a@y.test"),
	    VA_USERNAME_EXISTS);
	file_is(PATH(".qmail-sales"), 0);
	walk_is(NULL, "info=&b@y.test|sales=&z@y.test|sales=&a@y.test|");
	walk_is("SALES", "sales=&z@y.test|sales=&a@y.test|");
	ck_assert_int_eq(vpop_alias_remove(vp, "sales", DOMAIN, "&q@y.test"),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_alias_remove(vp, "sales", DOMAIN, "&z@y.test"), 0);
	walk_is("sales", "sales=&a@y.test|");
	ck_assert_int_eq(vpop_alias_delete(vp, "sales", DOMAIN), 0);
	ck_assert_int_eq(
	    vpop_alias_delete(vp, "sales", DOMAIN), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_alias_insert(vp, "default", DOMAIN, "&b@y.test"),
	    VA_ILLEGAL_USERNAME);
	walk_is(NULL, "info=&b@y.test|");
	ck_assert_int_eq(vp_journal_any(vp, NULL), 0);
}
END_TEST

/* Without the setting they are files as ever. */
START_TEST(aliases_in_files)
{
	ck_assert_int_eq(site_open("auth_module = mem-all\n"), 0);
	site_domain(DOMAIN, DOMAIN);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "sales", DOMAIN, "&z@y.test"), 0);
	file_is(PATH(".qmail-sales"), 1);
	walk_is(NULL, "sales=&z@y.test|");
}
END_TEST

static void
found_is(const char *ext, const char *text, const char *rest)
{
	struct vpop_domain domain;
	const char *got_rest;
	char *got;

	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	ck_assert_int_eq(
	    vp_alias_find(vp, &domain, ext, &got, &got_rest), text != NULL);
	if (text)
		ck_assert_str_eq(got, text);
	if (rest)
		ck_assert_str_eq(got_rest, rest);
	else
		ck_assert_ptr_null(got_rest);
	free(got);
}

START_TEST(finds_aliases)
{
	struct vpop_domain domain;

	start("");
	ck_assert_int_eq(vpop_domain_get(vp, DOMAIN, &domain), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "a-b", "1"), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "a-b", "2\r\n"), 0);
	ck_assert_int_eq(
	    ops->alias_insert(store, &domain, "a-default", "3"), 0);
	ck_assert_int_eq(
	    ops->alias_insert(store, &domain, "a-b-default", "4"), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "c", "5"), 0);
	ck_assert_int_eq(ops->alias_insert(store, &domain, "default", "6"), 0);
	found_is("a-b", "1\n2\n", NULL);
	found_is("a-b-c-d", "4\n", "c-d");
	found_is("a-x-y", "3\n", "x-y");
	found_is("a-", "3\n", "");
	found_is("c-x", NULL, NULL);
	found_is("nobody", NULL, NULL);
	found_is("default", "6\n", NULL);
	ck_assert_int_eq(vp_address_exists(vp, "a-x-y@" DOMAIN), 1);
	vp->set.qmail_ext = 1;
	found_is("c-x-y", "5\n", NULL);
}
END_TEST

/* What vdelivermail says and does; the programs run in the domain's folder. */
static int
deliver(const char *ext, char *ret_text, size_t size)
{
	char *path = site_path("message");
	FILE *out = tmpfile();
	struct vp_delivery delivery = { .ext = ext,
		.host = DOMAIN,
		.rpline = "",
		.dtline = "",
		.sender = "s@x.test",
		.action = "bounce-no-mailbox" };
	int status;

	site_write("message", "Subject: x\n\ntext\n");
	delivery.message_fd = open(path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(delivery.message_fd, 0);
	status = vp_deliver(vp, &delivery, out);
	close(delivery.message_fd);
	rewind(out);
	ret_text[fread(ret_text, 1, size - 1, out)] = '\0';
	fclose(out);
	free(path);
	return status;
}

START_TEST(delivers_to_aliases)
{
	char said[512];

	start("");
	vp->uid = 0; /* the test may run as root */
	ck_assert_int_eq(vpop_alias_insert(vp, "sup-default", DOMAIN,
			     "|cat >got; echo DEFAULT=$DEFAULT"),
	    0);
	ck_assert_int_eq(vpop_alias_insert(vp, "bad", DOMAIN, "|exit 100"), 0);
	ck_assert_int_eq(deliver("Sup-Foo-Bar", said, sizeof said), 0);
	ck_assert_str_eq(
	    said, "DEFAULT=foo-bar\nvdelivermail: valiases processed\n");
	file_is(PATH("got"), 1);
	ck_assert_int_eq(deliver("bad", said, sizeof said), 100);
	ck_assert_int_eq(deliver("nobody", said, sizeof said), 100);
	ck_assert_ptr_nonnull(strstr(said, "no mailbox here"));
}
END_TEST

START_TEST(store_down_defers)
{
	char said[512];
	struct vpop_lastauth last;
	struct vpop_limits limits;
	char mapped[VPOP_DOMAIN_SIZE];
	struct vpop_user user = { .name = "alice", .domain = DOMAIN };

	ck_assert_int_eq(site_open(KEEP "auth_module = gone\n"
					"store_dir = /nonexistent\n"),
	    0);
	site_domain(DOMAIN, DOMAIN);
	vp->uid = 0;
	ck_assert_int_eq(deliver("alice", said, sizeof said), 111);
	ck_assert_ptr_nonnull(strstr(said, "vdelivermail: deferred, "));
	ck_assert_int_eq(
	    vp_address_exists(vp, "alice@" DOMAIN), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_lastauth_get(vp, &user, &last), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_limits_get(vp, DOMAIN, &limits), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_ipmap_get(vp, "10.0.0.1", mapped), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(
	    vpop_alias_insert(vp, "a", DOMAIN, "&b@c.test"), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(vp_relay_open(vp, "10.0.0.1"), VA_NO_AUTH_MODULE);
	ck_assert_int_eq(vpop_class(VA_NO_AUTH_MODULE), VPOP_CLASS_TEMPORARY);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { aliases, aliases_in_files, finds_aliases,
		delivers_to_aliases, store_down_defers, NULL };

	return site_main("store_aliases", tests);
}
