#!/bin/sh
# vhostadmind: whatever is asked while the accounts cannot be read is told to
# come again, or does not need them; nothing is said not to be there.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
vadduser joe@test.com secret0 || exit 1
valias -i '&x@y.example' info@test.com || exit 1
panel_mail
panel_start
domain=/domains/test.com

# Every address below a domain that can be looked at, from the description.
addresses() {
	api GET /openapi.json
	got '.paths | to_entries[] | select(.value.get) | .key' |
	    sed -n 's,^/api/v1/domains/{domain}/,,p' |
	    sed -e 's,^users/{parent},users/joe,' -e 's,^users/{key},users/joe,' \
		-e 's,^aliases/{key},aliases/info,' | grep -v '[{]'
}
addresses >"$SITE/addresses"
ok 'there are many' test "$(wc -l <"$SITE/addresses")" -gt 15
statuses() { # FILE
	while read -r address; do
		api GET "$domain/$address"
		echo "$address $status $(header retry-after)"
	done <"$SITE/addresses" >"$1"
}
statuses "$SITE/before"
is 'all are there at first, or single objects that nobody made' \
    "$(grep -cvE ' (200|404) $' "$SITE/before")" 0

store_break test.com
statuses "$SITE/down"
# The same as before, or 503 with when to come again.
is 'now the same, or "come again"' \
    "$(join "$SITE/before" "$SITE/down" | awk '$2 != $3 &&
	!($3 == 503 && $4 >= 1)')" ''
for address in users users/joe users/joe/quota users/joe/flags \
    users/joe/vacation users/joe/delivery; do
	like "$address" "$(grep "^$address " "$SITE/down")" '* 503 [1-9]*'
done

change() { # WORDS METHOD PATH [BODY]
	api "$2" "$domain/$3" -H "$JSON" -H 'If-Match: *' ${4:+-d "$4"}
	is "$1" "$status $(got .type)" '503 urn:vhost:problem:unavailable'
	like 'and when to come again' "$(header retry-after)" '[1-9]*'
}
change 'a new account' POST users '{"name":"new"}'
change 'another name' PATCH users/joe '{"gecos":"Joe"}'
change 'a password' PUT users/joe/password '{"password":"orange-Kettle-27"}'
change 'flags' PATCH users/joe/flags '{"no_pop":true}'
change 'a quota' PATCH users/joe/quota '{"bytes":1000000}'
change 'an absence' PATCH users/joe/vacation '{"subject":"x","text":"y"}'
change 'no account' DELETE users/joe
login joe@test.com secret0
is 'a login' "$status" 503
like 'and when to come again' "$(header retry-after)" '[1-9]*'
store_mend test.com

statuses "$SITE/after"
is 'it is as it was' "$(cat "$SITE/after")" "$(cat "$SITE/before")"
is 'nothing was changed' "$(vuserinfo -n -D test.com | sort | tr '\n' ' ')" \
    'joe postmaster '
ok 'his password' vverifypw joe@test.com secret0
panel_stop
done_testing
