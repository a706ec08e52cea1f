dnl The client libraries of database servers.  None is needed: the store
dnl modules of one that is absent are not built.

dnl VP_SQL_CLIENT(NAME, pkg-config module, words, package)
AC_DEFUN([VP_SQL_CLIENT], [
  PKG_CHECK_MODULES([$1], [$2], [vp_have_client=yes], [
    vp_have_client=no
    AC_MSG_NOTICE([no store modules for $3: $2 is absent (Debian: $4)])])
  AS_IF([test "$vp_have_client" = yes],
    [AC_DEFINE([HAVE_$1], [1], [Define to 1 to build drivers for $3.])])
  AM_CONDITIONAL([HAVE_$1], [test "$vp_have_client" = yes])
])

AC_DEFUN([VP_SQL], [
VP_SQL_CLIENT([MARIADB], [libmariadb >= 3.3], [MySQL and MariaDB],
  [libmariadb-dev])
VP_SQL_CLIENT([PGSQL], [libpq], [PostgreSQL], [libpq-dev])
VP_SQL_CLIENT([ODBC], [odbc], [Oracle and Sybase], [unixodbc-dev])
])
