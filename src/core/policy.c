/*
 * The password policy.
 *
 * A file that cannot be read or understood refuses every password: a rule
 * that is lost unseen would let weak ones in.  A missing file has no rules;
 * the empty password is refused even then.
 *
 * Values are decimal fractions and are compared as whole numbers of 10^-9,
 * so that "= 1.00" means what it says.
 */
#include "config.h"

#include "core/policy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/line.h"
#include "base/text.h"

#define UNIT         1000000000
#define DIGITS       9 /* of the fraction */
#define WHOLE        6 /* digits before it: products with 255 fit */
#define RANDOM_MAX   128
#define RANDOM_TRIES 10000

/* In the order in which they are checked. */
enum rule { LENGTH, ALPHABET, NUMERIC, OTHER, UPPER_LOWER, RULES };

enum test { NONE, LESS, LESS_EQUAL, EQUAL, GREATER, GREATER_EQUAL };

struct vp_policy {
	char text[VP_POLICY_TEXT];
	struct {
		enum test test;
		int64_t value; /* of 10^-9 */
	} rules[RULES];
};

static const struct {
	const char *name;
	int code;
	const char *what;
} kinds[RULES] = {
	[LENGTH] = { "Length", VA_PWSTR_LENGTH, "characters" },
	[ALPHABET] = { "Alphabet", VA_PWSTR_ALPHA, "alphabetical characters" },
	[NUMERIC] = { "Numeric", VA_PWSTR_NUMERIC, "numbers" },
	[OTHER] = { "Other", VA_PWSTR_OTHER,
	    "punctuation, symbols, or other characters" },
	[UPPER_LOWER] = { "UpperLower", VA_PWSTR_DELTA,
	    "uppercase and lowercase character diversity" },
};

static enum test
parse_test(const char *text)
{
	static const char *const tests[] = {
		[LESS] = "<",
		[LESS_EQUAL] = "<=",
		[EQUAL] = "=",
		[GREATER] = ">",
		[GREATER_EQUAL] = ">=",
	};

	for (enum test t = LESS; t <= GREATER_EQUAL; t++)
		if (strcmp(tests[t], text) == 0)
			return t;
	return NONE;
}

/* Digits with an optional fraction; at least one digit in all. */
static int
parse_value(const char *text, int64_t *ret_value)
{
	size_t whole = strspn(text, "0123456789"), part = 0;
	int64_t value = 0;

	if (text[whole] == '.')
		part = strspn(text + whole + 1, "0123456789");
	if (whole + part == 0 || whole > WHOLE || part > DIGITS ||
	    text[whole + (text[whole] == '.') + part] != '\0')
		return -1;
	for (size_t i = 0; i < whole; i++)
		value = value * 10 + (text[i] - '0');
	for (size_t i = 0; i < DIGITS; i++)
		value = value * 10 + (i < part ? text[whole + 1 + i] - '0' : 0);
	*ret_value = value;
	return 0;
}

/* The next field of the line, "" at its end. */
static char *
next_field(char **line)
{
	char *field = *line + strspn(*line, " \t\r");

	*line = field + strcspn(field, " \t\r");
	if (**line)
		*(*line)++ = '\0';
	return field;
}

static int
parse_description(char *line, struct vp_policy *policy)
{
	char *text = line + strspn(line, " \t\r");
	size_t length = strlen(text);

	while (length > 0 && strchr(" \t\r", text[length - 1]))
		text[--length] = '\0';
	return length == 0 ? -1
			   : vp_copy(policy->text, sizeof policy->text, text);
}

static int
parse_line(char *line, struct vp_policy *policy)
{
	int64_t value;

	line[strcspn(line, "#")] = '\0';
	const char *name = next_field(&line);
	if (*name == '\0')
		return 0;
	const char *test_text = next_field(&line);
	if (*test_text == '\0')
		return -1;
	if (strcasecmp(name, "Policy") == 0)
		return parse_description(line, policy);

	enum test test = parse_test(test_text);
	const char *number = next_field(&line);
	if (test == NONE || parse_value(number, &value) != 0 ||
	    *next_field(&line) != '\0')
		return -1;
	for (int i = 0; i < RULES; i++) {
		if (strcasecmp(kinds[i].name, name) != 0)
			continue;
		policy->rules[i].test = test;
		policy->rules[i].value = value;
		return 0;
	}
	return -1;
}

struct vp_policy *
vp_policy_parse(char *text, unsigned long *ret_line)
{
	struct vp_policy *policy = calloc(1, sizeof *policy);
	unsigned long number = 0;
	char *line;

	*ret_line = 0;
	if (!policy)
		return NULL;
	while ((line = strsep(&text, "\n")) != NULL) {
		number++;
		if (parse_line(line, policy) != 0) {
			*ret_line = number;
			free(policy);
			return NULL;
		}
	}
	return policy;
}

void
vp_policy_free(struct vp_policy *policy)
{
	free(policy);
}

const char *
vp_policy_text(const struct vp_policy *policy)
{
	return policy->text;
}

/* Each quantity as a fraction; of nothing it is 0. */
static void
measure(const char *clear, int64_t top[RULES], int64_t bottom[RULES])
{
	int64_t length = 0, upper = 0, lower = 0, digits = 0;

	for (const char *p = clear; *p; p++, length++) {
		upper += *p >= 'A' && *p <= 'Z';
		lower += *p >= 'a' && *p <= 'z';
		digits += *p >= '0' && *p <= '9';
	}
	top[LENGTH] = length;
	top[ALPHABET] = upper + lower;
	top[NUMERIC] = digits;
	top[OTHER] = length - upper - lower - digits;
	top[UPPER_LOWER] = upper > lower ? upper - lower : lower - upper;
	for (int i = 0; i < RULES; i++)
		bottom[i] = length;
	bottom[LENGTH] = 1;
	bottom[UPPER_LOWER] = upper + lower;
	for (int i = 0; i < RULES; i++)
		if (bottom[i] == 0)
			bottom[i] = 1;
}

static int
passes(enum test test, int64_t have, int64_t want)
{
	switch (test) {
	case LESS:
		return have < want;
	case LESS_EQUAL:
		return have <= want;
	case EQUAL:
		return have == want;
	case GREATER:
		return have > want;
	case GREATER_EQUAL:
		return have >= want;
	default:
		return 1;
	}
}

/* What programs of older releases say, the blank at the end included. */
static void
describe(const struct vp_policy *policy, int rule, char *sentence)
{
	const size_t size = VP_POLICY_SENTENCE;
	enum test test = policy->rules[rule].test;
	const char *condition = "requires more";

	if (rule == LENGTH && test == EQUAL) {
		snprintf(sentence, size,
		    "password must always be %lld characters long ",
		    (long long)(policy->rules[rule].value / UNIT));
		return;
	}
	if (rule == UPPER_LOWER)
		condition = test == LESS || test == LESS_EQUAL
				? "requires more"
				: "should have less";
	else if (test == LESS || test == LESS_EQUAL)
		condition = "should have less";
	else if (test == EQUAL)
		condition = "can only be";
	snprintf(
	    sentence, size, "password %s %s ", condition, kinds[rule].what);
}

int
vp_policy_check(const struct vp_policy *policy, const char *clear,
    char ret_sentence[VP_POLICY_SENTENCE])
{
	int64_t top[RULES], bottom[RULES];

	/* No larger password is accepted anywhere, and the products below
	 * must fit. */
	if (strlen(clear) >= VPOP_PASSWD_SIZE) {
		snprintf(ret_sentence, VP_POLICY_SENTENCE,
		    "password is longer than %d bytes", VPOP_PASSWD_SIZE - 1);
		return VA_CLEAR_PASSWD_TOO_LONG;
	}
	measure(clear, top, bottom);
	for (int i = 0; i < RULES; i++) {
		if (passes(policy->rules[i].test, top[i] * UNIT,
			policy->rules[i].value * bottom[i]))
			continue;
		describe(policy, i, ret_sentence);
		return kinds[i].code;
	}
	return 0;
}

static int
parse(struct vpop *vp, const char *path, char *text)
{
	unsigned long line;

	vp->policy = vp_policy_parse(text, &line);
	if (!vp->policy && line == 0)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (!vp->policy)
		return vp_fail(vp, VA_PARSE_ERROR,
		    "'%s' line %lu: not a rule for passwords", path, line);
	vp->policy_free = vp_policy_free;
	return 0;
}

/* Read, and again when the file is not what it was; a failure is not
 * remembered. */
static int
load(struct vpop *vp)
{
	AUTO_FREE char *path = NULL, *text = NULL;
	struct stat now = { .st_ino = 0 };
	size_t size = 0;

	if (asprintf(&path, "%s/%s", vp->etc, VP_POLICY_FILE) < 0) {
		path = NULL;
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	/* Looked at before it is read: what comes later is seen next time. */
	int is_known = stat(path, &now) == 0 || errno == ENOENT;
	if (is_known && vp->policy && vp_file_is_same(&now, &vp->policy_file))
		return 0;
	vp_policy_free(vp->policy);
	vp->policy = NULL;
	vp->policy_file = now;
	text = vp_file_read(-1, path, VP_POLICY_BYTES, &size);
	if (!text && errno == ENOENT)
		text = strdup("");
	if (!text)
		return vp_fail_errno(vp, VA_PARSE_ERROR,
		    "cannot read the password policy '%s'", path);
	if (strlen(text) != size)
		return vp_fail(vp, VA_PARSE_ERROR, "'%s' has a NUL byte", path);
	return parse(vp, path, text);
}

int
vpop_password_check(struct vpop *vp, const char *clear)
{
	char sentence[VP_POLICY_SENTENCE];
	int code;

	if (!clear)
		return vp_fail(vp, VA_PWSTR_EMPTY, "password is missing");
	if (*clear == '\0')
		return vp_fail(
		    vp, VA_PWSTR_LENGTH, "password requires more characters ");
	code = load(vp);
	if (code != 0)
		return code;
	code = vp_policy_check(vp->policy, clear, sentence);
	return code == 0 ? 0 : vp_fail(vp, code, "%s", sentence);
}

const char *
vpop_password_policy(struct vpop *vp)
{
	return load(vp) == 0 ? vp_policy_text(vp->policy) : "";
}

/* A policy may ask for what chance seldom gives; one that this length cannot
 * fulfil says so by the rule that failed last. */
int
vpop_password_random(struct vpop *vp, size_t length, char *ret_password)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz"
				       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "0123456789.@!#%*";
	char password[RANDOM_MAX + 1];
	int code = VA_INVALID_ARGUMENT;

	if (length < 1 || length > RANDOM_MAX)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "a random password has 1 to %d characters", RANDOM_MAX);
	for (int i = 0; i < RANDOM_TRIES && code != 0; i++) {
		if (vp_random_text(password, length, alphabet) != 0)
			return vp_fail_errno(
			    vp, VA_CRYPT_FAILED, "cannot get random bytes");
		code = vpop_password_check(vp, password);
		if (code == VA_PARSE_ERROR || code == VA_MEMORY_ALLOC_ERR)
			return code;
	}
	if (code == 0)
		memcpy(ret_password, password, length + 1);
	explicit_bzero(password, sizeof password);
	return code;
}
