#!/bin/sh
# Crash tests of: vmkpasswd vmkpasswd_log vmoddomlimits vmoddomlimits_default vmoddomlimits_delete valias_insert valias_delete vipmap_add vipmap_delete vmakedotqmail vapppass
exec perl "${srcdir:-.}/tests/crash/crash.pl" vmkpasswd vmkpasswd_log vmoddomlimits vmoddomlimits_default vmoddomlimits_delete valias_insert valias_delete vipmap_add vipmap_delete vmakedotqmail vapppass
