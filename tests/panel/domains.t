#!/bin/sh
# vhostadmind: domains get another name, and go some days after they were
# deleted.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
panel_mail
for domain in old.example other.example; do
	ok "domain $domain" vadddomain "$domain" secret-postmaster
done
for user in bob reseller; do
	ok "account $user" vadduser $user@other.example secret-$user
done
ok 'account ann' vadduser ann@old.example secret-ann
panel_start

state_db() { # SQL
	sqlite3 -cmd '.timeout 20000' "$SITE/home/var/panel.sqlite" "$1"
}
is_done() { # the job $job
	api GET "/jobs/$job"
	case $(got .state) in succeeded | failed) ;; *) false ;; esac
}
job_ends() { # STATE: of the job that was answered
	job=$(got .id)
	await is_done
	is "the job has $1" "$(got .state)" "$1"
}
action() { # NAME ACTION [BODY]
	api POST "/domains/$1/actions/$2" -H "$JSON" -d "${3:-{\}}"
}
told() { # TYPE: how often
	vevents list -n 10000 -t "$1" | wc -l
}
api POST /grants -H "$JSON" \
    -d '{"account":"reseller@other.example","role":"reseller"}'
api PATCH /resellers/reseller@other.example -H "$JSON" -H 'If-Match: *' \
    -d '{"domains":["old.example"]}'
is 'the reseller owns one' "$status $(got '.domains[0]')" '200 old.example'
api PATCH /domains/old.example -H "$JSON" -H 'If-Match: *' \
    -d '{"description":"kept"}'
is 'it is described' "$status" 200
api PATCH /domains/old.example -H "$JSON" -H 'If-Match: *' \
    -d '{"description":"kept"}'
is 'which is a fact, once' "$(vevents list --json -t domain.updated |
    jq -c '[.data.old.description, .data.new.description]')" '["","kept"]'

# ---- another name -------------------------------------------------------------
login postmaster@old.example secret-postmaster
web POST /tokens -H "$JSON" -d '{"label":"mine"}'
is 'a token' "$status" 201
token=$(got .secret)
web GET /audit
before=$(got '.items | length')
ok 'with a history' test "$before" -gt 0
action old.example rename '{"name":"bad name"}'
is 'a bad name' "$status" 422
action old.example rename '{"name":"other.example"}'
is 'a name that is taken' "$status" 202
job_ends failed
is 'is told' "$(got '.results.items[0].status')" 409
login reseller@other.example secret-reseller
web POST /domains/other.example/actions/rename -H "$JSON" \
    -d '{"name":"mine.example"}'
is 'a foreign one' "$status" 404
web POST /domains/old.example/actions/rename -H "$JSON" \
    -d '{"name":"new.example"}'
is 'the reseller renames his' "$status" 202
job_ends succeeded
is 'which is one fact' "$(told domain.renamed)" 1
api GET /domains/new.example
is 'it is there' "$status $(got '.name + " " + .description')" \
    '200 new.example kept'
api GET /domains/old.example
is 'the old name is no domain' "$status" 404
api GET /domains/new.example/aliasdomains
is 'but another name' "$(got '.items[].name')" old.example
api GET /domains/new.example/users/ann
is 'the account is there' "$status" 200
web GET /domains/new.example
is 'the reseller owns it still' "$status" 200
web GET '/domains?count=true'
is 'and sees his alone' "$(got .total) $(got '.items[0].name')" '1 new.example'
api GET '/resellers?count=true'
is 'there is one reseller' "$(got .total)" 1
api GET /resellers/reseller@other.example
is 'as his record tells' "$(got '.domains[0]')" new.example
api_as "http://127.0.0.1:$PANEL_PORT" GET /domains/new.example \
    -H "Authorization: Bearer $token"
is 'the token goes on' "$status" 200
api_as "http://127.0.0.1:$PANEL_PORT" GET /tokens \
    -H "Authorization: Bearer $token"
like 'its owner is told with the new name' "$status $out" '*new.example*'
login ann@old.example secret-ann
is 'a login with the old name' "$status" 201
web GET /sessions/current
is 'is one of the new' "$(got .account)" ann@new.example
login postmaster@new.example secret-postmaster
web GET '/audit?limit=500'
is 'the history begins with its name' \
    "$(got '[.items[] | select(.type == "token.created")] | length')" 0
is 'nothing of another is in it' \
    "$(got '[.items[].object.id | select(contains("other"))] | length')" 0

# ---- by a tool, while nothing serves -------------------------------------------
panel_stop
ok 'renamed by a tool' vrenamedomain new.example third.example
panel_start
reseller_owns() {
	api GET /resellers/reseller@other.example
	[ "$(got '.domains[0]')" = "$1" ]
}
ok 'the panel follows' await reseller_owns third.example

# ---- deleted some days later ---------------------------------------------------
remove() { # QUERY: as root; sets job
	api DELETE "/domains/third.example$1" -H 'If-Match: *'
	job=$(got .id)
}
api DELETE /domains/third.example
is 'it must be seen first' "$status" 428
remove '?grace=x'
is 'days that are none' "$status" 400
remove
is 'deleting it makes a job' "$status $(got .state)" '202 queued'
like 'that is due later' "$(got .due)" '20??-*T*Z'
due=$(got .due)
api GET /domains/third.example
is 'it goes on' "$status $(got ._state.state)" '200 pending'
like 'and tells so' "$(got ._state.reason)" "*$due"
api GET '/degraded?state=pending'
is 'which the list does, too' "$(got '.items[0].key')" third.example
is 'it is a fact' "$(vevents list --json -t domain.delete.scheduled |
    jq -r '.object.id + " " + .data.new.execute_at')" "third.example $due"
remove
is 'once is enough' "$status" 409
login reseller@other.example secret-reseller
web POST /domains/third.example/actions/cancel-delete -H "$JSON" -d '{}'
is 'taken back by its owner' "$status" 204
api GET /domains/third.example
is 'it goes on as ever' "$(got ._state)" null
is 'which is a fact' "$(told domain.delete.cancelled)" 1
action third.example cancel-delete
is 'there is nothing to take back' "$status" 409
remove '?grace=3'
api DELETE "/jobs/$job"
is 'or by cancelling the job' "$status $(told domain.delete.cancelled)" '204 2'

# Of a domain that was made anew meanwhile it is not the deletion.
remove
ok 'a tool deletes it' vdeldomain -f third.example
ok 'and makes it anew' vadddomain third.example secret-postmaster
api GET /domains/third.example
is 'nothing waits for the new one' "$(got ._state)" null
due_now() {
	state_db "UPDATE job SET due = 1 WHERE id = '$job'"
}
due_now
await is_done
is 'the job finds another one' \
    "$(got .state) $(got '.results.items[0].status')" 'failed 409'
api GET /domains/third.example
is 'which stays' "$status" 200

remove
due_now
await is_done
is 'the time comes' "$(got .state) $(got '.results.items[0].status')" 'succeeded 204'
api GET /domains/third.example
is 'it is gone' "$status" 404
ok 'with its folder' test ! -e "$SITE/home/domains/third.example"
is 'nothing is left of it' "$(state_db 'SELECT count(*) FROM object_state')" 0
remove '?grace=0'
is 'nothing to delete' "$status" 404

# At once, although it waits.
api DELETE /domains/other.example -H 'If-Match: *'
job=$(got .id)
api DELETE '/domains/other.example?grace=0' -H 'If-Match: *'
is 'at once' "$status" 204
api GET "/jobs/$job"
is 'there is nothing to wait for' "$(got .state)" cancelled
panel_stop
done_testing
