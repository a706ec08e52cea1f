#!/bin/sh
# Crash tests of: vdeluser vdeluser_log vdeloldusers
exec perl "${srcdir:-.}/tests/crash/crash.pl" vdeluser vdeluser_log vdeloldusers
