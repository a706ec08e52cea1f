#!/bin/sh
# The contract of stores over ODBC, in the dialects of Oracle and Sybase, over
# servers that Debian has; see drivers_odbc.t for what their sources need.
. "$srcdir/tests/store/contract.sh"
servers_odbc

mariadb_start maria
pgsql_start pg
mariadb=$(printf '%s' "DRIVER=mariadb;SOCKET=$MARIADB_SOCKET;" \
    'DATABASE=vpopmail;OPTIONS=2;READ_TIMEOUT=20;WRITE_TIMEOUT=20')
pgsql=$(printf '%s' "DRIVER=pgsql;SERVER=127.0.0.1;PORT=$PGSQL_PORT;" \
    'DATABASE=vpopmail;UseDeclareFetch=1;Fetch=1000')
sqlite="DRIVER=sqlite;Database=$SERVERS/odbc.sqlite;StepAPI=1;SyncPragma=OFF"

# As Oracle and Sybase compare by default.
echo 'ALTER DATABASE vpopmail COLLATE utf8mb4_nopad_bin' | mariadb_sql maria

for store in oracle sybase; do
	contract "$store, MariaDB" $store yes "TEST_SOURCE=$mariadb"
	contract "$store, PostgreSQL" $store yes "TEST_SOURCE=$pgsql"
	contract "$store, SQLite" $store yes "TEST_SOURCE=$sqlite"
done
# SQLite's driver lets no table go that a statement has been prepared for.
contract 'oracle, a table for each' oracle no "TEST_SOURCE=$mariadb"
contract 'sybase, a table for each' sybase no "TEST_SOURCE=$pgsql"
done_testing
