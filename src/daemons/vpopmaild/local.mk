# The remote account-management protocol: libprotocol.la is the protocol
# without its connections, libserver.la the server with them.
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
	%D%/owner.c \
	%D%/path.c %D%/path.h \
	%D%/rights.c \
	%D%/session.c %D%/session.h \
	%D%/users.c \
	%D%/verbs.h

noinst_LTLIBRARIES += %D%/libserver.la
%C%_libserver_la_CPPFLAGS = $(AM_CPPFLAGS) $(EVENT_TLS_CFLAGS) $(OPENSSL_CFLAGS)
%C%_libserver_la_SOURCES = \
	%D%/accept.c \
	%D%/barrier.c \
	%D%/begin.c \
	%D%/channel.c \
	%D%/children.c \
	%D%/client.c \
	%D%/front.c %D%/front.h %D%/front_int.h \
	%D%/generation.c %D%/generation.h \
	%D%/input.c \
	%D%/needs.c \
	%D%/seal.c %D%/seal.h \
	%D%/serve.c %D%/serve.h \
	%D%/setup.c %D%/setup.h \
	%D%/throttle.c %D%/throttle.h \
	%D%/tls.c \
	%D%/turn.c \
	%D%/wire.c %D%/wire.h \
	%D%/worker.c %D%/worker.h
VPOPMAILD_LIBS = %D%/libserver.la %D%/libprotocol.la \
	src/daemons/common/libcommon.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS) \
	$(EVENT_TLS_LIBS) $(OPENSSL_LIBS)

bin_PROGRAMS += %D%/vpopmaild
%C%_vpopmaild_SOURCES = %D%/inetd.c %D%/inetd.h %D%/vpopmaild.c
%C%_vpopmaild_LDADD = $(VPOPMAILD_LIBS)
