# Tests: TAP everywhere, run by automake's driver.  "make check" runs all but
# the crash tests, "make check-crash" those; TESTS=... names some.
TEST_EXTENSIONS = .t
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
T_LOG_DRIVER = $(LOG_DRIVER)
# The built programs come first; scripts find data below srcdir and programs
# of their own below top_builddir.
AM_TESTS_ENVIRONMENT = \
	PATH='$(abs_top_builddir)/src/tools:$(abs_top_builddir)/src/runtime:$(abs_top_builddir)/src/daemons/vpopmaild:$(abs_top_builddir)/src/daemons/veventd:$(abs_top_builddir)/src/daemons/vusaged:$(abs_top_builddir)/src/panel:$(abs_top_builddir)/src/panel/module:$(abs_top_builddir)/tests/crash':"$$PATH"; \
	srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	LC_ALL=C; TZ=UTC; export PATH srcdir top_builddir LC_ALL TZ;

# The contract suite, for programs that run it over other stores.
STORE_CONTRACT = %D%/store/contract.c %D%/store/contract.h \
	%D%/store/contract_aliases.c %D%/store/contract_bulk.c \
	%D%/store/contract_many.c \
	%D%/store/contract_int.h %D%/store/contract_kinds.c %D%/store/host.h
UNIT_LIBS = $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS) $(CHECK_LIBS)
# Programs that name nothing else, the unit tests, are made from one file.
AM_DEFAULT_SOURCE_EXT = .c
LDADD = $(UNIT_LIBS)

UNIT_TESTS = \
	%D%/store/contract \
	%D%/store/contract_sqlite \
	%D%/unit/test_alias \
	%D%/unit/test_module \
	%D%/unit/test_api \
	%D%/unit/test_api_alias \
	%D%/unit/test_api_bad \
	%D%/unit/test_api_codes \
	%D%/unit/test_api_domain \
	%D%/unit/test_api_fail \
	%D%/unit/test_api_files \
	%D%/unit/test_api_results \
	%D%/unit/test_api_user \
	%D%/unit/test_assign \
	%D%/unit/test_authlog \
	%D%/unit/test_bulletin \
	%D%/unit/test_cdb_kill \
	%D%/unit/test_cdb_log \
	%D%/unit/test_cdb_store \
	%D%/unit/test_cdbfile \
	%D%/unit/test_child \
	%D%/unit/test_conf \
	%D%/unit/test_control \
	%D%/unit/test_csv \
	%D%/unit/test_digest \
	%D%/unit/test_dircontrol \
	%D%/unit/test_dirtree \
	%D%/unit/test_doctor \
	%D%/unit/test_domain \
	%D%/unit/test_domain_alias \
	%D%/unit/test_domain_rename \
	%D%/unit/test_domain_change \
	%D%/unit/test_dotqmail \
	%D%/unit/test_event \
	%D%/unit/test_handle \
	%D%/unit/test_ipmap \
	%D%/unit/test_journal \
	%D%/unit/test_labels \
	%D%/unit/test_lastauth \
	%D%/unit/test_limits \
	%D%/unit/test_limits_change \
	%D%/unit/test_line \
	%D%/unit/test_list \
	%D%/unit/test_lock \
	%D%/unit/test_mailflow \
	%D%/unit/test_maildir \
	%D%/unit/test_maildirsize \
	%D%/unit/test_name \
	%D%/unit/test_packet \
	%D%/unit/test_panel_auth \
	%D%/unit/test_password \
	%D%/unit/test_policy \
	%D%/unit/test_queue \
	%D%/unit/test_quota_api \
	%D%/unit/test_replace \
	%D%/unit/test_rights \
	%D%/unit/test_send \
	%D%/unit/test_store_aliases \
	%D%/unit/test_store_authlog \
	%D%/unit/test_store_keep \
	%D%/unit/test_sql_migrate \
	%D%/unit/test_sql_old \
	%D%/unit/test_sql_schema \
	%D%/unit/test_state \
	%D%/unit/test_suspend \
	%D%/unit/test_text \
	%D%/unit/test_user \
	%D%/unit/test_user_add \
	%D%/unit/test_user_change \
	%D%/unit/test_user_crash \
	%D%/unit/test_vpasswd \
	%D%/unit/test_vpopmaild \
	%D%/unit/test_vpopmaild_server \
	%D%/unit/test_vusaged
CLI_TESTS = \
	%D%/cli/authvchkpw.t \
	%D%/cli/bulk.t \
	%D%/cli/clients.t \
	%D%/cli/concurrency.t \
	%D%/cli/configure.t \
	%D%/cli/defaultdelivery.t \
	%D%/cli/fuzz.t \
	%D%/cli/hooks.t \
	%D%/cli/install.t \
	%D%/cli/maildrop.t \
	%D%/cli/onchange.t \
	%D%/cli/roaming.t \
	%D%/cli/site56.t \
	%D%/cli/spamassassin.t \
	%D%/cli/sqwebmail.t \
	%D%/cli/storemodule.t \
	%D%/cli/tools.t \
	%D%/cli/vacation.t \
	%D%/cli/vaddaliasdomain.t \
	%D%/cli/vadddomain.t \
	%D%/cli/vadduser.t \
	%D%/cli/valias.t \
	%D%/cli/vchangepw.t \
	%D%/cli/vchkpw.t \
	%D%/cli/vdeldomain.t \
	%D%/cli/vdelivermail.t \
	%D%/cli/vdeloldusers.t \
	%D%/cli/vdeluser.t \
	%D%/cli/vdoctor.t \
	%D%/cli/vdominfo.t \
	%D%/cli/veventd.t \
	%D%/cli/vevents.t \
	%D%/cli/vipmap.t \
	%D%/cli/vapppass.t \
	%D%/cli/schema.t \
	%D%/cli/vmodule.t \
	%D%/cli/vhostadmind.t \
	%D%/panel/jobs.t \
	%D%/panel/accesslog.t \
	%D%/panel/apache.t \
	%D%/panel/attacks.t \
	%D%/panel/audit.t \
	%D%/panel/events.t \
	%D%/panel/crowd.t \
	%D%/panel/domains.t \
	%D%/panel/factor.t \
	%D%/panel/kills.t \
	%D%/panel/logins.t \
	%D%/panel/mail.t \
	%D%/panel/meanwhile.t \
	%D%/panel/mail_root.t \
	%D%/panel/mail_site.t \
	%D%/panel/mail_names.t \
	%D%/panel/mail_pages.t \
	%D%/panel/mail_users.t \
	%D%/panel/mailboxes.t \
	%D%/panel/objstate.t \
	%D%/panel/outage.t \
	%D%/panel/pool.t \
	%D%/panel/processes.t \
	%D%/panel/again.t %D%/panel/openapi.t \
	%D%/panel/resources.t \
	%D%/panel/rights.t \
	%D%/panel/roles.t \
	%D%/panel/search.t \
	%D%/panel/sessions.t \
	%D%/panel/signup.t \
	%D%/panel/storedown.t \
	%D%/panel/together.t \
	%D%/panel/tokens.t \
	%D%/panel/webhooks.t \
	%D%/panel/vhostctl.t \
	%D%/cli/vkill.t \
	%D%/cli/vlist.t \
	%D%/cli/vmakedotqmail.t \
	%D%/cli/vmkpasswd.t \
	%D%/cli/vmoddomlimits.t \
	%D%/cli/vmoduser.t \
	%D%/cli/vpasswd.t \
	%D%/cli/vpopbull.t \
	%D%/cli/vpopmaild_clients.t \
	%D%/cli/vpopmaild_domains.t \
	%D%/cli/vpopmaild_files.t \
	%D%/cli/vpopmaild_full.t \
	%D%/cli/vpopmaild_guard.t \
	%D%/cli/vpopmaild_login.t \
	%D%/cli/vpopmaild_more.t \
	%D%/cli/vpopmaild_rights.t \
	%D%/cli/vpopmaild_same.t \
	%D%/cli/vpopmaild_server.t \
	%D%/cli/vpopmaild_service.t \
	%D%/cli/vpopmaild_users.t \
	%D%/cli/vqmaillocal.t \
	%D%/cli/vrcptcheck.t \
	%D%/cli/vrenamedomain.t \
	%D%/cli/vsetuserquota.t \
	%D%/cli/vusagec.t \
	%D%/cli/vusaged.t \
	%D%/cli/vuserinfo.t \
	%D%/cli/vverifypw.t \
	%D%/cli/webhooks.t
CRASH_TESTS = \
	%D%/crash/domain_add.t \
	%D%/crash/domain_bulk.t \
	%D%/crash/domain_delete.t \
	%D%/crash/domain_other.t \
	%D%/crash/files.t \
	%D%/crash/list.t \
	%D%/crash/other.t \
	%D%/crash/store.t \
	%D%/crash/store_bulk.t \
	%D%/crash/store_domain.t \
	%D%/crash/store_user.t \
	%D%/crash/user_add.t \
	%D%/crash/user_bulk.t \
	%D%/crash/user_change.t \
	%D%/crash/user_delete.t \
	%D%/crash/veventd.t

check_PROGRAMS += $(UNIT_TESTS) %D%/crash/ezmlm %D%/crash/inject
%C%_unit_test_module_LDADD = src/panel/module/libmodule.la $(UNIT_LIBS)
%C%_unit_test_panel_auth_LDADD = src/panel/libpanel.la \
	src/daemons/common/libcommon.la $(UNIT_LIBS)
%C%_unit_test_rights_LDADD = src/panel/libpanel.la \
	src/panel/module/libmodule.la src/daemons/common/libcommon.la \
	$(UNIT_LIBS)
%C%_unit_test_state_LDADD = src/panel/libpanel.la $(UNIT_LIBS)
check_PROGRAMS += %D%/panel/verdict
%C%_panel_verdict_LDADD = src/panel/module/libmodule.la $(JANSSON_LIBS)
EXTRA_DIST += %D%/panel/mail.sh %D%/panel/mailroot.pl %D%/panel/module.pl %D%/panel/modules.sh %D%/panel/objstate.pl %D%/panel/roles.pl %D%/panel/roles.sh %D%/panel/schema.py
# With the protocol of a server.
%C%_unit_test_vpopmaild_LDADD = src/daemons/vpopmaild/libprotocol.la \
	$(UNIT_LIBS)
# With the old functions.
SQLITE_STORE = src/store/sql/libsqlsqlite.la src/store/sql/libsqlstore.la \
	src/store/sql/libsqldriver.la
%C%_store_contract_sqlite_SOURCES = %D%/store/contract_sqlite.c \
	$(STORE_CONTRACT)
%C%_store_contract_sqlite_LDADD = $(SQLITE_STORE) $(UNIT_LIBS)
%C%_unit_test_sql_migrate_LDADD = $(SQLITE_STORE) $(UNIT_LIBS)
%C%_unit_test_sql_old_LDADD = $(SQLITE_STORE) $(UNIT_LIBS)
%C%_unit_test_sql_schema_LDADD = $(SQLITE_STORE) $(UNIT_LIBS)
check_PROGRAMS += %D%/store/contract_server
%C%_store_contract_server_SOURCES = %D%/store/contract_server.c \
	$(STORE_CONTRACT)
%C%_store_contract_server_CPPFLAGS = $(AM_CPPFLAGS)
%C%_store_contract_server_LDADD =
if HAVE_MARIADB
%C%_store_contract_server_SOURCES += src/store/sql/store_mysql.c
%C%_store_contract_server_CPPFLAGS += -DWITH_MARIADB
%C%_store_contract_server_LDADD += src/store/sql/libsqlmariadb.la
endif
if HAVE_PGSQL
%C%_store_contract_server_SOURCES += src/store/sql/store_pgsql.c
%C%_store_contract_server_CPPFLAGS += -DWITH_PGSQL
%C%_store_contract_server_LDADD += src/store/sql/libsqlpgsql.la
endif
if HAVE_ODBC
%C%_store_contract_server_SOURCES += src/store/sql/store_oracle.c \
	src/store/sql/store_sybase.c
%C%_store_contract_server_CPPFLAGS += -DWITH_ODBC
%C%_store_contract_server_LDADD += src/store/sql/libsqlodbc.la
endif
%C%_store_contract_server_LDADD += src/store/sql/libsqlstore.la \
	src/store/sql/libsqldriver.la $(UNIT_LIBS)
EXTRA_DIST += %D%/store/contract.sh
%C%_unit_test_list_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_vpopmaild_server_LDADD = \
	src/daemons/vpopmaild/libserver.la \
	src/daemons/vpopmaild/libprotocol.la \
	src/daemons/common/libcommon.la $(UNIT_LIBS)
%C%_store_contract_SOURCES = %D%/store/contract_main.c $(STORE_CONTRACT)
%C%_crash_ezmlm_LDADD =
%C%_crash_inject_LDADD =
%C%_unit_test_vusaged_LDADD = src/daemons/vusaged/libvusaged.la \
	src/daemons/common/libcommon.la $(UNIT_LIBS) \
	$(EVENT_LIBS)
# Programs of old give literals to parameters that are not const.
%C%_unit_test_api_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_alias_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_alias_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_bad_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_bad_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_codes_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_codes_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_fail_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_fail_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_files_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_files_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_results_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_results_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_domain_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_domain_LDADD = src/api/libapi.la $(UNIT_LIBS)
%C%_unit_test_api_user_CFLAGS = $(AM_CFLAGS) -Wno-write-strings
%C%_unit_test_api_user_LDADD = src/api/libapi.la $(UNIT_LIBS)
# Sites on database servers; the tools are told apart only by the store.
SITE_TESTS = \
	%D%/sql/aliases.t \
	%D%/sql/bulk.t \
	%D%/sql/connection.t \
	%D%/sql/convert.t \
	%D%/sql/dovecot.t \
	%D%/sql/faults.t \
	%D%/sql/injection.t \
	%D%/sql/matrix.t \
	%D%/sql/old_aliases.t \
	%D%/sql/own_tables.t \
	%D%/sql/secrets.t \
	%D%/sql/vmigrate.t
SITE_TOOL_TESTS = \
	%D%/sql/tools_mysql.t \
	%D%/sql/tools_pgsql.t \
	%D%/sql/tools_sqlite.t
EXTRA_DIST += $(SITE_TESTS) $(SITE_TOOL_TESTS) %D%/lib/onstore.sh %D%/lib/site56.sh \
	%D%/lib/stores.sh %D%/data/site-5.6-mysql-files.tar.gz \
	%D%/data/site-5.6-mysql.sql.gz
EXTRA_DIST += $(CLI_TESTS) $(CRASH_TESTS) %D%/crash/crash.pl \
	%D%/lib/events.py %D%/lib/events.sh %D%/lib/webserver.py \
	%D%/lib/ezmlm.sh %D%/clients %D%/lib/lib.sh %D%/lib/readsite.pl \
	%D%/lib/usage.pl \
	%D%/lib/crowd.pl %D%/panel/rights.expected %D%/lib/openapi.py %D%/openapi/package.json %D%/openapi/package-lock.json %D%/lib/panel.sh %D%/lib/smuggle.pl %D%/lib/vhostadmind.pl %D%/lib/talk.pl %D%/lib/talk.sh \
	%D%/lib/VpdServer.pm %D%/lib/vpopmaild_full.pl \
	%D%/lib/vpopmaild_guard.pl %D%/lib/vpopmaild_server.pl \
	%D%/lib/vpopmaild_service.pl \
	%D%/lib/servers.sh %D%/lib/secrets.pl \
	%D%/data/qmail/assign \
	%D%/data/qmail/cdb \
	%D%/data/qmail/morercpthosts \
	%D%/data/qmail/morercpthosts.cdb \
	%D%/data/site-5.6-cdb.tar.gz \
	%D%/store/host.h \
	%D%/unit/accounts.h \
	%D%/unit/api.h \
	%D%/unit/api_process.h \
	%D%/unit/cdb_files.h \
	%D%/unit/files.h \
	%D%/unit/site.h \
	%D%/unit/sql_site.h \
	%D%/unit/store_keep.h \
	%D%/unit/unit.h
# Drivers of databases, over real servers.
STORE_TESTS = \
	%D%/store/contract_mysql.t \
	%D%/store/contract_odbc.t \
	%D%/store/contract_pgsql.t \
	%D%/store/drivers_mariadb.t \
	%D%/store/drivers_odbc.t \
	%D%/store/drivers_pgsql.t \
	%D%/store/drivers_sqlite.t
check_PROGRAMS += %D%/store/drivers
%C%_store_drivers_SOURCES = \
	%D%/store/drivers.c %D%/store/drivers.h \
	%D%/store/drivers_deadlock.c \
	%D%/store/drivers_faults.c \
	%D%/store/drivers_table.c \
	%D%/store/drivers_values.c
%C%_store_drivers_LDADD = src/store/sql/libsqlstore.la
if HAVE_MARIADB
%C%_store_drivers_LDADD += src/store/sql/libsqlmariadb.la
endif
if HAVE_PGSQL
%C%_store_drivers_LDADD += src/store/sql/libsqlpgsql.la
endif
if HAVE_ODBC
%C%_store_drivers_LDADD += src/store/sql/libsqlodbc.la
endif
%C%_store_drivers_LDADD += src/store/sql/libsqlsqlite.la \
	src/store/sql/libsqldriver.la src/base/libbase.la $(SQLITE_LIBS)
EXTRA_DIST += $(STORE_TESTS) %D%/store/drivers.sh
TESTS = $(UNIT_TESTS) $(CLI_TESTS) $(STORE_TESTS) $(SITE_TESTS) $(SITE_TOOL_TESTS)

.PHONY: check-crash
check-crash: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(CRASH_TESTS)'
