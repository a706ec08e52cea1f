/* Addresses that answer. */
#include "config.h"

#include "modules/mail/account.h"

#include <string.h>

#include "base/text.h"
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
	if (code != VA_USER_DOES_NOT_EXIST)
		mail_refuse_vpop(m, code);
	return NULL;
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	struct mail_page page;
	json_t *result = NULL;
	int code;

	if (mail_page_begin(m, r, &page) != 0)
		return NULL;
	code = vpop_aliases_open(m->vp, NULL, r->domain, &cursor);
	while (code >= 0 && (code = vpop_aliases_next(cursor, &alias)) == 1)
		if (vpop_is_autoresponder(alias.line) &&
		    mail_page_offer(m, &page, alias.name) != 0)
			break;
	vpop_aliases_close(cursor);
	if (code == 0)
		result = mail_page_end(m, &page, make);
	else if (code < 0)
		mail_refuse_vpop(m, code);
	mail_page_free(&page);
	return result;
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
