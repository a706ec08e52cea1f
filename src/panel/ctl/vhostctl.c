/*
 * vhostctl: the interface of the panel from the command line.  It knows no
 * resource: what there is, and what it has, is asked of the server.
 */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/nodump.h"
#include "panel/ctl/complete.h"
#include "panel/ctl/describe.h"
#include "panel/ctl/fields.h"
#include "panel/ctl/help.h"
#include "panel/ctl/request.h"
#include "panel/ctl/show.h"
#include "panel/settings.h"

#define PAGE      "500"
#define BASE      "/api/v1/"
#define POLL      200000000L /* nanoseconds between looks at a job */
#define NAME_SIZE 128

static const char usage[] =
    "vhostctl: usage: [options] verb path [name=value ...]\n"
    "verbs:   list path [name=text ...] (objects, perhaps only some)\n"
    "         get path\n"
    "         create path [field ...]\n"
    "         change path field ...\n"
    "         delete path\n"
    "         do path action [field ...]\n"
    "         help [path] (what there is, or what a path takes)\n"
    "path:    as in the interface: domains/example.com/users/ann\n"
    "field:   name=text, name:=json, or name@ to be asked for a secret\n"
    "options: --json (for programs: JSON, an object a line)\n"
    "         --no-wait (do not wait for what takes long; print its job)\n"
    "         -s, --socket=path (of vhostadmind)\n"
    "         --complete (for the shell, see vhostctl(1))\n"
    "         --help (print this text)\n"
    "         --version (print the version and exit)\n";

static const char *const verbs[] = { "list", "get", "create", "change",
	"delete", "do", "help", NULL };

/* A command while it is executed. */
struct command {
	struct ctl *ctl;
	json_t *api;
	int is_json, is_waiting;
	char *path; /* escaped */
	const char *what;
	char **arguments; /* behind the path */
};

static int
wrong(const char *words)
{
	fprintf(stderr, "vhostctl: %s\n%s", words, usage);
	return CTL_USAGE;
}

/* ---- reading ---------------------------------------------------------- */

static json_t *
get_page(struct command *c, const char *query, const char *cursor, int *ret)
{
	AUTO_FREE char *path = NULL;
	AUTO_FREE char *more = NULL;

	if (cursor) {
		AUTO_FREE char *text = NULL;

		if (asprintf(&text, "cursor=%s", cursor) < 0)
			text = NULL;
		more = ctl_query((char *[]){ text, NULL });
	}
	if (asprintf(&path, "%s?limit=" PAGE "%s%s", c->path, query,
		more ? more : "") < 0) {
		path = NULL;
		*ret = CTL_TROUBLE;
		return NULL;
	}
	return ctl_get(c->ctl, path, ret);
}

/* The page is taken; the next one's cursor, malloc'd, or NULL. */
static char *
show_page(struct command *c, struct ctl_table *table, json_t *page)
{
	json_t *items = json_object_get(page, "items");
	const char *next = json_string_value(json_object_get(page, "next"));
	char *cursor = next ? strdup(next) : NULL;

	if (!table->names &&
	    ctl_table_begin(table, ctl_items(c->api, c->path), items) == 0 &&
	    !json_is_array(items))
		ctl_show(page, c->is_json);
	ctl_table_rows(table, items);
	json_decref(page);
	return cursor;
}

static int
list(struct command *c)
{
	struct ctl_table table = { .is_json = c->is_json };
	AUTO_FREE char *query = ctl_query(c->arguments);
	char *cursor = NULL;
	int rc = CTL_OK;

	if (!query)
		return CTL_USAGE;
	do {
		json_t *page = get_page(c, query, cursor, &rc);

		free(cursor);
		cursor = page ? show_page(c, &table, page) : NULL;
	} while (cursor);
	ctl_table_end(&table);
	return rc;
}

static int
get(struct command *c)
{
	int rc = CTL_OK;
	json_t *object;

	if (*c->arguments)
		return wrong("get takes a path and no more");
	object = ctl_get(c->ctl, c->path, &rc);
	if (object)
		ctl_show(object, c->is_json);
	json_decref(object);
	return rc;
}

/* ---- jobs ------------------------------------------------------------- */

/* What came of a job that has ended. */
static int
show_job(const struct command *c, json_t *job)
{
	const char *state = json_string_value(json_object_get(job, "state"));
	json_t *results = json_object_get(job, "results");
	json_t *first = json_array_get(json_object_get(results, "items"), 0);
	struct ctl_reply reply = {
		.status =
		    (long)json_integer_value(json_object_get(first, "status")),
		.body = json_object_get(first, "body"),
	};
	int rc = CTL_OK;

	if (first && ctl_is_problem(&reply, &rc))
		return rc;
	if (!state || strcmp(state, "succeeded") != 0) {
		fprintf(stderr, "vhostctl: the job has %s\n",
		    state ? state : "no state");
		return CTL_REFUSED;
	}
	if (reply.body)
		ctl_show(reply.body, c->is_json);
	return CTL_OK;
}

static int
await_job(struct command *c, const char *location)
{
	const struct timespec pause = { .tv_nsec = POLL };
	int rc = CTL_OK;

	for (;;) {
		json_t *job = ctl_get(c->ctl, location + strlen(BASE), &rc);

		if (!job)
			return rc;
		if (!json_is_null(json_object_get(job, "ended"))) {
			rc = show_job(c, job);
			json_decref(job);
			return rc;
		}
		json_decref(job);
		(void)nanosleep(&pause, NULL);
	}
}

/* ---- changing --------------------------------------------------------- */

/* The reply is cleared. */
static int
finish(struct command *c, struct ctl_reply *reply)
{
	int rc = CTL_OK;

	if (ctl_is_problem(reply, &rc))
		;
	else if (reply->status == 202 && reply->location && c->is_waiting &&
		 strncmp(reply->location, BASE, strlen(BASE)) == 0)
		rc = await_job(c, reply->location);
	else if (json_object_size(reply->body))
		ctl_show(reply->body, c->is_json);
	ctl_reply_clear(reply);
	return rc;
}

static int
send_fields(struct command *c, const char *method, const char *path,
    const char *match, json_t *schema)
{
	json_t *body = ctl_fields(c->arguments, schema);
	struct ctl_reply reply;
	int rc;

	if (!body)
		return CTL_USAGE;
	rc = ctl_request(c->ctl, method, path, match, body, &reply);
	json_decref(body);
	return rc == 0 ? finish(c, &reply) : CTL_TROUBLE;
}

static int
create(struct command *c)
{
	json_t *operation = ctl_operation(c->api, c->path, "post");

	if (operation)
		return send_fields(
		    c, "POST", c->path, NULL, ctl_input(c->api, operation));
	operation = ctl_operation(c->api, c->path, "put");
	if (operation)
		return send_fields(
		    c, "PUT", c->path, "", ctl_input(c->api, operation));
	fprintf(stderr, "vhostctl: nothing can be created at '%s'\n", c->what);
	return CTL_REFUSED;
}

/* Of the revision that is there now. */
static int
change(struct command *c)
{
	struct ctl_reply now;
	int rc = CTL_OK;

	if (!*c->arguments)
		return wrong("say what is to be changed");
	if (ctl_request(c->ctl, "GET", c->path, NULL, NULL, &now) != 0)
		return CTL_TROUBLE;
	if (!ctl_is_problem(&now, &rc))
		rc = send_fields(c, "PATCH", c->path, now.etag ? now.etag : "*",
		    ctl_object(c->api, c->path));
	ctl_reply_clear(&now);
	return rc;
}

static int delete (struct command *c)
{
	struct ctl_reply reply;

	if (*c->arguments)
		return wrong("delete takes a path and no more");
	if (ctl_request(c->ctl, "DELETE", c->path, "*", NULL, &reply) != 0)
		return CTL_TROUBLE;
	return finish(c, &reply);
}

static int
act(struct command *c)
{
	AUTO_FREE char *path = NULL;

	if (!*c->arguments)
		return wrong("say which action");
	if (asprintf(&path, "%s/actions/%s", c->path, *c->arguments) < 0) {
		path = NULL;
		return CTL_TROUBLE;
	}
	c->arguments++;
	return send_fields(c, "POST", path, NULL,
	    ctl_input(c->api, ctl_operation(c->api, path, "post")));
}

static int
help(struct command *c)
{
	if (ctl_help(c->api, c->path) == 0)
		return CTL_OK;
	fprintf(stderr, "vhostctl: there is no '%s'\n", c->what);
	return CTL_REFUSED;
}

/* ---- the command line ------------------------------------------------- */

static int
run_verb(struct command *c, const char *verb)
{
	static int (*const functions[])(struct command *) = { list, get, create,
		change, delete, act, help };

	for (size_t i = 0; verbs[i]; i++)
		if (strcmp(verb, verbs[i]) == 0) {
			if (!c->what && functions[i] != help)
				return wrong("say which path");
			return functions[i](c);
		}
	return wrong("there is no such verb");
}

/* Where the server listens on this host, malloc'd; NULL after having said why
 * that is not known. */
static char *
find_socket(void)
{
	struct vhd_settings settings;
	char error[512];
	char *path = NULL;

	if (vhd_settings_read(NULL, &settings, error, sizeof error) != 0) {
		fprintf(stderr, "vhostctl: %s\n", error);
		return NULL;
	}
	for (int i = 0; i < settings.count && !path; i++)
		if (settings.addresses[i].kind == VHD_UNIX)
			path = strdup(settings.addresses[i].text);
	vhd_settings_clear(&settings);
	if (!path)
		fprintf(stderr,
		    "vhostctl: the settings of vhostadmind name no Unix "
		    "socket: set unix, or use --socket\n");
	return path;
}

static int
run(struct command *c, int is_completing, char **arguments)
{
	int rc = CTL_OK;

	c->api = ctl_get(c->ctl, "openapi.json", &rc);
	if (!c->api)
		return rc;
	if (is_completing) {
		const char *line = getenv("COMP_LINE");

		if (line && arguments[0] && arguments[1])
			ctl_complete(c->ctl, c->api, line, arguments[1], verbs);
	} else {
		c->what = arguments[1];
		c->path = c->what ? ctl_escape_path(c->what) : NULL;
		c->arguments = arguments + (c->what ? 2 : 1);
		rc = run_verb(c, arguments[0]);
	}
	free(c->path);
	json_decref(c->api);
	return rc;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = { { "socket", required_argument,
						     NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "no-wait", no_argument, NULL, 'n' },
		{ "complete", no_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'v' }, { NULL, 0, NULL, 0 } };
	struct command command = { .is_waiting = 1 };
	AUTO_FREE char *found = NULL;
	const char *socket = NULL;
	int is_completing = 0, letter, rc;

	vp_no_dump();
	/* Fields may begin with a dash. */
	while ((letter = getopt_long(argc, argv, "+s:", options, NULL)) != -1)
		switch (letter) {
		case 's':
			socket = optarg;
			break;
		case 'j':
			command.is_json = 1;
			break;
		case 'n':
			command.is_waiting = 0;
			break;
		case 'c':
			is_completing = 1;
			break;
		case 'h':
			fputs(usage, stdout);
			return CTL_OK;
		case 'v':
			printf("version: %s\n", VERSION);
			return CTL_OK;
		default:
			fputs(usage, stderr);
			return CTL_USAGE;
		}
	if (optind == argc)
		return wrong("say what to do");
	if (!socket)
		found = find_socket();
	if (found)
		socket = found;
	if (!socket)
		return CTL_TROUBLE;
	command.ctl = ctl_open(socket);
	rc = command.ctl ? run(&command, is_completing, argv + optind)
			 : CTL_TROUBLE;
	ctl_close(command.ctl);
	return fflush(stdout) != 0 && rc == CTL_OK ? CTL_TROUBLE : rc;
}
