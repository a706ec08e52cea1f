#include "config.h"

#include "modules/mail/stranger.h"

#include <sodium.h>
#include <string.h>
#include <time.h>

#include "vpop_delivery.h"

#define BYTES ((MAIL_TOKEN_SIZE - 1) / 2)

void
mail_token_make(char ret_token[MAIL_TOKEN_SIZE])
{
	unsigned char bytes[BYTES];

	randombytes_buf(bytes, sizeof bytes);
	sodium_bin2hex(ret_token, MAIL_TOKEN_SIZE, bytes, sizeof bytes);
	explicit_bzero(bytes, sizeof bytes);
}

void
mail_digest(const char *text, char ret_digest[MAIL_DIGEST_SIZE])
{
	unsigned char bytes[BYTES];

	crypto_generichash(bytes, sizeof bytes, (const unsigned char *)text,
	    strlen(text), NULL, 0);
	sodium_bin2hex(ret_digest, MAIL_DIGEST_SIZE, bytes, sizeof bytes);
}

/* ---- messages --------------------------------------------------------- */

/* What is put in comes from names and addresses that were looked at, and so
 * has no ends of lines.  The token stands behind a '#': browsers do not send
 * that to anybody. */
static char *
message_of(struct mail *m, const struct mail_invitation *i)
{
	const char *url = mail_text(m->settings, "url");
	const time_t now = time(NULL);
	char date[64], *text;
	struct tm tm;
	int rc;

	gmtime_r(&now, &tm);
	strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S +0000", &tm);
	rc = asprintf(&text,
	    "Date: %s\nFrom: postmaster@%s\nTo: %s\nSubject: %s\n"
	    "Message-ID: <%.16s.%lld@%s>\nAuto-Submitted: auto-generated\n"
	    "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
	    "%s\n\n    %s\n\n"
	    "To choose a password, use this within %s:\n\n    %s%s%s%s%s\n\n"
	    "If that was not you, there is nothing to do.\n",
	    date, i->domain, i->contact, i->subject, i->token, (long long)now,
	    i->domain, i->about, i->address, i->hours, url ? url : "",
	    url ? "#" : "", url ? i->kind : "", url ? "=" : "", i->token);
	return rc < 0 ? NULL : text;
}

int
mail_invite(struct mail *m, const struct mail_invitation *invitation)
{
	char *text = message_of(m, invitation);
	int code;

	if (!text) {
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return -1;
	}
	code = vpop_message_send(m->vp, "", invitation->contact, text);
	explicit_bzero(text, strlen(text));
	free(text);
	if (code == 0)
		return 0;
	mail_refuse_vpop_at(m, code, "/contact");
	return -1;
}

/* ---- deeds ------------------------------------------------------------ */

json_t *
mail_do_own(
    struct mail *m, const struct mail_request *r, const struct mail_deed *deed)
{
	struct vpop *real = m->vp;
	struct mail_request request;
	json_t *result = NULL;
	json_t *all = json_pack(
	    "{s:s, s:s*, s:s, s:s, s:s*, s:s*, s:o*, s:{s:s, s:s, s:s}}",
	    "verb", deed->is_dry ? "validate" : deed->verb, "action",
	    deed->is_dry ? deed->verb : NULL, "resource", deed->resource,
	    "domain", deed->domain, "parent", deed->parent, "key", deed->key,
	    "new", deed->new, "actor", "name", r->actor, "role", "system",
	    "address", r->address);

	if (!all)
		return mail_refuse(m, "unavailable", NULL, "out of memory");
	if (deed->is_dry)
		m->vp = mail_dry(m);
	if (m->vp && mail_request_read(m, all, &request) == 0)
		result = mail_do(m, &request);
	m->vp = real;
	json_decref(all);
	return result;
}
