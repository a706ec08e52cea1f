/*
 * The defaults of the settings.  configure puts its choices into config.h;
 * what it did not choose is filled in here.
 */
#ifndef CORE_DEFAULTS_H
#define CORE_DEFAULTS_H

#ifndef PACKAGE_VERSION
#	define PACKAGE_VERSION "6.0.0"
#endif

/* Of settings that configure does not know. */
#define VP_DEFAULT_NONE "" /* not set */
#define VP_DEFAULT_ZERO "0"
#define VP_DEFAULT_TLS  "try"

#ifndef VP_DEFAULT_VPOPUSER
#	define VP_DEFAULT_VPOPUSER "vpopmail"
#endif
#ifndef VP_DEFAULT_VPOPGROUP
#	define VP_DEFAULT_VPOPGROUP "vchkpw"
#endif
#ifndef VP_DEFAULT_UID
#	define VP_DEFAULT_UID ""
#endif
#ifndef VP_DEFAULT_GID
#	define VP_DEFAULT_GID ""
#endif
#ifndef VP_DEFAULT_HOME
#	define VP_DEFAULT_HOME ""
#endif
#ifndef VP_DEFAULT_DOMAINS_DIR
#	define VP_DEFAULT_DOMAINS_DIR "domains"
#endif
#ifndef VP_DEFAULT_QMAILDIR
#	define VP_DEFAULT_QMAILDIR "/var/qmail"
#endif
#ifndef VP_DEFAULT_QMAIL_NEWU
#	define VP_DEFAULT_QMAIL_NEWU ""
#endif
#ifndef VP_DEFAULT_QMAIL_NEWMRH
#	define VP_DEFAULT_QMAIL_NEWMRH ""
#endif
#ifndef VP_DEFAULT_QMAIL_INJECT
#	define VP_DEFAULT_QMAIL_INJECT "/var/qmail/bin/qmail-inject"
#endif
#ifndef VP_DEFAULT_QMAIL_QUEUE
#	define VP_DEFAULT_QMAIL_QUEUE "/var/qmail/bin/qmail-queue"
#endif
#ifndef VP_DEFAULT_QMAIL_CDB_NAME
#	define VP_DEFAULT_QMAIL_CDB_NAME "cdb"
#endif
#ifndef VP_DEFAULT_QMAIL_SEND_SERVICE
#	define VP_DEFAULT_QMAIL_SEND_SERVICE ""
#endif
#ifndef VP_DEFAULT_AUTH_MODULE
#	define VP_DEFAULT_AUTH_MODULE "cdb"
#endif
#ifndef VP_DEFAULT_STORE_DIR
#	define VP_DEFAULT_STORE_DIR "/usr/lib/vhostadmin/stores"
#endif
#ifndef VP_DEFAULT_CDB_SMALL_DOMAIN
#	define VP_DEFAULT_CDB_SMALL_DOMAIN "1000"
#endif
#ifndef VP_DEFAULT_CDB_FOLD_ALWAYS
#	define VP_DEFAULT_CDB_FOLD_ALWAYS "no"
#endif
#ifndef VP_DEFAULT_MANY_DOMAINS
#	define VP_DEFAULT_MANY_DOMAINS "yes"
#endif
#ifndef VP_DEFAULT_MYSQL_LIMITS
#	define VP_DEFAULT_MYSQL_LIMITS "no"
#endif
#ifndef VP_DEFAULT_MYSQL_REPLICATION
#	define VP_DEFAULT_MYSQL_REPLICATION "no"
#endif
#ifndef VP_DEFAULT_VALIAS
#	define VP_DEFAULT_VALIAS "no"
#endif
#ifndef VP_DEFAULT_SQL_LOGGING
#	define VP_DEFAULT_SQL_LOGGING "no"
#endif
#ifndef VP_DEFAULT_SQL_ALIASDOMAINS
#	define VP_DEFAULT_SQL_ALIASDOMAINS "no"
#endif
#ifndef VP_DEFAULT_MYSQL_BIN
#	define VP_DEFAULT_MYSQL_BIN ""
#endif
#ifndef VP_DEFAULT_SQL_CONNECT_TIMEOUT
#	define VP_DEFAULT_SQL_CONNECT_TIMEOUT "5"
#endif
#ifndef VP_DEFAULT_SQL_QUERY_TIMEOUT
#	define VP_DEFAULT_SQL_QUERY_TIMEOUT "30"
#endif
#ifndef VP_DEFAULT_SQL_CREATE_TABLES
#	define VP_DEFAULT_SQL_CREATE_TABLES "yes"
#endif
#ifndef VP_DEFAULT_PASSWORD_SCHEME
#	define VP_DEFAULT_PASSWORD_SCHEME "yescrypt"
#endif
#ifndef VP_DEFAULT_PASSWORD_COST
#	define VP_DEFAULT_PASSWORD_COST "0"
#endif
#ifndef VP_DEFAULT_CLEAR_PASSWD
#	define VP_DEFAULT_CLEAR_PASSWD "no"
#endif
#ifndef VP_DEFAULT_LEARN_PASSWORDS
#	define VP_DEFAULT_LEARN_PASSWORDS "no"
#endif
#ifndef VP_DEFAULT_REHASH_WEAK
#	define VP_DEFAULT_REHASH_WEAK "yes"
#endif
#ifndef VP_DEFAULT_SQWEBMAIL_PASS
#	define VP_DEFAULT_SQWEBMAIL_PASS "no"
#endif
#ifndef VP_DEFAULT_LOGGING
#	define VP_DEFAULT_LOGGING "e"
#endif
#ifndef VP_DEFAULT_LOG_NAME
#	define VP_DEFAULT_LOG_NAME "vpopmail"
#endif
#ifndef VP_DEFAULT_AUTH_LOG_FILE
#	define VP_DEFAULT_AUTH_LOG_FILE ""
#endif
#ifndef VP_DEFAULT_AUTH_LOG_DAYS
#	define VP_DEFAULT_AUTH_LOG_DAYS "0"
#endif
#ifndef VP_DEFAULT_AUTH_LOGGING
#	define VP_DEFAULT_AUTH_LOGGING "yes"
#endif
#ifndef VP_DEFAULT_WEBMAIL_ADDRESSES
#	define VP_DEFAULT_WEBMAIL_ADDRESSES "127.0.0.1 ::1"
#endif
#ifndef VP_DEFAULT_IP_ALIAS_DOMAINS
#	define VP_DEFAULT_IP_ALIAS_DOMAINS "no"
#endif
#ifndef VP_DEFAULT_PASSWD
#	define VP_DEFAULT_PASSWD "no"
#endif
#ifndef VP_DEFAULT_PASSWD_MIN_UID
#	define VP_DEFAULT_PASSWD_MIN_UID "1000"
#endif
#ifndef VP_DEFAULT_USER_IS_ADDRESS
#	define VP_DEFAULT_USER_IS_ADDRESS "no"
#endif
#ifndef VP_DEFAULT_ROAMING_USERS
#	define VP_DEFAULT_ROAMING_USERS "no"
#endif
#ifndef VP_DEFAULT_REBUILD_TCPSERVER_FILE
#	define VP_DEFAULT_REBUILD_TCPSERVER_FILE "yes"
#endif
#ifndef VP_DEFAULT_RELAY_CLEAR_MINUTES
#	define VP_DEFAULT_RELAY_CLEAR_MINUTES "180"
#endif
#ifndef VP_DEFAULT_TCPRULES_PROG
#	define VP_DEFAULT_TCPRULES_PROG "/usr/bin/tcprules"
#endif
#ifndef VP_DEFAULT_TCPSERVER_FILE
#	define VP_DEFAULT_TCPSERVER_FILE ""
#endif
#ifndef VP_DEFAULT_QMAIL_EXT
#	define VP_DEFAULT_QMAIL_EXT "no"
#endif
#ifndef VP_DEFAULT_FILE_SYNC
#	define VP_DEFAULT_FILE_SYNC "yes"
#endif
#ifndef VP_DEFAULT_MAKE_SEEKABLE
#	define VP_DEFAULT_MAKE_SEEKABLE "yes"
#endif
#ifndef VP_DEFAULT_DOMAINQUOTAS
#	define VP_DEFAULT_DOMAINQUOTAS "no"
#endif
#ifndef VP_DEFAULT_DEFAULTDELIVERY
#	define VP_DEFAULT_DEFAULTDELIVERY "no"
#endif
#ifndef VP_DEFAULT_QUOTA_WARN_PERCENT
#	define VP_DEFAULT_QUOTA_WARN_PERCENT "90"
#endif
#ifndef VP_DEFAULT_SPAMASSASSIN
#	define VP_DEFAULT_SPAMASSASSIN "no"
#endif
#ifndef VP_DEFAULT_SPAM_JUNKFOLDER
#	define VP_DEFAULT_SPAM_JUNKFOLDER "no"
#endif
#ifndef VP_DEFAULT_SPAM_THRESHOLD
#	define VP_DEFAULT_SPAM_THRESHOLD "0"
#endif
#ifndef VP_DEFAULT_MAILDROP
#	define VP_DEFAULT_MAILDROP "no"
#endif
#ifndef VP_DEFAULT_SPAMC_PROG
#	define VP_DEFAULT_SPAMC_PROG "/usr/bin/spamc"
#endif
#ifndef VP_DEFAULT_MAILDROP_PROG
#	define VP_DEFAULT_MAILDROP_PROG "/usr/bin/maildrop"
#endif
#ifndef VP_DEFAULT_DEFAULT_ACTION
#	define VP_DEFAULT_DEFAULT_ACTION "bounce-no-mailbox"
#endif
#ifndef VP_DEFAULT_USERS_BIG_DIR
#	define VP_DEFAULT_USERS_BIG_DIR "yes"
#endif
#ifndef VP_DEFAULT_FILE_LOCKING
#	define VP_DEFAULT_FILE_LOCKING "yes"
#endif
#ifndef VP_DEFAULT_EZMLM_DIR
#	define VP_DEFAULT_EZMLM_DIR "/usr/bin"
#endif
#ifndef VP_DEFAULT_ONCHANGE_SCRIPT
#	define VP_DEFAULT_ONCHANGE_SCRIPT "no"
#endif
#ifndef VP_DEFAULT_ONCHANGE_BEFORE_AND_AFTER
#	define VP_DEFAULT_ONCHANGE_BEFORE_AND_AFTER "no"
#endif
#ifndef VP_DEFAULT_LOGGER_SYSLOG
#	define VP_DEFAULT_LOGGER_SYSLOG "no"
#endif
#ifndef VP_DEFAULT_LOGGER_SQLITE
#	define VP_DEFAULT_LOGGER_SQLITE "no"
#endif
#ifndef VP_DEFAULT_LOCK_SECONDS
#	define VP_DEFAULT_LOCK_SECONDS "20"
#endif
#ifndef VP_DEFAULT_JOURNAL
#	define VP_DEFAULT_JOURNAL ""
#endif
#ifndef VP_DEFAULT_JOURNAL_DAYS
#	define VP_DEFAULT_JOURNAL_DAYS "0"
#endif

#endif
