#!/bin/sh
# Crash tests of: vmoduser vmoduser_domain vmoduser_log vpasswd vsetuserquota
exec perl "${srcdir:-.}/tests/crash/crash.pl" vmoduser vmoduser_domain vmoduser_log vpasswd vsetuserquota
