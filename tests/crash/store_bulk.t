#!/bin/sh
# Crash tests of accounts that are added at once in an account store.
exec perl "${srcdir:-.}/tests/crash/crash.pl" vadduser_bulk@sqlite/5
