#!/bin/sh
# vhostadmind: requests that are sent again with their Idempotency-Key, and
# what a module made and is not there any more.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain test.com postsecret || exit 1
vadduser joe@test.com joesecret || exit 1
[ "$SITE_UID" = "$(id -u)" ] ||
    chown -R "$SITE_UID:$SITE_GID" "$SITE/qmail"
panel_mail
panel_start
D=/domains/test.com
STATE=$SITE/home/var/panel.sqlite

make() { # KEY BODY [ARGUMENT ...]
	make_key=$1
	make_body=$2
	shift 2
	api POST $D/users -H "$JSON" -H "Idempotency-Key: $make_key" \
	    -d "$make_body" "$@"
}
made() {
	vevents list --json --type user.created |
	    jq -r 'select(.object.id | startswith("'"$1"'@")) | 1' | wc -l
}

# ---- the answer is given again --------------------------------------------------
ann='{"name":"ann","password":"secret77"}'
make key-1 "$ann"
is 'made' "$status $(header location)" "201 /api/v1$D/users/ann"
first="$(header etag) $out"
make key-1 "$ann"
is 'the same again' "$status $(header location) $(header etag) $out" \
    "201 /api/v1$D/users/ann $first"
api DELETE $D/users/ann -H 'If-Match: *'
make key-1 "$ann"
is 'also when it is gone' "$status $(header etag) $out" "201 $first"
api GET $D/users/ann
is 'it is not made again' "$status $(made ann)" '404 1'
make key-1 '{"name":"bob","password":"secret77"}'
is 'another body' "$status $(got .type)" \
    '422 urn:vhost:problem:idempotency-key-reused'
api POST $D/aliases -H "$JSON" -H 'Idempotency-Key: key-1' -d "$ann"
is 'another address' "$status" 422
make key-2 "$ann"
is 'another key' "$status $(made ann)" '201 2'
make key-2 "$ann" -H 'X-Request-Id: second'
is 'each request has its own id' "$(header x-request-id)" second

# ---- of whom, and how long -------------------------------------------------------
login postmaster@test.com postsecret
web POST $D/users -H "$JSON" -H 'Idempotency-Key: key-2' -d "$ann"
is 'keys of others are others' "$status" 409
login joe@test.com joesecret
web POST $D/users -H "$JSON" -H 'Idempotency-Key: key-2' -d "$ann"
is 'rights come first' "$status" 404
sqlite3 "$STATE" 'UPDATE idempotency SET created = created - 86401'
make key-2 "$ann"
is 'after a day it is another request' "$status" 409
is 'and old ones are forgotten' \
    "$(sqlite3 "$STATE" 'SELECT count(*) FROM idempotency')" 0

# ---- what a key is ----------------------------------------------------------------
make "$(printf '%0256d' 0)" "$ann"
is 'too long' "$status" 400
make 'a b' "$ann"
is 'a blank' "$status" 400
make "$(printf '%0255d' 0)" '{"name":"ann"}'
is 'the longest' "$status" 409

# ---- refusals are no answers -------------------------------------------------------
make key-3 '{"name":"eve","colour":"red"}'
is 'refused' "$status" 422
make key-3 '{"name":"eve","password":"secret77"}'
is 'and put right' "$status" 201

# ---- secrets -----------------------------------------------------------------------
login joe@test.com joesecret
token() {
	web POST /tokens -H "$JSON" -H 'Idempotency-Key: token-1' \
	    -d '{"label":"backup"}'
}
token
secret=$(got .secret)
token
is 'a token is given again' "$status $(got .secret)" "201 $secret"
web GET /tokens
is 'and is one' "$(got '.items | length')" 1
not_ok 'the state has no secret' grep -rqa "${secret#vhost_}" "$SITE/home/var"
not_ok 'nor the key' grep -rqa token-1 "$SITE/home/var"

# ---- without a key -----------------------------------------------------------------
api POST /grants -H "$JSON" -d '{"account":"joe@test.com","role":"reseller"}'
api PATCH /resellers/joe@test.com -H "$JSON" -H 'If-Match: *' \
    -d '{"domains":["test.com"],"limits":{"domains":2}}'
login joe@test.com joesecret
web POST /domains -H "$JSON" -d '{"name":"test.com","password":"secret77"}'
is 'a reseller makes the domain that he has' "$status" 409
web GET /resellers/joe@test.com
is 'and has it still' "$(got '.domains | join(" ")')" test.com
api DELETE /grants/joe@test.com

# ---- cut off -------------------------------------------------------------------------
# The change was made, but its answer was not kept: it is the same job.
kim='{"name":"kim","password":"secret77"}'
make key-4 "$kim"
sqlite3 "$STATE" 'UPDATE idempotency SET reply = NULL'
make key-4 '{"name":"tom","password":"secret77"}'
is 'another request' "$status" 422
make key-4 "$kim"
is 'it is not made twice' "$status $(got .name) $(made kim)" '201 kim 1'
sqlite3 "$STATE" 'UPDATE idempotency SET reply = x'"'"'00'"'"
make key-4 "$kim"
is 'an answer that cannot be read' "$status $(header retry-after)" '503 5'

# ---- many at once ---------------------------------------------------------------------
for i in 1 2 3 4 5 6; do
	curl -s -m 20 -o /dev/null -w '%{http_code}\n' --unix-socket \
	    "$PANEL_SOCK" -H "$JSON" -H 'Idempotency-Key: key-5' \
	    -d '{"name":"sam","password":"secret77"}' \
	    "http://localhost/api/v1$D/users" >"$SITE/at.$i" &
	pids="${pids-} $!"
done
# shellcheck disable=SC2086
wait $pids
is 'one is made' "$(made sam)" 1
is 'and no answer is another' "$(cat "$SITE"/at.* | grep -cvE '201|409')" 0
like 'one at least has got it' "$(cat "$SITE"/at.*)" '*201*'

# ---- what there is, and what should be --------------------------------------------------
mend() {
	api POST /modules/mail/actions/reconcile -H "$JSON" -d "$1"
	got '[.drift[].mended] | unique | join(" ")'
}
is 'a sound site' "$(mend '{}')" ''
rm "$SITE/qmail/control/virtualdomains"
is 'what is wrong is found' "$(mend '{"mend":false}')" false
is 'and mended' "$(mend '{"mend":true}')" true
is 'all is right' "$(mend '{}')" ''
api POST /modules/mail/actions/reconcile -H "$JSON" -d '{"mend":1}'
is 'neither' "$status $(got '.errors[0].pointer')" '422 /mend'

panel_stop
done_testing
