/* What becomes of mail to an address: the .qmail of an account, its automatic
 * answer, whole aliases, autoresponders, and the numbers of limits. */
#include "config.h"

#include "vpop_delivery.h"

#include <stdarg.h>

#include "core/journal.h"
#include "core/userdelivery.h"

#include "site.h"

#define DOMAIN "a.test"
#define DIR    "home/domains/" DOMAIN "/"
#define HASH   "$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01" /* Secr3tA */

static struct vpop_user user;

static void
add_user(const char *name)
{
	const struct vpop_user_new new = {
		.name = name,
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_HASH, HASH },
		.quota = "NOQUOTA",
	};

	ck_assert_int_eq(vpop_user_add(vp, &new), 0);
}

static void
flow_make(void)
{
	site_make();
	site_domain(DOMAIN, DOMAIN);
	site_domain("b.test", DOMAIN);
	add_user("alice");
	ck_assert_int_eq(vpop_user_get(vp, "alice", DOMAIN, &user), 0);
}

static struct vpop_texts
texts(const char *first, ...)
{
	struct vpop_texts list = { .count = 0 };
	va_list args;

	va_start(args, first);
	for (const char *text = first; text; text = va_arg(args, const char *))
		ck_assert_int_eq(vpop_texts_add(&list, text), 0);
	va_end(args);
	return list;
}

static void
assert_file(const char *name, const char *wanted)
{
	char *text = site_read(name);

	if (wanted && !text)
		ck_abort_msg("%s is not there", name);
	if (wanted)
		ck_assert_str_eq(text, wanted);
	else
		ck_assert_ptr_null(text);
	free(text);
}

/* The same with DIR's full path for each '%'. */
static void
assert_dir_file(const char *name, const char *wanted)
{
	char *text = NULL;
	size_t size;
	FILE *fp = open_memstream(&text, &size);

	ck_assert_ptr_nonnull(fp);
	for (; *wanted; wanted++)
		if (*wanted == '%')
			fprintf(fp, "%s/home", scratch);
		else
			fputc(*wanted, fp);
	fclose(fp);
	assert_file(name, text);
	free(text);
}

/* ---- pure ------------------------------------------------------------- */

#define H "/h/alice"

static void
assert_read(const char *text, enum vpop_delivery_mode mode, int copy,
    size_t destinations, size_t custom)
{
	struct vpop_delivery got;

	ck_assert_int_eq(vp_delivery_read(text, H, &got), 0);
	ck_assert_msg(got.mode == mode, "%d in '%s'", got.mode, text);
	ck_assert_int_eq(got.keep_copy, copy);
	ck_assert_uint_eq(got.destinations.count, destinations);
	ck_assert_uint_eq(got.custom.count, custom);
	vpop_delivery_clear(&got);
}

START_TEST(reading)
{
	assert_read("", VPOP_DELIVERY_NORMAL, 0, 0, 0);
	assert_read("./Maildir/\n", VPOP_DELIVERY_NORMAL, 1, 0, 0);
	assert_read(H "/Maildir/\n", VPOP_DELIVERY_NORMAL, 1, 0, 0);
	assert_read("/other/Maildir/\n", VPOP_DELIVERY_NORMAL, 0, 0, 1);
	assert_read("&b@x.test\n", VPOP_DELIVERY_FORWARD, 0, 1, 0);
	assert_read("b@x.test\r\n& c@x.test\n./Maildir/", VPOP_DELIVERY_FORWARD,
	    1, 2, 0);
	assert_read("# delete\n", VPOP_DELIVERY_DISCARD, 0, 0, 0);
	assert_read("|/bin/true delete\n", VPOP_DELIVERY_DISCARD, 0, 0, 0);
	assert_read("|prog\n# delete\n", VPOP_DELIVERY_DISCARD, 0, 0, 1);
	assert_read("# delete\n./Maildir/\n", VPOP_DELIVERY_NORMAL, 1, 0, 0);
	assert_read("# hello\n", VPOP_DELIVERY_DISCARD, 0, 0, 1);
	assert_read("# delete\n&b@x.test\n", VPOP_DELIVERY_FORWARD, 0, 1, 0);
	assert_read("|preline maildrop\n", VPOP_DELIVERY_NORMAL, 0, 0, 1);
	assert_read(H "/Maildir/\n| /b/autorespond 86400 3 " H
		      "/vacation/message " H "/vacation\n",
	    VPOP_DELIVERY_NORMAL, 1, 0, 0);
}
END_TEST

static void
assert_write(const char *text, enum vpop_delivery_mode mode, int copy,
    struct vpop_texts destinations, const char *wanted)
{
	struct vpop_delivery delivery = {
		.mode = mode, .keep_copy = copy, .destinations = destinations
	};
	char *made = vp_delivery_write(text, H, &delivery);

	ck_assert_ptr_nonnull(made);
	ck_assert_str_eq(made, wanted);
	free(made);
	vpop_delivery_clear(&delivery);
}

START_TEST(writing)
{
	const struct vpop_texts none = { .count = 0 };
	const char answer[] =
	    "| /b/autorespond 86400 3 " H "/vacation/message " H "/vacation\n";
	char text[512];

	assert_write("", VPOP_DELIVERY_NORMAL, 0, none, "");
	assert_write("&b@x.test\n", VPOP_DELIVERY_NORMAL, 0, none, "");
	assert_write("", VPOP_DELIVERY_DISCARD, 0, none, "# delete\n");
	assert_write("", VPOP_DELIVERY_FORWARD, 1,
	    texts("b@x.test", "a@x.test", NULL),
	    "&b@x.test\n&a@x.test\n" H "/Maildir/\n");
	assert_write("# mine\n&old@x.test\n|prog\n./Maildir/\n",
	    VPOP_DELIVERY_FORWARD, 0, texts("n@x.test", NULL),
	    "# mine\n&n@x.test\n|prog\n");
	/* What would throw mail away without it. */
	assert_write("# mine\n# delete\n", VPOP_DELIVERY_NORMAL, 0, none,
	    "# mine\n" H "/Maildir/\n");
	/* The account's own program delivers. */
	assert_write("|prog\n", VPOP_DELIVERY_NORMAL, 0, none, "|prog\n");
	assert_write("|prog\n&b@x.test\n", VPOP_DELIVERY_NORMAL, 0, none,
	    "|prog\n" H "/Maildir/\n");
	snprintf(text, sizeof text, "%s%s", H "/Maildir/\n", answer);
	assert_write(text, VPOP_DELIVERY_NORMAL, 0, none, text);
	ck_assert_int_eq(vp_delivery_answers(text), 1);
	ck_assert_int_eq(vp_delivery_answers("./Maildir/\n"), 0);
	char *silent = vp_delivery_silent(text, H);
	ck_assert_str_eq(silent, "");
	free(silent);
	snprintf(text, sizeof text, "&b@x.test\n%s", answer);
	silent = vp_delivery_silent(text, H);
	ck_assert_str_eq(silent, "&b@x.test\n");
	free(silent);
}
END_TEST

/* ---- an account's .qmail ---------------------------------------------- */

START_TEST(delivery)
{
	struct vpop_delivery in = { .mode = VPOP_DELIVERY_FORWARD,
		.keep_copy = 1,
		.destinations = texts("carol", "z@ext.example", NULL) };
	struct vpop_delivery got;

	ck_assert_int_eq(vpop_user_delivery_get(vp, &user, &got), 0);
	ck_assert_int_eq(got.mode, VPOP_DELIVERY_NORMAL);
	vpop_delivery_clear(&got);
	ck_assert_int_eq(vpop_user_delivery_set(vp, &user, &in), 0);
	assert_dir_file(DIR "alice/.qmail",
	    "&carol@a.test\n&z@ext.example\n"
	    "%/domains/a.test/alice/Maildir/\n");
	ck_assert_int_eq(vpop_user_delivery_get(vp, &user, &got), 0);
	ck_assert_int_eq(got.mode, VPOP_DELIVERY_FORWARD);
	ck_assert_int_eq(got.keep_copy, 1);
	ck_assert_str_eq(got.destinations.text[1], "z@ext.example");
	vpop_delivery_clear(&got);
	in.mode = VPOP_DELIVERY_DISCARD;
	ck_assert_int_eq(vpop_user_delivery_set(vp, &user, &in), 0);
	assert_file(DIR "alice/.qmail", "# delete\n");
	in.mode = VPOP_DELIVERY_NORMAL;
	ck_assert_int_eq(vpop_user_delivery_set(vp, &user, &in), 0);
	assert_file(DIR "alice/.qmail", NULL);
	vpop_delivery_clear(&in);
}
END_TEST

START_TEST(bad_destinations)
{
	static const char *const bad[] = { "", " ", "|prog", "/etc/x/", "a b",
		"a@", "@x.test", "b\n|prog@x.test", "caf\xc3\xa9@x.test", ".",
		"&x@y.test", "#x" };

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct vpop_delivery in = { .mode = VPOP_DELIVERY_FORWARD,
			.destinations = texts(bad[i], NULL) };
		int code = vpop_user_delivery_set(vp, &user, &in);

		ck_assert_msg(
		    code == VA_INVALID_EMAIL_CHAR, "'%s': %d", bad[i], code);
		vpop_delivery_clear(&in);
	}
	struct vpop_delivery none = { .mode = VPOP_DELIVERY_FORWARD };
	ck_assert_int_eq(
	    vpop_user_delivery_set(vp, &user, &none), VA_INVALID_ARGUMENT);
	none.destinations = texts("Alice@B.test", NULL);
	ck_assert_int_eq(
	    vpop_user_delivery_set(vp, &user, &none), VA_INVALID_ARGUMENT);
	vpop_delivery_clear(&none);
	assert_file(DIR "alice/.qmail", NULL);
}
END_TEST

START_TEST(raw)
{
	char *text = NULL;

	ck_assert_int_eq(
	    vpop_user_dotqmail_set(vp, &user, "|/bin/sh\n&b@x.test\n", 0),
	    VA_FORBIDDEN);
	ck_assert_int_eq(vpop_user_dotqmail_set(vp, &user,
			     "|/bin/sh\n&b@x.test\n", VPOP_DOTQMAIL_ANY),
	    0);
	/* What is there may stay, nothing else may come. */
	ck_assert_int_eq(
	    vpop_user_dotqmail_set(vp, &user, "# x\n|/bin/sh\n", 0), 0);
	ck_assert_int_eq(
	    vpop_user_dotqmail_set(vp, &user, "|/bin/sh -c x\n", 0),
	    VA_FORBIDDEN);
	ck_assert_int_eq(
	    vpop_user_dotqmail_set(vp, &user, "/var/mail/x\n|/bin/sh\n", 0),
	    VA_FORBIDDEN);
	ck_assert_int_eq(
	    vpop_user_dotqmail_set(vp, &user, "./Maildir/.Junk/\n", 0), 0);
	ck_assert_int_eq(vpop_user_dotqmail_get(vp, &user, &text), 0);
	ck_assert_str_eq(text, "./Maildir/.Junk/\n");
	free(text);
	ck_assert_int_eq(vpop_user_dotqmail_set(vp, &user, "", 0), 0);
	assert_file(DIR "alice/.qmail", NULL);
	ck_assert_int_eq(vpop_user_dotqmail_get(vp, &user, &text), 0);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

/* ---- contact ---------------------------------------------------------- */

START_TEST(contact)
{
	static const char *const bad[] = { "joe", "@x.test", "a@b", "-f@x.test",
		"a b@x.test", "a@x.test\nBcc: b@y.test", "a,b@x.test",
		"<a@x.test>", "a@b@x.test", "a@.x.test", "a@x..test",
		"a@x.test." };
	char got[VPOP_CONTACT_SIZE];

	ck_assert_int_eq(vpop_user_contact_get(vp, &user, got), 0);
	ck_assert_str_eq(got, "");
	ck_assert_int_eq(
	    vpop_user_contact_set(vp, &user, "joe+me@home.test"), 0);
	ck_assert_int_eq(vpop_user_contact_get(vp, &user, got), 0);
	ck_assert_str_eq(got, "joe+me@home.test");
	assert_file(DIR "alice/.contact", "joe+me@home.test\n");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		ck_assert_int_eq(vpop_user_contact_set(vp, &user, bad[i]),
		    VA_INVALID_EMAIL_CHAR);
		ck_assert_int_eq(
		    vpop_message_send(vp, "", bad[i], "Subject: x\n\n"),
		    VA_INVALID_EMAIL_CHAR);
	}
	/* What somebody else wrote there is no address. */
	site_write(DIR "alice/.contact", "a@x.test, b@y.test\n");
	ck_assert_int_eq(vpop_user_contact_get(vp, &user, got), 0);
	ck_assert_str_eq(got, "");
	ck_assert_int_eq(vpop_user_contact_set(vp, &user, ""), 0);
	assert_file(DIR "alice/.contact", NULL);
}
END_TEST

/* ---- answers ---------------------------------------------------------- */

START_TEST(vacation)
{
	char body[] = "I am away\r\n";
	struct vpop_vacation in = { .enabled = 1,
		.subject = "Away; # %S",
		.text = body,
		.start = "2026-12-24",
		.end = "2027-01-06 12:00",
		.days = 7 };
	struct vpop_vacation got;

	ck_assert_int_eq(
	    vpop_user_vacation_get(vp, &user, &got), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_user_vacation_delete(vp, &user), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_user_vacation_set(vp, &user, &in), 0);
	assert_file(DIR "alice/vacation/message",
	    "From: alice@a.test\nSubject: Away; # %S\n\nI am away\n");
	assert_file(DIR "alice/vacation/vacation.conf",
	    "enabled = yes\nstart = 2026-12-24\nend = 2027-01-06 12:00\n"
	    "days = 7\n");
	ck_assert_int_eq(vpop_user_vacation_get(vp, &user, &got), 0);
	ck_assert_int_eq(got.enabled, 1);
	ck_assert_str_eq(got.subject, in.subject);
	ck_assert_str_eq(got.text, "I am away\n");
	ck_assert_str_eq(got.end, in.end);
	ck_assert_int_eq(got.days, 7);
	free(got.text);
	snprintf(in.start, sizeof in.start, "%s", "2027-02-30x");
	ck_assert_int_eq(
	    vpop_user_vacation_set(vp, &user, &in), VA_INVALID_ARGUMENT);
	snprintf(in.start, sizeof in.start, "%s", "2027-02-01");
	ck_assert_int_eq(
	    vpop_user_vacation_set(vp, &user, &in), VA_INVALID_ARGUMENT);
	snprintf(in.start, sizeof in.start, "%s", "");
	snprintf(in.subject, sizeof in.subject, "%s", "a\nBcc: x@y.test");
	ck_assert_int_eq(vpop_user_vacation_set(vp, &user, &in), VA_BAD_CHAR);
	ck_assert_int_eq(vpop_user_vacation_delete(vp, &user), 0);
	assert_file(DIR "alice/vacation/message", NULL);
}
END_TEST

/* What qmailadmin wrote is found, and replaced. */
START_TEST(old_vacation)
{
	char *line = NULL;
	struct vpop_vacation got;

	ck_assert_int_ge(
	    asprintf(&line,
		"&b@x.test\n| /h/bin/autorespond 86400 3 %s/" DIR
		"alice/vacation/message %s/" DIR "alice/vacation\n",
		scratch, scratch),
	    0);
	site_mkdir(DIR "alice/vacation");
	site_write(DIR "alice/.qmail", line);
	site_write(DIR "alice/vacation/message",
	    "From: alice@a.test\nSubject: Away\n\nI am away");
	free(line);
	ck_assert_int_eq(vpop_user_vacation_get(vp, &user, &got), 0);
	ck_assert_int_eq(got.enabled, 1);
	ck_assert_str_eq(got.subject, "Away");
	ck_assert_str_eq(got.text, "I am away");
	got.days = 3;
	ck_assert_int_eq(vpop_user_vacation_set(vp, &user, &got), 0);
	free(got.text);
	assert_file(DIR "alice/.qmail", "&b@x.test\n");
	assert_file(
	    DIR "alice/vacation/vacation.conf", "enabled = yes\ndays = 3\n");
}
END_TEST

START_TEST(autoresponder)
{
	char body[] = "Ask us.\n";
	struct vpop_autoresponder in = { .name = "help",
		.subject = "Hello",
		.text = body,
		.copy_to = texts("carol@a.test", NULL),
		.seconds = 10000,
		.count = 5 };
	struct vpop_autoresponder got;
	struct vpop_counts counts;

	ck_assert_int_eq(
	    vpop_autoresponder_set(vp, DOMAIN, &in, VPOP_ALIAS_REPLACE),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_autoresponder_set(vp, DOMAIN, &in, VPOP_ALIAS_CREATE), 0);
	ck_assert_int_eq(
	    vpop_autoresponder_set(vp, DOMAIN, &in, VPOP_ALIAS_CREATE),
	    VA_USERNAME_EXISTS);
	assert_dir_file(DIR ".qmail-help",
	    "|%/bin/autorespond 10000 5 %/domains/a.test/HELP/message "
	    "%/domains/a.test/HELP\n&carol@a.test\n");
	assert_file(DIR "HELP/message",
	    "From: help@a.test\nSubject: Hello\n\nAsk us.\n");
	ck_assert_int_eq(vpop_autoresponder_get(vp, "help", DOMAIN, &got), 0);
	ck_assert_str_eq(got.subject, "Hello");
	ck_assert_str_eq(got.text, body);
	ck_assert_int_eq(got.seconds, 10000);
	ck_assert_int_eq(got.count, 5);
	ck_assert_uint_eq(got.copy_to.count, 1);
	ck_assert_str_eq(got.copy_to.text[0], "carol@a.test");
	vpop_autoresponder_clear(&got);
	ck_assert_int_eq(vpop_domain_counts(vp, DOMAIN, &counts), 0);
	ck_assert_uint_eq(counts.autoresponders, 1);
	ck_assert_uint_eq(counts.forwards, 0);
	ck_assert_uint_eq(counts.users, 1);
	ck_assert_int_eq(vpop_autoresponder_delete(vp, "help", DOMAIN), 0);
	assert_file(DIR ".qmail-help", NULL);
	assert_file(DIR "HELP/message", NULL);
	ck_assert_int_eq(vpop_autoresponder_delete(vp, "help", DOMAIN),
	    VA_USER_DOES_NOT_EXIST);
	vpop_texts_clear(&in.copy_to);
}
END_TEST

/* As qmailadmin writes them, with its fields; what it does not know stays. */
START_TEST(old_autoresponder)
{
	struct vpop_autoresponder got;
	char *line = NULL;

	ck_assert_int_ge(
	    asprintf(&line,
		"&carol@a.test\n# note\n|/h/bin/autorespond 9 2 %s/" DIR
		"HELP/message %s/" DIR "HELP 0 +\n",
		scratch, scratch),
	    0);
	site_mkdir(DIR "HELP");
	site_write(DIR ".qmail-help", line);
	site_write(DIR "HELP/message",
	    "From: help@a.test\nSubject: Hi\nContent-type: text/plain \n"
	    "MIME-Version: 1.0\n\nText: no field");
	free(line);
	ck_assert_int_eq(vpop_autoresponder_get(vp, "HELP", DOMAIN, &got), 0);
	ck_assert_str_eq(got.subject, "Hi");
	ck_assert_str_eq(got.text, "Text: no field");
	ck_assert_int_eq(got.seconds, 9);
	ck_assert_int_eq(got.count, 2);
	got.count = 4;
	ck_assert_int_eq(
	    vpop_autoresponder_set(vp, DOMAIN, &got, VPOP_ALIAS_REPLACE), 0);
	assert_dir_file(DIR ".qmail-help",
	    "|%/bin/autorespond 9 4 %/domains/a.test/HELP/message "
	    "%/domains/a.test/HELP 0 +\n&carol@a.test\n# note\n");
	vpop_autoresponder_clear(&got);
}
END_TEST

START_TEST(bad_autoresponders)
{
	char body[] = "x";
	struct vpop_autoresponder in = {
		.text = body, .seconds = 1, .count = 1
	};
	static const char *const bad[] = { "", "a", "..", ".x", "a/b",
		"default", "x`id`", "x$y", "x'y", "x|y" };
	struct vpop_texts lines = texts("&b@x.test", NULL);

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		snprintf(in.name, sizeof in.name, "%s", bad[i]);
		ck_assert_int_lt(vpop_autoresponder_set(vp, DOMAIN, &in, 0), 0);
		ck_assert_int_lt(
		    vpop_autoresponder_delete(vp, bad[i], DOMAIN), 0);
	}
	ck_assert_int_eq(vpop_alias_set(vp, "info", DOMAIN, &lines, 0), 0);
	snprintf(in.name, sizeof in.name, "%s", "info");
	ck_assert_int_eq(
	    vpop_autoresponder_set(vp, DOMAIN, &in, 0), VA_USERNAME_EXISTS);
	ck_assert_int_eq(
	    vpop_autoresponder_set(vp, DOMAIN, &in, VPOP_ALIAS_REPLACE),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_autoresponder_delete(vp, "info", DOMAIN),
	    VA_USER_DOES_NOT_EXIST);
	assert_file(DIR ".qmail-info", "&b@x.test\n");
	vpop_texts_clear(&lines);
}
END_TEST

/* ---- aliases ---------------------------------------------------------- */

START_TEST(alias_texts)
{
	struct vpop_texts lines = texts("# all", "&b@x.test", "a@x.test", NULL);
	struct vpop_texts got;
	struct vpop_aliases *cursor;
	struct vpop_alias alias;

	ck_assert_int_eq(
	    vpop_alias_set(vp, "Sales.EU", DOMAIN, &lines, VPOP_ALIAS_REPLACE),
	    VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(
	    vpop_alias_set(vp, "Sales.EU", DOMAIN, &lines, VPOP_ALIAS_CREATE),
	    0);
	assert_file(DIR ".qmail-sales:eu", "# all\n&b@x.test\na@x.test\n");
	ck_assert_int_eq(
	    vpop_alias_set(vp, "sales.eu", DOMAIN, &lines, VPOP_ALIAS_CREATE),
	    VA_USERNAME_EXISTS);
	ck_assert_int_eq(vpop_alias_get(vp, "sales.eu", DOMAIN, &got), 0);
	ck_assert_uint_eq(got.count, 3);
	ck_assert_str_eq(got.text[2], "a@x.test");
	vpop_texts_clear(&got);
	ck_assert_int_eq(
	    vpop_alias_get(vp, "none", DOMAIN, &got), VA_USER_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_alias_set(vp, "a", DOMAIN, &lines, 0), 0);
	ck_assert_int_eq(vpop_alias_set(vp, "x", DOMAIN, &lines, 0), 0);
	vpop_texts_clear(&lines);
	ck_assert_int_eq(
	    vpop_alias_set(vp, "b", DOMAIN, &lines, 0), VA_INVALID_ARGUMENT);
	lines = texts("&x\ny", NULL);
	ck_assert_int_eq(
	    vpop_alias_set(vp, "b", DOMAIN, &lines, 0), VA_BAD_CHAR);
	vpop_texts_clear(&lines);

	ck_assert_int_eq(vpop_aliases_in_store(vp, DOMAIN), 0);
	ck_assert_int_eq(
	    vpop_aliases_in_store(vp, "none.test"), VA_DOMAIN_DOES_NOT_EXIST);
	ck_assert_int_eq(vpop_aliases_open(vp, NULL, DOMAIN, &cursor), 0);
	ck_assert_int_eq(vpop_aliases_seek(cursor, "b"), 0);
	ck_assert_int_eq(vpop_aliases_next(cursor, &alias), 1);
	ck_assert_str_eq(alias.name, "sales.eu");
	ck_assert_int_eq(vpop_aliases_seek(cursor, "sales.f"), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(vpop_aliases_next(cursor, &alias), 1);
	vpop_aliases_close(cursor);
}
END_TEST

START_TEST(destination_lines)
{
	char *line = NULL;

	ck_assert_int_eq(
	    vpop_destination_line(vp, "b.test", "alice", &line), 0);
	ck_assert_str_eq(line, "&alice@a.test");
	free(line);
	ck_assert_int_eq(
	    vpop_destination_line(vp, DOMAIN, "nobody@x.test", &line), 0);
	ck_assert_str_eq(line, "&nobody@x.test");
	free(line);
	ck_assert_int_eq(vpop_destination_line(vp, DOMAIN, "nobody", &line),
	    VA_USER_DOES_NOT_EXIST);
}
END_TEST

/* ---- limits ----------------------------------------------------------- */

static void
limit(int users, int aliases, int forwards, int robots)
{
	struct vpop_limits limits;

	vpop_limits_init(&limits);
	limits.maxpopaccounts = users;
	limits.maxaliases = aliases;
	limits.maxforwards = forwards;
	limits.maxautoresponders = robots;
	limits.maxmailinglists = 0;
	ck_assert_int_eq(vpop_limits_set(vp, DOMAIN, &limits), 0);
}

static int
set_alias(struct vpop *on, const char *name, const char *line)
{
	struct vpop_texts lines = texts(line, NULL);
	int code = vpop_alias_set(on, name, DOMAIN, &lines, 0);

	vpop_texts_clear(&lines);
	return code;
}

/* The accounts are in the handle that is not strict: the mem store's. */
START_TEST(strict_limits)
{
	char body[] = "x";
	struct vpop_autoresponder robot = {
		.name = "robot", .text = body, .seconds = 1, .count = 1
	};
	struct vpop_user_new new = { .name = "bob",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_HASH, HASH } };
	const struct vpop_list_change list = { .name = "list",
		.domain = DOMAIN };
	struct vpop_counts counts;

	limit(1, 1, 2, 0);
	ck_assert_int_eq(set_alias(vp, "one", "&alice@b.test"), 0);
	ck_assert_int_eq(set_alias(vp, "nothing", "# delete"), 0);
	vp->flags |= VPOP_OPEN_STRICT;
	ck_assert_int_eq(vpop_user_add(vp, &new), VA_LIMIT_REACHED);
	ck_assert_int_eq(
	    set_alias(vp, "two", "&alice@a.test"), VA_LIMIT_REACHED);
	ck_assert_int_eq(vpop_alias_insert(vp, "two", DOMAIN, "&alice@a.test"),
	    VA_LIMIT_REACHED);
	ck_assert_int_eq(set_alias(vp, "two", "&b@x.test"), 0);
	ck_assert_int_eq(set_alias(vp, "three", "&b@x.test"), VA_LIMIT_REACHED);
	ck_assert_int_eq(set_alias(vp, "three", "# delete"), 0);
	ck_assert_int_eq(set_alias(vp, "one", "&c@x.test"), 0);
	ck_assert_int_eq(
	    vpop_autoresponder_set(vp, DOMAIN, &robot, 0), VA_LIMIT_REACHED);
	ck_assert_int_eq(vpop_list_create(vp, &list), VA_LIMIT_REACHED);
	ck_assert_int_eq(vpop_domain_counts(vp, DOMAIN, &counts), 0);
	ck_assert_uint_eq(counts.forwards, 2);
	ck_assert_uint_eq(counts.aliases, 0);
	vp->flags &= ~(unsigned)VPOP_OPEN_STRICT;
	ck_assert_int_eq(set_alias(vp, "three", "&b@x.test"), 0);
	ck_assert_int_eq(vpop_user_add(vp, &new), 0);
}
END_TEST

START_TEST(strict_names)
{
	struct vpop_user_new new = { .name = "info",
		.domain = DOMAIN,
		.secret = { VPOP_SECRET_HASH, HASH } };

	vp->flags |= VPOP_OPEN_STRICT;
	ck_assert_int_eq(set_alias(vp, "info", "&b@x.test"), 0);
	ck_assert_int_eq(vpop_user_add(vp, &new), VA_USERNAME_EXISTS);
	ck_assert_int_eq(
	    set_alias(vp, "alice", "&b@x.test"), VA_USERNAME_EXISTS);
	vp->flags &= ~(unsigned)VPOP_OPEN_STRICT;
	ck_assert_int_eq(set_alias(vp, "alice", "&b@x.test"), 0);
}
END_TEST

/* ---- recovery --------------------------------------------------------- */

/* What a killed process leaves before its last step is completed. */
START_TEST(completed)
{
	struct vp_intent intent = { .event = "user.vacation.enabled",
		.object = "alice@a.test",
		.domain = DOMAIN };
	struct vpop_texts lines = texts("&b@x.test", NULL);
	const char qmail[] = "26400a"; /* "&@\n" */

	ck_assert_int_eq(vp_change_start(vp), 0);
	intent.new = json_pack("{s:s}", "subject", "x");
	intent.plan = json_pack("{s:[{s:s}, {s:s, s:s}, {s:s, s:n}], s:s}",
	    "steps", "folder", "vacation", "file", "vacation/message", "text",
	    qmail, "file", ".qmail", "text", "user", "alice");
	ck_assert_ptr_nonnull(intent.plan);
	site_write(DIR "alice/.qmail", "x\n");
	ck_assert_int_eq(vp_journal_intend(vp, &intent, 1), 0);
	json_decref(intent.plan);
	json_decref(intent.new);
	ck_assert_int_eq(vpop_alias_set(vp, "any", DOMAIN, &lines, 0), 0);
	vpop_texts_clear(&lines);
	assert_file(DIR "alice/vacation/message", "&@\n");
	assert_file(DIR "alice/.qmail", NULL);
	ck_assert_int_eq(vp_journal_any(vp, NULL), 0);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = { reading, writing, delivery,
		bad_destinations, raw, contact, vacation, old_vacation,
		autoresponder, old_autoresponder, bad_autoresponders,
		alias_texts, destination_lines, strict_limits, strict_names,
		completed, NULL };
	Suite *suite = suite_create("mailflow");
	TCase *tcase = tcase_create("mailflow");

	tcase_add_checked_fixture(tcase, flow_make, site_remove);
	tcase_set_timeout(tcase, 60);
	for (size_t i = 0; tests[i]; i++)
		tcase_add_test(tcase, tests[i]);
	suite_add_tcase(suite, tcase);

	SRunner *runner = srunner_create(suite);
	srunner_set_tap(runner, "-");
	srunner_run_all(runner, CK_SILENT);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
