# shellcheck shell=sh
# For tests of veventd; sourced after lib.sh.
#
#   event_begin, event_end     start it, and end it with $status
#   event_again                it looks at once who there is to tell
#   hook FOLDER/NAME COMMANDS  make an executable of etc/hooks.d
#   state SUBSCRIBER FIELD     as vevents shows it
#   is_state SUBSCRIBER FIELD VALUE
#   until_ok WORDS COMMAND ... the command succeeds within some time

hooks=$SITE/home/etc/hooks.d
event_pid=

event_again() {
	[ -z "$event_pid" ] || kill -HUP "$event_pid"
}

hook() {
	mkdir -p "$hooks/${1%/*}"
	chmod 0755 "$hooks" "$hooks/${1%/*}"
	printf '#!/bin/sh\n%s\n' "$2" >"$hooks/$1.new~"
	chmod 0755 "$hooks/$1.new~"
	mv "$hooks/$1.new~" "$hooks/$1"
	event_again
}

event_begin() {
	mkfifo "$SITE/ready"
	veventd -n 9 9>"$SITE/ready" 2>>"$SITE/log" &
	event_pid=$!
	trap '[ -z "$event_pid" ] || { kill $event_pid; wait $event_pid; }
	    cleanup' EXIT
	read -r _ <"$SITE/ready"
	rm "$SITE/ready"
}

event_end() {
	kill "$event_pid"
	wait "$event_pid"
	status=$?
	event_pid=
}

until_ok() {
	until_words=$1
	shift
	until_n=0
	while ! "$@" >/dev/null 2>&1 && [ $until_n -lt 300 ]; do
		until_n=$((until_n + 1))
		sleep 0.1
	done
	ok "$until_words" "$@"
}

state() {
	vevents subscribers --json | jq -r "select(.name == \"$1\") | $2"
}

is_state() {
	[ "$(state "$1" "$2")" = "$3" ]
}
