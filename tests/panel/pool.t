#!/bin/sh
# vhostadmind: what the domains of a reseller may have together.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
mkdir "$SITE/queue"
chmod 0777 "$SITE/queue"
printf '#!/bin/sh\ncat >%s/queue/message\n' "$SITE" >"$SITE/qmail/bin/qmail-queue"
chmod 0755 "$SITE/qmail/bin/qmail-queue"
with "qmail_queue = $SITE/qmail/bin/qmail-queue"
vadddomain home.com postsecret || exit 1
vadddomain one.com postsecret || exit 1
vadddomain two.com postsecret || exit 1
vadddomain free.com postsecret || exit 1
vadduser boss@home.com bosssecret || exit 1
[ "$SITE_UID" = "$(id -u)" ] ||
    chown -R "$SITE_UID:$SITE_GID" "$SITE/qmail"
panel_mail
echo "{\"configuration\": \"$VPOPMAIL_CONF\",
    \"url\": \"https://panel.test/\"}" >"$SITE/home/etc/modules/mail.json"
panel_start
BOSS=/resellers/boss@home.com

limit_to() { # LIMITS
	api PATCH $BOSS -H "$JSON" -H 'If-Match: *' -d "{\"limits\":$1}"
}
make() { # DOMAIN NAME
	web POST "/domains/$1/users" -H "$JSON" \
	    -d "{\"name\":\"$2\",\"password\":\"secret77\"}"
}
answers() { # FILE ...
	cat "$@" | sort | tr '\n' ' '
}

api POST /grants -H "$JSON" -d '{"account":"boss@home.com","role":"reseller"}'
api PATCH $BOSS -H "$JSON" -H 'If-Match: *' \
    -d '{"domains":["one.com","two.com"],"limits":{"accounts":4}}'
is 'a limit of what a module counts' \
    "$status $(got .limits.accounts) $(got .usage.accounts)" '200 4 2'
tag=$(header etag)
limit_to '{"messages":1}'
is 'what is counted, but is no object' "$status $(got '.errors[0].pointer')" \
    '422 /limits'
limit_to '{"accounts":"4"}'
is 'no number' "$status" 422

login boss@home.com bosssecret
make one.com ann
is 'there is room' "$status" 201
api GET $BOSS
is 'what they use is no part of the revision' \
    "$(got .usage.accounts) $(header etag)" "3 $tag"

# ---- the last place ---------------------------------------------------------------
for n in 1 2 3 4; do
	curl -s -m 20 -o /dev/null -w '%{http_code}\n' --unix-socket \
	    "$PANEL_PROXY" -H "X-Forwarded-For: $client" \
	    -H "Cookie: __Host-sid=$cookie" -H "X-CSRF-Token: $csrf" \
	    -H "$JSON" -d "{\"name\":\"n$n\",\"password\":\"secret77\"}" \
	    "http://panel.test/api/v1/domains/$([ $((n % 2)) = 0 ] &&
		echo one || echo two).com/users" >"$SITE/at.$n" &
	pids="${pids-} $!"
done
# shellcheck disable=SC2086
wait $pids
is 'one of four gets it' "$(answers "$SITE"/at.*)" '201 403 403 403 '
make two.com zoe
is 'there is none any more' "$status $(got .type)" \
    '403 urn:vhost:problem:limit-reached'
make one.com ann
is 'what is there is there' "$status" 409
login postmaster@one.com postsecret
make one.com zoe
is 'nor for an administrator of a domain' "$status" 403
login postmaster@free.com postsecret
make free.com zoe
is 'but in the domains of others' "$status" 201
login boss@home.com bosssecret
limit_to '{"domains":5,"accounts":4}'
web POST /domains -H "$JSON" -d '{"name":"three.com","password":"secret77"}'
is 'a domain has an account' "$status $(got .type)" \
    '403 urn:vhost:problem:limit-reached'
web GET $BOSS
is 'and is not his' "$(got '.domains | join(" ")')" 'one.com two.com'
api POST /domains/one.com/users -H "$JSON" \
    -d '{"name":"sys","password":"secret77"}'
is 'the system makes what it will' "$status" 201

# ---- of several kinds ----------------------------------------------------------------
limit_to '{"domains":null,"accounts":null,"aliases":0,"lists":0,"bytes":0}'
is 'they are journalled' "$(vevents list --json --type reseller.updated |
    jq -r '.data.new.limits | sort | join(" ")' | tail -n 1)" \
    'aliases=0 bytes=0 lists=0'
web POST /domains/one.com/aliases -H "$JSON" \
    -d '{"name":"al","destinations":[{"type":"address","value":"ann@one.com"}]}'
is 'no alias' "$status $(got .type)" '403 urn:vhost:problem:limit-reached'
make one.com yves
is 'no account when all bytes are used' "$status" 403
limit_to '{"aliases":null,"lists":null,"bytes":null}'
is 'without limits' "$status $(got '.usage | keys | join(" ")')" '200 domains'
make one.com yves
is 'all goes' "$status" 201

# ---- who signs up -------------------------------------------------------------------
anybody() {
	cookie=
	csrf=
}
act() { # PATH BODY
	web POST "$1" -H "$JSON" -d "$2"
}
token() {
	sed -n 's/.*#signup=\([0-9a-f]*\)$/\1/p' "$SITE/queue/message"
}
sign_up() { # NAME ; sets token
	act /signup/one.com/actions/request \
	    "{\"name\":\"$1\",\"contact\":\"$1@else.test\"}"
	token=$(token)
}
have() { # TOKEN [DOMAIN]
	act "/signup/${2-one.com}/actions/confirm" \
	    "{\"token\":\"$1\",\"password\":\"Orange-Kettle-27\"}"
}
vaddaliasdomain one.com other.com || exit 1
api PATCH /domains/one.com/registration -H "$JSON" -H 'If-Match: *' \
    -d '{"enabled":true}'
api GET $BOSS
limit_to '{"domains":5,"accounts":1000}'
used=$(got .usage.accounts)
limit_to "{\"accounts\":$((used + 1))}"
anybody
sign_up una
una=$token
sign_up dos
is 'two ask for the last place' "$status ${#una} ${#token}" '200 32 32'
have "$una"
is 'the first has it' "$status" 200
have "$token"
is 'the other has not' "$status $(got .type) $(got .detail)" \
    '403 urn:vhost:problem:limit-reached there is no room for more accounts'
have "$token" other.com
is 'nor by another name of the domain' "$status" 403
ok 'it was not made' sh -c '! vuserinfo dos@one.com'
sign_up tres
is 'nobody else is asked' "$status" 403
limit_to "{\"accounts\":$((used + 2))}"
anybody
have "$token"
is 'when there is room, the message is still good' "$status" 200
api PATCH /domains/one.com/registration -H "$JSON" -H 'If-Match: *' \
    -d '{"enabled":true,"approval":true}'
limit_to "{\"accounts\":$((used + 3))}"
anybody
sign_up tres
login postmaster@one.com postsecret
web GET /domains/one.com/signups
id=$(got '.items[] | select(.state == "waiting").id')
make one.com quatro
is 'the place is given away' "$status" 201
act "/domains/one.com/signups/$id/actions/approve" '{}'
is 'nothing is promised' "$status $(got .type)" \
    '403 urn:vhost:problem:limit-reached'
api POST "/domains/one.com/signups/$id/actions/approve" -H "$JSON" -d '{}'
is 'but by the system' "$status" 200
anybody
have "$(token)"
is 'and then there is no room still' "$status" 403

# ---- an account that becomes a forward -------------------------------------------------
limit_to '{"accounts":null,"forwards":0}'
login postmaster@one.com postsecret
act /domains/one.com/users/quatro/actions/replace \
    '{"forward_to":"ann@one.com"}'
is 'there is no room for a forward' "$status $(got .type)" \
    '403 urn:vhost:problem:limit-reached'
ok 'the account stays' vuserinfo quatro@one.com
limit_to '{"forwards":null}'
act /domains/one.com/users/quatro/actions/replace \
    '{"forward_to":"ann@one.com"}'
is 'there is' "$status" 204

panel_stop
done_testing
