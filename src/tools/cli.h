/*
 * What every command-line tool shares: a tool is a table of options, its
 * literal usage text and a run function; its main is one call of cli_main.
 *
 * Exit status: run returns a VA_ code, whose low eight bits the shell sees
 * (256 + code), or a status of its own.  Everything but done is found out
 * before anything is changed: an unknown option, a missing or surplus
 * argument end with the usage and status 255.
 */
#ifndef TOOLS_CLI_H
#define TOOLS_CLI_H

#include <stdint.h>

#include "base/attr.h"
#include "vpop.h"

#define CLI_USAGE_STATUS  255
#define CLI_ALL           0x80000000u /* see CLI_FIELD */
#define CLI_RANDOM_LENGTH 12          /* of -r without a number */
#define CLI_PAGE          512         /* accounts handled at a time */
#define CLI_SECRET_SIZE   1024        /* longest password read, with its NUL */
#define CLI_ADDRESS_SIZE  (VPOP_USER_SIZE + VPOP_DOMAIN_SIZE)

enum cli_kind {
	CLI_SET,    /* *(int *)target = value: the last of several wins */
	CLI_BITS,   /* *(uint32_t *)target |= value */
	CLI_FIELD,  /* the same, and clears CLI_ALL */
	CLI_TEXT,   /* *(const char **)target = argument */
	CLI_CHOICE, /* *(struct cli_choice *)target = value and argument */
	CLI_PAIR,   /* the next of *(struct cli_pair *)target = value; a third
		       is refused */
	CLI_PAIR_TEXT, /* the same and its argument */
	CLI_SECRET,    /* *(char **)target = copy of the argument, now wiped */
	CLI_RANDOM, /* *(size_t *)target = glued number or CLI_RANDOM_LENGTH */
	CLI_DRY,    /* another name for --dry-run */
	CLI_HELP    /* another name for --help */
};

struct cli_option {
	int letter; /* 0: long name only */
	enum cli_kind kind;
	const char *name; /* NULL ends the table */
	void *target;
	uint32_t value;
};

/* A verb with an argument among others without (CLI_SET of which). */
struct cli_choice {
	int which;
	const char *argument;
};

/* Two letters whose order counts; 0 while not given. */
struct cli_pair {
	int which[2];
	const char *argument;
};

enum cli_flag {
	CLI_LETTER_V = 1, /* -v prints the version and goes on */
	CLI_JSON = 2,     /* --json */
	CLI_DRY_RUN = 4,  /* --dry-run */
	CLI_PASSWORD = 8, /* --password-fd, --password-stdin */
	CLI_FROM = 16     /* --from, --keep-going */
};

struct cli;

struct cli_tool {
	const char *name;
	const char *usage;
	const struct cli_option *options;
	unsigned flags;
	int min, max; /* positional arguments; max -1: any number */
	int secret;   /* index of the positional that is a password, 0: none */
	int (*run)(struct cli *cli);
};

/* A tool while it runs. */
struct cli {
	const struct cli_tool *tool;
	struct vpop *vp;
	int argc; /* positional arguments, a secret one not counted */
	char **argv;
	int json, dry_run, keep_going, version;
	const char *from;
	int password_fd; /* -1: not given */
	char *secret;    /* the positional password, NULL if none */
};

/* Lines of the usage texts that are the same everywhere. */
#define CLI_HELP_COMMON                                                        \
	"         --help (print this text)\n"                                  \
	"         --version (print the version and exit)\n"
#define CLI_HELP_V    "options: -v (print version number)\n"
#define CLI_HELP_JSON "         --json (report as JSON)\n"
#define CLI_HELP_DRY_RUN                                                       \
	"         --dry-run (check everything, change nothing)\n"
#define CLI_HELP_PASSWORD                                                      \
	"         --password-fd=n (read the password, one line, from "         \
	"descriptor n)\n"                                                      \
	"         --password-stdin (the same from standard input)\n"
#define CLI_HELP_FROM                                                          \
	"         --from=file (many at once: CSV with a header line or JSON\n" \
	"            lines; - is standard input; what is already so is no\n"   \
	"            error)\n"                                                 \
	"         --keep-going (with --from: go on after a failing line)\n"

int cli_main(const struct cli_tool *tool, int argc, char **argv);

/* Words on stderr, if any, and the usage on stdout; CLI_USAGE_STATUS. */
int cli_usage(const struct cli *cli, const char *format, ...) VP_PRINTF(2, 3);
/* "Error: <text of code>" on stdout, the library's sentence on stderr when
 * it says more; returns code. */
int cli_fail(const struct cli *cli, int code);
/* The same, and what a password must be like if that was refused. */
int cli_fail_password(const struct cli *cli, int code);
/* The same with other words for the code. */
int cli_fail_as(const struct cli *cli, int code, const char *words);
/* "Error: <words>" on stdout; returns CLI_USAGE_STATUS. */
int cli_refuse(const char *format, ...) VP_PRINTF(1, 2);
/* "<tool>: <words>" on stderr. */
void cli_warn(const struct cli *cli, const char *format, ...) VP_PRINTF(2, 3);
/* The library's sentence on stderr, when it says more than the code. */
void cli_detail(const struct cli *cli, int code);
/* The library's sentence, else the code's text. */
const char *cli_reason(const char *message, int code);
/* Is this code a password that the policy refuses? */
int cli_is_policy(int code);

/* 0, or CLI_USAGE_STATUS after saying that text is no number from min to
 * max; what names it. */
int cli_number(const struct cli *cli, const char *what, const char *text,
    int64_t min, int64_t max, int64_t *ret_number);
/* Is a yes-or-no setting on? */
int cli_setting_on(const struct cli *cli, const char *name);
/* Take an address apart; 0 or a code after telling. */
int cli_address(const struct cli *cli, const char *address,
    char ret_user[VPOP_USER_SIZE], char ret_domain[VPOP_DOMAIN_SIZE]);
/* Lower-cased copy of a word, for messages that repeat it; malloc'd. */
char *cli_lower(const char *text);
/* A copy, or the end of the program when there is no memory. */
char *cli_strdup(const char *text);
void cli_no_memory(void) __attribute__((noreturn));

/* Where a new password comes from. */
struct cli_password {
	size_t random;   /* length of a random one; 0: none asked for */
	const char *who; /* shown in the prompt */
	struct vpop_secret secret; /* result */
};

/*
 * The positional argument, the descriptor, a random one or two prompts, in
 * this order.  0, or a status after telling.  The text lives in cli->secret.
 */
int cli_password(struct cli *cli, struct cli_password *password);
/* One prompt: 0, or a status after telling. */
int cli_ask(struct cli *cli, const char *prompt, char **ret_text);
/* Copy an argument and wipe it where it was. */
char *cli_take_secret(char *argument);
/* Wipe and free; accepts NULL. */
void cli_free_secret(char *text);

/* A line of an interactive answer on standard input.  1; 0 at the end; -1
 * when it is not ended or longer than size - 1 bytes. */
int cli_ask_line(const char *prompt, char *line, size_t size);

#endif
