# shellcheck shell=sh
# A browser behind the web server of a panel; sourced after panel.sh.
#
#   web METHOD PATH [CURL ARGUMENT ...]  a request like that of api(), from the
#                       address $client, with the session $cookie and $csrf
#   login ACCOUNT PASSWORD [CODE]  sets cookie and csrf
#   totp SECRET [SECONDS]  the code of now, or of so much later

cookie=
csrf=
client=192.0.2.7

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
	    '{account: $a, password: $p} + if $c == "" then {} else {code: $c} end')"
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
