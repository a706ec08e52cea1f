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

/* In the order of enum vp_sql_tls. */
static const char *const tls_words[] = { "off", "try", "require", "verify",
	NULL };

/* What is done when a hook cannot be asked. */
static const char *const hook_failures[] = { "refuse", "allow", NULL };

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
	TEXT(mysql_host, NONE),
	NUMBER(mysql_port, ZERO, 0, 65535),
	TEXT(mysql_socket, NONE),
	TEXT(mysql_user, NONE),
	TEXT(mysql_password, NONE),
	TEXT(mysql_password_file, NONE),
	TEXT(mysql_database, NONE),
	WORD(mysql_tls, TLS, tls_words),
	TEXT(mysql_tls_ca, NONE),
	TEXT(mysql_tls_cert, NONE),
	TEXT(mysql_tls_key, NONE),
	TEXT(mysql_replica_host, NONE),
	NUMBER(mysql_replica_port, ZERO, 0, 65535),
	TEXT(mysql_replica_socket, NONE),
	TEXT(pgsql_host, NONE),
	NUMBER(pgsql_port, ZERO, 0, 65535),
	TEXT(pgsql_socket, NONE),
	TEXT(pgsql_user, NONE),
	TEXT(pgsql_password, NONE),
	TEXT(pgsql_password_file, NONE),
	TEXT(pgsql_database, NONE),
	WORD(pgsql_tls, TLS, tls_words),
	TEXT(pgsql_tls_ca, NONE),
	TEXT(pgsql_tls_cert, NONE),
	TEXT(pgsql_tls_key, NONE),
	TEXT(pgsql_replica_host, NONE),
	NUMBER(pgsql_replica_port, ZERO, 0, 65535),
	TEXT(pgsql_replica_socket, NONE),
	TEXT(sqlite_path, NONE),
	TEXT(oracle_source, NONE),
	TEXT(oracle_user, NONE),
	TEXT(oracle_password, NONE),
	TEXT(oracle_password_file, NONE),
	TEXT(sybase_source, NONE),
	TEXT(sybase_user, NONE),
	TEXT(sybase_password, NONE),
	TEXT(sybase_password_file, NONE),
	NUMBER(sql_connect_timeout, SQL_CONNECT_TIMEOUT, 0, 3600),
	NUMBER(sql_query_timeout, SQL_QUERY_TIMEOUT, 0, 3600),
	BOOL(sql_create_tables, SQL_CREATE_TABLES),
	BOOL(sql_create_database, SQL_CREATE_DATABASE),
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
	NUMBER(hooks_seconds, HOOKS_SECONDS, 1, 3600),
	WORD(hooks_failure, HOOKS_FAILURE, hook_failures),
	TEXT(hooks_user, NONE),
	TEXT(webhooks_user, WEBHOOKS_USER),
	BOOL(webhooks_private, WEBHOOKS_PRIVATE),
	NUMBER(webhooks_failures, WEBHOOKS_FAILURES, 0, 1000000),
	NUMBER(events_give_up, EVENTS_GIVE_UP, 0, 31536000),
	NUMBER(vpopmaild_login_delay, VPOPMAILD_LOGIN_DELAY, 0, 60000),
	TEXT(dotqmail_programs, DOTQMAIL_PROGRAMS),
	NUMBER(lock_seconds, LOCK_SECONDS, 0, 86400),
	TEXT(journal, JOURNAL),
	NUMBER(journal_days, JOURNAL_DAYS, 0, 36500),
	TEXT(vpopmaild_tcp, VPOPMAILD_TCP),
	TEXT(vpopmaild_tls, VPOPMAILD_TLS),
	TEXT(vpopmaild_unix, VPOPMAILD_UNIX),
	TEXT(vpopmaild_certificate, VPOPMAILD_CERTIFICATE),
	TEXT(vpopmaild_key, VPOPMAILD_KEY),
	TEXT(vpopmaild_user, VPOPMAILD_USER),
	BOOL(vpopmaild_peer_login, VPOPMAILD_PEER_LOGIN),
	BOOL(vpopmaild_syslog, VPOPMAILD_SYSLOG),
	NUMBER(vpopmaild_workers, VPOPMAILD_WORKERS, 2, 64),
	NUMBER(vpopmaild_connections, VPOPMAILD_CONNECTIONS, 1, 1000000),
	NUMBER(vpopmaild_connections_per_address,
	    VPOPMAILD_CONNECTIONS_PER_ADDRESS, 1, 1000000),
	TEXT(vpopmaild_trusted, VPOPMAILD_TRUSTED),
	NUMBER(vpopmaild_idle_seconds, VPOPMAILD_IDLE_SECONDS, 1, 86400),
	NUMBER(vpopmaild_login_seconds, VPOPMAILD_LOGIN_SECONDS, 1, 86400),
	NUMBER(vpopmaild_write_seconds, VPOPMAILD_WRITE_SECONDS, 1, 86400),
	NUMBER(vpopmaild_account_failures, VPOPMAILD_ACCOUNT_FAILURES, 0,
	    1000),
	NUMBER(vpopmaild_address_failures, VPOPMAILD_ADDRESS_FAILURES, 0,
	    1000),
	NUMBER(vpopmaild_forget_seconds, VPOPMAILD_FORGET_SECONDS, 1, 86400),
	{ .name = NULL }
};
/* clang-format on */
