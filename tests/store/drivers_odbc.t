#!/bin/sh
# The driver for ODBC, in the dialects of Oracle and Sybase, over servers that
# Debian has.  What the ODBC drivers need in their sources for it:
#   MariaDB: OPTIONS=2, so that rows found for an update count as changed
#   PostgreSQL: UseDeclareFetch=1, or all rows are collected first
#   SQLite: StepAPI=1, the same
. "$srcdir/tests/store/drivers.sh"
needs oracle
servers_odbc

to_mariadb() { # check, dialect
	check "MariaDB, $2, $1" "$1" "driver=$2" server=mysql user=vpopmail \
	    "password=$SERVER_PASSWORD" "pid=$MARIADB_PID" streams=0 \
	    "source=DRIVER=mariadb;SOCKET=$MARIADB_SOCKET;DATABASE=vpopmail;\
OPTIONS=2;READ_TIMEOUT=4;WRITE_TIMEOUT=4"
}

to_pgsql() {
	check "PostgreSQL, $2, $1" "$1" "driver=$2" server=pgsql \
	    user=vpopmail "password=$SERVER_PASSWORD" "pid=$PGSQL_PID" \
	    "source=DRIVER=pgsql;SERVER=127.0.0.1;PORT=$PGSQL_PORT;\
DATABASE=vpopmail;UseDeclareFetch=1;Fetch=1000"
}

to_sqlite() {
	check "SQLite, $2, $1" "$1" "driver=$2" server=sqlite \
	    "source=DRIVER=sqlite;Database=$SERVERS/odbc.sqlite;StepAPI=1"
}

mariadb_start maria
pgsql_start pg
for dialect in oracle sybase; do
	for name in values errors rows million login; do
		to_mariadb $name $dialect
		to_pgsql $name $dialect
		to_sqlite $name $dialect
	done
done
to_mariadb paused oracle
to_mariadb killed oracle
to_pgsql killed oracle

mariadb_start maria --sql-mode=ORACLE
to_mariadb values oracle
to_mariadb errors oracle
mariadb_kept maria
server_stop maria
mariadb_start maria --read-only
to_mariadb readonly oracle

pgsql_start pg
pgsql_kept pg
to_pgsql readonly oracle

check FreeTDS unreachable driver=sybase user=sa password=secret-word \
    'source=DRIVER=tds;SERVER=127.0.0.1;PORT=1;TDS_Version=5.0'
done_testing
