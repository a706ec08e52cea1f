#!/bin/sh
# The module mail: accounts and what is within them.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/panel/mail.sh"

mail_make
# shellcheck disable=SC2016
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
dir=$SITE/home/domains/example.test
users='"resource":"users","domain":"example.test"'
as() { # ACTOR ROLE: the end of a request
	echo "\"actor\":{\"name\":\"$1\",\"role\":\"$2\",\"address\":\"192.0.2.7\"}}"
}
system=$(as uid:0 system)
own=$(as alice@example.test user)

# ---- making and looking ----
ask "{\"verb\":\"setup\",$users,\"key\":\"alice\",\"new\":{\"name\":\"alice\",\"gecos\":\"Alice A\",\"password\":\"Orange-Kettle-27\",\"quota\":{\"bytes\":10485760,\"messages\":0},\"flags\":[\"no_pop\"]}}"
got 'an account is made' ok '*'
is 'in its record' "$(vuserinfo -q alice@example.test) $(vuserinfo -c alice@example.test)" \
    '10485760S Alice A'
ask "{\"verb\":\"get\",$users,\"key\":\"alice\"}"
got 'it is shown' ok \
    '*"name":"alice","gecos":"Alice A","quota":{"bytes":10485760,"messages":0},"flags":\["no_pop"\],"locked":false*'
ask "{\"verb\":\"setup\",$users,\"key\":\"alice\",\"new\":{\"name\":\"alice\",\"password\":\"x\"}}"
got 'once' exists '*alice@example.test*'
ask "{\"verb\":\"setup\",$users,\"key\":\"bob\",\"new\":{\"name\":\"bob\",\"generate\":true}}"
got 'one with a password that is made' ok '*"shown":{"password":"*'
made=${answer#*\"password\":\"}
ok 'which is its own' vverifypw bob@example.test "${made%%\"*}"
ask "{\"verb\":\"setup\",$users,\"key\":\"carol\",\"new\":{\"name\":\"carol\",\"hash\":\"$hash\"}}"
got 'a hash is for the system' forbidden '*"pointer":"/hash"*'
ask "{\"verb\":\"setup\",$users,\"key\":\"carol\",\"new\":{\"name\":\"carol\",\"hash\":\"$hash\"},$system"
got 'which gives it' ok '*'
ok 'and it holds' vverifypw carol@example.test Secr3tA
ask "{\"verb\":\"setup\",$users,\"key\":\"dan\",\"new\":{\"name\":\"dan\"}}"
got 'one without a password' ok '*'
ask "{\"verb\":\"get\",$users,\"key\":\"dan\"}"
got 'is locked' ok '*"locked":true*'
ask "{\"verb\":\"setup\",$users,\"key\":\"..\",\"new\":{\"name\":\"..\"}}"
got 'no name' invalid '*"pointer":"/name"*'
ask "{\"verb\":\"setup\",$users,\"key\":\"eve\",\"new\":{\"name\":\"eve\",\"gecos\":\"a:b\"}}"
got 'no comment' invalid '*'
ask "{\"verb\":\"setup\",$users,\"key\":\"eve\",\"new\":{\"name\":\"eve\",\"gecos\":\"a\\nroot::0\"}}"
got 'no line' invalid '*'
ask "{\"verb\":\"setup\",$users,\"key\":\"eve\",\"new\":{\"name\":\"eve\",\"flags\":[\"system_admin\"]}}"
got 'no administrator of the system' forbidden '*"pointer":"/flags"*'
ask "{\"verb\":\"validate\",\"action\":\"setup\",$users,\"key\":\"eve\",\"new\":{\"name\":\"eve\",\"password\":\"Orange-Kettle-27\"}}"
got 'asking makes nothing' ok '*'
ask "{\"verb\":\"get\",$users,\"key\":\"eve\"}"
got 'indeed' not-found '*eve@example.test*'

# ---- lists ----
ask "{\"verb\":\"list\",$users,\"after\":null,\"limit\":100}"
is 'all' "$(keys)" 'alice bob carol dan postmaster '
ask "{\"verb\":\"list\",$users,\"after\":null,\"limit\":2}"
is 'two of them' "$(keys)" 'alice bob '
got 'and where to go on' ok '*"next":"bob"*'
ask "{\"verb\":\"list\",$users,\"after\":\"bob\",\"limit\":2}"
is 'the next two' "$(keys)" 'carol dan '
ask "{\"verb\":\"list\",$users,\"after\":\"dan\",\"limit\":2}"
is 'the last' "$(keys)" 'postmaster '
got 'is the last' ok '*"next":null*'
ask "{\"verb\":\"list\",$users,\"after\":null,\"limit\":9,\"q\":\"ca\"}"
is 'a prefix' "$(keys)" 'carol '
ask "{\"verb\":\"list\",$users,\"after\":null,\"limit\":9,\"q\":\"carol\"}"
is 'a whole name' "$(keys)" 'carol '
ask "{\"verb\":\"list\",$users,\"after\":null,\"limit\":9,\"q\":\"x\"}"
is 'none' "$(keys)" ''
ask "{\"verb\":\"list\",\"resource\":\"users\",\"domain\":\"no.test\",\"after\":null,\"limit\":9}"
got 'no such domain' not-found '*no.test*'

# ---- changing ----
old='"old":{"name":"alice","gecos":"Alice A"}'
ask "{\"verb\":\"modify\",$users,\"key\":\"alice\",$old,\"new\":{\"name\":\"alice\",\"gecos\":\"Alice B\",\"flags\":[\"no_pop\",\"no_imap\"],\"quota\":{\"bytes\":0,\"messages\":5}}}"
got 'changed' ok '*'
is 'in its record too' "$(vuserinfo -q alice@example.test) $(vuserinfo -c alice@example.test)" \
    '5C Alice B'
ask "{\"verb\":\"modify\",$users,\"key\":\"alice\",$old,\"new\":{\"name\":\"alice\",\"gecos\":\"Alice C\"}}"
got 'not by who saw something else' conflict '*'
ask "{\"verb\":\"modify\",$users,\"key\":\"none\",\"old\":{},\"new\":{\"name\":\"none\"}}"
got 'nobody' not-found '*'
ask "{\"verb\":\"modify\",$users,\"key\":\"alice\",\"old\":{},\"new\":{\"name\":\"alice\",\"gecos\":\"Me\"},$own"
got 'a user his name' ok '*'
ask "{\"verb\":\"modify\",$users,\"key\":\"alice\",\"old\":{},\"new\":{\"name\":\"alice\",\"quota\":{\"bytes\":1,\"messages\":0}},$own"
got 'not his quota' forbidden '*'
ask "{\"verb\":\"modify\",$users,\"key\":\"alice\",\"old\":{},\"new\":{\"name\":\"alice\",\"flags\":[]},$own"
got 'nor his flags' forbidden '*'
ask "{\"verb\":\"modify\",$users,\"key\":\"alice\",\"old\":{},\"new\":{\"name\":\"alice\",\"password\":\"Another-Word-1\"},$own"
got 'nor his password this way' forbidden '*'

# ---- passwords ----
within() { # RESOURCE
	echo "\"resource\":\"$1\",\"domain\":\"example.test\",\"parent\":\"alice\""
}
password=$(within password)
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"Another-Word-1\"}}"
got 'an administrator sets it' ok '*'
ok 'and it holds' vverifypw alice@example.test Another-Word-1
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"Other-Word-2\"},$own"
got 'a user needs the present one' invalid '*"pointer":"/current"*'
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"Other-Word-2\",\"current\":\"wrong\"},$own"
got 'the right one' forbidden '*"pointer":"/current"*'
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"Other-Word-2\",\"current\":\"Another-Word-1\"},$own"
got 'then he sets it' ok '*'
printf 'error_short length minimum 8\n' >"$SITE/home/etc/x"
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"\"}}"
got 'an empty one' invalid '*"pointer":"/password"*'
printf '%s\n' 'Policy = at least three digits' 'Numeric >= 0.3' \
    >"$SITE/home/etc/password_strength.conf"
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"abcdef\"}}"
got 'one against the policy' invalid '*password requires more numbers*"pointer":"/password"*'
ask "{\"verb\":\"setup\",$users,\"key\":\"eve\",\"new\":{\"name\":\"eve\",\"password\":\"abcdef\"}}"
got 'of a new account too' invalid '*"pointer":"/password"*'
ask "{\"verb\":\"get\",$password}"
got 'the policy is shown' ok '*"policy":"at least three digits"*'
rm "$SITE/home/etc/password_strength.conf"
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{}}"
got 'none changes nothing' ok '*'
ok 'indeed' vverifypw alice@example.test Other-Word-2
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"generate\":true}}"
got 'one that is made' ok '*"shown":{"password":"*'
made=${answer#*\"password\":\"}
made=${made%%\"*}
ok 'holds' vverifypw alice@example.test "$made"
ask "{\"verb\":\"get\",$password}"
got 'its state' ok '*"state":"set"*'
ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"no_password_change\":true}}"
got 'it can be forbidden' ok '*'
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"Other-Word-3\",\"current\":\"$made\"},$own"
got 'then he cannot' forbidden '*'

# ---- flags ----
ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"no_password_change\":false,\"no_pop\":false,\"delete_spam\":true}}"
got 'flags are set and cleared' ok '*'
ask "{\"verb\":\"get\",$(within flags)}"
got 'and shown' ok '*"no_pop":false*"no_imap":true*"delete_spam":true*"effective":\["no_imap","delete_spam"\]*'
for flag in no_relay user0 override_limits system_admin expert; do
	ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"$flag\":true}}"
	got "an administrator of the domain does not set $flag" forbidden "*$flag*"
	ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"$flag\":true},$system"
	got 'the system does' ok '*'
	ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"$flag\":false},$system"
	got 'and takes it back' ok '*'
done
ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"system_admin\":true},$system"
ask "{\"verb\":\"modify\",$users,\"key\":\"alice\",\"old\":{},\"new\":{\"name\":\"alice\",\"gecos\":\"x\"}}"
got 'who does not change an administrator of the system' forbidden '*'
ask "{\"verb\":\"delete\",$users,\"key\":\"alice\",\"old\":{}}"
got 'nor deletes him' forbidden '*'
ask "{\"verb\":\"modify\",$password,\"old\":{},\"new\":{\"password\":\"Other-Word-4\"}}"
got 'nor takes over his account' forbidden '*'
ask "{\"verb\":\"modify\",$(within delivery),\"old\":{},\"new\":{\"mode\":\"discard\"}}"
got 'nor his mail' forbidden '*'
ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"system_admin\":false},$system"
got 'but the system does' ok '*'

# ---- quota ----
ask "{\"verb\":\"modify\",$(within quota),\"old\":{},\"new\":{\"bytes\":1000,\"messages\":10}}"
got 'a quota' ok '*'
printf 'To: a\n\n%0100d\n' 1 >"$dir/alice/Maildir/new/1.1.x,S=107"
rm -f "$dir/alice/Maildir/maildirsize"
ask "{\"verb\":\"get\",$(within quota)}"
got 'and its use' ok '*"bytes":1000,"messages":10,"used_bytes":107,"used_messages":1,"percent":10*'
other=$(as ann@example.test domain)
printf 'perm_quota: 2\nperm_forward: 1\nperm_alias: 4\n' >"$dir/.qmailadmin-limits"
ask "{\"verb\":\"modify\",$(within quota),\"old\":{},\"new\":{\"bytes\":2000},$other"
got 'who is denied it' forbidden '*limits of*'
ask "{\"verb\":\"modify\",$(within quota),\"old\":{},\"new\":{\"bytes\":2000}}"
got 'the postmaster is not' ok '*'
rm "$dir/.qmailadmin-limits"

# ---- delivery ----
qmail=$dir/alice/.qmail
delivery=$(within delivery)
ask "{\"verb\":\"get\",$delivery}"
got 'delivered as usual' ok '*"mode":"normal","destinations":\[\],"keep_copy":false,"spam":true,"custom":\[\]*'
ask "{\"verb\":\"modify\",$delivery,\"old\":{\"mode\":\"normal\"},\"new\":{\"mode\":\"forward\",\"destinations\":[\"carol\",\"z@ext.example\"],\"keep_copy\":true},$own"
got 'forwarded' ok '*'
is 'as qmailadmin writes it' "$(cat "$qmail")" "&carol@example.test
&z@ext.example
$dir/alice/Maildir/"
is 'of the owner' "$(stat -c '%a %u' "$qmail")" "600 $SITE_UID"
printf '|/usr/bin/prog x\n# mine\n' >>"$qmail"
ask "{\"verb\":\"get\",$delivery}"
got 'with lines of others' ok '*"forward","destinations":\["carol@example.test","z@ext.example"\],"keep_copy":true,"spam":true,"custom":\["|/usr/bin/prog x","# mine"\]*'
ask "{\"verb\":\"modify\",$delivery,\"old\":{\"mode\":\"forward\"},\"new\":{\"mode\":\"discard\",\"spam\":false}}"
got 'thrown away' ok '*'
is 'they stay' "$(cat "$qmail")" '# delete
|/usr/bin/prog x
# mine'
ask "{\"verb\":\"get\",$delivery}"
got 'the filter is off' ok '*"spam":false*'
ask "{\"verb\":\"modify\",$delivery,\"old\":{\"mode\":\"forward\"},\"new\":{\"mode\":\"normal\"}}"
got 'who saw something else' conflict '*'
for bad in '|prog' '/etc/passwd' 'a b@x.test' 'x@' '@x.test'; do
	ask "{\"verb\":\"modify\",$delivery,\"old\":{},\"new\":{\"mode\":\"forward\",\"destinations\":[\"$bad\"],\"spam\":true}}"
	got "not to $bad" invalid '*"pointer":"/destinations"*'
done
ask "{\"verb\":\"get\",$delivery}"
got 'and nothing was changed' ok '*"mode":"discard"*"spam":false*'
ask "{\"verb\":\"modify\",$delivery,\"old\":{},\"new\":{\"mode\":\"forward\",\"destinations\":[\"alice@example.test\"]}}"
got 'not to itself' invalid '*'
ask "{\"verb\":\"modify\",$delivery,\"old\":{},\"new\":{\"mode\":\"forward\",\"destinations\":[]}}"
got 'not to nobody' invalid '*"pointer":"/destinations"*'

# ---- the text ----
dotqmail=$(within dotqmail)
ask "{\"verb\":\"modify\",$dotqmail,\"old\":{},\"new\":{\"text\":\"./Maildir/\\n\"}}"
got 'text is for experts' forbidden '*expert*'
ask "{\"verb\":\"modify\",$dotqmail,\"old\":{},\"new\":{\"text\":\"|/usr/bin/prog x\\n./Maildir/\\n\"},$system"
got 'and the system' ok '*'
ask "{\"verb\":\"get\",$dotqmail}"
got 'which sees it' ok '*"text":"|/usr/bin/prog x\\n./Maildir/\\n"*'
ask "{\"verb\":\"modify\",$(within flags),\"old\":{},\"new\":{\"expert\":true},$system"
ask "{\"verb\":\"modify\",$dotqmail,\"old\":{},\"new\":{\"text\":\"|/usr/bin/prog x\\n|/bin/sh\\n\"},$own"
got 'an expert may not run all' forbidden '*"pointer":"/text"*'
ask "{\"verb\":\"modify\",$dotqmail,\"old\":{},\"new\":{\"text\":\"|/usr/bin/prog x\\n&b@x.test\\n\"},$own"
got 'but what is there, and what is harmless' ok '*'
is 'so it is' "$(cat "$qmail")" '|/usr/bin/prog x
&b@x.test'
ask "{\"verb\":\"modify\",$dotqmail,\"old\":{},\"new\":{\"text\":\"\"},$system"
got 'none' ok '*'
ok 'no file' test ! -e "$qmail"

# ---- vacation ----
vacation=$(within vacation)
ask "{\"verb\":\"get\",$vacation,$own"
got 'no answer' not-found '*'
ask "{\"verb\":\"modify\",$vacation,\"old\":{},\"new\":{\"text\":\"x\"},$own"
got 'to change' not-found '*'
ask "{\"verb\":\"setup\",$vacation,\"new\":{\"subject\":\"Away\",\"text\":\"I am away\",\"start\":\"2026-12-24\",\"end\":\"2027-01-06\",\"interval_days\":3},$own"
got 'an answer' ok '*'
is 'its text' "$(cat "$dir/alice/vacation/message")" 'From: alice@example.test
Subject: Away

I am away'
is 'its settings' "$(cat "$dir/alice/vacation/vacation.conf")" 'enabled = yes
start = 2026-12-24
end = 2027-01-06
days = 3'
is 'their modes' "$(stat -c '%a %u' "$dir/alice/vacation" "$dir/alice/vacation/message" | tr '\n' ' ')" \
    "700 $SITE_UID 600 $SITE_UID "
ask "{\"verb\":\"get\",$vacation,$own"
got 'is shown' ok '*"enabled":true,"subject":"Away","text":"I am away","start":"2026-12-24","end":"2027-01-06","interval_days":3*'
ask "{\"verb\":\"setup\",$vacation,\"new\":{\"text\":\"x\"},$own"
got 'once' exists '*'
ask "{\"verb\":\"modify\",$vacation,\"old\":{},\"new\":{\"text\":\"x\",\"end\":\"2026-13-40\"},$own"
got 'no date' invalid '*'
ask "{\"verb\":\"modify\",$vacation,\"old\":{\"subject\":\"Away\"},\"new\":{\"enabled\":false,\"text\":\"y\"},$own"
got 'changed' ok '*'
ask "{\"verb\":\"delete\",$vacation,\"old\":{},$own"
got 'and deleted' ok '*'
ok 'with its folder' test ! -e "$dir/alice/vacation"

# ---- the last login ----
ask "{\"verb\":\"get\",$(within lastauth)}"
got 'never' ok '*"time":null,"address":null*'
printf 192.0.2.9 >"$dir/alice/lastauth"
touch -d 2026-01-02T03:04:05Z "$dir/alice/lastauth"
ask "{\"verb\":\"get\",$(within lastauth)}"
got 'the last login' ok '*"time":"2026-01-02T03:04:05Z","address":"192.0.2.9"*'

# ---- deleting ----
ask "{\"verb\":\"delete\",$users,\"key\":\"postmaster\",\"old\":{}}"
got 'not the postmaster' conflict '*'
ask "{\"verb\":\"act\",$users,\"key\":\"bob\",\"action\":\"replace\",\"input\":{\"forward_to\":\"nobody\"}}"
got 'not for nobody' invalid '*"pointer":"/forward_to"*'
ask "{\"verb\":\"act\",$users,\"key\":\"bob\",\"action\":\"replace\",\"input\":{\"forward_to\":\"bob\"}}"
got 'not for itself' invalid '*'
ask "{\"verb\":\"act\",$users,\"key\":\"bob\",\"action\":\"replace\",\"input\":{\"forward_to\":\"alice\"}}"
got 'deleted with a forward' ok '*'
is 'which is there' "$(cat "$dir/.qmail-bob")" '&alice@example.test'
not_ok 'and its folder is not' test -e "$dir/bob"
ask "{\"verb\":\"setup\",$users,\"key\":\"bob\",\"new\":{\"name\":\"bob\"}}"
got 'the name is taken then' exists '*alias*'
ask "{\"verb\":\"delete\",$users,\"key\":\"carol\",\"old\":{}}"
got 'deleted' ok '*'
ask "{\"verb\":\"delete\",$users,\"key\":\"carol\",\"old\":{}}"
got 'gone' not-found '*'

# ---- limits ----
printf 'maxpopaccounts: 3\n' >"$dir/.qmailadmin-limits"
ask "{\"verb\":\"setup\",$users,\"key\":\"fay\",\"new\":{\"name\":\"fay\"}}"
got 'no more than there may be' limit '*no more than 3*'
ask "{\"verb\":\"validate\",\"action\":\"setup\",$users,\"key\":\"fay\",\"new\":{\"name\":\"fay\"}}"
got 'which is known before' limit '*'
is 'the journal knows who it was' \
    "$(vevents list --json 2>/dev/null | grep -c '"id":"postmaster@example.test"' | sed 's/^[1-9][0-9]*$/yes/')" yes
done_testing
