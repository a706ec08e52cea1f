/*
 * vconvert: copy the records of domains from one account store to another.
 *
 * Two letters, or two names, say from where to where.  The work is the
 * library's; here are the letters of old and the reports.  A domain that
 * fails does not keep the others from being converted, unless a server is
 * gone: then nothing better can come.
 */
#include "config.h"

#include "tools/vconvert.h"

#include <string.h>
#include <time.h>

#include "tools/json.h"
#include "tools/names.h"

static const char usage[] =
    "vconvert: usage: [options] from_format to_format [domain ...]\n"
    "options: --from=store, --to=store (names of account stores: cdb, mysql,\n"
    "            pgsql, sqlite ...)\n"
    "         The first letter is from, the second is to:\n"
    "         -c, --cdb (vpasswd and vpasswd.cdb)\n"
    "         -m, --sql (the SQL store of the settings, else mysql)\n"
    "         -e, --system-accounts (from only)\n"
    "         -p, --password-file=file (names and hashes; from only)\n"
    "         -S, --sqwebmail (set sqwebmail passwords)\n"
    "         -d, --debug (with -S: name each account)\n"
    "         -v (print version number)\n" CLI_HELP_JSON CLI_HELP_DRY_RUN
	CLI_HELP_COMMON "\n"
    "Without domains all of them are converted, and what belongs to the "
    "site.\n"
    "The source is not changed; an interrupted run goes on when done again.\n"
    "JSON: an array of objects: domain (null for the site), error, and for\n"
    "each kind of records total and changed\n";

static struct cli_pair letters;
static const char *from_name, *to_name;
static int debug;

static const struct cli_option options[] = {
	{ 0, CLI_TEXT, "from", &from_name, 0 },
	{ 0, CLI_TEXT, "to", &to_name, 0 },
	{ 'c', CLI_PAIR, "cdb", &letters, 'c' },
	{ 'm', CLI_PAIR, "sql", &letters, 'm' },
	{ 'e', CLI_PAIR, "system-accounts", &letters, 'e' },
	{ 'p', CLI_PAIR_TEXT, "password-file", &letters, 'p' },
	{ 'S', CLI_PAIR, "sqwebmail", &letters, 'S' },
	{ 'd', CLI_SET, "debug", &debug, 1 },
	{ 0, CLI_SET, NULL, NULL, 0 },
};

static const char *const kinds[VPOP_CONVERT_KINDS] = {
	[VPOP_CONVERT_ACCOUNT] = "accounts",
	[VPOP_CONVERT_ALIAS] = "aliases",
	[VPOP_CONVERT_LIMITS] = "limits",
	[VPOP_CONVERT_LASTAUTH] = "lastauth",
	[VPOP_CONVERT_DIRCONTROL] = "dir_control",
	[VPOP_CONVERT_ALIASDOMAIN] = "aliasdomains",
	[VPOP_CONVERT_IPMAP] = "ip_alias_map",
	[VPOP_CONVERT_RELAY] = "relay",
	[VPOP_CONVERT_AUTHLOG] = "vlog",
};

struct job {
	struct cli *cli;
	struct vpop_convert *convert;
	struct vpop_convert_count before[VPOP_CONVERT_KINDS];
	int code; /* of the first failure */
	json_t *array;
};

/* ---- progress --------------------------------------------------------- */

static struct timespec told;
static int line_is_open;

static void
show_progress(void *arg, const struct vpop_convert_step *step)
{
	struct timespec now;

	(void)arg;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec == told.tv_sec)
		return;
	told = now;
	line_is_open = 1;
	fprintf(stderr, "\r%s: %lu of %lu accounts %s\033[K", step->domain,
	    step->done, step->total, step->verifying ? "compared" : "copied");
}

static void
end_progress(void)
{
	if (line_is_open)
		fputs("\r\033[K", stderr);
	line_is_open = 0;
}

/* ---- reports ---------------------------------------------------------- */

static void
report_json(struct job *job, const char *domain, int code,
    const struct vpop_convert_count *counts)
{
	json_t *object = cli_json_object();

	cli_json_put(
	    object, "domain", domain ? cli_json_text(domain) : json_null());
	cli_json_put(object, "error",
	    code ? cli_json_text(cli_reason(vpop_message(job->cli->vp), code))
		 : json_null());
	for (size_t i = 0; i < VPOP_CONVERT_KINDS; i++) {
		json_t *count = cli_json_object();

		cli_json_put(count, "total",
		    json_integer(
			(json_int_t)(counts[i].total - job->before[i].total)));
		cli_json_put(count, "changed",
		    json_integer((json_int_t)(counts[i].changed -
					      job->before[i].changed)));
		cli_json_put(object, kinds[i], count);
	}
	cli_json_add(job->array, object);
}

/* With names: what there was, and what was written of it. */
static void
report_counts(const struct job *job, const struct vpop_convert_count *counts)
{
	const char *separator = " ";

	for (size_t i = 0; i < VPOP_CONVERT_KINDS; i++) {
		unsigned long total = counts[i].total - job->before[i].total;
		unsigned long changed =
		    counts[i].changed - job->before[i].changed;

		if (i != VPOP_CONVERT_ACCOUNT && total == 0 && changed == 0)
			continue;
		printf("%s%s %lu (%lu changed)", separator, kinds[i], total,
		    changed);
		separator = ", ";
	}
}

static void
report_done(const struct job *job, const char *domain,
    const struct vpop_convert_count *counts)
{
	if (from_name)
		report_counts(job, counts);
	else if (letters.which[0] == 'm' && domain)
		printf("%s done", domain);
	putchar('\n');
	if (!from_name)
		puts("done");
}

/* One domain, or the site, has been worked on. */
static void
finish(struct job *job, const char *domain, int code)
{
	struct vpop_convert_count counts[VPOP_CONVERT_KINDS];

	end_progress();
	vpop_convert_counts(job->convert, counts);
	if (job->array)
		report_json(job, domain, code, counts);
	else if (code)
		puts("\ndomain conversion failed");
	else
		report_done(job, domain, counts);
	if (code)
		cli_warn(job->cli, "%s: %s", domain ? domain : "site",
		    cli_reason(vpop_message(job->cli->vp), code));
	if (code && !job->code)
		job->code = code;
	memcpy(job->before, counts, sizeof job->before);
}

static void
announce(const struct job *job, const char *domain)
{
	if (job->array)
		return;
	if (from_name)
		printf("%s:", domain);
	else
		printf("converting %s%s", domain,
		    job->cli->argc ? " " : "...    ");
	fflush(stdout);
}

/* ---- store to store --------------------------------------------------- */

static int
convert_domains(struct job *job, const struct names *names)
{
	int code = 0;

	for (size_t i = 0; i < names->count; i++) {
		announce(job, names->name[i]);
		code = vpop_convert_domain(job->convert, names->name[i]);
		finish(job, names->name[i], code);
		if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
			return code;
	}
	if (job->cli->argc)
		return 0;
	if (from_name)
		announce(job, "site");
	code = vpop_convert_site(job->convert);
	if (from_name || job->array || code)
		finish(job, NULL, code);
	return code;
}

static int
convert_stores(struct cli *cli, const char *from, const char *to,
    const struct names *names)
{
	struct job job = { .cli = cli };
	int code = vpop_convert_open(cli->vp, from, to, &job.convert);

	if (code)
		return cli_fail(cli, code);
	if (cli->json)
		job.array = cli_json_array();
	if (isatty(STDERR_FILENO))
		vpop_convert_progress(job.convert, show_progress, NULL);
	(void)convert_domains(&job, names);
	vpop_convert_close(job.convert);
	if (job.array)
		cli_json_print(job.array);
	return job.code;
}

/* ---- the other ways --------------------------------------------------- */

static int
convert_other(struct cli *cli, const char *domain)
{
	if (letters.which[0] == 'S') {
		printf("Setting sqwebmail passwords for %s\n", domain);
		return vconvert_sqwebmail(cli, domain, debug);
	}
	if (letters.which[0] == 'e')
		return vconvert_system(cli, domain);
	return vconvert_file(cli, domain, letters.argument);
}

static int
convert_others(struct cli *cli, const struct names *names)
{
	int first = 0;

	for (size_t i = 0; i < names->count; i++) {
		printf("converting %s%s", names->name[i],
		    cli->argc ? " " : "...    ");
		fflush(stdout);
		int code = convert_other(cli, names->name[i]);

		puts(code ? "domain conversion failed" : "done");
		if (!first)
			first = code;
	}
	return first;
}

static int
unknown(const struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		printf("converting %s unknown conversion\n"
		       "domain conversion failed\n",
		    names->name[i]);
	return CLI_USAGE_STATUS;
}

/* ---- what is asked for ------------------------------------------------ */

static const char *
sql_store(const struct cli *cli)
{
	const char *module = vpop_setting(cli->vp, "auth_module");

	return module && strcmp(module, "cdb") != 0 ? module : "mysql";
}

static const char *
store_of_letter(const struct cli *cli, int letter)
{
	return letter == 'c' ? "cdb" : sql_store(cli);
}

static int
convert(struct cli *cli, const struct names *names)
{
	int from = letters.which[0], to = letters.which[1];

	if (from_name)
		return convert_stores(cli, from_name, to_name, names);
	if (from == 'S' || from == 'p' || (from == 'e' && strchr("cm", to)))
		return convert_others(cli, names);
	if (from == to || !strchr("cm", from) || !strchr("cm", to))
		return unknown(names);
	return convert_stores(
	    cli, store_of_letter(cli, from), store_of_letter(cli, to), names);
}

/* Named domains by their real names; else all, aliases told as ever. */
static int
collect(struct cli *cli, struct names *names)
{
	struct vpop_domain domain;
	struct vpop_domains *cursor = NULL;
	int code = 0;

	for (int i = 0; i < cli->argc && !code; i++) {
		code = vpop_domain_get(cli->vp, cli->argv[i], &domain);
		if (!code)
			names_add(names, domain.real);
	}
	if (cli->argc || code)
		return code;
	code = vpop_domains_open(cli->vp, NULL, &cursor);
	if (code)
		return code;
	while ((code = vpop_domains_next(cursor, &domain)) > 0) {
		if (strcmp(domain.name, domain.real) == 0)
			names_add(names, domain.name);
		else if (!from_name)
			printf("%s is an alias of %s.\n", domain.name,
			    domain.real);
	}
	vpop_domains_close(cursor);
	return code;
}

static int
check(const struct cli *cli)
{
	int pair = letters.which[0] != 0;

	if (letters.which[0] == 'S' && !letters.which[1])
		letters.which[1] = 'S'; /* from and to at once */
	if (!from_name != !to_name)
		return cli_usage(cli, "--from needs --to, and --to --from");
	if (from_name && pair)
		return cli_usage(cli, "letters or names, not both");
	if (!from_name && (!pair || !letters.which[1]))
		return cli_usage(cli, NULL);
	if (letters.which[1] == 'p' || letters.which[1] == 'e')
		return cli_usage(cli, NULL);
	if (cli->json && !from_name)
		return cli_usage(cli, "--json needs --from and --to");
	return 0;
}

static int
run(struct cli *cli)
{
	struct names names = { .count = 0 };
	int status = check(cli);

	if (status)
		return status;
	int code = collect(cli, &names);
	code = code ? cli_fail(cli, code) : convert(cli, &names);
	names_clear(&names);
	return code;
}

int
main(int argc, char **argv)
{
	static const struct cli_tool tool = {
		.name = "vconvert",
		.usage = usage,
		.options = options,
		.flags = CLI_LETTER_V | CLI_JSON | CLI_DRY_RUN,
		.max = -1,
		.run = run,
	};

	return cli_main(&tool, argc, argv);
}
