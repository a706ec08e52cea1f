# The module "mail": a folder that the panel loads (module(7)).
mailmoduledir = $(pkglibexecdir)/modules/mail
mailmodule_PROGRAMS = %D%/mail %D%/mail-root
dist_mailmodule_DATA = \
	%D%/module.json \
	%D%/domain.json \
	%D%/settings.json
noinst_LTLIBRARIES += %D%/libmail.la
%C%_libmail_la_SOURCES = \
	%D%/answer.c \
	%D%/domains.c \
	%D%/jobs.c \
	%D%/mail.h \
	%D%/page.c \
	%D%/refuse.c \
	%D%/request.c \
	%D%/resources.c %D%/resources.h \
	%D%/root.c
MAIL_LIBS = %D%/libmail.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
%C%_mail_SOURCES = %D%/main.c
%C%_mail_LDADD = $(MAIL_LIBS)
%C%_mail_root_SOURCES = %D%/rootmain.c
%C%_mail_root_LDADD = $(MAIL_LIBS)
