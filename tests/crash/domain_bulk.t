#!/bin/sh
# Crash tests of: vadddomain_from
exec perl "${srcdir:-.}/tests/crash/crash.pl" vadddomain_from
