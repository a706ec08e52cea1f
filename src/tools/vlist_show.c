/*
 * What a mailing list is set to, in three forms.  Option letters are those
 * of ezmlm-make: a small one is on.  The password of a database is not
 * shown.
 */
#include "config.h"

#include "tools/vlist.h"

#include <string.h>

#include "tools/cli.h"
#include "tools/json.h"

/* Parts of the access to a database. */
enum part { PLUGIN, HOST, PORT, USER, PASS, BASE, TABLE, PARTS };

static const char *const part_labels[PARTS] = { NULL,
	"Host:", "Port:", "User:", "Pass:", "Base:", "Table:" };

static const struct text {
	char letter; /* 0: a title */
	const char *on, *off;
} texts[] = {
	{ 0, "Posting Messages", NULL },
	{ 'u', "only subscribers post", "anyone posts" },
	{ 'm', "posts of others go to the moderators",
	    "posts of others are returned" },
	{ 'o', "posts of all but moderators are returned or moderated",
	    "moderators are no exception" },
	{ 'y', "the sender confirms a post", "posts are not confirmed" },
	{ 'k', "addresses of the kill list may not post",
	    "addresses of the kill list may not post" },
	{ 0, "List Options", NULL },
	{ 'd', "there is a digest", "there is no digest" },
	{ 'f', "subjects get a prefix", "subjects get no prefix" },
	{ 't', "messages get a trailer", "messages get no trailer" },
	{ 'w', "bounces cause no warnings", "bounces cause warnings" },
	{ 'x', "attachments and sizes are restricted",
	    "attachments and sizes are not restricted" },
	{ 0, "Remote Administration", NULL },
	{ 'r', "moderators administrate by mail", "no administration by mail" },
	{ 'l', "moderators may list the subscribers",
	    "moderators may not list the subscribers" },
	{ 'n', "moderators may edit the texts",
	    "moderators may not edit the texts" },
	{ 0, "Subscription Requests", NULL },
	{ 'p', "the list is public", "the list is private" },
	{ 'h', "subscriptions are not confirmed",
	    "subscriptions are confirmed" },
	{ 'j', "cancellations are not confirmed",
	    "cancellations are confirmed" },
	{ 's', "moderators approve subscriptions",
	    "subscriptions need no approval" },
	{ 0, "Message Archive", NULL },
	{ 'a', "messages are archived", "messages are not archived" },
	{ 'b', "only moderators read the archive",
	    "the archive is not for moderators alone" },
	{ 'g', "only subscribers read the archive",
	    "the archive is not for subscribers alone" },
	{ 'i', "the archive has threads for the web",
	    "the archive has no threads" },
};

static int
is_on(const struct vpop_list *list, int letter)
{
	return strchr(list->options, letter) != NULL;
}

/* As ever with the E of a list that is not being edited. */
static void
put_flags(const struct vpop_list *list)
{
	for (const char *p = "abdefghijklmnopqrstuwx"; *p; p++)
		putchar(is_on(list, *p) ? *p : *p - 'a' + 'A');
}

/* Cut a copy into its parts; what is missing is "". */
static void
split(char *copy, const char *ret_parts[PARTS])
{
	for (int i = 0; i < PARTS; i++)
		ret_parts[i] = copy ? strsep(&copy, ":") : "";
	if (*ret_parts[PASS])
		ret_parts[PASS] = "***";
}

static void
wipe(char *copy)
{
	explicit_bzero(copy, strlen(copy));
	free(copy);
}

static void
put_sql(const struct vpop_list *list)
{
	char *copy = cli_strdup(list->sql);
	const char *parts[PARTS];

	split(copy, parts);
	for (int i = HOST; i < PARTS; i++)
		printf("   %-11s %s\n", part_labels[i], parts[i]);
	putchar('\n');
	wipe(copy);
}

static void
put_head(const struct vpop_list *list)
{
	printf("Mailing List:  %s@%s\n", list->name, list->domain);
	printf("   OwnerEmail: %s\n", list->owner);
	printf("   Prefix:     %s\n\n", list->prefix);
	if (list->reply == VPOP_LIST_REPLY_ADDRESS)
		printf("   Reply to:   %s\n\n", list->reply_address);
	else
		printf("   Reply to:   %s\n\n",
		    list->reply == VPOP_LIST_REPLY_LIST ? "List." : "Sender.");
}

static void
put_paths(const struct vpop_list *list)
{
	int length = (int)(strlen(list->dir) - strlen(list->name) - 1);

	printf("   Path:       %.*s\n", length, list->dir);
	printf("   Dot:        %.*s/.qmail-", length, list->dir);
	for (const char *p = list->name; *p; p++)
		putchar(*p == '.' ? ':' : *p);
	printf("\n   Dir:        %s\n\n", list->dir);
}

void
vlist_show(const struct vpop_list *list)
{
	put_head(list);
	fputs("   Flags:      -", stdout);
	put_flags(list);
	fputs("\n\n", stdout);
	if (*list->sql)
		put_sql(list);
	put_paths(list);
}

void
vlist_explain(const struct vpop_list *list)
{
	put_head(list);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		const struct text *text = &texts[i];
		int on = text->letter && is_on(list, text->letter);

		if (!text->letter)
			printf("%s   %s\n", i > 0 ? "\n" : "", text->on);
		else
			printf("      %c  %s\n",
			    on ? text->letter : text->letter - 'a' + 'A',
			    on ? text->on : text->off);
	}
	putchar('\n');
	if (*list->sql)
		put_sql(list);
	put_paths(list);
}

static json_t *
json_sql(const struct vpop_list *list)
{
	static const char *const names[PARTS] = { "plugin", "host", "port",
		"user", NULL, "database", "table" };
	json_t *object;
	const char *parts[PARTS];
	char *copy;

	if (!*list->sql)
		return json_null();
	object = cli_json_object();
	copy = cli_strdup(list->sql);
	split(copy, parts);
	for (int i = 0; i < PARTS; i++)
		if (names[i])
			cli_json_put(object, names[i], cli_json_text(parts[i]));
	wipe(copy);
	return object;
}

void
vlist_json(const struct vpop_list *list)
{
	static const char *const replies[] = { "", "sender", "list" };
	char address[CLI_ADDRESS_SIZE + 1];
	json_t *object = cli_json_object();
	const char *reply = list->reply == VPOP_LIST_REPLY_ADDRESS
				? list->reply_address
				: replies[list->reply];

	snprintf(address, sizeof address, "%s@%s", list->name, list->domain);
	cli_json_put(object, "list", cli_json_text(address));
	cli_json_put(object, "owner", cli_json_text(list->owner));
	cli_json_put(object, "options", cli_json_text(list->options));
	cli_json_put(object, "prefix", cli_json_text(list->prefix));
	cli_json_put(object, "reply_to", cli_json_text(reply));
	cli_json_put(object, "directory", cli_json_text(list->dir));
	cli_json_put(object, "sql", json_sql(list));
	cli_json_print(object);
}
