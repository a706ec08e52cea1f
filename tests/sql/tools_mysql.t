#!/bin/sh
# The tools on accounts in MariaDB.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/onstore.sh
. "${srcdir:-.}/tests/lib/onstore.sh"

servers_make
mariadb_start main
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql main
VTEST_SOCKET=$MARIADB_SOCKET
VTEST_PASSWORD=$SERVER_PASSWORD
# shellcheck disable=SC2090
export VTEST_SOCKET VTEST_PASSWORD
# shellcheck disable=SC2086
tests_on mysql $TESTS_OF_STORES
done_testing
