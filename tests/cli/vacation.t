#!/bin/sh
# Automatic answers: autorespond as a line of a dot-qmail file, and the
# built-in ones of mailboxes and addresses.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
ok 'an alias of it' vaddaliasdomain alias.test example.test
ok 'an account' vadduser -e "$hash" -q NOQUOTA alice@example.test
dir=$SITE/home/domains/example.test
home=$dir/alice
new=$home/Maildir/new
chmod 0755 "$SITE"
as=
[ "$(id -u)" = 0 ] &&
    as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"
give() { # FILE ...: to the domain's owner
	[ "$(id -u)" != 0 ] || chown -R "$SITE_UID:$SITE_GID" "$@"
}
mkdir "$SITE/queue"
chmod 0777 "$SITE/queue"
cat >"$SITE/qmail/bin/qmail-queue" <<QUEUE
#!/bin/sh
[ -e "$SITE/queue/full" ] && exit 53
cat >"$SITE/queue/msg"
tr '\0' '\n' <&1 >"$SITE/queue/env"
QUEUE
chmod 0755 "$SITE/qmail/bin/qmail-queue"
with "qmail_queue = $SITE/qmail/bin/qmail-queue"

# ---- the program ----
box=$home/vacation
mkdir "$box"
cat >"$box/message" <<'TEXT'
From: alice@example.test
Subject: Away: %S

I am away.
TEXT
give "$box"
message() { # HEADER
	printf 'From: S <s@sender.test>\nTo: alice@example.test\n%s\n%s\n\n%s\n' \
	    'Subject: hello' "${1:-X-None: x}" 'a question' >"$SITE/msg"
}
# respond [NAME=VALUE ...] [autorespond ARGUMENTS ...]
respond() {
	rm -f "$SITE/queue/msg" "$SITE/queue/env"
	# shellcheck disable=SC2086
	(cd "$home" && $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    EXT=alice HOST=example.test SENDER=s@sender.test \
	    RECIPIENT=example.test-alice@example.test "$@" <"$SITE/msg") \
	    >"$SITE/out" 2>"$SITE/err"
	status=$?
}
line="autorespond 86400 1 $box/message $box"
forget() {
	rm -f "$box/vacation.replied"
}
answered() { # WORDS
	is "$1" "$status $([ -e "$SITE/queue/msg" ] && echo yes)" '0 yes'
	[ "$status" = 0 ] || comment out "$(cat "$SITE/out" "$SITE/err")"
	forget
}
silent() {
	is "$1" "$status $([ -e "$SITE/queue/msg" ] && echo yes)" '0 '
	forget
}

message 'Message-ID: <1@sender.test>'
respond $line
is 'its envelope' "$(cat "$SITE/queue/env")" 'F
Ts@sender.test'
is 'the answer' "$(sed 's/^Date: .*/Date: D/; s/^Message-ID: <.*@/Message-ID: <I@/' \
    "$SITE/queue/msg")" 'Date: D
Message-ID: <I@example.test>
To: s@sender.test
In-Reply-To: <1@sender.test>
References: <1@sender.test>
Auto-Submitted: auto-replied
X-Auto-Response-Suppress: All
From: alice@example.test
Subject: Away: hello
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

I am away.'
is 'the list of the answered' "$(cut -d ' ' -f 2 "$box/vacation.replied")" \
    s@sender.test
is 'its mode' "$(stat -c '%a %u' "$box/vacation.replied")" "600 $SITE_UID"
respond $line
is 'a second message has none' "$status $(ls "$SITE/queue")" '0 '
respond SENDER=S@Sender.Test $line
is 'in any case' "$(ls "$SITE/queue")" ''
respond SENDER=t@sender.test $line
answered 'another sender has one'
old=$(($(date +%s) - 86401))
echo "$old s@sender.test" >"$box/vacation.replied"
give "$box"
respond $line
answered 'and the first one when the time is over'
respond autorespond 86400 2 "$box/message" "$box"
respond autorespond 86400 2 "$box/message" "$box"
is 'two in the time' "$(grep -c . "$box/vacation.replied")" 2
respond autorespond 86400 2 "$box/message" "$box"
silent 'are two'

# ---- who gets none ----
for sender in '' '#@[]' s s@ MAILER-DAEMON@x.test owner-list@x.test \
    list-owner@x.test list-request@x.test list-bounces@x.test \
    list-return-17-alice=example.test@x.test no-reply@x.test \
    bounces+1@x.test 'a b@x.test' 's@x.test
Bcc: victim@y.test' alice@example.test Alice@Alias.Test; do
	message
	respond "SENDER=$sender" $line
	silent "no answer to '$(printf '%s' "$sender" | tr '\n' '?')'"
done
respond env -u SENDER $line
silent 'nor without a sender'
for header in 'Auto-Submitted: auto-replied' 'auto-submitted:auto-generated' \
    'Auto-Submitted : auto-generated; x' 'Precedence: bulk' \
    'Precedence: LIST' 'Precedence: junk (x)' 'List-Id: <l.x.test>' \
    'List-Unsubscribe: <mailto:x@y>' 'Mailing-List: x' \
    'X-Auto-Response-Suppress: DR, OOF, AutoReply' 'X-Spam-Flag: YES' \
    'Content-Type: multipart/report; report-type=x' 'X-Loop: x' \
    'Delivered-To: Autoresponder' \
    'Auto-Submitted:
 auto-replied'; do
	message "$header"
	respond $line
	silent "no answer to a message with $(echo "$header" | head -n 1)"
done
for header in 'Auto-Submitted: no' 'Auto-Submitted: no (x)' \
    'Precedence: first-class' 'X-Spam-Flag: NO' 'Listing: x' \
    'Content-Type: text/plain'; do
	message "$header"
	respond $line
	answered "an answer to one with $header"
done
printf 'Subject: x\n\nAuto-Submitted: auto-replied\n' >"$SITE/msg"
respond $line
answered 'a body is no header'

# ---- texts ----
printf 'Subject: long %0950d\n\tand\001 more\n\n' 7 >"$SITE/msg"
respond $line
is 'a long and odd subject is one line of some length' \
    "$(grep -c '^Subject: Away: long 0*$' "$SITE/queue/msg")" 1
answered 'and answered'
printf 'Gone f\303\274r good\n' >"$box/message"
message
respond $line
is 'a text without a header' "$(sed -n '/^$/,$p' "$SITE/queue/msg")" "
$(cat "$box/message")"
is 'gets the fields it lacks' \
    "$(grep -E '^(From|Subject)' "$SITE/queue/msg")" \
    'From: alice@example.test
Subject: Auto: hello'
forget
cat >"$box/message" <<'TEXT'
Subject: x
Content-Type: text/html
Reply-To: other@example.test
Bcc: victim@y.test
Auto-Submitted: no

text
TEXT
respond $line
is 'other fields are kept, but for ours' \
    "$(grep -cE '^(Content-Type: text/html|Reply-To: other)' \
    "$SITE/queue/msg") $(grep -cE '^(Bcc|MIME-V|Auto-Submitted: no)' \
    "$SITE/queue/msg")" '2 0'
forget
respond $line 1 'Alice A <alice@example.test>'
is 'From as an argument, and a quotation' \
    "$(grep '^From:' "$SITE/queue/msg"; tail -n 2 "$SITE/queue/msg")" \
    'From: Alice A <alice@example.test>

> a question'
forget
respond $line 0 +
answered 'the flag 0, and +'
respond env -u EXT -u HOST $line
is 'the recipient of a virtual domain' "$(grep '^From:' "$SITE/queue/msg")" \
    'From: alice@example.test'
forget
cat >"$SITE/piped" <<PIPED
#!/bin/sh
cat | $line
PIPED
chmod 0755 "$SITE/piped"
respond "$SITE/piped"
answered 'a message in a pipe'

# ---- settings ----
conf() { # LINE ...
	printf '%s\n' "$@" >"$box/vacation.conf"
	give "$box/vacation.conf"
}
day() { # OFFSET
	date -d "$1" +%Y-%m-%d
}
message
conf 'enabled = no'
respond $line
silent 'switched off'
conf "start = $(day tomorrow)"
respond $line
silent 'before the start'
conf "start = $(day today)" "end = $(day today)"
respond $line
answered 'both days count'
conf "end = $(day yesterday)"
respond $line
silent 'after the end'
conf "start = $(date -d '-1 hour' '+%Y-%m-%d %H:%M')" \
    "end = $(date -d '+1 hour' '+%Y-%m-%d %H:%M')"
respond $line
answered 'with times'
conf 'start = soon'
respond $line
is 'no date' "$status $(ls "$SITE/queue")" '111 '
conf 'days = 7' 'subject = About %S' 'from = Alice <alice@alias.test>'
echo "$(($(date +%s) - 6 * 86400)) s@sender.test" >"$box/vacation.replied"
give "$box"
respond $line
silent 'seven days, whatever the arguments say'
respond $line
is 'From and Subject' "$(grep -E '^(From|Subject)' "$SITE/queue/msg")" \
    'From: Alice <alice@alias.test>
Subject: About hello'
forget

# ---- failures ----
rm "$box/vacation.conf"
touch "$SITE/queue/full"
respond $line
is 'a full queue: try again' "$status" 111
rm "$SITE/queue/full"
respond $line
answered 'then it is answered'
mv "$box/message" "$box/other"
respond $line
is 'no text: deferred' "$status $(ls "$SITE/queue")" '111 '
mv "$box/other" "$box/message"
respond autorespond 86400 1 "$box/message"
is 'too few arguments' "$status" 111
respond autorespond x 1 "$box/message" "$box"
is 'no number' "$status" 111
awk -v now="$(date +%s)" 'BEGIN { for (i = 0; i < 12000; i++)
    print now, "a" i "@x.test" }' >"$box/vacation.replied"
give "$box"
respond $line
is 'the list stays small' "$(grep -c . "$box/vacation.replied")" 10000
answered 'and all goes on'
for n in 1 2 3 4 5 6; do
	# shellcheck disable=SC2086
	(cd "$home" && $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    EXT=alice HOST=example.test SENDER="s$n@sender.test" $line \
	    <"$SITE/msg") &
done
wait
is 'many at once' "$(grep -c . "$box/vacation.replied")" 6
forget

# ---- built in: a mailbox ----
deliver() { # [NAME=VALUE ...]
	rm -f "$SITE/queue/msg" "$SITE/queue/env" "$new"/*
	# shellcheck disable=SC2086
	(cd "$dir" && $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    HOST=example.test EXT=alice USER=example.test HOME="$dir" \
	    SENDER=s@sender.test RPLINE='Return-Path: <s@sender.test>
' "$@" vdelivermail '' bounce-no-mailbox <"$SITE/msg") \
	    >"$SITE/out" 2>"$SITE/err"
	status=$?
}
# gives WORDS MESSAGES ANSWERS
gives() {
	is "$1" "$status $(find "$new" -type f | wc -l) $(find \
	    "$SITE/queue" -name msg | wc -l)" "0 $2 $3"
}
message
deliver
gives 'without settings there is no answer' 1 0
conf 'days = 7'
deliver
gives 'with them there is' 1 1
is 'from the mailbox' "$(cat "$SITE/queue/env")" 'F
Ts@sender.test'
deliver
gives 'once' 1 0
forget
deliver EXT=alice HOST=alias.test
gives 'mail to the alias domain' 1 1
is 'is answered under its name' "$(grep '^From:' "$SITE/queue/msg")" \
    'From: alice@alias.test'
forget
sed -i 's/^To: .*/To: Alice <Alice@ALIAS.test>, other@x.test/' "$SITE/msg"
deliver
gives 'addressed to the alias domain' 1 1
forget
sed -i 's/^To: .*/To: team@example.test/' "$SITE/msg"
deliver
gives 'not addressed to alice' 1 0
conf 'addresses = sales@example.test team@alias.test'
deliver
gives 'unless it is one of the addresses' 1 1
forget
conf 'addresses = *'
deliver
gives 'or any will do' 1 1
forget
message 'Precedence: list'
deliver
gives 'never to lists' 1 0
message
deliver SENDER= 
gives 'never to bounces' 1 0
touch "$SITE/queue/full"
deliver
is 'a full queue is no reason to deliver twice' \
    "$status $(find "$new" -type f | wc -l)" '0 1'
rm "$SITE/queue/full"
echo '|exit 0' >"$home/.qmail"
give "$home/.qmail"
chmod 0600 "$home/.qmail"
deliver
gives 'with a .qmail as well' 0 1
forget
cat >"$home/.qmail" <<QMAIL
| $line
./Maildir/
QMAIL
deliver
gives 'beside a line of old' 1 1
is 'there is one answer' "$(grep -c . "$box/vacation.replied")" 1
rm "$box/vacation.conf"
forget
deliver
gives 'the line of old alone' 1 1
forget
rm "$home/.qmail"
cat >"$SITE/spamc" <<'SPAMC'
#!/bin/sh
echo 'X-Spam-Flag: YES'
cat
SPAMC
chmod 0755 "$SITE/spamc"
conf 'days = 7'
with 'spamassassin = yes' "spamc_prog = $SITE/spamc"
deliver
gives 'never to spam' 1 0
with 'spamassassin = no'

# ---- built in: an address ----
mkdir "$dir/INFO"
echo 'We are open.' >"$dir/INFO/message"
give "$dir/INFO"
deliver EXT=info
is 'a folder without settings is none' "$status" 100
echo 'days = 1' >"$dir/INFO/vacation.conf"
give "$dir/INFO"
sed -i 's/^To: .*/To: info@example.test/' "$SITE/msg"
deliver EXT=Info
gives 'a robot' 0 1
is 'answers as the address' "$(grep '^From:' "$SITE/queue/msg")" \
    'From: info@example.test'
printf 'info@example.test\0' >"$SITE/packet"
ok 'which takes mail' sh -c 'vrcptcheck 3<"$1"' sh "$SITE/packet"
deliver EXT=info
gives 'once' 0 0
touch "$SITE/queue/full"
deliver EXT=info SENDER=u@sender.test
is 'a full queue: try again' "$status" 111
rm "$SITE/queue/full"
mv "$dir/INFO/vacation.conf" "$SITE/away"
mkdir "$dir/INFO/vacation.conf"
deliver EXT=info SENDER=u@sender.test
is 'settings that cannot be read: try again' "$status" 111

done_testing
