#!/bin/sh
# veventd: executables are told of facts, at least once and in order.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01'
. "${srcdir:-.}/tests/lib/events.sh"
told=$SITE/told
mkdir "$told"
chmod 0777 "$told"
with 'hooks_seconds = 2'
ok 'a domain' vadddomain --no-password example.com

# ---- being told ----
hook 'user.*/10-note' "jq -c '[.seq, .type, .object.id]' >>'$told/note'"
hook '*/10-all' "jq -r .type >>'$told/all'"
event_begin
until_ok 'there are subscribers' is_state 'hook:*/10-all' .behind 0
until_ok 'two' is_state 'hook:user.*/10-note' .behind 0
ok 'a user' vadduser -e "$hash" bob@example.com
ok 'a quota' vsetuserquota bob@example.com 5M
ok 'an alias' valias -i '&x@y.example' info@example.com
until_ok 'all are told' is_state 'hook:*/10-all' .behind 0
until_ok 'each' is_state 'hook:user.*/10-note' .behind 0
is_file 'by their pattern and in order' "$told/note" \
    '[2,"user.created","bob@example.com"]
[3,"user.quota.changed","bob@example.com"]'
is_file 'all' "$told/all" 'user.created
user.quota.changed
alias.created'

# ---- while it does not run ----
event_end
is 'it ends' "$status" 0
ok 'a change' vsetuserquota bob@example.com 6M
ok 'and one more' vsetuserquota bob@example.com 7M
event_begin
until_ok 'is told later' is_state 'hook:user.*/10-note' .behind 0
is 'without a gap' "$(tail -n 2 "$told/note" | tr -d '\n')" \
    '[5,"user.quota.changed","bob@example.com"][6,"user.quota.changed","bob@example.com"]'

# ---- failures ----
# One that fails for bob at first, and notes what it took.
hook user.quota.changed/20-some "read -r e
case \$e in *bob@*)
	[ -e '$told/mended' ] || exit 75 ;;
esac
echo \"\$e\" | jq -c '[.object.id, .data.new.quota]' >>'$told/some'"
until_ok 'a new one' is_state hook:user.quota.changed/20-some .behind 0
ok 'another user' vadduser -e "$hash" eve@example.com
ok 'bob' vsetuserquota bob@example.com 8M
ok 'bob again' vsetuserquota bob@example.com 9M
ok 'eve' vsetuserquota eve@example.com 1M
until_ok 'eve does not wait for bob' test -s "$told/some"
is_file 'only she' "$told/some" '["eve@example.com","1048576S"]'
until_ok 'two wait' is_state hook:user.quota.changed/20-some .waiting 2
like 'it says why' "$(state hook:user.quota.changed/20-some .problem)" \
    'ended with status 75*'
: >"$told/mended"
until_ok 'they come' is_state hook:user.quota.changed/20-some .waiting 0
is 'in order' "$(tail -n 2 "$told/some" | tr -d '\n')" \
    '["bob@example.com","8388608S"]["bob@example.com","9437184S"]'

# Dead letters: a status that says never.
hook user.flags.changed/30-never "[ -e '$told/willing' ] || { echo no thanks; exit 3; }
jq -r .seq >>'$told/never'"
until_ok 'another' is_state hook:user.flags.changed/30-never .behind 0
ok 'flags' vmoduser -d bob@example.com
until_ok 'a dead letter' is_state hook:user.flags.changed/30-never .dead 1
seq=$(vevents list -n 1 -t user.flags.changed | cut -f 1)
like 'is listed' "$(vevents dead)" \
    "hook:user.flags.changed/30-never	$seq	*	1	ended with status 3: no thanks"
: >"$told/willing"
run vevents retry hook:user.flags.changed/30-never "$seq"
ran 'it is tried again' 0 1 ''
until_ok 'and taken' test -s "$told/never"
is_file 'once' "$told/never" "$seq"
run vevents replay hook:user.flags.changed/30-never 1 1000
is 'a replay' "$status" 0
until_ok 'tells again' is_state hook:user.flags.changed/30-never .waiting 0
is 'what its pattern says, and no more' "$(sort -u "$told/never")" "$seq"
is 'twice now' "$(wc -l <"$told/never" | tr -d ' ')" 2

# What hangs, floods or dies delays nobody.
hook user.deleted/40-hangs "trap '' TERM; sleep 60"
hook user.deleted/40-floods 'exec yes'
hook user.deleted/40-dies 'kill -9 $$'
hook user.deleted/40-works "jq -r .object.id >>'$told/works'"
for name in hangs floods dies works; do
	until_ok "a subscriber that $name" is_state "hook:user.deleted/40-$name" \
	    .behind 0
done
ok 'a deletion' vdeluser eve@example.com
until_ok 'is told' test -s "$told/works"
until_ok 'it dies' is_state hook:user.deleted/40-dies .waiting 1
until_ok 'it floods' is_state hook:user.deleted/40-floods .waiting 1
until_ok 'it hangs' is_state hook:user.deleted/40-hangs .waiting 1
is 'why' "$(for name in hangs floods dies; do
	state hook:user.deleted/40-$name .problem
done)" 'did not end in time
wrote more than 16383 bytes
was killed by signal 9'

# ---- trying ----
run vevents test user.deleted/40-dies
like 'trying one that dies' "$status $out" '255 Error: killed by signal 9'
run vevents test user.flags.changed/30-never
is 'one that works' "$status" 0
run vevents test 'before.user.created/no'
is 'one that is not there' "$status" 255
# One that is gone is not asked for, and can be forgotten.
rm -r "$hooks/user.deleted"
kill -HUP "$event_pid"
run vevents prune 0
is 'facts are kept for it' "$status $(vevents list -n 1000 -a 0 | head -n 1 |
    cut -f 3,4)" '0 user.deleted	eve@example.com'
for name in hangs floods dies works; do
	run vevents forget hook:user.deleted/40-$name
	is "$name: forgotten" \
	    "$status$(state hook:user.deleted/40-$name .name)" 0
done
run vevents forget nobody
is 'unknown ones are not' "$status" 196

# ---- SIGKILL ----
ok 'bob' vsetuserquota bob@example.com 10M
kill -9 "$event_pid"
wait "$event_pid" 2>/dev/null
ok 'bob' vsetuserquota bob@example.com 11M
ok 'bob' vsetuserquota bob@example.com 12M
event_begin
until_ok 'after a kill' is_state 'hook:user.*/10-note' .behind 0
tail -n 3 "$told/note" | jq -r '.[0]' >"$SITE/got"
vevents list -n 3 | cut -f 1 >"$SITE/wanted"
is 'nothing was lost or came in another order' \
    "$(uniq "$SITE/got" | diff - "$SITE/wanted")" ''

# ---- retention ----
all_told() {
	[ "$(vevents subscribers --json |
	    jq -s 'map(.behind + .waiting) | add')" = 0 ]
}
until_ok 'all are told' all_told
event_end
ok 'a change that nobody knows yet' vsetuserquota bob@example.com 13M
run vevents prune 0
like 'pruning' "$status $out" '0 [1-9]*'
last=$(vevents list -n 1 | cut -f 1)
is 'keeps what is needed' "$(vevents list -n 1000 -a 0 | cut -f 1 |
    head -n 1)" "$last"
event_begin
until_ok 'so that it is told' is_state 'hook:user.*/10-note' .behind 0
like 'it is' "$(tail -n 1 "$told/note")" "?$last,*"

run veventd -x
is 'wrong usage' "$status" 2
event_end
done_testing
