/*
 * Changing a whole domain: names are read page by page, and the walk is
 * closed while a page is changed, so that it never reads what is just being
 * rewritten, and memory does not grow with the domain.
 */
#include "config.h"

#include "tools/change.h"

#include <string.h>

struct page {
	char name[CLI_PAGE][VPOP_USER_SIZE];
	struct vpop_user_change change[CLI_PAGE];
	char after[VPOP_USER_SIZE];
	size_t count;
};

int
change_user(struct cli *cli, const char *user, const char *domain,
    struct vpop_user_change *change)
{
	int code;

	change->name = user;
	change->domain = domain;
	code = vpop_user_modify(cli->vp, change);
	if (!code && cli->dry_run)
		printf("Would change user %s@%s\n", user, domain);
	return code;
}

static int
read_page(const struct cli *cli, const char *domain, struct page *page)
{
	const char *after = page->after[0] ? page->after : NULL;
	struct vpop_users *cursor = NULL;
	struct vpop_user user;
	int code = vpop_users_open(cli->vp, domain, after, &cursor);

	page->count = 0;
	if (code)
		return code;
	while (page->count < CLI_PAGE &&
	       (code = vpop_users_next(cursor, &user)) > 0) {
		memcpy(page->name[page->count], user.name, sizeof user.name);
		memcpy(page->after, user.name, sizeof user.name);
		page->count++;
	}
	vpop_users_close(cursor);
	return code < 0 ? code : 0;
}

static int
change_page(const struct cli *cli, const char *domain, struct page *page,
    const struct vpop_user_change *change)
{
	int code;

	for (size_t i = 0; i < page->count; i++) {
		page->change[i] = *change;
		page->change[i].name = page->name[i];
		page->change[i].domain = domain;
	}
	code = vpop_users_modify(cli->vp, page->change, page->count, 1);
	for (size_t i = 0; code && i < page->count; i++) {
		if (!page->change[i].code)
			continue;
		cli_warn(cli, "%s@%s: %s", page->name[i], domain,
		    cli_reason(page->change[i].message, code));
		break;
	}
	return code;
}

int
change_domain(
    struct cli *cli, const char *domain, struct vpop_user_change *change)
{
	struct page *page = calloc(1, sizeof *page);
	unsigned long changed = 0;
	int code;

	if (!page)
		cli_no_memory();
	do {
		code = read_page(cli, domain, page);
		if (!code && page->count)
			code = change_page(cli, domain, page, change);
		changed += page->count;
	} while (!code && page->count == CLI_PAGE);
	free(page);
	if (code)
		return cli_fail(cli, code);
	if (cli->dry_run)
		printf(
		    "Would change %lu users of domain %s\n", changed, domain);
	return 0;
}
