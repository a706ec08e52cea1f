#!/bin/sh
# Who may do what: every verb of every resource of mail by every role, against
# the table rights.expected.  A resource or verb that the table does not have
# fails.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
for d in test.com foreign.com; do
	vadddomain "$d" postsecret || exit 1
done
vaddaliasdomain test.com alias.com
for a in joe@test.com admin@test.com joe@foreign.com root@test.com; do
	vadduser "$a" joesecret || exit 1
done
vmoduser -a admin@test.com || exit 1
vmoduser -S root@test.com || exit 1
for o in p a f r l u o x; do
	vmoddomlimits -$o cmd test.com || exit 1
done
[ "$SITE_UID" = "$(id -u)" ] || chown "$SITE_UID" "$SITE/qmail/control"
panel_mail
panel_start 'connections_per_address = 0'
D=/domains/test.com

# What there is to look at.
api POST $D/aliases -H "$JSON" -d '{"name":"info","destinations":
    [{"type":"local","value":"joe"}]}'
is 'an alias' "$status" 201
api POST $D/autoresponders -H "$JSON" -d '{"name":"help","subject":"s",
    "text":"t\n","interval":100,"max":1}'
is 'an autoresponder' "$status" 201
api POST $D/ipmaps -H "$JSON" -d '{"address":"192.0.2.80"}'
is 'an address' "$status" 201
api POST /control -H "$JSON" -d '{"file":"concurrencyremote","text":"60\n"}'
is 'a control file' "$status" 201

# Sessions of everybody.
cookies() {
	login "$1" "$2"
	is "$1 logs in" "$status" 201
	eval "cookie_$3=$cookie csrf_$3=$csrf"
}
cookies root@test.com joesecret system
cookies postmaster@test.com postsecret postmaster
cookies admin@test.com joesecret admin
cookies joe@test.com joesecret user
cookies postmaster@foreign.com postsecret foreign
cookies joe@foreign.com joesecret stranger

# The path of an object of a resource, and that of its list.
object() {
	case $1 in
	domains) echo /domains/test.com ;;
	aliasdomains) echo $D/aliasdomains/alias.com ;;
	users) echo $D/users/joe ;;
	aliases) echo $D/aliases/info ;;
	autoresponders) echo $D/autoresponders/help ;;
	ipmaps) echo $D/ipmaps/192.0.2.80 ;;
	control) echo /control/concurrencyremote ;;
	lists) echo $D/lists/news ;;
	members) echo $D/lists/news/members/a@b.test ;;
	signups) echo $D/signups/none ;;
	signup) echo /signup/test.com ;;
	default-limits | password-reset) echo "/$1" ;;
	limits | usage | catchall | registration) echo "$D/$1" ;;
	*) echo "$D/users/joe/$1" ;;
	esac
}

# One request as one role: may, or the status of the refusal.  What changes
# something is sent without what it needs, so that nothing is changed.
try() {
	eval "cookie=\$cookie_$1 csrf=\$csrf_$1"
	web "$2" "$3"
	case $status in
	401 | 403) echo "$status" ;;
	404) if [ "$(got .detail)" = 'there is no such object' ]; then
		echo 404
	else
		echo may
	fi ;;
	*) echo may ;;
	esac
}

row() { # METHOD PATH
	cookie_nobody=
	csrf_nobody=
	for role in system postmaster admin user foreign stranger nobody; do
		try $role "$1" "$2"
	done | tr '\n' ' '
}

jq -r '.resources[] | .name as $n | (.verbs // if .single then
    ["get", "modify"] else ["list", "get", "setup", "modify", "delete"] end)[]
    | "\($n) \(.)"' "$srcdir/modules/mail/module.json" >"$SITE/verbs"
jq -r '.resources[] | .name as $n | .actions // [] | .[] |
    "\($n) act:\(.name)"' "$srcdir/modules/mail/module.json" >>"$SITE/verbs"
while read -r resource verb; do
	path=$(object "$resource")
	case $verb in
	list) method=GET path=${path%/*} ;;
	get) method=GET ;;
	setup)
		method=POST path=${path%/*}
		[ "$resource" != vacation ] || method=PUT path=$(object vacation)
		;;
	modify) method=PATCH ;;
	delete) method=DELETE ;;
	act:*) method=POST path=$path/actions/${verb#act:} ;;
	esac
	is "$resource $verb" "$(row $method "$path")" \
	    "$(sed -n "s/^$resource $verb:  *//p" \
		"$srcdir/tests/panel/rights.expected" | tr -s ' ') "
done <"$SITE/verbs"
is 'the table has nothing else' \
    "$(grep -vc '^#' "$srcdir/tests/panel/rights.expected")" \
    "$(grep -c . "$SITE/verbs")"

# ---- what they are told -------------------------------------------------------
# "rights" of the session, where the object of a row is to be found, says the
# same as the row: "may" or not.
told() { # COLUMN VIEW
	web GET /sessions/current
	printf %s "$out" | jq -r --arg view "$2" --rawfile rows \
	    "$srcdir/tests/panel/rights.expected" \
	    --slurpfile m "$srcdir/modules/mail/module.json" '
	    .rights as $r | ($m[0].resources | map({key: .name, value: .})
		| from_entries) as $res |
	    $rows | split("\n")[] | select(test("^[a-z]")) |
	    [scan("[a-zA-Z0-9:-]+")] as $f | $res[$f[0]] as $x |
	    (if $x.scope == "site" then "site"
	     elif $view == "mailbox" and ($x.within == "users" or
		($f[0] == "users" and ($f[1] | IN("list", "setup:") | not)))
	     then "mailbox"
	     elif $view == "mailbox" then "home" else $view end) as $v |
	    ([$x.within // empty, $f[0]] | join("/")) as $n |
	    ($f[1] | rtrimstr(":")) as $verb |
	    select((($r[$v][$n] // []) | index([$verb]) != null) !=
		($f[2 + '"$1"'] == "may")) | "\($f[0]) \($verb) \($v)"'
}
for row in '0 domains system' '1 home postmaster' '2 home admin' \
    '3 mailbox user'; do
	role=${row##* }
	eval "cookie=\$cookie_$role csrf=\$csrf_$role"
	# shellcheck disable=SC2086
	is "$role is told what he may" "$(told ${row% *} 2>&1)" ''
done
is 'and what of the panel' "$(got '.rights.panel | "\(.["/grants"]) \(
    .["/tokens/{t}"] | join(" ")) \(has("/server/health"))"')" \
    'null GET DELETE false'
is 'but not of domains' "$(got '.rights | keys | join(" ")')" \
    'home mailbox panel site'

# ---- by other names -----------------------------------------------------------
cookie=$cookie_user csrf=$csrf_user
web GET /domains/alias.com/users/joe
is 'the own mailbox by an alias of the domain' "$status" 200
web GET /domains/TEST.com/users/joe
is 'and in capitals' "$status" 200
web GET $D/users/admin
is "not another's" "$status" 404
web GET $D/users/admin/password
is 'nor what is within it' "$status" 404
cookie=$cookie_postmaster csrf=$csrf_postmaster
web GET /domains
is 'a postmaster sees his domain alone' "$(got '[.items[].name] | join(" ")')" \
    test.com
web GET /domains/foreign.com
is 'not another' "$status" 404
web GET /domains/none.com/users
is 'which is as one that there is not' "$status" 404

# ---- what is denied -------------------------------------------------------------
cookie=$cookie_admin csrf=$csrf_admin
web POST $D/users -H "$JSON" -d '{"name":"new","password":"secret77"}'
web POST $D/aliases -H "$JSON" -d '{"name":"x","destinations":
    [{"type":"local","value":"joe"}]}'
is 'aliases are denied by the module' "$status" 403
web POST $D/aliases -H "$JSON" -d '{"name":"x","destinations":
    [{"type":"address","value":"a@b.test"}]}'
is 'forwards, too' "$status" 403
web POST $D/users -H "$JSON" -d '{"name":"new","password":"secret77"}'
is 'the limit is named' "$status $(got .detail)" \
    '403 the limits of the domain deny this to its administrators (perm_account)'
web PATCH $D/users/admin -H "$JSON" -H 'If-Match: *' -d '{"gecos":"Me"}'
is 'the own mailbox is his own' "$status" 200

# ---- mass assignment ------------------------------------------------------------
cookie=$cookie_user csrf=$csrf_user
web PATCH $D/users/joe -H "$JSON" -H 'If-Match: *' \
    -d '{"flags":["system_admin"]}'
is 'a user gives himself no rights' \
    "$status $(vuserinfo -f joe@test.com 2>/dev/null | grep -c SA_ADMIN)" '403 0'
web DELETE $D/users/joe -H 'If-Match: *'
is 'nor does he delete himself' "$status" 403
web PATCH $D/users/joe -H "$JSON" -H 'If-Match: *' -d '{"quota":{"bytes":1}}'
is 'nor quota' "$status" 403
web PATCH $D/users/joe/flags -H "$JSON" -H 'If-Match: *' \
    -d '{"flags":["system_admin"]}'
is 'nor flags' "$status" 403
web PATCH $D/users/joe -H "$JSON" -H 'If-Match: *' -d '{"home":"/etc"}'
is 'what a mailbox does not have' "$status" 422
cookie=$cookie_postmaster csrf=$csrf_postmaster
web PATCH $D/users/joe -H "$JSON" -H 'If-Match: *' \
    -d '{"flags":["system_admin"]}'
is 'a postmaster makes no administrator' "$status" 403
web PATCH $D/limits -H "$JSON" -H 'If-Match: *' -d '{"maxpopaccounts":-1}'
is 'nor lifts his limits' "$status" 403

panel_stop
done_testing
