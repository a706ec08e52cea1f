/*
 * vuserinfo: report on one account or on all of a domain.
 *
 * Mail files are read with the ids of the domain's owner when we are root:
 * what lies in a Maildir is made by others.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "tools/bits.h"
#include "tools/cli.h"
#include "tools/json.h"
#include "tools/owner.h"

#define DASHES "------------------------------------------"

static const char usage[] =
    "vuserinfo: usage: [options] email_address\n" CLI_HELP_V
    "         -a, --all (display all fields, this is the default)\n"
    "         -n, --name (display name field)\n"
    "         -p, --password (display crypted password)\n"
    "         -u, --uid (display uid field)\n"
    "         -g, --gid (display gid field)\n"
    "         -c, --comment (display comment field)\n"
    "         -d, --dir (display directory)\n"
    "         -q, --quota (display quota field)\n"
    "         -Q, --usage (display quota usage)\n"
    "         -C, --clear-password (display clear text password)\n"
    "         -l, --last (display last authentication time)\n"
    "         -D, --domain=domainname (show all users on this "
    "domain)\n" CLI_HELP_JSON CLI_HELP_COMMON
    "In the full report the passwords are blank unless -p or -C come before "
    "-a.\n"
    "JSON: name, domain, passwd (with -p), clear_passwd (with -C), gecos, "
    "uid,\n"
    "      gid, flags, limits, dir, quota, usage_percent, usage_bytes,\n"
    "      usage_messages, last_auth, last_auth_ip, created; with -D one\n"
    "      object a line\n";

enum field {
	NAME = 1,
	PASSWORD = 2,
	CLEAR = 4,
	UID = 8,
	GID = 0x10,
	COMMENT = 0x20,
	DIR = 0x40,
	QUOTA = 0x80,
	USAGE = 0x100,
	LAST = 0x200
};

static struct {
	uint32_t fields;
	const char *domain;
} opt;

static const struct cli_option options[] = {
	{ 'a', CLI_BITS, "all", &opt.fields, CLI_ALL },
	{ 'n', CLI_FIELD, "name", &opt.fields, NAME },
	{ 'p', CLI_FIELD, "password", &opt.fields, PASSWORD },
	{ 'u', CLI_FIELD, "uid", &opt.fields, UID },
	{ 'g', CLI_FIELD, "gid", &opt.fields, GID },
	{ 'c', CLI_FIELD, "comment", &opt.fields, COMMENT },
	{ 'd', CLI_FIELD, "dir", &opt.fields, DIR },
	{ 'q', CLI_FIELD, "quota", &opt.fields, QUOTA },
	{ 'Q', CLI_FIELD, "usage", &opt.fields, USAGE },
	{ 'C', CLI_FIELD, "clear-password", &opt.fields, CLEAR },
	{ 'l', CLI_FIELD, "last", &opt.fields, LAST },
	{ 'D', CLI_TEXT, "domain", &opt.domain, 0 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

/* What is known about an account beside its record. */
struct facts {
	const struct vpop_user *user;
	struct vpop_quota used;
	int percent;
	struct vpop_lastauth last;
	int log; /* last logins are kept */
};

static int
is_full(void)
{
	return !opt.fields || (opt.fields & CLI_ALL);
}

/* ---- facts ----------------------------------------------------------- */

static int
find_mail_facts(struct cli *cli, struct facts *facts)
{
	int code = 0;

	if (is_full() || cli->json || (opt.fields & USAGE))
		code = vpop_user_usage(
		    cli->vp, facts->user, &facts->used, &facts->percent);
	if (!code && facts->log)
		code = vpop_lastauth_get(cli->vp, facts->user, &facts->last);
	return code ? cli_fail(cli, code) : 0;
}

static int
find_facts(struct cli *cli, const struct vpop_domain *domain,
    const struct vpop_user *user, struct facts *ret_facts)
{
	int wanted = is_full() || cli->json || (opt.fields & (USAGE | LAST));
	int status;

	memset(ret_facts, 0, sizeof *ret_facts);
	ret_facts->user = user;
	ret_facts->percent = -1;
	ret_facts->log = cli_setting_on(cli, "auth_logging") &&
			 (is_full() || cli->json || (opt.fields & LAST));
	if (!wanted)
		return 0;
	if (owner_become(domain)) {
		cli_refuse("unable to setuid");
		return 1;
	}
	status = find_mail_facts(cli, ret_facts);
	if (owner_leave()) {
		cli_refuse("unable to setuid");
		return 1;
	}
	return status;
}

/* ---- text ------------------------------------------------------------ */

static void
print_limits(const struct vpop_user *user)
{
	if (!user->flags) {
		puts("limits: No user limits set.");
		return;
	}
	puts("limits:");
	for (const struct bit_text *entry = bit_texts; entry->bit; entry++) {
		if (user->flags & entry->bit)
			printf("        %s%s\n", entry->text,
			    user->gid & entry->bit ? "" : " (*)");
	}
	if (user->gid != user->flags)
		puts("        * = set by domain-wide limits");
}

static void
print_usage(const struct facts *facts)
{
	if (!strcmp(facts->user->quota, "NOQUOTA"))
		puts("NOQUOTA");
	else
		printf("%d%%\n", facts->percent < 0 ? 0 : facts->percent);
}

/* The form of asctime. */
static void
print_time(const char *label, time_t when)
{
	char text[64];
	struct tm tm;

	if (localtime_r(&when, &tm) &&
	    strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &tm))
		printf("%s%s\n", label, text);
}

static void
print_last(const struct facts *facts)
{
	if (!facts->log)
		return;
	if (facts->last.time) {
		print_time("last auth: ", facts->last.time);
		printf("last auth ip: %s\n", facts->last.ip);
		return;
	}
	if (facts->last.created)
		print_time("account created: ", facts->last.created);
	puts("last auth: Never logged in");
}

static void
print_full(const struct facts *facts)
{
	const struct vpop_user *user = facts->user;

	printf("name:   %s\n", user->name);
	printf("passwd: %s\n", opt.fields & PASSWORD ? user->passwd : "");
	printf("clear passwd: %s\n", opt.fields & CLEAR ? user->clear : "");
	printf("comment/gecos: %s\n", user->gecos);
	printf("uid:    %u\n", user->uid);
	printf("gid:    %u\n", user->gid);
	printf("flags:  %u\n", user->flags);
	printf("gecos: %s\n", user->gecos);
	print_limits(user);
	printf("dir:       %s\n", user->dir);
	printf("quota:     %s\n", user->quota);
	fputs("usage:     ", stdout);
	print_usage(facts);
	print_last(facts);
}

static void
print_terse(const struct cli *cli, const struct facts *facts)
{
	const struct vpop_user *user = facts->user;
	uint32_t fields = opt.fields;

	if (fields & NAME)
		puts(user->name);
	if (fields & PASSWORD)
		puts(user->passwd);
	if ((fields & CLEAR) &&
	    (*user->clear || cli_setting_on(cli, "clear_passwd")))
		puts(user->clear);
	if (fields & UID)
		printf("%u\n", user->uid);
	if (fields & GID)
		printf("%u\n", user->gid);
	if (fields & COMMENT)
		puts(user->gecos);
	if (fields & DIR)
		puts(user->dir);
	if (fields & QUOTA)
		puts(user->quota);
	if (fields & USAGE)
		print_usage(facts);
	if (fields & LAST)
		print_last(facts);
}

/* ---- JSON ------------------------------------------------------------ */

static void
put_usage(json_t *object, const struct facts *facts)
{
	cli_json_put(object, "usage_percent",
	    facts->percent < 0 ? json_null() : json_integer(facts->percent));
	cli_json_put(object, "usage_bytes", json_integer(facts->used.bytes));
	cli_json_put(
	    object, "usage_messages", json_integer(facts->used.messages));
}

static void
put_last(json_t *object, const struct facts *facts)
{
	const struct vpop_lastauth *last = &facts->last;

	cli_json_put(object, "last_auth", cli_json_time(last->time));
	cli_json_put(object, "last_auth_ip",
	    last->time ? cli_json_text(last->ip) : json_null());
	cli_json_put(object, "created", cli_json_time(last->created));
}

static void
print_json(const struct facts *facts)
{
	const struct vpop_user *user = facts->user;
	json_t *object = cli_json_object();

	cli_json_put(object, "name", cli_json_text(user->name));
	cli_json_put(object, "domain", cli_json_text(user->domain));
	if (opt.fields & PASSWORD)
		cli_json_put(object, "passwd", cli_json_text(user->passwd));
	if (opt.fields & CLEAR)
		cli_json_put(
		    object, "clear_passwd", cli_json_text(user->clear));
	cli_json_put(object, "gecos", cli_json_text(user->gecos));
	cli_json_put(object, "uid", json_integer(user->uid));
	cli_json_put(object, "gid", json_integer(user->gid));
	cli_json_put(object, "flags", json_integer(user->flags));
	cli_json_put(object, "limits", cli_json_bits(user->flags));
	cli_json_put(object, "dir", cli_json_text(user->dir));
	cli_json_put(object, "quota", cli_json_text(user->quota));
	put_usage(object, facts);
	put_last(object, facts);
	cli_json_print(object);
}

/* ---- which accounts -------------------------------------------------- */

static int
report(struct cli *cli, const struct vpop_domain *domain,
    const struct vpop_user *user)
{
	struct facts facts;
	int status = find_facts(cli, domain, user, &facts);

	if (status)
		return status;
	if (cli->json) {
		print_json(&facts);
	} else if (is_full()) {
		if (opt.domain)
			puts(DASHES);
		print_full(&facts);
	} else {
		print_terse(cli, &facts);
	}
	return 0;
}

/* An account whose mail cannot be read does not hide the others. */
static int
report_domain(struct cli *cli)
{
	struct vpop_users *cursor = NULL;
	struct vpop_domain domain;
	struct vpop_user user;
	int code = vpop_domain_get(cli->vp, opt.domain, &domain), status = 0;

	if (!code)
		code = vpop_users_open(cli->vp, domain.real, NULL, &cursor);
	if (code)
		return cli_fail(cli, code);
	while ((code = vpop_users_next(cursor, &user)) > 0) {
		int failed = report(cli, &domain, &user);

		status = status ? status : failed;
	}
	vpop_users_close(cursor);
	return code ? cli_fail(cli, code) : status;
}

static int
report_user(struct cli *cli)
{
	char name[VPOP_USER_SIZE], domain_name[VPOP_DOMAIN_SIZE];
	struct vpop_domain domain;
	struct vpop_user user;
	int code = cli_address(cli, cli->argv[0], name, domain_name);

	if (code)
		return code;
	code = VA_DOMAIN_DOES_NOT_EXIST;
	if (*domain_name)
		code = vpop_domain_get(cli->vp, domain_name, &domain);
	if (!code)
		code = vpop_user_get(cli->vp, name, domain.real, &user);
	if (vpop_class(code) == VPOP_CLASS_ABSENT) {
		fprintf(cli->json ? stderr : stdout, "no such user %s%s%s\n",
		    name, *domain_name ? "@" : "", domain_name);
		return CLI_USAGE_STATUS;
	}
	return code ? cli_fail(cli, code) : report(cli, &domain, &user);
}

static int
run(struct cli *cli)
{
	if (opt.domain)
		return report_domain(cli);
	return cli->argc ? report_user(cli) : cli_usage(cli, NULL);
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vuserinfo",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
