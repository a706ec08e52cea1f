# The drivers of database servers, each built where its client library is.  A
# module is linked from one of them and what they share.
noinst_LTLIBRARIES += %D%/libsqldriver.la
%C%_libsqldriver_la_SOURCES = \
	%D%/dialects.c \
	%D%/driver.h \
	%D%/errors.c %D%/errors.h \
	%D%/kept.c %D%/kept.h \
	%D%/sigpipe.c %D%/sigpipe.h

if HAVE_MARIADB
noinst_LTLIBRARIES += %D%/libsqlmariadb.la
%C%_libsqlmariadb_la_SOURCES = %D%/mariadb.c %D%/mariadb_conn.c \
	%D%/mariadb_int.h
%C%_libsqlmariadb_la_CFLAGS = $(AM_CFLAGS) $(MARIADB_CFLAGS)
%C%_libsqlmariadb_la_LIBADD = $(MARIADB_LIBS)
endif

if HAVE_PGSQL
noinst_LTLIBRARIES += %D%/libsqlpgsql.la
%C%_libsqlpgsql_la_SOURCES = \
	%D%/pgsql.c \
	%D%/pgsql_conn.c \
	%D%/pgsql_int.h \
	%D%/pgsql_text.c
%C%_libsqlpgsql_la_CFLAGS = $(AM_CFLAGS) $(PGSQL_CFLAGS)
%C%_libsqlpgsql_la_LIBADD = $(PGSQL_LIBS)
endif

if HAVE_ODBC
noinst_LTLIBRARIES += %D%/libsqlodbc.la
%C%_libsqlodbc_la_SOURCES = %D%/odbc.c %D%/odbc_conn.c %D%/odbc_rows.c \
	%D%/odbc_int.h
%C%_libsqlodbc_la_CFLAGS = $(AM_CFLAGS) $(ODBC_CFLAGS)
%C%_libsqlodbc_la_LIBADD = $(ODBC_LIBS)
endif
