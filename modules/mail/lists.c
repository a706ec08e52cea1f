/* Mailing lists, with the options of ezmlm-make by names. */
#include "config.h"

#include "modules/mail/account.h"

#include <ctype.h>
#include <string.h>

#include "modules/mail/names.h"
#include "modules/mail/resources.h"

/* Options that are on or off; of some the opposite is what people want. */
static const struct option {
	const char *name;
	char letter;
	int is_opposite;
	const char *needs; /* an option that must be on, too */
} options[] = {
	{ "archive", 'a', 0, NULL },
	{ "threads", 'i', 0, "archive" },
	{ "digest", 'd', 0, "archive" },
	{ "confirm_subscription", 'h', 1, NULL },
	{ "confirm_unsubscription", 'j', 1, NULL },
	{ "moderated_subscription", 's', 0, NULL },
	{ "public", 'p', 0, NULL },
	{ "remote", 'r', 0, NULL },
	{ "moderators_list", 'l', 0, "remote" },
	{ "moderators_edit", 'n', 0, "remote" },
	{ "trailer", 't', 0, NULL },
	{ "warnings", 'w', 1, NULL },
	{ "restrict_content", 'x', 0, NULL },
	{ "confirm_posts", 'y', 0, NULL },
};
#define OPTIONS (sizeof options / sizeof *options)

/* Choices, by several letters. */
static const struct choice {
	const char *name, *value, *letters;
} choices[] = {
	{ "posting", "anyone", "MUO" },
	{ "posting", "subscribers", "MuO" },
	{ "posting", "subscribers_moderated", "muO" },
	{ "posting", "moderators", "mUo" },
	{ "posting", "moderated", "mUO" },
	{ "archive_readers", "anyone", "BG" },
	{ "archive_readers", "subscribers", "Bg" },
	{ "archive_readers", "moderators", "bG" },
};
#define CHOICES (sizeof choices / sizeof *choices)

/* ---- looking ----------------------------------------------------------- */

static int
is_on(const struct vpop_list *list, int letter)
{
	return strchr(list->options, letter) != NULL;
}

static int
is_chosen(const struct vpop_list *list, const char *letters)
{
	for (; *letters; letters++)
		if (is_on(list, tolower((unsigned char)*letters)) !=
		    (islower((unsigned char)*letters) != 0))
			return 0;
	return 1;
}

/* The nearest word where the letters are none of ours. */
static void
show_choices(const struct vpop_list *list, json_t *object)
{
	json_object_set_new(object, "posting",
	    json_string(is_on(list, 'm')   ? "subscribers_moderated"
			: is_on(list, 'u') ? "subscribers"
					   : "anyone"));
	json_object_set_new(object, "archive_readers",
	    json_string(is_on(list, 'b') ? "moderators" : "subscribers"));
	for (size_t i = 0; i < CHOICES; i++)
		if (is_chosen(list, choices[i].letters))
			json_object_set_new(object, choices[i].name,
			    json_string(choices[i].value));
}

static json_t *
show(const struct vpop_list *list)
{
	const char *reply = list->reply == VPOP_LIST_REPLY_LIST ? "list"
			    : list->reply == VPOP_LIST_REPLY_ADDRESS
				? list->reply_address
				: "sender";
	json_t *object = json_pack("{s:s, s:o, s:o, s:o, s:b}", "name",
	    list->name, "owner", mail_json_text(list->owner), "prefix",
	    mail_json_text(list->prefix), "reply_to", mail_json_text(reply),
	    "in_database", list->sql[0] != '\0');

	for (size_t i = 0; i < OPTIONS; i++)
		json_object_set_new(object, options[i].name,
		    json_boolean(is_on(list, options[i].letter) !=
				 options[i].is_opposite));
	show_choices(list, object);
	return object;
}

/* NULL, not refused, if it is no list: a file that only others may read is
 * none. */
static json_t *
make(struct mail *m, const struct mail_request *r, const char *name)
{
	struct vpop_list list;
	json_t *object = NULL;
	int code = vpop_list_get(m->vp, name, r->domain, &list);

	if (code == 0)
		object = show(&list);
	else if (!mail_is_no_alias(code) && code != VA_BAD_UID)
		mail_refuse_vpop(m, code);
	explicit_bzero(list.sql, sizeof list.sql);
	return object;
}

static int
read_names(struct mail *m, const struct mail_request *r,
    const struct mail_source *source, const char *folder,
    struct mail_names *ret)
{
	struct vpop_lists *cursor = NULL;
	char name[VPOP_USER_SIZE];
	int is_short = 0, code = vpop_lists_open(m->vp, r->domain, &cursor);

	(void)source;
	(void)folder;
	while (code >= 0 && !is_short &&
	       (code = vpop_lists_next(cursor, name)) == 1)
		is_short = mail_names_add(ret, name) != 0;
	vpop_lists_close(cursor);
	if (is_short)
		mail_refuse(m, "unavailable", NULL, "out of memory");
	else if (code < 0)
		mail_refuse_vpop(m, code);
	return is_short || code < 0 ? -1 : 0;
}

static json_t *
list_all(struct mail *m, const struct mail_request *r)
{
	static const struct mail_source source = {
		.read = read_names,
		.name_of = mail_alias_files_name,
	};
	struct mail_names *names = mail_alias_files(m, r, &source);

	return names ? mail_names_page(m, r, names, make) : NULL;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	json_t *object = make(m, r, r->key);

	if (object)
		return json_pack("{s:o}", "object", object);
	return m->refused
		   ? NULL
		   : mail_refuse(m, "not-found", NULL,
			 "there is no mailing list '%s@%s'", r->key, r->domain);
}

/* ---- changing ---------------------------------------------------------- */

/* What of it is wanted must not lack what it needs. */
static int
check_needs(struct mail *m, json_t *object)
{
	const char *readers = mail_text(object, "archive_readers");
	char pointer[64];

	for (size_t i = 0; i < OPTIONS; i++) {
		const char *needs = options[i].needs;

		if (!needs || !mail_true(object, options[i].name) ||
		    !json_is_false(json_object_get(object, needs)))
			continue;
		snprintf(pointer, sizeof pointer, "/%s", options[i].name);
		mail_refuse(m, "invalid", pointer,
		    "a list without '%s' cannot have '%s'", needs,
		    options[i].name);
		return -1;
	}
	if (readers && strcmp(readers, "moderators") == 0 &&
	    json_is_false(json_object_get(object, "archive"))) {
		mail_refuse(m, "invalid", "/archive_readers",
		    "a list without 'archive' has nobody who reads it");
		return -1;
	}
	return 0;
}

/* There is room for all letters; the new end. */
static char *
add_letters(json_t *object, const char *name, char *letters)
{
	const char *value = mail_text(object, name);

	for (size_t i = 0; value && i < CHOICES; i++)
		if (strcmp(choices[i].name, name) == 0 &&
		    strcmp(choices[i].value, value) == 0)
			letters = stpcpy(letters, choices[i].letters);
	return letters;
}

static void
set_letters(json_t *object, char letters[VPOP_LIST_OPTIONS_SIZE])
{
	size_t count = 0;

	for (size_t i = 0; i < OPTIONS; i++) {
		json_t *value = json_object_get(object, options[i].name);

		if (!json_is_boolean(value))
			continue;
		const int on = json_is_true(value) != options[i].is_opposite;
		const int letter = (unsigned char)options[i].letter;
		letters[count++] = (char)(on ? letter : toupper(letter));
	}
	letters[count] = '\0';
	char *end = add_letters(object, "posting", letters + count);
	add_letters(object, "archive_readers", end);
}

static void
set_reply(json_t *object, struct vpop_list_change *change)
{
	const char *reply = mail_text(object, "reply_to");

	if (!reply)
		return;
	change->reply = VPOP_LIST_REPLY_ADDRESS;
	change->reply_address = reply;
	if (strcmp(reply, "list") == 0)
		change->reply = VPOP_LIST_REPLY_LIST;
	else if (strcmp(reply, "sender") == 0)
		change->reply = VPOP_LIST_REPLY_SENDER;
}

static json_t *
put(struct mail *m, const struct mail_request *r,
    int (*change_list)(struct vpop *, const struct vpop_list_change *))
{
	char letters[VPOP_LIST_OPTIONS_SIZE];
	struct vpop_list_change change = {
		.name = r->key,
		.domain = r->domain,
		.options = letters,
		.owner = mail_text(r->new, "owner"),
		.prefix = mail_text(r->new, "prefix"),
		.sql = mail_text(r->new, "sql"),
	};

	if (check_needs(m, r->new) != 0)
		return NULL;
	if (change.sql && mail_rank(r) != MAIL_RANK_SYSTEM)
		return mail_refuse(m, "forbidden", "/sql",
		    "only the system may say in which database addresses are");
	/* Foreign owners that are no address are shown as none. */
	if (change.owner && !*change.owner)
		change.owner = NULL;
	set_letters(r->new, letters);
	set_reply(r->new, &change);
	return mail_done(m, change_list(m->vp, &change));
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	return put(m, r, vpop_list_create);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	return put(m, r, vpop_list_modify);
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	return mail_done(m, vpop_list_delete(m->vp, r->key, r->domain));
}

const struct mail_resource mail_lists = {
	.name = "lists",
	.does = {
		[MAIL_LIST] = list_all,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_MODIFY] = modify,
		[MAIL_DELETE] = delete,
	},
	.is_final = 1,
};
