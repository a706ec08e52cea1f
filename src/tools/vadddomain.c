/*
 * vadddomain: make a domain and its postmaster.
 */
#include "config.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "base/text.h"
#include "tools/bulk.h"

#define BOUNCE  "bounce-no-mailbox"
#define MOST_ID 4294967294

static const char usage[] =
    "vadddomain: usage: vadddomain [options] virtual_domain "
    "[postmaster_password]\n"
    "       vadddomain [options] --from=file\n" CLI_HELP_V
    "         -q, --quota=quota (sets the quota of the postmaster account)\n"
    "         -b, --bounce (bounces all mail that doesn't match a user,\n"
    "            whatever the site's default action is)\n"
    "         -e, --catchall=email_address (forwards all non matching mail\n"
    "            to this address [*])\n"
    "         -u, --user=user (sets the uid/gid based on a user in\n"
    "            /etc/passwd; its home is the base directory)\n"
    "         -d, --dir=dir (sets the base directory of this domain)\n"
    "         -i, --uid=uid (sets the uid to use for this domain)\n"
    "         -g, --gid=gid (sets the gid to use for this domain)\n"
    "         -O, --optimize (optimize adding, for bulk adds set this for\n"
    "            all except the last one)\n"
    "         -r[len], --random[=len] (generate a len (default 12) char\n"
    "            random postmaster password)\n"
    "         --password-hash=encrypted_password (of the postmaster)\n"
    "         --no-password (a postmaster that cannot log "
    "in)\n" CLI_HELP_PASSWORD CLI_HELP_DRY_RUN CLI_HELP_FROM CLI_HELP_COMMON
    "\n"
    " [*] omit @-sign to deliver directly into user's Maildir: "
    "'-e postmaster'\n"
    "\n"
    "columns: domain, password or hash (of postmaster), quota, catchall,\n"
    "         basedir, uid, gid\n";

static struct {
	const char *quota, *catchall, *user, *dir, *uid, *gid;
	char *hash;
	size_t random;
	int bounce, optimize, locked;
} opt;

static const struct cli_option options[] = {
	{ 'q', CLI_TEXT, "quota", &opt.quota, 0 },
	{ 'b', CLI_SET, "bounce", &opt.bounce, 1 },
	{ 'e', CLI_TEXT, "catchall", &opt.catchall, 0 },
	{ 'u', CLI_TEXT, "user", &opt.user, 0 },
	{ 'd', CLI_TEXT, "dir", &opt.dir, 0 },
	{ 'i', CLI_TEXT, "uid", &opt.uid, 0 },
	{ 'g', CLI_TEXT, "gid", &opt.gid, 0 },
	{ 'O', CLI_SET, "optimize", &opt.optimize, 1 },
	{ 'r', CLI_RANDOM, "random", &opt.random, 0 },
	{ 0, CLI_SECRET, "password-hash", &opt.hash, 0 },
	{ 0, CLI_SET, "no-password", &opt.locked, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

/* ---- many ------------------------------------------------------------ */

enum column { DOMAIN, PASSWORD, HASH, QUOTA, CATCHALL, BASEDIR, UID, GID };

static const char *const columns[] = { "domain", "password", "hash", "quota",
	"catchall", "basedir", "uid", "gid", NULL };

static int
prepare(struct bulk *bulk, struct bulk_row *row)
{
	int code;

	(void)bulk;
	if (!row->field[DOMAIN])
		return bulk_reject(
		    row, VA_INVALID_DOMAIN_NAME, "no domain on this line");
	vp_lower(row->field[DOMAIN]);
	row->number[0] = row->number[1] = -1;
	code = bulk_check_secret(
	    row, row->field[PASSWORD], row->field[HASH], !opt.locked);
	if (code == 0 && row->field[UID])
		code = bulk_number(
		    row, "uid", row->field[UID], MOST_ID, &row->number[0]);
	if (code == 0 && row->field[GID])
		code = bulk_number(
		    row, "gid", row->field[GID], MOST_ID, &row->number[1]);
	return code;
}

static void
fill(struct bulk_row *row, struct vpop_domain_new *domain)
{
	memset(domain, 0, sizeof *domain);
	domain->name = row->field[DOMAIN];
	domain->basedir = row->field[BASEDIR];
	domain->uid = (uid_t)row->number[0];
	domain->gid = (gid_t)row->number[1];
	domain->quota = row->field[QUOTA];
	domain->catchall = row->field[CATCHALL];
	if (!domain->catchall && opt.bounce)
		domain->catchall = BOUNCE;
	if (opt.optimize)
		domain->flags = VPOP_DOMAIN_NO_SIGNAL;
	if (bulk_secret(row, row->field[PASSWORD], row->field[HASH],
		&domain->postmaster) == 0)
		domain->postmaster.kind = VPOP_SECRET_NONE;
}

static void
run_rows(struct bulk *bulk, struct bulk_row **rows, size_t count, int stop)
{
	struct vpop_domain_new *list = bulk->elements;

	for (size_t i = 0; i < count; i++)
		fill(rows[i], &list[i]);
	vpop_domains_add(bulk->cli->vp, list, count, stop);
	for (size_t i = 0; i < count; i++)
		bulk_result(rows[i], list[i].code, list[i].message, 0);
}

/* Does the existing catch-all say what the line says?  A mailbox is kept as
 * a path that ends in its folder or in the Maildir in it. */
static int
same_catchall(struct bulk *bulk, const char *domain, const char *given)
{
	char action[VPOP_DIR_SIZE], dir[VPOP_DIR_SIZE];
	struct vpop_user user;
	int code = vpop_domain_get_default(
	    bulk->cli->vp, domain, action, sizeof action);
	size_t length;

	if (code)
		return code;
	if (!strcmp(action, given))
		return 1;
	if (*action != '/' ||
	    vpop_user_get(bulk->cli->vp, given, domain, &user))
		return 0;
	length = (size_t)snprintf(dir, sizeof dir, "%s", user.dir);
	return !strncmp(action, dir, length) &&
	       (!action[length] || !strcmp(action + length, "/") ||
		   !strncmp(action + length, "/Maildir", 8));
}

static int
same_domain(
    struct bulk *bulk, struct bulk_row *row, const struct vpop_domain *domain)
{
	struct vpop *vp = bulk->cli->vp;
	struct vpop_secret secret;
	struct vpop_user user;
	const char *base = row->field[BASEDIR];
	int same = !strcmp(domain->name, domain->real);

	if (row->number[0] >= 0 && domain->uid != (uid_t)row->number[0])
		same = 0;
	if (row->number[1] >= 0 && domain->gid != (gid_t)row->number[1])
		same = 0;
	if (base && strncmp(domain->dir, base, strlen(base)) != 0)
		same = 0;
	if (same && row->field[CATCHALL])
		same = same_catchall(bulk, domain->name, row->field[CATCHALL]);
	if (same <= 0)
		return same;
	if (!row->field[PASSWORD] && !row->field[HASH] && !row->field[QUOTA])
		return 1;
	same = vpop_user_get(vp, "postmaster", domain->name, &user);
	if (same)
		return same;
	if (row->field[QUOTA] &&
	    !bulk_same_quota(user.quota, row->field[QUOTA]))
		return 0;
	if (bulk_secret(row, row->field[PASSWORD], row->field[HASH], &secret) <=
	    0)
		return 1;
	return bulk_same_secret(bulk, &user, &secret);
}

static int
examine_row(struct bulk *bulk, struct bulk_row *row)
{
	struct vpop_domain domain;
	int code = vpop_domain_get(bulk->cli->vp, row->field[DOMAIN], &domain);

	if (!code)
		code = same_domain(bulk, row, &domain);
	else if (vpop_class(code) != VPOP_CLASS_TEMPORARY)
		return 1;
	return bulk_examined(bulk, row, code, VA_DOMAIN_ALREADY_EXISTS);
}

static const struct bulk_verb verb = {
	.done = "added",
	.columns = columns,
	.chunk = 1000,
	.element = sizeof(struct vpop_domain_new),
	.prepare = prepare,
	.run = run_rows,
	.examine = examine_row,
	.exists = VA_DOMAIN_ALREADY_EXISTS,
};

/* ---- one ------------------------------------------------------------- */

static int
owner_by_name(struct vpop_domain_new *domain)
{
	const struct passwd *pw;
	static char *home;

	errno = 0;
	pw = getpwnam(opt.user);
	if (!pw && errno)
		return cli_refuse(
		    "cannot look up user %s: %s", opt.user, strerror(errno));
	if (!pw)
		return cli_refuse("user %s not found in /etc/passwd", opt.user);
	if (pw->pw_uid == 0 || pw->pw_gid == 0)
		return cli_refuse("user %s may not own a domain", opt.user);
	domain->uid = pw->pw_uid;
	domain->gid = pw->pw_gid;
	free(home);
	home = cli_strdup(pw->pw_dir);
	if (!opt.dir)
		domain->basedir = home;
	return 0;
}

static int
owner(const struct cli *cli, struct vpop_domain_new *domain)
{
	int64_t id;
	int status = 0;

	domain->uid = (uid_t)-1;
	domain->gid = (gid_t)-1;
	domain->basedir = opt.dir;
	if (opt.user)
		return owner_by_name(domain);
	if (opt.uid) {
		status = cli_number(cli, "-i", opt.uid, 1, MOST_ID, &id);
		domain->uid = (uid_t)id;
	}
	if (!status && opt.gid) {
		status = cli_number(cli, "-g", opt.gid, 1, MOST_ID, &id);
		domain->gid = (gid_t)id;
	}
	return status;
}

static int
fail_add(const struct cli *cli, int code)
{
	if (!cli_is_policy(code))
		return cli_fail(cli, code);
	printf(
	    "Error: (vadduser) %s\n", cli_reason(vpop_message(cli->vp), code));
	return code;
}

static int
find_secret(struct cli *cli, struct vpop_secret *ret_secret)
{
	struct cli_password password = { .random = opt.random,
		.who = "postmaster" };
	int status;

	if (opt.locked) {
		ret_secret->kind = VPOP_SECRET_NONE;
		return 0;
	}
	if (opt.hash) {
		ret_secret->kind = VPOP_SECRET_HASH;
		ret_secret->text = opt.hash;
		return 0;
	}
	status = cli_password(cli, &password);
	*ret_secret = password.secret;
	return status;
}

static int
add_one(struct cli *cli)
{
	struct vpop_domain_new domain = { .name = cli->argv[0] };
	struct vpop_domain found;
	int status = owner(cli, &domain), code;

	if (status)
		return status;
	code = vpop_domain_get(cli->vp, domain.name, &found);
	if (!code)
		return cli_fail_as(cli, VA_DOMAIN_ALREADY_EXISTS,
		    vpop_code_text(VA_DOMAIN_ALREADY_EXISTS));
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
		return cli_fail(cli, code);
	status = find_secret(cli, &domain.postmaster);
	if (status)
		return status;
	domain.quota = opt.quota;
	domain.catchall = opt.catchall;
	if (!domain.catchall && opt.bounce)
		domain.catchall = BOUNCE;
	domain.flags = opt.optimize ? VPOP_DOMAIN_NO_SIGNAL : 0;
	code = vpop_domain_add(cli->vp, &domain);
	if (code)
		return fail_add(cli, code);
	if (cli->dry_run)
		printf("Would add domain %s\n", domain.name);
	else if (opt.random && domain.postmaster.kind == VPOP_SECRET_CLEAR)
		printf("Random password: %s\n", domain.postmaster.text);
	return 0;
}

static int
run(struct cli *cli)
{
	int status;

	if (!cli->from)
		status = add_one(cli);
	else if (opt.quota || opt.catchall || opt.user || opt.dir || opt.uid ||
		 opt.gid || opt.hash || opt.random || cli->password_fd >= 0)
		status = cli_usage(cli,
		    "with --from only -b, -O, --no-password and --keep-going "
		    "have a meaning");
	else
		status = bulk_run(cli, &verb);
	cli_free_secret(opt.hash);
	return status;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vadddomain",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN | CLI_PASSWORD | CLI_FROM,
		.min = 1,
		.max = 1,
		.secret = 1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
