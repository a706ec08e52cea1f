/*
 * How many there are of what a domain has limits for.  Aliases are told apart
 * as their lines say: a name with a list's or a robot's program is neither an
 * alias nor a forward; one that leads only to mailboxes of the domain is an
 * alias, any other a forward; one that discards mail counts as nothing.
 */
#include "config.h"

#include "modules/mail/count.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

struct kinds {
	unsigned robots;
	int is_list, is_forward, is_discarded;
};

static int
is_local(const char *line, const char *domain)
{
	const char *at = strrchr(line, '@');

	return line[0] == '/' || line[0] == '.' ||
	       (at && line[0] != '|' && strcasecmp(at + 1, domain) == 0);
}

static void
look(struct kinds *kinds, const char *line, int is_first, const char *domain)
{
	size_t word = strcspn(line, " ");

	if (is_first && line[0] == '#')
		kinds->is_discarded = 1;
	if (strstr(line, "/autorespond "))
		kinds->robots++;
	else if (memmem(line, word, "/ezmlm-", 7) ||
		 strstr(line, "ezmlm-reject"))
		kinds->is_list = 1;
	else if (line[0] != '#' && !is_local(line, domain))
		kinds->is_forward = 1;
}

/* A name with all its lines. */
static void
add(const struct kinds *kinds, struct mail_counts *counts)
{
	counts->autoresponders += kinds->robots;
	if (kinds->is_list || kinds->robots || kinds->is_discarded)
		return;
	if (kinds->is_forward)
		counts->forwards++;
	else
		counts->aliases++;
}

static int
count_aliases(struct mail *m, const char *domain, struct mail_counts *counts)
{
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	char name[VPOP_USER_SIZE] = "";
	struct kinds kinds = { 0 };
	int code = vpop_aliases_open(m->vp, NULL, domain, &cursor);

	if (code != 0)
		return code;
	while ((code = vpop_aliases_next(cursor, &alias)) == 1) {
		int is_first = strcasecmp(name, alias.name) != 0;

		if (is_first && name[0])
			add(&kinds, counts);
		if (is_first)
			kinds = (struct kinds){ 0 };
		(void)vp_copy(name, sizeof name, alias.name);
		look(&kinds, alias.line, is_first, domain);
	}
	if (code == 0 && name[0])
		add(&kinds, counts);
	vpop_aliases_close(cursor);
	return code;
}

static int
count_lists(struct mail *m, const char *domain, struct mail_counts *counts)
{
	struct vpop_lists *cursor = NULL;
	char name[VPOP_USER_SIZE];
	int code = vpop_lists_open(m->vp, domain, &cursor);

	if (code != 0)
		return code;
	while ((code = vpop_lists_next(cursor, name)) == 1)
		counts->lists++;
	vpop_lists_close(cursor);
	return code;
}

int
mail_count(struct mail *m, const char *domain, struct mail_counts *ret)
{
	struct mail_counts counts = { 0 };
	struct vpop_domain found;
	int code = vpop_domain_get(m->vp, domain, &found);

	if (code == 0)
		code = vpop_users_count(m->vp, found.real, &counts.accounts);
	if (code == 0)
		code = count_aliases(m, found.real, &counts);
	if (code == 0)
		code = count_lists(m, found.real, &counts);
	if (code != 0) {
		mail_refuse_vpop(m, code);
		return -1;
	}
	*ret = counts;
	return 0;
}
