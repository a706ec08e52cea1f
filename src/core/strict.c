/*
 * Numbers of a domain's limits.
 *
 * Only what is limited is counted: an alias is one of the domain's forwards
 * unless it answers or only discards, and one of its aliases too if it leads
 * to mailboxes of the domain only.
 */
#include "config.h"

#include "core/strict.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "core/limits.h"
#include "core/user.h"
#include "qmail/dotqmail.h"
#include "vpop_delivery.h"

#define FILE_SIZE (VPOP_USER_SIZE + 16)

/* ---- what an alias is ------------------------------------------------- */

struct kind {
	size_t lines, robots;
	int is_discard; /* its first line is a comment */
	int is_list, is_local;
};

/* The first word of a line names a program of ezmlm. */
static int
is_list_line(const char *line)
{
	const char *found = strstr(line, "/ezmlm-");

	return found && found < line + strcspn(line, " ");
}

int
vpop_is_autoresponder(const char *line)
{
	const char *found = strstr(line, "autorespond ");

	return line[strspn(line, " \t")] == '|' && found &&
	       strchr("/| \t", found[-1]);
}

/* 1 if mail for the address stays in the domain. */
static int
is_local(struct vpop *vp, const struct vpop_domain *domain, const char *line)
{
	AUTO_FREE char *copy = strdup(line);
	struct vp_instruction found;
	struct vpop_domain other;
	const char *at;

	if (!copy)
		return 0;
	vp_dotqmail_parse(copy, &found);
	if (found.kind == VP_NOTHING)
		return 1;
	if (found.kind != VP_FORWARD)
		return 0;
	at = strrchr(found.text, '@');
	return !at || (vpop_domain_get(vp, at + 1, &other) == 0 &&
			  strcmp(other.real, domain->real) == 0);
}

static void
look_at(struct vpop *vp, const struct vpop_domain *domain, const char *line,
    struct kind *kind)
{
	if (kind->lines++ == 0) {
		kind->is_discard = *line == '#';
		kind->is_local = 1;
	}
	kind->robots += vpop_is_autoresponder(line) != 0;
	kind->is_list |= is_list_line(line);
	kind->is_local = kind->is_local && is_local(vp, domain, line);
}

static int
is_forward(const struct kind *kind)
{
	return kind->lines > 0 && !kind->is_discard && !kind->is_list &&
	       kind->robots == 0;
}

static void
kind_of_text(struct vpop *vp, const struct vpop_domain *domain,
    const char *text, struct kind *kind)
{
	AUTO_FREE char *copy = strdup(text);
	char *rest = copy;
	const char *line;

	*kind = (struct kind){ .lines = 0 };
	while (copy && (line = strsep(&rest, "\n")) != NULL)
		if (*line)
			look_at(vp, domain, line, kind);
}

/* ---- counting --------------------------------------------------------- */

static void
add_alias(struct vpop_counts *counts, const struct kind *kind)
{
	counts->autoresponders += kind->robots;
	counts->forwards += is_forward(kind) != 0;
	counts->aliases += is_forward(kind) && kind->is_local;
}

static int
count_aliases(struct vpop *vp, const struct vpop_domain *domain,
    struct vpop_counts *counts)
{
	char name[VPOP_USER_SIZE] = "";
	struct kind kind = { .lines = 0 };
	struct vpop_aliases *cursor;
	struct vpop_alias alias;
	int rc = vpop_aliases_open(vp, NULL, domain->real, &cursor);

	if (rc < 0)
		return rc;
	while ((rc = vpop_aliases_next(cursor, &alias)) == 1) {
		if (strcmp(alias.name, name) != 0) {
			add_alias(counts, &kind);
			kind = (struct kind){ .lines = 0 };
			memcpy(name, alias.name, sizeof name);
		}
		look_at(vp, domain, alias.line, &kind);
	}
	add_alias(counts, &kind);
	vpop_aliases_close(cursor);
	return rc;
}

static int
count_lists(struct vpop *vp, const struct vpop_domain *domain,
    struct vpop_counts *counts)
{
	struct vpop_lists *cursor;
	char name[VPOP_USER_SIZE];
	int rc = vpop_lists_open(vp, domain->real, &cursor);

	if (rc < 0)
		return rc;
	while ((rc = vpop_lists_next(cursor, name)) == 1)
		counts->lists++;
	vpop_lists_close(cursor);
	return rc;
}

int
vpop_domain_counts(
    struct vpop *vp, const char *domain, struct vpop_counts *ret_counts)
{
	struct vpop_counts counts = { .users = 0 };
	struct vpop_domain found;
	int code = vpop_domain_get(vp, domain, &found);

	if (code == 0)
		code = vpop_users_count(vp, found.real, &counts.users);
	if (code == 0)
		code = count_aliases(vp, &found, &counts);
	if (code == 0)
		code = count_lists(vp, &found, &counts);
	if (code == 0)
		*ret_counts = counts;
	return code;
}

/* ---- limits ----------------------------------------------------------- */

static int
check_limit(struct vpop *vp, const struct vpop_domain *domain, const char *what,
    int most, unsigned long count)
{
	if (most < 0 || count < (unsigned long)most)
		return 0;
	return vp_fail(vp, VA_LIMIT_REACHED,
	    "domain '%s' has %lu %s and may have no more than %d", domain->real,
	    count, what, most);
}

static int
is_taken(struct vpop *vp, const struct vpop_domain *domain, const char *name,
    const char *what)
{
	return vp_fail(vp, VA_USERNAME_EXISTS, "'%s@%s' is %s already", name,
	    domain->real, what);
}

/* An alias that the store keeps, or a file of an alias or a list. */
static int
check_address(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    const char *name)
{
	char file[FILE_SIZE];
	struct vp_alias_place place;
	struct stat st;
	int code = vp_alias_place_of(vp, domain, dirfd, &place);

	if (code < 0)
		return code;
	if (place.ops) {
		AUTO_FREE char *text = vp_alias_place_get(&place, name, &code);

		if (!text)
			return code;
		if (*text)
			return is_taken(vp, domain, name, "an alias");
	}
	if (vp_dotqmail_name(name, file, sizeof file) != 0)
		return 0; /* no file can be called so */
	if (fstatat(dirfd, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return is_taken(vp, domain, name,
		    S_ISLNK(st.st_mode) ? "a mailing list" : "an alias");
	if (errno == ENOENT)
		return 0;
	return vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_OPEN_DOT_QMAIL),
	    "cannot look at '%s/%s'", domain->dir, file);
}

int
vp_strict_user(struct vpop *vp, const struct vpop_domain *domain, int dirfd,
    const char *name, unsigned long others)
{
	struct vpop_limits limits;
	unsigned long count;
	int code = vp_limits_of(vp, domain, &limits);

	if (code == 0 && limits.maxpopaccounts >= 0) {
		code = vpop_users_count(vp, domain->real, &count);
		if (code == 0)
			code = check_limit(vp, domain, "accounts",
			    limits.maxpopaccounts, count + others);
	}
	return code < 0 ? code : check_address(vp, domain, dirfd, name);
}

static int
check_mailbox(
    struct vpop *vp, const struct vpop_domain *domain, const char *name)
{
	struct vpop_user user;
	int code = vp_user_find(vp, domain, name, &user);

	explicit_bzero(&user, sizeof user);
	if (code == 0)
		return is_taken(vp, domain, name, "a mailbox");
	return vpop_class(code) == VPOP_CLASS_ABSENT ? 0 : code;
}

int
vp_strict_alias(
    const struct vp_alias_place *place, const char *name, const char *text)
{
	const struct vpop_domain *domain = place->domain;
	struct vpop *vp = place->vp;
	struct vpop_counts counts = { .users = 0 };
	struct vpop_limits limits;
	struct kind kind;
	int code = vp_limits_of(vp, domain, &limits);

	if (code == 0)
		code = check_mailbox(vp, domain, name);
	if (code == 0)
		code = check_address(vp, domain, place->dirfd, name);
	kind_of_text(vp, domain, text, &kind);
	const int robots = kind.robots ? limits.maxautoresponders : -1;
	const int forwards = is_forward(&kind) ? limits.maxforwards : -1;
	const int aliases =
	    is_forward(&kind) && kind.is_local ? limits.maxaliases : -1;
	if (code == 0 && (robots >= 0 || forwards >= 0 || aliases >= 0))
		code = count_aliases(vp, domain, &counts);
	if (code == 0)
		code = check_limit(vp, domain, "autoresponders", robots,
		    counts.autoresponders);
	if (code == 0)
		code = check_limit(
		    vp, domain, "forwards", forwards, counts.forwards);
	if (code == 0)
		code =
		    check_limit(vp, domain, "aliases", aliases, counts.aliases);
	return code;
}

int
vp_strict_list(struct vpop *vp, const struct vpop_domain *domain)
{
	struct vpop_counts counts = { .users = 0 };
	struct vpop_limits limits;
	int code = vp_limits_of(vp, domain, &limits);

	if (code < 0 || limits.maxmailinglists < 0)
		return code;
	code = count_lists(vp, domain, &counts);
	if (code == 0)
		code = check_limit(vp, domain, "mailing lists",
		    limits.maxmailinglists, counts.lists);
	return code;
}
