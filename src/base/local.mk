noinst_LTLIBRARIES += %D%/libbase.la

%C%_libbase_la_SOURCES = \
	%D%/attr.h \
	%D%/child.c %D%/child.h %D%/child_as.c %D%/child_read.c \
	%D%/clock.c %D%/clock.h \
	%D%/conf.c %D%/conf.h \
	%D%/copy.c %D%/copy.h \
	%D%/csv.c %D%/csv.h %D%/csv_int.h \
	%D%/dirtree.c %D%/dirtree.h \
	%D%/hooks.c %D%/hooks.h \
	%D%/jsonl.c \
	%D%/labels.c %D%/labels.h \
	%D%/line.c %D%/line.h \
	%D%/lock.c %D%/lock.h \
	%D%/nodump.c %D%/nodump.h \
	%D%/prompt.c %D%/prompt.h \
	%D%/replace.c %D%/replace.h \
	%D%/sync.c %D%/sync.h \
	%D%/text.c %D%/text.h
