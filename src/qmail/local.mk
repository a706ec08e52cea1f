noinst_LTLIBRARIES += %D%/libqmail.la
%C%_libqmail_la_SOURCES = \
	%D%/assign.c \
	%D%/assign.h \
	%D%/assign_compile.c \
	%D%/assign_int.h \
	%D%/assign_update.c \
	%D%/cdbfile.c \
	%D%/cdbfile.h \
	%D%/control.c \
	%D%/control.h \
	%D%/control_int.h \
	%D%/control_rcpt.c \
	%D%/dotqmail.c \
	%D%/dotqmail.h \
	%D%/host.c \
	%D%/hostfile.c \
	%D%/hostfile.h \
	%D%/maildir.c \
	%D%/maildir.h \
	%D%/maildircount.c \
	%D%/maildirsize.c \
	%D%/maildirsize.h \
	%D%/queue.c \
	%D%/queue.h \
	%D%/quota.c \
	%D%/send.c \
	%D%/send.h
