/*
 * Requests: their members, and the handler that they are for.
 *
 * What the host has checked already (schemas, roles) is not checked again;
 * what a handler would break on is.
 */
#include "config.h"

#include "modules/mail/mail.h"

#include <string.h>

const char *
mail_text(json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

json_int_t
mail_integer(json_t *object, const char *name, json_int_t missing)
{
	json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : missing;
}

int
mail_true(json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

json_t *
mail_json_text(const char *bytes)
{
	json_t *text = json_string(bytes);
	size_t length = strlen(bytes);
	AUTO_FREE char *shown = NULL;

	if (text || !(shown = malloc(length + 1)))
		return text;
	for (size_t i = 0; i <= length; i++)
		shown[i] = (unsigned char)bytes[i] < 0x80 ? bytes[i] : '?';
	return json_string(shown);
}

static const char *
text_or_empty(json_t *object, const char *name)
{
	const char *text = mail_text(object, name);

	return text ? text : "";
}

static json_t *
object_or_null(json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	return json_is_object(value) ? value : NULL;
}

static const char *const verbs[MAIL_ACTIONS] = { "list", "get", "setup",
	"modify", "delete", "act" };

const char *
mail_verb(enum mail_action what)
{
	return verbs[what];
}

static int
find_action(json_t *all, enum mail_action *ret)
{
	const char *verb = text_or_empty(all, "verb");

	if (strcmp(verb, "validate") == 0)
		verb = text_or_empty(all, "action");
	for (int i = 0; i < MAIL_ACTIONS; i++) {
		if (strcmp(verb, verbs[i]) == 0) {
			*ret = (enum mail_action)i;
			return 0;
		}
	}
	return -1;
}

int
mail_request_read(struct mail *m, json_t *all, struct mail_request *ret)
{
	json_t *actor = object_or_null(all, "actor");
	json_int_t limit = mail_integer(all, "limit", MAIL_PAGE);
	struct mail_request r = {
		.resource = mail_resource_find(text_or_empty(all, "resource")),
		.domain = text_or_empty(all, "domain"),
		.parent = text_or_empty(all, "parent"),
		.key = text_or_empty(all, "key"),
		.old = object_or_null(all, "old"),
		.new = object_or_null(all, "new"),
		.job = text_or_empty(all, "job"),
		.is_dry = strcmp(text_or_empty(all, "verb"), "validate") == 0,
		.q = text_or_empty(all, "q"),
		.after = text_or_empty(all, "after"),
		.limit =
		    limit < 1 || limit > MAIL_PAGE ? MAIL_PAGE : (size_t)limit,
		.where = object_or_null(all, "where"),
		.action = text_or_empty(all, "action"),
		.input = object_or_null(all, "input"),
		.actor = text_or_empty(actor, "name"),
		.role = text_or_empty(actor, "role"),
		.address = text_or_empty(actor, "address"),
		.all = all,
	};

	if (!r.resource) {
		mail_refuse(m, "not-found", NULL, "there is no resource '%s'",
		    text_or_empty(all, "resource"));
		return -1;
	}
	if (find_action(all, &r.what) != 0 || !r.resource->does[r.what]) {
		mail_refuse(m, "unsupported", NULL,
		    "this cannot be done with '%s'", r.resource->name);
		return -1;
	}
	if ((r.what == MAIL_SETUP || r.what == MAIL_MODIFY) && !r.new) {
		mail_refuse(m, "invalid", NULL, "the new object is missing");
		return -1;
	}
	*ret = r;
	return 0;
}

json_t *
mail_current(struct mail *m, const struct mail_request *r)
{
	struct mail_request get = *r;

	get.what = MAIL_GET;
	get.is_dry = 0;
	if (!r->resource->does[MAIL_GET])
		return mail_refuse(m, "unsupported", NULL,
		    "'%s' cannot be looked at", r->resource->name);
	json_t *result = mail_do(m, &get);
	json_t *object = json_incref(json_object_get(result, "object"));
	json_decref(result);
	return object;
}

/* What whoever asked has seen must still be so. */
static int
is_as_seen(struct mail *m, const struct mail_request *r)
{
	json_t *current = mail_current(m, r);
	const char *name;
	json_t *seen;
	int is_same = current != NULL;

	json_object_foreach(r->old, name, seen)
	{
		json_t *now = json_object_get(current, name);

		if (now && !json_equal(now, seen)) {
			is_same = 0;
			mail_refuse(m, "conflict", NULL,
			    "'%s' of '%s' has been changed meanwhile", name,
			    r->key[0] ? r->key : r->resource->name);
		}
	}
	json_decref(current);
	return is_same;
}

/* Of changes only: what the module itself keeps about the object. */
static int
follow_up(struct mail *m, const struct mail_request *r)
{
	if (!m->db || !r->resource->after || r->is_dry ||
	    r->what == MAIL_LIST || r->what == MAIL_GET ||
	    (r->what == MAIL_ACT && !r->resource->after_acts))
		return 0;
	return r->resource->after(m, r);
}

static json_t *
do_as_root(struct mail *m, const struct mail_request *r)
{
	json_t *result = mail_ask_root(m, r);
	json_t *object = json_object_get(result, "object");

	if (!object || !r->resource->complete ||
	    r->resource->complete(m, r, object) == 0)
		return result;
	json_decref(result);
	return NULL;
}

json_t *
mail_do(struct mail *m, const struct mail_request *r)
{
	if (r->what == MAIL_MODIFY && !is_as_seen(m, r))
		return NULL;
	json_t *result = mail_needs_root(m, r)
			     ? do_as_root(m, r)
			     : r->resource->does[r->what](m, r);
	if (result && r->what == MAIL_DELETE && r->resource->is_final)
		json_object_set_new(result, "final", json_true());
	if (result && follow_up(m, r) != 0) {
		json_decref(result);
		return NULL;
	}
	return result;
}
