/*
 * Before login: four lines at most, whatever they say.
 *
 * A wrong address, an unknown account and a wrong password have one answer
 * and cost the same work; a store that cannot be asked has another one, and
 * does not count against the account.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "daemons/vpopmaild/verbs.h"

#define MOST_LINES 4

static const char help_text[] = "+OK+\r\n"
				"\r\n"
				"Login\r\n"
				"login login user@domain password - expanded "
				"bitmaps\r\n"
				"clogin login user@domain password - compact "
				"bitmapts\r\n"
				"slogin login user@domain password - silent "
				"results\r\n";
/* Only where there is such a thing. */
static const char help_peer[] = "peerlogin login as the system user of this "
				"connection\r\n";
static const char help_utility[] = "\r\n"
				   "Utility\r\n"
				   "help help\r\n"
				   "exit quit\r\n"
				   "quit quit\r\n"
				   "q quit\r\n"
				   ".\r\n";

enum style { EXPANDED, COMPACT, SILENT };

enum vpd_next
vpd_count_line(struct vpd_session *session, struct vpd_out *out)
{
	struct vpd_call call = { .out = out };

	if (++session->lines < MOST_LINES)
		return VPD_LINE;
	vpd_error(
	    &call, VPD_E_TRIES, session->bad_logins >= MOST_LINES ? 105 : 102);
	return VPD_CLOSE;
}

/* ---- verbs ------------------------------------------------------------ */

static enum vpd_next
reply(struct vpd_call *call, const struct vpop_user *user,
    const struct vpop_domain *domain)
{
	vpd_begin(call);
	vpd_line(call->out, "vpopmail_dir", vpop_home(call->vp));
	vpd_line(call->out, "domain_dir", domain->dir);
	vpd_line_number(call->out, "uid", domain->uid);
	vpd_line_number(call->out, "gid", domain->gid);
	vpd_account(call, user);
	return vpd_end(call);
}

static enum vpd_next
refused(struct vpd_call *call)
{
	call->session->refused = 1;
	call->session->bad_logins++;
	return vpd_error(call, VPD_E_LOGIN, 207);
}

/* The store could not be asked, or a part of the answer could not. */
static enum vpd_next
cannot_tell(struct vpd_call *call)
{
	return vpd_error(call, VPD_E_STORE, 101);
}

static int
authenticate(struct vpd_call *call, const char *address, const char *secret,
    struct vpop_user *ret_user)
{
	char full[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	char name[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	int code = vpd_parse(call, address, name, domain);

	if (vpop_class(code) == VPOP_CLASS_TEMPORARY)
		return code;
	/* A name that cannot be one is looked up like others. */
	if (code != 0 || vp_format(full, sizeof full, "%s@%s", name, domain))
		full[0] = '\0';
	return vpop_authenticate(call->vp, full, secret, ret_user);
}

static enum vpd_next
login(struct vpd_call *call, enum style style)
{
	const char *address = vpd_word(call);
	const char *secret = address ? vpd_secret(call) : NULL;
	struct vpop_user user = { .name = "" };
	struct vpop_domain domain;
	int code;

	if (!address)
		return vpd_error(call, VPD_E_NO_ADDRESS, 203);
	if (!secret)
		return vpd_error(call, VPD_E_NO_PASSWORD, 204);
	code = authenticate(call, address, secret, &user);
	if (code == VA_AUTH_FAILED)
		return refused(call);
	if (code != 0 || vpop_domain_get(call->vp, user.domain, &domain) != 0)
		return cannot_tell(call);
	vpd_take_rights(call->session, &user);
	call->session->compact = style != EXPANDED;
	if (style == SILENT)
		vpd_ok(call);
	else
		reply(call, &user, &domain);
	explicit_bzero(&user, sizeof user);
	return VPD_LINE;
}

/* On a Unix socket the system says who is there: root and the vpopmail user
 * own all that a system administrator may change. */
static int
is_peer_login(const struct vpd_call *call)
{
	const char *uid = vpop_setting(call->vp, "uid");
	int64_t number;

	if (call->session->peer != VPD_PEER_UNIX)
		return 0;
	if (call->session->peer_uid == 0)
		return 1;
	return uid && vp_number(uid, 1, UINT32_MAX, &number) == 0 &&
	       (uid_t)number == call->session->peer_uid;
}

static enum vpd_next
peer_login(struct vpd_call *call)
{
	struct vpd_session *session = call->session;

	session->level = VPD_SYSTEM;
	session->is_override = session->is_expert = session->compact = 1;
	snprintf(session->user, sizeof session->user, "uid %ld",
	    (long)session->peer_uid);
	session->domain[0] = '\0';
	return vpd_ok(call);
}

static enum vpd_next
help(struct vpd_call *call)
{
	vpd_text(call->out, help_text);
	if (is_peer_login(call))
		vpd_text(call->out, help_peer);
	vpd_text(call->out, help_utility);
	return VPD_LINE;
}

static int
is_quit(const char *verb)
{
	return strcasecmp(verb, "quit") == 0 || strcasecmp(verb, "exit") == 0 ||
	       strcasecmp(verb, "q") == 0;
}

static enum vpd_next
run(struct vpd_call *call)
{
	const char *verb = vpd_word(call);

	if (!verb)
		return VPD_LINE;
	if (strcasecmp(verb, "login") == 0)
		return login(call, EXPANDED);
	if (strcasecmp(verb, "clogin") == 0)
		return login(call, COMPACT);
	if (strcasecmp(verb, "slogin") == 0)
		return login(call, SILENT);
	if (strcasecmp(verb, "peerlogin") == 0 && is_peer_login(call))
		return peer_login(call);
	if (strcasecmp(verb, "help") == 0)
		return help(call);
	if (is_quit(verb)) {
		vpd_ok(call);
		return VPD_CLOSE;
	}
	return vpd_error(call, VPD_E_COMMAND, 104);
}

enum vpd_next
vpd_before_login(struct vpd_call *call)
{
	enum vpd_next next = run(call);

	if (next == VPD_CLOSE || call->session->level != VPD_NOBODY)
		return next;
	return vpd_count_line(call->session, call->out);
}

/* ---- throttling ------------------------------------------------------- */

int
vpd_is_login(const struct vpd_session *session, const char *line, size_t size,
    char ret_address[VPD_LINE_MAX + 1])
{
	char text[VPD_LINE_MAX + 1];
	struct vpd_call call = { .rest = text };
	const char *verb, *address;
	int is_login;

	if (session->level != VPD_NOBODY || !line || size > VPD_LINE_MAX)
		return 0;
	memcpy(text, line, size);
	text[size] = '\0';
	verb = vpd_word(&call);
	address = verb ? vpd_word(&call) : NULL;
	is_login = address && vpd_secret(&call) &&
		   (strcasecmp(verb, "login") == 0 ||
		       strcasecmp(verb, "clogin") == 0 ||
		       strcasecmp(verb, "slogin") == 0) &&
		   vp_copy(ret_address, VPD_LINE_MAX + 1, address) == 0;
	explicit_bzero(text, size);
	if (is_login)
		vp_lower(ret_address);
	return is_login;
}

enum vpd_next
vpd_refuse_login(struct vpd_session *session, struct vpd_out *out)
{
	struct vpd_call call = { .session = session, .out = out };

	refused(&call);
	return vpd_count_line(session, out);
}
