#!/bin/sh
# vhostadmind: logging in, sessions, and what other sites cannot do with them.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
vaddaliasdomain alias.test test.com || exit 1
for user in joe ann bob; do
	vadduser $user@test.com "secret-$user" || exit 1
done
vmoduser -a bob@test.com || exit 1
panel_start
sessions=/accounts/joe@test.com/sessions

# ---- login -----------------------------------------------------------------
login joe@test.com secret-joe
is 'login' "$status $(header location) $(got .account) $(got .role)" \
    '201 /api/v1/sessions/current joe@test.com user'
like 'the cookie' "$(header set-cookie)" \
    '__Host-sid=????????????????????????????????????????????????????????????????; Path=/; HttpOnly; SameSite=Strict; Secure'
is 'nobody keeps the answer' "$(header cache-control)" no-store
first=$cookie
web GET /sessions/current
is 'who am I' "$status $(got '[.account, .role, .domain, .session.address, .session.current] | join(" ")')" \
    '200 joe@test.com user test.com 192.0.2.7 true'
is 'the token is the same' "$(got .csrf)" "$csrf"
not_ok 'the state has no cookie' grep -rqa "$cookie" "$SITE/home/var"
not_ok 'the log has no cookie' grep -q "$cookie" "$PANEL_LOG"
is 'the state is private' \
    "$(stat -c %a%u "$SITE"/home/var/panel.sqlite* | sort -u)" "600$SITE_UID"
login JOE@Alias.Test secret-joe
is 'by another name of the domain' "$status $(got .account)" \
    '201 joe@test.com'
for body in '{}' '{"account":"joe@test.com"}' '{"account":1,"password":"x"}' \
    '{"account":"","password":"x"}' '{"account":"a","password":"b","c":1}'; do
	web POST /sessions -H "$JSON" -H 'Cookie:' -H 'X-CSRF-Token:' -d "$body"
	is "no login with $body" "$status" 422
done
cookie='' csrf=''
web POST /sessions -H 'Content-Type: text/plain' \
    -d '{"account":"joe@test.com","password":"secret-joe"}'
is 'a form of another site is no login' "$status" 415
web POST /sessions -H "$JSON" -d '{"account":"joe@test.com","password":"secret-joe\u0000"}'
is 'a NUL in the password' "$status" 400
wrong=
for who in joe@test.com:bad nobody@test.com:bad x@nowhere.test:bad \
    'a b:c' "joe@test.com:$(vapppass --json -a x joe@test.com | jq -r .secret)"; do
	login "${who%%:*}" "${who#*:}"
	wrong="$wrong$status $(printf %s "$out" | jq -c 'del(.instance)')
"
	is "no cookie for ${who%%:*}" "$(header set-cookie)" ''
done
is 'all that is wrong looks alike' "$(printf %s "$wrong" | sort -u)" \
    '401 {"status":401,"title":"Not signed in","type":"urn:vhost:problem:wrong-credentials","detail":"account, password or code are wrong"}'
like 'a failure is logged' "$(cat "$PANEL_LOG")" \
    '*login failed: account=nobody@test.com address=192.0.2.7*'

# ---- fixation ----------------------------------------------------------------
cookie=$(printf '%064d' 0)
mine=$cookie
csrf=
web POST /sessions -H "$JSON" -d '{"account":"joe@test.com","password":"secret-joe"}'
like 'a cookie that was planted is not taken over' \
    "$status $(header set-cookie)" '201 __Host-sid=*'
not_ok 'but another made' test "$(header set-cookie | cut -c12-75)" = "$mine"
cookie=$mine
web GET /sessions/current
is 'it is nobody' "$status" 401
cookie=$first
web GET /sessions/current
csrf=$(got .csrf)
web POST /sessions -H "$JSON" -d '{"account":"ann@test.com","password":"secret-ann"}'
is 'log in as another' "$status $(got .account)" '201 ann@test.com'
cookie=$first
web GET /sessions/current
is 'the session before it is over' "$status" 401

# ---- cookies ----------------------------------------------------------------
login joe@test.com secret-joe
good=$cookie
try() {
	cookie=
	web GET /sessions/current -H "Cookie: $2"
	is "$1" "$status" "$3"
}
try 'other cookies do not matter' "a=b; __Host-sid=$good; c" 200
try 'nor blanks' "  __Host-sid=$good ;" 200
try 'two of them' "__Host-sid=$good; __Host-sid=$good" 401
try 'a true one after a false one' "__Host-sid=x; __Host-sid=$good" 401
try 'one that is too long' "__Host-sid=${good}00" 401
try 'one that is too short' "__Host-sid=${good%?}" 401
try 'in quotes' "__Host-sid=\"$good\"" 401
try 'in capital letters' \
    "__Host-sid=$(printf %s "$good" | tr a-f A-F)A" 401
try 'under another name' "sid=$good" 401
try 'a name that ends so' "x__Host-sid=$good" 401
try 'the name in small letters' "__host-sid=$good" 401
try 'a header that is too long' \
    "__Host-sid=$good; x=$(printf '%05000d' 0)" 431
is 'a NUL in it' "$(GOOD=$good perl -MIO::Socket::UNIX -e '
	my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
	print $s "GET /api/v1/sessions/current HTTP/1.1\r\nHost: a\r\n",
	    "Cookie: a=b\0; __Host-sid=$ENV{GOOD}\r\nConnection: close\r\n\r\n";
	print <$s> =~ m{^HTTP/1.1 (\d+)}' "$PANEL_PROXY")" 401
cookie=$good
api GET /sessions/current -H "Cookie: __Host-sid=$good"
is 'who brings a cookie is not the user of the socket' \
    "$status $(got .account)" '200 joe@test.com'
api GET /sessions/current -H 'Cookie: a=b'
is 'whatever cookie it is' "$status" 401

# ---- other sites --------------------------------------------------------------
csrf_of_joe=$csrf
forge() {
	words=$1
	wanted=$2
	shift 2
	web DELETE $sessions "$@"
	is "$words" "$status $(got .type)" "$wanted"
}
no='403 urn:vhost:problem:csrf'
csrf=
forge 'without the token' "$no"
forge 'with a wrong token' "$no" -H 'X-CSRF-Token: 00'
forge 'with the cookie as token' "$no" -H "X-CSRF-Token: $good"
csrf=$csrf_of_joe
forge 'of another origin' "$no" -H 'Origin: https://evil.test'
forge 'of an origin that begins alike' "$no" -H 'Origin: https://panel.test.evil.test'
forge 'of no origin' "$no" -H 'Origin: null'
forge 'of another site' "$no" -H 'Sec-Fetch-Site: cross-site'
forge 'of a neighbour site' "$no" -H 'Sec-Fetch-Site: same-site'
cookie='' csrf=''
web POST /sessions -H "$JSON" -H 'Origin: https://evil.test' \
    -d '{"account":"joe@test.com","password":"secret-joe"}'
is 'nobody is logged in by another site' "$status $(got .type)" "$no"
cookie=$good csrf=$csrf_of_joe
web GET $sessions
before=$(got '.items | length')
ok 'there are several sessions' test "$before" -gt 1
web DELETE $sessions -H 'Origin: https://panel.test' \
    -H 'Sec-Fetch-Site: same-origin'
is 'our own page may' "$status" 204
web GET $sessions
is 'this session stays alone' \
    "$(got '[.items[] | .current] | @json')" '[true]'

# ---- revocation ---------------------------------------------------------------
login joe@test.com secret-joe
second=$cookie second_csrf=$csrf
id=$(got .session.id)
cookie=$good csrf=$csrf_of_joe
web DELETE $sessions/nothing
is 'revoke one that is not there' "$status" 404
web DELETE "$sessions/$id"
is 'revoke one' "$status" 204
cookie=$second
web GET /sessions/current
is 'it is over at once' "$status" 401
login ann@test.com secret-ann
web GET $sessions
is 'others do not see them' "$status" 404
web DELETE $sessions
is 'others do not end them' "$status" 404
web GET /accounts/nobody@test.com/sessions
is 'as if there were no account' "$status" 404
api GET $sessions
is 'root sees them' "$status $(got '.items | length')" '200 1'
web DELETE /sessions/current
is 'log out' "$status" 204
like 'the browser forgets' "$(header set-cookie)" '__Host-sid=; * Max-Age=0'
web GET /sessions/current
is 'logged out' "$status" 401
cookie=$good csrf=$csrf_of_joe
api DELETE $sessions
is 'root ends them' "$status" 204
web GET /sessions/current
is 'ended by root' "$status" 401
is 'events' "$(vevents list --json 2>/dev/null | jq -r \
    'select(.type | startswith("session.")) | .type' | sort -u | tr '\n' ' ')" \
    'session.created session.revoked '
not_ok 'events have no secret' sh -c "vevents list --json | grep -qF $good"

# ---- what ends a session ----------------------------------------------------------
login joe@test.com secret-joe
vpasswd joe@test.com secret-new || exit 1
web GET /sessions/current
is 'another password' "$status" 401
login joe@test.com secret-new
vdeluser joe@test.com || exit 1
web GET /sessions/current
is 'a deleted account' "$status" 401
vadduser joe@test.com secret-new || exit 1
web GET /sessions/current
is 'and made again' "$status" 401
vadduser --no-password locked@test.com || exit 1
login locked@test.com '*'
is 'a locked account' "$status" 401
login bob@test.com secret-bob
is 'an administrator of his domain' "$status $(got .role)" '201 domain'
vmoduser -S bob@test.com || exit 1
web GET /sessions/current
is 'who may do more now' "$status $(got .role)" '200 system'
web GET $sessions
is 'sees the sessions of others' "$status" 200
vmoduser -x bob@test.com || exit 1
web GET /sessions/current
is 'who may do less than at login' "$status" 401

# ---- many --------------------------------------------------------------------------
login ann@test.com secret-ann
oldest=$cookie
sqlite3 "$SITE/home/var/panel.sqlite" "WITH RECURSIVE n(i) AS (SELECT 1
	UNION ALL SELECT i + 1 FROM n WHERE i < 49) INSERT INTO session
	SELECT cast(i AS BLOB), i, account, password, role, factor,
	created + 1, seen + 1, address, agent FROM n, session
	WHERE account = 'ann@test.com' ORDER BY created DESC LIMIT 49" ||
    fail 'more sessions'
web GET /accounts/ann@test.com/sessions
before=$(got '.items | length')
ok 'an account has several' test "$before" -ge 50
login ann@test.com secret-ann
web GET /accounts/ann@test.com/sessions
is 'an account has fifty' "$(got '.items | length')" 50
cookie=$oldest
web GET /sessions/current
is 'the oldest is over' "$status" 401

# ---- a store that is down ----------------------------------------------------------
login ann@test.com secret-ann
store_break test.com
web GET /sessions/current
is 'the store is down: nobody knows' "$status $(header retry-after)" '503 5'
kept=$cookie kept_csrf=$csrf
login ann@test.com secret-ann
is 'nor who logs in' "$status" 503
store_mend test.com
cookie=$kept csrf=$kept_csrf
web GET /sessions/current
is 'the session outlives that' "$status" 200

# ---- addresses --------------------------------------------------------------------
client='203.0.113.9, 198.51.100.4'
login ann@test.com secret-ann
is 'the last address counts' "$(got .session.address)" 198.51.100.4
client=::ffff:192.0.2.8
login ann@test.com secret-ann
is 'one spelling' "$(got .session.address)" 192.0.2.8
for bad in 'no address' '192.0.2.7:80' '192.0.2.7,' '1.2.3.4.5' \
    "$(printf '%0200d' 1)"; do
	client=$bad
	login ann@test.com secret-ann
	is "refused: ${bad%%000*}" "$status" 400
done
client=192.0.2.7
is 'over TCP nobody is believed' "$(curl -s -m 20 \
    -H 'X-Forwarded-For: 203.0.113.9' -H "$JSON" \
    -d '{"account":"ann@test.com","password":"secret-ann"}' \
    "http://127.0.0.1:$PANEL_PORT/api/v1/sessions" | jq -r .session.address)" \
    127.0.0.1
panel_stop

# ---- restart and limits --------------------------------------------------------------
panel_start 'session_idle_seconds = 2' 'plain_cookie = yes' \
    'origins = https://panel.example https://other.example'
web GET /sessions/current
cookie=$kept csrf=$kept_csrf
login ann@test.com secret-ann
web GET /sessions/current
is 'a session' "$status" 200
expired() {
	web GET /sessions/current
	[ "$status" = 401 ] || { sleep 2.2; false; }
}
ok 'it ends when it is not used' await expired
login ann@test.com secret-ann
web DELETE /accounts/ann@test.com/sessions -H 'Origin: https://panel.test'
is 'an origin that is not listed' "$status" 403
login ann@test.com secret-ann
web DELETE /accounts/ann@test.com/sessions -H 'Origin: https://other.example'
is 'an origin that is listed' "$status" 204
like 'a plain cookie' "$(curl -s -m 20 -o /dev/null -D - -H "$JSON" \
    -d '{"account":"ann@test.com","password":"secret-ann"}' \
    "http://127.0.0.1:$PANEL_PORT/api/v1/sessions" | grep -i ^set-cookie)" \
    '?et-?ookie: sid=*; Path=/; HttpOnly; SameSite=Strict?'
panel_stop
panel_start 'session_seconds = 3'
login ann@test.com secret-ann
used() {
	web GET /sessions/current
	[ "$status" = 401 ]
}
ok 'it ends though it is used' await used
panel_stop
done_testing
