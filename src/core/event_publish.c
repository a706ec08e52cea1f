/*
 * Events of programs that use the library: the panel and its modules.  What
 * they publish is done already, so it is one row, written and committed at
 * once: there is nothing to recover.
 */
#include "config.h"

#include <string.h>

#include "core/event.h"
#include "core/question.h"

#define TEXT_MAX 65536

static int
load(struct vpop *vp, const char *text, json_t **ret)
{
	*ret = NULL;
	if (!text)
		return 0;
	if (strlen(text) <= TEXT_MAX)
		*ret = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(*ret))
		return 0;
	json_decref(*ret);
	*ret = NULL;
	return vp_fail(vp, VA_INVALID_ARGUMENT,
	    "the data of an event is a JSON object of at most %d bytes",
	    TEXT_MAX);
}

static int
check(struct vpop *vp, const struct vpop_event_new *event)
{
	const char *name = event->type;

	if (!name || !event->object || !event->domain)
		return vp_fail(
		    vp, VA_NULL_POINTER, "an event has a type and an object");
	const struct vp_event_type *type = vp_event_find(name);
	if (type && strcmp(type->sender, VP_EVENT_LIBRARY) == 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "the library itself sends '%s'", name);
	if (!type &&
	    (strncmp(name, VP_EVENT_FREE, sizeof VP_EVENT_FREE - 1) != 0 ||
		name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._")]))
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "there is no event of the type '%s'; those of modules "
		    "begin "
		    "with '%s'",
		    name, VP_EVENT_FREE);
	return 0;
}

static int
with_intent(struct vpop *vp, const struct vpop_event_new *event,
    int (*what)(struct vpop *vp, struct vp_intent *intent))
{
	struct vp_intent intent = { .event = event->type,
		.object = event->object,
		.domain = event->domain };
	json_t *old = NULL, *new = NULL;
	int code = check(vp, event);

	if (code == 0)
		code = load(vp, event->old_json, &old);
	if (code < 0)
		return code;
	code = load(vp, event->new_json, &new);
	intent.old = old;
	intent.new = new;
	if (code == 0 && !vp_dry_run(vp))
		code = what(vp, &intent);
	json_decref(old);
	json_decref(new);
	return code;
}

static int
ask(struct vpop *vp, struct vp_intent *intent)
{
	return vp_question_ask(vp, intent);
}

int
vpop_event_ask(struct vpop *vp, const struct vpop_event_new *event)
{
	return with_intent(vp, event, ask);
}

int
vpop_event_publish(struct vpop *vp, const struct vpop_event_new *event)
{
	int code = vp_change_start(vp);

	if (code == 0 && !vp->journal && !vp_dry_run(vp))
		code = vp_fail(vp, VA_BAD_UID,
		    "only root and the vpopmail user may write the journal");
	if (code == 0)
		code = with_intent(vp, event, vp_journal_publish);
	return code;
}
