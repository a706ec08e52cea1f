#!/bin/sh
# Batches and jobs of vhostadmind, with the module mail.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain test.com secret0 || exit 1
vadddomain other.com secret0 || exit 1
vadduser joe@test.com secret0 || exit 1
panel_mail
panel_start
users=/domains/test.com/users

# batch OPERATIONS [PATH]: the address of its job in $job
batch() {
	api POST "${2-$users}:batch" -H "$JSON" -d "{\"operations\":$1}"
	job=$(header location | sed 's,^/api/v1,,')
}
has_ended() {
	api GET "$job" && [ "$(got .ended)" != null ]
}
ended() {
	await has_ended
	api GET "$job?limit=500"
}
statuses() {
	got '[.results.items[].status] | join(" ")'
}

# ---- a batch ---------------------------------------------------------------
batch '[{"method":"POST","path":"","body":{"name":"ann","password":"secret7"}},
	{"method":"POST","path":"","body":{"name":"bob"}},
	{"method":"POST","path":"","body":{"name":"joe"}},
	{"method":"PATCH","path":"/bob","body":{"gecos":"B"},"if_match":"*"},
	{"method":"PATCH","path":"/bob","body":{"gecos":"C"}},
	{"method":"DELETE","path":"/none","if_match":"*"}]'
is 'a batch is taken' "$status $(got .state) $(got .operations)" '202 queued 6'
ended
is 'each operation has its result' "$status $(statuses)" \
    '200 201 201 409 200 428 404'
is 'the job failed' "$(got '.state, .done, .failed, .error.status' | xargs)" \
    'failed 6 3 422'
is 'a result is the answer' \
    "$(got '.results.items[0] | "\(.location) \(.body.name) \(.repeated)"')" \
    '/api/v1/domains/test.com/users/ann ann false'
is 'a problem is told' "$(got '.results.items[2].body.type')" \
    urn:vhost:problem:name-exists
ok 'it was done' vverifypw ann@test.com secret7
is 'and changed' "$(vuserinfo -c bob@test.com)" B
api GET "$job?limit=2&cursor=2"
is 'results are paged' "$(statuses) $(got .results.next)" '409 200 4'
batch '[{"method":"DELETE","path":"/ann","if_match":"*"},
	{"method":"DELETE","path":"/bob","if_match":"*"}]'
ended
is 'a job that succeeds' "$(got .state) $(statuses)" 'succeeded 204 204'
is 'its events' "$(vevents list --json 2>/dev/null | jq -r 'select(.object.kind == "job") | .type' | xargs)" \
    'job.queued job.started job.failed job.queued job.started job.succeeded'

# ---- what is refused -------------------------------------------------------
batch '[]'
is 'nothing to do' "$status" 422
batch "[$(yes '{"method":"POST","path":""},' | head -n 1000)
	{\"method\":\"POST\",\"path\":\"\"}]"
is 'too many' "$status" 422
batch '[{"method":"GET","path":""}]'
is 'reading' "$(got '.errors[0].pointer')" /operations/0/method
batch '[{"method":"POST","path":"/../x"}]'
is 'a path that is not plain' "$(got '.errors[0].pointer')" /operations/0/path
batch '[{"method":"POST","path":"","x":1}]'
is 'an unknown field' "$(got '.errors[0].pointer')" /operations/0
batch '[{"method":"POST","path":"/sessions","body":{}}]' ''
ended
is 'no logins in batches' "$(statuses)" 403
batch "[{\"method\":\"POST\",\"path\":\":batch\",\"body\":{\"operations\":[]}}]"
is 'no batches in batches' "$status" 422

# ---- whose -----------------------------------------------------------------
api POST /tokens -H "$JSON" -d '{"label":"t","domains":["test.com"]}'
token="Authorization: Bearer $(got .secret)"
tokens=/tokens/$(got .id)
login joe@test.com secret0
web GET "$job"
is 'a job of another' "$status" 404
web GET /jobs
is 'own jobs' "$status $(got '.items | length')" '200 0'
web POST "$users:batch" -H "$JSON" \
    -d '{"operations":[{"method":"POST","path":"","body":{"name":"x"}}]}'
job=$(header location | sed 's,^/api/v1,,')
ended
is 'the rights of its maker hold' "$(statuses)" 404
web GET "$job"
is 'who sees it' "$status $(got .account)" '200 joe@test.com'
web DELETE "$job"
is 'an ended one is not cancelled' "$status" 409
api GET '/jobs?limit=2'
is 'the system sees all, newest first' \
    "$(got '.items[0].account') $(got '.items | length')" \
    'joe@test.com 2'
new='{"method":"POST","path":"/users","body":{"name":"tom","password":"secret7"}}'
batch "[$new]" /domains/other.com
kept=$job
api POST /domains/test.com:batch -H "$JSON" -H "$token" \
    -d "{\"operations\":[$new]}"
job=$(header location | sed 's,^/api/v1,,')
ended
is 'a token may leave a job' "$(statuses)" 201
api POST /domains/other.com:batch -H "$JSON" -H "$token" \
    -d "{\"operations\":[$new]}"
job=$(header location | sed 's,^/api/v1,,')
ended
is 'and is limited there, too' "$(statuses)" 403
job=$kept
ended
is 'what is not its own is another matter' "$(statuses)" 201

# ---- an action that is a job -------------------------------------------------
api POST /domains/test.com/actions/bulletin -H "$JSON" -d '{}'
is 'its input is looked at before' "$status" 422
key='Idempotency-Key: bulletin-1'
for time in first second; do
	api POST /domains/test.com/actions/bulletin -H "$JSON" -H "$key" \
	    -d "{\"message\":\"Subject: all\\n\\nhello\\n\"}"
	is "an action that takes time, the $time" "$status" 202
	job=$(header location | sed 's,^/api/v1,,')
done
ended
is 'it is done' "$(got .state) $(statuses)" 'succeeded 200'
is 'once' "$(cat "$SITE"/home/domains/test.com/joe/Maildir/new/* |
    grep -c '^hello')" 1

# ---- what cannot be done now ---------------------------------------------------
chmod 0 "$SITE/home/domains/other.com"
batch "[$(echo "$new" | sed s/tom/tim/)]" /domains/other.com
# When it is tried again the first try has its answer.
tried() {
	[ "$(sqlite3 "$SITE/home/var/panel.sqlite" 'SELECT tries FROM
	    job_operation ORDER BY job DESC LIMIT 1')" = 2 ]
}
ok 'it is tried again' await tried
chmod 700 "$SITE/home/domains/other.com"
ended
is 'and again a while later' \
    "$(statuses) $(got '.results.items[0].repeated')" '201 true'

# ---- crashes ---------------------------------------------------------------
many() {
	i=0
	printf '['
	while [ $i -lt 120 ]; do
		[ $i = 0 ] || printf ,
		printf '{"method":"POST","path":"","body":{"name":"m%d","password":"NotToBeSeen9"}}' $i
		i=$((i + 1))
	done
	printf ']'
}
batch "$(many)"
begun() {
	api GET "$job" && [ "$(got .done)" -gt 3 ]
}
await begun
kill -KILL "$(panel_child jobs)"
kill -KILL "$(panel_child worker)"
ended
is 'a job survives its process' "$(got .state) $(got .done)" 'succeeded 120'
is 'all was done once' "$(vevents list --json --type user.created --since -1h |
    jq -r 'select(.object.id | startswith("m")) | .object.id' | wc -l)" 120
is 'no password is left' \
    "$(cat "$SITE"/home/var/panel.sqlite* | grep -ac NotToBeSeen9)" 0
is 'the key is for its owner only' \
    "$(stat -c '%a %u' "$SITE/home/var/panel.key")" "600 $SITE_UID"
# The key is revoked while nobody runs jobs, for the parent cannot start who
# does.
kill -STOP "$PANEL_PID"
kill -KILL "$(panel_child jobs)"
api POST "$users:batch" -H "$JSON" -H "$token" \
    -d '{"operations":[{"method":"DELETE","path":"/joe","if_match":"*"}]}'
revoked=$(header location | sed 's,^/api/v1,,')
api DELETE "$tokens"
is 'a token is revoked' "$status" 204
batch "$(many)"
api DELETE "$job"
is 'a job is cancelled' "$status" 204
kill -CONT "$PANEL_PID"
api GET "$job"
is 'it is known as such' "$(got .state)" cancelled
is 'and told' "$(vevents list --json --type job.cancelled | wc -l)" 1
job=$revoked
ended
is 'what a revoked token has left is not done' "$(statuses)" 401
ok 'so he is there' vuserinfo joe@test.com
panel_stop
done_testing
