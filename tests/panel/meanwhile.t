#!/bin/sh
# vhostadmind: what is asked for while a module makes an object, which waits
# until it is told to go on.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"
. "${srcdir:-.}/tests/panel/modules.sh"

site_make
MODULES=$SITE/mine
module_make slow waits
sed -i 's/"seconds": 1/"seconds": 120/' "$MODULES/slow/module.json"
panel_module "$MODULES/slow"
STATE=$SITE/home/var/modules/slow
panel_start

make() { # NAME ; with a key
	api POST /things -H "$JSON" -H 'Idempotency-Key: one' \
	    -d "{\"name\":\"$1\",\"size\":1}"
}
has_ended() {
	api GET "$job" && [ "$(got .ended)" != null ]
}
events() {
	vevents list --json --object "${job##*/}" | jq -r .type | xargs
}

# ---- a key of a request that is being executed ----------------------------------
curl -s -m 60 -o "$SITE/first" -w '%{http_code}' --unix-socket "$PANEL_SOCK" \
    -H "$JSON" -H 'Idempotency-Key: one' -d '{"name":"a","size":1}' \
    http://localhost/api/v1/things >"$SITE/first.status" &
first=$!
ok 'the module is at it' await test -e "$STATE/entered"
make a
is 'the same key' "$status $(got .type) $(header retry-after)" \
    '409 urn:vhost:problem:in-progress 1'
make b
is 'whatever it is of' "$status $(got .type)" \
    '409 urn:vhost:problem:in-progress'
: >"$STATE/go"
wait $first
is 'the first is answered' "$(cat "$SITE/first.status")" 201
make a
is 'and now its answer is that of the second, too' \
    "$status $out" "201 $(cat "$SITE/first")"

# ---- a job that is cancelled at its last operation ---------------------------------
rm "$STATE/go" "$STATE/entered"
api POST /things:batch -H "$JSON" -d '{"operations":[
	{"method":"POST","path":"","body":{"name":"c","size":1}}]}'
job=$(header location | sed 's,^/api/v1,,')
ok 'the module is at the last one' await test -e "$STATE/entered"
api DELETE "$job"
is 'it is cancelled' "$status" 204
: >"$STATE/go"
done_one() {
	api GET "$job" && [ "$(got .done)" = 1 ]
}
ok 'what was begun is finished' await done_one
# The next job is begun when this one is left.
api POST /things:batch -H "$JSON" -d '{"operations":[
	{"method":"POST","path":"","body":{"name":"d","size":1}}]}'
cancelled=$job
job=$(header location | sed 's,^/api/v1,,')
ok 'another one ends' await has_ended
is 'it has one end' "$(events)" 'job.queued job.started job.succeeded'
job=$cancelled
api GET "$job"
is 'and so has the other' "$(got .state) $(events)" \
    'cancelled job.queued job.started job.cancelled'

# ---- one that is cancelled between two of them ---------------------------------------
rm "$STATE/go" "$STATE/entered"
api POST /things:batch -H "$JSON" -d '{"operations":[
	{"method":"POST","path":"","body":{"name":"e","size":1}},
	{"method":"POST","path":"","body":{"name":"f","size":1}}]}'
job=$(header location | sed 's,^/api/v1,,')
ok 'the module is at the first one' await test -e "$STATE/entered"
api DELETE "$job"
: >"$STATE/go"
ok 'it is finished' await done_one
api GET /things/e
is 'the first was made' "$status" 200
api GET /things/f
is 'the second was not' "$status" 404
api DELETE "$job"
is 'it is cancelled once' "$status $(events)" \
    '409 job.queued job.started job.cancelled'

panel_stop
done_testing
