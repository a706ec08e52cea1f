/*
 * What the owner of mail may not do is asked of the root helper, which runs
 * mail-root with arguments that the manifest fixes (rootmain.c): changes of
 * files that are root's, and all about domains that belong to somebody else.
 * Where there is no helper, as on a site of one user, we do it ourselves.
 */
#include "config.h"

#include "modules/mail/mail.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "modules/mail/resources.h"

#define ANSWER_BYTES 1048576

int
mail_is_roots(const struct mail_request *r)
{
	const char *action = r->resource->root_action;

	if (r->is_dry)
		return 0;
	return r->what == MAIL_ACT ? action && strcmp(r->action, action) == 0
				   : (r->resource->root & 1U << r->what) != 0;
}

const char *
mail_domain_of(const struct mail_request *r)
{
	if (r->domain[0])
		return r->domain;
	/* An object of the site that is a domain. */
	return r->resource == &mail_domains && r->what != MAIL_SETUP ? r->key
								     : "";
}

static int
is_foreign(const struct mail *m, const struct mail_request *r)
{
	const char *name = mail_domain_of(r);
	struct vpop_domain domain;

	return name[0] && vpop_domain_get(m->vp, name, &domain) == 0 &&
	       domain.uid != geteuid();
}

int
mail_needs_root(const struct mail *m, const struct mail_request *r)
{
	return m->root >= 0 && !r->resource->is_own &&
	       (mail_is_roots(r) || is_foreign(m, r));
}

static int
send_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text += n;
		length -= (size_t)n;
	}
	return 0;
}

/* One line; nothing follows it until we ask again. */
static char *
receive_line(int fd)
{
	char *line = malloc(ANSWER_BYTES + 1);
	size_t used = 0;

	while (line && used < ANSWER_BYTES) {
		ssize_t n = read(fd, line + used, ANSWER_BYTES - used);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
		if (line[used - 1] == '\n') {
			line[used - 1] = '\0';
			return line;
		}
	}
	free(line);
	return NULL;
}

/* Refuse as the helper, or mail-root, did. */
static json_t *
pass_on(struct mail *m, json_t *error)
{
	static const char *const codes[] = { "not-found", "exists", "invalid",
		"forbidden", "limit", "conflict", "unsupported", "unavailable",
		"internal" };
	const char *code = mail_text(error, "code");
	const char *words = mail_text(error, "message");
	const char *known = "internal";

	for (size_t i = 0; code && i < sizeof codes / sizeof *codes; i++) {
		if (strcmp(code, codes[i]) == 0)
			known = codes[i];
	}
	return mail_refuse(m, known, mail_text(error, "pointer"), "%s",
	    words ? words : "the root helper gave no reason");
}

static json_t *
question_of(struct mail *m, const struct mail_request *r)
{
	const char *verb = r->what == MAIL_ACT ? r->action : mail_verb(r->what);
	json_t *input = json_copy(r->all);
	char name[64];

	if (!r->is_dry)
		json_object_set_new(
		    input, "verb", json_string(mail_verb(r->what)));
	json_object_set(input, "settings", m->settings);
	if (!mail_is_roots(r))
		(void)vp_copy(name, sizeof name, "foreign");
	else if (vp_format(
		     name, sizeof name, "%s-%s", r->resource->name, verb) != 0)
		name[0] = '\0';
	return json_pack(
	    "{s:I, s:s, s:o}", "id", ++m->asked, "verb", name, "input", input);
}

json_t *
mail_ask_root(struct mail *m, const struct mail_request *r)
{
	json_t *question = question_of(m, r);
	AUTO_FREE char *text = json_dumps(question, JSON_COMPACT);
	json_decref(question);
	size_t length = text ? strlen(text) : 0;
	if (text)
		text[length] = '\n';
	AUTO_FREE char *line = text && send_all(m->root, text, length + 1) == 0
				   ? receive_line(m->root)
				   : NULL;
	json_t *answer = line ? json_loads(line, 0, NULL) : NULL;
	json_t *result = NULL;
	if (mail_integer(answer, "id", 0) != m->asked)
		mail_refuse(
		    m, "unavailable", NULL, "the root helper does not answer");
	else if (json_is_object(json_object_get(answer, "result")))
		result = json_incref(json_object_get(answer, "result"));
	else
		pass_on(m, json_object_get(answer, "error"));
	json_decref(answer);
	return result;
}
