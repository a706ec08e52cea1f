# The module "mail": a folder that the panel loads (module(7)).
mailmoduledir = $(pkglibexecdir)/modules/mail
mailmodule_PROGRAMS = %D%/mail %D%/mail-root
dist_mailmodule_DATA = \
	%D%/aliasdomain.json \
	%D%/approve.json \
	%D%/bulletin.json \
	%D%/catchall.json \
	%D%/control.json \
	%D%/default-limits.json \
	%D%/domain.json \
	%D%/ipmap.json \
	%D%/limits.json \
	%D%/module.json \
	%D%/registration.json \
	%D%/rename.json \
	%D%/reset.json \
	%D%/reset-confirm.json \
	%D%/reset-request.json \
	%D%/resume.json \
	%D%/revision.json \
	%D%/settings.json \
	%D%/signup.json \
	%D%/signup-confirm.json \
	%D%/signup-request.json \
	%D%/signups.json \
	%D%/suspend.json \
	%D%/usage.json
noinst_LTLIBRARIES += %D%/libmail.la
%C%_libmail_la_SOURCES = \
	%D%/aliasdomains.c \
	%D%/answer.c \
	%D%/bulletin.c \
	%D%/bulletin.h \
	%D%/catchall.c \
	%D%/control.c \
	%D%/control.h \
	%D%/controlfiles.c \
	%D%/domainnames.c \
	%D%/domains.c \
	%D%/index.c \
	%D%/ipmaps.c \
	%D%/jobs.c \
	%D%/limits.c \
	%D%/mail.h \
	%D%/names.c \
	%D%/names.h \
	%D%/page.c \
	%D%/records.c \
	%D%/records.h \
	%D%/refuse.c \
	%D%/registration.c \
	%D%/registration.h \
	%D%/request.c \
	%D%/reset.c \
	%D%/resources.c \
	%D%/resources.h \
	%D%/root.c \
	%D%/signup.c \
	%D%/stranger.c \
	%D%/stranger.h \
	%D%/usage.c \
	%D%/usage.h
# Accounts, addresses and lists.
dist_mailmodule_DATA += \
	%D%/alias.json \
	%D%/autoresponder.json \
	%D%/contact.json \
	%D%/delivery.json \
	%D%/dotqmail.json \
	%D%/flags.json \
	%D%/lastauth.json \
	%D%/list.json \
	%D%/member.json \
	%D%/password.json \
	%D%/quota.json \
	%D%/replace.json \
	%D%/user.json \
	%D%/vacation.json
%C%_libmail_la_SOURCES += \
	%D%/account.c \
	%D%/account.h \
	%D%/aliases.c \
	%D%/aliasfiles.c \
	%D%/aliaslines.c \
	%D%/aliaslines.h \
	%D%/autoresponders.c \
	%D%/contact.c \
	%D%/delivery.c \
	%D%/flags.c \
	%D%/lists.c \
	%D%/members.c \
	%D%/password.c \
	%D%/quota.c \
	%D%/users.c
MAIL_LIBS = %D%/libmail.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
%C%_mail_SOURCES = %D%/main.c
%C%_mail_LDADD = $(MAIL_LIBS)
%C%_mail_root_SOURCES = %D%/rootmain.c
%C%_mail_root_LDADD = $(MAIL_LIBS)
