#!/bin/sh
# vhostadmind: failed logins, second factors, recovery codes, app passwords.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain --no-password test.com || exit 1
for user in joe ann eve; do
	vadduser $user@test.com "secret-$user" || exit 1
done
vmoduser -S eve@test.com || exit 1
slow='login_forget_seconds = 86400'

# ---- too many failures -----------------------------------------------------
panel_mail
panel_start "$slow" 'login_failures = 3' 'login_failures_per_address = 6'
tries() {
	for password; do
		login "$account" "$password"
		printf '%s ' "$status"
	done
}
account=ann@test.com client=192.0.2.1
is 'an account is closed after failures' "$(tries a b c d secret-ann)" \
    '401 401 401 429 429 '
login ann@test.com secret-ann
ok 'it says for how long' test "$(header retry-after)" -gt 1
account=ann@test.com client=192.0.2.2
is 'from everywhere' "$(tries secret-ann)" '429 '
account=nobody@test.com client=192.0.2.2
is 'one that does not exist as well' "$(tries a b c d)" '401 401 401 429 '
account=joe@test.com client=192.0.2.3
is 'joe logs in' "$(tries secret-joe)" '201 '
kept=$client
client=192.0.2.4
is 'somebody tries his account' "$(tries a b c d)" '401 401 401 429 '
client=$kept
is 'he still gets in from where he was' "$(tries secret-joe)" '201 '
client=192.0.2.5
is 'and nowhere else' "$(tries secret-joe)" '429 '
client=2001:db8:1:2::1
for n in 1 2 3 4 5 6; do
	client=2001:db8:1:2::$n account=x$n@test.com
	tries a >/dev/null
done
client=2001:db8:1:2:ffff::1 account=eve@test.com
is 'a network is closed for all accounts' "$(tries secret-eve)" '429 '
client=2001:db8:1:3::1
is 'its neighbour is not' "$(tries secret-eve)" '201 '
panel_stop
panel_start "$slow" 'login_failures = 3' 'login_failures_per_address = 6'
account=ann@test.com client=192.0.2.9
is 'a restart forgets nothing' "$(tries secret-ann)" '429 '
panel_stop
panel_start 'login_forget_seconds = 1' 'login_failures = 3'
pids=
forgotten() {
	[ "$(tries secret-ann)" = '201 ' ]
}
ok 'it is forgotten in time' await forgotten
is 'and after a login' "$(tries a secret-ann a a secret-ann)" \
    '401 201 401 401 201 '
panel_stop
panel_start "$slow" 'login_failures = 3' 'workers = 4'
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
	curl -s -m 20 -o /dev/null -w '%{http_code}\n' -H "$JSON" \
	    --unix-socket "$PANEL_PROXY" -H "X-Forwarded-For: 198.51.100.$n" \
	    -d '{"account":"many@test.com","password":"x"}' \
	    http://panel.test/api/v1/sessions >"$SITE/many.$n" &
	pids="$pids $!"
done
# shellcheck disable=SC2086 # several
wait $pids
is 'many at once are not more than one after the other' \
    "$(sort "$SITE"/many.* | uniq -c | tr -s ' \n' ' ')" ' 3 401 9 429 '
store_break test.com
client=192.0.2.10 account=eve@test.com
is 'what nobody could judge' "$(tries a a a a a a)" '503 503 503 503 503 503 '
store_mend test.com
is 'does not count' "$(tries secret-eve)" '201 '
panel_stop

# ---- setting up a second factor -------------------------------------------------
panel_start 'login_forget_seconds = 1' 'login_failures = 100'
client=192.0.2.3 # from where joe was let in before
factor=/accounts/joe@test.com/second-factor
post() {
	path=$1
	body=$2
	shift 2
	web POST "$path" -H "$JSON" -d "$body" "$@"
}
login joe@test.com secret-joe
web GET $factor
is 'there is none' "$status $(got .enabled)" '200 false'
post $factor '{}'
is 'not without the password' "$status" 422
post $factor '{"password":"wrong"}'
is 'not with a wrong one' "$status" 401
post $factor '{"password":"secret-joe"}'
secret=$(got .secret)
is 'set up' "$status $(got .uri)" \
    "200 otpauth://totp/vhostadmin:joe%40test.com?secret=$secret&issuer=vhostadmin"
is 'a secret of 160 bits' "${#secret}" 32
not_ok 'it is not in the log' grep -q "$secret" "$PANEL_LOG"
browser=$cookie browser_csrf=$csrf
login joe@test.com secret-joe
is 'until it is confirmed it is not asked for' "$status" 201
cookie=$browser csrf=$browser_csrf
post $factor/actions/confirm '{"code":"12345"}'
is 'confirm with what is no code' "$status" 422
post $factor/actions/confirm "{\"code\":\"$(totp "$secret" 7200)\"}"
is 'confirm with a code of another time' "$status" 422
confirm() {
	post $factor/actions/confirm "{\"code\":\"$(totp "$secret")\"}"
	before=$cookie
	cookie=$(header set-cookie | sed -n 's/^__Host-sid=\([^;]*\);.*/\1/p')
	csrf=$(got .csrf)
}
confirm
is 'confirm' "$status $(got '.recovery_codes | length')" '200 10'
code=$(got '.recovery_codes[0]')
code2=$(got '.recovery_codes[1]')
code3=$(got '.recovery_codes[2]')
like 'a recovery code' "$code" '????-????-????-????'
not_ok 'the state does not have it' \
    grep -rqa "$(printf %s "$code" | tr -d -)" "$SITE/home/var"
post $factor '{"password":"secret-joe"}'
is 'it cannot be set up again' "$status" 409
web GET /sessions/current
is 'this session has proved it' "$(got .session.second_factor)" true
is 'it has another token, too' "$(got .csrf)" "$csrf"
after=$cookie cookie=$before
web GET /sessions/current
is 'and the cookie of before is none' "$status" 401
cookie=$after

# ---- login with it ---------------------------------------------------------------
login joe@test.com secret-joe
is 'login without a code' "$status $(got .type) $(header set-cookie)" \
    '403 urn:vhost:problem:second-factor-required '
login joe@test.com wrong
is 'a wrong password says nothing of it' "$status" 401
login joe@test.com secret-joe 000000
is 'a wrong code' "$status" 401
once=$(totp "$secret" 30)
login joe@test.com wrong "$once"
is 'a wrong password does not use up a code' "$status" 401
login joe@test.com secret-joe "$once"
is 'login with a code' "$status $(got .session.second_factor)" '201 true'
login joe@test.com secret-joe "$once"
is 'the code is used up' "$status" 401
login joe@test.com secret-joe "$(totp "$secret")"
is 'those before it too' "$status" 401
login joe@test.com secret-joe "$code"
is 'a recovery code' "$status" 201
login joe@test.com secret-joe "$code"
is 'is good once' "$status" 401
login joe@test.com secret-joe "$(printf %s "$code2" | tr 'a-z' 'A-Z' | tr -d -)"
is 'as people type it' "$status" 201
web GET $factor
is 'eight are left' "$(got .recovery_codes)" 8

# ---- changing it -----------------------------------------------------------------
post $factor/actions/recovery-codes '{"password":"secret-joe"}'
is 'new codes need a code' "$status" 403
post $factor/actions/recovery-codes \
    "{\"password\":\"secret-joe\",\"code\":\"$code3\"}"
is 'new codes' "$status $(got '.recovery_codes | length')" '200 10'
new=$(got '.recovery_codes[3]')
web DELETE $factor
is 'who may not do everything does not delete one' "$status" 403
post $factor/actions/disable '{"password":"secret-joe"}'
is 'not taken away by password alone' "$status" 403
login ann@test.com secret-ann
post $factor/actions/disable '{"password":"secret-ann"}'
is 'nor by another' "$status" 404
web GET $factor
is 'who does not see it' "$status" 404
login joe@test.com secret-joe "$new"
post $factor/actions/disable '{"password":"secret-joe","code":"000000"}'
is 'nor with a wrong code' "$status" 401
api DELETE $factor
is 'root takes it away' "$status" 204
login joe@test.com secret-joe
is 'the password is enough again' "$status" 201
post $factor/actions/disable '{"password":"secret-joe"}'
is 'there is none to take away' "$status" 409
api POST $factor -H "$JSON" -d '{"password":"secret-joe"}'
is 'root does not set up one for others' "$status" 403
post $factor '{"password":"secret-joe"}'
secret=$(got .secret)
post $factor/actions/confirm "{\"code\":\"$(totp "$secret")\"}"
vdeluser joe@test.com && vadduser joe@test.com secret-joe || exit 1
login joe@test.com secret-joe
is 'who has the address after him has no factor' "$status" 201
panel_stop

# ---- roles that need one -------------------------------------------------------------
panel_start 'second_factor = system domain'
login ann@test.com secret-ann
web GET /accounts/ann@test.com/sessions
is 'users need none' "$status" 200
login eve@test.com secret-eve
is 'an administrator without one' "$status $(got .second_factor_required)" \
    '201 true'
web GET /domains/test.com/users
is 'may do nothing' "$status $(got .type)" \
    '403 urn:vhost:problem:second-factor-required'
factor=/accounts/eve@test.com/second-factor
post $factor '{"password":"secret-eve"}'
is 'but set it up' "$status" 200
secret=$(got .secret)
confirm
web GET /domains/test.com/users
is 'and then go on' "$status" 200
api GET /domains/test.com/users
is 'root of the machine needs none' "$status" 200

printf '%s\n' "unix = $SITE/other.sock" 'second_factor = system boss' \
    >"$SITE/other.conf"
run vhostadmind --conf="$SITE/other.conf"
is 'no such role' "$status $err" \
    "1 vhostadmind: second_factor: there is no role 'boss'"

# ---- app passwords -----------------------------------------------------------------
login ann@test.com secret-ann
apps=/accounts/ann@test.com/app-passwords
post $apps '{"label":"telephone","services":["imap"],"days":30}'
is 'create' "$status $(got '[.label, .services[]] | join(" ")')" \
    '201 telephone imap'
id=$(got .id)
secret=$(got .secret)
is 'its address' "$(header location)" \
    "/api/v1/accounts/ann@test.com/app-passwords/$id"
web GET $apps
is 'list' "$(got '[.items[] | .id, .label, .secret] | join(" ")')" \
    "$id telephone "
login ann@test.com "$secret"
is 'it does not log in here' "$status" 401
login ann@test.com secret-ann
for body in '{}' '{"label":""}' '{"label":"x","services":[]}' \
    '{"label":"x","services":["imap","ftp"]}' '{"label":"x","services":1}' \
    '{"label":"x","days":0}' '{"label":"x","days":"1"}' '{"label":"x","a":1}' \
    "{\"label\":\"$(printf '%065d' 0)\"}"; do
	post $apps "$body"
	is "not with ${body%%00000*}" "$status" 422
done
web DELETE "$apps/$id"
is 'delete' "$status" 204
web DELETE "$apps/$id"
is 'delete again' "$status" 404
web GET /accounts/joe@test.com/app-passwords
is 'not those of others' "$status" 404
api GET $apps
is 'but root sees them' "$status $(got '.items | length')" '200 0'
panel_stop
done_testing
