#!/bin/sh
# vhostadmind: its processes, and mailboxes over its interface.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
vadduser joe@test.com secret0 || exit 1
panel_mail
panel_start
U=http://localhost/api/v1
users=/domains/test.com/users

# ---- processes -----------------------------------------------------------
api GET /server/health
is 'health' "$status $(got .status)" '200 ok'
api GET /sessions/current
is 'root is known by his user id' "$status $(got '.role, .account' | xargs)" \
    '200 system uid:0'
field() {
	sed -n "s/^$2:[[:space:]]*\([0-9]*\).*/\1/p" "/proc/$1/status"
}
front=$(panel_child front)
is 'the front is a user of its own' "$(field "$front" Uid)" "$(id -u daemon)"
is 'the front has a filter of system calls' "$(field "$front" Seccomp)" 2
is 'the front sees no files' "$(find "/proc/$front/root/" -mindepth 1)" ""
is 'a worker is the owner of mail' "$(field "$(panel_child worker)" Uid)" "$SITE_UID"
for victim in front worker worker; do
	kill -KILL "$(panel_child $victim)"
	answers() {
		api GET /server/health && [ "$status" = 200 ]
	}
	ok "it serves after its $victim was killed" await answers
done
kill -HUP $PANEL_PID
ok 'new settings' await grep -q 'new settings' "$SITE/log"
api GET /server/health
is 'it serves with new settings' "$status" 200

# ---- who may ---------------------------------------------------------------
code() {
	curl -s -m 20 -o /dev/null -w '%{http_code}' "$@"
}
is 'nobody is known over TCP' \
    "$(code "http://127.0.0.1:$PANEL_PORT/api/v1$users")" 401
is 'nobody is known over TLS' \
    "$(code -k "https://127.0.0.1:$PANEL_TLS/api/v1$users")" 401
is 'nobody is known behind a web server' \
    "$(code --unix-socket "$PANEL_PROXY" "$U$users")" 401
is 'health is local' \
    "$(code "http://127.0.0.1:$PANEL_PORT/api/v1/server/health")" 404
is 'health is not for the clients of a web server' \
    "$(code --unix-socket "$PANEL_PROXY" "$U/server/health")" 404
is 'a bearer is not taken for the user of the socket' \
    "$(code --unix-socket "$PANEL_SOCK" -H 'Authorization: Bearer x' "$U$users")" 401
chmod 0666 "$PANEL_SOCK"
is 'another user of the socket is nobody' \
    "$(setpriv --reuid daemon --regid daemon --clear-groups \
	curl -s -m 20 -o /dev/null -w '%{http_code}' --unix-socket "$PANEL_SOCK" \
	"$U$users")" 401

# ---- addresses -------------------------------------------------------------
api GET /nothing
is 'no such address' "$status $(header content-type)" \
    '404 application/problem+json'
api PUT $users
is 'a method that is not for it' "$status $(header allow)" \
    '405 GET, HEAD, POST'
api GET /domains/none.test/users
is 'no such domain' "$status $(got .code)" '404 -11'

# ---- the request layer ------------------------------------------------------
PORT=$PANEL_PORT perl "$srcdir/tests/lib/vhostadmind.pl" >"$SITE/raw" 2>&1
while IFS= read -r line; do
	case $line in
	'ok '*) pass "${line#ok }" ;;
	'not ok '*) fail "${line#not ok }" ;;
	*) comment raw "$line" ;;
	esac
done <"$SITE/raw"
is 'all of them ran' "$(grep -c 'ok ' "$SITE/raw")" \
    "$(grep -c '^refused\|^accepted' "$srcdir/tests/lib/vhostadmind.pl")"
api GET /server/health
is 'it serves after all that' "$status" 200

panel_stop
not_ok 'its socket is gone' test -e "$PANEL_SOCK"
done_testing
