# "make bench" prints the table; it takes some minutes and a few GiB below
# BENCH_DIR.  Nothing of it is installed, and no test depends on it.
noinst_PROGRAMS += %D%/base_mkdirs %D%/base_deliver %D%/base_login \
	%D%/base_link %D%/measure %D%/old_api %D%/vpd_load \
	%D%/panel_load
%C%_base_login_LDADD = $(LIBS)
%C%_vpd_load_CPPFLAGS = $(AM_CPPFLAGS) $(OPENSSL_CFLAGS)
%C%_vpd_load_LDADD = src/base/libbase.la $(OPENSSL_LIBS) $(LIBS)
%C%_panel_load_LDADD = src/base/libbase.la $(LIBS)
%C%_old_api_LDADD = src/api/libapi.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
EXTRA_DIST += %D%/bench %D%/usage %D%/README.md

.PHONY: bench
bench: all
	BENCH_BUILD="$(abs_top_builddir)" $(srcdir)/bench/bench

.PHONY: bench-usage
bench-usage: all
	BENCH_BUILD="$(abs_top_builddir)" $(srcdir)/bench/usage

# The same for account stores on servers that it starts.
noinst_PROGRAMS += %D%/store_verbs
%C%_store_verbs_SOURCES = %D%/store_verbs.c
%C%_store_verbs_CPPFLAGS = $(AM_CPPFLAGS)
%C%_store_verbs_LDADD = src/store/sql/libsqlsqlite.la
if HAVE_MARIADB
%C%_store_verbs_SOURCES += src/store/sql/store_mysql.c
%C%_store_verbs_CPPFLAGS += -DWITH_MARIADB
%C%_store_verbs_LDADD += src/store/sql/libsqlmariadb.la
endif
if HAVE_PGSQL
%C%_store_verbs_SOURCES += src/store/sql/store_pgsql.c
%C%_store_verbs_CPPFLAGS += -DWITH_PGSQL
%C%_store_verbs_LDADD += src/store/sql/libsqlpgsql.la
endif
%C%_store_verbs_LDADD += src/store/sql/libsqlstore.la \
	src/store/sql/libsqldriver.la src/base/libbase.la $(SQLITE_LIBS)
EXTRA_DIST += %D%/stores
.PHONY: bench-stores
bench-stores: all
	PATH='$(abs_top_builddir)/src/tools:$(abs_top_builddir)/src/runtime:$(abs_top_builddir)/bench':"$$PATH" \
	srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	$(srcdir)/bench/stores

# From a change to those who are told of it.
EXTRA_DIST += %D%/events
.PHONY: bench-events
bench-events: all
	BENCH_BUILD="$(abs_top_builddir)" $(srcdir)/bench/events

# The interface of the panel, with the module mail.
EXTRA_DIST += %D%/panel
.PHONY: bench-panel
bench-panel: all
	PATH='$(abs_top_builddir)/src/tools:$(abs_top_builddir)/src/panel:$(abs_top_builddir)/bench':"$$PATH" \
	srcdir='$(abs_top_srcdir)' top_builddir='$(abs_top_builddir)' \
	$(srcdir)/bench/panel
