/*
 * Webhooks that were made in the panel.  Those of a domain are told of what
 * is in it, as its administrators see it, and end with it: a domain that has
 * the name later is somebody else's.
 */
#include "config.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/common/facthide.h"
#include "daemons/veventd/webhook_int.h"

#define SECONDS 10
/* It looks for these itself. */
#define ALWAYS  VP_WEBHOOK_TEST " " DELETED " " RENAMED
#define DELETED "domain.deleted"
#define RENAMED "domain.renamed"

/* ---- reading ---------------------------------------------------------- */

/* The patterns in one text, separated by blanks. */
static char *
join(const json_t *list)
{
	char *text = NULL;
	size_t size, i;
	FILE *out = open_memstream(&text, &size);
	json_t *pattern;

	if (!out)
		return NULL;
	json_array_foreach(list, i, pattern)
	{
		fprintf(out, "%s ", json_string_value(pattern));
	}
	fputs(ALWAYS, out);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static int
take(struct vpop *vp, json_t *json, struct ved_webhook *hook)
{
	const char *domain = "", *url = "", *secret = "";
	json_int_t seq = 0;
	int enabled = 0;

	(void)json_unpack(json, "{s:s, s:s, s:s, s:b, s:I}", "domain", &domain,
	    "url", &url, "secret", &secret, "enabled", &enabled, "seq", &seq);
	hook->allow_private =
	    strcmp(vpop_setting(vp, "webhooks_private"), "yes") == 0;
	hook->seconds = SECONDS;
	hook->seq = seq;
	hook->is_off = !enabled;
	hook->url = strdup(url);
	hook->secret = strdup(secret);
	hook->domain = strdup(domain);
	hook->events = join(json_object_get(json, "events"));
	hook->secret_file = strdup("");
	return hook->url && hook->secret && hook->domain && hook->events ? 0
									 : -1;
}

/* Failures before it was changed do not count. */
static void
take_state(const json_t *json, struct ved_webhook *hook)
{
	json_t *revision = json_object_get(json, "revision");

	hook->state = vp_webhook_state(hook->folder, hook->id);
	if (!json_equal(json_object_get(hook->state, "revision"), revision))
		json_object_set_new(hook->state, "failures", json_integer(0));
	json_object_set(hook->state, "revision", revision);
}

int
ved_webhook_read_panel(
    struct vpop *vp, const char *id, struct ved_webhook *hook)
{
	json_t *json = NULL;
	int rc = -1;

	hook->id = id;
	hook->folder = vp_webhooks_open(vp, 0);
	if (hook->folder)
		json = vp_webhook_read(hook->folder, id);
	if (json)
		rc = take(vp, json, hook);
	else if (errno != ENOENT)
		vp_daemonlog(LOG_ERR, "cannot read the webhook '%s': %s", id,
		    strerror(errno));
	if (rc == 0)
		take_state(json, hook);
	json_decref(json);
	return rc;
}

/* ---- telling ---------------------------------------------------------- */

/* The first deletion of its domain since it was made, 0: none; or a code. */
static int64_t
find_end(struct vpop *vp, const struct ved_webhook *hook)
{
	const struct vpop_event_filter filter = {
		.type = DELETED, .object = hook->domain, .after = hook->seq
	};
	struct vpop_events *cursor = NULL;
	struct vpop_event event = { .seq = 0 };
	int code = vpop_events_open(vp, &filter, &cursor);

	if (code == 0)
		code = vpop_events_next(cursor, &event);
	vpop_events_close(cursor);
	return code < 0 ? code : code == 0 ? 0 : event.seq;
}

/* Whether its owner asked for this type. */
static int
is_asked_for(const struct ved_webhook *hook, const char *type)
{
	const size_t size = strlen(hook->events) - strlen(ALWAYS);
	AUTO_FREE char *list = strndup(hook->events, size);
	char *rest = list, *word;

	while (list && (word = strsep(&rest, " ")))
		if (*word && fnmatch(word, type, FNM_NOESCAPE) == 0)
			return 1;
	return 0;
}

static void
end(struct ved_worker *worker, const struct ved_webhook *hook)
{
	if (vp_webhook_remove(hook->folder, hook->id) != 0 && errno != ENOENT)
		vp_daemonlog(LOG_ERR, "cannot remove the webhook '%s': %s",
		    hook->id, strerror(errno));
	else
		vp_daemonlog(LOG_INFO,
		    "the webhook '%s' ends with its domain '%s'", worker->name,
		    hook->domain);
	ved_worker_end();
}

/* Its domain has another name now.  What is told under the new one comes after
 * this fact, and is seen by the process that reads its file then. */
static void
follow(const struct ved_webhook *hook, const struct vpop_event *event)
{
	AUTO_CLOSE int lock = vp_webhooks_lock(hook->folder);
	json_t *json =
	    lock < 0 ? NULL : vp_webhook_read(hook->folder, hook->id);

	json_object_set_new(json, "domain", json_string(event->object));
	json_object_set_new(json, "seq", json_integer(event->seq));
	if (!json || vp_webhook_write(hook->folder, hook->id, json) != 0)
		vp_daemonlog(LOG_ERR,
		    "the webhook '%s' cannot follow '%s' to '%s': %s", hook->id,
		    hook->domain, event->object, strerror(errno));
	json_decref(json);
	ved_worker_end();
}

static int
is_renamed(const struct ved_webhook *hook, const struct vpop_event *event)
{
	const char *from = "";
	json_t *json;
	int is_ours;

	if (!*hook->domain || strcmp(event->type, RENAMED) != 0)
		return 0;
	json = json_loads(event->json, 0, NULL);
	(void)json_unpack(json, "{s:{s:{s:s}}}", "data", "old", "name", &from);
	is_ours = strcmp(from, hook->domain) == 0;
	json_decref(json);
	return is_ours;
}

int
ved_webhook_is_for(struct ved_worker *worker, const struct ved_webhook *hook,
    const struct vpop_event *event)
{
	int64_t last = 0;

	if (strcmp(event->type, VP_WEBHOOK_TEST) == 0)
		return strcmp(event->object, hook->id) == 0;
	if (*hook->domain)
		last = find_end(worker->vp, hook);
	if (last == 0 && is_asked_for(hook, event->type))
		return 1;
	if (last == 0) {
		if (is_renamed(hook, event))
			follow(hook, event);
		return 0;
	}
	if (last > 0 && event->seq <= last && is_asked_for(hook, event->type))
		return 1;
	/* When it is not known, rather nothing than another's. */
	if (last < 0)
		return -1;
	if (event->seq >= last)
		end(worker, hook);
	return 0;
}

/* It is not told of them; but who enables it may have it told again at once,
 * before this process was replaced. */
enum ved_result
ved_webhook_skip(const struct ved_webhook *hook, char *problem)
{
	json_t *json = vp_webhook_read(hook->folder, hook->id);
	const int is_on = json_is_true(json_object_get(json, "enabled"));

	json_decref(json);
	if (!is_on)
		return VED_DONE;
	snprintf(problem, PROBLEM_SIZE, "the webhook was just enabled");
	ved_worker_end();
	return VED_AGAIN;
}

char *
ved_webhook_body(const struct ved_webhook *hook, const struct vpop_event *event)
{
	json_t *envelope;
	char *text;

	if (!hook->id || !*hook->domain)
		return strdup(event->json);
	envelope = json_loads(event->json, 0, NULL);
	vp_fact_hide(envelope);
	text = envelope ? json_dumps(envelope, JSON_COMPACT) : NULL;
	json_decref(envelope);
	return text;
}

/* ---- what became of it ------------------------------------------------ */

/* On a handle of its own: the worker's is in the middle of reading. */
static void
publish(const struct ved_webhook *hook, const char *reason)
{
	const char *host = strstr(hook->url, "://");
	json_t *data;
	struct vpop *vp;

	host = host ? host + 3 : "";
	data = json_pack("{s:s%, s:s}", "host", host, strcspn(host, "/?#"),
	    "reason", reason);
	AUTO_FREE char *text = data ? json_dumps(data, JSON_COMPACT) : NULL;
	const struct vpop_event_new event = { .type = "webhook.disabled",
		.object = hook->id,
		.domain = hook->domain,
		.new_json = text };
	json_decref(data);
	if (vpop_open(&vp, 0) != 0 || !text ||
	    vpop_event_publish(vp, &event) != 0)
		vp_daemonlog(LOG_WARNING, "an event is lost: %s",
		    vp ? vpop_message(vp) : "out of memory");
	vpop_close(vp);
}

/* Its file says so, and the next process reads it. */
static void
disable(const struct ved_webhook *hook, int64_t failures)
{
	AUTO_CLOSE int lock = vp_webhooks_lock(hook->folder);
	json_t *json =
	    lock < 0 ? NULL : vp_webhook_read(hook->folder, hook->id);
	char reason[64];

	snprintf(reason, sizeof reason, "it failed %lld times in a row",
	    (long long)failures);
	/* Somebody may just have changed it. */
	if (json && json_equal(json_object_get(json, "revision"),
			json_object_get(hook->state, "revision"))) {
		json_object_set_new(json, "enabled", json_false());
		json_object_set_new(json, "reason", json_string(reason));
		if (vp_webhook_write(hook->folder, hook->id, json) == 0)
			publish(hook, reason);
	}
	json_decref(json);
}

void
ved_webhook_told(struct ved_worker *worker, struct ved_webhook *hook,
    const struct vpop_event *event, enum ved_result result, const char *problem)
{
	const json_int_t now = time(NULL);
	int64_t failures =
	    json_integer_value(json_object_get(hook->state, "failures"));
	int64_t most = 0;

	failures = result == VED_DONE ? 0 : failures + 1;
	json_object_set_new(hook->state,
	    result == VED_DONE ? "success" : "failure", json_integer(now));
	json_object_set_new(hook->state, "failures", json_integer(failures));
	if (result != VED_DONE)
		json_object_set_new(hook->state, "error", json_string(problem));
	if (vp_webhook_note(hook->folder, hook->id, hook->state) != 0)
		vp_daemonlog(LOG_WARNING,
		    "cannot note how the webhook '%s' does: %s", hook->id,
		    strerror(errno));
	(void)vp_number(
	    vpop_setting(worker->vp, "webhooks_failures"), 0, 1000000, &most);
	if (most > 0 && failures >= most) {
		disable(hook, failures);
		ved_worker_end();
	}
	/* It was told of that once, whatever came of it. */
	if (*hook->domain && strcmp(event->type, DELETED) == 0 &&
	    strcmp(event->object, hook->domain) == 0)
		end(worker, hook);
	if (is_renamed(hook, event))
		follow(hook, event);
}
