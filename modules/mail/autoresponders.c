/* Addresses that answer. */
#include "config.h"

#include "modules/mail/account.h"

#include <string.h>

#include "base/text.h"
#include "modules/mail/names.h"
#include "modules/mail/resources.h"

static json_t *
show(struct vpop_autoresponder *found)
{
	json_t *object = json_pack("{s:s, s:o, s:o, s:o, s:I, s:I}", "name",
	    found->name, "subject", mail_json_text(found->subject), "text",
	    mail_json_text(found->text), "copy_to", mail_texts(&found->copy_to),
	    "interval", (json_int_t)found->seconds, "max",
	    (json_int_t)found->count);

	vpop_autoresponder_clear(found);
	return object;
}

/* NULL, not refused, if it has gone meanwhile. */
static json_t *
make(struct mail *m, const struct mail_request *r, const char *name)
{
	struct vpop_autoresponder found;
	int code = vpop_autoresponder_get(m->vp, name, r->domain, &found);

	if (code == 0)
		return show(&found);
	if (!mail_is_no_alias(code))
		mail_refuse_vpop(m, code);
	return NULL;
}

/* Whose lines call the program; the order is not that of the bytes. */
static int
read_names(struct mail *m, const struct mail_request *r,
    const struct mail_source *source, const char *folder,
    struct mail_names *ret)
{
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	int is_short = 0,
	    code = vpop_aliases_open(m->vp, NULL, r->domain, &cursor);

	(void)source;
	(void)folder;
	while (code >= 0 && !is_short &&
	       (code = vpop_aliases_next(cursor, &alias)) == 1)
		is_short = vpop_is_autoresponder(alias.line) &&
			   mail_names_add(ret, alias.name) != 0;
	vpop_aliases_close(cursor);
	if (is_short)
		mail_refuse(m, "unavailable", NULL, "out of memory");
	else if (code < 0)
		mail_refuse_vpop(m, code);
	return is_short || code < 0 ? -1 : 0;
}

/* Of rows of the account store nothing tells when they change. */
static json_t *
list_rows(struct mail *m, const struct mail_request *r)
{
	struct mail_names names = { .count = 0 };
	json_t *result = NULL;

	if (read_names(m, r, NULL, NULL, &names) == 0) {
		mail_names_sort(&names);
		result = mail_names_page(m, r, &names, make);
	}
	mail_names_clear(&names);
	return result;
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	static const struct mail_source source = {
		.read = read_names,
		.name_of = mail_alias_files_name,
	};
	int in_store = vpop_aliases_in_store(m->vp, r->domain);

	if (in_store < 0)
		return mail_refuse_vpop(m, in_store);
	if (in_store)
		return list_rows(m, r);
	struct mail_names *names = mail_alias_files(m, r, &source);
	return names ? mail_names_page(m, r, names, make) : NULL;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	json_t *object = make(m, r, r->key);

	if (object)
		return json_pack("{s:o}", "object", object);
	return m->refused ? NULL
			  : mail_refuse(m, "not-found", NULL,
				"there is no autoresponder '%s@%s'", r->key,
				r->domain);
}

static json_t *
set(struct mail *m, const struct mail_request *r, unsigned flags)
{
	const char *subject = mail_text(r->new, "subject");
	const char *text = mail_text(r->new, "text");
	struct vpop_autoresponder in = {
		.seconds = mail_integer(r->new, "interval", 10000),
		.count = mail_integer(r->new, "max", 5),
	};

	if (vp_copy(in.name, sizeof in.name, r->key) != 0)
		return mail_refuse(m, "invalid", "/name",
		    "the name is longer than %zu bytes", sizeof in.name - 1);
	if (vp_copy(in.subject, sizeof in.subject, subject ? subject : "") != 0)
		return mail_refuse(m, "invalid", "/subject",
		    "the subject is longer than %zu bytes",
		    sizeof in.subject - 1);
	if (mail_texts_read(
		m, json_object_get(r->new, "copy_to"), &in.copy_to) != 0)
		return NULL;
	in.text = strdup(text ? text : "");
	int code =
	    in.text ? vpop_autoresponder_set(m->vp, r->domain, &in, flags) : 0;
	json_t *result =
	    in.text ? NULL
		    : mail_refuse(m, "unavailable", NULL, "out of memory");
	if (in.text && code == VA_INVALID_EMAIL_CHAR)
		mail_refuse_vpop_at(m, code, "/copy_to");
	else if (in.text)
		result = mail_done(m, code);
	vpop_autoresponder_clear(&in);
	return result;
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	return set(m, r, VPOP_ALIAS_CREATE);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	return set(m, r, VPOP_ALIAS_REPLACE);
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	return mail_done(
	    m, vpop_autoresponder_delete(m->vp, r->key, r->domain));
}

const struct mail_resource mail_autoresponders = {
	.name = "autoresponders",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_MODIFY] = modify,
		[MAIL_DELETE] = delete,
	},
};
