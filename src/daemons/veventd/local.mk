# The daemon that tells subscribers of facts.
bin_PROGRAMS += %D%/veventd %D%/veventpost
%C%_veventd_SOURCES = \
	%D%/hook.c %D%/hook.h \
	%D%/tasks.c %D%/tasks.h \
	%D%/veventd.c \
	%D%/webhook.c %D%/webhook.h \
	%D%/webhook_conf.c %D%/webhook_int.h %D%/webhook_panel.c \
	%D%/worker.c %D%/worker.h
%C%_veventd_LDADD = src/daemons/common/libcommon.la $(LAYERS) $(CORE_LIBS) \
	$(CHANGE_LIBS)
# The only program that sends anything: it has libcurl, and no rights.
%C%_veventpost_SOURCES = %D%/veventpost.c
%C%_veventpost_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
%C%_veventpost_LDADD = src/daemons/common/libcommon.la src/base/libbase.la \
	$(CURL_LIBS) $(JANSSON_LIBS)
