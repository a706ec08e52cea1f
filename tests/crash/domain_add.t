#!/bin/sh
# Crash tests of: vadddomain vadddomain_catchall
exec perl "${srcdir:-.}/tests/crash/crash.pl" vadddomain vadddomain_catchall
