#!/bin/sh
# The module mail: limits, usage, catch-all, addresses of the server, and
# qmail's control files.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/panel/mail.sh"

mail_make
password=orange-Kettle-27
for domain in example.test b.test; do
	ok 'a domain' as_owner vadddomain "$domain" "$password"
done

# ---- limits ----

of='"domain":"example.test"'
shows 'no limits' "\"resource\":\"limits\",$of" \
    '{"maxpopaccounts":-1,*"inherited":true}'
own='"maxpopaccounts":3,"maxforwards":0,"quota":10,"default_quota":1048576,
"disable_pop":true,"delete_spam":true,"perm_alias":["create","delete"],
"perm_maillist_moderators":["modify"]'
own=$(printf %s "$own" | tr -d '\n')
set_limits="{\"verb\":\"modify\",\"resource\":\"limits\",$of"
wants 'limits' "$set_limits,\"job\":\"1\",\"new\":{$own}}" ok '*'
run vmoddomlimits -S example.test
like 'are those of the tools' "$out" '*Max Pop Accounts: 3*Max Forwards: 0*
  NO_POP
  DEL_SPAM
*alias: * DENY_CREATE  ALLOW_MODIFY DENY_DELETE*
*moderators: ALLOW_CREATE DENY_MODIFY  ALLOW_DELETE*Domain Quota: 10 MB*
*1048576 bytes*'
shows 'and shown' "\"resource\":\"limits\",$of" \
    '*"maxpopaccounts":3,*"disable_pop":true,*"perm_alias":?"create","delete"?,*"inherited":false}'
wants 'they are not what was seen' \
    "$set_limits,\"old\":{\"maxpopaccounts\":4},\"new\":{}}" conflict \
    '*maxpopaccounts*'
wants 'taken back' '{"verb":"undo","job":"1"}' ok '*'
shows 'they are the site'\''s again' "\"resource\":\"limits\",$of" \
    '*"inherited":true}'
wants 'the defaults' "$(printf %s '{"verb":"modify","job":"2",' \
    '"resource":"default-limits","new":{"maxaliases":7}}')" ok '*'
shows 'are everybody'\''s' "\"resource\":\"limits\",$of" \
    '*"maxaliases":7,*"inherited":true}'
wants 'own ones' "$set_limits,\"new\":{$own}}" ok '*'
wants 'are deleted' \
    "{\"verb\":\"delete\",\"job\":\"3\",\"resource\":\"limits\",$of}" ok '*'
shows 'which leaves the defaults' "\"resource\":\"limits\",$of" \
    '*"maxaliases":7,*"inherited":true}'
wants 'taken back' '{"verb":"undo","job":"3"}' ok '*'
shows 'they are there' "\"resource\":\"limits\",$of" \
    '*"maxpopaccounts":3,*"inherited":false}'
wants 'of no domain' '{"verb":"get","resource":"limits","domain":"no.test"}' \
    not-found '*'
wants 'the library checks' "$set_limits,\"new\":{\"maxaliases\":-9}}" \
    invalid '*'

# ---- usage ----

as_owner vadduser ann@example.test "$password" >/dev/null
as_owner valias -i '&ann@example.test' sales@example.test
as_owner valias -i '&ann@example.test' info@example.test
as_owner valias -i '&bob@other.test' info@example.test
as_owner valias -i '|/usr/bin/autorespond 1 1 a b' robot@example.test
as_owner valias -i '#' nobody@example.test
shows 'what is used' "\"resource\":\"usage\",$of" "$(printf %s \
    '{"usage":[[]{"name":"accounts","used":2,"limit":3},' \
    '{"name":"aliases","used":1},' '{"name":"forwards","used":2,"limit":0},' \
    '{"name":"autoresponders","used":1},{"name":"lists","used":0}]}')"
wants 'as all modules tell it' "{\"verb\":\"usage\",$of}" ok \
    '*"result":{"usage":*"name":"accounts","used":2,"limit":3*'
wants 'of nothing' '{"verb":"usage"}' invalid '*'

# ---- mail for nobody ----

catchall="\"resource\":\"catchall\",$of"
turn() { # MODE TARGET
	ask "{\"verb\":\"modify\",$catchall,\"new\":{\"mode\":\"$1\",\"target\":\"$2\"}}"
}
line() {
	sed 's/.* //' "$SITE/home/domains/example.test/.qmail-default"
}
shows 'it bounces' "$catchall" '{"mode":"bounce"}'
turn delete ''
is 'deleted' "$(line)" delete
shows 'is shown' "$catchall" '{"mode":"delete"}'
turn user ann
is 'to a mailbox' "$(line)" "$(vuserinfo -d ann@example.test)"
shows 'is shown' "$catchall" '{"mode":"user","target":"ann"}'
turn address ann@other.test
is 'to an address' "$(line)" ann@other.test
shows 'is shown' "$catchall" '{"mode":"address","target":"ann@other.test"}'
turn domain other.test
is 'to another domain' "$(line)" @other.test
shows 'is shown' "$catchall" '{"mode":"domain","target":"other.test"}'
turn bounce ''
is 'bounced' "$(line)" bounce-no-mailbox
for wrong in 'user nobody' 'user a@b.test' 'address ann' 'address /etc' \
    'domain a@b' 'domain a..b' 'custom |rm' 'address a;b@c.test'; do
	turn "${wrong% *}" "${wrong#* }"
	got "no target: $wrong" invalid '*"pointer":"/target"*'
done
as_owner vmakedotqmail -q '|preline mine' example.test >/dev/null 2>&1 ||
    as_owner sh -c 'echo "|preline mine" >"$1"' sh \
	"$SITE/home/domains/example.test/.qmail-default"
shows 'by hand' "$catchall" '{"mode":"custom","target":""}'

# ---- addresses of the server ----

map='"resource":"ipmaps","domain":'
of="\"key\":\"192.0.2.80\""
new='"new":{"address":"192.0.2.80"}'
wants 'an address' "{\"verb\":\"setup\",$map\"b.test\",$of,$new}" ok '*'
is 'is that of the tools' "$(vipmap -p)" '192.0.2.80 b.test'
wants 'is listed' "{\"verb\":\"list\",$map\"b.test\"}" ok \
    '*?{"address":"192.0.2.80"}?,"next":null*'
wants 'but not for another' "{\"verb\":\"list\",$map\"example.test\"}" ok \
    '*"items":??,*'
wants 'which cannot have it' \
    "{\"verb\":\"setup\",$map\"example.test\",$of,$new}" exists '*'
wants 'nor delete it' "{\"verb\":\"delete\",$map\"example.test\",$of}" \
    not-found '*'
wants 'no address' \
    "{\"verb\":\"setup\",$map\"b.test\",\"key\":\"1.2\",$new}" invalid \
    '*/address*'
wants 'deleted' "{\"verb\":\"delete\",$map\"b.test\",$of}" ok '*'
is 'it is gone' "$(vipmap -p)" ''

# ---- control files ----

control='"resource":"control","key":'
put() { # VERB FILE TEXT
	ask "{\"verb\":\"$1\",\"job\":\"c$tests\",$control\"$2\",\"new\":{\"file\":\"$2\",\"text\":\"$3\"}}"
}
file() {
	cat "$SITE/qmail/control/$1"
}
put setup concurrencyremote 60
got 'a file' ok '*'
is 'has its text' "$(file concurrencyremote)" 60
is 'and is read by all' \
    "$(stat -c %a "$SITE/qmail/control/concurrencyremote")" 644
put setup concurrencyremote 61
got 'it is there already' exists '*'
put modify databytes 61
got 'what is not there' not-found '*'
put modify concurrencyremote '120\n'
got 'a change' ok '*'
is 'is made' "$(file concurrencyremote)" 120
shows 'and remembered' "$control\"concurrencyremote\"" \
    '*"text":"120?n","bytes":4,"revisions":?{"id":2,*"actor":"postmaster@example.test","address":"192.0.2.7","bytes":4},{"id":1,*'
wants 'with its text' "{\"verb\":\"act\",$control\"concurrencyremote\",\"action\":\"revision\",\"input\":{\"id\":1}}" \
    ok '*"text":"60"*'
wants 'of no revision' "{\"verb\":\"act\",$control\"me\",\"action\":\"revision\",\"input\":{\"id\":1}}" \
    not-found '*'
is 'all are told of it' "$(vevents list -t control.changed | wc -l)" 2
wants 'taken back' "{\"verb\":\"undo\",\"job\":\"c$((tests - 6))\"}" ok '*'
wants 'deleted' "{\"verb\":\"delete\",$control\"concurrencyremote\"}" ok '*'
not_ok 'it is gone' test -e "$SITE/qmail/control/concurrencyremote"
wants 'the list' '{"verb":"list","resource":"control"}' ok \
    '*?{"file":"me","bytes":*},{"file":"rcpthosts",*},{"file":"virtualdomains",*}?,"next":null*'
for needed in me rcpthosts; do
	wants 'what qmail needs' "{\"verb\":\"delete\",$control\"$needed\"}" \
	    conflict '*'
done
put setup ../users/assign x
got 'no control file' not-found '*'
put setup rcpthosts.lock x
got 'nor this' not-found '*'
ln -s /etc/passwd "$SITE/qmail/control/helohost"
wants 'a link' "{\"verb\":\"get\",$control\"helohost\"}" conflict '*'
put modify helohost x.test
got 'is not followed' conflict '*no plain file*'
is 'nor replaced' "$(readlink "$SITE/qmail/control/helohost")" /etc/passwd
rm "$SITE/qmail/control/helohost"
printf 'a\377\n' >"$SITE/qmail/control/taps"
wants 'what is no UTF-8' "{\"verb\":\"get\",$control\"taps\"}" conflict '*UTF-8*'
rm "$SITE/qmail/control/taps"

wrong() { # FILE TEXT LINE
	put setup "$1" "$2"
	got "$1: $2" invalid "*'$1', line $3: *\"/text\"*"
}
right() { # FILE TEXT
	put setup "$1" "$2"
	got "$1: $2" ok '*'
}
wrong queuelifetime 'a week' 1
wrong queuelifetime '7\n8' 2
wrong queuelifetime '' 1
wrong queuelifetime 99999999999 1
wrong helohost 'a b' 1
wrong helohost 'a..b' 1
wrong helohost '.b' 1
wrong smtproutes ':relay.test\n\nrelay.test' 3
wrong smtproutes 'a.test:relay.test:99999' 1
wrong smtproutes 'a.test:[192.0.2.1' 1
wrong percenthack 'a.test\nb_\u0007' 2
wrong queuelifetime ' 604800' 1
right queuelifetime 604800
right smtproutes '#all\n:[192.0.2.1]:587 ann secret\n.a.test:relay.test\nb.test:\n'
right percenthack 'a.test\n#no\nb.test\n'
right smtpgreeting 'mail.test, no spam'
put modify virtualdomains 'example.test\n'
got 'virtualdomains' invalid '*/text*'
put modify virtualdomains 'example.test:example.test\nb.test:b.test\nann@c.test:x\n.d.test:y\n:z\ne.test:\n'
got 'virtualdomains' ok '*'
put setup morercpthosts '.more.test\nmost.test\n'
got 'morercpthosts' ok '*'
ok 'is compiled' grep -q most.test "$SITE/qmail/control/morercpthosts.cdb"

# qmail-send is told when the setting says so.
mkdir -p "$SITE/qmail/lock"
mkfifo "$SITE/ready"
chmod 666 "$SITE/ready"
as_owner perl -MFcntl=:flock -e '
	open my $lock, ">", "$ARGV[0]/qmail/lock/sendmutex" or die;
	flock $lock, LOCK_EX or die;
	$0 = "qmail-send";
	$SIG{HUP} = sub { exit 42 };
	open my $ready, ">", "$ARGV[0]/ready" or die;
	close $ready;
	sleep 30;' "$SITE" &
send=$!
trap 'kill $send 2>/dev/null; cleanup' EXIT
read -r _ <"$SITE/ready"
put modify virtualdomains 'example.test:example.test\nb.test:b.test\n'
got 'without the setting' ok '*'
ok 'qmail-send is left alone' kill -0 $send
mail_settings=',"reload":true'
put setup locals 'mail.test\n'
got 'with it' ok '*'
wait $send
is 'it is told' $? 42
done_testing
