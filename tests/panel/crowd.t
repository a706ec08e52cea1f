#!/bin/sh
# The panel's front among many, greedy and slow clients.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

ulimit -n 12000 || {
	echo '1..0 # SKIP no right to open so many files'
	exit 0
}
site_make
vadddomain --no-password test.com || exit 1
panel_start 'connections = 2000' 'connections_per_address = 50' \
    'request_seconds = 4' 'idle_seconds = 4'

crowd() {
	perl "$srcdir/tests/lib/crowd.pl" "$1" "$PANEL_PORT" "$2" \
	    >"$SITE/raw" 2>&1
	while IFS= read -r line; do
		case $line in
		'ok '*) pass "${line#ok }" ;;
		*) fail "${line#not ok }" ;;
		esac
	done <<END
$(grep -v '^#' "$SITE/raw")
END
}
answers() {
	api_as "http://127.0.0.1:$PANEL_PORT" GET /sessions/current &&
	    [ "$status" = 401 ]
}

crowd address 50
crowd slow 0
crowd all 10000
ok 'it serves when they are gone' await answers
api GET /server/health
is 'nor was the local socket in want' "$status" 200

panel_stop
done_testing
