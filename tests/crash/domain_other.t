#!/bin/sh
# Crash tests of: vaddaliasdomain vrenamedomain vdeldomain_alias vmakedotqmail_default
exec perl "${srcdir:-.}/tests/crash/crash.pl" vaddaliasdomain vrenamedomain vdeldomain_alias vmakedotqmail_default
