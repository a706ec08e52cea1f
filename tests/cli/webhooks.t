#!/bin/sh
# Webhooks: signed, tried again, and not to private addresses.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
. "${srcdir:-.}/tests/lib/events.sh"
conf=$SITE/home/etc/webhooks.d
web=$SITE/web
secret=0123456789abcdef0123456789abcdef
mkdir "$conf" "$web"
python3 "$srcdir/tests/lib/webserver.py" "$web" &
web_pid=$!
until_ok 'a web server' test -s "$web/port"
url=http://127.0.0.1:$(cat "$web/port")/hook
echo "$secret" >"$web/secret"
webhook() { # name, settings
	(umask 077 && echo "$secret" >"$conf/$1.secret")
	printf '%s\n' "$2" >"$conf/$1.new~"
	mv "$conf/$1.new~" "$conf/$1.conf"
	event_again
}
got() { # lines of the server's notes
	[ "$(wc -l <"$web/got" 2>/dev/null)" = "$1" ]
}
ok 'a domain' vadddomain --no-password example.com
webhook main "url = $url
events = user.* alias.*
allow_private = yes"
webhook private 'url = https://127.0.0.1:1/'
webhook named 'url = https://localhost:1/'
webhook insecure 'url = http://192.0.2.1/'
event_begin
trap 'kill $web_pid 2>/dev/null; [ -z "$event_pid" ] || { kill $event_pid; wait $event_pid; }
    cleanup' EXIT
for name in main private named; do
	until_ok "$name is there" is_state webhook:$name .behind 0
done
like 'one without TLS is not' "$(cat "$SITE/log")" '*begins with https://*'

ok 'a user' vadduser --no-password bob@example.com
until_ok 'is told' got 1
if [ "$(id -u)" = 0 ]; then
	posters=$(pgrep -x veventpost -P "$(pgrep -d, -P "$event_pid")")
	is 'the senders have no rights' "$(for p in $posters; do
		tr '\0' '\n' <"/proc/$p/environ" | grep VPOPMAIL
		awk '/^Uid:/ { print $2 }' "/proc/$p/status"
	done | sort -u)" "$(id -u nobody)"
fi
is 'signed, with the envelope' "$(sed 's/^200 //' "$web/got")" \
    "$(vevents list --json -n 1)"
until_ok 'private addresses are refused' is_state webhook:private .waiting 1
until_ok 'by name, too' is_state webhook:named .waiting 1
like 'it says so' "$(state webhook:private .problem)" '*private network*'
like 'and for the name' "$(state webhook:named .problem)" '*private network*'

# ---- a server that fails ----
echo 503 >"$web/answer"
ok 'a change' vsetuserquota bob@example.com 5M
until_ok 'waits' is_state webhook:main .waiting 1
is 'why' "$(state webhook:main .problem)" 'the server answered 503'
ok 'one more' vsetuserquota bob@example.com 6M
rm "$web/answer"
until_ok 'both come' is_state webhook:main .waiting 0
until_ok 'all' is_state webhook:main .behind 0
is 'in order' "$(grep '^200' "$web/got" | tail -n 2 | cut -c 5- |
    jq -r .data.new.quota | tr '\n' ' ')" '5242880S 6291456S '
echo 302 >"$web/answer"
ok 'an alias' valias -i '&x@y.example' info@example.com
until_ok 'redirections are not followed' is_state webhook:main .waiting 1
is 'they are failures' "$(state webhook:main .problem)" \
    'the server answered 302'
rm "$web/answer"
until_ok 'that end' is_state webhook:main .waiting 0

# ---- a server that is gone, and dead letters ----
with 'events_give_up = 0'
event_again
kill "$web_pid"
wait "$web_pid" 2>/dev/null
until_ok 'the new settings' sh -c "vadduser --no-password x\$(date +%N)@example.com &&
    vevents dead webhook:main | grep -q ."
like 'says why' "$(vevents dead webhook:main | head -n 1)" \
    'webhook:main	*	1	*onnect*'
like 'and drops what it is told to' "$(vevents drop webhook:main)" '[1-9]*'

# ---- secrets ----
chmod 0644 "$conf/main.secret"
event_again
until_ok 'a secret that others can read is none' \
    grep -q "cannot use the secret 'main.secret'" "$SITE/log"
is 'no secret is logged' "$(grep -c "$secret" "$SITE/log")" 0
event_end
is 'it ends' "$status" 0
done_testing
