/*
 * The type of a service decides which flag closes it and which digests are
 * tried; the name is what log filters match.  SMTP is never taken for
 * webmail.
 */
#include "config.h"

#include "runtime/service.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct known {
	const char *name; /* as in SERVICE, and after "vchkpw-" */
	int port;
	enum vp_service service;
};

static const struct known known[] = {
	{ "smtp", 25, VP_SMTP },
	{ "smtps", 465, VP_SMTP },
	{ "submission", 587, VP_SMTP },
	{ "pop3", 110, VP_POP },
	{ "pop3s", 995, VP_POP },
	{ "imap", 143, VP_IMAP },
	{ "imaps", 993, VP_IMAP },
};

/* A number at the beginning of the text, 0 if there is none. */
static int
port_number(const char *text)
{
	errno = 0;
	long port = strtol(text, NULL, 10);

	if (errno != 0 || port < INT_MIN || port > INT_MAX)
		return 0;
	return (int)port;
}

static const struct known *
find_known(int port, const char *name)
{
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		if (name ? strcmp(known[i].name, name) == 0
			 : known[i].port == port)
			return &known[i];
	return NULL;
}

static enum vp_service
service_of_program(const char *next)
{
	if (next && strstr(next, "true"))
		return VP_SMTP;
	if (next && strstr(next, "imap"))
		return VP_IMAP;
	return VP_POP;
}

void
vp_service_detect(const char *next, struct vp_service_name *ret)
{
	const char *port_text = getenv("TCPLOCALPORT");
	const char *hint = getenv("SERVICE");
	int port = port_text ? port_number(port_text) : 0;
	const struct known *found = NULL;

	if (port_text)
		found = find_known(port, NULL);
	else if (hint)
		found = find_known(0, hint);

	ret->webmail_pop = 0;
	if (found) {
		ret->service = found->service;
		(void)vp_format(ret->log_name, sizeof ret->log_name,
		    "vchkpw-%s", found->name);
		return;
	}
	ret->service = service_of_program(next);
	(void)vp_format(
	    ret->log_name, sizeof ret->log_name, "vchkpw-%u", (unsigned)port);
}

/* 1 if word is one of the blank-separated words of list. */
static int
has_word(const char *list, const char *word)
{
	size_t length = strlen(word);

	while (*list != '\0') {
		size_t size;

		list += strspn(list, " \t,");
		size = strcspn(list, " \t,");
		if (size > 0 && size == length &&
		    strncmp(list, word, size) == 0)
			return 1;
		list += size;
	}
	return 0;
}

void
vp_service_reclassify(
    const char *addresses, const char *peer, struct vp_service_name *service)
{
	if (service->service == VP_SMTP || !has_word(addresses, peer))
		return;
	service->webmail_pop = service->service == VP_POP;
	service->service = VP_WEBMAIL;
	(void)vp_copy(
	    service->log_name, sizeof service->log_name, "vchkpw-webmail");
}
