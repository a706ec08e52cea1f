/*
 * One webhook.  Those of a domain are seen by who administers it, and not any
 * more when the domain was deleted since: what has its name now is another's.
 */
#include "config.h"

#include "panel/res/webhook.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemons/common/daemonlog.h"
#include "panel/api/body.h"
#include "panel/api/publish.h"
#include "panel/auth/account.h"
#include "panel/res/facts.h"

static int
fail(struct vhd_call *call)
{
	vp_daemonlog(LOG_ERR, "cannot use the webhooks: %s", strerror(errno));
	vhd_problem(call, 503, "unavailable", "the webhooks are out of reach");
	return -1;
}

static int
not_found(struct vhd_call *call)
{
	vhd_problem(call, 404, "not-found", "there is no such webhook");
	return -1;
}

void
vhd_webhook_close(struct vhd_webhook *hook)
{
	vp_webhooks_close(hook->folder);
	if (hook->lock >= 0)
		close(hook->lock);
	json_decref(hook->json);
}

int
vhd_webhook_open(
    struct vhd_call *call, int is_change, struct vhd_webhook *ret_hook)
{
	*ret_hook = (struct vhd_webhook){ .lock = -1 };
	ret_hook->folder = vp_webhooks_open(call->vp, 1);
	if (!ret_hook->folder)
		return fail(call);
	if (is_change)
		ret_hook->lock = vp_webhooks_lock(ret_hook->folder);
	if (!is_change || ret_hook->lock >= 0)
		return 0;
	(void)fail(call);
	vhd_webhook_close(ret_hook);
	return -1;
}

int
vhd_webhook_is_seen(struct vhd_call *call, const json_t *json)
{
	const char *domain = json_string_value(json_object_get(json, "domain"));
	const int64_t seq = json_integer_value(json_object_get(json, "seq"));
	int rc;

	if (call->who.role == VHD_SYSTEM)
		return 1;
	if (!*domain)
		return 0;
	rc = vhd_facts_has_domain(call, domain);
	if (rc <= 0)
		return rc;
	rc = vhd_domain_was_deleted_after(call->vp, domain, seq);
	if (rc < 0)
		vhd_problem_vpop(call, rc);
	return rc < 0 ? -1 : rc == 0;
}

int
vhd_webhook_find(
    struct vhd_call *call, int is_change, struct vhd_webhook *ret_hook)
{
	const char *id = call->parameter[0];
	int rc;

	if (!vp_webhook_is_id(id))
		return not_found(call);
	if (vhd_webhook_open(call, is_change, ret_hook) != 0)
		return -1;
	memcpy(ret_hook->id, id, sizeof ret_hook->id);
	ret_hook->json = vp_webhook_read(ret_hook->folder, id);
	if (ret_hook->json)
		rc = vhd_webhook_is_seen(call, ret_hook->json);
	else
		rc = errno == ENOENT ? 0 : fail(call);
	if (rc > 0)
		return 0;
	if (rc == 0)
		(void)not_found(call);
	vhd_webhook_close(ret_hook);
	return -1;
}

int
vhd_webhook_save(struct vhd_call *call, const struct vhd_webhook *hook)
{
	return vp_webhook_write(hook->folder, hook->id, hook->json) == 0
		   ? 0
		   : fail(call);
}

/* ---- lists ------------------------------------------------------------ */

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, VP_WEBHOOK_ID_SIZE);
}

typedef char webhook_id[VP_WEBHOOK_ID_SIZE];

static json_t *
sorted(webhook_id *ids, size_t count, const char *after)
{
	json_t *list = json_array();

	if (count > 0)
		qsort(ids, count, sizeof *ids, compare);
	for (size_t i = 0; i < count; i++)
		if (!after || strcmp(ids[i], after) > 0)
			json_array_append_new(list, json_string(ids[i]));
	return list;
}

json_t *
vhd_webhook_ids(
    struct vhd_call *call, const struct vhd_webhook *folder, const char *after)
{
	int fd = dup(vp_webhooks_dirfd(folder->folder));
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	AUTO_FREE webhook_id *ids = NULL;
	const struct dirent *entry;
	webhook_id id;
	size_t count = 0;

	if (!dir) {
		(void)fail(call);
		return NULL;
	}
	rewinddir(dir);
	while ((entry = readdir(dir))) {
		void *more;

		if (!vp_webhook_is_one(entry->d_name, id))
			continue;
		more = reallocarray(ids, count + 1, sizeof *ids);
		if (!more)
			break;
		ids = more;
		memcpy(ids[count++], id, sizeof id);
	}
	closedir(dir);
	return sorted(ids, count, after);
}

/* ---- objects ---------------------------------------------------------- */

static json_t *
text_or_null(const json_t *json, const char *name)
{
	json_t *value = json_object_get(json, name);
	const char *text = json_string_value(value);

	return text && *text ? json_incref(value) : json_null();
}

json_t *
vhd_webhook_object(const struct vhd_webhook *hook)
{
	const json_t *json = hook->json;

	return json_pack("{s:s, s:o, s:O, s:O, s:O, s:o, s:o}", "id", hook->id,
	    "domain", text_or_null(json, "domain"), "url",
	    json_object_get(json, "url"), "events",
	    json_object_get(json, "events"), "enabled",
	    json_object_get(json, "enabled"), "reason",
	    text_or_null(json, "reason"), "created",
	    vhd_time_json(
		(time_t)json_integer_value(json_object_get(json, "created"))));
}

void
vhd_webhook_name(
    const struct vhd_webhook *hook, char ret_name[VHD_WEBHOOK_NAME_SIZE])
{
	snprintf(ret_name, VHD_WEBHOOK_NAME_SIZE, "%s%s", VP_WEBHOOK_SUBSCRIBER,
	    hook->id);
}

/* What the journal knows of it. */
static void
add_counts(struct vhd_call *call, const struct vhd_webhook *hook, json_t *state)
{
	char name[VHD_WEBHOOK_NAME_SIZE];
	AUTO_FREE struct vpop_subscriber_state *list = NULL;
	size_t count = 0;

	vhd_webhook_name(hook, name);
	if (vpop_subscribers(call->vp, &list, &count) != 0)
		vp_daemonlog(LOG_ERR, "%s", vpop_message(call->vp));
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].name, name) != 0)
			continue;
		json_object_set_new(
		    state, "behind", json_integer(list[i].behind));
		json_object_set_new(
		    state, "pending", json_integer(list[i].waiting));
		json_object_set_new(
		    state, "dead_letters", json_integer(list[i].dead));
	}
}

static json_t *
time_of(const json_t *noted, const char *name)
{
	return vhd_time_json(
	    (time_t)json_integer_value(json_object_get(noted, name)));
}

json_t *
vhd_webhook_state(struct vhd_call *call, const struct vhd_webhook *hook)
{
	json_t *noted = vp_webhook_state(hook->folder, hook->id);
	json_t *state = json_pack("{s:o, s:o, s:o, s:I, s:i, s:i, s:i}",
	    "last_success", time_of(noted, "success"), "last_failure",
	    time_of(noted, "failure"), "last_error",
	    text_or_null(noted, "error"), "failures",
	    json_integer_value(json_object_get(noted, "failures")), "behind", 0,
	    "pending", 0, "dead_letters", 0);

	json_decref(noted);
	if (state)
		add_counts(call, hook, state);
	return state;
}

/* ---- facts ------------------------------------------------------------ */

json_t *
vhd_webhook_host(const json_t *json)
{
	const char *url = json_string_value(json_object_get(json, "url"));
	const char *host = strstr(url, "://");

	host = host ? host + 3 : url;
	return json_stringn(host, strcspn(host, "/?"));
}

/* Without the path: with some servers that is what must be known. */
static json_t *
event_json(const json_t *json)
{
	return json ? json_pack("{s:o, s:O, s:O}", "host",
			  vhd_webhook_host(json), "events",
			  json_object_get(json, "events"), "enabled",
			  json_object_get(json, "enabled"))
		    : NULL;
}

void
vhd_webhook_publish(struct vhd_call *call, const char *type,
    const struct vhd_webhook *hook, const json_t *old)
{
	const json_t *owner = old ? old : hook->json;

	vhd_publish(call, type, hook->id,
	    json_string_value(json_object_get(owner, "domain")),
	    event_json(old), event_json(hook->json));
}
