#!/bin/sh
# Conversions between any two stores: all kinds of records arrive, the source
# is not touched, a second run has nothing to do, and one that was killed goes
# on when it is done again.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

servers_make
servers_odbc
mariadb_start my
pgsql_start pg
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_PORT=$PGSQL_PORT
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01'
stores='cdb mysql pgsql sqlite oracle'
tables='vpopmail dir_control lastauth relay ip_alias_map valias vlog limits
aliasdomains'

all_kinds='*accounts *aliases *lastauth *dir_control *aliasdomains *limits *'\
'ip_alias_map *relay *vlog *'

# sql STORE: statements on standard input, in its database.
sql() {
	case $1 in
	mysql)
		VTEST_SOCKET=$MARIADB_SOCKET
		store_server mysql "$mysql_name" | tr '\t' '|'
		;;
	pgsql)
		VTEST_SOCKET=$PGSQL_SOCKET
		store_server pgsql "$pgsql_name"
		;;
	sqlite)
		sqlite3 "$SITE/home/domains/_vpopmail.sqlite"
		;;
	oracle)
		sqlite3 "$SITE/odbc.sqlite"
		;;
	esac
}

# connect STORE: a new site that is kept there, and may be in any other.
connect() {
	VTEST_STORE=
	[ -z "$SITE" ] || rm -rf "$SITE"
	site_make
	store_modules
	VTEST_SOCKET=$MARIADB_SOCKET
	store_file mysql
	mysql_name=$store_name
	VTEST_SOCKET=$PGSQL_SOCKET
	store_file pgsql
	pgsql_name=$store_name
	: >"$SITE/odbc.sqlite"
	chmod 0666 "$SITE/odbc.sqlite"
	with "store_dir = $SITE/stores" 'valias = yes' 'mysql_limits = yes' \
	    'sql_aliasdomains = yes' 'ip_alias_domains = yes' \
	    'clear_passwd = yes' 'roaming_users = yes' 'sql_logging = yes' \
	    'logging = y' 'rebuild_tcpserver_file = no' \
	    "oracle_source = DRIVER=sqlite;Database=$SITE/odbc.sqlite;StepAPI=1"
	live "$1"
}

live() {
	sed -i '/^auth_module/d' "$VPOPMAIL_CONF"
	with "auth_module = $1"
}

login() { # address, password
	printf '%s\0%s\0\0' "$1" "$2" >"$SITE/login"
	TCPLOCALPORT=110 TCPREMOTEIP=192.0.2.9 vchkpw /bin/true \
	    3<"$SITE/login" >/dev/null 2>&1
}

# Something of every kind.
fill() {
	vadddomain --password-hash "$hash" one.test
	vadddomain --no-password two.test
	vaddaliasdomain one.test also-one.test
	vadduser -c "O'Neil, \"x\"" alice@one.test Secr3t.1
	vadduser -q 5M -e "$hash" bob@one.test
	vadduser --no-password 'o.k+x@two.test'
	vmoduser -p -r bob@one.test
	vmoduser -2 alice@one.test
	valias -i '&z@y.example' info@one.test
	valias -i '|/bin/true a b' info@one.test
	valias -i '&a@y.example' info@one.test
	valias -i '&x@y.example' dotted.name@two.test
	vmoddomlimits -P 7 -Q 100 two.test
	vipmap -a 192.0.2.1 one.test
	vipmap -a 2001:db8::1 two.test
	login alice@one.test Secr3t.1
	! login bob@one.test wrong
}

# What the tools say of the whole site on its present store.
snapshot() {
	vdominfo
	for d in one.test two.test; do
		vuserinfo -D "$d"
		vuserinfo -C -D "$d"
		valias -s "$d"
		vmoddomlimits -S "$d"
	done
	vipmap -p | sort
	on=$(sed -n 's/^auth_module = //p' "$VPOPMAIL_CONF")
	if [ "$on" = cdb ]; then
		sed 's/:allow[^	]*	/|/' "$SITE/home/etc/open-smtp"
	else
		echo 'SELECT ip_addr, timestamp FROM relay;' | sql "$on"
	fi | sort
}

# The bytes of a store.
sum() {
	if [ "$1" = cdb ]; then
		find "$SITE/home/domains" "$SITE/home/etc" -type f \
		    ! -name '_vpopmail*' ! -name vpopmail.conf \
		    ! -name 'open-smtp.lock' -exec sha256sum {} + | sort
		return
	fi
	for table in $tables; do
		echo "SELECT * FROM $table;" | sql "$1" | sort
	done | sha256sum
}

log() {
	echo 'SELECT logon, message, timestamp, error FROM vlog;' | sql "$1" |
	    sort
}

empty() {
	if [ "$1" = cdb ]; then
		find "$SITE/home/domains" \( -name 'vpasswd*' -o \
		    -name .dir-control -o -name lastauth -o \
		    -name .qmailadmin-limits -o \( -name '.qmail-*' \
		    ! -name .qmail-default \) \) -exec rm -f {} +
		rm -f "$SITE/home/etc/open-smtp" "$SITE/home/etc/ip_alias_map"
		return
	fi
	for table in $tables; do
		echo "DELETE FROM $table;"
	done | sql "$1" >/dev/null 2>&1
}

for from in $stores; do
	connect "$from"
	ok "$from: a site" fill
	all=$(snapshot)
	ok "$from: another name" vrenamedomain one.test moved.test
	is "$from: under it is the account" "$(vuserinfo -n bob@moved.test)" bob
	ok "$from: its own name again" vrenamedomain moved.test one.test
	ok "$from: the other one goes" vdeldomain moved.test
	is "$from: all that the tools say" "$(snapshot)" "$all"
	for to in $stores; do
		[ "$from" != "$to" ] || continue
		live "$from"
		all=$(snapshot)
		before=$(sum "$from")
		run vconvert --from "$from" --to "$to"
		is "$from to $to" "$status $err" '0 '
		said=$out
		is "$from to $to: the source is as it was" "$(sum "$from")" \
		    "$before"
		live "$to"
		is "$from to $to: all that the tools say" "$(snapshot)" "$all"
		case $from$to in
		*cdb*) ;;
		*)
			like "$from to $to: all kinds" "$(echo "$said" | tr '\n' ' ')" \
			    "$all_kinds"
			is "$from to $to: the log" "$(log "$to")" \
			    "$(log "$from")"
			;;
		esac
		run vconvert --from "$from" --to "$to"
		is "$from to $to again: nothing to do" "$status $(
		    printf '%s\n' "$out" |
			grep -c '([1-9][0-9]* changed)')" '0 0'
		empty "$to"
	done
done

# ---- killed on the way ----
# interrupted FROM TO HOW CALL ...: killed there, then done again.
interrupted() {
	from=$1 to=$2 how=$3
	shift 3
	connect "$from"
	ok "$from: a large site" fill
	awk -v hash="$hash" 'BEGIN {
		print "address,hash"
		for (i = 0; i < 1200; i++)
			printf "u%04d@one.test,%s\n", i, hash
	}' | vadduser --from - >/dev/null
	all=$(snapshot)
	before=$(sum "$from")
	for call; do
		what="$from to $to: $how at call $call"
		empty "$to"
		ASAN_OPTIONS=detect_leaks=0 \
		    inject "$how" "$call" vconvert --from "$from" --to "$to" \
		    >"$SITE/out" 2>&1
		is "$what" "$?" 125
		is "$what: the source" "$(sum "$from")" "$before"
		run vconvert --from "$from" --to "$to"
		is "$what: goes on" "$status $err" '0 '
		live "$to"
		is "$what: all is there" "$(snapshot)" "$all"
		live "$from"
	done
}

interrupted cdb sqlite kill 100 300 600 1000 1800
interrupted pgsql cdb kill 10 20 40 80
interrupted pgsql cdb unsent 10 20 40
interrupted mysql pgsql unsent 10 20 40 80 120
VTEST_STORE=
done_testing
