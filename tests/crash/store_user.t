#!/bin/sh
# Crash tests of accounts and domains in an account store that keeps all.
exec perl "${srcdir:-.}/tests/crash/crash.pl" vadduser@sqlite vdeluser@sqlite vdeldomain@sqlite
