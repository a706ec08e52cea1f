/*
 * Webhooks: web servers that veventd tells of events.  The whole site's are
 * the system's; an administrator has those of his domains.
 */
#include "config.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "panel/api/body.h"
#include "panel/api/entity.h"
#include "panel/res/facts.h"
#include "panel/res/page.h"
#include "panel/res/res.h"
#include "panel/res/webhook.h"
#include "panel/settings.h"

#define SECRET_BYTES 32

/* ---- looking ---------------------------------------------------------- */

/* With its state, which is no part of the revision. */
static json_t *
shown(struct vhd_call *call, const struct vhd_webhook *hook)
{
	json_t *object = vhd_webhook_object(hook);

	if (object)
		json_object_set_new(
		    object, "state", vhd_webhook_state(call, hook));
	return object;
}

static void
reply(struct vhd_call *call, int status, const struct vhd_webhook *hook,
    json_t *object)
{
	json_t *bare = vhd_webhook_object(hook);

	vhd_entity_header(call, bare);
	json_decref(bare);
	vhd_call_json(call, status, object);
}

/* One of a list.  0, or -1 after a problem. */
static int
append(struct vhd_call *call, struct vhd_webhook *hook, json_t *items)
{
	const char *domain = vhd_target_argument(&call->target, "domain");
	int rc = 0;

	hook->json = vp_webhook_read(hook->folder, hook->id);
	if (hook->json &&
	    (!domain || strcmp(domain, json_string_value(json_object_get(
					   hook->json, "domain"))) == 0))
		rc = vhd_webhook_is_seen(call, hook->json);
	if (rc > 0)
		json_array_append_new(items, shown(call, hook));
	json_decref(hook->json);
	hook->json = NULL;
	return rc < 0 ? -1 : 0;
}

static json_t *
load(struct vhd_call *call, const char *after, int64_t limit)
{
	struct vhd_webhook hook;
	json_t *ids, *id, *items;
	size_t i;
	int rc;

	if (vhd_webhook_open(call, 0, &hook) != 0)
		return NULL;
	items = json_array();
	ids = vhd_webhook_ids(call, &hook, after);
	rc = ids ? 0 : -1;
	json_array_foreach(ids, i, id)
	{
		if (rc != 0 || (int64_t)json_array_size(items) == limit)
			break;
		memcpy(hook.id, json_string_value(id), sizeof hook.id);
		rc = append(call, &hook, items);
	}
	json_decref(ids);
	vhd_webhook_close(&hook);
	if (rc == 0)
		return items;
	json_decref(items);
	return NULL;
}

void
vhd_webhooks_list(struct vhd_call *call)
{
	vhd_page_list(call, load, "id");
}

void
vhd_webhook_show(struct vhd_call *call)
{
	struct vhd_webhook hook;

	if (vhd_webhook_find(call, 0, &hook) != 0)
		return;
	reply(call, 200, &hook, shown(call, &hook));
	vhd_webhook_close(&hook);
}

/* ---- making ----------------------------------------------------------- */

/* The domain that it is for.  0, or -1 after a problem. */
static int
take_domain(struct vhd_call *call, char ret_domain[VPOP_DOMAIN_SIZE])
{
	struct vpop_domain domain;
	const char *name;
	int rc;

	*ret_domain = '\0';
	if (vhd_body_text(call, "domain", &name) != 0)
		return -1;
	if (!name && call->who.role == VHD_DOMAIN)
		name = call->who.domain;
	if (!name && call->who.role == VHD_SYSTEM)
		return 0;
	if (!name) {
		vhd_problem_field(call, "/domain", "it is needed");
		return -1;
	}
	rc = vpop_domain_get(call->vp, name, &domain);
	if (rc != 0 && vpop_class(rc) == VPOP_CLASS_TEMPORARY) {
		vhd_problem_vpop(call, rc);
		return -1;
	}
	if (rc == 0 && call->who.role != VHD_SYSTEM)
		rc = vhd_facts_has_domain(call, domain.real) - 1;
	if (rc == 0) {
		memcpy(ret_domain, domain.real, VPOP_DOMAIN_SIZE);
		return 0;
	}
	if (call->status == 0)
		vhd_problem_field(call, "/domain", "there is no such domain");
	return -1;
}

/* Each one costs the machine a process.  0, or -1 after a problem. */
static int
check_room(
    struct vhd_call *call, const struct vhd_webhook *folder, const char *domain)
{
	json_t *ids = vhd_webhook_ids(call, folder, NULL), *id;
	int64_t all = (int64_t)json_array_size(ids), same = 0;
	size_t i;

	if (!ids)
		return -1;
	json_array_foreach(ids, i, id)
	{
		json_t *json =
		    vp_webhook_read(folder->folder, json_string_value(id));

		same += json && strcmp(json_string_value(
					   json_object_get(json, "domain")),
				    domain) == 0;
		json_decref(json);
	}
	json_decref(ids);
	if (all < call->settings->webhooks &&
	    (call->who.role == VHD_SYSTEM ||
		same < call->settings->webhooks_per_domain))
		return 0;
	vhd_problem(call, 403, "limit-reached",
	    "there are as many webhooks as there may be");
	return -1;
}

static json_t *
make_json(struct vhd_call *call, const char *domain)
{
	unsigned char bytes[SECRET_BYTES];
	char secret[2 * SECRET_BYTES + 1];
	json_t *json = NULL;
	int64_t seq;
	int code = vpop_events_last(call->vp, &seq);

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2hex(secret, sizeof secret, bytes, sizeof bytes);
	if (code < 0)
		vhd_problem_vpop(call, code);
	else
		json = json_pack("{s:s, s:[s], s:s, s:b, s:s, s:I, s:I, s:i}",
		    "domain", domain, "events", "*", "secret", secret,
		    "enabled", 1, "reason", "", "created",
		    (json_int_t)time(NULL), "seq", (json_int_t)seq, "revision",
		    1);
	explicit_bzero(bytes, sizeof bytes);
	explicit_bzero(secret, sizeof secret);
	return json;
}

/* It is told of what happens from now on.  0, or -1 after a problem. */
static int
subscribe(struct vhd_call *call, const struct vhd_webhook *hook)
{
	struct vpop_subscriber *subscriber;
	char name[VHD_WEBHOOK_NAME_SIZE];
	int code;

	vhd_webhook_name(hook, name);
	code = vpop_subscriber_open(call->vp, name, &subscriber);
	if (code == 0)
		vpop_subscriber_close(subscriber);
	else
		vhd_problem_vpop(call, code);
	return code == 0 ? 0 : -1;
}

static void
unsubscribe(struct vhd_call *call, const struct vhd_webhook *hook)
{
	char name[VHD_WEBHOOK_NAME_SIZE];

	/* veventd does what fails, and what its worker writes behind us. */
	vhd_webhook_name(hook, name);
	(void)vpop_subscriber_forget(call->vp, name);
}

static void
add(struct vhd_call *call, struct vhd_webhook *hook)
{
	json_t *object;

	vhd_call_new_job(hook->id);
	if (subscribe(call, hook) != 0)
		return;
	if (vhd_webhook_save(call, hook) != 0) {
		unsubscribe(call, hook);
		return;
	}
	vhd_webhook_publish(call, "webhook.created", hook, NULL);
	object = shown(call, hook);
	if (object)
		json_object_set(
		    object, "secret", json_object_get(hook->json, "secret"));
	vhd_call_header(
	    call, VHD_REPLY_LOCATION, "/api/v1/webhooks/%s", hook->id);
	reply(call, 201, hook, object);
}

void
vhd_webhook_create(struct vhd_call *call)
{
	static const char *const names[] = { "domain", "url", "events",
		"enabled", "secret", NULL };
	char domain[VPOP_DOMAIN_SIZE];
	struct vhd_webhook hook;
	const char *url;

	if (vhd_body_check(call, names) != 0 ||
	    vhd_body_needed(call, "url", SIZE_MAX, &url) != 0 ||
	    take_domain(call, domain) != 0 ||
	    vhd_webhook_open(call, 1, &hook) != 0)
		return;
	hook.json = make_json(call, domain);
	if (hook.json && vhd_webhook_take(call, hook.json) == 0 &&
	    check_room(call, &hook, domain) == 0)
		add(call, &hook);
	vhd_webhook_close(&hook);
}

/* ---- changing --------------------------------------------------------- */

static void
change(struct vhd_call *call, struct vhd_webhook *hook)
{
	json_t *old = json_deep_copy(hook->json);
	json_int_t revision =
	    json_integer_value(json_object_get(hook->json, "revision"));

	json_object_set_new(hook->json, "revision", json_integer(revision + 1));
	if (old && vhd_webhook_take(call, hook->json) == 0 &&
	    vhd_webhook_save(call, hook) == 0) {
		vhd_webhook_publish(call, "webhook.updated", hook, old);
		reply(call, 200, hook, shown(call, hook));
	}
	json_decref(old);
}

void
vhd_webhook_change(struct vhd_call *call)
{
	static const char *const names[] = { "url", "events", "enabled",
		"secret", NULL };
	struct vhd_webhook hook;

	if (vhd_webhook_find(call, 1, &hook) != 0)
		return;
	if (vhd_entity_match(call, vhd_webhook_object(&hook)) == 0 &&
	    vhd_body_check(call, names) == 0)
		change(call, &hook);
	vhd_webhook_close(&hook);
}

void
vhd_webhook_delete(struct vhd_call *call)
{
	struct vhd_webhook hook;
	json_t *old;

	if (vhd_webhook_find(call, 1, &hook) != 0)
		return;
	old = hook.json;
	hook.json = NULL;
	if (vp_webhook_remove(hook.folder, hook.id) == 0) {
		unsubscribe(call, &hook);
		vhd_webhook_publish(call, "webhook.deleted", &hook, old);
		vhd_call_empty(call, 204);
	} else {
		vhd_problem(call, 503, "unavailable",
		    "the webhook cannot be removed now");
	}
	json_decref(old);
	vhd_webhook_close(&hook);
}
