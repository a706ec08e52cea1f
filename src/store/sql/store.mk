# The SQL store, and the modules: each the store, one driver, and what of base
# they use.
noinst_LTLIBRARIES += %D%/libsqlstore.la %D%/libsqlsqlite.la %D%/libsqlbase.la
%C%_libsqlstore_la_SOURCES = \
	%D%/aliases.c \
	%D%/logins.c %D%/logins.h \
	%D%/connfile.c \
	%D%/kinds.c %D%/kinds.h \
	%D%/link.c %D%/link.h %D%/link_int.h \
	%D%/migrate.c %D%/migrate.h \
	%D%/migration.c \
	%D%/past.c \
	%D%/probe.c \
	%D%/query.c %D%/query.h \
	%D%/records.c \
	%D%/rows.c \
	%D%/schema.c %D%/schema.h \
	%D%/site.c \
	%D%/statement.c \
	%D%/store.c %D%/store.h %D%/store_int.h \
	%D%/stores.h \
	%D%/tables.c \
	%D%/userlist.c \
	%D%/users.c %D%/users.h \
	%D%/users_bulk.c \
	%D%/users_put.c \
	%D%/values.c
%C%_libsqlsqlite_la_SOURCES = %D%/sqlite.c %D%/store_sqlite.c
%C%_libsqlbase_la_SOURCES = \
	src/base/clock.c \
	src/base/dirtree.c \
	src/base/lock.c \
	src/base/sync.c \
	src/base/text.c

STORE_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared \
	-export-symbols-regex '^vpop_store_module$$'
STORE_LIBS = %D%/libsqlstore.la %D%/libsqldriver.la %D%/libsqlbase.la

stores_LTLIBRARIES = %D%/sqlite.la
%C%_sqlite_la_SOURCES = %D%/module.c
%C%_sqlite_la_CPPFLAGS = $(AM_CPPFLAGS) -DVP_MODULE_OPS=vp_store_sqlite \
	-DVP_MODULE_NAME='"sqlite"'
%C%_sqlite_la_LDFLAGS = $(STORE_LDFLAGS)
%C%_sqlite_la_LIBADD = %D%/libsqlsqlite.la $(STORE_LIBS) $(SQLITE_LIBS)

if HAVE_MARIADB
stores_LTLIBRARIES += %D%/mysql.la
%C%_mysql_la_SOURCES = %D%/module.c %D%/store_mysql.c
%C%_mysql_la_CPPFLAGS = $(AM_CPPFLAGS) -DVP_MODULE_OPS=vp_store_mysql \
	-DVP_MODULE_NAME='"mysql"'
%C%_mysql_la_LDFLAGS = $(STORE_LDFLAGS)
%C%_mysql_la_LIBADD = %D%/libsqlmariadb.la $(STORE_LIBS)
endif

if HAVE_PGSQL
stores_LTLIBRARIES += %D%/pgsql.la
%C%_pgsql_la_SOURCES = %D%/module.c %D%/store_pgsql.c
%C%_pgsql_la_CPPFLAGS = $(AM_CPPFLAGS) -DVP_MODULE_OPS=vp_store_pgsql \
	-DVP_MODULE_NAME='"pgsql"'
%C%_pgsql_la_LDFLAGS = $(STORE_LDFLAGS)
%C%_pgsql_la_LIBADD = %D%/libsqlpgsql.la $(STORE_LIBS)
endif

if HAVE_ODBC
stores_LTLIBRARIES += %D%/oracle.la %D%/sybase.la
%C%_oracle_la_SOURCES = %D%/module.c %D%/store_oracle.c
%C%_oracle_la_CPPFLAGS = $(AM_CPPFLAGS) -DVP_MODULE_OPS=vp_store_oracle \
	-DVP_MODULE_NAME='"oracle"'
%C%_oracle_la_LDFLAGS = $(STORE_LDFLAGS)
%C%_oracle_la_LIBADD = %D%/libsqlodbc.la $(STORE_LIBS)
%C%_sybase_la_SOURCES = %D%/module.c %D%/store_sybase.c
%C%_sybase_la_CPPFLAGS = $(AM_CPPFLAGS) -DVP_MODULE_OPS=vp_store_sybase \
	-DVP_MODULE_NAME='"sybase"'
%C%_sybase_la_LDFLAGS = $(STORE_LDFLAGS)
%C%_sybase_la_LIBADD = %D%/libsqlodbc.la $(STORE_LIBS)
endif
