#!/bin/sh
# The contract of stores over MariaDB, also in the loosest modes of a session.
. "$srcdir/tests/store/contract.sh"

mariadb_start db
contract 'one table' mysql yes "TEST_SOCKET=$MARIADB_SOCKET"
contract 'a table for each' mysql no TEST_HOST=127.0.0.1 \
    "TEST_PORT=$MARIADB_PORT"

server_stop db
mariadb_start db --sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES
contract 'loose modes' mysql yes "TEST_SOCKET=$MARIADB_SOCKET"
done_testing
