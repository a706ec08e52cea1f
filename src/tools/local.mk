# Command-line tools: each is built from the .c of its name, and sees the
# public interface of the library and base only.
noinst_LTLIBRARIES += %D%/libcli.la
%C%_libcli_la_SOURCES = \
	%D%/bits.c %D%/bits.h \
	%D%/bulk.c %D%/bulk.h \
	%D%/bulkrow.c \
	%D%/change.c %D%/change.h \
	%D%/cli.c %D%/cli.h \
	%D%/json.c %D%/json.h \
	%D%/limits_show.c %D%/limits_show.h \
	%D%/names.c %D%/names.h \
	%D%/owner.c %D%/owner.h \
	%D%/say.c \
	%D%/secret.c
# Linked statically: a tool works whatever the loader finds, also uninstalled.
TOOL_LIBS = %D%/libcli.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)

bin_PROGRAMS += %D%/vadddomain \
	%D%/vapppass \
	%D%/vaddaliasdomain \
	%D%/vdeldomain \
	%D%/vrenamedomain \
	%D%/vdominfo \
	%D%/vadduser \
	%D%/vdeluser \
	%D%/vuserinfo \
	%D%/vmoduser \
	%D%/vsetuserquota \
	%D%/vpasswd \
	%D%/vchangepw \
	%D%/vverifypw \
	%D%/vmkpasswd \
	%D%/vmoddomlimits \
	%D%/valias \
	%D%/vipmap \
	%D%/vpopbull \
	%D%/vdeloldusers \
	%D%/vmakedotqmail \
	%D%/vkill \
	%D%/vlist \
	%D%/vdoctor \
	%D%/vevents \
	%D%/vusagec \
	%D%/vconvert \
	%D%/vmigrate \
	%D%/dotqmail2valias \
	%D%/vsavealiasdomains
%C%_vapppass_LDADD = $(TOOL_LIBS)
%C%_vadddomain_LDADD = $(TOOL_LIBS)
%C%_vaddaliasdomain_LDADD = $(TOOL_LIBS)
%C%_vdeldomain_LDADD = $(TOOL_LIBS)
%C%_vrenamedomain_LDADD = $(TOOL_LIBS)
%C%_vdominfo_LDADD = $(TOOL_LIBS)
%C%_vadduser_LDADD = $(TOOL_LIBS)
%C%_vdeluser_LDADD = $(TOOL_LIBS)
%C%_vuserinfo_LDADD = $(TOOL_LIBS)
%C%_vmoduser_LDADD = $(TOOL_LIBS)
%C%_vsetuserquota_LDADD = $(TOOL_LIBS)
%C%_vpasswd_LDADD = $(TOOL_LIBS)
%C%_vchangepw_LDADD = $(TOOL_LIBS)
%C%_vverifypw_LDADD = $(TOOL_LIBS)
%C%_vmkpasswd_LDADD = $(TOOL_LIBS)
%C%_vmoddomlimits_LDADD = $(TOOL_LIBS)
%C%_valias_LDADD = $(TOOL_LIBS)
%C%_vipmap_LDADD = $(TOOL_LIBS)
%C%_vpopbull_LDADD = $(TOOL_LIBS)
%C%_vdeloldusers_LDADD = $(TOOL_LIBS)
%C%_vmakedotqmail_LDADD = $(TOOL_LIBS)
%C%_vkill_LDADD = $(TOOL_LIBS)
%C%_vlist_SOURCES = %D%/vlist.c %D%/vlist.h %D%/vlist_show.c
%C%_vlist_LDADD = $(TOOL_LIBS)
%C%_vdoctor_LDADD = $(TOOL_LIBS)
%C%_vevents_SOURCES = %D%/vevents.c %D%/vevents.h %D%/vevents_list.c \
	%D%/vevents_tell.c %D%/vevents_test.c
%C%_vevents_LDADD = $(TOOL_LIBS)
# By the interface of older releases.
%C%_vusagec_LDADD = src/api/libapi.la $(TOOL_LIBS)
%C%_vconvert_SOURCES = %D%/vconvert.c %D%/vconvert.h %D%/vconvert_users.c
%C%_vconvert_LDADD = $(TOOL_LIBS)
%C%_vmigrate_LDADD = $(TOOL_LIBS)
%C%_dotqmail2valias_LDADD = $(TOOL_LIBS)
%C%_vsavealiasdomains_LDADD = $(TOOL_LIBS)
