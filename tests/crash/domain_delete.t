#!/bin/sh
# Crash tests of: vdeldomain
exec perl "${srcdir:-.}/tests/crash/crash.pl" vdeldomain
