#!/bin/sh
# The module mail: its conversation, jobs and their undoing, domains and what
# is done to one as a whole.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/panel/mail.sh"

mail_make
password=orange-Kettle-27
ok 'a domain' as_owner vadddomain example.test "$password"

# ---- the contract ----

run as_owner vmodule test --settings="$SITE/settings.json" "$MAIL"
is 'it does what every module must' \
    "$status $(echo "$out" | grep -A 1 '^not ok')" '0 '
is 'and leaves nothing' "$(ls -A "$SITE/tmp")" ''

wants 'it is fit for work' '{"verb":"check"}' ok '*"state":"ok"*'
wants 'no such verb' '{"verb":"dance"}' unsupported '*'
wants 'no such resource' '{"verb":"get","resource":"cows","key":"x"}' \
    not-found '*cows*'
wants 'no such verb of a resource' \
    '{"verb":"list","resource":"limits","domain":"example.test"}' \
    unsupported '*'
wants 'nothing new' '{"verb":"setup","resource":"domains","key":"b.test"}' \
    invalid '*'
is 'what is no object ends it' \
    "$(printf '[1]\n' | mail_run "$MAIL/mail" 2>&1; echo $?)" \
    "mail: a request is no JSON object
111"
head -c 1100000 /dev/zero | tr '\0' x >"$SITE/long"
is 'so does too long a line' \
    "$(mail_run "$MAIL/mail" <"$SITE/long"; echo $?)" 111
mv "$VPOPMAIL_CONF" "$VPOPMAIL_CONF.away"
echo 'auth_module = nosuch' >"$VPOPMAIL_CONF"
wants 'a site that cannot be opened is degraded' '{"verb":"check"}' ok \
    '*"state":"degraded","reason":"*'
mv "$VPOPMAIL_CONF.away" "$VPOPMAIL_CONF"

# ---- domains ----

new='"resource":"domains","key":"b.test","new":{"name":"b.test"'
wants 'a weak password is pointed at' \
    "{\"verb\":\"setup\",$new,\"password\":\"\"}}" invalid \
    '*"pointer":"/password"*'
wants 'validate says the same' \
    "{\"verb\":\"validate\",\"action\":\"setup\",$new,\"password\":\"\"}}" \
    invalid '*'
wants 'a domain that could be made' \
    "{\"verb\":\"validate\",\"action\":\"setup\",$new}}" ok '*'
not_ok 'is not made by that' vdominfo -n b.test
one() {
	tr -d '\n' <<-END
	$1
	END
}
wants 'a domain' "$(one '{"verb":"setup","job":"1",
"actor":{"name":"root@panel","address":"192.0.2.9"},
'"$new"',"password":"'$password'","description":"two"}}')" ok '*'
is 'whoever asked did it' "$(vevents list --json -t domain.created -o b.test |
    grep -o '"id":"root.*"address":"[^"]*"')" \
    '"id":"root@panel","via":"vhostadmind","address":"192.0.2.9"'
ok 'postmaster has the password' vverifypw postmaster@b.test "$password"
shows 'it is shown' '"resource":"domains","key":"b.test"' \
    '{"name":"b.test","state":"active","dir":"*/b.test",*"description":"two"*'
wants 'the same job again' "{\"verb\":\"setup\",\"job\":\"1\",$new}}" ok '*'
wants 'another job' "{\"verb\":\"setup\",\"job\":\"2\",$new}}" exists '*'
wants 'a bad name' \
    '{"verb":"setup","resource":"domains","key":"a b","new":{"name":"a b"}}' \
    invalid '*'
change='"verb":"modify","resource":"domains","key":"b.test","new":{"name":'
wants 'other words' "{$change\"b.test\",\"description\":\"2\"}}" ok '*'
wants 'of what it is not any more' "$(one '{'"$change"'"b.test"},
"old":{"name":"b.test","description":"two"}}')" conflict '*description*'
wants 'no other owner' "{$change\"b.test\",\"uid\":7}}" unsupported '*/uid*'

# ---- pages ----

for name in a c d e; do
	as_owner vadddomain "$name.test" "$password" >/dev/null
done
names() {
	echo "$answer" | grep -o '"name":"[^"]*"\|"next":.*[^}]' |
	    cut -d : -f 2 | tr -d '"\n' | tr '}' ' '
}
list='{"verb":"list","resource":"domains"'
ask "$list,\"limit\":2}"
is 'a page' "$(names)" 'a.testb.testb.test'
ask "$list,\"limit\":3,\"after\":\"b.test\"}"
is 'the next' "$(names)" 'c.testd.teste.teste.test'
ask "$list,\"limit\":3,\"after\":\"e.test\"}"
is 'the last' "$(names)" 'example.testnull'
ask "$list,\"q\":\"e\"}"
is 'by a prefix' "$(names)" 'e.testexample.testnull'
ask "$list,\"count\":true,\"limit\":1}"
is 'how many there are' "$(echo "$answer" | jq -r .result.total)" 6
ok 'a tool makes one' vadddomain --no-password ee.test
ask "$list,\"limit\":1,\"q\":\"e\",\"after\":\"e.test\"}"
is 'it is there at once' "$(names)" 'ee.testee.test'
ok 'and removes it' vdeldomain ee.test
ask "$list,\"limit\":1,\"q\":\"e\",\"after\":\"e.test\"}"
is 'gone at once' "$(names)" 'example.testnull'
ask "$list,\"q\":\"e\",\"after\":\"z\"}"
is 'nothing' "$(names)" 'null'

# ---- jobs ----

wants 'taken back' '{"verb":"undo","job":"1"}' ok '*'
not_ok 'it is gone' vdominfo -n b.test
wants 'taken back again' '{"verb":"undo","job":"1"}' ok '*'
wants 'what never was' '{"verb":"undo","job":"none"}' ok '*'
new='"resource":"domains","key":"c.test"'
wants 'deleted' "{\"verb\":\"delete\",\"job\":\"3\",$new}" ok '*"final":true*'
wants 'for good' '{"verb":"undo","job":"3"}' conflict '*'
wants 'deleted again by the same' "{\"verb\":\"delete\",\"job\":\"3\",$new}" \
    ok '*'
wants 'and by another' "{\"verb\":\"delete\",\"job\":\"4\",$new}" not-found '*'

# A job that was killed after its change, and before that was noted.
sql() {
	mail_run sqlite3 "$MAIL_STATE/mail.sqlite" "$1"
}
wants 'a job' "{\"verb\":\"setup\",\"job\":\"5\",$new,\"new\":{\"name\":\"c.test\"}}" \
    ok '*'
sql "UPDATE job SET state = 'begun' WHERE name = '5'"
wants 'that was cut off is done' \
    "{\"verb\":\"setup\",\"job\":\"5\",$new,\"new\":{\"name\":\"c.test\"}}" \
    ok '*'
is 'and is known as done' "$(sql "SELECT state FROM job WHERE name = '5'")" 'done'
is 'no secret is kept' "$(cat "$MAIL_STATE"/* | grep -c "$password")" 0

# ---- other names ----

alias='"resource":"aliasdomains","domain":"example.test"'
wants 'another name' \
    "{\"verb\":\"setup\",\"job\":\"6\",$alias,\"key\":\"x.test\",\"new\":{\"name\":\"x.test\"}}" ok '*'
shows 'is shown' "$alias,\"key\":\"x.test\"" '{"name":"x.test"}'
wants 'and listed' "{\"verb\":\"list\",$alias}" ok \
    '*"items":?{"name":"x.test"}?,"next":null*'
wants 'but no domain' "{\"verb\":\"get\",\"resource\":\"domains\",\"key\":\"x.test\"}" \
    not-found '*'
wants 'nor another one'\''s' \
    '{"verb":"get","resource":"aliasdomains","domain":"a.test","key":"x.test"}' \
    not-found '*'
wants 'a name that is taken' \
    "{\"verb\":\"setup\",$alias,\"key\":\"a.test\",\"new\":{\"name\":\"a.test\"}}" exists '*'
wants 'a domain is not deleted as a name' \
    "{\"verb\":\"delete\",$alias,\"key\":\"a.test\"}" not-found '*'
wants 'deleted' "{\"verb\":\"delete\",\"job\":\"7\",$alias,\"key\":\"x.test\"}" ok '*'
wants 'and taken back' '{"verb":"undo","job":"7"}' ok '*'
shows 'it is there' "$alias,\"key\":\"x.test\"" '{"name":"x.test"}'
wants 'of no domain' '{"verb":"list","resource":"aliasdomains","domain":"no.test"}' \
    not-found '*'

# ---- suspending ----

login() {
	printf '%s\0%s\0\0' "$1" "$2" >"$SITE/packet"
	env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" TCPLOCALPORT=110 \
	    vchkpw true 3<"$SITE/packet" 2>/dev/null
	echo $?
}
act='"verb":"act","resource":"domains","key":"example.test","action"'
is 'a login' "$(login postmaster@example.test "$password")" 0
wants 'suspended' "{$act:\"suspend\",\"input\":{\"reason\":\"not paid\"}}" ok '*'
shows 'it is told' '"resource":"domains","key":"example.test"' \
    '*"state":"suspended"*"reason":"not paid"*'
is 'no login' "$(login postmaster@example.test "$password")" 1
is 'nor by another name' "$(login postmaster@x.test "$password")" 1
is 'a wrong password is wrong first' "$(login postmaster@example.test x)" 3
is 'other domains are open' "$(login postmaster@a.test "$password")" 0
wants 'again' "{$act:\"suspend\",\"input\":{\"reason\":\"not paid\"}}" ok '*'
wants 'two lines are no reason' \
    "{$act:\"suspend\",\"input\":{\"reason\":\"a\\nb\"}}" invalid '*'
wants 'resumed' "{$act:\"resume\",\"input\":{}}" ok '*'
is 'a login' "$(login postmaster@example.test "$password")" 0
is 'once each is told' "$(vevents list -d example.test -t 'domain.*ed' |
    grep -c 'suspended\|resumed')" 2
wants 'no such action' "{$act:\"praise\",\"input\":{}}" unsupported '*'

# ---- bulletins ----

ok 'an account' as_owner vadduser ann@example.test "$password"
new=$(vuserinfo -d ann@example.test)/Maildir/new
wants 'a bulletin' "{$act:\"bulletin\",\"job\":\"8\",\"input\":{\"message\":\"Subject: hello\\n\\nAll is well.\\n\",\"exclude\":[\"Postmaster@example.test\"]}}" \
    ok '*"delivered":1,"excluded":1,"failures":0,"failed":??*'
is 'is there' "$(grep -h Subject "$new"/*)" 'Subject: hello'
wants 'once' "{$act:\"bulletin\",\"job\":\"8\",\"input\":{\"message\":\"Subject: hello\\n\\nAll is well.\\n\"}}" \
    ok '*'
is 'whatever is asked' "$(ls "$new" | wc -l)" 1
wants 'no message' "{$act:\"bulletin\",\"input\":{\"message\":\"hello\"}}" invalid \
    '*/message*'

# ---- reconciling ----

wants 'a sound site' '{"verb":"reconcile"}' ok '*"drift":??*'
rm "$SITE/qmail/control/virtualdomains"
wants 'what is wrong' '{"verb":"reconcile"}' ok '*"mended":false*'
wants 'is mended' '{"verb":"reconcile","mend":true}' ok '*"mended":true*'
wants 'and right' '{"verb":"reconcile"}' ok '*"drift":??*'
done_testing
