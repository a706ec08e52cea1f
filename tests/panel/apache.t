#!/bin/sh
# The panel behind Apache: what it makes of bytes that the two could
# understand differently, and that nobody gets the answer of another.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
panel_start "proxy_group = $(id -gn www-data)"

# ---- Apache in a folder of its own ---------------------------------------------
A=$SITE/apache
MODULES=/usr/lib/apache2/modules
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(
	LocalAddr => "127.0.0.1", Listen => 1)->sockport')
mkdir "$A" && chmod 755 "$SITE" "$A"
cat >"$A/conf" <<END
ServerRoot $A
ServerName localhost
PidFile $A/pid
Listen 127.0.0.1:$port
User www-data
Group www-data
ErrorLog $A/error
LoadModule mpm_event_module $MODULES/mod_mpm_event.so
LoadModule authz_core_module $MODULES/mod_authz_core.so
LoadModule proxy_module $MODULES/mod_proxy.so
LoadModule proxy_http_module $MODULES/mod_proxy_http.so
AllowEncodedSlashes NoDecode
ProxyPass "/" "unix:$PANEL_PROXY|http://localhost/" nocanon
# One connection to the panel for all, so that a stray answer would be seen.
ServerLimit 1
ThreadsPerChild 2
MaxRequestWorkers 2
END
setpriv --pdeathsig TERM apache2 -d "$A" -f "$A/conf" -DFOREGROUND &
apache=$!
if ! await nc -z 127.0.0.1 "$port"; then
	comment apache "$(cat "$A/error")"
	fail 'Apache starts'
	done_testing
	exit
fi
pass 'Apache starts'
api_as "http://127.0.0.1:$port" GET /sessions/current
is 'a request through it' "$status $(header content-type)" \
    '401 application/problem+json'
api_as "http://127.0.0.1:$port" GET /server/health
is 'its clients are not local' "$status" 404

# ---- smuggling -------------------------------------------------------------------
PORT=$port perl "$srcdir/tests/lib/smuggle.pl" >"$SITE/raw" 2>&1
while IFS= read -r line; do
	case $line in
	'ok '*) pass "${line#ok }" ;;
	'not ok '*) fail "${line#not ok }" ;;
	*) comment raw "$line" ;;
	esac
done <"$SITE/raw"
is 'all of them ran' "$(grep -c '^ok ' "$SITE/raw")" \
    "$(grep -c "^attack\|^print ask" "$srcdir/tests/lib/smuggle.pl")"

# ---- the panel goes and comes ------------------------------------------------
kill -KILL "$(panel_child front)"
answers() {
	api_as "http://127.0.0.1:$port" GET /sessions/current &&
	    [ "$status" = 401 ]
}
ok 'Apache finds the new front' await answers

kill -TERM $apache
wait $apache
panel_stop
done_testing
