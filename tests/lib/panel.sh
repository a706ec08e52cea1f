# shellcheck shell=sh
# A running vhostadmind for tests.  Sourced, after lib.sh.
#
#   panel_start [LINE ...]  on the site of site_make, with the LINEs added to
#                       its settings $PANEL_CONF; sets PANEL_PID, PANEL_PORT
#                       (TCP), PANEL_TLS (port), PANEL_SOCK, PANEL_PROXY (the
#                       web server's socket) and PANEL_LOG; ends the test when
#                       it does not start
#   panel_module FOLDER  before the start: copy a module's folder to $PANEL_MODULES
#   panel_mail          before the start: the module mail, set to this site
#   panel_stop          it must end well, and its log be clean; it ends, too,
#                       when the shell does
#   panel_child ROLE    process id of the first child with that name
#   api METHOD PATH [CURL ARGUMENT ...]  a request below /api/v1 over the Unix
#                       socket as root; sets status, and out to the body
#   api_as URL METHOD PATH [CURL ARGUMENT ...]  the same to another address
#   web METHOD PATH [CURL ARGUMENT ...]  as a browser behind a web server: with
#                       $cookie and $csrf, from the address $client
#   login ACCOUNT PASSWORD [CODE]  as a browser; sets cookie and csrf
#   totp SECRET [SECONDS]  the code of now, or so much later
#   header NAME         of the last answer
#   got EXPRESSION      jq -r on the last body
#   await COMMAND ...   until it succeeds, twenty seconds at most

PANEL_PID=
PANEL_MODULES=
cookie=
csrf=
client=192.0.2.7
JSON='Content-Type: application/json'

await() {
	await_n=0
	until "$@"; do
		await_n=$((await_n + 1))
		[ $await_n -lt 400 ] || return 1
		sleep 0.05
	done
}

panel_module() {
	PANEL_MODULES=$SITE/modules
	panel_name=${1##*/}
	mkdir -p "$PANEL_MODULES" "$SITE/home/var/modules/$panel_name" \
	    "$SITE/home/etc/modules"
	cp -r "$1" "$PANEL_MODULES/$panel_name"
	chmod -R go-w "$PANEL_MODULES"
	chown -R "$SITE_UID:$SITE_GID" "$SITE/home/var/modules"
}

panel_mail() {
	mkdir "$SITE/mail"
	cp "$srcdir"/modules/mail/*.json "$top_builddir/modules/mail/mail" \
	    "$top_builddir/modules/mail/mail-root" "$SITE/mail"
	chmod 755 "$SITE/mail" "$SITE/mail"/mail*
	chmod 644 "$SITE/mail"/*.json
	panel_module "$SITE/mail"
	printf '{"configuration": "%s"}\n' "$VPOPMAIL_CONF" \
	    >"$SITE/home/etc/modules/mail.json"
}

panel_start() {
	PANEL_SOCK=$SITE/panel.sock
	PANEL_PROXY=$SITE/proxy.sock
	PANEL_CONF=$SITE/panel.conf
	PANEL_LOG=$SITE/log
	[ -f "$SITE/key.pem" ] ||
	    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -subj /CN=localhost -days 3650 \
		-keyout "$SITE/key.pem" -out "$SITE/cert.pem" 2>/dev/null
	cat >"$PANEL_CONF" <<END
unix = $PANEL_SOCK
proxy = $PANEL_PROXY
tcp = 127.0.0.1:0
tls = 127.0.0.1:0
certificate = $SITE/cert.pem
key = $SITE/key.pem
user = daemon
workers = 2
END
	[ -z "$PANEL_MODULES" ] || echo "modules = $PANEL_MODULES" >>"$PANEL_CONF"
	[ $# = 0 ] || printf '%s\n' "$@" >>"$PANEL_CONF"
	rm -f "$SITE/ready"
	: >"$PANEL_LOG"
	setpriv --pdeathsig TERM vhostadmind --conf="$PANEL_CONF" \
	    --ready-fd=3 2>>"$PANEL_LOG" 3>"$SITE/ready" &
	PANEL_PID=$!
	if ! await test -s "$SITE/ready"; then
		comment log "$(cat "$PANEL_LOG")"
		fail 'the server starts'
		kill -KILL $PANEL_PID
		done_testing
		exit
	fi
	pass 'the server starts'
	PANEL_PORT=$(sed -n 's/.*listening on 127.0.0.1:\([0-9]*\)$/\1/p' \
	    "$PANEL_LOG")
	PANEL_TLS=$(sed -n 's/.*127.0.0.1:\([0-9]*\) (TLS)$/\1/p' "$PANEL_LOG")
}

panel_stop() {
	kill -TERM "$PANEL_PID"
	wait "$PANEL_PID"
	is 'the server stops' $? 0
	is 'no sanitizer has spoken' \
	    "$(grep -ciE 'sanitizer|runtime error' "$PANEL_LOG")" 0
}

panel_child() {
	for panel_c in $(pgrep -P "$PANEL_PID"); do
		read -r panel_comm <"/proc/$panel_c/comm"
		[ "$panel_comm" != "$1" ] || echo "$panel_c"
	done | head -n 1
}

api_as() {
	api_url=$1
	api_method=$2
	api_path=$3
	shift 3
	status=$(curl -s -k -m 20 -X "$api_method" -o "$SITE/body" \
	    -D "$SITE/head" -w '%{http_code}' "$@" "$api_url/api/v1$api_path")
	out=$(cat "$SITE/body" 2>/dev/null)
	rm -f "$SITE/body"
}

api() {
	api_method=$1
	api_path=$2
	shift 2
	api_as http://localhost "$api_method" "$api_path" \
	    --unix-socket "$PANEL_SOCK" "$@"
}

web() {
	api_method=$1
	api_path=$2
	shift 2
	api_as http://panel.test "$api_method" "$api_path" \
	    --unix-socket "$PANEL_PROXY" "$@" \
	    ${client:+-H "X-Forwarded-For: $client"} \
	    ${cookie:+-H "Cookie: __Host-sid=$cookie"} \
	    ${csrf:+-H "X-CSRF-Token: $csrf"}
}

login() {
	cookie=
	csrf=
	web POST /sessions -H "$JSON" \
	    -d "$(jq -nc --arg a "$1" --arg p "$2" --arg c "${3-}" \
		'{account: $a, password: $p} +
		if $c == "" then {} else {code: $c} end')"
	cookie=$(header set-cookie | sed -n 's/^__Host-sid=\([^;]*\);.*/\1/p')
	[ "$status" != 201 ] || csrf=$(got .csrf)
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

header() {
	tr -d '\r' <"$SITE/head" | sed -n "s/^$1: //Ip"
}

got() {
	printf %s "$out" | jq -r "$1"
}
