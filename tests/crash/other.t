#!/bin/sh
# Crash tests of: vpopbull vdoctor
exec perl "${srcdir:-.}/tests/crash/crash.pl" vpopbull vdoctor
