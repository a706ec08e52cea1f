#!/bin/sh
# Crash tests of a new domain in an account store that keeps all.
exec perl "${srcdir:-.}/tests/crash/crash.pl" vadddomain@sqlite/9 vadddomain_from@sqlite/23
