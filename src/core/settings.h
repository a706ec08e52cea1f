/*
 * The settings of etc/vpopmail.conf.  The table in settings.c names each,
 * its type, its limits and its default, which configure chose.
 */
#ifndef CORE_SETTINGS_H
#define CORE_SETTINGS_H

#include <stdint.h>

#include "base/conf.h"

enum vp_scheme {
	VP_SCHEME_DES,
	VP_SCHEME_MD5,
	VP_SCHEME_SHA256,
	VP_SCHEME_SHA512,
	VP_SCHEME_BCRYPT,
	VP_SCHEME_YESCRYPT,
	VP_SCHEME_ARGON2ID
};

enum vp_logging {       /* what of logins goes to syslog; facts: runtime 3.1 */
	VP_LOG_NOTHING, /* n */
	VP_LOG_ALL,     /* y */
	VP_LOG_ERRORS,  /* e */
	VP_LOG_PASSWORDS, /* p: errors, with wrong passwords */
	VP_LOG_VERBOSE    /* v: all, with wrong passwords */
};

struct vp_settings {
	/* who and where */
	char *vpopuser, *vpopgroup; /* the account; names only */
	char *uid, *gid;            /* "": those of vpopuser */
	char *home;                 /* "": that of vpopuser */
	char *domains_dir;          /* name below a home */
	/* qmail */
	char *qmaildir, *qmail_newu, *qmail_newmrh, *qmail_inject, *qmail_queue,
	    *qmail_cdb_name, *qmail_send_service;
	/* store */
	char *auth_module, *store_dir;
	int64_t cdb_small_domain; /* accounts; up to here fold always */
	int64_t cdb_fold_always;
	int64_t many_domains, mysql_limits, mysql_replication, valias,
	    sql_logging, sql_aliasdomains;
	char *mysql_bin;
	/* database servers; "": see the connection file */
	char *mysql_host, *mysql_socket, *mysql_user, *mysql_password,
	    *mysql_password_file, *mysql_database, *mysql_tls_ca,
	    *mysql_tls_cert, *mysql_tls_key, *mysql_replica_host,
	    *mysql_replica_socket;
	int64_t mysql_port, mysql_tls, mysql_replica_port;
	char *pgsql_host, *pgsql_socket, *pgsql_user, *pgsql_password,
	    *pgsql_password_file, *pgsql_database, *pgsql_tls_ca,
	    *pgsql_tls_cert, *pgsql_tls_key, *pgsql_replica_host,
	    *pgsql_replica_socket;
	int64_t pgsql_port, pgsql_tls, pgsql_replica_port;
	char *sqlite_path;
	char *oracle_source, *oracle_user, *oracle_password,
	    *oracle_password_file;
	char *sybase_source, *sybase_user, *sybase_password,
	    *sybase_password_file;
	int64_t sql_connect_timeout, sql_query_timeout; /* seconds; 0: none */
	int64_t sql_create_tables, sql_create_database;
	/* passwords */
	int64_t password_scheme; /* enum vp_scheme */
	int64_t password_cost;   /* 0: the scheme's default */
	int64_t clear_passwd, learn_passwords, rehash_weak, sqwebmail_pass;
	/* logins */
	int64_t logging; /* enum vp_logging */
	char *log_name;
	char *auth_log_file;     /* "": none */
	int64_t auth_log_days;   /* in the store; 0: keep for ever */
	int64_t auth_logging;    /* keep lastauth */
	char *webmail_addresses; /* separated by blanks */
	int64_t ip_alias_domains, passwd, passwd_min_uid;
	int64_t user_is_address; /* USER of vchkpw: the whole address */
	int64_t roaming_users, rebuild_tcpserver_file, relay_clear_minutes;
	char *tcprules_prog, *tcpserver_file;
	/* delivery */
	int64_t qmail_ext, file_sync, make_seekable, domainquotas,
	    defaultdelivery, quota_warn_percent;
	int64_t spamassassin, spam_junkfolder, spam_threshold, maildrop;
	char *spamc_prog, *maildrop_prog;
	char *default_action; /* of new domains */
	/* accounts */
	int64_t users_big_dir, file_locking;
	char *ezmlm_dir; /* folder of the ezmlm-idx programs */
	/* changes */
	int64_t onchange_script, onchange_before_and_after, logger_syslog,
	    logger_sqlite;
	int64_t hooks_seconds, hooks_failure; /* 0: refuse, 1: allow */
	int64_t events_give_up;               /* seconds */
	char *hooks_user;          /* of root's hooks; "": the vpopmail user */
	char *webhooks_user;       /* who speaks with web servers */
	int64_t webhooks_private;  /* the panel's may be sent to private nets */
	int64_t webhooks_failures; /* that disable one of the panel's */
	int64_t vpopmaild_login_delay; /* milliseconds, after each wrong login
					* as often as there were some */
	char *dotqmail_programs;       /* that users may run, by blanks */
	int64_t lock_seconds;
	char *journal;        /* "": home/var/journal.sqlite */
	int64_t journal_days; /* 0: keep for ever */
	/* vpopmaild as a server of its own; lists separated by blanks */
	char *vpopmaild_tcp, *vpopmaild_tls, *vpopmaild_unix;
	char *vpopmaild_certificate, *vpopmaild_key;
	char *vpopmaild_user;
	int64_t vpopmaild_peer_login, vpopmaild_syslog, vpopmaild_workers,
	    vpopmaild_connections, vpopmaild_connections_per_address;
	char *vpopmaild_trusted;
	int64_t vpopmaild_idle_seconds, vpopmaild_login_seconds,
	    vpopmaild_write_seconds;
	int64_t vpopmaild_account_failures, vpopmaild_address_failures,
	    vpopmaild_forget_seconds;
};

extern const struct vp_conf_item vp_settings_table[];

#endif
