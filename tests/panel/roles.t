#!/bin/sh
# vhostadmind: who may do what, verb by verb, over routes of the panel itself
# and of modules.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"
. "${srcdir:-.}/tests/panel/roles.sh"

roles_start
all='anon user domain postmaster reseller operator admin system'

# METHOD PATH BODY STATUS-OF-EACH: who is in $all, in that order.
rights() {
	rights_method=$1
	rights_path=$2
	rights_body=$3
	shift 3
	rights_got=
	for rights_who in $all; do
		if [ -n "$rights_body" ]; then
			as "$rights_who" "$rights_method" "$rights_path" \
			    -H 'If-Match: *' -H "$JSON" -d "$rights_body"
		else
			as "$rights_who" "$rights_method" "$rights_path" \
			    -H 'If-Match: *'
		fi
		rights_got="$rights_got $status"
	done
	is "$rights_method $rights_path" "${rights_got# }" "$*"
}
home=/domains/home.test
other=/domains/other.test
own=/domains/own.test

# ---- the panel's own ---------------------------------------------------------
#                                    anon user dom  pm   res  op   adm  sys
rights GET /server/health ''         404  404  404  404  404  404  404  200
rights GET /openapi.json ''          401  200  200  200  200  200  200  200
rights GET /modules ''               401  403  403  403  403  200  200  200
rights GET /modules/roles ''         401  403  403  403  403  200  200  200
rights PATCH /modules/roles '{"settings":{}}' \
                                     401  403  403  403  403  403  422  422
rights POST /modules/roles/actions/reconcile '{"mend":"x"}' \
                                     401  403  403  403  403  403  422  422
rights GET '/search?q=x' ''         401  403  200  200  200  200  200  200
rights GET /degraded ''             401  200  200  200  200  200  200  200
rights GET /audit ''                401  403  200  200  400  200  200  200
rights GET /events ''               401  403  200  200  400  200  200  200
rights GET /sessions/current ''      401  200  200  200  200  200  200  200
rights GET /accounts/user@home.test/sessions '' \
                                     401  200  404  404  404  404  200  200
rights GET /accounts/user@home.test/second-factor '' \
                                     401  200  404  404  404  404  200  200
rights DELETE /accounts/ann@home.test/second-factor '' \
                                     401  403  403  403  403  403  204  204
rights GET /accounts/user@home.test/app-passwords '' \
                                     401  200  404  404  404  404  200  200
rights GET /tokens ''                401  200  200  200  200  200  200  200
rights GET /tokens/none ''           401  404  404  404  404  404  404  404
rights DELETE /tokens/none ''        401  404  404  404  404  404  404  404
rights GET /webhooks ''             401  403  200  200  200  403  200  200
rights POST /webhooks '{"url":"http://x.test/"}' \
                                     401  403  422  422  422  403  422  422
rights GET /webhooks/none ''         401  403  404  404  404  403  404  404
rights PATCH /webhooks/none '{"enabled":true}' \
                                     401  403  404  404  404  403  404  404
rights DELETE /webhooks/none ''      401  403  404  404  404  403  404  404
rights GET /webhooks/none/dead-letters '' \
                                     401  403  404  404  404  403  404  404
rights POST /webhooks/none/actions/test '{}' \
                                     401  403  404  404  404  403  404  404
rights POST /webhooks/none/actions/replay '{}' \
                                     401  403  404  404  404  403  404  404
rights GET /server/status ''         401  403  403  403  403  200  200  200
rights GET /metrics ''               401  403  403  403  403  200  200  200
rights GET /jobs ''                  401  200  200  200  200  200  200  200
rights GET /jobs/none ''             401  404  404  404  404  404  404  404
rights DELETE /jobs/none ''          401  404  404  404  404  404  404  404
rights POST /domains/home.test:batch '{"operations":[]}' \
                                     401  422  422  422  422  422  422  422
rights GET /grants ''                401  403  403  403  403  403  200  200
rights GET /grants/operator@home.test '' \
                                     401  403  403  403  403  403  200  200
rights POST /grants '{"account":"operator@home.test","role":"operator"}' \
                                     401  403  403  403  403  403  409  409
rights DELETE /grants/ann@home.test '' \
                                     401  403  403  403  403  403  404  404
rights GET /resellers ''             401  403  403  403  403  403  200  200
rights GET /resellers/reseller@home.test '' \
                                     401  403  403  403  200  403  200  200
rights PATCH /resellers/reseller@home.test '{"limits":{"domains":2}}' \
                                     401  403  403  403  403  403  200  200

# ---- of modules --------------------------------------------------------------
#                                    anon user dom  pm   res  op   adm  sys
rights GET /domains ''               401  404  200  200  200  200  200  200
rights GET $home ''                  401  404  200  200  404  200  200  200
rights GET $other ''                 401  404  404  404  404  200  200  200
rights GET $own ''                   401  404  404  404  200  200  200  200
rights PUT $own '{"name":"own.test"}' \
                                     401  404  404  404  200  403  200  200
rights PATCH $home '{"text":"x"}'    401  404  403  403  404  403  200  200
rights DELETE $other ''              401  404  404  404  404  403  204  204
rights GET $home/users ''            401  404  200  200  404  200  200  200
rights GET $home/users/user ''       401  200  200  200  404  200  200  200
rights GET $home/users/ann ''        401  404  200  200  404  200  200  200
rights GET $other/users/user ''      401  404  404  404  404  200  200  200
rights GET $own/users/user ''        401  404  404  404  200  200  200  200
rights GET /domains/none.test/users '' \
                                     401  404  404  404  404  404  404  404
rights POST $home/users '{"name":"x"}' \
                                     401  404  201  201  404  403  201  201
rights PUT $home/users/user '{"name":"user"}' \
                                     401  200  200  200  404  403  200  200
rights PATCH $own/users/a '{"text":"x"}' \
                                     401  404  404  404  200  403  200  200
rights DELETE $other/users/a ''      401  404  404  404  404  403  204  204
rights POST $home/users/user/actions/turn '{}' \
                                     401  403  204  204  404  403  204  204
rights PUT $home/users/user/secret '{"text":"x"}' \
                                     401  200  200  200  404  200  200  200
rights GET $home/users/user/secret '' \
                                     401  403  403  403  404  403  200  200
rights PUT $other/users/user/secret '{"text":"x"}' \
                                     401  404  404  404  404  200  200  200
rights GET $home/names ''            401  404  200  200  404  200  200  200
rights GET $home/names/user ''       401  403  200  200  404  200  200  200
rights POST $own/names '{"name":"x"}' \
                                     401  404  404  404  201  403  201  201
rights GET /files ''                 401  404  403  403  403  200  200  200
rights GET /files/user ''            401  404  404  404  404  200  200  200
rights PUT /files/a '{"name":"a"}'   401  404  404  404  404  403  200  200

# ---- what the module is told of them ------------------------------------------
is_told() {
	as "$1" "$2" "$3" -H 'If-Match: *'
	is "$1 is told to be $4" "$(got .text)" "$4"
}
is_told user GET $home/users/user user
is_told domain GET $home/users/domain domain
is_told reseller GET $own/users/a reseller
is_told reseller GET $home/users/reseller user
is_told operator GET $home/users/operator operator
is_told admin GET $home/users/admin system

# ---- what they are told of their rights -----------------------------------------
told() { # WHO WHAT: of the rights
	as "$1" GET /sessions/current
	got ".rights | [$2] | map(. // [] | join(\" \")) | join(\"; \")"
}
is 'a reseller in his domains, at home and in his mailbox' \
    "$(told reseller '.site.domains, .domains.names, .home.names,
	.mailbox."users/secret"')" \
    'list get setup modify delete; list get setup modify delete; ; modify'
is 'an operator' "$(told operator '.domains.names, .domains."users/secret",
    .site.files, .panel."/grants", .panel."/modules"')" \
    'list get; modify; list get; ; GET'
is 'an administrator' "$(told domain '.home.users, .domains.users')" \
    'list get setup modify delete act:turn; '
as reseller GET /sessions/current
token '{"label":"x","role":"reseller","scopes":["read","POST names"],
    "domains":["own.test"]}'
bearer GET /sessions/current
is 'a token' "$(got '.rights | [.site.domains, .domains.names, .home.users,
    .mailbox.users] | map(. // [] | join(" ")) | join("; ")')" \
    'get; list get setup; ; '
as reseller DELETE "/tokens/$id"

# ---- accounts that may do more --------------------------------------------------
for name in admin operator reseller; do
	as domain PUT $home/users/$name/secret -H 'If-Match: *' -H "$JSON" \
	    -d '{"text":"x"}'
	is "nobody becomes $name" "$status $(got .detail)" \
	    '403 this account may do more than you'
done
as operator PUT $home/users/admin/secret -H 'If-Match: *' -H "$JSON" \
    -d '{"text":"x"}'
is 'an operator no system administrator' "$status" 403
as operator PUT $home/users/reseller/secret -H 'If-Match: *' -H "$JSON" \
    -d '{"text":"x"}'
is 'but lesser ones' "$status" 200

# ---- what limits deny ---------------------------------------------------------
vmoddomlimits -p adm home.test || exit 1
rights POST $home/users '{"name":"x"}' \
                                     401  404  403  201  404  403  201  201
as domain POST $home/users -H "$JSON" -d '{"name":"x"}'
like 'the sentence names the limit' "$(got .detail)" '*perm_account*'
is 'and so do the rights' "$(told domain '.home.users')" 'list get'
rights GET $home/users ''            401  404  200  200  404  200  200  200
rights PUT $home/users/user '{"name":"user"}' \
                                     401  200  403  200  404  403  200  200
as domain PUT $home/users/domain -H 'If-Match: *' -H "$JSON" \
    -d '{"name":"domain"}'
is 'but not of the own mailbox' "$status" 200
rights DELETE $home/names/a ''       401  404  204  204  404  403  204  204

# ---- lists of the site --------------------------------------------------------
as domain GET /domains
is 'an administrator sees his domain' \
    "$(got '[.items[].name] | join(" ")')" home.test
as reseller GET /domains
is 'a reseller his domains' "$(got '[.items[].name] | join(" ")')" own.test
as reseller GET '/domains?q=x'
is 'or those that are looked for' "$status $(got '.items | length')" '200 0'

# ---- resellers ---------------------------------------------------------------
as reseller POST /domains -H "$JSON" -d '{"name":"other.test"}'
is 'a reseller makes a domain' "$status" 201
as reseller GET /resellers/reseller@home.test
is 'it is his' "$(got '.domains | join(" ")') $(got .usage.domains)" \
    'other.test own.test 2'
as reseller GET $other/users
is 'with all that is in it' "$status" 200
as reseller POST /domains -H "$JSON" -d '{"name":"third.test"}'
is 'no more than his limit' "$status $(got .type)" \
    '403 urn:vhost:problem:limit-reached'
vdeldomain other.test && vadddomain other.test secret-postmaster
as reseller GET $other/users
is 'a domain of the same name is another' "$status" 404
as reseller GET '/domains?limit=1'
is 'his list' "$(got '[.items[].name] | join(" ")') $(got .next)" \
    'own.test null'
as system POST /grants -H "$JSON" \
    -d '{"account":"ann@home.test","role":"reseller"}'
as system PATCH /resellers/ann@home.test -H "$JSON" -H 'If-Match: *' \
    -d '{"domains":["own.test"]}'
is 'a domain has one owner' "$status $(got '.errors[0].pointer')" \
    '422 /domains'
for body in '{"domains":["none.test"]}' '{"domains":"own.test"}' \
    '{"limits":{"domains":-1}}' '{"limits":{"colour":1}}' '{"limits":null}' \
    '{"account":"x"}' '{"usage":{}}'; do
	as system PATCH /resellers/ann@home.test -H "$JSON" -H 'If-Match: *' \
	    -d "$body"
	is "no $body" "$status" 422
done
as system PATCH /resellers/ann@home.test -H "$JSON" -d '{}'
is 'not without its revision' "$status" 428
for body in '{"account":"none@home.test","role":"operator"}' \
    '{"account":"user@home.test","role":"system"}' \
    '{"account":"user@home.test","role":"operator","created":"x"}' \
    '{"role":"operator"}'; do
	as system POST /grants -H "$JSON" -d "$body"
	is "no grant $body" "$status" 422
done

# ---- grants end ---------------------------------------------------------------
as system DELETE /grants/operator@home.test
is 'a grant is taken back' "$status" 204
as operator GET $other
is 'and the session ends' "$status" 401
vdeluser reseller@home.test && vadduser reseller@home.test secret-reseller
login reseller@home.test secret-reseller
is 'a new account of the same name has no grant' "$(got .role)" user
as system GET /resellers/reseller@home.test
is 'it is gone' "$status" 404
vmoduser -x admin@home.test
as admin GET /grants
is 'who lost his flag' "$status" 401
is 'events' "$(vevents list --json --type 'grant.*' | jq -r .type | sort |
    uniq -c | tr -s ' \n' ' ')" ' 3 grant.created 1 grant.deleted '
panel_stop
is 'the server stops' "$?" 0
done_testing
