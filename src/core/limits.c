/*
 * Reading the limits of a domain, from the account store where that keeps
 * them.
 *
 * The record or file of the domain replaces the defaults as a whole.  A file
 * that cannot be understood is a failure: limits that are lost unseen would
 * open services that were closed.
 */
#include "config.h"

#include "core/limits.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "core/store.h"
#include "core/user.h"

enum kind { NUMBER, COUNT, PERM, LIST };

/* clang-format off */
#define INT(k, f, t) { k, t, offsetof(struct vpop_limits, f) }
/* clang-format on */

/* In the order in which they are written, the flags between the two. */
static const struct key {
	const char *name;
	enum kind kind;
	size_t offset;
} numbers[] = {
	INT("maxpopaccounts", maxpopaccounts, NUMBER),
	INT("maxaliases", maxaliases, NUMBER),
	INT("maxforwards", maxforwards, NUMBER),
	INT("maxautoresponders", maxautoresponders, NUMBER),
	INT("maxmailinglists", maxmailinglists, NUMBER),
	INT("quota", quota, COUNT),
	INT("maxmsgcount", maxmsgcount, COUNT),
	INT("default_quota", default_quota, COUNT),
	INT("default_maxmsgcount", default_maxmsgcount, COUNT),
};

static const struct key perms[] = {
	INT("perm_account", perm_account, PERM),
	INT("perm_alias", perm_alias, PERM),
	INT("perm_forward", perm_forward, PERM),
	INT("perm_autoresponder", perm_autoresponder, PERM),
	INT("perm_maillist", perm_maillist, LIST),
	INT("perm_quota", perm_quota, LIST),
	INT("perm_defaultquota", perm_defaultquota, PERM),
};

static const struct {
	const char *name;
	uint32_t flag;
} flags[] = {
	{ "disable_pop", VPOP_NO_POP },
	{ "disable_imap", VPOP_NO_IMAP },
	{ "disable_dialup", VPOP_NO_DIALUP },
	{ "disable_password_changing", VPOP_NO_PASSWD_CHNG },
	{ "disable_webmail", VPOP_NO_WEBMAIL },
	{ "disable_external_relay", VPOP_NO_RELAY },
	{ "disable_smtp", VPOP_NO_SMTP },
	{ "disable_spamassassin", VPOP_NO_SPAMASSASSIN },
	{ "delete_spam", VPOP_DELETE_SPAM },
	{ "disable_maildrop", VPOP_NO_MAILDROP },
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

void
vpop_limits_init(struct vpop_limits *limits)
{
	*limits = (struct vpop_limits){
		.maxpopaccounts = -1,
		.maxaliases = -1,
		.maxforwards = -1,
		.maxautoresponders = -1,
		.maxmailinglists = -1,
	};
}

static int *
int_at(struct vpop_limits *limits, size_t offset)
{
	return (int *)(void *)((char *)limits + offset);
}

/* Bits 3 to 8 of either word belong to lists: older releases read them from
 * perm_maillist and wrote them into perm_quota. */
static void
set_list_bits(struct vpop_limits *limits, size_t offset, int value)
{
	*int_at(limits, offset) = value & 7;
	if (value >> 3 == 0)
		return;
	limits->perm_maillist_users = value >> 3 & 7;
	limits->perm_maillist_moderators = value >> 6 & 7;
}

static int
set_value(struct vpop_limits *limits, const struct key *key, const char *text)
{
	static const int64_t min[] = { INT_MIN, 0, 0, 0 };
	static const int64_t max[] = { INT_MAX, INT64_MAX, 7, 511 };
	int64_t value;

	if (vp_number(text, min[key->kind], max[key->kind], &value) != 0)
		return -1;
	switch (key->kind) {
	case NUMBER:
		*int_at(limits, key->offset) = value < 0 ? -1 : (int)value;
		break;
	case COUNT:
		*(uint64_t *)(void *)((char *)limits + key->offset) =
		    (uint64_t)value;
		break;
	case PERM:
		*int_at(limits, key->offset) = (int)value;
		break;
	case LIST:
		set_list_bits(limits, key->offset, (int)value);
		break;
	}
	return 0;
}

static const struct key *
find_key(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		if (strcmp(numbers[i].name, name) == 0)
			return &numbers[i];
	for (size_t i = 0; i < COUNT_OF(perms); i++)
		if (strcmp(perms[i].name, name) == 0)
			return &perms[i];
	return NULL;
}

static int
parse_line(char *line, struct vpop_limits *limits)
{
	static const char separators[] = " \t:";

	if (*line == '#')
		return 0;
	line += strspn(line, separators);

	char *value = line + strcspn(line, separators);
	if (*value)
		*value++ = '\0';
	value += strspn(value, separators);
	value[strcspn(value, separators)] = '\0';

	const struct key *key = find_key(line);
	if (key)
		return set_value(limits, key, value);
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (strcmp(flags[i].name, line) == 0)
			limits->flags |= flags[i].flag;
	return 0;
}

unsigned long
vp_limits_parse(char *text, struct vpop_limits *ret)
{
	struct vpop_limits limits = *ret;
	unsigned long number = 0;
	char *line;

	/* A CR ends a line too, but CR LF is one end. */
	while ((line = strsep(&text, "\n")) != NULL) {
		char *part;

		number++;
		if (strlen(line) > VP_LIMITS_LINE)
			return number;
		while ((part = strsep(&line, "\r")) != NULL)
			if (parse_line(part, &limits) != 0)
				return number;
	}
	*ret = limits;
	return 0;
}

int
vp_limits_read(
    struct vpop *vp, int dirfd, const char *name, struct vpop_limits *ret)
{
	size_t size;
	AUTO_FREE char *text =
	    vp_file_read(dirfd, name, VP_LIMITS_BYTES, &size);

	if (!text && errno == ENOENT)
		return 0;
	if (!text)
		return vp_fail_errno(vp,
		    vp_code_of_errno(errno, VA_CANNOT_READ_LIMITS),
		    "cannot read the limits '%s'", name);
	if (strlen(text) != size)
		return vp_fail(
		    vp, VA_CANNOT_READ_LIMITS, "'%s' has a NUL byte", name);
	unsigned long line = vp_limits_parse(text, ret);
	if (line != 0)
		return vp_fail(vp, VA_CANNOT_READ_LIMITS,
		    "'%s' line %lu: not a number that is allowed there", name,
		    line);
	return 1;
}

int
vp_limits_own(
    struct vpop *vp, const struct vpop_domain *domain, struct vpop_limits *ret)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int kept = vp_store_keeps(vp, VPOP_KEEP_LIMITS, domain, &ops, &store);

	vpop_limits_init(ret);
	if (kept < 0)
		return kept;
	if (kept > 0)
		return ops->limits_get(store, domain, ret);
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);
	if (dirfd < 0)
		return dirfd;
	return vp_limits_read(vp, dirfd, VP_LIMITS_FILE, ret);
}

int
vp_limits_of(struct vpop *vp, const struct vpop_domain *domain,
    struct vpop_limits *ret_limits)
{
	AUTO_FREE char *path = NULL;
	struct vpop_limits limits;
	int rc = 0;

	vpop_limits_init(&limits);
	if (domain)
		rc = vp_limits_own(vp, domain, &limits);
	if (rc == 0) {
		if (asprintf(&path, "%s/%s", vp->etc, VP_LIMITS_DEFAULT) < 0) {
			path = NULL;
			return vp_fail(
			    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		}
		rc = vp_limits_read(vp, -1, path, &limits);
	}
	if (rc < 0)
		return rc;
	*ret_limits = limits;
	return 0;
}

int
vpop_limits_get(
    struct vpop *vp, const char *domain, struct vpop_limits *ret_limits)
{
	struct vpop_domain found;

	if (!domain)
		return vp_limits_of(vp, NULL, ret_limits);
	int code = vpop_domain_get(vp, domain, &found);
	return code != 0 ? code : vp_limits_of(vp, &found, ret_limits);
}

int
vpop_limits_are_own(struct vpop *vp, const char *domain)
{
	struct vpop_domain found;
	struct vpop_limits limits;
	int code = vpop_domain_get(vp, domain, &found);

	return code != 0 ? code : vp_limits_own(vp, &found, &limits);
}

static long long
value_of(const struct vpop_limits *limits, const struct key *key)
{
	const char *at = (const char *)limits + key->offset;

	if (key->kind == COUNT)
		return (long long)*(const uint64_t *)(const void *)at;

	int value = *(const int *)(const void *)at;
	if (key->offset == offsetof(struct vpop_limits, perm_maillist))
		value |= limits->perm_maillist_users << 3 |
			 limits->perm_maillist_moderators << 6;
	return value;
}

char *
vp_limits_text(const struct vpop_limits *limits)
{
	char *text = NULL;
	size_t size;
	FILE *fp = open_memstream(&text, &size);

	if (!fp)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(numbers); i++)
		fprintf(fp, "%s: %lld\n", numbers[i].name,
		    value_of(limits, &numbers[i]));
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if (limits->flags & flags[i].flag)
			fprintf(fp, "%s\n", flags[i].name);
	for (size_t i = 0; i < COUNT_OF(perms); i++)
		fprintf(fp, "%s: %lld\n", perms[i].name,
		    value_of(limits, &perms[i]));

	int failed = ferror(fp);
	if (fclose(fp) != 0 || failed) {
		free(text);
		return NULL;
	}
	return text;
}

void
vp_limits_quota(
    const struct vpop_limits *limits, char ret_text[VPOP_QUOTA_SIZE])
{
	struct vpop_quota quota = {
		.bytes = limits->default_quota > INT64_MAX
			     ? INT64_MAX
			     : (int64_t)limits->default_quota,
		.messages = limits->default_maxmsgcount > INT64_MAX
				? INT64_MAX
				: (int64_t)limits->default_maxmsgcount,
	};

	vpop_quota_format(&quota, ret_text);
}
