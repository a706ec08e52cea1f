#!/bin/sh
# vhostadmind: its processes, and mailboxes over its interface.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
vadduser joe@test.com secret0 || exit 1
panel_start
U=http://localhost/api/v1
users=/domains/test.com/users

# ---- processes -----------------------------------------------------------
api GET /server/health
is 'health' "$status $(got .status)" '200 ok'
api GET /sessions/current
is 'root is known by his user id' "$status $out" \
    '200 {"role":"system","account":"uid:0"}'
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

# ---- mailboxes -------------------------------------------------------------
api POST $users -H "$JSON" -d '{"name":"Carol","gecos":"Carol C","password":"secret7"}'
is 'create' "$status $(header location)" \
    '201 /api/v1/domains/test.com/users/carol'
is 'what was created' "$out" \
    '{"name":"carol","domain":"test.com","gecos":"Carol C","flags":0,"quota":{"bytes":0,"messages":0}}'
ok 'her password' vverifypw carol@test.com secret7
tag=$(header etag)
api POST $users -H "$JSON" -d '{"name":"carol"}'
is 'create again' "$status $(got .code)" '409 -2'
api POST $users -H "$JSON" -d '{"gecos":"x"}'
is 'create without a name' "$status $(got '.errors[0].pointer')" \
    '422 /name'
api POST $users -H "$JSON" -d '{"name":"x","flags":65536}'
is 'fields that are not offered are refused' "$status" 422
api POST $users -H "$JSON" -d '{"name":["x"]}'
is 'a field of another type' "$status" 422
api POST $users -H 'Content-Type: text/plain' -d '{"name":"x"}'
is 'a body that is no JSON' "$status" 415
api POST $users -H "$JSON" -d '{"name":"x","name":"y"}'
is 'a field that occurs twice' "$status" 400
api POST $users -H "$JSON" -d '[]'
is 'a body that is no object' "$status" 400
api POST $users -H "$JSON" -d '{"name":"a b"}'
is 'a bad name' "$status $(got .code)" '422 -1'
api GET $users/carol -H "If-None-Match: $tag"
is 'not modified' "$status" 304
api PATCH $users/carol -H "$JSON" -d '{"gecos":"C"}'
is 'change without If-Match' "$status" 428
api PATCH $users/carol -H "$JSON" -H 'If-Match: "00"' -d '{"gecos":"C"}'
is 'change of another revision' "$status" 412
api PATCH $users/carol -H "$JSON" -H "If-Match: $tag" -d '{"gecos":"C"}'
is 'change' "$status $(got .gecos)" '200 C'
is 'the change is there' "$(vuserinfo -c carol@test.com)" C
api PATCH $users/carol -H "$JSON" -H "If-Match: $tag" -d '{"gecos":"D"}'
is 'the old revision is none any more' "$status" 412
api DELETE $users/carol
is 'delete without If-Match' "$status" 428
api DELETE $users/carol -H 'If-Match: *'
is 'delete' "$status$out" 204
api GET $users/carol
is 'deleted' "$status $(got .code)" '404 -10'
api DELETE $users/carol -H 'If-Match: *'
is 'delete again' "$status" 404

# ---- pages -----------------------------------------------------------------
for n in 1 2 3 4; do
	vadduser "u$n@test.com" secret7 || exit 1
done
path="$users?limit=2"
names=
while [ -n "$path" ]; do
	api GET "$path"
	names="$names $(got '.items[].name' | tr '\n' ' ')|"
	next=$(got '.next // empty')
	path=${next:+"$users?limit=2&cursor=$next"}
done
names=$(printf %s "$names" | tr -s ' ')
like 'pages hold all in order' "$names" '*joe *u1 *u2 *u3 *u4 *'
api GET "$users?limit=0"
is 'a page of nothing' "$status" 400
api GET "$users?limit=501"
is 'a page that is too large' "$status" 400

# ---- a store that is down ---------------------------------------------------
store_break test.com
api GET $users/joe
is 'the store is down' "$status $(header retry-after)" '503 5'
store_mend test.com
api GET $users/joe
is 'the store is back' "$status" 200

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
