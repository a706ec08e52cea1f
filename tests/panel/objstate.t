#!/bin/sh
# vhostadmind: objects that are not ok are shown so, until they are again.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain test.com postsecret || exit 1
vadddomain other.com postsecret || exit 1
vadddomain resold.com postsecret || exit 1
vadduser joe@test.com joesecret || exit 1
vaddaliasdomain test.com alias.com || exit 1
things=$SITE/things
mkdir "$things"
cp "$srcdir/tests/panel/objstate.pl" "$things/run"
cat >"$things/thing.json" <<'END'
{"type": "object", "required": ["name"], "additionalProperties": false,
 "properties": {"name": {"type": "string"}, "text": {"type": "string"}},
 "examples": [{"name": "a"}, {"name": "a", "text": "b"}]}
END
echo '{"type": "object", "additionalProperties": false}' >"$things/none.json"
cat >"$things/module.json" <<'END'
{"name": "things", "version": "1", "protocol": 1, "program": ["run"],
 "resources": [
 {"name": "things", "title": "Things", "scope": "domain", "key": "name",
  "schema": "thing.json", "read": ["system", "reseller", "domain"],
  "write": ["system", "domain"],
  "actions": [{"name": "turn", "title": "-", "schema": "none.json",
   "roles": ["system"]}]},
 {"name": "parts", "title": "Parts", "scope": "domain", "within": "things",
  "key": "name", "schema": "thing.json"},
 {"name": "racks", "title": "Racks", "scope": "site", "key": "name",
  "schema": "thing.json"}]}
END
chmod 755 "$things" "$things/run"
chmod 644 "$things"/*.json
panel_module "$things"
panel_start
T=/domains/test.com/things
STATE=$SITE/home/var/modules/things
PATCH='Content-Type: application/merge-patch+json'

make() { # LIST NAME TEXT
	api POST "$1" -H "$JSON" -d "{\"name\":\"$2\",\"text\":\"$3\"}"
}
set_to() { # OBJECT TEXT
	api PATCH "$1" -H "$PATCH" -H 'If-Match: *' -d "{\"text\":\"$2\"}"
}
state() {
	got '"\(._state.state) \(._state.reason)"'
}
degraded() { # [QUERY]
	api GET "/degraded${1-}"
	got '[.items[] | "\(.path)=\(.state)"] | join(" ")'
}
P=/api/v1$T

# ---- what a module tells ---------------------------------------------------------
make $T a ok
is 'one that is ok' "$status $(got ._state)" '201 null'
tag=$(header etag)
make $T b pending
is 'one that is not yet' "$status $(state)" '201 pending it is told'
api GET $T/b
is 'it is shown with it' "$status $(state) $(got ._state.since | cut -c 11)" \
    '200 pending it is told T'
tag=$(header etag)
api GET $T/b -H "If-None-Match: $tag"
is 'each time' "$status $(state)" '200 pending it is told'
api GET /domains/alias.com/things/b
is 'by each name of the domain' "$(state)" 'pending it is told'
api GET $T
is 'in the list' "$(got '[.items[]._state.state | tostring] | join(" ")')" \
    'null pending'
is 'and among all of them' "$(degraded)" "$P/b=pending"
api GET $T/b
api PUT $T/b -H "$JSON" -H "If-Match: $tag" -d "$(printf %s "$out" | jq -c '.text = "x"')"
is 'what was got can be put' "$status $(got ._state) $(got .text)" '200 null x'
is 'the next change ends it' "$(degraded)" ''
set_to $T/b degraded
is 'by a change' "$status $(state)" '200 degraded it is told'
make $T/b/parts p pending
make /racks r degraded
is 'also within another, and of the site' "$(degraded)" \
    "$P/b=degraded $P/b/parts/p=pending /api/v1/racks/r=degraded"
api POST $T/b/actions/turn -H "$JSON" -d '{}'
is 'an action may end it' "$(degraded '?module=things&domain=alias.com')" \
    "$P/b/parts/p=pending"
is 'by their state' "$(degraded '?state=degraded')" /api/v1/racks/r=degraded
degraded '?limit=1' >"$SITE/page"
api GET '/degraded?limit=1'
is 'a page' "$(cat "$SITE/page") $(degraded "?limit=1&cursor=$(got .next)")" \
    "$P/b/parts/p=pending /api/v1/racks/r=degraded"
for query in state=ok limit=0 cursor=x colour=red; do
	api GET "/degraded?$query"
	is "$query" "$status" 400
done
api GET /openapi.json
is 'its arguments are described' "$(got '.paths["/api/v1/degraded"].get.parameters |
    map("\(.name) \(.schema.type)") | join(", ")')" \
    'module string, domain string, state string, cursor integer, limit integer'
api GET /server/status
is 'how many there are' "$(got '.objects | tojson')" '{"pending":1,"degraded":1}'
api GET /metrics
like 'to be watched' "$out" '*vhostadmin_objects{state="degraded"} 1*'
api DELETE $T/b -H 'If-Match: *'
is 'deleted with what was within it' "$status $(degraded)" \
    '204 /api/v1/racks/r=degraded'
api DELETE /racks/r -H 'If-Match: *'

# ---- what broke off ------------------------------------------------------------------
make $T c dies
is 'a module that dies' "$status $(got .type)" '503 urn:vhost:problem:unavailable'
like 'is told to take it back' "$(got .detail)" '*; nothing was changed'
api GET $T/c
is 'and does' "$status $(degraded)" '404 '
set_to $T/a dies
api GET $T/a
is 'also a change' "$status $(got .text) $(state)" '200 ok null null'
: >"$STATE/stubborn"
make $T c dies
like 'one that cannot' "$status $(got .detail)" "503 the module 'things' *nobody knows*"
api GET $T/c
like 'leaves it degraded' "$status $(state)" "200 degraded *'setup' was done"
set_to $T/c x
like 'which another change does not mend' "$status $(state)" '200 degraded *'
is 'it is so for all' "$(degraded)" "$P/c=degraded"
api DELETE $T/c -H 'If-Match: *'
is 'until it is deleted' "$status $(degraded)" '204 '

# The same job is done when it comes again.
keyed() {
	api POST $T -H "$JSON" -H 'Idempotency-Key: k' -d '{"name":"d"}'
}
: >"$STATE/dies"
keyed
is 'one that comes again' "$status $(degraded)" "503 $P/d=degraded"
rm "$STATE/dies" "$STATE/stubborn"
keyed
is 'and is done' "$status $(degraded)" '201 '

# ---- reconcile ---------------------------------------------------------------------------
cat >"$STATE/drift" <<'END'
[{"resource":"things","domain":"test.com","key":"a","what":"one thing"},
 {"resource":"things","domain":"test.com","key":"a","what":"and another"},
 {"resource":"things","domain":"test.com","key":"d","what":"slow","state":"pending"},
 {"resource":"parts","domain":"test.com","parent":"a","key":"q","what":"it lasts","lasts":true},
 {"resource":"things","domain":"other.com","key":"o","what":"theirs"},
 {"resource":"things","domain":"resold.com","key":null,"what":"all"},
 {"resource":"racks","domain":null,"key":null,"what":"everywhere"},
 {"resource":"unheard","domain":null,"key":"x","what":"of nothing"}]
END
reconcile() {
	api POST /modules/things/actions/reconcile -H "$JSON" -d "{\"mend\":$1}"
}
ALL="$P/a=degraded $P/d=pending $P/a/parts/q=degraded \
/api/v1/domains/other.com/things/o=degraded \
/api/v1/domains/resold.com/things=degraded /api/v1/racks=degraded"
reconcile false
is 'what it finds' "$status $(degraded)" "200 $ALL"
api GET $T/a
is 'with all that is wrong' "$(state)" 'degraded one thing; and another'
since=$(got ._state.since)
set_to $T/a x
is 'a change does not mend it' "$status $(state)" '200 degraded one thing; and another'
reconcile false
api GET $T/a
is 'it is told once' "$(state) $(got ._state.since)" \
    "degraded one thing; and another $since"

# ---- who sees them -----------------------------------------------------------------------
api POST /grants -H "$JSON" -d '{"account":"joe@test.com","role":"reseller"}'
api PATCH /resellers/joe@test.com -H "$JSON" -H 'If-Match: *' \
    -d '{"domains":["resold.com"]}'
seen() {
	web GET /degraded
	got '[.items[].path] | join(" ")'
}
login postmaster@test.com postsecret
is 'an administrator' "$(seen)" "$P/a $P/d"
login postmaster@other.com postsecret
is 'another one' "$(seen)" /api/v1/domains/other.com/things/o
login joe@test.com joesecret
is 'a reseller' "$(seen)" /api/v1/domains/resold.com/things
api_as "http://127.0.0.1:$PANEL_PORT" GET /degraded
is 'nobody' "$status" 401
api POST /tokens -H "$JSON" -d '{"label":"t","domains":["other.com"]}'
is 'a token of some domains' "$(api_as "http://127.0.0.1:$PANEL_PORT" GET /degraded \
    -H "Authorization: Bearer $(got .secret)"; got '[.items[].path] | join(" ")')" \
    /api/v1/domains/other.com/things/o

vdeldomain other.com
vadddomain other.com postsecret || exit 1
login postmaster@other.com postsecret
is 'a domain that was made anew' "$(seen)" ''
reconcile true
is 'what it cannot mend' "$status $(degraded)" "200 $P/a/parts/q=degraded"
reconcile true
is 'all is well' "$status $(degraded)" '200 '

panel_stop
done_testing
