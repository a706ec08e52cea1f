#!/bin/sh
# Every documented option of configure is accepted, chooses the default of a
# setting, and shows in the closing table and in the installed settings file.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
top=$(cd "$srcdir" && pwd)
mkdir "$SITE/build" "$SITE/inc" "$SITE/lib"
cd "$SITE/build" || exit 1

configure() {
	env -u MAKEFLAGS "$top/configure" --quiet "$@" >"$SITE/out" \
	    2>"$SITE/err" </dev/null
}
setting() { # NAME VALUE
	is "$1 in the table" "$(sed -n "s/^  $1  *//p" "$SITE/out")" "$2"
	is "$1 in the settings file" \
	    "$(sed -n "s/^$1 = *//p" share/vpopmail.conf)" "$2"
	name=$(printf '%s' "$1" | tr a-z A-Z)
	is "$1 is the default of programs" \
	    "$(sed -n "s/^#define VP_DEFAULT_$name \"\(.*\)\"/\1/p" config.h)" \
	    "$2"
}

configure --prefix=/opt/v --enable-non-root-build --enable-qmaildir=/q \
    --enable-qmail-newu=/q/bin/newu --enable-qmail-inject=/q/bin/inject \
    --enable-qmail-newmrh=/q/bin/newmrh --enable-vpopuser=mailer \
    --enable-vpopgroup=mail --enable-roaming-users=y \
    --enable-tcprules-prog=/x/tcprules --enable-tcpserver-file=/x/tcp.smtp \
    --enable-rebuild-tcpserver-file=n --enable-relay-clear-minutes=60 \
    --enable-learn-passwords=y --enable-md5-passwords=y \
    --disable-file-locking --disable-file-sync --disable-make-seekable \
    --enable-clear-passwd=y --disable-users-big-dir \
    --enable-sqwebmail-pass=y --enable-qmail-ext=y \
    --enable-ip-alias-domains=y --enable-onchange-script=y \
    --enable-onchange-script-before-and-after=y --enable-spamassassin=y \
    --enable-spamc-prog=/x/spamc --enable-spam-junkfolder=y \
    --enable-spam-threshold=7 --enable-maildrop=y \
    --enable-maildrop-prog=/x/maildrop --enable-domainquotas=y \
    --enable-logger-syslog=y --enable-logger-sqlite=y \
    --enable-domains-dir=doms --enable-incdir="$SITE/inc" \
    --enable-libdir="$SITE/lib" --enable-tinycdb=y --enable-auth-module=cdb \
    --enable-passwd=y --enable-logging=v --enable-log-name=vpop \
    --enable-qmail-cdb-name=assign.cdb --disable-auth-logging \
    --enable-sql-logging=y --enable-mysql-limits=y \
    --enable-mysql-replication=y --enable-valias=y \
    --enable-defaultdelivery=y --disable-many-domains \
    --enable-sql-aliasdomains=y --enable-mysql-bin=/x/mysql \
    --enable-min-pwd-length=8
is 'all documented options are accepted' $? 0
like 'none is unknown' "$(cat "$SITE/err")" '*'
is 'none is unrecognized' "$(grep -c unrecognized "$SITE/err")" 0
while read -r name value; do
	setting "$name" "$value"
done <<'SETTINGS'
qmaildir /q
qmail_newu /q/bin/newu
qmail_inject /q/bin/inject
qmail_newmrh /q/bin/newmrh
qmail_queue /q/bin/qmail-queue
vpopuser mailer
vpopgroup mail
roaming_users yes
tcprules_prog /x/tcprules
tcpserver_file /x/tcp.smtp
rebuild_tcpserver_file no
relay_clear_minutes 60
learn_passwords yes
password_scheme md5
file_locking no
file_sync no
make_seekable no
clear_passwd yes
users_big_dir no
sqwebmail_pass yes
qmail_ext yes
ip_alias_domains yes
onchange_script yes
onchange_before_and_after yes
spamassassin yes
spamc_prog /x/spamc
spam_junkfolder yes
spam_threshold 7
maildrop yes
maildrop_prog /x/maildrop
domainquotas yes
logger_syslog yes
logger_sqlite yes
domains_dir doms
auth_module cdb
passwd yes
logging v
log_name vpop
qmail_cdb_name assign.cdb
auth_logging no
sql_logging yes
mysql_limits yes
mysql_replication yes
valias yes
defaultdelivery yes
many_domains no
sql_aliasdomains yes
mysql_bin /x/mysql
SETTINGS

for gone in mysql-logging pgsql-logging mysql pgsql ldap oracle sybase sqlite \
    hardquota defaultquota default-domain; do
	configure --enable-$gone=y
	is "--enable-$gone is refused" $? 1
	like "--enable-$gone: the successor is named" "$(cat "$SITE/err")" \
	    "*--enable-$gone is gone: *"
done
configure --enable-auth-module=nonsense
is 'an unknown store is refused' $? 1
configure --enable-logging=x
is 'an unknown logging mode is refused' $? 1
configure --enable-relay-clear-minutes=soon
is 'a word for a number is refused' $? 1
configure --enable-qmaildir
is 'a missing value is refused' $? 1
done_testing
