/* Bodies may have passwords, so what was sent is wiped. */
#include "config.h"

#include "panel/ctl/request.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/attr.h"
#include "base/text.h"

#define BASE        "http://localhost/api/v1/"
#define ANSWER_MOST ((size_t)64 << 20)
#define SECONDS     120L

struct ctl {
	CURL *curl;
	const char *socket;
	char error[CURL_ERROR_SIZE];
};

/* What is received. */
struct answer {
	struct ctl_reply *reply;
	char *text;
	size_t size, room;
};

struct ctl *
ctl_open(const char *socket)
{
	struct ctl *ctl = calloc(1, sizeof *ctl);

	if (!ctl)
		return NULL;
	ctl->socket = socket;
	ctl->curl = curl_easy_init();
	if (ctl->curl)
		return ctl;
	free(ctl);
	return NULL;
}

void
ctl_close(struct ctl *ctl)
{
	if (!ctl)
		return;
	curl_easy_cleanup(ctl->curl);
	free(ctl);
}

void
ctl_reply_clear(struct ctl_reply *reply)
{
	free(reply->etag);
	free(reply->location);
	json_decref(reply->body);
	memset(reply, 0, sizeof *reply);
}

/* ---- receiving -------------------------------------------------------- */

static size_t
take_body(char *data, size_t one, size_t count, void *arg)
{
	struct answer *answer = arg;
	const size_t size = one * count;

	if (size > ANSWER_MOST - answer->size)
		return 0;
	if (answer->room - answer->size < size) {
		const size_t room = (answer->size + size) * 2;
		char *larger = realloc(answer->text, room);

		if (!larger)
			return 0;
		answer->text = larger;
		answer->room = room;
	}
	memcpy(answer->text + answer->size, data, size);
	answer->size += size;
	return size;
}

static void
keep(char **where, const char *name, const char *line, size_t size)
{
	const size_t begin = strlen(name);

	if (size < begin || strncasecmp(line, name, begin) != 0)
		return;
	while (size > begin && strchr("\r\n ", line[size - 1]))
		size--;
	free(*where);
	*where = strndup(line + begin, size - begin);
}

static size_t
take_header(char *line, size_t one, size_t count, void *arg)
{
	struct answer *answer = arg;

	keep(&answer->reply->etag, "ETag: ", line, one * count);
	keep(&answer->reply->location, "Location: ", line, one * count);
	return one * count;
}

/* ---- asking ----------------------------------------------------------- */

static struct curl_slist *
add(struct curl_slist *list, int *ret_failed, const char *line)
{
	struct curl_slist *longer = curl_slist_append(list, line);

	if (!longer)
		*ret_failed = 1;
	return longer ? longer : list;
}

static struct curl_slist *
make_headers(
    const char *method, const char *match, const json_t *body, int *ret_failed)
{
	struct curl_slist *list = NULL;
	AUTO_FREE char *line = NULL;

	/* Nothing waits for "100 Continue". */
	list = add(list, ret_failed, "Expect:");
	if (body)
		list = add(list, ret_failed,
		    strcmp(method, "PATCH") == 0
			? "Content-Type: application/merge-patch+json"
			: "Content-Type: application/json");
	if (!match)
		return list;
	if (*match == '\0')
		return add(list, ret_failed, "If-None-Match: *");
	if (asprintf(&line, "If-Match: %s", match) < 0) {
		line = NULL;
		*ret_failed = 1;
		return list;
	}
	return add(list, ret_failed, line);
}

static int
perform(struct ctl *ctl, const char *method, const char *path,
    struct curl_slist *headers, const char *body, struct answer *answer)
{
	AUTO_FREE char *url = NULL;
	CURL *curl = ctl->curl;
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	if (asprintf(&url, BASE "%s", path) < 0)
		url = NULL;
	*ctl->error = '\0';
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, ctl->socket);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, SECONDS);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, ctl->error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
	if (body)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	if (url)
		rc = curl_easy_perform(curl);
	if (rc == CURLE_OK) {
		curl_easy_getinfo(
		    curl, CURLINFO_RESPONSE_CODE, &answer->reply->status);
		return 0;
	}
	fprintf(stderr, "vhostctl: vhostadmind at '%s' does not answer: %s\n",
	    ctl->socket, *ctl->error ? ctl->error : curl_easy_strerror(rc));
	return -1;
}

int
ctl_request(struct ctl *ctl, const char *method, const char *path,
    const char *match, const json_t *body, struct ctl_reply *ret_reply)
{
	struct answer answer = { .reply = ret_reply };
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	int failed = body && !text, rc = -1;
	struct curl_slist *headers = make_headers(method, match, body, &failed);

	memset(ret_reply, 0, sizeof *ret_reply);
	if (failed)
		fprintf(stderr, "vhostctl: no memory\n");
	else
		rc = perform(ctl, method, path, headers, text, &answer);
	curl_slist_free_all(headers);
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	if (rc == 0 && answer.size > 0) {
		json_error_t error;

		ret_reply->body =
		    json_loadb(answer.text, answer.size, 0, &error);
		if (!ret_reply->body) {
			fprintf(stderr, "vhostctl: the answer is not JSON\n");
			rc = -1;
		}
	}
	if (answer.text)
		explicit_bzero(answer.text, answer.size);
	free(answer.text);
	if (rc != 0)
		ctl_reply_clear(ret_reply);
	return rc;
}

/* ---- problems --------------------------------------------------------- */

static const char *
text_of(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

/* What is said of single fields; how many there are. */
static size_t
say_fields(const json_t *errors)
{
	json_t *error;
	size_t i;

	json_array_foreach(errors, i, error)
	{
		const char *pointer = text_of(error, "pointer");
		const char *why = text_of(error, "detail");

		fprintf(stderr, "vhostctl: %s: %s\n",
		    pointer && *pointer ? pointer + 1 : "it",
		    why ? why : "it is refused");
	}
	return json_array_size(errors);
}

int
ctl_is_problem(const struct ctl_reply *reply, int *ret_exit)
{
	const char *detail = text_of(reply->body, "detail");
	const char *title = text_of(reply->body, "title");

	if (reply->status < 400)
		return 0;
	if (say_fields(json_object_get(reply->body, "errors")) == 0)
		fprintf(stderr, "vhostctl: %s\n",
		    detail  ? detail
		    : title ? title
			    : "it is refused");
	*ret_exit = reply->status >= 500 || reply->status == 429 ? CTL_TROUBLE
								 : CTL_REFUSED;
	return 1;
}

json_t *
ctl_get(struct ctl *ctl, const char *path, int *ret_exit)
{
	struct ctl_reply reply;
	json_t *body = NULL;

	if (ctl_request(ctl, "GET", path, NULL, NULL, &reply) != 0) {
		*ret_exit = CTL_TROUBLE;
		return NULL;
	}
	if (!ctl_is_problem(&reply, ret_exit))
		body = json_incref(reply.body);
	ctl_reply_clear(&reply);
	return body;
}
