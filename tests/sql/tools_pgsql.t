#!/bin/sh
# The tools on accounts in PostgreSQL.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/onstore.sh
. "${srcdir:-.}/tests/lib/onstore.sh"

servers_make
pgsql_start main
VTEST_SOCKET=$PGSQL_SOCKET
VTEST_PORT=$PGSQL_PORT
VTEST_PASSWORD=$SERVER_PASSWORD
# shellcheck disable=SC2090
export VTEST_SOCKET VTEST_PORT VTEST_PASSWORD
# shellcheck disable=SC2086
tests_on pgsql $TESTS_OF_STORES
done_testing
