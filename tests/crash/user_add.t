#!/bin/sh
# Crash tests of: vadduser vadduser_quota vadduser_log
exec perl "${srcdir:-.}/tests/crash/crash.pl" vadduser vadduser_quota vadduser_log
