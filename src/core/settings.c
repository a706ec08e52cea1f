/*
 * The table of settings: the only place that knows their names.  A setting
 * is called like its field in struct vp_settings; the text of its default
 * is a macro of config.h or defaults.h.
 */
#include "config.h"

#include "core/settings.h"

#include "core/defaults.h"

/* clang-format off */
#define FIELD(f) .name = #f, .offset = offsetof(struct vp_settings, f)
#define DEFAULT(D) .value = VP_DEFAULT_##D
#define TEXT(f, D) { FIELD(f), .type = VP_CONF_TEXT, DEFAULT(D) }
#define BOOL(f, D) { FIELD(f), .type = VP_CONF_BOOL, DEFAULT(D) }
#define NUMBER(f, D, lo, hi) \
	{ FIELD(f), .type = VP_CONF_NUMBER, DEFAULT(D), .min = (lo), \
	    .max = (hi) }
#define WORD(f, D, w) \
	{ FIELD(f), .type = VP_CONF_WORD, DEFAULT(D), .words = (w) }
/* clang-format on */

/* In the order of enum vp_scheme. */
static const char *const schemes[] = { "des", "md5", "sha256", "sha512",
	"bcrypt", "yescrypt", "argon2id", NULL };
/* In the order of enum vp_logging. */
static const char *const loggings[] = { "n", "y", "e", "p", "v", NULL };

/* clang-format off */
const struct vp_conf_item vp_settings_table[] = {
	TEXT(vpopuser, VPOPUSER),
	TEXT(vpopgroup, VPOPGROUP),
	TEXT(uid, UID),
	TEXT(gid, GID),
	TEXT(home, HOME),
	TEXT(domains_dir, DOMAINS_DIR),
	TEXT(qmaildir, QMAILDIR),
	TEXT(qmail_newu, QMAIL_NEWU),
	TEXT(qmail_newmrh, QMAIL_NEWMRH),
	TEXT(qmail_inject, QMAIL_INJECT),
	TEXT(qmail_queue, QMAIL_QUEUE),
	TEXT(qmail_cdb_name, QMAIL_CDB_NAME),
	TEXT(qmail_send_service, QMAIL_SEND_SERVICE),
	TEXT(auth_module, AUTH_MODULE),
	TEXT(store_dir, STORE_DIR),
	NUMBER(cdb_small_domain, CDB_SMALL_DOMAIN, 0, 1000000000),
	BOOL(cdb_fold_always, CDB_FOLD_ALWAYS),
	BOOL(many_domains, MANY_DOMAINS),
	BOOL(mysql_limits, MYSQL_LIMITS),
	BOOL(mysql_replication, MYSQL_REPLICATION),
	BOOL(valias, VALIAS),
	BOOL(sql_logging, SQL_LOGGING),
	BOOL(sql_aliasdomains, SQL_ALIASDOMAINS),
	TEXT(mysql_bin, MYSQL_BIN),
	WORD(password_scheme, PASSWORD_SCHEME, schemes),
	NUMBER(password_cost, PASSWORD_COST, 0, 1000000),
	BOOL(clear_passwd, CLEAR_PASSWD),
	BOOL(learn_passwords, LEARN_PASSWORDS),
	BOOL(rehash_weak, REHASH_WEAK),
	BOOL(sqwebmail_pass, SQWEBMAIL_PASS),
	WORD(logging, LOGGING, loggings),
	TEXT(log_name, LOG_NAME),
	TEXT(auth_log_file, AUTH_LOG_FILE),
	NUMBER(auth_log_days, AUTH_LOG_DAYS, 0, 36500),
	BOOL(auth_logging, AUTH_LOGGING),
	TEXT(webmail_addresses, WEBMAIL_ADDRESSES),
	BOOL(ip_alias_domains, IP_ALIAS_DOMAINS),
	BOOL(passwd, PASSWD),
	NUMBER(passwd_min_uid, PASSWD_MIN_UID, 1, 4294967294),
	BOOL(user_is_address, USER_IS_ADDRESS),
	BOOL(roaming_users, ROAMING_USERS),
	BOOL(rebuild_tcpserver_file, REBUILD_TCPSERVER_FILE),
	NUMBER(relay_clear_minutes, RELAY_CLEAR_MINUTES, 1, 5256000),
	TEXT(tcprules_prog, TCPRULES_PROG),
	TEXT(tcpserver_file, TCPSERVER_FILE),
	BOOL(qmail_ext, QMAIL_EXT),
	BOOL(file_sync, FILE_SYNC),
	BOOL(make_seekable, MAKE_SEEKABLE),
	BOOL(domainquotas, DOMAINQUOTAS),
	BOOL(defaultdelivery, DEFAULTDELIVERY),
	NUMBER(quota_warn_percent, QUOTA_WARN_PERCENT, 0, 100),
	BOOL(spamassassin, SPAMASSASSIN),
	BOOL(spam_junkfolder, SPAM_JUNKFOLDER),
	NUMBER(spam_threshold, SPAM_THRESHOLD, 0, 1000000),
	BOOL(maildrop, MAILDROP),
	TEXT(spamc_prog, SPAMC_PROG),
	TEXT(maildrop_prog, MAILDROP_PROG),
	TEXT(default_action, DEFAULT_ACTION),
	BOOL(users_big_dir, USERS_BIG_DIR),
	BOOL(file_locking, FILE_LOCKING),
	TEXT(ezmlm_dir, EZMLM_DIR),
	BOOL(onchange_script, ONCHANGE_SCRIPT),
	BOOL(onchange_before_and_after, ONCHANGE_BEFORE_AND_AFTER),
	BOOL(logger_syslog, LOGGER_SYSLOG),
	BOOL(logger_sqlite, LOGGER_SQLITE),
	NUMBER(lock_seconds, LOCK_SECONDS, 0, 86400),
	TEXT(journal, JOURNAL),
	NUMBER(journal_days, JOURNAL_DAYS, 0, 36500),
	{ .name = NULL }
};
/* clang-format on */
