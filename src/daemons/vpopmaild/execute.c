/*
 * One request: who may use which verb, and the words that verbs take.
 *
 * The first check of a right is that of the table: below a verb's level the
 * verb does not exist.  What depends on the argument is checked by the verb.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "daemons/vpopmaild/verbs.h"

#define SEPARATORS " \t\r\n"

/* ---- words ------------------------------------------------------------ */

char *
vpd_word(struct vpd_call *call)
{
	char *word = call->rest + strspn(call->rest, SEPARATORS);
	size_t length = strcspn(word, SEPARATORS);

	call->rest = word + length;
	if (length == 0)
		return NULL;
	/* What follows begins behind exactly one separator. */
	if (*call->rest)
		*call->rest++ = '\0';
	return word;
}

char *
vpd_secret(struct vpd_call *call)
{
	char *secret = call->rest;

	secret[strcspn(secret, "\r\n")] = '\0';
	return *secret ? secret : NULL;
}

int
vpd_default_domain(struct vpop *vp, const struct vpd_session *session,
    char ret_domain[VPOP_DOMAIN_SIZE])
{
	const char *enabled = vpop_setting(vp, "ip_alias_domains");
	int code = VA_DOMAIN_DOES_NOT_EXIST;

	if (session->local_ip[0] && enabled && strcmp(enabled, "yes") == 0)
		code = vpop_ipmap_get(vp, session->local_ip, ret_domain);
	if (code == 0 || vpop_class(code) == VPOP_CLASS_TEMPORARY)
		return code;
	return vpop_default_domain(vp, ret_domain);
}

int
vpd_parse(struct vpd_call *call, const char *address,
    char ret_user[VPOP_USER_SIZE], char ret_domain[VPOP_DOMAIN_SIZE])
{
	AUTO_FREE char *full = NULL;
	char domain[VPOP_DOMAIN_SIZE];
	int code;

	if (!strpbrk(address, "@%/")) {
		code = vpd_default_domain(call->vp, call->session, domain);
		if (code != 0)
			return code;
		if (asprintf(&full, "%s@%s", address, domain) < 0) {
			full = NULL;
			return VA_MEMORY_ALLOC_ERR;
		}
	}
	code = vpop_parse_address(
	    call->vp, full ? full : address, ret_user, ret_domain);
	if (code == 0 && (ret_user[0] == '\0' || ret_domain[0] == '\0'))
		code = VA_INVALID_EMAIL_CHAR;
	return code;
}

/* ---- rights on arguments ---------------------------------------------- */

int
vpd_may(struct vpd_call *call, const char *domain)
{
	const struct vpd_session *session = call->session;
	struct vpop_domain found;

	if (session->level == VPD_SYSTEM)
		return 1;
	if (session->level != VPD_DOMAIN)
		return 0;
	if (strcasecmp(domain, session->domain) == 0)
		return 1;

	int code = vpop_domain_get(call->vp, domain, &found);
	if (code == 0)
		return strcmp(found.real, session->domain) == 0;
	return vpop_class(code) == VPOP_CLASS_TEMPORARY ? code : 0;
}

int
vpd_take_address(struct vpd_call *call, const struct vpd_address_errors *errors,
    char ret_user[VPOP_USER_SIZE], char ret_domain[VPOP_DOMAIN_SIZE])
{
	const char *address = vpd_word(call);

	if (!address) {
		vpd_error(call, errors->missing, errors->missing_at);
		return -1;
	}
	int code = vpd_parse(call, address, ret_user, ret_domain);
	if (vpop_class(code) == VPOP_CLASS_TEMPORARY) {
		vpd_failed(call, errors->invalid_at, code);
		return -1;
	}
	if (code != 0) {
		vpd_error(call, errors->invalid, errors->invalid_at);
		return -1;
	}
	int may = vpd_may(call, ret_domain);
	if (may < 0)
		vpd_failed(call, errors->foreign_at, may);
	else if (may == 0)
		vpd_error(call, errors->foreign, errors->foreign_at);
	return may > 0 ? 0 : -1;
}

struct vpd_page
vpd_take_page(struct vpd_call *call)
{
	const struct vpd_page all = { .first = 0, .last = UINT64_MAX };
	const char *page = vpd_word(call);
	const char *size = vpd_word(call);
	int64_t number, entries;

	if (!page || !size || vp_number(page, 1, INT32_MAX, &number) != 0 ||
	    vp_number(size, 1, INT32_MAX, &entries) != 0)
		return all;
	return (struct vpd_page){
		.first = (uint64_t)(number - 1) * (uint64_t)entries,
		.last = (uint64_t)number * (uint64_t)entries,
	};
}

/* ---- requests --------------------------------------------------------- */

/* Who asks, for the journal. */
static void
set_actor(const struct vpd_call *call)
{
	const struct vpd_session *session = call->session;
	char actor[VPOP_USER_SIZE + VPOP_DOMAIN_SIZE];
	char origin[VPD_PEER_SIZE + 16];

	if (vp_format(actor, sizeof actor, "%s%s%s", session->user,
		session->domain[0] ? "@" : "", session->domain) == 0 &&
	    vp_format(origin, sizeof origin, "vpopmaild%s%s",
		session->peer_name[0] ? " " : "", session->peer_name) == 0)
		vpop_set_actor(call->vp, actor, origin);
}

static enum vpd_next
quit(struct vpd_call *call)
{
	vpd_ok(call);
	return VPD_CLOSE;
}

/* The account is no more, and so is its session. */
static enum vpd_next
ended(struct vpd_call *call)
{
	vpd_error(call, VPD_E_RIGHT, 107);
	return VPD_CLOSE;
}

static enum vpd_next
after_login(struct vpd_call *call)
{
	const struct vpd_command *command = vpd_commands;
	const char *verb = vpd_word(call);

	if (!verb)
		return VPD_LINE;
	while (command->name && strcasecmp(command->name, verb) != 0)
		command++;
	if (command->name && !command->run)
		return quit(call);
	if (vpd_renew_rights(call->vp, call->session) != 0)
		return ended(call);
	if (!command->name || command->level > call->session->level)
		return vpd_error(call, VPD_E_COMMAND, 107);
	if (command->changes)
		set_actor(call);
	return command->run(call);
}

static enum vpd_next
block(struct vpd_call *call)
{
	enum vpd_verb verb = call->session->pending;
	enum vpd_level level = call->session->level;

	call->session->pending = VPD_NO_VERB;
	if (vpd_renew_rights(call->vp, call->session) != 0)
		return ended(call);
	/* The verb was admitted with rights that are lost. */
	if (call->session->level < level)
		return vpd_error(call, VPD_E_RIGHT, 107);
	set_actor(call);
	switch (verb) {
	case VPD_MOD_USER:
		return vpd_mod_user_block(call);
	case VPD_SET_LIMITS:
		return vpd_set_limits_block(call);
	case VPD_WRITE_FILE:
		return vpd_write_file_block(call);
	case VPD_NO_VERB:
	default:
		return VPD_LINE;
	}
}

static enum vpd_next
line(struct vpd_call *call, const char *request, size_t size)
{
	char text[VPD_LINE_MAX + 1];
	enum vpd_next next;

	/* A NUL ends the line as far as it is looked at. */
	memcpy(text, request, size);
	text[size] = '\0';
	call->rest = text;
	next = call->session->level == VPD_NOBODY ? vpd_before_login(call)
						  : after_login(call);
	call->rest = NULL;
	explicit_bzero(text, size);
	return next;
}

static enum vpd_next
too_long(struct vpd_call *call)
{
	if (call->session->level != VPD_NOBODY)
		return vpd_error(call, VPD_E_COMMAND, 107);
	vpd_error(call, VPD_E_COMMAND, 104);
	return vpd_count_line(call->session, call->out);
}

enum vpd_next
vpd_execute(struct vpop *vp, struct vpd_session *session, const char *request,
    size_t size, struct vpd_out *out)
{
	struct vpd_call call = {
		.vp = vp, .session = session, .out = out, .size = size
	};

	session->refused = 0;
	if (session->pending != VPD_NO_VERB) {
		call.block = request;
		return block(&call);
	}
	if (!request || size > VPD_LINE_MAX)
		return too_long(&call);
	return line(&call, request, size);
}
