/*
 * Lines are made as text first and sent by one function (authlog_send.c), so
 * that tests see what syslog gets.  Names and passwords come from the network:
 * every byte that is not printable ASCII is replaced, or one login could write
 * several lines.
 */
#include "config.h"

#include "core/authlog.h"

#include <stdarg.h>
#include <string.h>

#include "base/text.h"

enum subject {
	AS_SENT, /* the login, lower-cased */
	PARTS,   /* user@domain */
	USER_PART
};

struct shape {
	enum vp_authlog_class class;
	enum subject subject;
	const char *words; /* NULL: made at run time */
};

static const struct shape shapes[] = {
	[VP_LOGIN_OK] = { VP_AUTHLOG_AUTH, PARTS, NULL },
	[VP_LOGIN_NO_NAME] = { VP_AUTHLOG_LOGON, AS_SENT,
	    "null user name given" },
	[VP_LOGIN_NO_SECRET] = { VP_AUTHLOG_PASSWD, AS_SENT,
	    "null password given" },
	[VP_LOGIN_BAD_NAME] = { VP_AUTHLOG_PASSWD, AS_SENT,
	    "invalid user/domain characters" },
	[VP_LOGIN_NO_USER] = { VP_AUTHLOG_LOGON, PARTS,
	    "vpopmail user not found" },
	[VP_LOGIN_NO_PASSWORD] = { VP_AUTHLOG_INTERNAL, PARTS,
	    "user has no password" },
	[VP_LOGIN_BAD_SECRET] = { VP_AUTHLOG_PASSWD, PARTS, NULL },
	[VP_LOGIN_FORBIDDEN] = { VP_AUTHLOG_ACCESS, PARTS, NULL },
	[VP_LOGIN_SYSTEM_NO_USER] = { VP_AUTHLOG_LOGON, USER_PART,
	    "system user not found" },
	[VP_LOGIN_SYSTEM_NO_SHADOW] = { VP_AUTHLOG_LOGON, AS_SENT,
	    "system user shadow entry not found" },
	[VP_LOGIN_SYSTEM_BAD_SECRET] = { VP_AUTHLOG_PASSWD, AS_SENT, NULL },
	[VP_LOGIN_TEMPORARY] = { VP_AUTHLOG_INTERNAL, AS_SENT, NULL },
};

static const char *const denied[] = {
	[VP_SMTP] = "smtp",
	[VP_POP] = "pop",
	[VP_IMAP] = "imap",
	[VP_WEBMAIL] = "webmail",
};

int
vp_authlog_wanted(int64_t mode, enum vp_authlog_class class)
{
	if (mode == VP_LOG_NOTHING)
		return 0;
	return class != VP_AUTHLOG_AUTH || mode == VP_LOG_ALL ||
	       mode == VP_LOG_VERBOSE;
}

static void
put_password_fail(FILE *fp, const struct vpop *vp, const struct vp_login *login)
{
	fputs("password fail", fp);
	if (vp->set.logging == VP_LOG_PASSWORDS ||
	    vp->set.logging == VP_LOG_VERBOSE)
		fprintf(fp, " (pass: '%s')", login->secret);
}

static void
put_words(FILE *fp, const struct vpop *vp, const struct vp_login *login,
    const struct vp_session *session)
{
	switch (session->result) {
	case VP_LOGIN_OK:
		if (session->is_system)
			fputs("system password login success", fp);
		else
			fprintf(fp, "(%s) login success", session->method);
		break;
	case VP_LOGIN_SYSTEM_BAD_SECRET:
		fputs("system ", fp);
		put_password_fail(fp, vp, login);
		break;
	case VP_LOGIN_BAD_SECRET:
		put_password_fail(fp, vp, login);
		break;
	case VP_LOGIN_FORBIDDEN:
		fprintf(fp, "%s access denied", denied[login->service]);
		break;
	case VP_LOGIN_TEMPORARY:
		fprintf(fp, "login deferred (%s)", vpop_message(vp));
		break;
	default:
		fputs(shapes[session->result].words, fp);
	}
}

static void
put_subject(FILE *fp, enum subject subject, const struct vp_session *session)
{
	if (subject == AS_SENT)
		fputs(session->address, fp);
	else if (subject == USER_PART)
		fputs(session->user_part, fp);
	else
		fprintf(fp, "%s@%s", session->user_part, session->domain_part);
}

/* Close fp, whose text is *line; NULL if it could not be written. */
static char *
finish(FILE *fp, char **line)
{
	int failed = ferror(fp);

	if (fclose(fp) != 0 || failed) {
		free(*line);
		return NULL;
	}
	vp_make_printable(*line);
	for (char *p = *line; (p = strchr(p, '%')) != NULL;)
		*p = '#';
	return *line;
}

char *
vp_authlog_login(const struct vpop *vp, const char *service,
    const struct vp_login *login, const struct vp_session *session,
    enum vp_authlog_class *ret_class)
{
	const struct shape *shape = &shapes[session->result];
	enum subject subject = shape->subject;
	char *line = NULL;
	size_t size;
	FILE *fp = open_memstream(&line, &size);

	if (!fp)
		return NULL;
	if (session->result == VP_LOGIN_OK && session->is_system)
		subject = USER_PART;
	fprintf(fp, "%s: ", service);
	put_words(fp, vp, login, session);
	fputc(' ', fp);
	put_subject(fp, subject, session);
	fprintf(fp, ":%s", login->peer);
	*ret_class = shape->class;
	return finish(fp, &line);
}

char *
vp_authlog_event(const char *service, const char *peer,
    const struct vp_session *session, const char *format, ...)
{
	char *line = NULL;
	size_t size;
	va_list args;
	FILE *fp = open_memstream(&line, &size);

	if (!fp)
		return NULL;
	fprintf(fp, "%s: ", service);
	va_start(args, format);
	vfprintf(fp, format, args);
	va_end(args);
	fputc(' ', fp);
	put_subject(fp, PARTS, session);
	fprintf(fp, ":%s", peer);
	return finish(fp, &line);
}
