/*
 * vmoduser: change fields and flags of one account or of a whole domain.
 */
#include "config.h"

#include <string.h>

#include "tools/bits.h"
#include "tools/bulk.h"
#include "tools/change.h"

#define ROOT_BITS ((uint32_t)(VPOP_SA_ADMIN | VPOP_SA_EXPERT))

static const char usage[] =
    "vmoduser: usage: [options] email_addr or domain (for each user in "
    "domain)\n"
    "       vmoduser [options] --from=file\n"
    "options: -v ( display the vpopmail version number )\n"
    "         -n, --no-rebuild ( don't rebuild the vpasswd.cdb file )\n"
    "         -q, --quota=quota ( set quota )\n"
    "         -c, --comment=comment ( set the comment/gecos field )\n"
    "         -e, --password-hash=encrypted_passwd ( set the password field )\n"
    "         -C, --clear-password=clear_text_passwd ( set the password )\n"
    "         -D, --dir=directory ( set the home directory field )\n"
    "the following options are bit flags in the gid int field\n"
    "         -x, --clear-all ( clear all flags first )\n"
    "         -d, --no-password-change ( don't allow user to change "
    "password )\n"
    "         -p, --no-pop ( disable POP access )\n"
    "         -s, --no-smtp ( disable SMTP AUTH access )\n"
    "         -w, --no-webmail ( disable webmail [IMAP from localhost*] "
    "access )\n"
    "            ( * the addresses of setting webmail_addresses )\n"
    "         -i, --no-imap ( disable non-webmail IMAP access )\n"
    "         -b, --bounce-mail ( bounce all mail )\n"
    "         -o, --override-limits ( user is not subject to domain limits "
    ")\n"
    "         -r, --no-relay ( disable roaming user/pop-before-smtp )\n"
    "         -a, --domain-admin ( grant qmailadmin administrator privileges "
    ")\n"
    "         -S, --system-admin ( grant system administrator privileges - "
    "access\n"
    "            all domains; root only )\n"
    "         -E, --expert ( grant expert privileges - edit .qmail files; "
    "root\n"
    "            only )\n"
    "         -f, --no-spamassassin ( disable spamassassin )\n"
    "         -F, --delete-spam ( delete spam )\n"
    "         -m, --no-maildrop ( disable maildrop )\n"
    "  [The following flags aren't used directly by vpopmail but are]\n"
    "  [included for other programs that share the user database.]\n"
    "         -u, --no-dialup ( set no dialup flag )\n"
    "         -0, --user-flag-0 ( set V_USER0 flag )\n"
    "         -1, --user-flag-1 ( set V_USER1 flag )\n"
    "         -2, --user-flag-2 ( set V_USER2 flag )\n"
    "         -3, --user-flag-3 ( set V_USER3 flag )\n"
    "single flags, by the letters above\n"
    "         --set=letters ( set these flags )\n"
    "         --clear=letters ( clear these flags )\n" CLI_HELP_PASSWORD
	CLI_HELP_DRY_RUN CLI_HELP_FROM
    "         -h, --help ( print this text )\n"
    "         --version ( print the version and exit )\n"
    "\n"
    "columns: address, or user and domain; gecos; quota; password or hash;\n"
    "         set, clear (letters)\n";

static struct {
	const char *quota, *comment, *dir, *set, *clear;
	char *hash, *password;
	uint32_t bits, cleared;
	int no_rebuild;
} opt;

static const struct cli_option options[] = {
	{ 'h', CLI_HELP, "usage", NULL, 0 },
	{ 'n', CLI_SET, "no-rebuild", &opt.no_rebuild, 1 },
	{ 'q', CLI_TEXT, "quota", &opt.quota, 0 },
	{ 'c', CLI_TEXT, "comment", &opt.comment, 0 },
	{ 'e', CLI_SECRET, "password-hash", &opt.hash, 0 },
	{ 'C', CLI_SECRET, "clear-password", &opt.password, 0 },
	{ 'D', CLI_TEXT, "dir", &opt.dir, 0 },
	{ 'x', CLI_BITS, "clear-all", &opt.cleared, VPOP_ALL_FLAGS },
	{ 'd', CLI_BITS, "no-password-change", &opt.bits, VPOP_NO_PASSWD_CHNG },
	{ 'p', CLI_BITS, "no-pop", &opt.bits, VPOP_NO_POP },
	{ 's', CLI_BITS, "no-smtp", &opt.bits, VPOP_NO_SMTP },
	{ 'w', CLI_BITS, "no-webmail", &opt.bits, VPOP_NO_WEBMAIL },
	{ 'i', CLI_BITS, "no-imap", &opt.bits, VPOP_NO_IMAP },
	{ 'b', CLI_BITS, "bounce-mail", &opt.bits, VPOP_BOUNCE_MAIL },
	{ 'o', CLI_BITS, "override-limits", &opt.bits, VPOP_V_OVERRIDE },
	{ 'r', CLI_BITS, "no-relay", &opt.bits, VPOP_NO_RELAY },
	{ 'a', CLI_BITS, "domain-admin", &opt.bits, VPOP_QA_ADMIN },
	{ 'S', CLI_BITS, "system-admin", &opt.bits, VPOP_SA_ADMIN },
	{ 'E', CLI_BITS, "expert", &opt.bits, VPOP_SA_EXPERT },
	{ 'f', CLI_BITS, "no-spamassassin", &opt.bits, VPOP_NO_SPAMASSASSIN },
	{ 'F', CLI_BITS, "delete-spam", &opt.bits, VPOP_DELETE_SPAM },
	{ 'm', CLI_BITS, "no-maildrop", &opt.bits, VPOP_NO_MAILDROP },
	{ 'u', CLI_BITS, "no-dialup", &opt.bits, VPOP_NO_DIALUP },
	{ '0', CLI_BITS, "user-flag-0", &opt.bits, VPOP_V_USER0 },
	{ '1', CLI_BITS, "user-flag-1", &opt.bits, VPOP_V_USER1 },
	{ '2', CLI_BITS, "user-flag-2", &opt.bits, VPOP_V_USER2 },
	{ '3', CLI_BITS, "user-flag-3", &opt.bits, VPOP_V_USER3 },
	{ 0, CLI_TEXT, "set", &opt.set, 0 },
	{ 0, CLI_TEXT, "clear", &opt.clear, 0 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

/* The caller's real id decides, so that a set-uid copy grants nothing. */
static int
may_set(uint32_t bits)
{
	return !(bits & ROOT_BITS) || getuid() == 0;
}

/* ---- many ------------------------------------------------------------ */

enum column { ADDRESS, USER, DOMAIN, GECOS, QUOTA, HASH, PASSWORD, SET, CLEAR };

static const char *const columns[] = { "address", "user", "domain", "gecos",
	"quota", "hash", "password", "set", "clear", NULL };

static int
prepare(struct bulk *bulk, struct bulk_row *row)
{
	struct vpop_secret secret;
	int code = bulk_address(bulk, row, row->field[ADDRESS],
	    row->field[USER], row->field[DOMAIN]);

	if (!code)
		code = bulk_secret(
		    row, row->field[PASSWORD], row->field[HASH], &secret);
	if (code >= 0)
		code = bulk_bits(row, row->field[SET], &row->bits[0]);
	if (!code)
		code = bulk_bits(row, row->field[CLEAR], &row->bits[1]);
	if (!code && !may_set(row->bits[0]))
		return bulk_reject(row, VA_FORBIDDEN,
		    "only root may grant administrator or expert privileges");
	return code;
}

static void
fill(struct bulk_row *row, struct vpop_user_change *change)
{
	memset(change, 0, sizeof *change);
	change->name = row->user;
	change->domain = row->domain;
	change->gecos = row->field[GECOS];
	change->quota = row->field[QUOTA];
	change->set_flags = row->bits[0];
	change->clear_flags = row->bits[1];
	if (bulk_secret(row, row->field[PASSWORD], row->field[HASH],
		&change->secret) > 0)
		change->fields |= VPOP_SET_SECRET;
	if (change->gecos)
		change->fields |= VPOP_SET_GECOS;
	if (change->quota)
		change->fields |= VPOP_SET_QUOTA;
	if (change->set_flags || change->clear_flags)
		change->fields |= VPOP_SET_FLAGS;
	if (opt.no_rebuild)
		change->fields |= VPOP_SET_NO_FOLD;
}

static void
run_rows(struct bulk *bulk, struct bulk_row **rows, size_t count, int stop)
{
	struct vpop_user_change *list = bulk->elements;

	for (size_t i = 0; i < count; i++)
		fill(rows[i], &list[i]);
	bulk_users_modify(bulk, rows, count, stop);
}

static const struct bulk_verb verb = {
	.done = "changed",
	.columns = columns,
	.chunk = 4 * CLI_PAGE,
	.element = sizeof(struct vpop_user_change),
	.prepare = prepare,
	.run = run_rows,
};

/* ---- one, or a domain ------------------------------------------------ */

static int
is_given(const char *text)
{
	return text && *text;
}

static int
flag_words(const struct cli *cli)
{
	uint32_t bits = 0;
	int letter = opt.set ? bits_parse(opt.set, &bits) : 0;

	opt.bits |= bits;
	bits = 0;
	if (!letter && opt.clear)
		letter = bits_parse(opt.clear, &bits);
	opt.cleared |= bits;
	if (letter)
		return cli_usage(cli, "unknown flag '%c'", letter);
	if (may_set(opt.bits))
		return 0;
	cli_refuse("only root may grant administrator or expert privileges");
	return VA_FORBIDDEN;
}

static int
fill_secret(struct cli *cli, struct vpop_user_change *change)
{
	struct cli_password password = { .who = "" };
	int status = 0;

	if (cli->password_fd >= 0) {
		status = cli_password(cli, &password);
		change->secret = password.secret;
	} else if (is_given(opt.password)) {
		change->secret.kind = VPOP_SECRET_CLEAR;
		change->secret.text = opt.password;
	} else if (is_given(opt.hash)) {
		change->secret.kind = VPOP_SECRET_HASH;
		change->secret.text = opt.hash;
	} else {
		return 0;
	}
	change->fields |= VPOP_SET_SECRET;
	return status;
}

static int
fill_change(struct cli *cli, struct vpop_user_change *change)
{
	int status = flag_words(cli);

	if (!status)
		status = fill_secret(cli, change);
	change->gecos = opt.comment;
	change->quota = opt.quota;
	change->dir = opt.dir;
	change->set_flags = opt.bits;
	change->clear_flags = opt.cleared;
	if (is_given(opt.comment))
		change->fields |= VPOP_SET_GECOS;
	if (is_given(opt.quota))
		change->fields |= VPOP_SET_QUOTA;
	if (is_given(opt.dir))
		change->fields |= VPOP_SET_DIR;
	if (opt.bits || opt.cleared)
		change->fields |= VPOP_SET_FLAGS;
	if (opt.no_rebuild)
		change->fields |= VPOP_SET_NO_FOLD;
	return status;
}

static int
change_one(struct cli *cli, struct vpop_user_change *change)
{
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	int code = cli_address(cli, cli->argv[0], user, domain);

	if (code)
		return code;
	code = change_user(cli, user, domain, change);
	if (vpop_class(code) == VPOP_CLASS_ABSENT) {
		printf("no such user %s@%s\n", user, domain);
		return CLI_USAGE_STATUS;
	}
	return code ? cli_fail(cli, code) : 0;
}

static int
change_target(struct cli *cli)
{
	struct vpop_user_change change = { .fields = 0 };
	int status = fill_change(cli, &change);

	if (status)
		return status;
	if (strchr(cli->argv[0], '@'))
		return change_one(cli, &change);
	return change_domain(cli, cli->argv[0], &change);
}

static int
run(struct cli *cli)
{
	int status;

	if (!cli->from)
		status = change_target(cli);
	else if (opt.quota || opt.comment || opt.dir || opt.set || opt.clear ||
		 opt.hash || opt.password || opt.bits || opt.cleared ||
		 cli->password_fd >= 0)
		status = cli_usage(
		    cli, "with --from only -n and --keep-going have a meaning");
	else
		status = bulk_run(cli, &verb);
	cli_free_secret(opt.hash);
	cli_free_secret(opt.password);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vmoduser",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN | CLI_PASSWORD | CLI_FROM,
		.min = 1,
		.max = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
