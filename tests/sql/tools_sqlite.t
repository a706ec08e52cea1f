#!/bin/sh
# The tools on accounts in SQLite.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/onstore.sh
. "${srcdir:-.}/tests/lib/onstore.sh"

servers_make
# shellcheck disable=SC2086
tests_on sqlite $TESTS_OF_STORES
done_testing
