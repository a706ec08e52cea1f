#!/bin/sh
# The password of the database is in no program's arguments, environment,
# output or core file, and other processes of its user cannot read it.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

if [ "$(id -u)" != 0 ]; then
	echo '1..0 # SKIP only root sees the memory of all programs'
	exit 0
fi
servers_make
servers_odbc
mariadb_start my
pgsql_start pg
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_PORT=$PGSQL_PORT
folder=$SERVERS/here

# knows COMMAND ...: while it waits for the server, nobody else knows.
knows() {
	perl "$srcdir/tests/lib/secrets.pl" "$SITE_UID" "$SITE_GID" "$folder" \
	    "$SERVERS/password" "$@"
}

secrets() { # words, server
	server_pause "$2"
	is "$1: vuserinfo" "$(knows vuserinfo alice@secret.test)" nowhere
	is "$1: vadduser" "$(knows vadduser --no-password b@secret.test)" nowhere
	is "$1: vconvert" "$(knows vconvert --from "$1" --to cdb)" nowhere
	is "$1: vdelivermail" "$(EXT=alice HOST=secret.test knows \
	    vdelivermail '' bounce-no-mailbox)" nowhere
	is "$1: vchkpw" "$(knows sh -c 'exec vchkpw true 3<"$1"' sh \
	    "$SITE/login")" nowhere
	is "$1: vrcptcheck" "$(knows sh -c 'exec vrcptcheck 3<"$1"' sh \
	    "$SITE/address")" nowhere
	is "$1: clearopensmtp" "$(knows clearopensmtp)" nowhere
	is "$1: vpopmaild" "$(knows sh -c 'exec vpopmaild <"$1"' sh \
	    "$SITE/request")" nowhere
	server_resume "$2"
}

site() { # store
	VTEST_STORE=
	[ -z "$SITE" ] || rm -rf "$SITE"
	site_make
	VTEST_STORE=$1
	VTEST_SOCKET=$MARIADB_SOCKET
	[ "$1" != pgsql ] || VTEST_SOCKET=$PGSQL_SOCKET
}

filled() {
	with 'sql_connect_timeout = 60' 'roaming_users = yes'
	ok "$1: a domain" vadddomain --no-password secret.test
	ok "$1: an account" vadduser --no-password alice@secret.test
	printf 'alice@secret.test\0x\0\0' >"$SITE/login"
	echo 'login alice@secret.test x' >"$SITE/request"
	printf 'alice@secret.test\0' >"$SITE/address"
	chmod 0711 "$SITE" "$SITE/home" "$SITE/home/etc"
}

mkdir "$folder"
site mysql
chown "$SITE_UID:$SITE_GID" "$folder"
printf '%s\n' "$SERVER_PASSWORD" >"$SERVERS/password"
chmod 0644 "$SERVERS/password"
like 'what is looked for is found where nothing is done about it' \
    "$(knows perl -e 'open F, "<", shift; $s = <F>; sleep 60' \
    "$SERVERS/password")" '*another process*'

store_make
filled mysql
secrets mysql my
site pgsql
store_make
filled pgsql
secrets pgsql pg
site oracle
store_modules
cp "$SERVERS/password" "$SITE/home/etc/oracle"
chmod 0600 "$SITE/home/etc/oracle"
chown "$SITE_UID:$SITE_GID" "$SITE/home/etc/oracle"
with "store_dir = $SITE/stores" 'auth_module = oracle' \
    'oracle_user = vpopmail' "oracle_password_file = $SITE/home/etc/oracle" \
    "oracle_source = DRIVER=mariadb;SOCKET=$MARIADB_SOCKET;DATABASE=vpopmail;\
OPTIONS=2"
filled oracle
secrets oracle my
VTEST_STORE=
done_testing
