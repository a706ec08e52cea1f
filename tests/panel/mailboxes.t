#!/bin/sh
# Mailboxes in the interface of the panel: the module mail behind it.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
vadduser joe@test.com secret0 || exit 1
panel_mail
panel_start
users=/domains/test.com/users

# ---- mailboxes -------------------------------------------------------------
api POST $users -H "$JSON" -d '{"name":"carol","gecos":"Carol C","password":"Orange-Kettle-7"}'
is 'create' "$status $(header location)" \
    '201 /api/v1/domains/test.com/users/carol'
is 'what was created' "$(got '[.name, .gecos, .quota.bytes, .locked, .password] | join(",")')" \
    'carol,Carol C,0,false,'
ok 'her password' vverifypw carol@test.com Orange-Kettle-7
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
is 'a bad name' "$status $(got '.errors[0].pointer')" '422 /name'
api GET $users/carol -H "If-None-Match: $tag"
is 'not modified' "$status" 304
api PATCH $users/carol -H "$JSON" -d '{"gecos":"C"}'
is 'change without If-Match' "$status" 428
api PATCH $users/carol -H "$JSON" -H 'If-Match: "00"' -d '{"gecos":"C"}'
is 'change of another revision' "$status" 412
api PATCH $users/carol -H "$JSON" -H "If-Match: $tag" \
    -H 'X-Request-Id: order-17' -d '{"gecos":"C"}'
is 'change' "$status $(got .gecos)" '200 C'
is 'the change is there' "$(vuserinfo -c carol@test.com)" C
is 'the journal knows the request' \
    "$(vevents list --json -o carol@test.com -t user.updated |
	jq -r '.actor | "\(.via) \(.address) \(.request)"')" \
    'vhostadmind null order-17'
api PATCH $users/carol -H "$JSON" -H "If-Match: $tag" -d '{"gecos":"D"}'
is 'the old revision is none any more' "$status" 412
api DELETE $users/carol
is 'delete without If-Match' "$status" 428
api DELETE $users/carol -H 'If-Match: *'
is 'delete' "$status$out" 204
api GET $users/carol
is 'deleted' "$status $(got .type)" '404 urn:vhost:problem:not-found'
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
api GET "$users?limit=2&count=true"
is 'how many there are' "$(got '.items | length') $(got .total)" '2 6'
api GET "$users?limit=2&count=true&q=u"
is 'of those that are asked for' "$(got .total)" 4
api GET "$users?limit=2"
is 'if that is asked' "$(got .total)" null
api GET "$users?count=yes"
is 'by true' "$status" 400
api GET "/domains?count=true"
is 'also of domains' "$(got .total)" 1
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

panel_stop
done_testing
