#!/bin/sh
# Resources of modules in the interface of the panel: the sample module
# brings one, with no change to the panel.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
panel_module "$srcdir/contrib/modules/notes"
cat >"$SITE/modules/notes/settings.json" <<'END'
{"type": "object", "additionalProperties": false, "properties": {
 "most": {"type": "integer", "minimum": 1},
 "key": {"type": "string", "writeOnly": true}}}
END
panel_start
notes=/domains/test.com/notes

api GET $notes
is 'no notes yet' "$status $out" '200 {"items":[],"next":null}'
api POST $notes -H "$JSON" -d '{"name":"contact","text":"Call Ann."}'
is 'create' "$status $(header location) $(got .text)" \
    "201 /api/v1$notes/contact Call Ann."
tag=$(header etag)
api GET $notes/contact
is 'get' "$status $(header etag) $(got .name)" "200 $tag contact"
api GET $notes/contact -H "If-None-Match: $tag"
is 'not modified' "$status" 304
api POST $notes -H "$JSON" -d '{"name":"contact","text":"Call Bob."}'
is 'create again' "$status $(got .type)" '409 urn:vhost:problem:name-exists'

# ---- changing --------------------------------------------------------------
patch='Content-Type: application/merge-patch+json'
api PATCH $notes/contact -H "$patch" -d '{"text":"x"}'
is 'change without If-Match' "$status" 428
api PATCH $notes/contact -H "$patch" -H 'If-Match: "0"' -d '{"text":"x"}'
is 'change of another revision' "$status" 412
api PATCH $notes/contact -H "$patch" -H "If-Match: $tag" -d '{"keep":true}'
is 'change' "$status $(got .text) $(got .keep)" '200 Call Ann. true'
api PATCH $notes/contact -H "$patch" -H 'If-Match: *' -d '{"keep":null}'
is 'take a property out' "$status $(got .keep)" '200 null'
api PATCH $notes/contact -H "$patch" -H 'If-Match: *' -d '{"text":null}'
is 'one that is needed' "$status $(got '.errors[0].pointer')" '422 /text'
api PATCH $notes/contact -H "$patch" -H 'If-Match: *' -d '{"name":"other"}'
is 'the key stays' "$status $(got '.errors[0].pointer')" '422 /name'
api PUT $notes/contact -H "$JSON" -H 'If-Match: *' \
    -d '{"name":"contact","text":"Call Eve."}'
is 'replace' "$status $(got .text)" '200 Call Eve.'
api PUT $notes/none -H "$JSON" -H 'If-Match: *' -d '{"name":"none","text":"x"}'
is 'replace what is not there' "$status" 404

# ---- bodies ------------------------------------------------------------------
api POST $notes -H "$JSON" -d '{"name":"x","text":5}'
is 'a wrong type' "$status $(got '.errors[0].pointer')" '422 /text'
api POST $notes -H "$JSON" -d '{"text":"x"}'
is 'without its key' "$status" 422
api POST $notes -H "$JSON" -d '{"name":"x","text":"y","owner":"me"}'
is 'a property that it does not have' "$status" 422
api POST $notes -H "$JSON" -d '{"name":"a b","text":"y"}'
is 'a bad name' "$status $(got '.errors[0].pointer')" '422 /name'
api POST $notes -H "$JSON" -d '{"name":"x","te'
is 'half a body' "$status" 400

# ---- ids of requests ---------------------------------------------------------
api GET $notes -H 'X-Request-Id: order-17.b_2'
is 'an id is repeated' "$(header x-request-id)" order-17.b_2
is_made() {
	case $(header x-request-id) in
	*[!0-9a-f]*) return 1 ;;
	esac
	[ "$(header x-request-id | tr -d '\n' | wc -c)" = 32 ]
}
api GET $notes
ok 'a request without one gets one' is_made
first=$(header x-request-id)
api GET $notes
ok 'each another one' test "$(header x-request-id)" != "$first"
for id in 'a b' '"},{' 'a%0ab' "$(printf '%065d' 0)" ''; do
	api GET $notes -H "X-Request-Id: $id"
	ok "an id that is none is not taken: $id" is_made
done
api GET $notes/none -H 'X-Request-Id: order-18'
is 'an error tells it' "$(got .instance)" /requests/order-18
api GET '/domains/%zz' -H 'X-Request-Id: order-19'
is 'a refusal, too' "$status $(header x-request-id)" \
    "400 $(got .instance | sed 's,^/requests/,,')"

# ---- paths -------------------------------------------------------------------
api GET $notes/none
is 'no such object' "$status $(got .type)" '404 urn:vhost:problem:not-found'
api GET $notes/contact/more
is 'nothing is below it' "$status" 404
api POST $notes/contact/actions/burn -H "$JSON" -d '{}'
is 'no such action' "$status" 404
api GET /notes
is 'not of the site' "$status" 404
api PATCH $notes -H "$patch" -H 'If-Match: *' -d '{}'
is 'a method that is not for it' "$status $(header allow)" '405 GET, HEAD, POST'
api_as "http://127.0.0.1:$PANEL_PORT" GET $notes
is 'nobody may' "$status" 401

# ---- pages -------------------------------------------------------------------
for n in a1 a2 a3 b1; do
	api POST $notes -H "$JSON" -d "{\"name\":\"$n\",\"text\":\"x\"}"
done
api GET "$notes?limit=2"
is 'a page' "$(got '[.items[].name] | join(" ")') $(got .next)" 'a1 a2 a2'
is 'where it goes on' "$(header link)" \
    "</api/v1$notes?cursor=a2&limit=2>; rel=\"next\""
api GET "$notes?cursor=a2&limit=2"
is 'the next' "$(got '[.items[].name] | join(" ")') $(got .next)" 'a3 b1 b1'
api GET "$notes?cursor=b1&limit=2"
is 'the last' "$(got '[.items[].name] | join(" ")') $(got .next)" 'contact null'
api GET "$notes?limit=1&count=true"
is 'the panel counts for the module' "$(got .total)" 5
api GET "$notes?q=a"
is 'by what they begin with' "$(got '[.items[].name] | join(" ")')" 'a1 a2 a3'
api GET "$notes?limit=501"
is 'too large a page' "$status" 400
api GET "$notes?colour=red"
is 'an argument that nobody knows' "$status" 400

# ---- two at once -------------------------------------------------------------
api GET $notes/a1
tag=$(header etag)
for n in 1 2 3 4; do
	curl -s -o /dev/null -w '%{http_code}\n' --unix-socket "$PANEL_SOCK" \
	    -X PATCH -H "$patch" -H "If-Match: $tag" -d "{\"text\":\"$n\"}" \
	    "http://localhost/api/v1$notes/a1" >"$SITE/code$n" &
	eval "curl$n=\$!"
done
wait "$curl1" "$curl2" "$curl3" "$curl4"
is 'one of four changes of a revision' \
    "$(cat "$SITE"/code? | sort | tr '\n' ' ')" '200 412 412 412 '

# ---- deleting ----------------------------------------------------------------
api DELETE $notes/a1
is 'delete without If-Match' "$status" 428
api DELETE $notes/a1 -H 'If-Match: *'
is 'delete' "$status$out" 204
api GET $notes/a1
is 'deleted' "$status" 404

# ---- a module that fails -----------------------------------------------------
chmod a-r "$SITE/modules/notes/notes"
for n in 1 2 3; do
	pkill -KILL -f "$SITE/modules/notes/notes"
	sleep 0.1
done
api GET $notes
is 'a module that does not start' "$status $(header retry-after)" '503 5'
chmod a+r "$SITE/modules/notes/notes"
answers() {
	api GET $notes && [ "$status" = 200 ]
}
ok 'it is back' await answers

# ---- what it is set to -------------------------------------------------------
FILE=$SITE/home/etc/modules/notes.json
set_to() { # BODY
	api PATCH /modules/notes -H "$patch" -H 'If-Match: *' -d "$1"
}
if [ "$SITE_UID" != "$(id -u)" ]; then
	set_to '{"settings":{"most":1}}'
	is 'a folder that is not ours' "$status $(test -e "$FILE"; echo $?)" '403 1'
fi
chown "$SITE_UID:$SITE_GID" "$SITE/home/etc/modules"
api GET /modules/notes
is 'nothing yet' "$status $(got '.settings | length') $(got .status.state)" '200 0 ok'
set_to '{"settings":{"most":2,"key":"hidden-value"}}'
is 'set' "$status $(got '.settings | tojson')" '200 {"most":2}'
is 'in its file' "$(jq -c . "$FILE") $(stat -c '%a %u' "$FILE")" \
    "{\"most\":2,\"key\":\"hidden-value\"} 600 $SITE_UID"
is_limited() {
	api POST $notes -H "$JSON" -d '{"name":"zz","text":"x"}'
	[ "$status $(got .type)" = '403 urn:vhost:problem:limit-reached' ]
}
ok 'and in force' await is_limited
set_to '{"settings":{"most":null}}'
is 'a setting is taken out' "$status $(jq -c . "$FILE")" \
    '200 {"key":"hidden-value"}'
api GET /modules/notes
tag=$(header etag)
set_to '{"settings":{"most":0}}'
is 'a wrong one' "$status $(got '.errors[0].pointer')" '422 /settings/most'
set_to '{"settings":5}'
is 'no settings' "$status $(got '.errors[0].pointer')" '422 /settings'
set_to '{"version":"2"}'
is 'what cannot be changed' "$status" 422
api PATCH /modules/notes -H "$patch" -H "If-Match: $tag" \
    -d '{"settings":{"most":100}}'
is 'of this revision' "$status" 200
api PATCH /modules/notes -H "$patch" -H "If-Match: $tag" \
    -d '{"settings":{"most":5}}'
is 'of an older one' "$status" 412
api PATCH /modules/none -H "$patch" -H 'If-Match: *' -d '{"settings":{}}'
is 'no module' "$status" 404
is 'the journal has it, without what is secret' \
    "$(vevents list --json --type module.changed | grep -c .) $(vevents list \
	--json --type module.changed | grep -c hidden-value)" '3 0'
chmod o+w "$FILE"
api GET /modules/notes
is 'a file that anybody can change' "$status" 503
chmod o-w "$FILE"

# ---- off and on ----------------------------------------------------------------
is_off() {
	api GET $notes && [ "$status" = 404 ]
}
set_to '{"enabled":"no"}'
is 'neither on nor off' "$status $(got '.errors[0].pointer')" '422 /enabled'
set_to '{"enabled":false}'
is 'switched off' "$status $(got .enabled) $(got .settings.most)" '200 false 100'
ok 'it is not there' await is_off
api GET /modules
is 'but among the modules' \
    "$(got '.items[] | "\(.name) \(.enabled) \(.status)"')" 'notes false null'
none() {
	! pgrep -f "$SITE/modules/notes" >/dev/null
}
ok 'none of it runs' await none
set_to '{"enabled":true}'
is 'switched on' "$status $(got .enabled)" '200 true'
ok 'it is back' await answers
run vmodule disable notes
ran 'by hand' 0 '' ''
ok 'it is off' await is_off
run vmodule disable notes
ran 'which it is' 111 '' 'vmodule: notes: it is disabled'
run vmodule enable notes
ran 'and on' 0 '' ''
ok 'it is back again' await answers
run vmodule disable ../notes
ran 'no name' 111 '' 'vmodule: ../notes: this is no name of a module'

# ---- how the server does ----------------------------------------------------------
api GET /server/status
is 'its state' "$status $(got '.requests > 50, .jobs, (.subscribers | length)' | xargs)" \
    '200 true 0 0'
before=$(got .requests)
api GET /nothing
api GET /metrics
is 'its metrics' "$status $(header content-type)" \
    '200 text/plain; version=0.0.4; charset=utf-8'
is 'in the form of Prometheus' "$(printf '%s\n' "$out" | /usr/bin/python3 -c '
import sys
from prometheus_client.parser import text_string_to_metric_families as parse
for family in parse(sys.stdin.read()):
    for s in family.samples:
        print(family.type, s.name, s.labels.get("code"), s.value)
' | awk '$2 == "vhostadmin_requests_total" { sum += $4 }
	$3 == "4xx" { refused = $4 }
	$2 == "vhostadmin_request_seconds_count" { count = $4 }
	END { print sum - '"$before"', count - sum, (refused > 0) }')" \
    '2 0 1'
panel_stop
run vmodule disable notes
like 'without a server' "$status $err" '0 *it will know when it starts'
done_testing
