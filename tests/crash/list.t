#!/bin/sh
# Crash tests of: vlist
exec perl "${srcdir:-.}/tests/crash/crash.pl" vlist_create vlist_update/2 \
    vlist_delete vlist_add vlist_remove/2
