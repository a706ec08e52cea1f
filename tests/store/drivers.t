#!/bin/sh
# The drivers of database servers over real servers: the same checks for each.
. "$srcdir/tests/lib/lib.sh"
. "$srcdir/tests/lib/servers.sh"

program=$top_builddir/tests/store/drivers
[ -x "$program" ] || server_fail "$program has not been built"
servers_make
servers_odbc

# check NAME ARGUMENTS ...: each line that the program prints is a test; a
# program that ends otherwise than by itself is one that failed.
check() {
	check_words=$1
	shift
	"$program" "$@" >"$SERVERS/out" 2>"$SERVERS/err" </dev/null
	check_status=$?
	while read -r check_line; do
		case $check_line in
		'ok '*) pass "$check_words: ${check_line#ok }" ;;
		*) fail "$check_words: ${check_line#not ok }" ;;
		esac
	done <"$SERVERS/out"
	if [ "$check_status" != 0 ] || [ -s "$SERVERS/err" ]; then
		fail "$check_words $1: status $check_status"
		comment stderr "$(cat "$SERVERS/err")"
	fi
}

has() { # driver: 1 if it was built
	"$program" has "driver=$1" >/dev/null 2>&1
}

client_mariadb() { # check, arguments
	mariadb_check=$1
	shift
	check MariaDB "$mariadb_check" driver=mariadb server=mysql \
	    user=vpopmail "password=$SERVER_PASSWORD" database=vpopmail \
	    "pid=$MARIADB_PID" "$@"
}

client_pgsql() {
	pgsql_check=$1
	shift
	check PostgreSQL "$pgsql_check" driver=pgsql server=pgsql \
	    user=vpopmail "password=$SERVER_PASSWORD" database=vpopmail \
	    "port=$PGSQL_PORT" "pid=$PGSQL_PID" "$@"
}

# OPTIONS=2: rows found for an update count as changed.
odbc_mariadb() {
	odbc_check=$1
	odbc_dialect=$2
	shift 2
	check "ODBC to MariaDB, $odbc_dialect" "$odbc_check" \
	    "driver=$odbc_dialect" server=mysql user=vpopmail \
	    "password=$SERVER_PASSWORD" "pid=$MARIADB_PID" streams=0 \
	    "source=DRIVER=mariadb;SOCKET=$MARIADB_SOCKET;DATABASE=vpopmail;\
OPTIONS=2;READ_TIMEOUT=4;WRITE_TIMEOUT=4" "$@"
}

odbc_pgsql() {
	odbc_check=$1
	odbc_dialect=$2
	shift 2
	check "ODBC to PostgreSQL, $odbc_dialect" "$odbc_check" \
	    "driver=$odbc_dialect" server=pgsql user=vpopmail \
	    "password=$SERVER_PASSWORD" "pid=$PGSQL_PID" \
	    "source=DRIVER=pgsql;SERVER=127.0.0.1;PORT=$PGSQL_PORT;\
DATABASE=vpopmail;UseDeclareFetch=1;Fetch=1000" "$@"
}

odbc_sqlite() {
	odbc_check=$1
	odbc_dialect=$2
	shift 2
	check "ODBC to SQLite, $odbc_dialect" "$odbc_check" \
	    "driver=$odbc_dialect" server=sqlite \
	    "source=DRIVER=sqlite;Database=$SERVERS/odbc.sqlite;StepAPI=1" "$@"
}

tls=$SERVERS/tls

if has mariadb; then
	mariadb_start mariadb
	for name in values errors rows million login; do
		client_mariadb $name "socket=$MARIADB_SOCKET"
	done
	client_mariadb values host=127.0.0.1 "port=$MARIADB_PORT" tls=3 \
	    "tls_ca=$tls/ca.crt"
	client_mariadb tls host=127.0.0.1 "port=$MARIADB_PORT" \
	    "tls_ca=$tls/ca.crt" "tls_key=$tls/other.crt"
	if has oracle; then
		for dialect in oracle sybase; do
			for name in values errors rows million login; do
				odbc_mariadb $name $dialect
			done
		done
		odbc_mariadb paused oracle
		odbc_mariadb killed oracle
		mariadb_start mariadb
	fi
	client_mariadb paused "socket=$MARIADB_SOCKET"
	client_mariadb killed "socket=$MARIADB_SOCKET"
	# The loosest session that a server can have, and one without TLS.
	mariadb_start mariadb --sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES \
	    --skip-ssl
	client_mariadb values "socket=$MARIADB_SOCKET"
	client_mariadb errors host=127.0.0.1 "port=$MARIADB_PORT"
	client_mariadb refused host=127.0.0.1 "port=$MARIADB_PORT"
	client_mariadb paused host=127.0.0.1 "port=$MARIADB_PORT"
	client_mariadb killed host=127.0.0.1 "port=$MARIADB_PORT"
	mariadb_start mariadb --sql-mode=ORACLE
	client_mariadb values "socket=$MARIADB_SOCKET"
	if has oracle; then
		odbc_mariadb values oracle
		odbc_mariadb errors oracle
	fi
	client_mariadb full "socket=$MARIADB_SOCKET"
	echo 'CREATE TABLE drv_kept (id int)' | mariadb_sql mariadb vpopmail
	server_stop mariadb
	mariadb_start mariadb --read-only
	client_mariadb readonly "socket=$MARIADB_SOCKET"
	! has oracle || odbc_mariadb readonly oracle
	server_stop mariadb
fi

if has pgsql; then
	pgsql_start pgsql
	for name in values errors rows million login; do
		client_pgsql $name "socket=$PGSQL_SOCKET"
	done
	client_pgsql values "socket=$PGSQL_SOCKET/.s.PGSQL.$PGSQL_PORT" port=0
	client_pgsql values host=127.0.0.1 tls=3 "tls_ca=$tls/ca.crt"
	client_pgsql tls host=127.0.0.1 "tls_ca=$tls/ca.crt" "tls_key=$tls/other.crt"
	if has oracle; then
		for dialect in oracle sybase; do
			for name in values errors rows million login; do
				odbc_pgsql $name $dialect
			done
		done
		odbc_pgsql killed oracle
		pgsql_start pgsql
	fi
	client_pgsql paused "socket=$PGSQL_SOCKET"
	client_pgsql killed "socket=$PGSQL_SOCKET"
	pgsql_start pgsql -c standard_conforming_strings=off -c ssl=off \
	    -c work_mem=64kB -c temp_file_limit=1MB
	client_pgsql values "socket=$PGSQL_SOCKET"
	client_pgsql full "socket=$PGSQL_SOCKET"
	echo 'CREATE TABLE drv_kept (id int);
	    GRANT ALL ON drv_kept TO vpopmail;
	    ALTER DATABASE vpopmail SET default_transaction_read_only = on' |
	    pgsql_sql pgsql vpopmail
	client_pgsql readonly "socket=$PGSQL_SOCKET"
	! has oracle || odbc_pgsql readonly oracle
	echo 'SET default_transaction_read_only = off;
	    ALTER DATABASE vpopmail RESET default_transaction_read_only' |
	    pgsql_sql pgsql vpopmail
	client_pgsql refused host=127.0.0.1
	client_pgsql paused host=127.0.0.1
	client_pgsql killed host=127.0.0.1
fi

if has oracle; then
	for dialect in oracle sybase; do
		for name in values errors rows million login; do
			odbc_sqlite $name $dialect
		done
	done
	check 'ODBC by FreeTDS' unreachable driver=sybase \
	    user=sa password=secret-word \
	    "source=DRIVER=tds;SERVER=127.0.0.1;PORT=1;TDS_Version=5.0"
fi
done_testing
