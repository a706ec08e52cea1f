#!/bin/sh
# The contract of stores over PostgreSQL, also with the string syntax of old.
. "$srcdir/tests/store/contract.sh"

pgsql_start db
contract 'one table' pgsql yes "TEST_SOCKET=$PGSQL_SOCKET" \
    "TEST_PORT=$PGSQL_PORT"
contract 'a table for each' pgsql no TEST_HOST=127.0.0.1 \
    "TEST_PORT=$PGSQL_PORT"

server_stop db
pgsql_start db -c standard_conforming_strings=off
contract 'old strings' pgsql yes "TEST_SOCKET=$PGSQL_SOCKET" \
    "TEST_PORT=$PGSQL_PORT"
done_testing
