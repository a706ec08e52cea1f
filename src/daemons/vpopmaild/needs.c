/*
 * Which worker a request is for.  This is about rights of files, not of
 * clients: a request that comes to the wrong worker fails there with the
 * system's words, and nothing else happens.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "daemons/vpopmaild/worker.h"

#define WORDS 3 /* a verb and the most arguments that name anything */

/* These change qmail's control files. */
static const char *const site_verbs[] = { "add_domain", "del_domain",
	"add_alias_domain", NULL };

/* 1 if there is such a domain and another user owns it. */
static int
is_foreign(struct vpop *vp, const char *name, struct vpd_seen *seen)
{
	struct vpop_domain domain;

	if (!strchr(name, '.'))
		return 0;
	/* Mostly it is the same one again. */
	if (strcmp(name, seen->name) == 0)
		return seen->is_foreign;
	seen->is_foreign =
	    vpop_domain_get(vp, name, &domain) == 0 && domain.uid != geteuid();
	if (vp_copy(seen->name, sizeof seen->name, name) != 0)
		seen->name[0] = '\0';
	return seen->is_foreign;
}

/* Addresses, domains, paths: every part that may be a domain's name. */
static int
names_foreign(struct vpop *vp, char *word, struct vpd_seen *seen)
{
	char *part;

	while ((part = strsep(&word, "@/%")))
		if (is_foreign(vp, part, seen))
			return 1;
	return 0;
}

/* A name alone has a domain too. */
static int
default_is_foreign(struct vpop *vp, const struct vpd_session *session,
    const char *word, struct vpd_seen *seen)
{
	size_t length = strcspn(word, "@/%");
	struct vpop_domain domain;

	if (word[length] != '\0' && word[length + 1] != '\0')
		return 0;
	/* It is the name of a domain. */
	if (strchr(word, '.') && vpop_domain_get(vp, word, &domain) == 0)
		return 0;
	if (!seen->has_default &&
	    vpd_default_domain(vp, session, seen->by_default) != 0)
		seen->by_default[0] = '\0';
	seen->has_default = 1;
	return is_foreign(vp, seen->by_default, seen);
}

static int
is_site_verb(const char *verb)
{
	for (const char *const *v = site_verbs; *v; v++)
		if (strcasecmp(verb, *v) == 0)
			return 1;
	return 0;
}

int
vpd_needs_root(struct vpop *vp, const struct vpd_session *session,
    const char *request, size_t size, struct vpd_seen *seen)
{
	char text[VPD_LINE_MAX + 1], *rest = text, *word;
	/* The second argument of a login is a secret. */
	int most = session->level == VPD_NOBODY ? WORDS - 1 : WORDS;
	int count = 0, needs = 0;

	if (session->domain[0] && is_foreign(vp, session->domain, seen))
		return 1;
	if (session->pending != VPD_NO_VERB) {
		memcpy(text, session->argument, sizeof text);
		text[sizeof text - 1] = '\0';
		return names_foreign(vp, text, seen);
	}
	if (!request || size > VPD_LINE_MAX)
		return 0;
	memcpy(text, request, size);
	text[size] = '\0';
	while (count < most && (word = strsep(&rest, " \t\r\n"))) {
		if (!*word)
			continue;
		if (count == 0)
			needs |=
			    session->level == VPD_SYSTEM && is_site_verb(word);
		if (count == 1)
			needs |= default_is_foreign(vp, session, word, seen);
		if (count > 0)
			needs |= names_foreign(vp, word, seen);
		count++;
	}
	explicit_bzero(text, size);
	return needs;
}
