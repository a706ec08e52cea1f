# The old interface, and the installed library: all layers and this one.
noinst_LTLIBRARIES += %D%/libapi.la
%C%_libapi_la_SOURCES = \
	%D%/addresskind.c \
	%D%/alias.c \
	%D%/api.c %D%/api.h \
	%D%/assign.c \
	%D%/cache.c \
	%D%/client.c \
	%D%/conf.c \
	%D%/domain.c \
	%D%/error.c \
	%D%/file_exists.c \
	%D%/filelock.c \
	%D%/files.c \
	%D%/ipmap.c \
	%D%/lastauth.c \
	%D%/limits.c \
	%D%/list.c \
	%D%/log.c \
	%D%/lookup.c \
	%D%/maildirquota.h \
	%D%/mailinglist.c %D%/mailinglist.h \
	%D%/mailinglist_names.c \
	%D%/process.c \
	%D%/pwstr.c \
	%D%/qnprintf.c \
	%D%/quota.c \
	%D%/relay.c \
	%D%/secret.c \
	%D%/setpw.c \
	%D%/str_replace.c \
	%D%/text.c \
	%D%/user.c \
	%D%/userdir.c \
	%D%/userstore.c

lib_LTLIBRARIES += %D%/libvpopmail.la
%C%_libvpopmail_la_SOURCES =
%C%_libvpopmail_la_LIBADD = %D%/libapi.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
%C%_libvpopmail_la_LDFLAGS = $(AM_LDFLAGS) -version-info 6:0:0 \
	-export-symbols $(srcdir)/%D%/libvpopmail.sym
EXTRA_%C%_libvpopmail_la_DEPENDENCIES = %D%/libvpopmail.sym
EXTRA_DIST += %D%/libvpopmail.sym
include_HEADERS += include/vpop.h include/vpop_codes.h include/vpop_delivery.h include/vpop_event.h include/vpop_store.h \
	include/client.h include/conf.h include/ippp.h include/pwstr.h \
	include/storage.h include/vauth.h include/vlimits.h \
	include/vlogger.h include/vpopmail.h include/vpopmail_list.h \
	include/vpopmail_sizes.h include/vutil.h \
	include/client/config.h include/client/vpopmail_undef.h
# Made by configure; share/local.mk writes the folder of the installation
# into the second one.
nodist_include_HEADERS += include/vpopmail_config.h \
	include/vpopmail_features.h
