#!/bin/sh
# vhostadmind: facts in their order, and as they happen.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
for d in test.com other.com; do
	vadddomain "$d" postsecret || exit 1
done
panel_start

LIVE='Accept: text/event-stream'
# live NAME [CURL ARGUMENT ...]: follow as the browser that is logged in; what
# comes is in $SITE/NAME, and $followers are the processes.
followers=
live() {
	live_name=$1
	shift
	: >"$SITE/$live_name.head"
	curl -sN -m 60 -o "$SITE/$live_name" -D "$SITE/$live_name.head" \
	    --unix-socket "$PANEL_PROXY" -H "$LIVE" \
	    -H "X-Forwarded-For: $client" -H "Cookie: __Host-sid=$cookie" \
	    "$@" >/dev/null 2>&1 &
	live_pid=$!
	followers="$followers $live_pid"
	await grep -q '^HTTP/1.1 ' "$SITE/$live_name.head"
}
ends() {
	case $(ps -o stat= -p "$1") in
	'' | Z*) return 0 ;;
	*) return 1 ;;
	esac
}
# The objects that a stream told of.
told() {
	sed -n 's/^data: //p' "$SITE/$1" | jq -r .object.id | tr '\n' ' '
}
has_told() {
	sed -n 's/^data: //p' "$SITE/$1" 2>/dev/null | grep -q "\"$2\""
}

# ---- pages ------------------------------------------------------------------
api GET /events
all=$(got '[.items[].seq] | join(" ")')
is 'in their order' "$status $all" \
    "200 $(got '[.items[].seq] | sort | join(" ")')"
api GET '/events?limit=1'
first=$(got '.items[0].seq')
is 'a page' "$first $(got .next)" "${all%% *} $first"
api GET "/events?after=$first"
is 'the next' "$first $(got '[.items[].seq] | join(" ")')" "$all"
is 'the last' "$(got .next)" null
api GET '/events?event=domain.created&domain=other.com'
is 'some' "$(got '[.items[].object.id] | join(" ")')" other.com
api GET '/events?after=x'
is 'no number' "$status" 400

# ---- as they happen ---------------------------------------------------------
login postmaster@test.com postsecret
web GET /events
is 'his own' "$status $(got '[.items[].object.domain] | unique | join(" ")')" \
    '200 test.com'
web GET '/events?domain=other.com'
is 'nothing else' "$status" 404
live his http://panel.test/api/v1/events
his=$live_pid
is 'a stream' "$(tr -d '\r' <"$SITE/his.head" |
    sed -n 's/^Content-Type: //ip')" text/event-stream
curl -sN -m 60 -o "$SITE/root" --unix-socket "$PANEL_SOCK" -H "$LIVE" \
    -H 'Last-Event-ID: 0' \
    'http://localhost/api/v1/events?event=user.created' >/dev/null 2>&1 &
root=$!
vadduser foreign@other.com secret-914 || exit 1
vadduser joe@test.com secret-914 || exit 1
ok 'he is told' await has_told his joe@test.com
is 'of that only' "$(told his)" 'joe@test.com '
ok 'so is the system' await has_told root joe@test.com
is 'of all that it asked for' "$(told root)" \
    "$(vevents list --json --type=user.created 2>/dev/null |
	jq -r .object.id | tr '\n' ' ')"
is 'without secrets' "$(grep -c 'secret-914\|\$[0-9a-z]*\$' "$SITE/root")" 0

# ---- again ------------------------------------------------------------------
last=$(sed -n 's/^id: //p' "$SITE/his" | tail -n 1)
kill "$his"
wait "$his" 2>/dev/null
vadduser ann@test.com secret-914 || exit 1
live again -H "Last-Event-ID: $last" http://panel.test/api/v1/events
again=$live_pid
ok 'what was missed' await has_told again ann@test.com
is 'is told' "$(told again)" 'ann@test.com '
is 'a place that is none' "$(curl -s -o /dev/null -w '%{http_code}' \
    --unix-socket "$PANEL_SOCK" -H "$LIVE" -H 'Last-Event-ID: x' \
    http://localhost/api/v1/events)" 400
is 'its head' "$(curl -sI -m 20 -w '%{http_code}' -o /dev/null -H "$LIVE" \
    --unix-socket "$PANEL_SOCK" http://localhost/api/v1/events)" 200

# ---- workers die ------------------------------------------------------------
pkill -KILL -P "$PANEL_PID" -x worker
vadduser bob@test.com secret-914 || exit 1
goes_on() {
	has_told again bob@test.com && return
	ends "$again" || return 1
	live again -H "Last-Event-ID: $last" http://panel.test/api/v1/events
	again=$live_pid
	return 1
}
await goes_on
ok 'others go on' has_told again bob@test.com

# ---- who may ----------------------------------------------------------------
kept=$cookie
login joe@test.com secret-914
web GET /events -H "$LIVE"
is 'not everybody' "$status" 403
cookie=$kept
csrf=
web GET /sessions/current
csrf=$(got .csrf)
web DELETE /sessions/current
is 'he goes' "$status" 204
ok 'and is told no more' await ends "$again"

# ---- many -------------------------------------------------------------------
login postmaster@other.com postsecret
for n in $(seq 16); do
	live "n$n" http://panel.test/api/v1/events
done
web GET /events -H "$LIVE"
is 'one too many for a client' "$status" 503
client=192.0.2.8
live elsewhere http://panel.test/api/v1/events
vadduser eve@other.com secret-914 || exit 1
for n in n1 n16 elsewhere; do
	ok "all are told, $n" await has_told "$n" eve@other.com
done

panel_stop
for pid in $followers $root; do
	wait "$pid" 2>/dev/null
done
is 'their streams are whole' \
    "$(sed -n 's/^data: //p' "$SITE"/n1 | jq -r .type)" user.created
done_testing
