# The usage daemon.  All but its main is a library, for the tests.
bin_PROGRAMS += %D%/vusaged
noinst_LTLIBRARIES += %D%/libvusaged.la
%C%_libvusaged_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
%C%_libvusaged_la_SOURCES = \
	%D%/box.c \
	%D%/engine.c %D%/engine.h \
	%D%/protocol.c %D%/protocol.h \
	%D%/pass.c \
	%D%/scan.c %D%/scan.h %D%/scan_int.h %D%/scan_open.c \
	%D%/server.c %D%/server.h \
	%D%/settings.c %D%/settings.h \
	%D%/site.c %D%/site.h %D%/site_int.h \
	%D%/start.c %D%/start.h \
	%D%/state.c %D%/state.h %D%/state_int.h %D%/state_save.c \
	%D%/sweep.c %D%/sweep.h \
	%D%/table.c %D%/table.h \
	%D%/warn.c %D%/warn.h %D%/warn_event.c \
	%D%/watch.c %D%/watch.h
VUSAGED_LIBS = %D%/libvusaged.la src/daemons/common/libcommon.la $(LAYERS) \
	$(CORE_LIBS) $(CHANGE_LIBS) $(EVENT_LIBS)
%C%_vusaged_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_CFLAGS)
%C%_vusaged_LDADD = $(VUSAGED_LIBS)
