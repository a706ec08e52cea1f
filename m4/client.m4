dnl What programs that use the library learn from vpopmail_features.h: the
dnl account as it is now, and switches that such programs are compiled by.

dnl VP_CLIENT_SWITCH(setting, macro)
AC_DEFUN([VP_CLIENT_SWITCH], [
  AS_IF([test "$vp_$1" = yes], [vp_client_$1='#define $2 1'],
    [vp_client_$1='/* $2 is not defined */'])
  AC_SUBST([vp_client_$1])
])

AC_DEFUN([VP_CLIENT], [
vp_client_uid=`id -u "$vp_vpopuser" 2>/dev/null`
vp_client_gid=`id -g "$vp_vpopuser" 2>/dev/null`
AS_IF([test -z "$vp_client_uid" || test -z "$vp_client_gid"], [
  AC_MSG_WARN([there is no account '$vp_vpopuser': VPOPMAILUID and
    VPOPMAILGID become 89])
  vp_client_uid=89 vp_client_gid=89])
AC_SUBST([vp_client_uid])
AC_SUBST([vp_client_gid])
VP_CLIENT_SWITCH([clear_passwd], [CLEAR_PASS])
VP_CLIENT_SWITCH([learn_passwords], [ENABLE_LEARN_PASSWORDS])
VP_CLIENT_SWITCH([mysql_limits], [ENABLE_MYSQL_LIMITS])
VP_CLIENT_SWITCH([mysql_replication], [MYSQL_REPLICATION])
VP_CLIENT_SWITCH([roaming_users], [POP_AUTH_OPEN_RELAY])
])
