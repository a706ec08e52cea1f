/*
 * What has become of changes, by their jobs.
 *
 * A change is noted as begun, with what is needed to take it back, before it
 * is made, and as done afterwards.  So a job that is asked for again is either
 * done, or was cut off: then it is made again, and that there is already what
 * it was to make, or not any more what it was to delete, is its own doing.
 * Secrets are never kept: objects are kept as get shows them.
 */
#include "config.h"

#include "modules/mail/records.h"

#include <string.h>

/* "begun", "done", "undone" or "": never heard of; *ret_request is the change
 * it was, to be released. */
static int
look(struct mail *m, const char *job, char ret_state[8], json_t **ret_request)
{
	const char *const texts[] = { job, NULL };
	sqlite3_stmt *row;
	int rc = mail_record_run(
	    m, "SELECT state, request FROM job WHERE name = ?", texts, &row);

	ret_state[0] = '\0';
	*ret_request = NULL;
	if (rc == 1) {
		snprintf(ret_state, 8, "%s", mail_record_text(row, 0));
		*ret_request = json_loads(mail_record_text(row, 1), 0, NULL);
	}
	sqlite3_finalize(row);
	return rc < 0 ? -1 : 0;
}

static int
note_state(struct mail *m, const char *job, const char *state)
{
	return mail_record_change(m, "UPDATE job SET state = ? WHERE name = ?",
	    (const char *const[]){ state, job, NULL });
}

/* What would take the change back: the object as it was. */
static int
note_begun(struct mail *m, const struct mail_request *r)
{
	static const char *const kept[] = { "verb", "resource", "domain",
		"parent", "key" };
	json_t *note = json_object();
	json_t *old = NULL;

	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
		json_t *value = json_object_get(r->all, kept[i]);

		if (value)
			json_object_set(note, kept[i], value);
	}
	if (r->what == MAIL_MODIFY || r->what == MAIL_DELETE)
		old = mail_current(m, r);
	if (old)
		json_object_set_new(note, "old", old);
	AUTO_FREE char *text = json_dumps(note, JSON_COMPACT);
	json_decref(note);
	if (m->refused)
		return -1;
	if (!text) {
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	return mail_record_change(m,
	    "INSERT OR REPLACE INTO job (name, time, state, request)"
	    " VALUES (?, strftime('%s', 'now'), 'begun', ?)",
	    (const char *const[]){ r->job, text, NULL });
}

/* Was the job cut off after it had done what it refuses now? */
static int
is_own_doing(const struct mail *m, const struct mail_request *r)
{
	return m->refused &&
	       ((r->what == MAIL_SETUP && strcmp(m->refused, "exists") == 0) ||
		   (r->what == MAIL_DELETE &&
		       strcmp(m->refused, "not-found") == 0));
}

json_t *
mail_job_do(struct mail *m, const struct mail_request *r)
{
	char state[8];
	json_t *before;

	if (!r->job[0])
		return mail_do(m, r);
	if (look(m, r->job, state, &before) != 0)
		return NULL;
	json_decref(before);
	if (strcmp(state, "done") == 0 || strcmp(state, "undone") == 0)
		return r->what == MAIL_ACT ? json_pack("{s:{}}", "result")
					   : json_object();
	int again = strcmp(state, "begun") == 0;
	if (!again && note_begun(m, r) != 0)
		return NULL;
	json_t *result = mail_do(m, r);
	if (!result && again && is_own_doing(m, r)) {
		m->refused = NULL;
		result = json_object();
	}
	/* A refused one changed nothing: it may be asked for again. */
	if (!result && mail_record_change(m, "DELETE FROM job WHERE name = ?",
			   (const char *const[]){ r->job, NULL }) != 0)
		return NULL;
	if (result && note_state(m, r->job, "done") != 0) {
		json_decref(result);
		return NULL;
	}
	return result;
}

/* The change that takes a change back. */
static json_t *
inverse_of(json_t *note, json_t *all)
{
	static const char *const others[][2] = { { "setup", "delete" },
		{ "modify", "modify" }, { "delete", "setup" } };
	const char *verb = mail_text(note, "verb");
	json_t *back = json_copy(note);
	json_t *old = json_object_get(note, "old");

	for (size_t i = 0; verb && i < sizeof others / sizeof *others; i++) {
		if (strcmp(verb, others[i][0]) == 0)
			json_object_set_new(
			    back, "verb", json_string(others[i][1]));
	}
	if (verb && strcmp(verb, "act") == 0)
		json_object_set_new(back, "verb", json_string("undo"));
	json_object_del(back, "old");
	if (old)
		json_object_set(back, "new", old);
	if (json_object_get(all, "actor"))
		json_object_set(back, "actor", json_object_get(all, "actor"));
	return back;
}

static json_t *
take_back(struct mail *m, json_t *note, json_t *all)
{
	json_t *back = inverse_of(note, all);
	struct mail_request r = { .what = MAIL_LIST };
	json_t *result = NULL;

	if (mail_request_read(m, back, &r) == 0) {
		if (r.what == MAIL_SETUP && r.resource->is_final)
			mail_refuse(m, "conflict", NULL,
			    "'%s' was deleted with all that it had, and "
			    "cannot be brought back",
			    r.key);
		else
			result = mail_do(m, &r);
	}
	/* It is as it is to be. */
	if (!result && m->refused &&
	    ((r.what == MAIL_DELETE && strcmp(m->refused, "not-found") == 0) ||
		(r.what == MAIL_SETUP && strcmp(m->refused, "exists") == 0))) {
		m->refused = NULL;
		result = json_object();
	}
	json_decref(back);
	return result;
}

json_t *
mail_job_undo(struct mail *m, json_t *all)
{
	const char *job = mail_text(all, "job");
	char state[8];
	json_t *note;

	if (!job)
		return mail_refuse(m, "invalid", NULL, "the job is missing");
	if (look(m, job, state, &note) != 0)
		return NULL;
	if (!note || strcmp(state, "undone") == 0) {
		json_decref(note);
		return json_object();
	}
	json_t *result = take_back(m, note, all);
	json_decref(note);
	if (result && note_state(m, job, "undone") != 0) {
		json_decref(result);
		return NULL;
	}
	return result;
}
