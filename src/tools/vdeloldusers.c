/*
 * vdeloldusers: list or delete accounts that were not used for long.
 *
 * Names are collected page by page before anything is deleted.
 */
#include "config.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/dirtree.h"
#include "tools/json.h"
#include "tools/names.h"

#define DAY       86400
#define MOST_DAYS 36500

static const char usage[] =
    "vdeloldusers: usage: [options]\n"
    "options: -a, --age=age_in_days (will delete accounts older than this)\n"
    "                        (default is 6 months or 180 days)\n"
    "         -v (print version number and exit)\n"
    "         -d, --domain=[domain] (process only [domain])\n"
    "         -e, --every (process every domain)\n"
    "         -D, --delete (actually delete users. no users are deleted\n"
    "                        without this option)\n"
    "         -i, --ignore-dotqmail (also users that have a .qmail file)\n"
    "         -V, --verbose (print old users that will be "
    "deleted)\n" CLI_HELP_JSON CLI_HELP_DRY_RUN CLI_HELP_COMMON
    "JSON: an array of objects: address, last_auth, created, deleted\n";

static struct {
	const char *age, *domain;
	int every, delete, dotqmail, verbose;
} opt;

static const struct cli_option options[] = {
	{ 'a', CLI_TEXT, "age", &opt.age, 0 },
	{ 'd', CLI_TEXT, "domain", &opt.domain, 0 },
	{ 'e', CLI_SET, "every", &opt.every, 1 },
	{ 'D', CLI_SET, "delete", &opt.delete, 1 },
	{ 'i', CLI_SET, "ignore-dotqmail", &opt.dotqmail, 1 },
	{ 'V', CLI_SET, "verbose", &opt.verbose, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

struct old_user {
	char name[VPOP_USER_SIZE];
	struct vpop_lastauth last;
};

struct sweep {
	struct cli *cli;
	time_t limit; /* older than this */
	struct old_user *page;
	size_t count;
	struct vpop_user_name *names;
	unsigned long found;
	json_t *array;
	int code; /* of the first failure */
};

static void
note(struct sweep *sweep, int code)
{
	if (!sweep->code)
		sweep->code = code;
}

static int
says(const struct sweep *sweep)
{
	return opt.verbose && !sweep->array;
}

static int
has_dotqmail(const struct vpop_user *user)
{
	AUTO_CLOSE int dirfd = *user->dir ? vp_dir_open(user->dir) : -1;
	struct stat st;

	return dirfd >= 0 &&
	       !fstatat(dirfd, ".qmail", &st, AT_SYMLINK_NOFOLLOW);
}

/* Is the account to go? */
static int
is_old(struct sweep *sweep, const struct vpop_user *user,
    struct vpop_lastauth *ret_last)
{
	const struct cli *cli = sweep->cli;
	time_t when;
	int code;

	if (!strcmp(user->name, "postmaster")) {
		if (says(sweep))
			printf("skipping %s@%s\n", user->name, user->domain);
		return 0;
	}
	code = vpop_lastauth_get(cli->vp, user, ret_last);
	if (code) {
		note(sweep, code);
		cli_warn(cli, "%s@%s: %s", user->name, user->domain,
		    cli_reason(vpop_message(cli->vp), code));
		return 0;
	}
	when = ret_last->time ? ret_last->time : ret_last->created;
	if (!when || when >= sweep->limit)
		return 0;
	if (opt.dotqmail || !has_dotqmail(user))
		return 1;
	if (says(sweep))
		printf("skipping %s@%s: user has .qmail file\n", user->name,
		    user->domain);
	return 0;
}

static void
tell(struct sweep *sweep, const char *domain, const struct old_user *old,
    int deleted)
{
	char address[CLI_ADDRESS_SIZE];
	json_t *object;

	snprintf(address, sizeof address, "%s@%s", old->name, domain);
	if (!sweep->array) {
		if (opt.verbose)
			puts(address);
		return;
	}
	object = cli_json_object();
	cli_json_put(object, "address", cli_json_text(address));
	cli_json_put(object, "last_auth", cli_json_time(old->last.time));
	cli_json_put(object, "created", cli_json_time(old->last.created));
	cli_json_put(object, "deleted", json_boolean(deleted));
	cli_json_add(sweep->array, object);
}

static void
delete_page(struct sweep *sweep, const char *domain)
{
	const struct cli *cli = sweep->cli;

	memset(sweep->names, 0, sweep->count * sizeof *sweep->names);
	for (size_t i = 0; i < sweep->count; i++) {
		sweep->names[i].name = sweep->page[i].name;
		sweep->names[i].domain = domain;
	}
	vpop_users_delete(cli->vp, sweep->names, sweep->count, 0, 0);
	for (size_t i = 0; i < sweep->count; i++) {
		const struct vpop_user_name *name = &sweep->names[i];

		if (!name->code)
			continue;
		note(sweep, name->code);
		cli_warn(cli, "%s@%s: %s", name->name, domain,
		    cli_reason(name->message, name->code));
	}
}

static void
finish_page(struct sweep *sweep, const char *domain)
{
	if (!sweep->count)
		return;
	memset(sweep->names, 0, sweep->count * sizeof *sweep->names);
	if (opt.delete)
		delete_page(sweep, domain);
	if (sweep->array)
		for (size_t i = 0; i < sweep->count; i++)
			tell(sweep, domain, &sweep->page[i],
			    opt.delete &&!sweep->cli->dry_run &&
				!sweep->names[i].code);
	sweep->found += sweep->count;
	sweep->count = 0;
}

/* Fill a page with old accounts behind the name in after, which moves on.
 * 1 if there may be more, 0 at the end, or a code. */
static int
read_page(struct sweep *sweep, const char *domain, char after[VPOP_USER_SIZE])
{
	struct vpop_users *cursor = NULL;
	struct vpop_user user;
	int code = vpop_users_open(
	    sweep->cli->vp, domain, *after ? after : NULL, &cursor);

	if (code)
		return code;
	while (sweep->count < CLI_PAGE &&
	       (code = vpop_users_next(cursor, &user)) > 0) {
		struct old_user *old = &sweep->page[sweep->count];

		memcpy(after, user.name, sizeof user.name);
		if (!is_old(sweep, &user, &old->last))
			continue;
		memcpy(old->name, user.name, sizeof user.name);
		if (!sweep->array)
			tell(sweep, domain, old, 0);
		sweep->count++;
	}
	vpop_users_close(cursor);
	return code;
}

static void
sweep_domain(struct sweep *sweep, const char *domain)
{
	char after[VPOP_USER_SIZE] = "";
	int more;

	do {
		more = read_page(sweep, domain, after);
		finish_page(sweep, domain);
	} while (more > 0);
	if (more < 0) {
		note(sweep, more);
		cli_warn(sweep->cli, "%s: %s", domain,
		    cli_reason(vpop_message(sweep->cli->vp), more));
	}
}

static void
tell_end(const struct sweep *sweep)
{
	if (sweep->array) {
		cli_json_print(sweep->array);
	} else if (!sweep->found) {
		puts("no old users found");
	} else if (!opt.delete || sweep->cli->dry_run) {
		puts(" ** no users were deleted  **");
		puts(" ** use -D to delete users **");
	}
}

static int
sweep_all(struct sweep *sweep)
{
	struct cli *cli = sweep->cli;
	struct vpop_domain domain;
	struct names names;
	int code;

	if (opt.domain) {
		code = vpop_domain_get(cli->vp, opt.domain, &domain);
		if (!code)
			sweep_domain(sweep, domain.real);
		return code ? cli_fail(cli, code) : 0;
	}
	code = names_of_site(cli, &names);
	for (size_t i = 0; !code && i < names.count; i++)
		sweep_domain(sweep, names.name[i]);
	names_clear(&names);
	return code ? cli_fail(cli, code) : 0;
}

static int
check(const struct cli *cli, int64_t *ret_days)
{
	if (cli->version)
		return CLI_USAGE_STATUS;
	if (!opt.every && !opt.domain && !opt.age &&
	    !opt.delete &&!opt.verbose && !opt.dotqmail && !cli->json)
		return cli_usage(cli, NULL);
	if (!opt.every && !opt.domain) {
		puts("error: you must supply either the -e or -d [domain] "
		     "options");
		return CLI_USAGE_STATUS;
	}
	if (!cli_setting_on(cli, "auth_logging")) {
		puts("auth logging was not enabled, reconfigure with "
		     "--enable-auth-logging=y");
		return CLI_USAGE_STATUS;
	}
	return opt.age ? cli_number(cli, "-a", opt.age, 1, MOST_DAYS, ret_days)
		       : 0;
}

static int
run(struct cli *cli)
{
	struct sweep sweep = { .cli = cli };
	int64_t days = 180;
	int status = check(cli, &days);

	if (status)
		return status;
	sweep.limit = time(NULL) - (time_t)days * DAY;
	sweep.page = calloc(CLI_PAGE, sizeof *sweep.page);
	sweep.names = calloc(CLI_PAGE, sizeof *sweep.names);
	if (!sweep.page || !sweep.names)
		cli_no_memory();
	if (cli->json)
		sweep.array = cli_json_array();
	status = sweep_all(&sweep);
	if (!status)
		tell_end(&sweep);
	free(sweep.names);
	free(sweep.page);
	return status ? status : sweep.code;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vdeloldusers",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON | CLI_DRY_RUN,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
