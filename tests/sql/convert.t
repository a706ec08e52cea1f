#!/bin/sh
# The sites that vpopmail 5.6 wrote: its MySQL tables are worked on in place,
# and both sites go from store to store and are equal when they come back.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"
# shellcheck source=tests/lib/site56.sh
. "${srcdir:-.}/tests/lib/site56.sh"

servers_make
mariadb_start my
pgsql_start pg
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_PORT=$PGSQL_PORT

# connect: the site gets the modules and databases of its own.
connect() {
	store_modules
	VTEST_SOCKET=$PGSQL_SOCKET
	store_file pgsql
	pgsql_name=$store_name
	VTEST_SOCKET=$MARIADB_SOCKET
	store_file mysql
	mysql_name=$store_name
	with "store_dir = $SITE/stores" 'valias = yes' 'mysql_limits = yes' \
	    'sql_logging = yes' 'sql_aliasdomains = yes' \
	    'clear_passwd = yes'
}

live() { # store: the site's is this one now
	sed -i '/^auth_module/d' "$VPOPMAIL_CONF"
	with "auth_module = $1"
}

# What the tools say of the whole site on its present store.
snapshot() {
	vdominfo
	vdominfo -n | grep -v ' alias of ' | grep . | while read -r d; do
		vuserinfo -D "$d"
		vuserinfo -p -a -D "$d"
		vuserinfo -C -D "$d"
		valias -s "$d"
		vmoddomlimits -S "$d"
	done
	vipmap -p
}

# Every row of the MySQL tables that has no number of its own.
rows() {
	for table in vpopmail dir_control lastauth limits aliasdomains; do
		echo "$table"
		echo "SELECT * FROM $table" | store_server mysql "$mysql_name" |
		    sort
	done
	for columns in 'alias, domain, valias_line FROM valias
	    ORDER BY domain, alias, id' \
	    'user, domain, logon, remoteip, message, timestamp, error
	    FROM vlog'; do
		echo "SELECT $columns" | store_server mysql "$mysql_name"
	done
}

empty() { # the MySQL tables
	for table in vpopmail dir_control lastauth limits aliasdomains \
	    valias vlog; do
		echo "DELETE FROM $table;"
	done | store_server mysql "$mysql_name"
}

convert() { # from, to: the whole site
	run vconvert --from "$1" --to "$2"
	is "$1 to $2" "$status $err" '0 '
	run vconvert --from "$1" --to "$2"
	is "$1 to $2 again: nothing to do" \
	    "$status$(printf '%s\n' "$out" |
	        grep -c '([1-9][0-9]* changed)')" 00
}

login() { # address, password
	printf '%s\0%s\0\0' "$1" "$2" >"$SITE/login"
	TCPLOCALPORT=25 TCPREMOTEIP=192.0.2.9 vchkpw /bin/true 3<"$SITE/login"
}

# ---- the site on MySQL ----
site_make
site56_files site-5.6-mysql-files.tar.gz
connect
site56_dump | store_server mysql "$mysql_name"
live mysql
vdoctor --repair >"$SITE/doctor" 2>&1
is 'vdoctor --repair leaves nothing' "$(vdoctor)" ''
is 'every account is there' "$(vuserinfo -n -D example.com | wc -l)" 233
is 'aliases are read' "$(valias -s sales@example.com | wc -l)" 3
is 'limits are read' "$(vmoddomlimits -S example.com | sed -n 3p)" \
    'Max Pop Accounts: 300'
ok 'an address' vipmap -a 127.0.0.5 example.net
before=$(rows)
all=$(snapshot)

cp -a "$SITE/home/domains" "$SITE/domains"
convert mysql sqlite
is 'the source is as it was' "$(rows)" "$before"
live sqlite
is 'sqlite: all that the tools say' "$(snapshot)" "$all"
convert sqlite pgsql
live pgsql
is 'pgsql: all that the tools say' "$(snapshot)" "$all"
live mysql
empty
convert pgsql mysql
is 'MySQL again: every row' "$(rows)" "$before"
is 'no file of the domains was touched' \
    "$(diff -r "$SITE/domains" "$SITE/home/domains" | grep -v _vpopmail)" ''

convert pgsql cdb
live cdb
is 'cdb: all that the tools say' "$(snapshot)" "$all"
is 'the alias is a file' \
    "$(grep -c . "$SITE/home/domains/example.com/.qmail-sales")" 3
rm -f "$SITE/home/domains"/_vpopmail.sqlite*
convert cdb sqlite
live sqlite
is 'sqlite from cdb: all that the tools say' "$(snapshot)" "$all"
ok 'a login' login user9@example.com Changed-pass-9

# ---- worked on in place ----
live mysql
ok 'login' login user1@example.com Pass-word-1
ok 'add' vadduser -c 'New One' newone@example.com New-pass-1
ok 'login of the new one' login newone@example.com New-pass-1
ok 'change' vmoduser -c 'Changed Name' user20@example.com
ok 'delete' vdeluser user23@example.com
ok 'an alias' valias -i x@y.example new@example.com
ok 'a domain' vadddomain brandnew.example Some-pass-1
ok 'a domain deleted' vdeldomain dom59.example
is 'vdoctor finds nothing' "$(vdoctor)" ''

# ---- what is refused ----
run vconvert --from cdb --to cdb
is 'from a store to itself' "$status" 196
run vconvert --from nosuch --to cdb
is 'no such store' "$status" 190
run vconvert --from cdb --to mysql example.com
is 'into the live store: what would be lost' "$status" 254
like 'names it' "$err" "*account 'newone@example.com' is in store 'mysql'*"
find "$SITE/home/domains/example.com" -name 'vpasswd*' -delete
live cdb
run vconvert --from cdb --to mysql example.com
is 'a source without accounts' "$status" 246
live mysql
is 'costs nothing' "$(vuserinfo -n -D example.com | wc -l)" 233
run vconvert --from mysql --to cdb example.com --dry-run
ran 'a dry run' 0 "example.com: accounts 233 (233 changed), aliases 3 (1 \
changed), limits 1 (0 changed), lastauth 233 (0 changed), dir_control 1 (0 \
changed)" ''
not_ok 'writes nothing' test -e "$SITE/home/domains/example.com/vpasswd"
run vconvert -m -c example.com
ran 'the letters of old' 0 'converting example.com example.com done
done' ''
is 'vpasswd and its cdb agree' "$(perl "$srcdir/tests/lib/readsite.pl" \
    accounts "$SITE/home/domains/example.com" | wc -l)" 233
run vconvert -m -m example.com
ran 'an unknown conversion' 255 'converting example.com unknown conversion
domain conversion failed' ''
run vconvert --json --from mysql --to cdb example.net
like 'JSON' "$out" '\[{"domain":"example.net","error":null,"accounts":{"total":2*'

# ---- a server that is gone ----
server_stop my
run vconvert --from mysql --to cdb example.com
is 'the server is gone' "$status" 233
is 'vpasswd stays' "$(wc -l <"$SITE/home/domains/example.com/vpasswd")" 233
login user1@example.com Pass-word-1
is 'vchkpw' $? 111
done_testing
