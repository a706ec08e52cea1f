# The remote account-management protocol: protocol.la is the protocol without
# its connections.
noinst_LTLIBRARIES += %D%/libprotocol.la
%C%_libprotocol_la_SOURCES = \
	%D%/aliases.c \
	%D%/domains.c \
	%D%/dotqmail.c \
	%D%/execute.c \
	%D%/files.c \
	%D%/filewrite.c \
	%D%/frame.c \
	%D%/help.c \
	%D%/ipmap.c \
	%D%/limits.c \
	%D%/login.c \
	%D%/moduser.c \
	%D%/out.c \
	%D%/path.c %D%/path.h \
	%D%/session.c %D%/session.h \
	%D%/users.c \
	%D%/verbs.h

bin_PROGRAMS += %D%/vpopmaild
%C%_vpopmaild_SOURCES = %D%/inetd.c %D%/inetd.h %D%/vpopmaild.c
%C%_vpopmaild_LDADD = %D%/libprotocol.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
