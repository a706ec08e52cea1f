#!/bin/sh
# Crash tests of: vaddaliasdomain vdeldomain_alias vmakedotqmail_default
exec perl "${srcdir:-.}/tests/crash/crash.pl" vaddaliasdomain vdeldomain_alias vmakedotqmail_default
