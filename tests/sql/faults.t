#!/bin/sh
# What a database can do wrong: mail is deferred and never bounced, logins fail
# for now, changes leave nothing half done, and no message tells a secret.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
servers_make
mariadb_start my
pgsql_start pg
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_PORT=$PGSQL_PORT

# site STORE: with a domain and alice.
site() {
	VTEST_STORE=
	[ -z "$SITE" ] || rm -rf "$SITE"
	site_make
	VTEST_STORE=$1
	VTEST_SOCKET=$MARIADB_SOCKET
	[ "$1" = mysql ] || VTEST_SOCKET=$PGSQL_SOCKET
	store_make
	with 'sql_connect_timeout = 1' 'sql_query_timeout = 1' 'valias = yes'
	ok "$1: a domain" vadddomain --password-hash "$hash" example.test
	ok "$1: an account" vadduser -e "$hash" alice@example.test
	ok "$1: an alias" valias -i '&x@y.example' ali@example.test
	dir=$SITE/home/domains/example.test
	printf 'alice@example.test\0Secr3tA\0\0' >"$SITE/alice"
	printf 'From: a@b.example\n\nbody\n' >"$SITE/message"
}

login() {
	env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" TCPLOCALPORT=110 \
	    TCPREMOTEIP=192.0.2.1 vchkpw true 3<"$SITE/alice"
}

deliver() { # ext, action: the status and what goes to the sender
	(
		cd "$dir" && env EXT="$1" HOST=example.test \
		    SENDER=a@b.example RPLINE='Return-Path: <a@b.example>
' DTLINE='Delivered-To: x
' vdelivermail '' "$2" <"$SITE/message"
	)
}

# The tree without what only tells of attempts.
tree() {
	find "$SITE/home/domains" "$SITE/qmail" -path '*/_vpopmail*' -o -print |
	    sort
}

# temporary WORDS [reads | accounts]: nothing can be found out or changed now;
# changes are not tried, or those of aliases are not.
temporary() {
	before=$(tree)
	run login
	is "$store: $1: vchkpw" "$status" 111
	for ext in alice nobody ali; do
		run deliver "$ext" bounce-no-mailbox
		is "$store: $1: mail for $ext" "$status" 111
	done
	run deliver nobody delete
	is "$store: $1: nothing is deleted" "$status" 111
	run vuserinfo alice@example.test
	like "$store: $1: vuserinfo" "$status" '2[0-4][0-9]'
	is "$store: $1: is no absence" "$(printf '%s' "$out" |
	    grep -c 'does not exist')" 0
	[ "$2" = reads ] || unchanged "$1" "$2"
	clean "$1"
}

# unchanged WORDS [accounts]: changes are refused and leave nothing.
unchanged() {
	before=$(tree)
	for change in 'vadduser --no-password bob@example.test' \
	    'vdeluser alice@example.test' \
	    'vmoduser -c New alice@example.test' \
	    'vadddomain --no-password other.test' \
	    'valias -i b@c.example bob@example.test'; do
		case $2:$change in
		accounts:valias*) continue ;;
		esac
		# shellcheck disable=SC2086
		run $change
		like "$store: $1: $change" "$status" '2[0-4][0-9]'
	done
	is "$store: $1: nothing is left" "$(tree)" "$before"
}

# clean WORDS: what was printed last names no password.
clean() {
	case $out$err in
	*"Se%cret"*)
		fail "$store: $1: tells the password"
		;;
	*)
		pass "$store: $1: tells no password"
		;;
	esac
}

# works WORDS: all is as before.
works() {
	ok "$store: $1: a login" login
	ok "$store: $1: mail" deliver alice bounce-no-mailbox
	is "$store: $1: one account" "$(vuserinfo -n -D example.test)" \
	    'alice
postmaster'
	is "$store: $1: vdoctor finds nothing" "$(vdoctor)" ''
}

# ---- of every server ----
faults() {
	store=$1
	server=$2
	site "$1"
	works 'at first'

	store_line=$(cat "$SITE/home/etc/vpopmail.$1")
	sed -i 's/cret 1/cret 2/' "$SITE/home/etc/vpopmail.$1"
	temporary 'wrong password'
	printf '%s\n' "$store_line" >"$SITE/home/etc/vpopmail.$1"
	chmod 0644 "$SITE/home/etc/vpopmail.$1"
	temporary 'a file that others can read'
	like "$store: which says so" "$err" '*vpopmail.*'
	chmod 0640 "$SITE/home/etc/vpopmail.$1"
	sed -i "s/$store_name/nosuch/" "$SITE/home/etc/vpopmail.$1"
	temporary 'no such database'
	printf '%s\n' "$store_line" >"$SITE/home/etc/vpopmail.$1"
	works 'and again'

	store_break example.test
	temporary 'no table' reads
	store_mend
	echo 'ALTER TABLE vpopmail RENAME COLUMN pw_dir TO x' | store_sql
	temporary 'a column is missing' accounts
	echo 'ALTER TABLE vpopmail RENAME COLUMN x TO pw_dir' | store_sql
	works 'with its column'

	rows_of "$1"

	read_only on
	ok "$store: read-only: a login" login
	ok "$store: read-only: mail" deliver alice bounce-no-mailbox
	unchanged 'read-only'
	is "$store: read-only: no change is pending" "$(sqlite3 \
	    "$SITE/home/var/journal.sqlite" \
	    'SELECT event, object FROM change WHERE state = 0')" ''
	read_only off
	ok "$store: writable: a change" vmoduser -c Name alice@example.test
	works 'writable'

	server_pause "$server"
	temporary 'slow' reads
	server_resume "$server"
	works 'not slow'
	server_kill "$server"
	temporary 'gone'
}

read_only() {
	case $store:$1 in
	mysql:on)
		echo 'SET GLOBAL read_only = 1' | store_sql
		;;
	mysql:off)
		echo 'SET GLOBAL read_only = 0' | store_sql
		;;
	pgsql:on)
		echo "ALTER DATABASE $store_name SET
		    default_transaction_read_only = on" | store_sql
		;;
	pgsql:off)
		echo "SET default_transaction_read_only = off;
		    ALTER DATABASE $store_name RESET
		    default_transaction_read_only" | store_sql
		;;
	esac
}

# bad_row WORDS ASSIGNMENT: alice's row cannot be used, others can.
bad_row() {
	echo 'CREATE TABLE saved AS SELECT * FROM vpopmail' | store_sql
	echo "UPDATE vpopmail SET $2 WHERE pw_name = 'alice'" | store_sql
	run login
	is "$store: $1: vchkpw" "$status" 111
	run deliver alice bounce-no-mailbox
	is "$store: $1: mail is deferred" "$status" 111
	ok "$store: $1: others" deliver postmaster bounce-no-mailbox
	echo "DELETE FROM vpopmail;
	    INSERT INTO vpopmail SELECT * FROM saved; DROP TABLE saved" |
	    store_sql
}

# wide COLUMN: it takes more than our limit.
wide() {
	case $store in
	mysql)
		echo "ALTER TABLE vpopmail MODIFY $1 varchar(3000)"
		;;
	pgsql)
		echo "ALTER TABLE vpopmail ALTER $1 TYPE varchar(3000)"
		;;
	esac | store_sql
}

rows_of() {
	for column in pw_passwd pw_dir pw_shell; do
		wide "$column"
		bad_row "over-long $column" "$column = '$(printf '%02000d' 0)'"
	done
	echo "UPDATE vpopmail SET pw_gecos = NULL, pw_clear_passwd = NULL
	    WHERE pw_name = 'alice'" | store_sql
	works 'NULL where it is no matter'
	if [ "$store" = sqlite ]; then
		bad_row 'a number that is none' "pw_gid = 'x'"
	fi
	echo "UPDATE vpopmail SET pw_passwd = NULL WHERE pw_name = 'alice'" |
	    store_sql
	run login
	like "$store: NULL for the password: no login" "$status" '[13]*'
	ok "$store: NULL for the password: mail" \
	    deliver alice bounce-no-mailbox
	echo "UPDATE vpopmail SET pw_passwd = '$hash', pw_gecos = 'x'
	    WHERE pw_name = 'alice'" | store_sql
}

faults mysql my
faults pgsql pg
VTEST_STORE=
store_databases=

# ---- a full disk ----
# on_disk SIZE: servers are started on a small disk of their own from now on.
on_disk() {
	disk=$SERVERS/disk
	mkdir -p "$disk"
	mount -t tmpfs -o "size=$1,mode=0755" tmpfs "$disk" 2>/dev/null ||
	    return 1
	trap 'off_disk; servers_end' EXIT
	cp -R "$SERVERS/tls" "$disk"
	SERVERS=$disk
}

off_disk() {
	[ "$SERVERS" = "${disk-}" ] || return 0
	servers_stop
	umount "$disk" || umount -l "$disk"
	SERVERS=${disk%/disk}
}

# fill TABLE COLUMNS VALUES: rows with a growing number for N until there is
# room for none; first long ones, then short ones.
fill() {
	for length in 250 1; do
		awk -v t="$1" -v c="$2" -v v="$3" -v l="$length" 'BEGIN {
			for (text = "x"; length(text) < l; text = text "x")
				;
			for (i = 1; i < 100000; i++) {
				values = v
				gsub("N", sprintf("%03d%06d", 500 - l, i), values)
				gsub("TEXT", text, values)
				printf "INSERT INTO %s (%s) VALUES (%s);\n",
				    t, c, values
			}
		}' | store_sql >"$SITE/fill" 2>&1
		ok "$store: no room for $1" grep -qi 'no space\|is full' \
		    "$SITE/fill"
	done
}

full() { # store
	store=$1
	site "$1"
	works 'before'
	dd if=/dev/zero of="$disk/filler" bs=64k 2>/dev/null
	dd if=/dev/zero of="$disk/rest" bs=1k 2>/dev/null
	fill vpopmail 'pw_name, pw_domain, pw_gecos' \
	    "'boaN', 'example.test', 'TEXT'"
	fill valias 'alias, domain, valias_line' \
	    "'boaN', 'example.test', 'TEXT'"
	before=$(tree)
	for change in 'vadduser --no-password bob@example.test' \
	    'valias -i bob@c.example bob@example.test'; do
		# shellcheck disable=SC2086
		run $change
		like "$store: a full disk: $change" "$status" '2[0-4][0-9]'
		clean 'a full disk'
	done
	is "$store: a full disk: nothing is left" "$(tree)" "$before"
	# MariaDB wants room to say what its tables are like.
	run deliver alice bounce-no-mailbox
	is "$store: a full disk: mail" "$((status == 0 || status == 111))" 1
	run login
	is "$store: a full disk: a login" "$((status == 0 || status == 111))" 1
	run vmoduser -c Longer-than-it-was alice@example.test
	run vadddomain --no-password other.test
	run vdeldomain other.test
	rm "$disk/filler" "$disk/rest"
	echo "DELETE FROM vpopmail WHERE pw_name LIKE 'boa%';
	    DELETE FROM valias WHERE alias LIKE 'boa%';" | store_sql
	ok "$store: with room again: a change" vadduser --no-password \
	    bob@example.test
	ok "$store: with room again: an alias" valias -i '&x@y.example' \
	    bob@example.test
	ok "$store: and back" vdeluser bob@example.test
	works 'with room again'
	VTEST_STORE=
	store_databases=
}

if on_disk 320m; then
	mariadb_start fullmy --innodb-log-file-size=16M
	# shellcheck disable=SC2016
	echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql fullmy
	full mysql
	servers_stop
	rm -rf "$SERVERS/fullmy"
	pgsql_start fullpg
	VTEST_PORT=$PGSQL_PORT
	full pgsql
	off_disk
else
	comment 'no full disk' 'a file system cannot be mounted here'
fi

# ---- SQLite: a file ----
store=sqlite
site sqlite
file=$SITE/home/domains/_vpopmail.sqlite
works 'at first'
rows_of sqlite
cp -p "$file" "$SITE/file"
printf 'this is no database, it has other bytes at its beginning' >"$file"
temporary 'a damaged file'
cp -p "$SITE/file" "$file"
works 'mended'
before=$(tree)
run sh -c 'ulimit -f 8; trap "" XFSZ
	vadduser -q 1M -e "$1" bob@example.test' sh "$hash"
like 'sqlite: a full disk' "$status" '2[0-4][0-9]'
is 'sqlite: a full disk: nothing is left' "$(tree)" "$before"
works 'with room'
VTEST_STORE=
done_testing
