/*
 * vpopbull: one message into every mailbox of domains.
 */
#include "config.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/line.h"
#include "base/text.h"
#include "tools/names.h"

static const char usage[] =
    "vpopbull: usage: [options] -f [email_file] [virtual_domain] "
    "[...]\n" CLI_HELP_V
    "         -V, --verbose (print each address after its delivery)\n"
    "         -f, --file=email_file (file with message contents)\n"
    "         -e, --exclude=exclude_email_addr_file (list of addresses to\n"
    "            exclude)\n"
    "         -n, --no-delivery (don't deliver, list the accounts)\n"
    "         -c, --copy (default, copy file)\n"
    "         -h, --hard-links (use hard links)\n"
    "         -s, --symbolic-links (use symbolic links)\n" CLI_HELP_DRY_RUN
	CLI_HELP_COMMON;

#define LONGEST_ADDRESS 1024

static struct {
	const char *file, *exclude;
	int verbose, list, how;
} opt;

static const struct cli_option options[] = {
	{ 'V', CLI_SET, "verbose", &opt.verbose, 1 },
	{ 'f', CLI_TEXT, "file", &opt.file, 0 },
	{ 'e', CLI_TEXT, "exclude", &opt.exclude, 0 },
	{ 'n', CLI_SET, "no-delivery", &opt.list, 1 },
	{ 'c', CLI_SET, "copy", &opt.how, VPOP_BULLETIN_COPY },
	{ 'h', CLI_SET, "hard-links", &opt.how, VPOP_BULLETIN_LINK },
	{ 's', CLI_SET, "symbolic-links", &opt.how, VPOP_BULLETIN_SYMLINK },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

struct bulletin {
	const struct cli *cli;
	struct names excluded; /* sorted */
	int code;              /* of the first failure */
};

/* ---- excluded addresses ---------------------------------------------- */

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
read_excluded(const struct cli *cli, struct names *excluded)
{
	AUTO_FCLOSE FILE *fp = fopen(opt.exclude, "re");
	AUTO_FREE char *line = NULL;
	size_t capacity = 0;
	ssize_t length;

	if (!fp) {
		fprintf(stderr, "Could not open file %s\n", opt.exclude);
		return CLI_USAGE_STATUS;
	}
	while ((length = vp_line_read(fp, &line, &capacity, LONGEST_ADDRESS)) >=
	       0) {
		if (length && line[length - 1] == '\r')
			line[length - 1] = 0;
		vp_lower(line);
		names_add(excluded, line);
	}
	if (errno) {
		cli_warn(
		    cli, "cannot read '%s': %s", opt.exclude, strerror(errno));
		return CLI_USAGE_STATUS;
	}
	if (excluded->count)
		qsort(excluded->name, excluded->count, sizeof(char *), compare);
	return 0;
}

static int
is_excluded(const struct bulletin *bulletin, const struct vpop_user *user)
{
	char address[CLI_ADDRESS_SIZE];
	const char *key = address;

	if (!bulletin->excluded.count)
		return 0;
	snprintf(address, sizeof address, "%s@%s", user->name, user->domain);
	return bsearch(&key, bulletin->excluded.name, bulletin->excluded.count,
		   sizeof key, compare) != NULL;
}

/* ---- delivery -------------------------------------------------------- */

static void
note(struct bulletin *bulletin, int code)
{
	if (!bulletin->code)
		bulletin->code = code;
}

static int
each(void *arg, const struct vpop_user *user, int before, int code)
{
	struct bulletin *bulletin = arg;

	if (before)
		return is_excluded(bulletin, user);
	if (code) {
		note(bulletin, code);
		fflush(stdout);
		fprintf(stderr, "%s@%s: ERROR COPYING TO %s\n", user->name,
		    user->domain, user->dir);
	} else if (opt.verbose || bulletin->cli->dry_run) {
		printf("%s@%s\n", user->name, user->domain);
	}
	return 0;
}

static int
list_domain(struct bulletin *bulletin, const char *domain)
{
	struct vpop_users *cursor = NULL;
	struct vpop_user user;
	int code = vpop_users_open(bulletin->cli->vp, domain, NULL, &cursor);

	if (code)
		return code;
	while ((code = vpop_users_next(cursor, &user)) > 0) {
		if (!is_excluded(bulletin, &user))
			printf("%s@%s\n", user.name, user.domain);
	}
	vpop_users_close(cursor);
	return code;
}

static void
handle_domain(struct bulletin *bulletin, const char *name)
{
	const struct cli *cli = bulletin->cli;
	struct vpop_domain domain;
	int code = vpop_domain_get(cli->vp, name, &domain);

	if (vpop_class(code) == VPOP_CLASS_ABSENT ||
	    code == VA_INVALID_DOMAIN_NAME) {
		note(bulletin, VA_DOMAIN_DOES_NOT_EXIST);
		fflush(stdout);
		fprintf(stderr, "Error: domain %s does not exist\n", name);
		return;
	}
	if (!code && opt.list)
		code = list_domain(bulletin, domain.real);
	else if (!code)
		code = vpop_bulletin(cli->vp, domain.real, opt.file,
		    (enum vpop_bulletin_how)opt.how, each, bulletin);
	if (code) {
		note(bulletin, code);
		cli_warn(cli, "%s: %s", name,
		    cli_reason(vpop_message(cli->vp), code));
	}
}

static int
handle_all(struct bulletin *bulletin)
{
	const struct cli *cli = bulletin->cli;
	struct names real = { .count = 0 };
	struct vpop_domains *cursor = NULL;
	struct vpop_domain domain;
	int code = vpop_domains_open(cli->vp, NULL, &cursor);

	if (code)
		return cli_fail(cli, code);
	while ((code = vpop_domains_next(cursor, &domain)) > 0) {
		if (!strcmp(domain.name, domain.real))
			names_add(&real, domain.name);
		else if (opt.verbose)
			fprintf(stderr, "skipping %s (alias of %s)\n",
			    domain.name, domain.real);
	}
	vpop_domains_close(cursor);
	for (size_t i = 0; !code && i < real.count; i++)
		handle_domain(bulletin, real.name[i]);
	names_clear(&real);
	return code ? cli_fail(cli, code) : 0;
}

/* ---- arguments ------------------------------------------------------- */

static int
check_message(const struct cli *cli)
{
	AUTO_FCLOSE FILE *fp = NULL;
	struct stat st;

	if (opt.list)
		return 0;
	if (!opt.file) {
		fputs("Error: email_file not specified\n", stderr);
		return cli_usage(cli, NULL);
	}
	fp = fopen(opt.file, "re");
	if (!fp || fstat(fileno(fp), &st)) {
		fprintf(stderr, "Could not open file %s\n", opt.file);
		return CLI_USAGE_STATUS;
	}
	if (st.st_size == 0) {
		fprintf(stderr, "Error: %s is empty\n", opt.file);
		return CLI_USAGE_STATUS;
	}
	return 0;
}

static int
run(struct cli *cli)
{
	struct bulletin bulletin = { .cli = cli };
	int status;

	if (!opt.file && !opt.list && !opt.exclude && !opt.verbose &&
	    !cli->argc)
		return cli_usage(cli, NULL);
	status = check_message(cli);
	if (!status && opt.exclude)
		status = read_excluded(cli, &bulletin.excluded);
	if (!status && !cli->argc)
		status = handle_all(&bulletin);
	for (int i = 0; !status && i < cli->argc; i++)
		handle_domain(&bulletin, cli->argv[i]);
	names_clear(&bulletin.excluded);
	return status ? status : bulletin.code;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vpopbull",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_DRY_RUN,
		.max = -1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
