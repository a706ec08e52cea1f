#!/bin/sh
# vhostctl, over the module mail.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
vadddomain test.com secret0 || exit 1
panel_mail
panel_start
users=domains/test.com/users

# ctl ARGUMENT ...: out (and err), code
ctl() {
	out=$(vhostctl -s "$PANEL_SOCK" "$@" 2>"$SITE/err" </dev/null)
	code=$?
	err=$(cat "$SITE/err")
}

# ---- objects ------------------------------------------------------------------
out=$(echo secret77 | vhostctl -s "$PANEL_SOCK" create $users name=ann \
    gecos='Ann A' password@ quota.bytes=1000000 flags=no_pop,no_imap \
    2>/dev/null)
is 'an account is made' "$? $(echo "$out" | head -n 3 | xargs)" \
    '0 name: ann gecos: Ann A quota.bytes: 1000000'
ok 'with the password of standard input' vverifypw ann@test.com secret77
ctl create $users name=bob password=secret88
is 'no secret on the command line' "$code $err" "255 vhostctl: password is a \
secret, which others would see here: write password@ and it is asked for"
ctl --json create $users name=bob generate:=true 'flags:=["no_pop"]'
is 'fields in JSON' "$code $(got '.name, .flags[]' | xargs)" '0 bob no_pop'
ok 'the password that was made is shown' \
    vverifypw bob@test.com "$(got .password)"
ctl create $users name=bob generate=yes
is 'what is there already' "$code $out" '1 '
like 'and why' "$err" "vhostctl: *'bob@test.com'*"
ctl create $users name=carl generate=perhaps
is 'not a truth value' "$code $err" \
    "255 vhostctl: generate: yes or no, not 'perhaps'"
ctl list $users
is 'a list for people' "$code $out" '0 name        gecos       locked
ann         Ann A       no
bob         bob         no
postmaster  Postmaster  no'
ctl --json list $users q=a
is 'a list for programs, of some' "$code $(got .name)" '0 ann'
ctl change $users/ann gecos="$(printf 'A\302\2332Jn')" quota.messages=7
is 'a change; nothing steers the terminal' \
    "$code $(echo "$out" | sed -n '2p;4p' | xargs)" \
    '0 gecos: A??2Jn quota.messages: 7'
ctl create $users/ann/vacation text=away
is 'what the path names is made' \
    "$code $(echo "$out" | grep '^text')" '0 text: away'
ctl change $users/ann quota.messages=many
is 'not a number' "$code $err" \
    "255 vhostctl: quota.messages: 'many' is not a number"
ctl change $users/ann
is 'nothing to change' "$code" 255
ctl change $users/ann colour=red
is 'what the server refuses' "$code $err" \
    '1 vhostctl: colour: is not known'
ctl get $users/ann
is 'nothing was changed' "$code $(echo "$out" | grep -c 'messages: 7')" '0 1'
ctl delete $users/ann
is 'deleted' "$code $out$err" '0 '
ctl get $users/ann
is 'it is gone' "$code $err" "1 vhostctl: there is no account 'ann@test.com'"
ctl create domains/test.com/limits
is 'where nothing is created' "$code" 1

# ---- more than a page ------------------------------------------------------------
{
	echo address,hash
	i=0
	while [ $i -lt 520 ]; do
		echo "m$i@test.com,\$1\$abcdefgh\$irWbblnpmw.5z7wgBnprh0"
		i=$((i + 1))
	done
} >"$SITE/many"
vadduser --from="$SITE/many" >/dev/null
ctl --json list $users
is 'all pages' "$(echo "$out" | wc -l)" 522

# ---- actions, jobs ----------------------------------------------------------------
ctl 'do' domains/test.com bulletin message='Subject: a

b'
is 'it waits for a job' "$code $(echo "$out" | head -n 1)" '0 delivered: 522'
ctl --json --no-wait 'do' domains/test.com bulletin message='Subject: a

b'
is 'or does not' "$code $(got .state)" '0 queued'
ctl 'do' domains/test.com nothing
is 'no such action' "$code" 1

# ---- help and completion -----------------------------------------------------------
ctl help
is 'what there is' "$(echo "$out" | grep "^domains/{domain}/users: ")" \
    'domains/{domain}/users: get post'
ctl help $users
is 'what it takes' "$(echo "$out" | grep -A 1 '(string): Name')" \
    '  name (string): Name
    needed to create it'
ctl help no/such
is 'no such path' "$code $err" "1 vhostctl: there is no 'no/such'"
offered() { # WORD BEFORE LINE
	COMP_LINE=$3 vhostctl -s "$PANEL_SOCK" --complete vhostctl "$1" "$2" |
	    xargs
}
is 'verbs' "$(offered d vhostctl 'vhostctl d')" 'delete do'
is 'a new word' "$(offered '' vhostctl 'vhostctl ')" \
    'list get create change delete do help'
is 'paths' "$(offered dom list 'vhostctl list dom')" domains
is 'names' "$(offered domains/t get 'vhostctl get domains/t')" domains/test.com
is 'within them' "$(offered domains/test.com/li get \
    'vhostctl get domains/test.com/li')" \
    'domains/test.com/limits domains/test.com/lists'

# ---- mistakes ------------------------------------------------------------------------
ctl
is 'no verb' "$code" 255
ctl list
is 'no path' "$code" 255
ctl fetch $users
is 'no such verb' "$code" 255
ctl create $users name
is 'no value' "$code $err" \
    "255 vhostctl: 'name' is not name=text, name:=json or name@"
out=$(setpriv --reuid=1 --regid=1 --clear-groups \
    vhostctl -s "$PANEL_SOCK" list domains 2>&1)
is 'somebody else' $? 111
chmod 666 "$PANEL_SOCK"
chmod 755 "$SITE"
out=$(setpriv --reuid=1 --regid=1 --clear-groups \
    vhostctl -s "$PANEL_SOCK" list domains 2>&1)
is 'who is let in is nobody to it' "$?" 1
echo "unix = $PANEL_SOCK" >"$SITE/home/etc/vhostadmin.conf"
out=$(vhostctl --json list domains)
is 'the socket of the settings' "$? $(got .name)" '0 test.com'
panel_stop
ctl list domains
is 'nobody serves' "$code" 111
done_testing
