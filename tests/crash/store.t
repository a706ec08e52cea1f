#!/bin/sh
# Crash tests of what an account store keeps besides accounts.
exec perl "${srcdir:-.}/tests/crash/crash.pl" valias_insert@sqlite valias_delete@sqlite/2 vmoddomlimits@sqlite/2 vipmap_add@sqlite/2 vaddaliasdomain@sqlite vrenamedomain@sqlite/3
