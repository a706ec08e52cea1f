#!/bin/sh
# vhostadmind: its processes, and mailboxes over its interface.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
SOCK=$SITE/panel.sock
vadddomain --no-password test.com || exit 1
vadduser joe@test.com secret0 || exit 1
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj /CN=localhost -days 3650 -keyout "$SITE/key.pem" \
    -out "$SITE/cert.pem" 2>/dev/null
cat >"$SITE/panel.conf" <<END
unix = $SOCK
proxy = $SITE/proxy.sock
tcp = 127.0.0.1:0
tls = 127.0.0.1:0
certificate = $SITE/cert.pem
key = $SITE/key.pem
user = daemon
workers = 2
END
vhostadmind --conf="$SITE/panel.conf" --ready-fd=3 2>"$SITE/log" 3>"$SITE/ready" &
pid=$!
# Wait until a condition holds, twenty seconds at most.
await() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 400 ] || return 1
		sleep 0.05
	done
}
if ! await test -s "$SITE/ready"; then
	comment log "$(cat "$SITE/log")"
	fail 'the server starts'
	kill -KILL $pid
	done_testing
	exit
fi
pass 'the server starts'
port=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$SITE/log")
tls=$(sed -n 's/.*127.0.0.1:\([0-9]*\) (TLS)$/\1/p' "$SITE/log")
U=http://localhost/api/v1

# api METHOD PATH [CURL ARGUMENTS]: sets status, and out to the body; the head
# is in $SITE/head.
api() {
	method=$1
	path=$2
	shift 2
	status=$(curl -s -m 20 --unix-socket "$SOCK" -X "$method" -o "$SITE/body" \
	    -D "$SITE/head" -w '%{http_code}' "$@" "$U$path")
	out=$(cat "$SITE/body" 2>/dev/null)
	rm -f "$SITE/body"
}
header() {
	tr -d '\r' <"$SITE/head" | sed -n "s/^$1: //Ip"
}
json='Content-Type: application/json'
users=/domains/test.com/users

# ---- processes -----------------------------------------------------------
api GET /server/health
is 'health' "$status $(printf %s "$out" | jq -r .status)" '200 ok'
api GET /sessions/current
is 'root is known by his user id' "$status $out" \
    '200 {"role":"system","account":"uid:0"}'
field() {
	sed -n "s/^$2:[[:space:]]*\([0-9]*\).*/\1/p" "/proc/$1/status"
}
child() {
	for c in $(pgrep -P $pid); do
		read -r comm <"/proc/$c/comm"
		[ "$comm" != "$1" ] || echo "$c"
	done | head -n 1
}
front=$(child front)
is 'the front is a user of its own' "$(field "$front" Uid)" "$(id -u daemon)"
is 'the front has a filter of system calls' "$(field "$front" Seccomp)" 2
is 'the front sees no files' "$(find "/proc/$front/root/" -mindepth 1)" ""
is 'a worker is the owner of mail' "$(field "$(child worker)" Uid)" "$SITE_UID"
for victim in front worker worker; do
	kill -KILL "$(child $victim)"
	answers() {
		api GET /server/health && [ "$status" = 200 ]
	}
	ok "it serves after its $victim was killed" await answers
done
kill -HUP $pid
ok 'new settings' await grep -q 'new settings' "$SITE/log"
api GET /server/health
is 'it serves with new settings' "$status" 200

# ---- who may ---------------------------------------------------------------
code() {
	curl -s -m 20 -o /dev/null -w '%{http_code}' "$@"
}
is 'nobody is known over TCP' \
    "$(code "http://127.0.0.1:$port/api/v1$users")" 401
is 'nobody is known over TLS' \
    "$(code -k "https://127.0.0.1:$tls/api/v1$users")" 401
is 'nobody is known behind a web server' \
    "$(code --unix-socket "$SITE/proxy.sock" "$U$users")" 401
is 'health is local' \
    "$(code "http://127.0.0.1:$port/api/v1/server/health")" 404
is 'health is not for the clients of a web server' \
    "$(code --unix-socket "$SITE/proxy.sock" "$U/server/health")" 404
is 'a bearer is not taken for the user of the socket' \
    "$(code --unix-socket "$SOCK" -H 'Authorization: Bearer x' "$U$users")" 401
chmod 0666 "$SOCK"
is 'another user of the socket is nobody' \
    "$(setpriv --reuid daemon --regid daemon --clear-groups \
	curl -s -m 20 -o /dev/null -w '%{http_code}' --unix-socket "$SOCK" \
	"$U$users")" 401

# ---- addresses -------------------------------------------------------------
api GET /nothing
is 'no such address' "$status $(header content-type)" \
    '404 application/problem+json'
api PUT $users
is 'a method that is not for it' "$status $(header allow)" \
    '405 GET, HEAD, POST'
api GET /domains/none.test/users
is 'no such domain' "$status $(printf %s "$out" | jq .code)" '404 -11'

# ---- mailboxes -------------------------------------------------------------
api POST $users -H "$json" -d '{"name":"Carol","gecos":"Carol C","password":"secret7"}'
is 'create' "$status $(header location)" \
    '201 /api/v1/domains/test.com/users/carol'
is 'what was created' "$out" \
    '{"name":"carol","domain":"test.com","gecos":"Carol C","flags":0,"quota":{"bytes":0,"messages":0}}'
ok 'her password' vverifypw carol@test.com secret7
tag=$(header etag)
api POST $users -H "$json" -d '{"name":"carol"}'
is 'create again' "$status $(printf %s "$out" | jq .code)" '409 -2'
api POST $users -H "$json" -d '{"gecos":"x"}'
is 'create without a name' "$status $(printf %s "$out" | jq -r '.errors[0].pointer')" \
    '422 /name'
api POST $users -H "$json" -d '{"name":"x","flags":65536}'
is 'fields that are not offered are refused' "$status" 422
api POST $users -H "$json" -d '{"name":["x"]}'
is 'a field of another type' "$status" 422
api POST $users -H 'Content-Type: text/plain' -d '{"name":"x"}'
is 'a body that is no JSON' "$status" 415
api POST $users -H "$json" -d '{"name":"x","name":"y"}'
is 'a field that occurs twice' "$status" 400
api POST $users -H "$json" -d '[]'
is 'a body that is no object' "$status" 400
api POST $users -H "$json" -d '{"name":"a b"}'
is 'a bad name' "$status $(printf %s "$out" | jq .code)" '422 -1'
api GET $users/carol -H "If-None-Match: $tag"
is 'not modified' "$status" 304
api PATCH $users/carol -H "$json" -d '{"gecos":"C"}'
is 'change without If-Match' "$status" 428
api PATCH $users/carol -H "$json" -H 'If-Match: "00"' -d '{"gecos":"C"}'
is 'change of another revision' "$status" 412
api PATCH $users/carol -H "$json" -H "If-Match: $tag" -d '{"gecos":"C"}'
is 'change' "$status $(printf %s "$out" | jq -r .gecos)" '200 C'
is 'the change is there' "$(vuserinfo -c carol@test.com)" C
api PATCH $users/carol -H "$json" -H "If-Match: $tag" -d '{"gecos":"D"}'
is 'the old revision is none any more' "$status" 412
api DELETE $users/carol
is 'delete without If-Match' "$status" 428
api DELETE $users/carol -H 'If-Match: *'
is 'delete' "$status$out" 204
api GET $users/carol
is 'deleted' "$status $(printf %s "$out" | jq .code)" '404 -10'
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
	names="$names $(printf %s "$out" | jq -r '.items[].name' | tr '\n' ' ')|"
	next=$(printf %s "$out" | jq -r '.next // empty')
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
PORT=$port perl "$srcdir/tests/lib/vhostadmind.pl" >"$SITE/raw" 2>&1
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

kill -TERM $pid
wait $pid
is 'it stops' $? 0
not_ok 'its socket is gone' test -e "$SOCK"
is 'no sanitizer has spoken' "$(grep -ciE 'sanitizer|runtime error' "$SITE/log")" 0
done_testing
