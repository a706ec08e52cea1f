/*
 * A worker of a webhook: it signs, and another process (veventpost) sends.
 * That one is started while there are rights to make it another user; if it
 * ends, so does this one, and the parent starts both again.
 */
#include "config.h"

#include "daemons/veventd/webhook.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/line.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/veventd/webhook_int.h"

#define POSTER      "veventpost"
#define ANSWER_MAX  4096
#define SIGNED_SIZE 64 /* of the signature as text */

/* ---- the poster ------------------------------------------------------- */

/* It lies beside this program. */
static char *
find_poster(void)
{
	char own[4096], *path = NULL;
	ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);

	if (length <= 0)
		return NULL;
	own[length] = '\0';
	*strrchr(own, '/') = '\0';
	return asprintf(&path, "%s/" POSTER, own) < 0 ? NULL : path;
}

/* Whom it becomes: "nobody", or what the setting says. */
static int
find_user(const struct vpop *vp, struct vp_child_as *as)
{
	const char *name = vpop_setting(vp, "webhooks_user");
	const struct passwd *entry = getpwnam(name);

	if (!entry) {
		vp_daemonlog(LOG_ERR,
		    "the setting webhooks_user: there is no user '%s'", name);
		return -1;
	}
	as->uid = entry->pw_uid;
	as->gid = entry->pw_gid;
	return 0;
}

static int
start_poster(const struct vpop *vp, struct ved_webhook *hook)
{
	struct vp_child_as as = { .mask = 077, .keep = -1 };
	AUTO_FREE char *path = find_poster();
	const char *argv[] = { path, NULL };
	int in[2], out[2];

	if (!path || find_user(vp, &as) != 0 || pipe2(in, O_CLOEXEC) != 0)
		return -1;
	if (pipe2(out, O_CLOEXEC) != 0)
		return -1;
	const struct vp_child child = {
		.argv = argv,
		.fd0 = in[0],
		.fd1 = out[1],
		.fd2 = STDERR_FILENO,
		.dirfd = -1,
		.as = &as,
	};
	pid_t pid = vp_child_start(&child);
	int cause = errno;
	close(in[0]);
	close(out[1]);
	hook->to = fdopen(in[1], "w");
	hook->from = fdopen(out[0], "r");
	if (pid > 0 && hook->to && hook->from)
		return 0;
	vp_daemonlog(LOG_ERR, "cannot start '%s': %s", path, strerror(cause));
	return -1;
}

/* Its answer to a line; NULL if it is gone or hangs. */
static json_t *
ask(struct ved_webhook *hook, const json_t *request)
{
	struct pollfd poller = { .fd = fileno(hook->from), .events = POLLIN };
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	int rc;

	if (json_dumpf(request, hook->to, JSON_COMPACT) != 0 ||
	    putc('\n', hook->to) == EOF || fflush(hook->to) != 0)
		return NULL;
	do
		rc = poll(&poller, 1, (int)(hook->seconds + 5) * 1000);
	while (rc < 0 && errno == EINTR);
	if (rc <= 0 || vp_line_read(hook->from, &line, &room, ANSWER_MAX) < 0)
		return NULL;
	return json_loads(line, 0, NULL);
}

/* ---- telling ---------------------------------------------------------- */

/* "v1," and the HMAC-SHA256 over id.time.body in base64. */
static void
sign(const char *secret, const char *id, const char *when, const char *body,
    char ret[SIGNED_SIZE])
{
	unsigned char sum[crypto_auth_hmacsha256_BYTES];
	crypto_auth_hmacsha256_state state;
	const char *const parts[] = { id, ".", when, ".", body };

	crypto_auth_hmacsha256_init(
	    &state, (const unsigned char *)secret, strlen(secret));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		crypto_auth_hmacsha256_update(
		    &state, (const unsigned char *)parts[i], strlen(parts[i]));
	crypto_auth_hmacsha256_final(&state, sum);
	(void)vp_copy(ret, SIGNED_SIZE, "v1,");
	sodium_bin2base64(ret + 3, SIGNED_SIZE - 3, sum, sizeof sum,
	    sodium_base64_VARIANT_ORIGINAL);
}

static json_t *
make_request(const struct ved_webhook *hook, const struct vpop_event *event,
    const char *body)
{
	char signature[SIGNED_SIZE], when[32];
	json_t *envelope = json_loads(event->json, 0, NULL);
	const char *id = json_string_value(json_object_get(envelope, "id"));
	json_t *request;

	snprintf(when, sizeof when, "%lld", (long long)time(NULL));
	sign(hook->secret, id ? id : "", when, body, signature);
	request = json_pack("{s:s, s:[s, s+, s+, s+], s:s, s:b, s:i}", "url",
	    hook->url, "headers", "Content-Type: application/json",
	    "Webhook-Id: ", id ? id : "", "Webhook-Timestamp: ", when,
	    "Webhook-Signature: ", signature, "body", body, "private",
	    (int)hook->allow_private, "seconds", (int)hook->seconds);
	json_decref(envelope);
	return request;
}

static enum ved_result
judge(const json_t *answer, char *problem)
{
	const char *error = json_string_value(json_object_get(answer, "error"));
	json_int_t status =
	    json_integer_value(json_object_get(answer, "status"));

	if (status >= 200 && status <= 299)
		return VED_DONE;
	if (status == 0) {
		snprintf(problem, PROBLEM_SIZE, "%.400s",
		    error ? error : "no answer");
		return VED_PAUSED;
	}
	snprintf(problem, PROBLEM_SIZE, "the server answered %lld",
	    (long long)status);
	return status >= 500 || status == 429 ? VED_PAUSED : VED_AGAIN;
}

static enum ved_result
post(struct ved_webhook *hook, const struct vpop_event *event, char *problem)
{
	AUTO_FREE char *body = ved_webhook_body(hook, event);
	json_t *request = body ? make_request(hook, event, body) : NULL;
	json_t *answer = request ? ask(hook, request) : NULL;
	enum ved_result result = judge(answer, problem);

	if (!answer && request)
		ved_worker_end();
	json_decref(request);
	json_decref(answer);
	return result;
}

static enum ved_result
deliver(
    struct ved_worker *worker, const struct vpop_event *event, char *problem)
{
	struct ved_webhook *hook = worker->arg;
	enum ved_result result;
	int is_for;

	if (!hook->id)
		return post(hook, event, problem);
	if (hook->is_off)
		return ved_webhook_skip(hook, problem);
	is_for = ved_webhook_is_for(worker, hook, event);
	if (is_for == 0)
		return VED_DONE;
	if (is_for < 0) {
		snprintf(problem, PROBLEM_SIZE, "%s", vpop_message(worker->vp));
		return VED_PAUSED;
	}
	result = post(hook, event, problem);
	ved_webhook_told(worker, hook, event, result, problem);
	return result;
}

static int
run(struct vpop *vp, const char *name, struct ved_webhook *hook)
{
	struct ved_worker worker = {
		.vp = vp,
		.name = name,
		.domain = hook->domain,
		.patterns = hook->events,
		.deliver = deliver,
		.arg = hook,
	};
	int64_t count;

	if ((!hook->is_off && start_poster(vp, hook) != 0) ||
	    ved_become(vp) != 0)
		return 1;
	if (hook->is_off && vpop_subscriber_give_up(vp, name, &count) != 0)
		vp_daemonlog(LOG_ERR, "%s", vpop_message(vp));
	return ved_worker_run(&worker);
}

int
ved_webhook_run(
    struct vpop *vp, const char *name, const char *which, int is_panel)
{
	struct ved_webhook hook = { .url = NULL };
	int rc = sodium_init() < 0 ? -1
		 : is_panel        ? ved_webhook_read_panel(vp, which, &hook)
				   : ved_webhook_read_conf(vp, which, &hook);

	rc = rc == 0 ? run(vp, name, &hook) : 1;
	ved_webhook_clear(&hook);
	return rc;
}
