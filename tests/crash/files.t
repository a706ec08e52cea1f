#!/bin/sh
# Crash tests of: vmkpasswd vmkpasswd_log vmoddomlimits vmoddomlimits_default/2 vmoddomlimits_delete/2 valias_insert valias_delete/2 vipmap_add vipmap_delete/2 vmakedotqmail vapppass
exec perl "${srcdir:-.}/tests/crash/crash.pl" vmkpasswd vmkpasswd_log vmoddomlimits vmoddomlimits_default/2 vmoddomlimits_delete/2 valias_insert valias_delete/2 vipmap_add vipmap_delete/2 vmakedotqmail vapppass
