noinst_LTLIBRARIES += %D%/libstore.la

%C%_libstore_la_SOURCES = \
	%D%/cdb.c \
	%D%/cdb_apply.c \
	%D%/cdb_base.c \
	%D%/cdb_check.c \
	%D%/cdb_find.c \
	%D%/cdb_fold.c \
	%D%/cdb_int.h \
	%D%/cdb_log.c %D%/cdb_log.h %D%/cdb_logint.h \
	%D%/cdb_log_append.c \
	%D%/cdb_log_find.c \
	%D%/cdb_log_form.c \
	%D%/cdb_set.c \
	%D%/cdb_users.c \
	%D%/changes.c %D%/changes.h \
	%D%/mem.c %D%/mem_int.h %D%/mem_keep.c %D%/mem_rows.c %D%/mem_rows.h \
	%D%/stores.h \
	%D%/vpasswd.c %D%/vpasswd.h
