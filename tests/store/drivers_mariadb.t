#!/bin/sh
# The driver for MariaDB and MySQL over a real server.
. "$srcdir/tests/store/drivers.sh"
needs mariadb

client() { # check, arguments
	client_check=$1
	shift
	check "$client_check" "$client_check" driver=mariadb server=mysql \
	    user=vpopmail "password=$SERVER_PASSWORD" database=vpopmail \
	    "pid=$MARIADB_PID" "$@"
}

tcp() { # check, arguments
	tcp_check=$1
	shift
	client "$tcp_check" host=127.0.0.1 "port=$MARIADB_PORT" "$@"
}

mariadb_start db
local=socket=$MARIADB_SOCKET
tls=$SERVERS/tls
for name in values errors rows million login deadlock; do
	client $name "$local"
done
tcp values tls=3 "tls_ca=$tls/ca.crt"
tcp tls "tls_ca=$tls/ca.crt" "tls_key=$tls/other.crt"
client paused "$local"
tcp killed tls=3 "tls_ca=$tls/ca.crt"

# The loosest session that a server can have, and no TLS.
mariadb_start db --sql-mode=NO_BACKSLASH_ESCAPES,ANSI_QUOTES --skip-ssl
client values "$local"
tcp errors
tcp refused
tcp paused
client killed "$local"

mariadb_start db --sql-mode=ORACLE
client values "$local"
client full "$local"
mariadb_kept db
server_stop db

mariadb_start db --read-only
client readonly "$local"
done_testing
