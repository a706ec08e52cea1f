#!/bin/sh
# The driver for PostgreSQL over a real server.
. "$srcdir/tests/store/drivers.sh"
needs pgsql

client() { # check, arguments
	client_check=$1
	shift
	check "$client_check" "$client_check" driver=pgsql server=pgsql \
	    user=vpopmail "password=$SERVER_PASSWORD" database=vpopmail \
	    "port=$PGSQL_PORT" "pid=$PGSQL_PID" "$@"
}

pgsql_start db
local=socket=$PGSQL_SOCKET
tls=$SERVERS/tls
for name in values errors rows million login deadlock; do
	client $name "$local"
done
client values "$local/.s.PGSQL.$PGSQL_PORT" port=0
client values host=127.0.0.1 tls=3 "tls_ca=$tls/ca.crt"
client tls host=127.0.0.1 "tls_ca=$tls/ca.crt" "tls_key=$tls/other.crt"
client paused "$local"
client killed host=127.0.0.1 tls=3 "tls_ca=$tls/ca.crt"

pgsql_start db -c standard_conforming_strings=off -c ssl=off \
    -c work_mem=64kB -c temp_file_limit=1MB
client values "$local"
client full "$local"
client refused host=127.0.0.1
client paused host=127.0.0.1
client killed "$local"

pgsql_start db
pgsql_kept db
client readonly "$local"
done_testing
