#!/bin/sh
# Texts that would be statements if they were pasted into one, in every field
# and in every mode of the servers: they are stored and found as they are, or
# refused, and change nothing else.  The database's password is told nowhere.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

servers_make
mariadb_start my
pgsql_start pg
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_PORT=$PGSQL_PORT

# shellcheck disable=SC1003
texts() {
	cat <<'TEXTS'
x' OR '1'='1
x" OR "1"="1
x'; DELETE FROM vpopmail; --
x\'; DROP TABLE vpopmail; --
x\"; DROP TABLE vpopmail; --
x`; DROP TABLE `vpopmail`; --
x') ; UPDATE vpopmail SET pw_gid = 4096; --
'||(SELECT pw_passwd FROM vpopmail LIMIT 1)||'
\
'
''
%' LIKE '%
$1 ? @a ; /* */ #
TEXTS
}

site() { # store
	VTEST_STORE=
	[ -z "$SITE" ] || rm -rf "$SITE"
	site_make
	VTEST_STORE=$1
	VTEST_SOCKET=$MARIADB_SOCKET
	[ "$1" = mysql ] || VTEST_SOCKET=$PGSQL_SOCKET
	store_make
	with 'valias = yes' 'sql_logging = yes' 'logging = y' \
	    'clear_passwd = yes' 'ip_alias_domains = yes'
}

rest() { # rows that nobody touches
	echo "SELECT pw_name, pw_passwd, pw_gid, pw_gecos, pw_clear_passwd
	    FROM vpopmail WHERE pw_name <> 'alice' ORDER BY pw_name;
	    SELECT count(*) FROM vpopmail;" | store_sql
	echo "SELECT alias, domain, valias_line FROM valias
	    WHERE alias = 'stays';" | store_sql
}

login() { # name, password
	printf '%s\0%s\0\0' "$1" "$2" >"$SITE/login"
	TCPLOCALPORT=110 TCPREMOTEIP=192.0.2.1 vchkpw true 3<"$SITE/login" \
	    >/dev/null 2>&1
}

# One text in every field: prints what was not as it should be.
try() {
	vmoduser -c "$1" alice@example.test ||
	    echo "a comment: $1"
	[ "$(vuserinfo -c alice@example.test)" = "$1" ] ||
	    echo "a comment changed: $1"
	vpasswd alice@example.test "$1" >/dev/null || echo "a password: $1"
	vverifypw alice@example.test "$1" >/dev/null ||
	    echo "a password changed: $1"
	[ "$(vuserinfo -C alice@example.test)" = "$1" ] ||
	    echo "a clear password changed: $1"
	valias -i "$1" "some@example.test" >/dev/null || echo "a line: $1"
	valias -s some@example.test |
	    grep -qxF -e "some@example.test -> $1" || echo "no line: $1"
	valias --remove="$1" some@example.test >/dev/null ||
	    echo "a line not removed: $1"
	valias -s some@example.test | grep -q -e '->' && echo "a line stays: $1"
	# A name or a domain can hold little of this; all must be refused or
	# be somebody else's.
	login "$1@example.test" "$1"
	[ $? = 0 ] && echo "a login: $1"
	login "alice@$1" "$1"
	login alice@example.test "wrong$1"
	[ $? = 3 ] || echo "a wrong password: $1"
	vuserinfo "$1@example.test" >/dev/null 2>&1 && echo "found: $1"
	vuserinfo "alice@$1" >/dev/null 2>&1 && echo "found in: $1"
	vipmap -a "$1" example.test >/dev/null 2>&1 && echo "an address: $1"
	vmoddomlimits -P "$1" example.test >/dev/null 2>&1 &&
	    echo "a limit: $1"
	return 0
}

injection() { # words
	ok "$1: a domain" vadddomain --no-password example.test
	ok "$1: alice" vadduser -c Alice alice@example.test Secr3t.A
	ok "$1: bob" vadduser -c Bob bob@example.test Secr3t.B
	ok "$1: an alias" valias -i '&x@y.example' stays@example.test
	before=$(rest)
	texts >"$SITE/texts"
	while IFS= read -r text; do
		is "$1: $text" "$(try "$text" 2>&1 </dev/null)" ''
	done <"$SITE/texts"
	is "$1: all other rows are as they were" "$(rest)" "$before"
	is "$1: the log has the names as typed" "$(echo 'SELECT count(*)
	    FROM vlog WHERE error IN (1, 3);' | store_sql |
	    awk '{ print ($1 >= 13) }')" 1
	ok "$1: no row holds a typed password" test "$(echo "SELECT count(*)
	    FROM vlog WHERE passwd LIKE '%wrong%'" | store_sql)" = 0
}

for mode in '' NO_BACKSLASH_ESCAPES ANSI_QUOTES \
    ANSI,NO_BACKSLASH_ESCAPES,TRADITIONAL; do
	echo "SET GLOBAL sql_mode = '$mode'" | mariadb_sql my
	site mysql
	injection "mysql $mode"
done
for mode in on off; do
	site pgsql
	echo "ALTER DATABASE $store_name
	    SET standard_conforming_strings = $mode" | store_sql
	injection "pgsql, standard_conforming_strings $mode"
done
VTEST_STORE=
store_databases=
site sqlite
injection sqlite

# ---- the password of the database ----
site mysql
ok 'a domain' vadddomain --no-password secret.test
sed -i 's/|vpopmail|/|vpopmail2|/' "$SITE/home/etc/vpopmail.mysql"
run vuserinfo alice@secret.test
case $out$err in
*Se%cret*) fail 'a failed connection tells no password' ;;
*) pass 'a failed connection tells no password' ;;
esac
ok 'nor the journal' sh -c '! grep -rqF "Se%cret" "$1"/home/var' sh "$SITE"
ok 'only the connection file has it' sh -c '
	test "$(grep -rlF "Se%cret" "$1/home" "$1/qmail")" = \
	    "$1/home/etc/vpopmail.mysql"' sh "$SITE"
VTEST_STORE=
done_testing
