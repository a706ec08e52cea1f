#!/bin/sh
# Signing up, and a new password for who forgot his, of the module mail.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
mkdir "$SITE/queue"
chmod 0777 "$SITE/queue"
cat >"$SITE/qmail/bin/qmail-queue" <<QUEUE
#!/bin/sh
[ ! -e "$SITE/queue/full" ] || exit 53
cat >"$SITE/queue/message"
tr '\0' '\n' <&1 >"$SITE/queue/envelope"
QUEUE
chmod 0755 "$SITE/qmail/bin/qmail-queue"
with "qmail_queue = $SITE/qmail/bin/qmail-queue"
for d in test.com closed.com; do
	vadddomain "$d" postsecret || exit 1
done
for a in joe sue; do
	vadduser $a@test.com joesecret-91 || exit 1
done
panel_mail
echo "{\"configuration\": \"$VPOPMAIL_CONF\",
    \"url\": \"https://panel.test/\"}" >"$SITE/home/etc/modules/mail.json"
SLOW='login_forget_seconds = 86400'
panel_start "$SLOW"

D=/domains/test.com
ask() { # NAME CONTACT
	web POST "/signup/${3:-test.com}/actions/request" -H "$JSON" \
	    -d "$(jq -nc --arg n "$1" --arg c "$2" '{name: $n, contact: $c}')"
}
confirm() { # PATH TOKEN PASSWORD
	web POST "$1/actions/confirm" -H "$JSON" \
	    -d "$(jq -nc --arg t "$2" --arg p "$3" '{token: $t, password: $p}')"
}
reset() {
	web POST /password-reset/actions/request -H "$JSON" \
	    -d "{\"account\":\"$1\"}"
}
token() {
	sed -n "s/.*#$1=\([0-9a-f]*\)\$/\1/p" "$SITE/queue/message"
}
sent() {
	[ -e "$SITE/queue/message" ]
}
nobody() {
	cookie=
	csrf=
	client=$1
	rm -f "$SITE"/queue/*
}

# ---- who may ----------------------------------------------------------------
nobody 192.0.2.1
for d in test.com closed.com none.com; do
	web GET "/signup/$d"
	is "$d is closed" "$status $(got .detail)" '404 nobody can sign up there'
	ask ann ann@else.test $d
	is 'also for who asks' "$status $(got .detail)" \
	    '404 nobody can sign up there'
done
web PATCH $D/registration -H "$JSON" -H 'If-Match: *' -d '{"enabled":true}'
is 'strangers do not open it' "$status" 401
login postmaster@test.com postsecret
web PATCH $D/registration -H "$JSON" -H 'If-Match: *' \
    -d '{"enabled":true,"reserved":["Sales"]}'
is 'its administrator does' "$status" 200
nobody 192.0.2.1
web GET /signup/test.com
is 'it is open' "$status $(got '"\(.domain) \(.approval)"')" \
    '200 test.com false'
web GET /signup
is 'but there is no list' "$status" 404

# ---- signing up -------------------------------------------------------------
client=192.0.2.2
for n in joe postmaster SALES Abuse; do
	ask $n ann@else.test
	is "not $n" "$status $(got .detail | sed "s/$n//I")" \
	    "409 '' is not available"
done
ask 'a b' ann@else.test
is 'no name' "$status" 422
nobody 192.0.2.3
for c in 'ann' 'ann@else' '-f@else.test' 'a@x.test,b@x.test' '<a@x.test>' \
    "a@x.test
Bcc: b@x.test" 'a"b"@x.test' 'a@x.test ' '/tmp/x@x.test'; do
	ask ann "$c"
	is "no address: $c" "$status" 422
done
ok 'nothing is sent' test ! -e "$SITE/queue/message"
: >"$SITE/queue/full"
ask ann ann@else.test
is 'the queue is full' "$status" 503
rm "$SITE/queue/full"
ask Ann ann+x@else.test
is 'asked for' "$status $out" '200 {}'
is 'the envelope' "$(tr '\n' ' ' <"$SITE/queue/envelope")" 'F Tann+x@else.test  '
is 'the message' "$(sed -n 's/^To: //p; s/^    \(ann@.*\)/\1/p' \
    "$SITE/queue/message" | tr '\n' ' ')" 'ann+x@else.test ann@test.com '
ann=$(token signup)
is 'a token' ${#ann} 32
ok 'that is kept nowhere' test -z "$(grep -rlF "$ann" "$SITE/home")"
web POST /signup/test.com/actions/confirm -H "$JSON" \
    -d "{\"token\":\"$(echo "$ann" | tr 0-9a-f 1-9a-f0)\",\"password\":\"Orange-27x\"}"
is 'another token' "$status" 404
confirm /signup/closed.com "$ann" Orange-Kettle-27
is 'elsewhere' "$status" 404
confirm /signup/test.com "$ann" x
is 'too weak' "$status $(got '.errors[0].pointer')" '422 /password'
confirm /signup/test.com "$ann" Orange-Kettle-27
is 'he has it' "$status $(got '"\(.name)@\(.domain)"')" '200 ann@test.com'
confirm /signup/test.com "$ann" Orange-Kettle-28
is 'once' "$status" 404
login ann@test.com Orange-Kettle-27
is 'and logs in' "$status" 201
web GET $D/users/ann/contact
is 'is reached there' "$(got .address)" ann+x@else.test
is 'events' "$(vevents list --json --type='user.signup.*' |
    jq -r '"\(.type) \(.object.id) \(.data.new.contact | length)"' |
    tr '\n' ' ')" \
    'user.signup.requested ann@test.com 32 user.signup.confirmed ann@test.com 32 '
is 'by whom' "$(vevents list --json --type=user.created \
    --object=ann@test.com | jq -r '"\(.actor.id) \(.actor.address)"')" \
    "anon 192.0.2.3"

# Two want the same name.
nobody 192.0.2.4
ask bob one@else.test
one=$(token signup)
ask bob two@else.test
two=$(token signup)
confirm /signup/test.com "$two" Orange-Kettle-27
is 'the second is first' "$status" 200
confirm /signup/test.com "$one" Orange-Kettle-28
is 'the first is too late' "$status $(got .detail)" \
    "409 'bob' is not available"
login bob@test.com Orange-Kettle-28
is 'and has nothing' "$status" 401

# ---- with approval, limits, a hook --------------------------------------------
login postmaster@test.com postsecret
web PATCH $D/registration -H "$JSON" -H 'If-Match: *' -d '{"approval":true}'
post=$cookie
post_csrf=$csrf
nobody 192.0.2.5
ask eve eve@else.test
is 'asked' "$status" 200
ok 'but nothing sent' test ! -e "$SITE/queue/message"
ask mal mal@else.test
cookie=$post
csrf=$post_csrf
web GET $D/signups
is 'they wait' "$(got '[.items[] | "\(.name) \(.state)"] | sort | join(" ")')" \
    'bob invited eve waiting mal waiting'
eve=$(got '.items[] | select(.name == "eve").id')
mal=$(got '.items[] | select(.name == "mal").id')
web DELETE "$D/signups/$mal" -H 'If-Match: *'
is 'one is refused' "$status" 204
web POST "/domains/closed.com/signups/$eve/actions/approve" -H "$JSON" -d '{}'
is 'not by others' "$status" 404
web POST "$D/signups/$eve/actions/approve" -H "$JSON" -d '{}'
is 'one is not' "$status $(sent && token signup | wc -c)" '200 33'
eve=$(token signup)
for s in "$mal" "$eve" ''; do
	web GET "$D/signups?limit=1${s:+&cursor=$s}"
	is 'pages' "$status" 200
done
mkdir -p "$SITE/home/etc/hooks.d/before.user.signup.requested"
hook=$SITE/home/etc/hooks.d/before.user.signup.requested/10-captcha
printf '#!/bin/sh\necho "show that you are human"\nexit 1\n' >"$hook"
chmod 755 "$hook"
nobody 192.0.2.6
ask kim kim@else.test
is 'a hook refuses' "$status $(got .detail | grep -c human)" '403 1'
rm "$hook"
vmoddomlimits -P 5 test.com
ask kim kim@else.test
is 'no more accounts than the domain may have' "$status" 403
confirm /signup/test.com "$eve" Orange-Kettle-27
is 'nor later' "$status" 403
vmoddomlimits -P 0 test.com
vmoddomlimits -P -1 test.com
for n in 1 2 3; do
	ask kim$n kim@else.test
	is "a contact may ask $n times" "$status" 200
done
ask kim4 kim@else.test
is 'not more' "$status" 403

# ---- a domain that is made again is closed --------------------------------------
login postmaster@closed.com postsecret
web PATCH /domains/closed.com/registration -H "$JSON" -H 'If-Match: *' \
    -d '{"enabled":true}'
web GET /signup/closed.com
is 'open' "$status" 200
vdeldomain closed.com && vadddomain closed.com postsecret
web GET /signup/closed.com
is 'of another owner' "$status" 404

# ---- new passwords --------------------------------------------------------------
login joe@test.com joesecret-91
web PATCH $D/users/joe/contact -H "$JSON" -H 'If-Match: *' \
    -d '{"address":"joe@else.test"}'
is 'he proves that he is himself' "$status $(got '.errors[0].pointer')" \
    '422 /current'
web PATCH $D/users/joe/contact -H "$JSON" -H 'If-Match: *' \
    -d '{"address":"joe@else.test","current":"no"}'
is 'truly' "$status" 403
web PATCH $D/users/joe/contact -H "$JSON" -H 'If-Match: *' \
    -d '{"address":"joe@else.test\nBcc: x@y.test","current":"joesecret-91"}'
is 'one address' "$status" 422
web PATCH $D/users/joe/contact -H "$JSON" -H 'If-Match: *' \
    -d '{"address":"joe@else.test","current":"joesecret-91"}'
is 'where he is reached' "$status" 200
web GET $D/users/sue/contact
is 'his own only' "$status" 404
nobody 192.0.2.7
for a in sue@test.com none@test.com joe@none.com joe postmaster@test.com; do
	reset $a
	is "nothing is told about $a" "$status $out" '200 {}'
done
ok 'nothing is sent' test ! -e "$SITE/queue/message"
reset JOE@Test.com
is 'nor of who can be reached' "$status $out" '200 {}'
is 'the envelope' "$(tr '\n' ' ' <"$SITE/queue/envelope")" 'F Tjoe@else.test  '
joe=$(token reset)
ok 'the token is kept nowhere' test -z "$(grep -rlF "$joe" "$SITE/home")"
confirm /password-reset "$ann" Orange-Kettle-30
is 'another token' "$status" 404
confirm /signup/test.com "$joe" Orange-Kettle-30
is 'is not for signing up' "$status" 404
confirm /password-reset "$joe" x
is 'too weak' "$status $(got '.errors[0].pointer')" '422 /password'
confirm /password-reset "$joe" Orange-Kettle-30
is 'a new password' "$status $(got .account)" '200 joe@test.com'
confirm /password-reset "$joe" Orange-Kettle-31
is 'once' "$status" 404
login joe@test.com Orange-Kettle-30
is 'he logs in' "$status" 201

# What was changed meanwhile ends the token; so does another owner.
nobody 192.0.2.8
reset joe@test.com
joe=$(token reset)
vpasswd joe@test.com Other-Kettle-31
confirm /password-reset "$joe" Orange-Kettle-32
is 'the password was changed meanwhile' "$status" 404
reset joe@test.com
joe=$(token reset)
vdeluser joe@test.com
vadduser joe@test.com joesecret-92
confirm /password-reset "$joe" Orange-Kettle-32
is 'the account was' "$status" 404
rm -f "$SITE/queue/message"
reset joe@test.com
ok 'who has its name now is not reached there' test ! -e "$SITE/queue/message"
vmoduser -d ann@test.com
reset ann@test.com
ok 'nor who may not change his password' test ! -e "$SITE/queue/message"

# ---- floods -----------------------------------------------------------------------
nobody 2001:db8::1
n=0
while [ $n -lt 20 ]; do
	reset none@test.com
	[ "$status" = 200 ] || break
	n=$((n + 1))
done
is 'so many from one address' $n 20
client=2001:db8::2
reset none@test.com
is 'and its network' "$status $(header retry-after | grep -c '^[0-9]')" '429 1'
web GET /signup/test.com
is 'who only looks is not counted' "$status" 200
client=192.0.2.9
reset none@test.com
is 'others are not kept out' "$status" 200
client=
cookie=
api_as "http://127.0.0.1:$PANEL_PORT" POST /password-reset/actions/confirm \
    -H "$JSON" -d "{\"token\":\"$joe\",\"password\":\"Orange-Kettle-33\"}"
is 'over TLS, or from here' "$status" 404

panel_stop
done_testing
