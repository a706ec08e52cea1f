/*
 * veventpost: sends what it is given to a web server, and says what came of
 * it.
 *
 * It speaks with the network and nothing else: no file, no database, no
 * secret, another user than whoever started it.  A request is a JSON object in
 * one line on standard input; so is the answer on standard output:
 *
 *     {"url":"https://...","headers":["a: b"],"body":"...","private":false,
 *      "seconds":10}
 *     {"status":200}   or   {"error":"..."}
 */
#include "config.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/line.h"
#include "daemons/common/address.h"
#include "daemons/common/privdrop.h"

#define LINE_MAX_SIZE   (4 << 20)
#define CONNECT_SECONDS 5L
#define ANSWER_MAX      65536

struct request {
	int is_private;
	int was_refused; /* an address was */
	size_t received;
	char error[CURL_ERROR_SIZE];
};

/* What a name stands for is looked at where it is used: the name server may
 * say something else the next time. */
static curl_socket_t
open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct request *request = arg;

	if (purpose != CURLSOCKTYPE_IPCXN)
		return CURL_SOCKET_BAD;
	if (!request->is_private && vp_is_private(&address->addr)) {
		request->was_refused = 1;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

/* The answer's text is of no interest. */
static size_t
take_answer(char *data, size_t size, size_t count, void *arg)
{
	struct request *request = arg;

	(void)data;
	request->received += size * count;
	return request->received > ANSWER_MAX ? 0 : size * count;
}

static struct curl_slist *
make_headers(const json_t *list)
{
	struct curl_slist *headers = NULL;
	const json_t *value;
	size_t i;

	json_array_foreach(list, i, value)
	{
		const char *text = json_string_value(value);
		struct curl_slist *more =
		    text ? curl_slist_append(headers, text) : NULL;

		headers = more ? more : headers;
	}
	return headers;
}

static void
set_up(CURL *curl, struct request *request)
{
	const char *protocols = request->is_private ? "http,https" : "https";

	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, PACKAGE "/" VERSION);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, request->error);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, request);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, request);
}

static json_t *
answer(CURL *curl, CURLcode rc, const struct request *request)
{
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (request->was_refused && rc != CURLE_OK)
		return json_pack("{s:s}", "error",
		    "this is an address of a private network, which is not "
		    "allowed");
	/* A status with more text than we wanted to have is one. */
	if (rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && status))
		return json_pack("{s:i}", "status", (int)status);
	return json_pack("{s:s}", "error",
	    *request->error ? request->error : curl_easy_strerror(rc));
}

static json_t *
post(CURL *curl, json_t *in)
{
	struct request request = { .error = "" };
	const char *url, *body;
	json_t *headers;
	int seconds;

	if (json_unpack(in, "{s:s, s:o, s:s, s:b, s:i}", "url", &url, "headers",
		&headers, "body", &body, "private", &request.is_private,
		"seconds", &seconds) != 0)
		return json_pack("{s:s}", "error", "not a request");
	set_up(curl, &request);
	struct curl_slist *list = make_headers(headers);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)seconds);
	CURLcode rc = curl_easy_perform(curl);
	json_t *out = answer(curl, rc, &request);
	curl_slist_free_all(list);
	return out;
}

static int
serve(CURL *curl)
{
	AUTO_FREE char *line = NULL;
	size_t room = 0;

	while (vp_line_read(stdin, &line, &room, LINE_MAX_SIZE) >= 0) {
		json_t *in = json_loads(line, 0, NULL);
		json_t *out = post(curl, in);
		int rc = json_dumpf(out, stdout, JSON_COMPACT);

		json_decref(in);
		json_decref(out);
		if (rc != 0 || putchar('\n') == EOF || fflush(stdout) != 0)
			return 1;
	}
	return errno ? 1 : 0;
}

int
main(void)
{
	CURL *curl;
	int rc = 1;

	if (vp_privdrop_process() != 0 ||
	    curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return 1;
	curl = curl_easy_init();
	if (curl)
		rc = serve(curl);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
	return rc;
}
