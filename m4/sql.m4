dnl The client libraries of database servers.  None is needed: the store
dnl modules of one that is absent are not built.

dnl VP_SQL_CLIENT(NAME, pkg-config module, words, package, modules)
dnl For the table at the end: vp_stores and vp_no_stores.
AC_DEFUN([VP_SQL_CLIENT], [
  PKG_CHECK_MODULES([$1], [$2], [vp_have_client=yes], [
    vp_have_client=no
    AC_MSG_NOTICE([no store modules for $3: $2 is absent (Debian: $4)])])
  AS_IF([test "$vp_have_client" = yes],
    [AC_DEFINE([HAVE_$1], [1], [Define to 1 to build drivers for $3.])
    vp_stores="$vp_stores $5"],
    [vp_no_stores="$vp_no_stores
$5=not built: there is no $2 (Debian: $4)"])
  AM_CONDITIONAL([HAVE_$1], [test "$vp_have_client" = yes])
])

AC_DEFUN([VP_SQL], [
vp_stores="cdb sqlite"
vp_no_stores=
VP_SQL_CLIENT([MARIADB], [libmariadb >= 3.3], [MySQL and MariaDB],
  [libmariadb-dev], [mysql])
VP_SQL_CLIENT([PGSQL], [libpq], [PostgreSQL], [libpq-dev], [pgsql])
VP_SQL_CLIENT([ODBC], [odbc], [Oracle and Sybase], [unixodbc-dev],
  [oracle sybase])
])
