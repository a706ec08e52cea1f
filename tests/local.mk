# Tests: TAP everywhere, run by automake's driver.  "make check" runs all but
# the crash tests, "make check-crash" those; TESTS=... names some.
TEST_EXTENSIONS = .t
LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
T_LOG_DRIVER = $(LOG_DRIVER)
# The built programs come first; scripts find data below srcdir and programs
# of their own below top_builddir.
AM_TESTS_ENVIRONMENT = \
	PATH='$(abs_top_builddir)/src/tools:$(abs_top_builddir)/src/runtime:$(abs_top_builddir)/tests/crash':"$$PATH"; \
	srcdir='$(abs_top_srcdir)'; top_builddir='$(abs_top_builddir)'; \
	LC_ALL=C; TZ=UTC; export PATH srcdir top_builddir LC_ALL TZ;

UNIT_LIBS = $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS) $(CHECK_LIBS)
# Programs that name nothing else, the unit tests, are made from one file.
AM_DEFAULT_SOURCE_EXT = .c
LDADD = $(UNIT_LIBS)

UNIT_TESTS = \
	%D%/unit/test_assign \
	%D%/unit/test_cdbfile \
	%D%/unit/test_child \
	%D%/unit/test_conf \
	%D%/unit/test_control \
	%D%/unit/test_csv \
	%D%/unit/test_dirtree \
	%D%/unit/test_dotqmail \
	%D%/unit/test_line \
	%D%/unit/test_lock \
	%D%/unit/test_maildir \
	%D%/unit/test_maildirsize \
	%D%/unit/test_queue \
	%D%/unit/test_replace \
	%D%/unit/test_send \
	%D%/unit/test_text
CLI_TESTS =
CRASH_TESTS =

check_PROGRAMS += $(UNIT_TESTS)
EXTRA_DIST += $(CLI_TESTS) $(CRASH_TESTS) \
	 \
	%D%/data/qmail/assign \
	%D%/data/qmail/cdb \
	%D%/data/qmail/morercpthosts \
	%D%/data/qmail/morercpthosts.cdb \
	%D%/unit/files.h \
	%D%/unit/unit.h
TESTS = $(UNIT_TESTS) $(CLI_TESTS)

.PHONY: check-crash
check-crash: all
	$(MAKE) $(AM_MAKEFLAGS) check TESTS='$(CRASH_TESTS)'
