#!/bin/sh
# vhostadmind: what the journal is told of logins, and what it is not.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
ok 'a domain' vadddomain example.com secret-postmaster
for user in bob ann; do
	ok "account $user" vadduser $user@example.com secret-$user
done
panel_start 'login_failures = 3' 'login_forget_seconds = 3600'

facts() { # TYPE ACCOUNT: data of the last one
	vevents list --json -n 10000 -t "$1" -o "$2" |
	    jq -c '.data.new | [.service, .address, .count]' | tail -n 1
}
state_db() { # SQL
	sqlite3 -cmd '.timeout 20000' "$SITE/home/var/panel.sqlite" "$1"
}
is_told() { # TYPE ACCOUNT
	[ -n "$(facts "$1" "$2")" ]
}
login bob@example.com secret-bob
is 'a login' "$status $(facts user.login.succeeded bob@example.com)" \
    '201 ["panel","192.0.2.7",null]'
is 'what is left is told' "$(header ratelimit-limit) $(header \
    ratelimit-remaining) $(header ratelimit-reset)" '3 2 3600'
for account in nobody@example.com x@nowhere.example BOB@Example.com; do
	login "$account" wrong
	is "a wrong one of $account" "$status" 401
	is 'after which is left' "$(header ratelimit-remaining)" 2
done
ok 'the failure is told' await is_told user.login.failed bob@example.com
is 'from where' "$(facts user.login.failed bob@example.com)" \
    '["panel","192.0.2.7",1]'
is 'by nobody who is known' "$(vevents list --json -t user.login.failed |
    jq -r '.actor.id')" anon
login ann@example.com wrong
ok 'and of another' await is_told user.login.failed ann@example.com
is 'not of accounts that are not there' \
    "$(vevents list -n 1000 | grep -cE 'nobody|nowhere')" 0
is 'nor with what was tried' "$(vevents list --json -n 1000 |
    grep -c wrong)" 0

# Further ones are one more fact, a minute later.
client=192.0.2.99
login ann@example.com wrong
login ann@example.com wrong
login ann@example.com secret-ann
is 'then it is closed' "$status $(header ratelimit-remaining)" '429 0'
ok 'which is told' await is_told user.login.locked ann@example.com
is 'not every failure is' "$(vevents list --json -t user.login.failed |
    grep -c ann@)" 1
state_db "UPDATE login_note SET told = 1 WHERE what = 0"
both() {
	[ "$(facts user.login.failed ann@example.com)" = \
	    '["panel","192.0.2.99",2]' ]
}
ok 'but how many there were' await both
login ann@example.com secret-ann
is 'it stays closed' "$status" 429
is 'which is told once' "$(vevents list --json -t user.login.locked |
    grep -c ann@)" 1

# However many accounts somebody tries, so much is kept.
state_db "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
    WHERE i < 1500) INSERT OR IGNORE INTO login_note
    SELECT 'u' || i || '@nowhere.example', 0, '', 0, 4000000000 FROM n"
kept=$(state_db 'SELECT count(*) FROM login_note')
login someone-new@example.com wrong
is 'one more is refused as ever' "$status" 401
is 'but not kept' "$(state_db 'SELECT count(*) FROM login_note')" "$kept"
panel_stop
done_testing
