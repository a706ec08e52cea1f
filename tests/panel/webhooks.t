#!/bin/sh
# vhostadmind: webhooks that are made in the panel, and what veventd sends.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
. "${srcdir:-.}/tests/lib/events.sh"
. "${srcdir:-.}/tests/lib/panel.sh"
folder=$SITE/home/var/webhooks.d
web=$SITE/web
mkdir "$web"
python3 "$srcdir/tests/lib/webserver.py" "$web" &
web_pid=$!
until_ok 'a web server' test -s "$web/port"
url=http://127.0.0.1:$(cat "$web/port")/path/key
told() { # TYPE OBJECT: it was, and well signed
	grep '^200 {' "$web/got" 2>/dev/null | cut -c 5- | jq --arg t "$1" \
	    --arg o "$2" 'select(.type == $t and .object.id == $o)' |
	    grep -q .
}
hooks_got() { # EXPRESSION VALUE: of the webhook
	api GET "/webhooks/$id"
	[ "$(got "$1")" = "$2" ]
}
make_hook() { # BODY: as the postmaster of example.com; sets id
	web POST /webhooks -H "$JSON" -d "$1"
	id=$(got .id)
}
for domain in example.com other.com; do
	ok "domain $domain" vadddomain "$domain" secret1
done
ok 'a user' vadduser bob@example.com secret1
panel_start 'webhooks_per_domain = 2' 'webhooks = 3'
event_begin
trap 'kill $web_pid 2>/dev/null; [ -z "$event_pid" ] || { kill $event_pid
    wait $event_pid; }; kill $PANEL_PID 2>/dev/null; cleanup' EXIT

# ---- what is refused ----------------------------------------------------------
login postmaster@example.com secret1
refused() { # WORDS POINTER BODY
	web POST /webhooks -H "$JSON" -d "$3"
	is "$1" "$status $(got '.errors[0].pointer')" "422 $2"
}
refused 'without TLS' /url "{\"url\":\"$url\"}"
for bad in 127.0.0.1 10.1.2.3:8443 '[::1]' '[::ffff:10.0.0.1]:9' localhost \
    169.254.169.254 u:p@example.org '' ':443' 'a b' '[::1'; do
	refused "the url https://$bad/" /url "{\"url\":\"https://$bad/x\"}"
done
refused 'no url' /url '{}'
refused 'another domain' /domain \
    '{"url":"https://example.org/","domain":"other.com"}'
refused 'events that do not exist' /events/1 \
    '{"url":"https://example.org/","events":["user.*","x.*"]}'
refused 'a short secret' /secret \
    '{"url":"https://example.org/","secret":"short"}'
refused 'a truth that is none' /enabled \
    '{"url":"https://example.org/","enabled":"yes"}'
is 'nothing was made' "$(find "$folder" -name '*.json' 2>/dev/null | wc -l)" 0

# ---- private addresses, when something is sent ---------------------------------
make_hook '{"url":"https://127.1:1/","events":["user.*"]}'
is 'an address that does not look like one' "$status" 201
secret=$(got .secret)
like 'a secret is made' "$secret" '[0-9a-f]*'
like 'it is shown' "$(header location)" "/api/v1/webhooks/$id"
if [ "$(id -u)" = 0 ]; then
	is 'the file is private' "$(stat -c %a:%u "$folder/$id.json")" \
	    "600:$SITE_UID"
fi
web POST "/webhooks/$id/actions/test" -H "$JSON" -d '{}'
is 'a try' "$status" 202
until_ok 'is refused' hooks_got .state.pending 1
like 'as the address is private, or nobody' "$(got .state.last_error)" \
    '*private network*'
is 'it never succeeded' "$(got .state.last_success)" null
web DELETE "/webhooks/$id"
is 'deleted' "$status" 204
until_ok 'it is no subscriber any more' sh -c \
    '[ "$(vevents subscribers --json | grep -c webhook:panel)" = 0 ]'

# ---- telling -------------------------------------------------------------------
with 'webhooks_private = yes' 'webhooks_failures = 3'
panel_stop
panel_start 'webhooks_per_domain = 2' 'webhooks = 3'
event_again
login postmaster@example.com secret1
make_hook "{\"url\":\"$url\",\"events\":[\"user.*\",\"domain.*\"]}"
is 'a webhook' "$status" 201
is 'of the own domain' "$(got .domain)" example.com
got .secret >"$web/secret"
etag=$(header etag)
web GET "/webhooks/$id"
is 'the secret is not shown again' "$status $(got 'has("secret")')" '200 false'
is 'nor in what is listed' "$(web GET /webhooks; got '.items[0].secret')" null
web POST "/webhooks/$id/actions/test" -H "$JSON" -d '{}'
until_ok 'a try comes' told webhook.test "$id"
until_ok 'it says so' hooks_got '.state.last_success != null' true
ok 'a user there' vadduser --no-password ann@example.com
ok 'one elsewhere' vadduser --no-password eve@other.com
ok 'an alias' valias -i '&x@y.example' info@example.com
ok 'another user' vadduser --no-password zoe@example.com
until_ok 'it is told' told user.created zoe@example.com
not_ok 'not of other domains' grep -q other.com "$web/got"
not_ok 'not of what it did not ask for' grep -q alias.created "$web/got"
not_ok 'not of places on the disk' grep -q '"dir"' "$web/got"
not_ok 'all of it is signed' grep -q wrong "$web/got"

# ---- whose it is -----------------------------------------------------------------
own=$id
login postmaster@other.com secret1
for request in "GET /webhooks/$own" "DELETE /webhooks/$own" \
    "GET /webhooks/$own/dead-letters"; do
	# shellcheck disable=SC2086 # two words
	web $request
	is "another administrator: $request" "$status" 404
done
web PATCH "/webhooks/$own" -H "$JSON" -H 'If-Match: *' -d '{"enabled":false}'
is 'nor changes it' "$status" 404
for action in test replay; do
	web POST "/webhooks/$own/actions/$action" -H "$JSON" -d '{}'
	is "nor $action" "$status" 404
done
is 'nor sees it' "$(web GET /webhooks; got '.items | length')" 0
make_hook "{\"url\":\"$url\",\"enabled\":false}"
make_hook "{\"url\":\"$url\",\"enabled\":false}"
is 'two' "$status" 201
make_hook "{\"url\":\"$url\",\"enabled\":false}"
is 'a third is too many' "$status $(got .type)" \
    '403 urn:vhost:problem:limit-reached'
api GET '/webhooks?limit=2'
is 'the system sees all' "$(got '.items | length')" 2
api GET "/webhooks?cursor=$(got .next)"
is 'in pages' "$(got '.items | length')" 1
api POST /webhooks -H "$JSON" -d "{\"url\":\"$url\"}"
is 'the site has its limit, too' "$status" 403

# ---- changing --------------------------------------------------------------------
login postmaster@example.com secret1
id=$own
web PATCH "/webhooks/$id" -H "$JSON" -H "If-Match: $etag" \
    -d '{"events":["user.*"],"secret":"another-secret-of-mine"}'
is 'how it does is no other revision' "$status" 200
echo another-secret-of-mine >"$web/secret"
is 'it is another one now' "$(web PATCH "/webhooks/$id" -H "$JSON" \
    -H "If-Match: $etag" -d '{"enabled":false}'; echo "$status")" 412
web PATCH "/webhooks/$id" -H "$JSON" -H 'If-Match: *' -d '{"domain":"x"}'
is 'its domain stays' "$status" 422
until_ok 'veventd knows' sh -c "vadduser --no-password u\$(date +%N)@example.com &&
    sleep 0.5 && tail -n 1 '$web/got' | grep -q '^200 {'"

# ---- failing ---------------------------------------------------------------------
web POST "/webhooks/$id/actions/replay" -H "$JSON" -d '{"from":1}'
like 'what was told is told again' "$status $(got .count)" '202 [1-9]*'
until_ok 'all of it' hooks_got '.state.pending + .state.behind' 0
echo 404 >"$web/answer"
for name in f1 f2 f3; do
	ok 'a change' vadduser --no-password "$name@example.com"
done
until_ok 'it is disabled' hooks_got .enabled false
is 'it says why' "$(got .reason)" 'it failed 3 times in a row'
is 'and what was answered' "$(got .state.last_error)" 'the server answered 404'
until_ok 'the event says so, too' sh -c \
    "vevents -t webhook.disabled list --json | grep -q '$id'"
until_ok 'what it was not told is kept' hooks_got \
    '.state | .dead_letters >= 1 and .pending == 0' true
web GET "/webhooks/$id/dead-letters?limit=1"
is 'and listed' "$(got '.items[0].type')" user.created
web POST "/webhooks/$id/actions/test" -H "$JSON" -d '{}'
is 'no tries then' "$status" 409
rm "$web/answer"
ok 'what happens meanwhile' vadduser --no-password meanwhile@example.com
until_ok 'is passed over' hooks_got .state.behind 0
web PATCH "/webhooks/$id" -H "$JSON" -H 'If-Match: *' -d '{"enabled":true}'
is 'enabled again' "$status $(got .reason)" '200 null'
web POST "/webhooks/$id/actions/replay" -H "$JSON" -d '{}'
like 'the dead letters once more' "$status $(got .count)" '202 [1-9]*'
until_ok 'all are told' hooks_got '.state.dead_letters + .state.pending' 0
until_ok 'f3' told user.created f3@example.com
not_ok 'but not that' told user.created meanwhile@example.com

# ---- the end ---------------------------------------------------------------------
web GET '/audit?event=webhook.*'
is 'all of it is known' "$(got '[.items[].type] | unique | map(.[8:]) |
    join(" ")')" 'created deleted disabled replayed test updated'
is 'without the path and the secret' "$(vevents -n 1000 list --json |
    grep -cE 'path/key|another-secret')" 0
is 'the log knows no secret' "$(grep -c another-secret "$PANEL_LOG")" 0
web PATCH "/webhooks/$id" -H "$JSON" -H 'If-Match: *' -d '{"events":["*"]}'
until_ok 'veventd knows that' sh -c "valias -i '&x@y.example' \
    i\$(date +%N)@example.com && sleep 0.5 && grep -q alias.created '$web/got'"
ok 'the domain gets another name' vrenamedomain example.com moved.com
ok 'what comes after that' vadduser --no-password late@moved.com
until_ok 'the webhook is told of the name' told domain.renamed moved.com
until_ok 'and of what came' told user.created late@moved.com
ok 'the domain goes' vdeldomain -f moved.com
until_ok 'the webhook, too' test ! -e "$folder/$id.json"
until_ok 'with all that was known of it' sh -c \
    "! vevents subscribers --json | grep -q '$id'"
ok 'one of that name' vadddomain moved.com secret2
login postmaster@moved.com secret2
is 'has none' "$(web GET /webhooks; got '.items | length')" 0
event_end
is 'veventd ends' "$status" 0
panel_stop
done_testing
