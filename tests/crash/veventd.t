#!/bin/sh
# One of veventd's processes is killed, at calls of all of them: started again,
# it tells every fact, in order.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
. "${srcdir:-.}/tests/lib/events.sh"
told=$SITE/told
mkdir "$told"
chmod 0777 "$told"
vadddomain --no-password example.com && vadduser --no-password bob@example.com ||
    exit 1
# It starts no process: what is killed in it must look as if it were all.
hook 'user.*/10-note' "read -r e
e=\${e#*'\"seq\":'}
echo \"\${e%%[!0-9]*}\" >>'$told/note'"
event_begin
until_ok 'it is told' is_state 'hook:user.*/10-note' .behind 0
event_end
rm -f "$told/note"
first=$(vevents list -n 1 | cut -f 1)

is_told() {
	is_state 'hook:user.*/10-note' .behind 0 &&
	    is_state 'hook:user.*/10-note' .waiting 0
}
has_spoken() {
	grep -q '^inject: call' "$SITE/inject.log" || is_told
}
# interrupt N: it begins with three facts to tell
interrupt() {
	for size in 1 2 3; do
		vsetuserquota bob@example.com "$size$1M" || exit 1
	done
	: >"$SITE/inject.log"
	ASAN_OPTIONS=detect_leaks=0 inject kill "$1" veventd 2>"$SITE/inject.log" &
	inject_pid=$!
	interrupt_n=0
	until has_spoken || [ $interrupt_n = 100 ]; do
		interrupt_n=$((interrupt_n + 1))
		sleep 0.05
	done
	kill "$(pgrep -P $inject_pid | head -n 1)" 2>/dev/null
	wait $inject_pid
}

interrupt 1000000
calls=$(sed -n 's/^inject: only \([0-9]*\) calls$/\1/p' "$SITE/inject.log")
comment calls "$calls"
for point in 4 11 18 25 32 39 46 53 60 67 74 81 88 95; do
	interrupt $((point * calls / 100))
	comment $point "$(grep '^inject: ' "$SITE/inject.log")"
	event_begin
	await_n=0
	until is_told || [ $await_n = 300 ]; do
		await_n=$((await_n + 1))
		sleep 0.1
	done
	event_end
	ok "$point of 100: in order" sort -n -c "$told/note"
	is "$point of 100: all are told" "$(sort -n -u "$told/note" | tr '\n' ' ')" \
	    "$(vevents list -n 1000 -a "$first" | cut -f 1 | tr '\n' ' ')"
done
done_testing
