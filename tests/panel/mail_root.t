#!/bin/sh
# The module mail on a site whose qmail is root's: what root does for it, and
# what mail-root does not do, whatever it is told.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/panel/mail.sh"

if [ "$(id -u)" != 0 ]; then
	echo '1..0 # SKIP needs root'
	exit
fi
mail_make
password=orange-Kettle-27
chown -R 0:0 "$SITE/qmail"
ASKED=$SITE/asked
export ASKED
asked() {
	cat "$ASKED" 2>/dev/null
	rm -f "$ASKED"
}
mail_alone() {
	mail_run "$MAIL/mail"
}
mail_helped() {
	(cd "$MAIL_STATE" && perl "$srcdir/tests/panel/mailroot.pl" "$MAIL" \
	    "$SITE_UID" 2>&1)
}
mail_program() {
	mail_alone
}

new='"resource":"domains","key":"example.test","new":{"name":"example.test"'
setup="{\"verb\":\"setup\",\"job\":\"1\",$new,\"password\":\"$password\"}}"
wants 'alone it may not add a domain' "$setup" unavailable '*assign.lock*'
mail_program() {
	mail_helped
}
wants 'what is wrong is told by root' \
    '{"verb":"setup","resource":"domains","key":"a b","new":{"name":"a b"}}' \
    invalid '*'
is 'root was asked' "$(asked)" domains-setup
wants 'root adds it' "$setup" ok '*'
is 'once' "$(asked)" domains-setup
is 'it belongs to the owner of mail' \
    "$(stat -c %u "$SITE/home/domains/example.test")" "$SITE_UID"
ok 'with its password' vverifypw postmaster@example.test "$password"
is 'whoever asked did it' "$(vevents list --json -t domain.created |
    grep -o '"id":"postm[^}]*')" \
    '"id":"postmaster@example.test","via":"vhostadmind","address":"192.0.2.7"'
wants 'the same job again' "$setup" ok '*'
is 'is not asked again' "$(asked)" ''
wants 'to look' '{"verb":"list","resource":"domains"}' ok '*example.test*'
wants 'and to validate' "{\"verb\":\"validate\",\"action\":\"setup\",$new}}" \
    exists '*'
is 'needs no root' "$(asked)" ''

alias='"resource":"aliasdomains","domain":"example.test","key":"x.test"'
wants 'another name' "{\"verb\":\"setup\",$alias,\"new\":{\"name\":\"x.test\"}}" \
    ok '*'
wants 'deleted' "{\"verb\":\"delete\",$alias}" ok '*'
is 'both by root' "$(asked)" "aliasdomains-setup
aliasdomains-delete"

control='"resource":"control","key":"databytes"'
wants 'a control file' "{\"verb\":\"setup\",$control,\"new\":{\"file\":\"databytes\",\"text\":\"1000\"}}" \
    ok '*'
wants 'changed' "{\"verb\":\"modify\",\"job\":\"2\",$control,\"new\":{\"file\":\"databytes\",\"text\":\"2000\"}}" \
    ok '*'
is 'by root' "$(asked) $(cat "$SITE/qmail/control/databytes")" \
    'control-setup
control-modify 2000'
shows 'its revisions are kept' "$control" '*"id":2,*"actor":"postmaster@example.test"*'
wants 'taken back' '{"verb":"undo","job":"2"}' ok '*'
is 'by root, too' "$(asked) $(cat "$SITE/qmail/control/databytes")" \
    'control-modify 1000'
wants 'what is wrong' "{\"verb\":\"modify\",$control,\"new\":{\"file\":\"databytes\",\"text\":\"x\"}}" \
    invalid '*/text*'
asked >/dev/null

# ---- a domain of somebody else ----

other=$(id -u daemon)
ok 'a domain of another user' vadddomain -i "$other" -g "$other" \
    other.test "$password"
of='"domain":"other.test"'
wants 'it is listed' '{"verb":"list","resource":"domains"}' ok \
    '*"name":"other.test","state":"unknown"*'
is 'without root' "$(asked)" ''
shows 'it is shown' '"resource":"domains","key":"other.test"' \
    '*"state":"active"*"description":""*'
wants 'its words' '{"verb":"modify","resource":"domains","key":"other.test","new":{"name":"other.test","description":"theirs"}}' ok '*'
shows 'are there' '"resource":"domains","key":"other.test"' \
    '*"description":"theirs"*'
wants 'its limits' "{\"verb\":\"modify\",\"job\":\"3\",\"resource\":\"limits\",$of,\"new\":{\"maxaliases\":3}}" ok '*'
shows 'are there' "\"resource\":\"limits\",$of" '*"maxaliases":3,*'
is 'they are its owner'\''s' \
    "$(stat -c %u "$SITE/home/domains/other.test/.qmailadmin-limits")" \
    "$other"
wants 'would be changed' "{\"verb\":\"validate\",\"action\":\"modify\",\"resource\":\"catchall\",$of,\"new\":{\"mode\":\"delete\"}}" ok '*'
shows 'but are not' "\"resource\":\"catchall\",$of" '{"mode":"bounce"}'
wants 'suspended' '{"verb":"act","resource":"domains","key":"other.test","action":"suspend","input":{}}' ok '*'
shows 'it is told' '"resource":"domains","key":"other.test"' \
    '*"state":"suspended"*'
is 'all that by one verb' "$(asked | sort -u)" foreign
wants 'deleted' '{"verb":"delete","resource":"domains","key":"other.test"}' ok '*'
is 'by its own' "$(asked | tail -n 1)" domains-delete

# ---- what mail-root is told ----

# root ARGUMENTS: the answer to the request on standard input.
root() {
	(cd / && "$MAIL/mail-root" "$@" 2>&1)
}
is 'no arguments' "$(echo '{}' | root)" 'mail-root: this is not for it to do'
is 'no JSON' "$(echo x | root domains setup)" \
    'mail-root: the input is no JSON object'
like 'the arguments say what is done' "$(echo '{"verb":"delete",
    "resource":"domains","key":"example.test"}' | tr -d '\n' |
    root control setup)" '*"error"*'
ok 'and nothing else' vdominfo -n example.test
for request in '"verb":"delete","resource":"domains","key":"example.test"' \
    '"verb":"setup","resource":"domains","key":"n.test","new":{}' \
    '"verb":"list","resource":"domains"' \
    '"verb":"modify","resource":"control","key":"me","new":{"text":"x"}' \
    '"verb":"hello","protocol":1,"state":"/tmp"' '"verb":"reconcile"' \
    '"verb":"modify","resource":"default-limits","new":{}'; do
	is "not foreign: $request" "$(echo "{$request}" | root foreign)" \
	    'mail-root: this is not for it to do'
done
printf '{"configuration": 1}' >"$SITE/evil.conf"
like 'no other settings' "$(echo '{"settings":{"configuration":"'"$SITE"'/evil.conf"},"key":"example.test"}' |
    root domains get)" '*example.test*'
done_testing
