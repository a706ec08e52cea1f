/*
 * What a webhook's owner says of it.  Where it goes is looked at here only as
 * far as it can be without asking anybody; the names are asked for, and the
 * addresses looked at, each time that something is sent (veventpost(8)).
 */
#include "config.h"

#include <arpa/inet.h>
#include <fnmatch.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "daemons/common/address.h"
#include "panel/api/body.h"
#include "panel/res/webhook.h"
#include "vpop_event.h"

#define URL_MAX     2000
#define HOST_MAX    255
#define EVENTS_MAX  50
#define PATTERN_MAX 64
#define SECRET_MIN  16
#define SECRET_MAX  200
#define FREE        "ext."

/* ---- the address ------------------------------------------------------ */

static int
is_private_v4(const char *host)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr address;

	if (inet_pton(AF_INET, host, &in.sin_addr) != 1)
		return 0;
	memcpy(&address, &in, sizeof address);
	return vp_is_private(&address);
}

static int
is_private_v6(const char *host)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };

	return inet_pton(AF_INET6, host, &in6.sin6_addr) == 1 &&
	       vp_is_private((const void *)&in6);
}

/* "host", "host:port", "[address]:port": the host, which is not empty. */
static int
take_host(const char *authority, size_t size, char ret_host[HOST_MAX + 1])
{
	const char *end, *start = authority;

	if (size > 0 && *start == '[') {
		end = memchr(++start, ']', size - 1);
		if (!end)
			return -1;
		size = (size_t)(end - start);
	} else {
		end = memchr(start, ':', size);
		size = end ? (size_t)(end - start) : size;
	}
	if (size == 0 || size > HOST_MAX)
		return -1;
	memcpy(ret_host, start, size);
	ret_host[size] = '\0';
	return 0;
}

/* NULL, or what is wrong with it. */
static const char *
check_url(const char *url, int may_be_private)
{
	char host[HOST_MAX + 1];
	const char *rest;
	size_t size;

	if (strncmp(url, "https://", 8) == 0)
		rest = url + 8;
	else if (may_be_private && strncmp(url, "http://", 7) == 0)
		rest = url + 7;
	else
		return "it begins with https://";
	for (const char *c = url; *c; c++)
		if (*c <= ' ' || *c > '~' || strchr("\"\\<>^`{|}#", *c))
			return "it has a character that no address has";
	size = strcspn(rest, "/?");
	if (memchr(rest, '@', size))
		return "it has no name and password";
	if (take_host(rest, size, host) != 0)
		return "it names a host";
	if (!may_be_private && (is_private_v4(host) || is_private_v6(host) ||
				   strcasecmp(host, "localhost") == 0))
		return "private networks are not allowed";
	return NULL;
}

static int
take_url(struct vhd_call *call, json_t *hook)
{
	const int may_be_private =
	    strcmp(vpop_setting(call->vp, "webhooks_private"), "yes") == 0;
	const char *url, *wrong;

	if (!json_object_get(call->body, "url"))
		return 0;
	if (vhd_body_needed(call, "url", URL_MAX, &url) != 0)
		return -1;
	wrong = check_url(url, may_be_private);
	if (!wrong)
		return json_object_set_new(hook, "url", json_string(url));
	vhd_problem_field(call, "/url", "%s", wrong);
	return -1;
}

/* ---- the rest --------------------------------------------------------- */

/* Whether there are events that it is for. */
static int
is_pattern(const char *pattern)
{
	struct vpop_event_type type;

	if (!pattern || strlen(pattern) > PATTERN_MAX ||
	    pattern[strspn(
		pattern, "abcdefghijklmnopqrstuvwxyz0123456789._*?")])
		return 0;
	if (strncmp(pattern, FREE, sizeof FREE - 1) == 0)
		return 1;
	for (size_t i = 0; vpop_event_type(i, &type) == 0; i++)
		if (fnmatch(pattern, type.name, FNM_NOESCAPE) == 0)
			return 1;
	return 0;
}

static int
take_events(struct vhd_call *call, json_t *hook)
{
	json_t *list = json_object_get(call->body, "events"), *pattern;
	char pointer[32];
	size_t i;

	if (!list)
		return 0;
	if (json_array_size(list) == 0 || json_array_size(list) > EVENTS_MAX) {
		vhd_problem_field(call, "/events",
		    "it must be a list of 1 to %d patterns", EVENTS_MAX);
		return -1;
	}
	json_array_foreach(list, i, pattern)
	{
		if (is_pattern(json_string_value(pattern)))
			continue;
		snprintf(pointer, sizeof pointer, "/events/%zu", i);
		vhd_problem_field(call, pointer,
		    "it is for none of the events that there are");
		return -1;
	}
	return json_object_set(hook, "events", list);
}

static int
take_secret(struct vhd_call *call, json_t *hook)
{
	const char *secret;

	if (!json_object_get(call->body, "secret"))
		return 0;
	if (vhd_body_needed(call, "secret", SECRET_MAX, &secret) != 0)
		return -1;
	if (strlen(secret) >= SECRET_MIN)
		return json_object_set_new(hook, "secret", json_string(secret));
	vhd_problem_field(
	    call, "/secret", "it has at least %d bytes", SECRET_MIN);
	return -1;
}

static int
take_enabled(struct vhd_call *call, json_t *hook)
{
	json_t *enabled = json_object_get(call->body, "enabled");

	if (!enabled)
		return 0;
	if (!json_is_boolean(enabled)) {
		vhd_problem_field(call, "/enabled", "it must be true or false");
		return -1;
	}
	json_object_set_new(hook, "reason", json_string(""));
	return json_object_set(hook, "enabled", enabled);
}

int
vhd_webhook_take(struct vhd_call *call, json_t *hook)
{
	if (take_url(call, hook) != 0 || take_events(call, hook) != 0 ||
	    take_secret(call, hook) != 0)
		return -1;
	return take_enabled(call, hook);
}
