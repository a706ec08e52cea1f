# The daemon that tells subscribers of facts.
bin_PROGRAMS += %D%/veventd
%C%_veventd_SOURCES = \
	%D%/hook.c %D%/hook.h \
	%D%/tasks.c %D%/tasks.h \
	%D%/veventd.c \
	%D%/worker.c %D%/worker.h
%C%_veventd_LDADD = src/daemons/common/libcommon.la $(LAYERS) $(CORE_LIBS) \
	$(CHANGE_LIBS)
