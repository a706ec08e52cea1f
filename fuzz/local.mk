# Each fuzz target is also a regression test: linked with a plain main, it
# replays its corpus (tests/cli/fuzz.t).  fuzz/run does the fuzzing.
FUZZ_TARGETS = %D%/fuzz_assign %D%/fuzz_body %D%/fuzz_cdb %D%/fuzz_conf %D%/fuzz_dotqmail %D%/fuzz_event \
	%D%/fuzz_limits %D%/fuzz_log %D%/fuzz_login %D%/fuzz_mail %D%/fuzz_maildirsize \
	%D%/fuzz_labels %D%/fuzz_module %D%/fuzz_policy %D%/fuzz_quota %D%/fuzz_records \
	%D%/fuzz_request %D%/fuzz_root %D%/fuzz_schema %D%/fuzz_usage %D%/fuzz_usagestate %D%/fuzz_vpasswd \
	%D%/fuzz_vpopmaild %D%/fuzz_vpopmaild_wire
check_PROGRAMS += $(FUZZ_TARGETS)
EXTRA_DIST += %D%/run %D%/corpus %D%/site.h
%C%_fuzz_assign_SOURCES = %D%/fuzz_assign.c %D%/stub.c
%C%_fuzz_assign_LDADD = $(UNIT_LIBS)
%C%_fuzz_cdb_SOURCES = %D%/fuzz_cdb.c %D%/stub.c
%C%_fuzz_cdb_LDADD = $(UNIT_LIBS)
%C%_fuzz_conf_SOURCES = %D%/fuzz_conf.c %D%/stub.c
%C%_fuzz_conf_LDADD = $(UNIT_LIBS)
%C%_fuzz_dotqmail_SOURCES = %D%/fuzz_dotqmail.c %D%/stub.c
%C%_fuzz_dotqmail_LDADD = $(UNIT_LIBS)
%C%_fuzz_event_SOURCES = %D%/fuzz_event.c %D%/stub.c
%C%_fuzz_event_LDADD = $(UNIT_LIBS)
%C%_fuzz_limits_SOURCES = %D%/fuzz_limits.c %D%/stub.c
%C%_fuzz_limits_LDADD = $(UNIT_LIBS)
%C%_fuzz_log_SOURCES = %D%/fuzz_log.c %D%/stub.c
%C%_fuzz_log_LDADD = $(UNIT_LIBS)
%C%_fuzz_login_SOURCES = %D%/fuzz_login.c %D%/stub.c
%C%_fuzz_login_LDADD = $(UNIT_LIBS)
%C%_fuzz_maildirsize_SOURCES = %D%/fuzz_maildirsize.c %D%/stub.c
%C%_fuzz_maildirsize_LDADD = $(UNIT_LIBS)
%C%_fuzz_policy_SOURCES = %D%/fuzz_policy.c %D%/stub.c
%C%_fuzz_policy_LDADD = $(UNIT_LIBS)
%C%_fuzz_quota_SOURCES = %D%/fuzz_quota.c %D%/stub.c
%C%_fuzz_quota_LDADD = $(UNIT_LIBS)
%C%_fuzz_records_SOURCES = %D%/fuzz_records.c %D%/stub.c
%C%_fuzz_records_LDADD = $(UNIT_LIBS)
%C%_fuzz_vpasswd_SOURCES = %D%/fuzz_vpasswd.c %D%/stub.c
%C%_fuzz_vpasswd_LDADD = $(UNIT_LIBS)
%C%_fuzz_labels_SOURCES = %D%/fuzz_labels.c %D%/stub.c
%C%_fuzz_labels_LDADD = $(UNIT_LIBS)
%C%_fuzz_usage_SOURCES = %D%/fuzz_usage.c %D%/stub.c
%C%_fuzz_usage_LDADD = $(VUSAGED_LIBS)
%C%_fuzz_usagestate_SOURCES = %D%/fuzz_usagestate.c %D%/stub.c
%C%_fuzz_usagestate_LDADD = $(VUSAGED_LIBS)
%C%_fuzz_vpopmaild_SOURCES = %D%/fuzz_vpopmaild.c %D%/stub.c
%C%_fuzz_vpopmaild_LDADD = src/daemons/vpopmaild/libprotocol.la $(UNIT_LIBS)
%C%_fuzz_vpopmaild_wire_SOURCES = %D%/fuzz_vpopmaild_wire.c %D%/stub.c
%C%_fuzz_vpopmaild_wire_LDADD = src/daemons/vpopmaild/libserver.la \
	src/daemons/vpopmaild/libprotocol.la $(UNIT_LIBS)
%C%_fuzz_module_SOURCES = %D%/fuzz_module.c %D%/stub.c
%C%_fuzz_module_LDADD = src/panel/module/libmodule.la $(UNIT_LIBS)
%C%_fuzz_schema_SOURCES = %D%/fuzz_schema.c %D%/stub.c
%C%_fuzz_schema_LDADD = src/panel/module/libmodule.la $(UNIT_LIBS)
%C%_fuzz_request_SOURCES = %D%/fuzz_request.c %D%/stub.c
%C%_fuzz_request_LDADD = $(PANEL_LIBS)
%C%_fuzz_root_SOURCES = %D%/fuzz_root.c %D%/stub.c
%C%_fuzz_root_LDADD = $(PANEL_LIBS)
%C%_fuzz_body_SOURCES = %D%/fuzz_body.c %D%/stub.c
%C%_fuzz_body_LDADD = $(PANEL_LIBS)
%C%_fuzz_mail_SOURCES = %D%/fuzz_mail.c %D%/stub.c
%C%_fuzz_mail_LDADD = $(MAIL_LIBS)
