/*
 * Making and changing mailing lists.
 *
 * A list is made when its last file is written: what is interrupted before
 * is removed, afterwards it stays.  A change is made again after an
 * interruption; it asks for a state, so that does no harm.  When ezmlm-make
 * fails, which may have left files half written, it is run for the old state,
 * and if that fails too the change stays pending.
 */
#include "config.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "core/list_int.h"
#include "core/strict.h"

/* Of a new list: archived, public, with prefix and remote administration;
 * subscribers post. */
#define DEFAULTS     "aBDfGHIJLMNOprSTuWX"
#define ADDRESS_SIZE 320 /* of people: 64 + 255 bytes */

/* ---- what is asked for ------------------------------------------------ */

/* Put letters over those in slots, one for each letter; 0: not given. */
static int
overlay(struct vpop *vp, const char *letters, char slots[26])
{
	for (const char *p = letters + (*letters == '-'); *p; p++) {
		int lower = tolower((unsigned char)*p);

		if (!strchr(VP_LIST_NAMES, lower))
			return vp_fail(vp, VA_INVALID_ARGUMENT,
			    "'%s' has a letter that is no option of a mailing "
			    "list",
			    letters);
		slots[lower - 'a'] = *p;
	}
	return 0;
}

static int
set_letters(struct vpop *vp, const struct vpop_list_change *in,
    struct vp_list_wish *wish)
{
	char slots[26] = "";
	size_t count = 0;
	int code = 0;

	if (!wish->edit)
		code = overlay(vp, DEFAULTS, slots);
	if (code == 0 && in->options)
		code = overlay(vp, in->options, slots);
	if (code < 0)
		return code;
	if (in->prefix)
		slots['f' - 'a'] = *in->prefix ? 'f' : 'F';
	for (size_t i = 0; i < sizeof slots; i++)
		if (slots[i])
			wish->letters[count++] = slots[i];
	wish->letters[count] = '\0';
	return 0;
}

/* Does the list have a prefix afterwards? */
static int
has_prefix(const struct vp_list_wish *wish, const struct vpop_list *now)
{
	if (strchr(wish->letters, 'f'))
		return 1;
	return !strchr(wish->letters, 'F') && vp_list_has(now->options, 'f');
}

int
vp_list_check_address(struct vpop *vp, const char *address)
{
	const char *at = strchr(address, '@');
	size_t length = strlen(address);

	if (length >= ADDRESS_SIZE)
		return vp_fail(vp, VA_USER_NAME_TOO_LONG,
		    "the address is longer than %d bytes", ADDRESS_SIZE - 1);
	for (const char *p = address; *p; p++)
		if (*p <= ' ' || *p > '~')
			at = NULL;
	if (at && at > address && at[1] != '\0' &&
	    !strchr("-|/.&#", address[0]))
		return 0;
	AUTO_FREE char *shown = strdup(address);
	if (!shown)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	vp_make_printable(shown);
	return vp_fail(vp, VA_INVALID_EMAIL_CHAR,
	    "'%s' is not the address of a person", shown);
}

static int
check_text(struct vpop *vp, const char *what, const char *text)
{
	if (!text)
		return 0;
	if (strlen(text) >= VPOP_LIST_TEXT_SIZE)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "%s is longer than %d bytes", what,
		    VPOP_LIST_TEXT_SIZE - 1);
	if (!vp_is_clean(text))
		return vp_fail(
		    vp, VA_BAD_CHAR, "%s has a control character", what);
	return 0;
}

static int
check_sql(struct vpop *vp, const char *sql)
{
	int colons = 0, code = check_text(vp, "the database", sql);

	if (code < 0 || !sql)
		return code;
	for (const char *p = sql; *p; p++)
		colons += *p == ':';
	if (*sql && colons == 6)
		return 0;
	return vp_fail(vp, VA_INVALID_ARGUMENT,
	    "the database is given as plugin:host:port:user:password:"
	    "database:table");
}

static int
check(struct vpop *vp, const struct vpop_list_change *in)
{
	int code;

	if ((code = check_text(vp, "the prefix", in->prefix)) < 0 ||
	    (code = check_sql(vp, in->sql)) < 0)
		return code;
	if (in->owner && (code = vp_list_check_address(vp, in->owner)) < 0)
		return code;
	/* It may stand between quotes in a command. */
	if (in->owner && strchr(in->owner, '\''))
		return vp_fail(vp, VA_INVALID_EMAIL_CHAR,
		    "the owner's address has a quote");
	if ((int)in->reply < 0 || in->reply > VPOP_LIST_REPLY_ADDRESS)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "there is no such way of replying");
	if (in->reply != VPOP_LIST_REPLY_ADDRESS)
		return 0;
	if (!in->reply_address)
		return vp_fail(
		    vp, VA_NULL_POINTER, "no address for replies is given");
	return vp_list_check_address(vp, in->reply_address);
}

/* ---- the journal ------------------------------------------------------ */

static void
add(json_t *object, const char *name, const char *text)
{
	if (text)
		json_object_set_new(object, name, vp_journal_text(text));
}

/* What is asked for, for the readers of the journal; no secret. */
static json_t *
describe(const struct vp_list *list, const struct vp_list_wish *wish,
    const struct vpop_list_change *in)
{
	static const char *const replies[] = { NULL, "sender", "list",
		"address" };
	json_t *object = json_object();

	add(object, "name", wish->edit ? NULL : list->name);
	add(object, "owner", wish->owner);
	add(object, "options", wish->letters);
	add(object, "prefix", wish->edit ? in->prefix : wish->prefix);
	add(object, "reply", replies[wish->edit ? in->reply : wish->reply]);
	if (in->reply == VPOP_LIST_REPLY_ADDRESS)
		add(object, "reply_address", in->reply_address);
	add(object, "sql", in->sql ? "***" : NULL);
	return object;
}

static json_t *
make_plan(const struct vp_list *list, const struct vp_list_wish *wish)
{
	json_t *plan = json_object();

	add(plan, "name", list->name);
	add(plan, "letters", wish->letters);
	add(plan, "owner", wish->owner);
	add(plan, "prefix", wish->prefix);
	add(plan, "reply_address", wish->reply_address);
	json_object_set_new(plan, "reply", json_integer(wish->reply));
	return plan;
}

/* Take back what was done, keeping the failure.  What cannot be taken back
 * stays pending. */
static int
take_back(struct vp_list *list, const struct vp_intent *intent,
    const struct vp_list_wish *wish, int code)
{
	char reason[sizeof list->vp->message];
	int rc;

	memcpy(reason, list->vp->message, sizeof reason);
	if (wish->edit) {
		rc = vp_list_apply(list, wish);
	} else {
		(void)vp_list_enter(list);
		rc = vp_list_remove(list, intent->id);
	}
	if (rc == 0)
		vp_journal_undo(list->vp, intent, 1, reason);
	return vp_fail(list->vp, code, "%s", reason);
}

/* back: what to write again when the change fails. */
static int
change(struct vp_list *list, const struct vp_list_wish *wish,
    const struct vp_list_wish *back, const struct vpop_list_change *in)
{
	struct vp_intent intent = {
		.event = wish->edit ? "list.updated" : "list.created",
		.object = list->object,
		.domain = list->domain.real,
		.new = describe(list, wish, in),
		.plan = make_plan(list, wish),
	};
	int code = vp_journal_intend(list->vp, &intent, 1);

	if (code == 0) {
		code = vp_list_apply(list, wish);
		if (code < 0)
			code = take_back(list, &intent, back, code);
		else if (vp_journal_commit(list->vp, &intent, 1) < 0)
			vp_clear_error(list->vp);
	}
	json_decref(intent.new);
	json_decref(intent.plan);
	return code;
}

/* ---- the verbs -------------------------------------------------------- */

/* Do it, or see that it could be done. */
static int
carry_out(struct vp_list *list, const struct vp_list_wish *wish,
    const struct vp_list_wish *back, const struct vpop_list_change *in)
{
	int code = 0;
	AUTO_FREE char *path = vp_list_program(list->vp, "ezmlm-make", &code);

	if (!path || vp_dry_run(list->vp))
		return code;
	return change(list, wish, back, in);
}

static int
create(struct vp_list *list, const struct vpop_list_change *in)
{
	AUTO_FREE char *owner = NULL;
	AUTO_FREE char *prefix = NULL;
	struct vp_list_wish wish = { .sql = in->sql ? in->sql : "",
		.reply = in->reply ? in->reply : VPOP_LIST_REPLY_LIST,
		.reply_address = in->reply_address };
	int code = set_letters(list->vp, in, &wish);

	if (code < 0)
		return code;
	if (asprintf(&owner, "postmaster@%s", list->domain.real) < 0 ||
	    asprintf(&prefix, "[%s]", list->name) < 0)
		return vp_fail(list->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	wish.owner = in->owner ? in->owner : owner;
	wish.prefix = "";
	if (strchr(wish.letters, 'f'))
		wish.prefix = in->prefix ? in->prefix : prefix;
	return carry_out(list, &wish, &wish, in);
}

int
vpop_list_create(struct vpop *vp, const struct vpop_list_change *list)
{
	struct vp_list new;
	int code;

	if (!list)
		return vp_fail(vp, VA_NULL_POINTER, "no list is given");
	if ((code = check(vp, list)) < 0 ||
	    (code = vp_list_open(
		 vp, list->name, list->domain, VP_LIST_NEW, &new)) < 0)
		return code;
	if (vp_is_strict(vp))
		code = vp_strict_list(vp, &new.domain);
	if (code == 0)
		code = create(&new, list);
	vp_list_close(&new);
	return code;
}

/* What the letters of a wish are now. */
static void
set_back(struct vp_list_wish *back, const struct vp_list_wish *wish,
    const struct vpop_list *now)
{
	size_t count = 0;

	for (const char *p = wish->letters; *p; p++) {
		int lower = tolower((unsigned char)*p);
		int on = vp_list_has(now->options, lower);

		back->letters[count++] = (char)(on ? lower : toupper(lower));
	}
	back->letters[count] = '\0';
	if (wish->owner && now->owner[0])
		back->owner = now->owner;
}

static int
modify(struct vp_list *list, const struct vpop_list_change *in)
{
	struct vpop_list now;
	int code = vp_list_read(list, &now);

	if (code < 0)
		return code;
	struct vp_list_wish back = { .prefix = now.prefix,
		.sql = now.sql,
		.reply = now.reply,
		.reply_address = now.reply_address,
		.edit = 1 };
	struct vp_list_wish wish = back;
	code = set_letters(list->vp, in, &wish);
	wish.owner = in->owner;
	if (!has_prefix(&wish, &now))
		wish.prefix = "";
	else if (in->prefix)
		wish.prefix = in->prefix;
	if (in->sql)
		wish.sql = in->sql;
	if (in->reply != VPOP_LIST_REPLY_SAME) {
		wish.reply = in->reply;
		wish.reply_address = in->reply_address;
	}
	set_back(&back, &wish, &now);
	if (code == 0)
		code = carry_out(list, &wish, &back, in);
	explicit_bzero(&now, sizeof now);
	return code;
}

int
vpop_list_modify(struct vpop *vp, const struct vpop_list_change *list)
{
	struct vp_list found;
	int code;

	if (!list)
		return vp_fail(vp, VA_NULL_POINTER, "no list is given");
	if ((code = check(vp, list)) < 0 ||
	    (code = vp_list_open(
		 vp, list->name, list->domain, VP_LIST_CHANGE, &found)) < 0)
		return code;
	code = modify(&found, list);
	vp_list_close(&found);
	return code;
}
