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
#include <sys/stat.h>
#include <time.h>

#include "base/attr.h"
#include "base/child.h"
#include "base/conf.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/text.h"
#include "daemons/common/daemonlog.h"
#include "daemons/veventd/worker.h"

#define POSTER      "veventpost"
#define SECRET_MAX  4096
#define ANSWER_MAX  4096
#define SIGNED_SIZE 64 /* of the signature as text */

struct settings {
	char *url, *events, *secret_file;
	int64_t allow_private, seconds;
};

#define FIELD(f) .name = #f, .offset = offsetof(struct settings, f)
static const struct vp_conf_item table[] = {
	{ FIELD(url), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(events), .type = VP_CONF_TEXT, .value = "*" },
	{ FIELD(secret_file), .type = VP_CONF_TEXT, .value = "" },
	{ FIELD(allow_private), .type = VP_CONF_BOOL, .value = "no" },
	{ FIELD(seconds), .type = VP_CONF_NUMBER, .value = "10", .min = 1,
	    .max = 300 },
	{ .name = NULL },
};

struct webhook {
	struct settings set;
	char *secret;
	FILE *to, *from; /* the poster */
};

/* ---- settings --------------------------------------------------------- */

/* Who can write this says where the site's events go. */
static int
check_file(int dirfd, const char *name, mode_t forbidden)
{
	struct stat st;

	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return -1;
	if (S_ISREG(st.st_mode) && (st.st_mode & forbidden) == 0 &&
	    (st.st_uid == 0 || st.st_uid == geteuid()))
		return 0;
	errno = EPERM;
	return -1;
}

static int
read_secret(struct webhook *hook, int dirfd, const char *which)
{
	AUTO_FREE char *usual = NULL;
	const char *name = hook->set.secret_file;

	if (*name == '\0') {
		if (asprintf(&usual, "%s.secret", which) < 0)
			return -1;
		name = usual;
	}
	if (check_file(dirfd, name, 077) != 0 ||
	    !(hook->secret = vp_file_read(dirfd, name, SECRET_MAX, NULL))) {
		vp_daemonlog(LOG_ERR,
		    "cannot use the secret '%s': %s (only its owner, root, "
		    "may read it)",
		    name, strerror(errno));
		return -1;
	}
	hook->secret[strcspn(hook->secret, "\r\n")] = '\0';
	if (strlen(hook->secret) >= 16)
		return 0;
	vp_daemonlog(LOG_ERR, "the secret '%s' is shorter than 16 bytes", name);
	return -1;
}

static int
read_settings(struct webhook *hook, const char *folder, const char *which)
{
	AUTO_CLOSE int dirfd = vp_dir_open(folder);
	AUTO_FREE char *path = NULL;
	char error[1024] = "";

	if (asprintf(&path, "%s/%s" VED_CONF, folder, which) < 0)
		return -1;
	if (dirfd < 0 || check_file(dirfd, path + strlen(folder) + 1, 022)) {
		vp_daemonlog(LOG_ERR,
		    "cannot use '%s': %s (it belongs to root, and nobody else "
		    "may write it)",
		    path, strerror(errno));
		return -1;
	}
	if (vp_conf_defaults(table, &hook->set) != 0 ||
	    vp_conf_read(table, &hook->set, path, error, sizeof error) != 0) {
		vp_daemonlog(LOG_ERR, "%s", error);
		return -1;
	}
	if (strncmp(hook->set.url, "https://", 8) != 0 &&
	    !(hook->set.allow_private &&
		strncmp(hook->set.url, "http://", 7) == 0)) {
		vp_daemonlog(
		    LOG_ERR, "'%s': the url begins with https://", path);
		return -1;
	}
	return read_secret(hook, dirfd, which);
}

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
start_poster(const struct vpop *vp, struct webhook *hook)
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
ask(struct webhook *hook, const json_t *request)
{
	struct pollfd poller = { .fd = fileno(hook->from), .events = POLLIN };
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	int rc;

	if (json_dumpf(request, hook->to, JSON_COMPACT) != 0 ||
	    putc('\n', hook->to) == EOF || fflush(hook->to) != 0)
		return NULL;
	do
		rc = poll(&poller, 1, (int)(hook->set.seconds + 5) * 1000);
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
make_request(const struct webhook *hook, const struct vpop_event *event)
{
	char signature[SIGNED_SIZE], when[32];
	json_t *envelope = json_loads(event->json, 0, NULL);
	const char *id = json_string_value(json_object_get(envelope, "id"));
	json_t *request;

	snprintf(when, sizeof when, "%lld", (long long)time(NULL));
	sign(hook->secret, id ? id : "", when, event->json, signature);
	request = json_pack("{s:s, s:[s, s+, s+, s+], s:s, s:b, s:i}", "url",
	    hook->set.url, "headers", "Content-Type: application/json",
	    "Webhook-Id: ", id ? id : "", "Webhook-Timestamp: ", when,
	    "Webhook-Signature: ", signature, "body", event->json, "private",
	    (int)hook->set.allow_private, "seconds", (int)hook->set.seconds);
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
deliver(
    struct ved_worker *worker, const struct vpop_event *event, char *problem)
{
	struct webhook *hook = worker->arg;
	json_t *request = make_request(hook, event);
	json_t *answer = request ? ask(hook, request) : NULL;
	enum ved_result result = judge(answer, problem);

	if (!answer && request)
		ved_worker_end();
	json_decref(request);
	json_decref(answer);
	return result;
}

static void
clear(struct webhook *hook)
{
	if (hook->secret)
		explicit_bzero(hook->secret, strlen(hook->secret));
	free(hook->secret);
	vp_conf_free(table, &hook->set);
	if (hook->to)
		fclose(hook->to);
	if (hook->from)
		fclose(hook->from);
}

int
ved_webhook_run(struct vpop *vp, const char *name, const char *which)
{
	struct webhook hook = { .secret = NULL };
	AUTO_FREE char *folder = NULL;
	int rc = 1;

	if (asprintf(&folder, "%s/etc/" VED_WEBHOOKS, vpop_home(vp)) < 0)
		return 1;
	if (sodium_init() >= 0 && read_settings(&hook, folder, which) == 0 &&
	    start_poster(vp, &hook) == 0 && ved_become(vp) == 0) {
		struct ved_worker worker = {
			.vp = vp,
			.name = name,
			.patterns = hook.set.events,
			.deliver = deliver,
			.arg = &hook,
		};

		rc = ved_worker_run(&worker);
	}
	clear(&hook);
	return rc;
}
