/*
 * Requests of clients, which are workers of the panel and vmodulehook: lines
 * as those of programs, with the name of the module.  A client that says what
 * it should not is cut off; one that goes away while its request is executed
 * does not stop it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "daemons/common/fdpass.h"
#include "panel/supervise/supervisor_int.h"

static const char *const changes[] = { "setup", "modify", "delete", "act",
	"undo", "suspend", "resume", "import", "reconcile" };

static const char *
text_of(json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

/* ---- answers ----------------------------------------------------------- */

static void
answer_client(
    struct vhd_client *client, json_int_t id, struct vp_module_answer *answer)
{
	client->out = vp_module_answer_line(id, answer);
	client->out_size = client->out ? strlen(client->out) : 0;
	client->out_done = 0;
	vp_module_answer_free(answer);
	if (client->out)
		return;
	close(client->fd);
	client->fd = -1;
}

void
vhd_job_done(struct vhd_job *job, struct vp_module_answer *answer)
{
	if (job->client) {
		job->client->job = NULL;
		answer_client(job->client, job->id, answer);
	} else {
		vp_module_answer_free(answer);
	}
	json_decref(job->request);
	free(job);
}

static void
refuse(struct vhd_client *client, json_int_t id, const char *code,
    const char *words)
{
	struct vp_module_answer answer = { .outcome = VP_MODULE_REFUSED };

	snprintf(answer.code, sizeof answer.code, "%s", code);
	snprintf(answer.words, sizeof answer.words, "%s", words);
	answer_client(client, id, &answer);
}

/* ---- status ------------------------------------------------------------ */

static json_t *
describe(const struct vhd_module *module)
{
	int running = 0;

	for (int i = 0; i < module->count; i++)
		running += module->programs[i].stage >= VHD_IDLE;
	return json_pack("{s:s, s:s, s:s, s:s, s:i, s:i, s:i}", "name",
	    module->unit->manifest->name, "state", module->state, "reason",
	    module->reason, "error", module->error, "restarts",
	    module->restarts, "processes", running, "queued", module->queued);
}

static void
tell_status(const struct vhd_supervisor *supervisor, struct vhd_client *client,
    json_int_t id)
{
	struct vp_module_answer answer = { .outcome = VP_MODULE_DONE };
	json_t *list = json_array();

	for (size_t i = 0; i < supervisor->count; i++)
		json_array_append_new(list, describe(&supervisor->modules[i]));
	answer.result = json_pack("{s:o}", "modules", list);
	answer_client(client, id, &answer);
}

/* The parent reads what modules are set to; nothing is said of what. */
static void
ask_to_reload(const struct vhd_supervisor *supervisor,
    struct vhd_client *client, json_int_t id)
{
	const struct vhd_order order = { .verb = VHD_RELOAD };
	struct vp_module_answer answer = { .outcome = VP_MODULE_DONE,
		.result = json_object() };

	(void)vp_fd_send(
	    supervisor->start->control, &order, sizeof order, -1, 0);
	answer_client(client, id, &answer);
}

/* ---- requests ---------------------------------------------------------- */

static struct vhd_module *
find_module(struct vhd_supervisor *supervisor, const char *name)
{
	for (size_t i = 0; i < supervisor->count; i++)
		if (strcmp(supervisor->modules[i].unit->manifest->name, name) ==
		    0)
			return &supervisor->modules[i];
	return NULL;
}

/* The domain that is changed; of a resource of the site, its object. */
static const char *
find_lock(json_t *request, const char *verb)
{
	const char *domain = text_of(request, "domain");
	const char *key = text_of(request, "key");

	for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
		if (strcmp(changes[i], verb) == 0)
			return domain ? domain : key ? key : "";
	return NULL;
}

static void
queue(struct vhd_module *module, struct vhd_client *client, json_t *request,
    json_int_t id)
{
	struct vhd_job *job = calloc(1, sizeof *job);

	if (!job) {
		json_decref(request);
		refuse(client, id, "unavailable", "out of memory");
		return;
	}
	job->client = client;
	job->id = id;
	job->request = request;
	job->since = vp_clock_ms();
	/* The text goes on living in the request, without its place. */
	json_t *verb = json_object_get(request, "verb");
	job->verb = json_string_value(verb);
	job->lock = find_lock(request, job->verb);
	job->is_question = strcmp(job->verb, "ask") == 0;
	job->workers =
	    (int)json_integer_value(json_object_get(request, "workers"));
	json_object_del(request, "workers");
	json_object_del(request, "id");
	json_object_del(request, "module");
	if (!vhd_module_is_busy(module))
		module->moved = job->since;
	client->job = job;
	job->queue = module;
	TAILQ_INSERT_TAIL(&module->queue, job, next);
	module->queued++;
}

void
vhd_client_request(struct vhd_supervisor *supervisor, struct vhd_client *client)
{
	json_t *json = json_loads(client->in, JSON_REJECT_DUPLICATES, NULL);
	const char *name = text_of(json, "module");
	const char *verb = text_of(json, "verb");
	json_int_t id = json_integer_value(json_object_get(json, "id"));
	struct vhd_module *module = name ? find_module(supervisor, name) : NULL;

	client->used = 0;
	if (!verb)
		refuse(client, id, "invalid", "a request has a verb");
	else if (!name && strcmp(verb, "status") == 0)
		tell_status(supervisor, client, id);
	else if (!name && strcmp(verb, "reload") == 0)
		ask_to_reload(supervisor, client, id);
	else if (!module)
		refuse(client, id, "unavailable", "there is no such module");
	else if (module->queued >= VHD_QUEUE_MAX)
		refuse(
		    client, id, "unavailable", "the module has too much to do");
	else {
		queue(module, client, json, id);
		return;
	}
	json_decref(json);
}

void
vhd_job_unqueue(struct vhd_job *job)
{
	TAILQ_REMOVE(&job->queue->queue, job, next);
	job->queue->queued--;
	job->queue = NULL;
}

void
vhd_client_forget(struct vhd_client *client)
{
	struct vhd_job *job = client->job;

	close(client->fd);
	free(client->in);
	free(client->out);
	*client = (struct vhd_client){ .fd = -1 };
	if (!job)
		return;
	job->client = NULL;
	if (!job->queue)
		return; /* it is being executed */
	vhd_job_unqueue(job);
	json_decref(job->request);
	free(job);
}
