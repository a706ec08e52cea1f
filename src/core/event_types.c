/*
 * The vocabulary: the only place that knows the events.  The manual page
 * vpopmail-events(7) and the JSON Schemas are made from it.
 */
#include "config.h"

#include "core/event.h"

#include <fnmatch.h>
#include <string.h>

#define LIBRARY VP_EVENT_LIBRARY
#define PANEL   "vhostadmind"
#define USAGE   "vusaged"
#define MAIL    "module mail"
#define DNS     "module dns"
#define WEB     "module web"

#define USER    "name! domain gecos quota dir flags:flags passwd:secret"
#define CHANGED "gecos quota dir flags:flags passwd:secret apop:int qmail:null"
#define APPPASS "id! label! services:int! expires:int!"
#define DOMAIN  "name! uid:int! gid:int! directory!"
#define ALIAS   "alias! real!"
#define AWAY    "subject! start end days:int!"
#define ROBOT   "subject! copy_to:texts! seconds:int! count:int!"
#define LIST    "owner options prefix reply reply_address sql:secret"
#define MEMBER  "role! address!"
#define SIGNUP  "name! domain! contact!"
#define IPMAP   "address! domain!"
#define QUOTA   "used:int! limit:int! unit! percent:int!"
#define ZONE    "zone! serial:int name_servers:texts"
#define RECORD  "zone! name! type! ttl:int data!"
#define VHOST   "site! names:texts document_root php redirect"
#define CERT    "names:texts! not_after provider"
#define SESSION "kind! user address"
#define TOKEN   "kind! user scopes:texts expires"
#define GRANT   "account! role!"
#define WEBHOOK "host! events:texts! enabled:bool!"
#define JOB     "kind! target error"

/* clang-format off */
const struct vp_event_type vp_event_types[] = {
	{ "domain.created", "domain", "A domain was made.", LIBRARY,
	    NULL, DOMAIN },
	{ "domain.deleted", "domain",
	    "A domain was removed with its accounts and alias names.", LIBRARY,
	    "real! dir! uid:int! gid:int! names:texts!", NULL },
	{ "domain.renamed", "domain",
	    "Another name of a domain is its main name now; the old one goes "
	    "on as another name.", LIBRARY, "name!", "name!" },
	{ "domain.catchall.changed", "domain",
	    "What is done with mail for nobody was changed.", LIBRARY,
	    "action!", "action!" },
	{ "domain.limits.changed", "domain",
	    "Limits of a domain were changed; new is null where the site's "
	    "hold again.", LIBRARY, "? *", "? *" },
	{ "domain.suspended", "domain",
	    "A domain was closed for its users, or for another reason.",
	    LIBRARY, "? reason!", "reason!" },
	{ "domain.resumed", "domain", "It was opened again.", LIBRARY,
	    "reason!", NULL },
	{ "aliasdomain.created", "aliasdomain",
	    "A domain got another name.", LIBRARY, NULL, ALIAS },
	{ "aliasdomain.deleted", "aliasdomain",
	    "Another name of a domain was removed.", LIBRARY, ALIAS, NULL },
	{ "user.created", "user", "An account was made.", LIBRARY,
	    NULL, USER " rel" },
	{ "user.updated", "user",
	    "Several fields of an account were changed, or one that has no "
	    "event of its own.", LIBRARY, "? " CHANGED, CHANGED },
	{ "user.deleted", "user", "An account was removed.", LIBRARY,
	    USER " rel", NULL },
	{ "user.password.changed", "user", "An account has a new password.",
	    LIBRARY, "passwd:secret!", "passwd:secret!" },
	{ "user.flags.changed", "user",
	    "What an account may do was changed.", LIBRARY,
	    "flags:flags!", "flags:flags!" },
	{ "user.suspended", "user",
	    "An account may not use some services (POP, IMAP, web mail, "
	    "SMTP) any more.", LIBRARY, "flags:flags!", "flags:flags!" },
	{ "user.resumed", "user", "It may use some of them again.", LIBRARY,
	    "flags:flags!", "flags:flags!" },
	{ "user.spam.changed", "user",
	    "Spam is looked for and deleted for an account, or not any "
	    "more.", LIBRARY, "flags:flags!", "flags:flags!" },
	{ "user.quota.changed", "user", "An account has another quota.",
	    LIBRARY, "quota!", "quota!" },
	{ "user.forward.changed", "user",
	    "The dot-qmail file of an account was written or removed.",
	    LIBRARY, NULL, "qmail:null!" },
	{ "user.contact.changed", "user",
	    "The owner of an account can be reached elsewhere, or not any "
	    "more.", LIBRARY, NULL, NULL },
	{ "user.vacation.enabled", "user",
	    "An account answers its mail automatically.", LIBRARY,
	    NULL, AWAY },
	{ "user.vacation.updated", "user",
	    "The automatic answer of an account was changed.", LIBRARY,
	    NULL, AWAY },
	{ "user.vacation.disabled", "user",
	    "An account does not answer its mail automatically any more.",
	    LIBRARY, NULL, NULL },
	{ "user.apppassword.created", "user",
	    "An account has a password for one program.", LIBRARY,
	    NULL, APPPASS },
	{ "user.apppassword.deleted", "user", "It was taken back.", LIBRARY,
	    APPPASS, NULL },
	{ "alias.created", "alias",
	    "An alias was made, with its first line (added) or all of them.",
	    LIBRARY, NULL, "name! added lines" },
	{ "alias.updated", "alias",
	    "A line of an alias was added (new) or removed (old), or it has "
	    "other lines.", LIBRARY,
	    "? name! removed lines", "? name! added lines" },
	{ "alias.deleted", "alias",
	    "An alias was removed, or its last line.", LIBRARY,
	    "name! lines removed", NULL },
	{ "autoresponder.created", "autoresponder",
	    "An address answers its mail automatically.", LIBRARY,
	    NULL, ROBOT },
	{ "autoresponder.updated", "autoresponder",
	    "What an address answers, or to whom its mail goes, was changed.",
	    LIBRARY, NULL, ROBOT },
	{ "autoresponder.deleted", "autoresponder",
	    "An address does not answer any more, and is gone.", LIBRARY,
	    "name!", NULL },
	{ "list.created", "list", "A mailing list was made.", LIBRARY,
	    NULL, "name! " LIST },
	{ "list.updated", "list",
	    "A mailing list was changed; the fields that were given.", LIBRARY,
	    "? " LIST, LIST },
	{ "list.deleted", "list", "A mailing list was removed.", LIBRARY,
	    "name!", NULL },
	{ "list.member.added", "list",
	    "Somebody is in one of the sets of addresses of a mailing list.",
	    LIBRARY, NULL, MEMBER },
	{ "list.member.removed", "list", "Somebody is not any more.", LIBRARY,
	    MEMBER, NULL },
	{ "ipmap.created", "ipmap",
	    "An address of the server stands for a domain.", LIBRARY,
	    "? " IPMAP, IPMAP },
	{ "ipmap.deleted", "ipmap", "It does not any more.", LIBRARY,
	    "? " IPMAP, NULL },
	{ "config.changed", "config", "A file of settings was changed.",
	    LIBRARY, "? *", "? *" },

	{ "user.quota.warn", "user",
	    "The mail of an account has reached the first step at which its "
	    "owner is warned.",
	    USAGE, NULL, QUOTA },
	{ "user.quota.exceeded", "user", "The quota of an account is used up.",
	    USAGE, NULL, QUOTA },
	{ "user.quota.cleared", "user",
	    "There is less than at the first step again.", USAGE, NULL,
	    QUOTA },
	{ "domain.quota.warn", "domain",
	    "The mail of a domain has reached the first step.", USAGE, NULL,
	    QUOTA },
	{ "domain.quota.exceeded", "domain",
	    "The quota of a domain is used up.", USAGE, NULL, QUOTA },
	{ "domain.quota.cleared", "domain",
	    "There is less than at the first step again.", USAGE, NULL,
	    QUOTA },
	{ "domain.updated", "domain",
	    "A domain is described otherwise, or its language is another one.",
	    MAIL, "description! language!", "description! language!" },
	{ "user.signup.requested", "user",
	    "Somebody asked for an account; contact is a digest of his "
	    "address.", MAIL, NULL, SIGNUP },
	{ "user.signup.confirmed", "user", "He has it.", MAIL, NULL, SIGNUP },
	{ "user.signup.rejected", "user", "He does not get it.", MAIL,
	    NULL, SIGNUP },
	{ "user.reset.requested", "user",
	    "Somebody asked for a new password of an account, and a message "
	    "was sent to its owner.", MAIL, NULL, NULL },
	{ "control.changed", "control",
	    "A control file of qmail was written or removed.", MAIL,
	    "? bytes:int!", "? bytes:int!" },
	{ "zone.created", "zone", "A zone was made.", DNS, NULL, ZONE },
	{ "zone.updated", "zone", "A zone was changed.", DNS, ZONE, ZONE },
	{ "zone.deleted", "zone", "A zone was removed.", DNS, ZONE, NULL },
	{ "zone.record.created", "record", "A record was made.", DNS,
	    NULL, RECORD },
	{ "zone.record.updated", "record", "A record was changed.", DNS,
	    RECORD, RECORD },
	{ "zone.record.deleted", "record", "A record was removed.", DNS,
	    RECORD, NULL },
	{ "zone.published", "zone", "The name servers have a zone.", DNS,
	    NULL, "zone! serial:int! revision:int" },
	{ "zone.publish.failed", "zone", "A zone could not be published.", DNS,
	    NULL, "zone! record error!" },
	{ "vhost.created", "vhost", "A web site was made.", WEB, NULL, VHOST },
	{ "vhost.updated", "vhost", "A web site was changed.", WEB,
	    VHOST, VHOST },
	{ "vhost.deleted", "vhost", "A web site was removed.", WEB,
	    VHOST, NULL },
	{ "vhost.enabled", "vhost", "A web site is served.", WEB,
	    NULL, "reason" },
	{ "vhost.disabled", "vhost", "A web site is not served any more.", WEB,
	    NULL, "reason" },
	{ "vhost.applied", "vhost", "The web server has a site's settings.",
	    WEB, NULL, "revision:int!" },
	{ "vhost.apply.failed", "vhost",
	    "The web server refused a site's settings.", WEB,
	    NULL, "revision:int! message!" },
	{ "vhost.traffic.warn", "vhost", "A web site nears its traffic limit.",
	    WEB, NULL, "bytes:int! limit:int! period" },
	{ "vhost.traffic.exceeded", "vhost",
	    "A web site is over its traffic limit.", WEB,
	    NULL, "bytes:int! limit:int! period" },
	{ "certificate.issued", "certificate", "There is a certificate.", WEB,
	    NULL, CERT },
	{ "certificate.renewed", "certificate", "There is a newer one.", WEB,
	    NULL, CERT },
	{ "certificate.expiring", "certificate",
	    "A certificate ends soon and could not be renewed.", WEB,
	    NULL, CERT },
	{ "certificate.failed", "certificate",
	    "A certificate could not be had.", WEB,
	    NULL, CERT " error!" },
	{ "certificate.revoked", "certificate", "A certificate was revoked.",
	    WEB, NULL, CERT },

	{ "domain.delete.scheduled", "domain",
	    "A domain is to be deleted, unless that is taken back.", PANEL,
	    NULL, "execute_at!" },
	{ "domain.delete.cancelled", "domain", "It is not.", PANEL,
	    "execute_at!", NULL },

	{ "user.login.succeeded", "user",
	    "Somebody logged in to the panel with an account.", PANEL, NULL,
	    "service! address!" },
	{ "user.login.failed", "user",
	    "Somebody could not, so many times since it was last told; "
	    "address is that of the last one.",
	    PANEL, NULL, "service! address! count:int!" },
	{ "user.login.locked", "user",
	    "Logins with an account are refused for a while, as too many "
	    "failed.",
	    PANEL, NULL, "service! address! count:int!" },
	{ "session.created", "session", "Somebody logged in to the panel.",
	    PANEL, NULL, SESSION },
	{ "session.revoked", "session", "A session was ended.", PANEL,
	    SESSION, NULL },
	{ "token.created", "token", "An access token was made.", PANEL,
	    NULL, TOKEN },
	{ "token.revoked", "token", "An access token is not valid any more.",
	    PANEL, TOKEN, NULL },
	{ "grant.created", "grant",
	    "An account may do more than its flags say.", PANEL, NULL, GRANT },
	{ "grant.deleted", "grant", "It may not any more.", PANEL,
	    GRANT, NULL },
	{ "reseller.updated", "grant",
	    "A reseller has other limits or domains.", PANEL,
	    NULL, "domains:texts! max_domains:int limits:texts" },
	{ "webhook.created", "webhook", "A web server is told of events.",
	    PANEL, NULL, WEBHOOK },
	{ "webhook.updated", "webhook",
	    "It is told of others, elsewhere, again or not any more; or with "
	    "another secret.", PANEL, WEBHOOK, WEBHOOK " secret:secret" },
	{ "webhook.deleted", "webhook", "It is not told any more.", PANEL,
	    WEBHOOK, NULL },
	{ "webhook.replayed", "webhook",
	    "It is told again of what it was told of.", PANEL,
	    NULL, "count:int!" },
	{ "webhook.test", "webhook",
	    "A try: only the web server that it is about is told.", PANEL,
	    NULL, "host!" },
	{ "webhook.disabled", "webhook",
	    "It is not told any more, as it failed too often.", "veventd",
	    NULL, "host! reason!" },
	{ "job.queued", "job", "A long task waits.", PANEL, NULL, JOB },
	{ "job.started", "job", "A long task began.", PANEL, NULL, JOB },
	{ "job.succeeded", "job", "A long task was done.", PANEL, NULL, JOB },
	{ "job.failed", "job", "A long task failed.", PANEL, NULL, JOB },
	{ "job.cancelled", "job", "A long task was given up.", PANEL, NULL, JOB },
	{ "job.rolledback", "job", "A long task was taken back.", PANEL,
	    NULL, JOB },
	{ "module.loaded", "module", "A module runs.", PANEL,
	    NULL, "name! version" },
	{ "module.changed", "module", "A module is set to something else.",
	    PANEL, "*", "*" },
	{ "module.failed", "module", "A module does not.", PANEL,
	    NULL, "name! version error!" },
	{ .name = NULL }
};
/* clang-format on */

const struct vp_event_type *
vp_event_find(const char *type)
{
	const struct vp_event_type *found = vp_event_types;

	while (found->name && strcmp(found->name, type) != 0)
		found++;
	return found->name ? found : NULL;
}

int
vp_event_matches(const char *pattern, const char *type)
{
	return fnmatch(pattern, type, FNM_NOESCAPE) == 0;
}

int
vpop_event_type(size_t index, struct vpop_event_type *ret_type)
{
	const size_t count = sizeof vp_event_types / sizeof *vp_event_types - 1;

	if (index >= count)
		return VA_INVALID_ARGUMENT;
	ret_type->name = vp_event_types[index].name;
	ret_type->kind = vp_event_types[index].kind;
	ret_type->about = vp_event_types[index].about;
	ret_type->sender = vp_event_types[index].sender;
	return 0;
}
