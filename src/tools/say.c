/*
 * Words.  Results and the documented "Error: " lines go to stdout, whose
 * readers are scripts; what explains them goes to stderr.
 */
#include "config.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "tools/cli.h"

void
cli_warn(const struct cli *cli, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "%s: ", cli->tool->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

int
cli_usage(const struct cli *cli, const char *format, ...)
{
	va_list args;

	if (format) {
		fprintf(stderr, "%s: ", cli->tool->name);
		va_start(args, format);
		vfprintf(stderr, format, args);
		va_end(args);
		fputc('\n', stderr);
	}
	fputs(cli->tool->usage, stdout);
	return CLI_USAGE_STATUS;
}

int
cli_is_policy(int code)
{
	return code <= VA_PWSTR_EMPTY && code >= VA_PWSTR_DELTA;
}

void
cli_detail(const struct cli *cli, int code)
{
	const char *message = vpop_message(cli->vp);

	if (vpop_code(cli->vp) && *message &&
	    strcmp(message, vpop_code_text(code)) != 0)
		cli_warn(cli, "%s", message);
}

int
cli_fail_as(const struct cli *cli, int code, const char *words)
{
	FILE *out = cli->json ? stderr : stdout; /* stdout has JSON only */

	fprintf(out, "Error: %s\n", words);
	cli_detail(cli, code);
	return code;
}

int
cli_fail(const struct cli *cli, int code)
{
	if (VA_IS_SENTENCE(code)) {
		/* the sentence is the documented text */
		printf("Error: %s\n", cli_reason(vpop_message(cli->vp), code));
		return code;
	}
	return cli_fail_as(cli, code, vpop_code_text(code));
}

int
cli_fail_password(const struct cli *cli, int code)
{
	const char *policy = vpop_password_policy(cli->vp);

	cli_fail(cli, code);
	if (cli_is_policy(code) && *policy)
		printf("A password policy is in place:\n\t%s\n", policy);
	return code;
}

const char *
cli_reason(const char *message, int code)
{
	return message && *message ? message : vpop_code_text(code);
}

int
cli_refuse(const char *format, ...)
{
	va_list args;

	fputs("Error: ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	return CLI_USAGE_STATUS;
}

int
cli_number(const struct cli *cli, const char *what, const char *text,
    int64_t min, int64_t max, int64_t *ret_number)
{
	if (vp_number(text, min, max, ret_number) == 0)
		return 0;
	return cli_usage(cli, "%s: '%s' is not a number from %lld to %lld",
	    what, text, (long long)min, (long long)max);
}

int
cli_setting_on(const struct cli *cli, const char *name)
{
	const char *value = vpop_setting(cli->vp, name);

	return value && (strchr("1yYtT", *value) || !strcmp(value, "on")) &&
	       *value;
}

/* The part of an address that has the wrong byte, as it was given. */
static void
tell_bad_part(const char *address, int code)
{
	char *copy = cli_strdup(address);
	char *at = NULL;

	for (const char *set = "@%/"; *set && !at; set++)
		at = strchr(copy, *set);
	if (at)
		*at++ = 0;
	fflush(stdout);
	if (code == VA_INVALID_DOMAIN_NAME && at) {
		vp_make_printable(at);
		fprintf(stderr, "domain invalid %s\n", at);
	} else {
		vp_make_printable(copy);
		fprintf(stderr, "user invalid %s\n", copy);
	}
	free(copy);
}

int
cli_address(const struct cli *cli, const char *address,
    char ret_user[VPOP_USER_SIZE], char ret_domain[VPOP_DOMAIN_SIZE])
{
	int code = vpop_parse_address(cli->vp, address, ret_user, ret_domain);

	if (!code)
		return 0;
	if (code != VA_ILLEGAL_USERNAME && code != VA_INVALID_DOMAIN_NAME)
		return cli_fail(cli, code);
	tell_bad_part(address, code);
	printf("Error: %s\n", vpop_code_text(VA_ILLEGAL_USERNAME));
	return VA_ILLEGAL_USERNAME;
}

void
cli_no_memory(void)
{
	fflush(stdout);
	fputs("out of memory\n", stderr);
	exit(VA_MEMORY_ALLOC_ERR & 0xff);
}

char *
cli_strdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		cli_no_memory();
	return copy;
}

char *
cli_lower(const char *text)
{
	char *copy = cli_strdup(text);

	vp_lower(copy);
	return copy;
}
