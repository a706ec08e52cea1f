#!/bin/sh
# vhostadmind: tokens of programs, and each of their limits.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"
. "${srcdir:-.}/tests/panel/roles.sh"

roles_start
home=/domains/home.test

as domain POST /tokens -H "$JSON" -d '{"label":"backup"}'
id=$(got .id)
secret=$(got .secret)
is 'made' "$status $(header location) $(got .role) $(got .account)" \
    "201 /api/v1/tokens/$id domain domain@home.test"
like 'the secret' "$secret" \
    'vhost_???????????????????????????????????????????'
as domain GET "/tokens/$id"
is 'it is shown once' "$status $(got '[.secret, .last_used] | @csv')" '200 ,'
not_ok 'the state has no secret' grep -rqa "${secret#vhost_}" "$SITE/home/var"
bearer GET $home/users
is 'it is good' "$status" 200
bearer GET /sessions/current
is 'for him' "$(got .account) $(got .role)" 'domain@home.test domain'
as domain GET "/tokens/$id"
is 'its last use' "$(got .last_address) $(got '.last_used != null')" \
    '192.0.2.7 true'
bearer POST $home/users -H "$JSON" -H 'Origin: http://panel.test' \
    -d '{"name":"x"}'
is 'no other token is needed for changes' "$status" 201
bearer GET /domains/other.test/users
is 'no more than its maker may' "$status" 404
bearer POST /tokens -H "$JSON" -d '{"label":"more"}'
is 'it makes no tokens' "$status" 403
as user GET "/tokens/$id"
is 'foreign ones are not there' "$status" 404
as user DELETE "/tokens/$id"
is 'nor to be revoked' "$status" 404
as user GET /tokens
is 'nor to be seen' "$(got '.items | length')" 0
as system GET /tokens
is 'but by the system' "$(got '.items | length')" 1
for bad in x vhost_ "${secret}x" "${secret%?}" "x$secret"; do
	web GET /sessions/current -H "Authorization: Bearer $bad"
	is "a wrong one: ${bad%"${bad#????????}"}" \
	    "$status $(got .type) $(header www-authenticate)" \
	    '401 urn:vhost:problem:invalid-token Bearer error="invalid_token"'
done
api GET /sessions/current -H "Authorization: Bearer $secret"
is 'it counts more than the socket' "$(got .account)" domain@home.test
as user GET /sessions/current -H 'Authorization: Basic eDp5'
is 'what is meant for the web server does not matter' "$status $(got .account)" \
    '200 user@home.test'
as domain DELETE "/tokens/$id"
is 'revoked' "$status" 204
bearer GET $home/users
is 'it is not good any more' "$status" 401

# ---- what may be set ----------------------------------------------------------
for body in '{}' '{"label":""}' '{"label":"x","role":"system"}' \
    '{"label":"x","role":"nobody"}' '{"label":"x","role":"anon"}' \
    '{"label":"x","days":0}' '{"label":"x","days":"1"}' \
    '{"label":"x","scopes":[]}' '{"label":"x","scopes":["write"]}' \
    '{"label":"x","scopes":"read"}' '{"label":"x","domains":[1]}' \
    '{"label":"x","addresses":["192.0.2.0/33"]}' \
    '{"label":"x","account":"admin@home.test"}' '{"label":"x","id":"1"}' \
    '{"label":"x","secret":"vhost_x"}' '{"label":"x","created":"now"}'; do
	as domain POST /tokens -H "$JSON" -d "$body"
	is "no $body" "$status" 422
done

# ---- limits -------------------------------------------------------------------
as domain GET /tokens
token '{"label":"reads","scopes":["read"]}'
bearer GET $home/users/ann
is 'read' "$status" 200
bearer PATCH $home/users/ann -H "$JSON" -H 'If-Match: *' -d '{}'
is 'and no more' "$status" 403
as domain GET /tokens
token '{"label":"some","scopes":["GET users","POST names"]}'
bearer GET $home/users
is 'a method of a resource' "$status" 200
bearer GET $home/names
is 'not of another' "$status" 403
bearer POST $home/names -H "$JSON" -d '{"name":"x"}'
is 'and another method of that' "$status" 201
bearer GET /tokens
is 'not of the panel' "$status" 403
as domain GET /tokens
token '{"label":"lower","role":"user"}'
bearer GET $home/users/domain
is 'in a lower role: the own' "$status $(got .name)" '200 domain'
bearer GET $home/users
is 'and no more than it' "$status" 404
as admin GET /tokens
token '{"label":"one","domains":["own.test"]}'
bearer GET /domains/own.test/users
is 'one domain' "$status" 200
bearer GET /domains/own.test
is 'itself' "$status" 200
bearer GET $home/users
is 'not another' "$status" 403
bearer GET /files
is 'nor the site' "$status" 403
bearer GET /grants
is 'nor the panel' "$status" 403
as user GET /tokens
token '{"label":"near","addresses":["192.0.2.0/28","2001:db8::/32"]}'
bearer GET $home/users/user
is 'from an address' "$status" 200
client=2001:db8::7 bearer GET $home/users/user
is 'from another' "$status" 200
client=192.0.2.16
bearer GET $home/users/user
is 'from a wrong one' "$status $(got .type)" \
    '401 urn:vhost:problem:invalid-token'
client=192.0.2.7
api GET $home/users/user -H "Authorization: Bearer $secret"
is 'from no network at all' "$status" 401
as user GET /tokens
token '{"label":"short","days":1}'
bearer GET $home/users/user
is 'in its time' "$status" 200
sqlite3 "$SITE/home/var/panel.sqlite" \
    "UPDATE token SET expires = 1 WHERE public_id = '$id'"
bearer GET $home/users/user
is 'after its time' "$status" 401

# ---- its maker ----------------------------------------------------------------
as domain GET /tokens
token '{"label":"x"}'
vmoduser -x domain@home.test
bearer GET $home/users
is 'who may do less' "$status" 404
bearer GET $home/users/domain
is 'still is who he is' "$status" 200
as operator GET /tokens
token '{"label":"x"}'
bearer GET /files
is 'by grant' "$status" 200
as system DELETE /grants/operator@home.test
bearer GET /files
is 'that is taken back' "$status" 404
vdeluser operator@home.test
bearer GET /sessions/current
is 'who is deleted' "$status" 401
vadduser operator@home.test secret-operator
bearer GET /sessions/current
is 'and made anew' "$status" 401
as system GET /tokens
token '{"label":"root"}'
bearer GET /files
is 'of root' "$status $(got '.items[0].name')" '200 first'
n=1
as user GET /tokens
while [ $n -lt 100 ]; do
	token '{"label":"x"}'
	[ "$status" = 201 ] || break
	n=$((n + 1))
done
token '{"label":"x"}'
is 'not too many' "$status $(got .type)" '403 urn:vhost:problem:limit-reached'
as user GET '/tokens?limit=60'
next=$(got .next)
as user GET "/tokens?limit=60&cursor=$next"
is 'pages' "$(got '.items | length') $(got .next)" '40 null'
is 'events' "$(vevents list --json --type 'token.revoked' |
    jq -r '.data.old.user')" domain@home.test
not_ok 'no secret in the log' grep -q vhost_ "$SITE/log"
panel_stop
is 'the server stops' "$?" 0
done_testing
