# Modules of the panel: their folders, their programs, and vmodule, which
# tests one.
noinst_LTLIBRARIES += %D%/libmodule.la
%C%_libmodule_la_SOURCES = \
	%D%/client.c %D%/client.h \
	%D%/format.c %D%/format.h \
	%D%/link.c %D%/link.h \
	%D%/manifest.c %D%/manifest.h %D%/manifest_int.h \
	%D%/manifest_resource.c \
	%D%/process.c %D%/process.h \
	%D%/protocol.c %D%/protocol.h \
	%D%/schema.c %D%/schema.h \
	%D%/set.c %D%/set.h %D%/transact.c \
	%D%/values.c %D%/values.h
nodist_%C%_libmodule_la_SOURCES = %D%/manifest_schema.h
%D%/manifest.lo: %D%/manifest_schema.h
CLEANFILES += %D%/manifest_schema.h
%D%/manifest_schema.h: share/modules/manifest.schema.json
	$(AM_V_GEN)$(MKDIR_P) %D% && { \
	    echo 'static const char manifest_schema[] ='; \
	    sed 's/[\\"]/\\&/g; s/^/"/; s/$$/\\n"/' \
	        $(srcdir)/share/modules/manifest.schema.json; \
	    echo ';'; } >$@
EXTRA_DIST += share/modules/manifest.schema.json

bin_PROGRAMS += %D%/vmodule
%C%_vmodule_SOURCES = %D%/vmodule.c %D%/conform.c %D%/conform.h \
	%D%/conform_resource.c
%C%_vmodule_LDADD = %D%/libmodule.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
bin_PROGRAMS += %D%/vmodulehook
%C%_vmodulehook_SOURCES = %D%/vmodulehook.c
%C%_vmodulehook_LDADD = %D%/libmodule.la $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
