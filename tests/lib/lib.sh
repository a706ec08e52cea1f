# shellcheck shell=sh
# Shared by the black-box tests; sourced, prints TAP.
#
#   site_make                 a scratch site; sets SITE, SITE_UID, SITE_GID
#                             and VPOPMAIL_CONF, and is removed at the end; its
#                             accounts are in the store VTEST_STORE (stores.sh)
#   on_cdb                    the site's accounts are in files
#   account_line ADDRESS      its line of vpasswd, also where it is a row
#   last_login ADDRESS        the address that it last logged in from
#   set_login ADDRESS IP WHEN the same, made; WHEN as for date -d
#   drop_login ADDRESS        it has no record of a login
#   relay_list                the roaming addresses, as lines of open-smtp
#   relay_set [IP TIME ...]   they are these now
#   store_break DOMAIN        its accounts cannot be read, until store_mend
#   ok WORDS COMMAND ...      the command succeeds
#   not_ok WORDS COMMAND ...  the command fails
#   is WORDS GOT WANTED       two texts are equal
#   like WORDS GOT PATTERN    a text matches a shell pattern
#   is_file WORDS FILE TEXT   a file holds exactly this text (and a newline)
#   run COMMAND ...           sets $status, $out and $err
#   ran WORDS STATUS OUT [ERR]  what the last run gave, exactly; ERR '*'
#                             accepts any words on standard error
#   done_testing              prints the plan; every test ends with it
#
# The built programs are in PATH already, or in the folder VHOSTADMIN_BIN.

LC_ALL=C
TZ=UTC
export LC_ALL TZ
[ -z "$VHOSTADMIN_BIN" ] || PATH=$VHOSTADMIN_BIN:$PATH
umask 022
unset VPOPMAIL_DOMAIN TCPLOCALIP TCPREMOTEIP POSIXLY_CORRECT

tests=0
failed=0
SITE=

# The store of the sites: cdb files, or a database.
on_cdb() {
	[ -z "$VTEST_STORE" ]
}
# shellcheck source=tests/lib/stores.sh
on_cdb || . "${srcdir:-.}/tests/lib/stores.sh"

account_line() {
	if on_cdb; then
		grep "^${1%@*}:" "$(vdominfo -d "${1#*@}" | head -n 1)/vpasswd"
	else
		store_account "${1%@*}" "${1#*@}"
	fi
}

last_login() {
	if on_cdb; then
		cat "$(vuserinfo -d "$1")/lastauth"
	else
		store_login "${1%@*}" "${1#*@}"
	fi
}

set_login() {
	if on_cdb; then
		set -- "$(vuserinfo -d "$1")" "$2" "$3"
		printf %s "$2" >"$1/lastauth"
		touch -d "$3" "$1/lastauth"
	else
		store_set_login "${1%@*}" "${1#*@}" "$2" "$(date -d "$3" +%s)"
	fi
}

drop_login() {
	if on_cdb; then
		rm "$(vuserinfo -d "$1")/lastauth"
	else
		store_set_login "${1%@*}" "${1#*@}"
	fi
}

relay_list() {
	if on_cdb; then
		cat "$SITE/home/etc/open-smtp"
	else
		store_relay
	fi
}

relay_set() {
	if ! on_cdb; then
		store_relay_set "$@"
		return
	fi
	: >"$SITE/home/etc/open-smtp"
	while [ $# -gt 0 ]; do
		printf '%s:allow,RELAYCLIENT="",RBLSMTPD=""\t%s\n' "$1" "$2" \
		    >>"$SITE/home/etc/open-smtp"
		shift 2
	done
}

store_break() {
	if on_cdb; then
		broken=$(vdominfo -d "$1" | head -n 1)
		mkdir "$SITE/aside"
		mv "$broken"/vpasswd* "$SITE/aside"
		mkdir "$broken/vpasswd" "$broken/vpasswd.cdb"
	else
		echo 'ALTER TABLE vpopmail RENAME TO aside' | store_sql
	fi
}

store_mend() {
	if on_cdb; then
		rmdir "$broken/vpasswd" "$broken/vpasswd.cdb"
		mv "$SITE/aside"/* "$broken"
		rmdir "$SITE/aside"
	else
		echo 'ALTER TABLE aside RENAME TO vpopmail' | store_sql
	fi
}

cleanup() {
	on_cdb || store_end
	[ -z "$SITE" ] || rm -rf "$SITE"
}
trap cleanup EXIT
trap 'exit 1' HUP INT PIPE TERM

pass() {
	tests=$((tests + 1))
	echo "ok $tests - $1"
}

fail() {
	tests=$((tests + 1))
	failed=$((failed + 1))
	echo "not ok $tests - $1"
}

# comment TITLE TEXT: a text as TAP comments.
comment() {
	printf '%s\n' "$2" | sed "s/^/# $1: /"
}

ok() {
	ok_words=$1
	shift
	if ok_out=$("$@" 2>&1 </dev/null); then
		pass "$ok_words"
	else
		ok_status=$?
		fail "$ok_words"
		comment "status $ok_status" "$ok_out"
	fi
}

not_ok() {
	ok_words=$1
	shift
	if ok_out=$("$@" 2>&1 </dev/null); then
		fail "$ok_words"
		comment 'status 0' "$ok_out"
	else
		pass "$ok_words"
	fi
}

is() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		comment got "$2"
		comment wanted "$3"
	fi
}

like() {
	# shellcheck disable=SC2254
	case $2 in
	$3)
		pass "$1"
		;;
	*)
		fail "$1"
		comment got "$2"
		comment pattern "$3"
		;;
	esac
}

is_file() {
	is "$1" "$(cat "$2" 2>&1)" "$3"
}

run() {
	"$@" >"$SITE/.out" 2>"$SITE/.err" </dev/null
	status=$?
	out=$(cat "$SITE/.out")
	err=$(cat "$SITE/.err")
}

ran() {
	if [ "$status" = "$2" ] && [ "$out" = "$3" ] &&
	    { [ "$4" = '*' ] || [ "$err" = "$4" ]; }; then
		pass "$1"
		return
	fi
	fail "$1"
	comment status "$status, wanted $2"
	comment stdout "$out"
	comment wanted "$3"
	comment stderr "$err"
	[ "$4" = '*' ] || comment wanted "$4"
}

# The account that owns mail: nobody for root, else the caller.
site_owner() {
	if [ "$(id -u)" = 0 ]; then
		SITE_UID=$(id -u nobody)
		SITE_GID=$(id -g nobody)
	else
		SITE_UID=$(id -u)
		SITE_GID=$(id -g)
	fi
}

site_make() {
	SITE=$(mktemp -d "${TMPDIR:-/tmp}/vhostadmin-test.XXXXXX") || exit 1
	SITE=$(cd "$SITE" && pwd -P)
	site_owner
	chmod 0755 "$SITE"
	mkdir -p "$SITE/home/etc" "$SITE/home/domains" "$SITE/home/bin" \
	    "$SITE/home/var" "$SITE/qmail/control" "$SITE/qmail/users" \
	    "$SITE/qmail/bin" "$SITE/qmail/lock"
	chmod 0700 "$SITE/home/domains"
	if [ "$(id -u)" = 0 ]; then
		chown "$SITE_UID:$SITE_GID" "$SITE/home" "$SITE/home"/*
	fi
	VPOPMAIL_CONF=$SITE/home/etc/vpopmail.conf
	export VPOPMAIL_CONF
	cat >"$VPOPMAIL_CONF" <<CONF
home = $SITE/home
uid = $SITE_UID
gid = $SITE_GID
qmaildir = $SITE/qmail
password_scheme = sha512
CONF
	echo mx.example.com >"$SITE/qmail/control/me"
	on_cdb || store_make
}

# with SETTING ...: add lines to the settings.
with() {
	printf '%s\n' "$@" >>"$VPOPMAIL_CONF"
}

done_testing() {
	echo "1..$tests"
	[ "$failed" = 0 ]
	exit
}
