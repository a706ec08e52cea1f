dnl The configure options.  Each only chooses the default of a setting of
dnl etc/vpopmail.conf: VP_DEFAULT_<SETTING> in config.h, @vp_<setting>@ in the
dnl installed settings file, and a row of the closing table.

dnl VP_SET(setting, value): define the default and remember it.
AC_DEFUN([VP_SET], [
  vp_$1=$2
  AC_SUBST([vp_$1])
  AC_DEFINE_UNQUOTED(m4_toupper([VP_DEFAULT_$1]), ["$vp_$1"],
    [Default of the setting $1.])
  vp_summary="${vp_summary}$1=$vp_$1
"
])

dnl VP_BOOL(option, setting, default, help): values as upstream took them,
dnl the first letter 1, y or Y means on.
AC_DEFUN([VP_BOOL], [
  AC_ARG_ENABLE([$1], [AS_HELP_STRING([m4_if([$3], [yes], [--disable-$1],
    [--enable-$1])], [$4])], [], [enableval=$3])
  AS_CASE([$enableval], [[[1yYtT]]*|on], [vp_value=yes], [vp_value=no])
  VP_SET([$2], [$vp_value])
])

dnl VP_TEXT(option, setting, default, help): takes a value.
AC_DEFUN([VP_TEXT], [
  AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$4])],
    [AS_CASE([$enableval],
      [yes], [AC_MSG_ERROR([--enable-$1 needs a value: --enable-$1=VALUE])],
      [no], [vp_value=$3],
      [*[[\"\\]]*], [AC_MSG_ERROR([--enable-$1: no quotes or backslashes])],
      [vp_value=$enableval])],
    [vp_value=$3])
  VP_SET([$2], ["$vp_value"])
])

dnl VP_NUMBER(option, setting, default, help)
AC_DEFUN([VP_NUMBER], [
  AC_ARG_ENABLE([$1], [AS_HELP_STRING([--enable-$1], [$4])],
    [AS_CASE([$enableval],
      [no], [vp_value=0],
      [''|*[[!0-9]]*], [AC_MSG_ERROR([--enable-$1: '$enableval' is no number])],
      [vp_value=$enableval])],
    [vp_value=$3])
  VP_SET([$2], [$vp_value])
])

dnl VP_GONE(option, advice): an option of older releases.
AC_DEFUN([VP_GONE], [
  AC_ARG_ENABLE([$1], [],
    [AC_MSG_ERROR([--enable-$1 is gone: $2])])
])

dnl VP_PROGRAM(option, setting, program, directories, help)
AC_DEFUN([VP_PROGRAM], [
  vp_found=
  for vp_dir in $4; do
    AS_IF([test -z "$vp_found" && test -x "$vp_dir/$3"],
      [vp_found=$vp_dir/$3])
  done
  VP_TEXT([$1], [$2], [$vp_found], [$5])
])

AC_DEFUN([VP_OPTIONS], [
vp_summary=

dnl ---- the account ---------------------------------------------------------
AC_ARG_WITH([vpopuser], [], [vp_user_default=$withval],
  [vp_user_default=vpopmail])
AC_ARG_WITH([vpopgroup], [], [vp_group_default=$withval],
  [vp_group_default=vchkpw])
VP_TEXT([vpopuser], [vpopuser], [$vp_user_default],
  [user that owns the mail; uid, gid and home are read when programs start
   @<:@vpopmail@:>@])
VP_TEXT([vpopgroup], [vpopgroup], [$vp_group_default],
  [group of the installed programs @<:@vchkpw@:>@])
AC_ARG_ENABLE([non-root-build], [AS_HELP_STRING([--enable-non-root-build],
  [accepted; configure needs no root])])
AC_ARG_ENABLE([root-check], [AS_HELP_STRING([--disable-root-check],
  [accepted; configure needs no root])])
AS_IF([test "x$prefix" = xNONE], [
  prefix=`getent passwd "$vp_vpopuser" 2>/dev/null | cut -d: -f6`
  AS_IF([test -z "$prefix"], [prefix=/home/vpopmail])
])
VP_TEXT([domains-dir], [domains_dir], [domains],
  [folder of the domains below the home @<:@domains@:>@])

dnl ---- qmail ---------------------------------------------------------------
VP_TEXT([qmaildir], [qmaildir], [/var/qmail], [qmail's home @<:@/var/qmail@:>@])
VP_TEXT([qmail-newu], [qmail_newu], [],
  [external qmail-newu; without it users/cdb is compiled by the library])
VP_TEXT([qmail-newmrh], [qmail_newmrh], [],
  [external qmail-newmrh; without it morercpthosts.cdb is compiled by the
   library])
VP_TEXT([qmail-inject], [qmail_inject], [$vp_qmaildir/bin/qmail-inject],
  [qmail-inject @<:@QMAILDIR/bin/qmail-inject@:>@])
VP_SET([qmail_queue], [$vp_qmaildir/bin/qmail-queue])
AS_IF([test ! -r "$vp_qmaildir/users/cdb" \
  && test -r "$vp_qmaildir/users/assign.cdb"],
  [vp_cdb_name=assign.cdb], [vp_cdb_name=cdb])
VP_TEXT([qmail-cdb-name], [qmail_cdb_name], [$vp_cdb_name],
  [file name of the compiled users/assign @<:@cdb@:>@])

dnl ---- account store -------------------------------------------------------
AC_ARG_ENABLE([auth-module], [AS_HELP_STRING([--enable-auth-module=MOD],
  [account store: cdb, mysql, pgsql, sqlite, ldap, activedir, oracle, sybase
   @<:@cdb@:>@])], [], [enableval=cdb])
AS_CASE([`echo "$enableval" | tr A-Z a-z`],
  [cd*], [vp_value=cdb], [my*|ma*], [vp_value=mysql],
  [pg*|po*], [vp_value=pgsql], [sq*], [vp_value=sqlite],
  [ld*], [vp_value=ldap], [ac*], [vp_value=activedir],
  [or*], [vp_value=oracle], [sy*], [vp_value=sybase],
  [AC_MSG_ERROR([--enable-auth-module: no store is called '$enableval'])])
VP_SET([auth_module], [$vp_value])
VP_BOOL([many-domains], [many_domains], [yes],
  [one table for all domains of an SQL store; no: one for each])
VP_BOOL([sql-logging], [sql_logging], [no], [log logins to the SQL store])
VP_BOOL([mysql-limits], [mysql_limits], [no], [limits in the SQL store])
VP_BOOL([mysql-replication], [mysql_replication], [no],
  [separate servers for reading and writing])
VP_BOOL([valias], [valias], [no], [aliases in the account store])
AS_IF([test "$vp_auth_module" = mysql], [vp_value=yes], [vp_value=no])
VP_BOOL([sql-aliasdomains], [sql_aliasdomains], [$vp_value],
  [copy alias domains into the SQL store])
VP_TEXT([mysql-bin], [mysql_bin], [], [mysql client program])
AC_ARG_ENABLE([incdir], [AS_HELP_STRING([--enable-incdir=DIR],
  [where database headers are])],
  [AS_IF([test -d "$enableval"], [CPPFLAGS="$CPPFLAGS -I$enableval"],
    [AC_MSG_ERROR([--enable-incdir: no folder '$enableval'])])])
AC_ARG_ENABLE([libdir], [AS_HELP_STRING([--enable-libdir=DIR],
  [where database libraries are])],
  [AS_IF([test -d "$enableval"], [LDFLAGS="$LDFLAGS -L$enableval"],
    [AC_MSG_ERROR([--enable-libdir: no folder '$enableval'])])])
AC_ARG_ENABLE([tinycdb], [AS_HELP_STRING([--enable-tinycdb],
  [accepted; tinycdb is always used])])

dnl ---- passwords -----------------------------------------------------------
AC_ARG_ENABLE([md5-passwords], [AS_HELP_STRING([--enable-md5-passwords],
  [hash new passwords with MD5 (weak); disabled together with sha512: DES])])
AC_ARG_ENABLE([sha512-passwords], [AS_HELP_STRING([--enable-sha512-passwords],
  [hash new passwords with SHA-512 in place of yescrypt])])
AS_CASE([$enable_sha512_passwords,$enable_md5_passwords],
  [[[1yY]]*,*], [vp_value=sha512],
  [*,[[1yY]]*], [vp_value=md5],
  [[[0nN]]*,[[0nN]]*], [vp_value=des],
  [vp_value=yescrypt])
VP_SET([password_scheme], [$vp_value])
VP_BOOL([clear-passwd], [clear_passwd], [no],
  [store clear-text passwords beside the hash (APOP and CRAM-MD5 need it)])
VP_BOOL([learn-passwords], [learn_passwords], [no],
  [an account without a password takes the first one offered])
VP_BOOL([sqwebmail-pass], [sqwebmail_pass], [no],
  [copy of the hash in the Maildir for old sqwebmail])
AC_ARG_ENABLE([min-pwd-length], [AS_HELP_STRING([--enable-min-pwd-length=N],
  [accepted; use the Length rule of etc/password_strength.conf])],
  [AC_MSG_WARN([--enable-min-pwd-length has no effect: write a Length rule
    into etc/password_strength.conf])])

dnl ---- logins --------------------------------------------------------------
AC_ARG_ENABLE([logging], [AS_HELP_STRING([--enable-logging=OPT],
  [logins to syslog: n nothing, e errors, y all, p errors with passwords,
   v all with passwords @<:@e@:>@])], [], [enableval=e])
AS_CASE([$enableval], [[[nN]]*|0], [vp_value=n], [[[yY]]*|1], [vp_value=y],
  [[[eE]]*|2], [vp_value=e], [[[pP]]*|3], [vp_value=p],
  [[[vV]]*|4], [vp_value=v],
  [AC_MSG_ERROR([--enable-logging: one of n e y p v, not '$enableval'])])
VP_SET([logging], [$vp_value])
VP_TEXT([log-name], [log_name], [vpopmail], [syslog name @<:@vpopmail@:>@])
VP_BOOL([auth-logging], [auth_logging], [yes],
  [record time and address of the last login])
VP_BOOL([ip-alias-domains], [ip_alias_domains], [no],
  [default domain by local address])
VP_BOOL([passwd], [passwd], [no], [accounts of /etc/passwd may log in too])
VP_BOOL([roaming-users], [roaming_users], [no], [POP before SMTP])
VP_PROGRAM([tcprules-prog], [tcprules_prog], [tcprules],
  [/usr/local/bin /usr/bin], [tcprules program])
VP_TEXT([tcpserver-file], [tcpserver_file], [],
  [tcpserver's rules @<:@HOME/etc/tcp.smtp@:>@])
VP_BOOL([rebuild-tcpserver-file], [rebuild_tcpserver_file], [yes],
  [compile the rules after a login])
VP_NUMBER([relay-clear-minutes], [relay_clear_minutes], [180],
  [how long an address may relay @<:@180@:>@])

dnl ---- delivery ------------------------------------------------------------
VP_BOOL([qmail-ext], [qmail_ext], [no], [user-extension addresses])
VP_BOOL([file-sync], [file_sync], [yes], [sync each message to the disk])
VP_BOOL([make-seekable], [make_seekable], [yes],
  [copy a message that comes through a pipe])
VP_BOOL([domainquotas], [domainquotas], [no], [quotas of whole domains])
VP_BOOL([defaultdelivery], [defaultdelivery], [no],
  [use control/defaultdelivery])
VP_BOOL([spamassassin], [spamassassin], [no], [filter through spamc])
VP_PROGRAM([spamc-prog], [spamc_prog], [spamc],
  [/usr/bin /usr/local/bin], [spamc program])
VP_BOOL([spam-junkfolder], [spam_junkfolder], [no], [spam goes to .Junk])
VP_NUMBER([spam-threshold], [spam_threshold], [0],
  [discard spam above this score; 0: never])
VP_BOOL([maildrop], [maildrop], [no], [deliver through maildrop])
VP_PROGRAM([maildrop-prog], [maildrop_prog], [maildrop],
  [/usr/bin /usr/local/bin], [maildrop program])

dnl ---- accounts and changes ------------------------------------------------
VP_BOOL([users-big-dir], [users_big_dir], [yes],
  [spread user directories over a tree])
VP_BOOL([file-locking], [file_locking], [yes],
  [accepted; files are always locked])
VP_TEXT([ezmlm-dir], [ezmlm_dir], [/usr/bin],
  [folder of the ezmlm-idx programs @<:@/usr/bin@:>@])
VP_BOOL([onchange-script], [onchange_script], [no],
  [run etc/onchange after a change])
VP_BOOL([onchange-script-before-and-after], [onchange_before_and_after], [no],
  [run etc/onchange before and after a change])
VP_BOOL([logger-syslog], [logger_syslog], [no], [changes to syslog])
VP_BOOL([logger-sqlite], [logger_sqlite], [no], [changes to an SQLite file])

VP_GONE([mysql-logging], [use --enable-sql-logging])
VP_GONE([pgsql-logging], [use --enable-sql-logging])
m4_foreach([vp_m], [mysql, pgsql, ldap, oracle, sybase, sqlite],
  [VP_GONE(vp_m, [use --enable-auth-module=]vp_m)])
VP_GONE([hardquota], [set quotas in etc/vlimits.default])
VP_GONE([defaultquota], [set default_quota in etc/vlimits.default])
VP_GONE([default-domain], [write the name into etc/defaultdomain])
])

AC_DEFUN([VP_SUMMARY], [
  echo
  echo "vhostadmin $PACKAGE_VERSION, to be installed below $prefix"
  echo "Defaults of etc/vpopmail.conf, where each can be changed:"
  echo "$vp_summary" | while IFS== read -r vp_name vp_val; do
    test -z "$vp_name" || printf '  %-26s %s\n' "$vp_name" "$vp_val"
  done
  echo
  echo "Account stores:"
  printf '  %-26s %s\n' built "$vp_stores"
  echo "$vp_no_stores" | while IFS== read -r vp_name vp_val; do
    test -z "$vp_name" || printf '  %-26s %s\n' "$vp_name" "$vp_val"
  done
  echo
])
