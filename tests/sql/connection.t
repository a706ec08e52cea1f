#!/bin/sh
# What is wrong in a connection file, by the codes of older releases; nothing
# of it is taken for an account that does not exist, and no password is told.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

VTEST_STORE=
site_make
ok 'a domain' vadddomain --no-password example.com
store_modules
with "store_dir = $SITE/stores" 'sql_connect_timeout = 1'

# file CODE LINE ...: the connection file has these lines.
file() {
	code=$1
	shift
	path=$SITE/home/etc/vpopmail.$store
	printf '%s\n' '# a comment' '' "$@" >"$path"
	chmod 0640 "$path"
	run vuserinfo postmaster@example.com
	is "$store: $(printf '%s ' "$@")" "$status" "$((256 + code))"
	case $out$err in
	*s3cr*) fail "$store: $* tells the password" ;;
	esac
}

for store in mysql pgsql; do
	sed -i '/^auth_module/d' "$VPOPMAIL_CONF"
	with "auth_module = $store"
	run vuserinfo postmaster@example.com
	is "$store: no file" "$status" 233
	file -23 '# nothing else'
	file -35 '/nonexistent'
	file -35 '/nonexistent|x|user|s3cr|db'
	file -35 '/nonexistent|0|user|s3cr|db|more'
	file -35 '/nonexistent|70000|user|s3cr|db'
done
for line in -47:0 -48:'0|user' -49:'0|user|s3cr'; do
	store=pgsql
	file -35 "/nonexistent|${line#*:}"
	store=mysql
	sed -i '/^auth_module/d' "$VPOPMAIL_CONF"
	with 'auth_module = mysql'
	file "${line%%:*}" "/nonexistent|${line#*:}"
	sed -i '/^auth_module/d' "$VPOPMAIL_CONF"
	with 'auth_module = pgsql'
done
store=mysql
sed -i '/^auth_module/d' "$VPOPMAIL_CONF"
with 'auth_module = mysql'
good='localhost|/nonexistent|user|s3cr\|et|db'
file -35 "$good" localhost
file -52 "$good" 'localhost|0'
file -53 "$good" 'localhost|0|user'
file -54 "$good" 'localhost|0|user|s3cr'
file -23 "$good" "$good" 'a third line is left alone'
file -23 'localhost|/nonexistent|||'
done_testing
