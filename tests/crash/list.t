#!/bin/sh
# Crash tests of: vlist
exec perl "${srcdir:-.}/tests/crash/crash.pl" vlist_create vlist_update \
    vlist_delete vlist_add vlist_remove
