#!/bin/sh
# vhostadmind: every process of it is killed while accounts are made, again and
# again, a little later each time.  What was answered is there, nothing is
# twice or half done, and whoever asks again with his key gets his answer.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
panel_mail
panel_start
users=/domains/test.com/users

program() { # of the module, or its keeper
	pgrep -f "$PANEL_MODULES/mail/mail" | head -n 1
}
victim() { # ROLE
	case $1 in
	program) program ;;
	keeper) ps -o ppid= "$(program)" 2>/dev/null | tr -d ' ' ;;
	*) panel_child "$1" ;;
	esac
}
has_victim() {
	pid=$(victim "$role")
	[ -n "$pid" ]
}
# made NAME PID DELAY: made although the process is killed so much later
made() {
	(
		sleep "$3"
		kill -KILL "$2" 2>/dev/null
	) &
	made_killer=$!
	made_n=0
	while :; do
		api POST $users -H "$JSON" -H "Idempotency-Key: key-of-$1" \
		    -d "{\"name\":\"$1\",\"password\":\"orange-Kettle-27\"}"
		[ "$status" != 201 ] || break
		# Not answered, not now, or still being done.
		case $status in
		000 | 503 | 409) ;;
		*) break ;;
		esac
		made_n=$((made_n + 1))
		[ $made_n -lt 100 ] || break
		sleep 0.05
	done
	wait $made_killer
	[ "$status" = 201 ]
}

count=0
for role in front worker modules program keeper jobs; do
	bad=
	for n in 0 1 2 3 4 5; do
		await has_victim || break
		made "$role$n" "$pid" "0.0$n" ||
		    bad="$bad $role$n: $status $out"
		count=$((count + 1))
	done
	is "the $role is killed: all is made" "$n$bad" 5
done
# Its own answer is kept for who asks again.
api POST $users -H "$JSON" -H 'Idempotency-Key: key-of-worker3' \
    -d '{"name":"worker3","password":"orange-Kettle-27"}'
is 'the answer is kept' "$status $(got .name)" '201 worker3'

# A batch goes on whatever is killed.
jq -nc '{operations: [range(60) | {method: "POST", path: "",
    body: {name: "batch\(.)"}}]}' >"$SITE/batch"
api POST $users:batch -H "$JSON" -d @"$SITE/batch"
is 'a batch' "$status" 202
job=$(got .id)
for role in jobs worker modules program jobs front keeper jobs; do
	pid=$(victim $role)
	[ -z "$pid" ] || kill -KILL "$pid"
	sleep 0.1
done
has_ended() {
	api GET "/jobs/$job"
	[ "$(got .state)" = succeeded ]
}
ok 'ends well' await has_ended
count=$((count + 60))
api GET "$users?count=true&limit=1"
is 'all are there, once' "$(got .total)" $((count + 1))
is 'each is a fact, once' "$(vevents list -n 10000 --json -t user.created |
    jq -r .object.id | sort | uniq -c | awk '$1 == 1' | wc -l)" $count
ok 'a login' vverifypw program5@test.com orange-Kettle-27
run vdoctor
is 'the site is sound' "$status$out" 0
panel_stop
done_testing
