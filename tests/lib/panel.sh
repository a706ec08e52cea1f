# shellcheck shell=sh
# The control panel's server for black-box tests; sourced after lib.sh.
#
#   panel_start [LINE ...]    serve the site with these settings besides: a Unix
#                             socket, a proxy socket and a TCP port
#   panel_stop                end it; it must end well
#   api METHOD PATH [CURL ARGUMENTS]   ask as root by the Unix socket
#   web METHOD PATH [CURL ARGUMENTS]   ask as a browser behind a web server:
#                             with $cookie and $csrf, from $client; both set
#                             status, out to the body, and header
#   field FILTER              of the body, by jq
#   header NAME               of the answer
#   login ACCOUNT PASSWORD [CODE]   as a browser; sets cookie and csrf
#   totp SECRET [SECONDS]     the code of now, or so much later

U=http://panel.test/api/v1
json='Content-Type: application/json'
cookie=
csrf=
client=192.0.2.7

panel_await() {
	n=0
	until "$@"; do
		n=$((n + 1))
		[ $n -lt 400 ] || return 1
		sleep 0.05
	done
}

panel_start() {
	SOCK=$SITE/panel.sock
	PROXY=$SITE/proxy.sock
	{
		printf '%s\n' "unix = $SOCK" "proxy = $PROXY" \
		    'tcp = 127.0.0.1:0' 'user = daemon' 'workers = 2'
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$SITE/panel.conf"
	rm -f "$SITE/ready"
	: >"$SITE/log"
	vhostadmind --conf="$SITE/panel.conf" --ready-fd=3 2>>"$SITE/log" \
	    3>"$SITE/ready" &
	panel_pid=$!
	if ! panel_await test -s "$SITE/ready"; then
		comment log "$(cat "$SITE/log")"
		kill -KILL $panel_pid
		fail 'the panel starts'
		done_testing
		exit
	fi
	# shellcheck disable=SC2034 # for the tests
	port=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' "$SITE/log")
}

panel_stop() {
	kill -TERM $panel_pid
	wait $panel_pid
	is 'the panel stops' $? 0
	is 'no sanitizer has spoken' \
	    "$(grep -ciE 'sanitizer|runtime error' "$SITE/log")" 0
}

panel_ask() {
	socket=$1
	method=$2
	path=$3
	shift 3
	status=$(curl -s -m 20 --unix-socket "$socket" -X "$method" \
	    -o "$SITE/body" -D "$SITE/head" -w '%{http_code}' "$@" "$U$path")
	out=$(cat "$SITE/body" 2>/dev/null)
	rm -f "$SITE/body"
}

api() {
	panel_ask "$SOCK" "$@"
}

web() {
	panel_ask "$PROXY" "$@" ${client:+-H "X-Forwarded-For: $client"} \
	    ${cookie:+-H "Cookie: __Host-sid=$cookie"} \
	    ${csrf:+-H "X-CSRF-Token: $csrf"}
}

header() {
	tr -d '\r' <"$SITE/head" | sed -n "s/^$1: //Ip"
}

field() {
	printf %s "$out" | jq -r "$1"
}

login() {
	cookie=
	csrf=
	web POST /sessions -H "$json" \
	    -d "$(jq -nc --arg a "$1" --arg p "$2" --arg c "${3-}" \
	    '{account: $a, password: $p} + if $c == "" then {} else {code: $c} end')"
	cookie=$(header set-cookie | sed -n 's/^__Host-sid=\([^;]*\);.*/\1/p')
	[ "$status" != 201 ] || csrf=$(field .csrf)
}

totp() {
	SECRET=$1 AT=${2:-0} perl -MDigest::SHA=hmac_sha1 -e '
		my %v; @v{"A" .. "Z", 2 .. 7} = 0 .. 31;
		my $bits = join "", map { sprintf "%05b", $v{$_} }
		    split //, $ENV{SECRET};
		my $key = pack "B*", substr $bits, 0, 8 * int(length($bits) / 8);
		my $h = hmac_sha1(pack("Q>", int((time + $ENV{AT}) / 30)), $key);
		my $at = ord(substr $h, -1) & 15;
		printf "%06d\n",
		    (unpack("N", substr $h, $at, 4) & 0x7fffffff) % 1000000'
}
