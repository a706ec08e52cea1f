# Programs that run once a login or a message.  They are linked member by
# member from the archives of the layers, so that they load few libraries.
bin_PROGRAMS += %D%/authvchkpw %D%/autorespond %D%/clearopensmtp %D%/vchkpw \
	%D%/vdelivermail %D%/vqmaillocal %D%/vrcptcheck
noinst_LTLIBRARIES += %D%/libruntime.la
%C%_libruntime_la_SOURCES = \
	%D%/checkpassword.c %D%/checkpassword.h \
	%D%/localdelivery.c %D%/localdelivery.h \
	%D%/privilege.c %D%/privilege.h \
	%D%/roaming.c %D%/roaming.h \
	%D%/service.c %D%/service.h
RUNTIME_LIBS = %D%/libruntime.la $(LAYERS) $(CORE_LIBS)
%C%_authvchkpw_SOURCES = %D%/authvchkpw.c
%C%_authvchkpw_LDADD = $(RUNTIME_LIBS)
%C%_autorespond_SOURCES = %D%/autorespond.c
%C%_autorespond_LDADD = $(RUNTIME_LIBS)
%C%_clearopensmtp_SOURCES = %D%/clearopensmtp.c
%C%_clearopensmtp_LDADD = $(RUNTIME_LIBS)
%C%_vchkpw_SOURCES = %D%/vchkpw.c
%C%_vchkpw_LDADD = $(RUNTIME_LIBS)
%C%_vdelivermail_SOURCES = %D%/vdelivermail.c
%C%_vdelivermail_LDADD = $(RUNTIME_LIBS)
%C%_vqmaillocal_SOURCES = %D%/vqmaillocal.c
%C%_vqmaillocal_LDADD = $(RUNTIME_LIBS)
%C%_vrcptcheck_SOURCES = %D%/vrcptcheck.c
%C%_vrcptcheck_LDADD = $(RUNTIME_LIBS)
