#!/bin/sh
# vhostadmind: fields that nobody may set, in every resource there is, paths, and
# texts that should end a line of a log or speak to a terminal.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
mkdir "$SITE/ezmlm"
for name in make sub unsub list; do
	cp "$srcdir/tests/lib/ezmlm.sh" "$SITE/ezmlm/ezmlm-$name"
done
chmod 755 "$SITE/ezmlm" "$SITE"/ezmlm/*
with "ezmlm_dir = $SITE/ezmlm"
vadddomain test.com postsecret || exit 1
vaddaliasdomain test.com alias.com || exit 1
vadduser joe@test.com joesecret || exit 1
vadduser admin@test.com adminsecret || exit 1
vmoduser -a admin@test.com || exit 1
[ "$SITE_UID" = "$(id -u)" ] ||
    chown -R "$SITE_UID:$SITE_GID" "$SITE/qmail"
panel_mail
log=$SITE/access
panel_start "access_log = $log" 'login_failures_per_address = 1000' \
    'login_failures = 1000' 'connections_per_address = 0'
D=/domains/test.com

# ---- an object of each resource --------------------------------------------------
make() { # PATH BODY
	api POST "$1" -H "$JSON" -d "$2"
	is "an object of $1" "$status" 201
}
make $D/aliases '{"name":"info","destinations":[{"type":"local","value":"joe"}]}'
make $D/autoresponders '{"name":"help","subject":"s","text":"t\n",
    "interval":100,"max":1}'
make $D/ipmaps '{"address":"192.0.2.80"}'
make /control '{"file":"concurrencyremote","text":"60\n"}'
make $D/lists '{"name":"news"}'
make $D/lists/news/members '{"address":"a@b.test"}'
api PUT $D/users/joe/vacation -H "$JSON" -H 'If-Match: *' -d '{"subject":"s","text":"t\n"}'
is 'a vacation' "$status" 201

# ---- fields ------------------------------------------------------------------------
# Nobody is to add a resource that is not looked at here.
api GET /modules
printf %s "$out" | jq -c '.items[] | select(.name == "mail").resources[]' \
    >"$SITE/resources"
ok 'there are resources' test "$(grep -c . "$SITE/resources")" -gt 15
of() { # EXPRESSION, of the resource of this line
	printf %s "$resource" | jq -r "$1"
}
list() { # NAME WITHIN SCOPE
	case $2 in
	users) echo "$D/users/joe/$1" ;;
	lists) echo "$D/lists/news/$1" ;;
	*) if [ "$3" = domain ]; then echo "$D/$1"; else echo "/$1"; fi ;;
	esac
}
same() { # the object
	api GET "$path"
	printf %s "$out" | jq -cS .
}
# wrong_of METHOD PATH BASE FIELD ...: those that are not refused by their name
# when one of them is added to the object; over few connections.
wrong_of() {
	wrong_method=$1 wrong_path=$2 wrong_base=$3
	shift 3
	printf '%s\n' "$@" | jq -Rr --arg m "$wrong_method" \
	    --arg u "http://localhost/api/v1$wrong_path" --arg s "$PANEL_SOCK" \
	    --argjson base "$wrong_base" 'select(. != "") |
	    ($base + {(.): "other"} | tojson) as $b |
	    "unix-socket = \($s | tojson)", "url = \($u | tojson)",
	    "request = \($m)", "header = \"Content-Type: application/json\"",
	    "header = \"If-Match: *\"", "data = \($b | tojson)",
	    "write-out = \" \($m):\(.)=%{http_code}\\n\"", "next"' |
	    sed '$d' | curl -s -m 60 -K - >"$SITE/answers"
	FIELDS=$# awk '{
		split($NF, part, /[:=]/)
		if (part[3] == 422 && index($0, "\"pointer\":\"/" part[2] "\""))
			right++
		else
			print $NF
	} END { if (right != ENVIRON["FIELDS"]) print "not all" }' "$SITE/answers"
}
foreign='account actor acts_as constructor dir gid home id isAdmin is_admin
    owner __proto__ role roles uid zzz'
# With the fields of all other resources, of which many mean much elsewhere.
jq -r '.schema.properties // {} | keys[]' "$SITE/resources" | sort -u \
    >"$SITE/fields"
tried=0
while read -r resource; do
	name=$(of .name)
	verbs=$(of '.verbs // if .single then ["get", "modify"]
	    else ["list", "get", "setup", "modify", "delete"] end | join(" ")')
	key=$(of '.key // ""')
	path=$(list "$name" "$(of '.within // ""')" "$(of .scope)")
	example=$(of '.schema.examples[0] // {} | tojson')
	own=$(of '.schema.properties // {} | keys[]')
	others=$({
		# shellcheck disable=SC2086 # several
		printf '%s\n' $foreign
		cat "$SITE/fields"
	} | sort -u | grep -vxF "${own:-.}")
	fixed=$(of '.schema.properties // {} | to_entries[] |
	    select(.value.readOnly).key')
	# shellcheck disable=SC2086 # several
	case " $verbs ${key:+key} " in *' setup '*' key '*)
		is "$name: what cannot be set when it is made" \
		    "$(wrong_of POST "$path" "$example" $others $fixed)" ''
		tried=$((tried + 1))
		;;
	esac
	case " $verbs " in *' modify '*) ;; *) continue ;; esac
	if [ -n "$key" ]; then
		api GET "$path"
		path=$path/$(got ".items[0].\"$key\"")
	fi
	case " $verbs " in
	*' get '*)
		method=PATCH before=$(same)
		api GET "$path"
		;;
	*) method=PUT before= ;;
	esac
	# shellcheck disable=SC2086 # several
	if [ $method = PUT ]; then
		is "$name: what cannot be put" \
		    "$(wrong_of PUT "$path" "$example" $others)" ''
	else
		is "$name: there is one" "$status" 200
		is "$name: what cannot be changed" \
		    "$(wrong_of PATCH "$path" '{}' $others $fixed $key)" ''
	fi
	[ $method = PUT ] || is "$name: is as it was" "$(same)" "$before"
	tried=$((tried + 1))
done <"$SITE/resources"
ok 'many were tried' test $tried -gt 15

# ---- fields that a role may not set ---------------------------------------------------
change() { # BODY
	web PATCH $D/users/joe -H "$JSON" -H 'If-Match: *' -d "$1"
}
account() {
	vuserinfo --json joe@test.com |
	    jq -cS '.. | objects | del(.last_auth, .lastauth)' | sort -u
}
api PATCH $D/users/joe -H "$JSON" -H 'If-Match: *' \
    -d '{"quota":{"bytes":1000000}}'
is 'a quota' "$status" 200
login joe@test.com joesecret
before=$(account)
wrong=
for body in '{"quota":{"bytes":0}}' '{"flags":["domain_admin"]}' \
    '{"flags":["override_limits"]}' '{"flags":["system_admin"]}' \
    '{"name":"admin"}' '{"hash":"x"}' '{"quota":{"bytes":1,"messages":9}}'; do
	change "$body"
	case $status in 403 | 422) ;; *) wrong="$wrong $body=$status" ;; esac
done
is 'a user does not raise himself' "$wrong" ''
is 'nothing of him is another' "$(account)" "$before"
login admin@test.com adminsecret
change '{"flags":["system_admin"]}'
ok 'nor does an administrator of a domain' test "$status" -ge 400
is 'he is a user still' "$(account)" "$before"

# ---- paths ---------------------------------------------------------------------------
# To the domain of others by way of the own one: no spelling of a path is that
# of another place.
vadddomain other.test postsecret || exit 1
wrong=
for p in "$D/../other.test" "$D/%2e%2e/other.test" "$D%2f..%2fother.test" \
    "$D/./users" "/domains//other.test" "/domains/other.test/" \
    "/domains/other.test%00.test.com" "/domains/test.com%2f..%2fother.test" \
    "/domains/OTHER.test/users" "/domains/other.test./users" \
    "/domains/other.test;x=test.com/users" '/domains/test.com\..\other.test' \
    "/domains/%6fther.test/users" "/domains/%256fther.test/users" \
    "/domains/other.test?/domains/test.com" "/domains/*/users" \
    "$D/users/postmaster@other.test" "$D/users/..%2f..%2fother.test"; do
	web GET "$p" --path-as-is
	case $status in 400 | 404) ;; *) wrong="$wrong $p=$status" ;; esac
done
is 'no path leads to others' "$wrong" ''
web GET /domains/TEST.com/%75sers/joe --path-as-is
is 'and the own place is found' "$status" 200

# ---- logs --------------------------------------------------------------------------
# Everything that a client says, with what ends a line and what a terminal
# obeys.
lines=$(printf 'x\r\nforged line\033[31m\007\177\302\233end')
json=$(jq -nc --arg x "$lines" '$x')
long=$(head -c 65536 /dev/zero | tr '\0' a)
cookie=
csrf=
login "$lines@test.com" "$lines"
is 'a name of several lines' "$status" 401
login "joe@$lines" x
is 'a domain of several lines' "$status" 401
login "$long" x
ok 'a name of 64 KiB' test "$status" -ge 400
for c in '%0d%0aforged%20line' '%1b%5b31m' '%00' '%c2%9b31m' '%e2%80%ae'; do
	api GET "$D/users/x$c"
	ok "$c in a path" test "$status" -ge 400
	api GET "/audit?actor=x$c"
	ok "$c in a query" test "$status" -ge 200
	api POST "$D/users/x$c:batch" -H "$JSON" -d '{"operations":[]}'
	ok "$c in a batch" test "$status" -ge 400
done
is 'a path of 64 KiB' "$(curl -s -o /dev/null -w '%{http_code}' \
    --unix-socket "$PANEL_SOCK" "http://localhost/$long")" 414
for h in X-Request-Id User-Agent Host Origin Referer Authorization Cookie \
    If-Match Idempotency-Key Content-Type Accept X-Forwarded-For; do
	for value in "$(printf 'x\033[31mforged')" "$(printf 'x\302\233end')" \
	    'x\r\nforged line' '%0d%0aforged'; do
		web POST "$D/users" -H "$h: $value" -d '{}'
		ok "$h" test "$status" -ge 400
	done
	api GET /none -H "$h: $long"
	ok "$h of 64 KiB" test "$status" -ge 400
done
client=$(printf '192.0.2.1\033[31m')
web GET /sessions/current
is 'an address that speaks to terminals' "$status" 400
client=192.0.2.7
perl -MIO::Socket::UNIX -e '
	for my $bytes ("GET /x\nforged line HTTP/1.1", "GET /x\rforged HTTP/1.1",
	    "GET /\0forged HTTP/1.1", "forged\e[31m / HTTP/1.1",
	    "GET /\e[31m HTTP/1.1", "GET / HTTP/1.1\r\nX\nforged: line",
	    "GET / HTTP/1.1\r\nHost: a\r\nX-Request-Id: a\0\nforged line",
	    "G" x 65536) {
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or die;
		local $SIG{PIPE} = "IGNORE";
		print $s "$bytes\r\n\r\n";
		my $answer = <$s> // "";
		print $answer =~ m{^HTTP/1.1 [45]} || $answer eq "" ? "" : $bytes;
	}' "$PANEL_PROXY" >"$SITE/raw" 2>&1
is 'raw bytes are refused' "$(cat "$SITE/raw")" ''

# What is kept: labels and names that come back in lists and events.
for body in "{\"label\":$json}" "{\"label\":\"a\\u0000b\"}"; do
	api POST /tokens -H "$JSON" -d "$body"
	ok 'a label' test "$status" -ge 200
done
api POST $D/users -H "$JSON" -d "{\"name\":$json,\"password\":\"secret77\"}"
is 'no such account' "$status" 422
api PATCH $D/users/joe -H "$JSON" -H 'If-Match: *' -d "{\"gecos\":$json}"
is 'no such full name' "$status" 422
api POST /webhooks -H "$JSON" -d "{\"url\":$json,\"label\":$json}"
ok 'no such address' test "$status" -ge 400
api POST $D/aliases -H "$JSON" -d "{\"name\":\"al\",\"destinations\":
    [{\"type\":\"address\",\"value\":$json}]}"
is 'no such destination' "$status" 422
web POST /sessions -H "$JSON" -A "$(printf 'agent\033[31m\302\233')" \
    -d '{"account":"joe@test.com","password":"joesecret"}'
ok 'a browser that speaks to terminals' test "$status" -ge 200

# One more, so that what came before has been written.
api GET /none
last=$(header x-request-id)
ok 'the access log is written' await grep -q "$last" "$log"
plain() { # FILE: how many lines have a byte that is none to be printed
	LC_ALL=C grep -c '[^ -~]' "$1"
}
is 'each line of the access log is one of ours' \
    "$(LC_ALL=C grep -cvE '^20[0-9T:Z-]+ ([!-~]+ ){7}[!-~]+$' "$log")" 0
is 'each line of the log is one of ours' \
    "$(LC_ALL=C grep -cv '^vhostadmind: ' "$PANEL_LOG")" 0
is 'and to be printed' "$(plain "$PANEL_LOG")" 0
vevents list --json >"$SITE/events" 2>&1
is 'each fact is a line' "$(jq -c .type <"$SITE/events" | grep -c .)" \
    "$(grep -c . "$SITE/events")"
is 'and has no control bytes' \
    "$(LC_ALL=C grep -c '[[:cntrl:]]' "$SITE/events")" 0
vevents list >"$SITE/events" 2>&1
is 'nor has the list for people' \
    "$(tr '\t' ' ' <"$SITE/events" | LC_ALL=C grep -c '[[:cntrl:]]')" 0
is 'nothing was forged' "$(grep -hc '^forged' "$log" "$PANEL_LOG" \
    "$SITE/events" | xargs)" '0 0 0'

panel_stop
done_testing
