#!/bin/sh
# Crash tests of: vadduser_from
exec perl "${srcdir:-.}/tests/crash/crash.pl" vadduser_from
