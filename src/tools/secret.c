/*
 * Where passwords come from.  A secret is kept in one allocated copy that is
 * wiped before it is freed.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/line.h"
#include "base/prompt.h"
#include "tools/cli.h"

#define PROMPT_ROUNDS 3

char *
cli_take_secret(char *argument)
{
	char *copy = cli_strdup(argument);

	explicit_bzero(argument, strlen(argument));
	return copy;
}

void
cli_free_secret(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

/* What a failed or ended reading of a password means. */
static int
tell_unread(const struct cli *cli, int result, const char *from)
{
	if (result == 0)
		return cli_refuse("No password entered");
	if (errno == EMSGSIZE) {
		printf("Error: %s\n", vpop_code_text(VA_CLEAR_PASSWD_TOO_LONG));
		return VA_CLEAR_PASSWD_TOO_LONG;
	}
	cli_warn(
	    cli, "cannot read the password from %s: %s", from, strerror(errno));
	return cli_refuse("No password entered");
}

int
cli_ask(struct cli *cli, const char *prompt, char **ret_text)
{
	char line[CLI_SECRET_SIZE];
	int result = vp_prompt_secret(prompt, line, sizeof line);

	if (result <= 0)
		return tell_unread(cli, result, "the terminal");
	*ret_text = cli_take_secret(line);
	return 0;
}

/* One round of two prompts: 1 if both answers are the same, 0 if not, or
 * -1 with *ret_status. */
static int
ask_round(struct cli *cli, const char *prompt, char **ret_text, int *ret_status)
{
	char *first = NULL, *second = NULL;
	int same = -1;

	*ret_status = cli_ask(cli, prompt, &first);
	if (!*ret_status)
		*ret_status = cli_ask(cli, "enter password again: ", &second);
	if (first && second)
		same = !strcmp(first, second);
	cli_free_secret(second);
	if (same == 1)
		*ret_text = first;
	else
		cli_free_secret(first);
	return same;
}

static int
ask_twice(struct cli *cli, const char *who, char **ret_text)
{
	AUTO_FREE char *prompt = NULL;
	int status;

	if (asprintf(&prompt, "Please enter password for %s: ", who) < 0) {
		prompt = NULL;
		cli_no_memory();
	}
	for (int round = 0; round < PROMPT_ROUNDS; round++) {
		int same = ask_round(cli, prompt, ret_text, &status);

		if (same)
			return status;
		printf("Passwords do not match, try again\n");
	}
	return cli_refuse("No password entered");
}

static int
read_descriptor(struct cli *cli, char **ret_text)
{
	AUTO_FCLOSE FILE *fp = NULL;
	char line[CLI_SECRET_SIZE], name[32];
	int fd = cli->password_fd, copy, result = -1;

	snprintf(name, sizeof name, "descriptor %d", fd);
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (copy >= 0 && !(fp = fdopen(copy, "r")))
		close(copy);
	if (fp)
		result = vp_prompt_read(fp, line, sizeof line);
	if (result <= 0)
		return tell_unread(cli, result, name);
	*ret_text = cli_take_secret(line);
	return 0;
}

static int
make_random(struct cli *cli, size_t length)
{
	int code;

	cli->secret = malloc(length + 1);
	if (!cli->secret)
		cli_no_memory();
	cli->secret[0] = 0;
	code = vpop_password_random(cli->vp, length, cli->secret);
	return code ? cli_fail(cli, code) : 0;
}

int
cli_password(struct cli *cli, struct cli_password *password)
{
	int status = 0;

	if (cli->secret && password->random)
		return cli_refuse("don't use -r option when giving password "
				  "on command line");
	if (cli->password_fd >= 0 && (cli->secret || password->random))
		return cli_usage(cli, "give the password in one way only");
	if (password->random)
		status = make_random(cli, password->random);
	else if (cli->password_fd >= 0)
		status = read_descriptor(cli, &cli->secret);
	else if (!cli->secret)
		status = ask_twice(cli, password->who, &cli->secret);
	password->secret.kind = VPOP_SECRET_CLEAR;
	password->secret.text = cli->secret;
	return status;
}

int
cli_ask_line(const char *prompt, char *line, size_t size)
{
	AUTO_FREE char *text = NULL;
	size_t capacity = 0;
	ssize_t length;

	fputs(prompt, stdout);
	fflush(stdout);
	setvbuf(stdin, NULL, _IONBF, 0);
	length = vp_line_read(stdin, &text, &capacity, size - 1);
	if (length < 0)
		return errno ? -1 : 0;
	if (feof(stdin))
		return -1;
	memcpy(line, text, (size_t)length + 1);
	return 1;
}
