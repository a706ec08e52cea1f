# What daemons share.
noinst_LTLIBRARIES += %D%/libcommon.la
%C%_libcommon_la_SOURCES = \
	%D%/address.c %D%/address.h \
	%D%/daemonlog.c %D%/daemonlog.h \
	%D%/facthide.c %D%/facthide.h \
	%D%/fdpass.c %D%/fdpass.h \
	%D%/listen.c %D%/listen.h \
	%D%/notify.c %D%/notify.h \
	%D%/parent.c %D%/parent.h \
	%D%/privdrop.c %D%/privdrop.h \
	%D%/webhookfile.c %D%/webhookfile.h
