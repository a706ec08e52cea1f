#!/bin/sh
# vhostadmind: the access log.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
ok 'a domain' vadddomain example.com secret1
log=$SITE/access
panel_start "access_log = $log"
line() { # ID: its line, without time and milliseconds
	await grep -q " $1\$" "$log" && awk -v id="$1" \
	    '$9 == id { print $2, $3, $4, $5, $6, $7, NF }' "$log"
}

api GET '/audit?actor=sesame'
size=$(printf '%s' "$out" | wc -c)
id=$(header x-request-id)
like 'a request' "$(line "$id")" \
    "- uid:* GET /api/v1/audit 200 $size 9"
login postmaster@example.com secret1
is 'a login' "$(line "$(header x-request-id)" | cut -d ' ' -f 1,3-5)" \
    '192.0.2.7 POST /api/v1/sessions 201'
web GET /sessions/current
is 'who asks' "$(line "$(header x-request-id)" | cut -d ' ' -f 1-5)" \
    '192.0.2.7 postmaster@example.com GET /api/v1/sessions/current 200'
api_as "http://127.0.0.1:$PANEL_PORT" GET /none
is 'nobody' "$(line "$(header x-request-id)" | cut -d ' ' -f 1-5)" \
    '127.0.0.1 - GET /api/v1/none 404'
printf 'GET /a"\\\033[31m\tx HTTP/1.1\r\nHost: x\r\n\r\n' |
    curl -s -m 5 "telnet://127.0.0.1:$PANEL_PORT" >/dev/null
api GET '/none%0a2026%20x'
is 'nothing makes another line' "$(line "$(header x-request-id)" |
    cut -d ' ' -f 4)" /api/v1/none%0a2026%20x
is 'all lines have nine fields of plain bytes' \
    "$(LC_ALL=C grep -cvE '^([!-~]+ ){8}[!-~]+$' "$log")" 0
is 'no secret is there' "$(grep -cE 'sesame|secret1' "$log")" 0
is 'the file is private' "$(stat -c %a "$log")" 640
mv "$log" "$log.old"
kill -HUP "$PANEL_PID"
ok 'it is opened again' await test -e "$log"
api GET /openapi.json
like 'and written' "$(line "$(header x-request-id)")" '* 9'
panel_stop
done_testing
