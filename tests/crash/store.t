#!/bin/sh
# Crash tests of what an account store keeps besides accounts.
exec perl "${srcdir:-.}/tests/crash/crash.pl" valias_insert@sqlite valias_delete@sqlite vmoddomlimits@sqlite vipmap_add@sqlite vaddaliasdomain@sqlite vrenamedomain@sqlite/3
