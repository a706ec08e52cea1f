#!/bin/sh
# SpamAssassin at delivery: the real spamd and spamc with rules of our own,
# and filters that fail in every way.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
ok 'an account' vadduser -e "$hash" -q NOQUOTA alice@example.test
dir=$SITE/home/domains/example.test
home=$dir/alice
maildir=$home/Maildir
new=$maildir/new
junk=$maildir/.Junk/new
chmod 0755 "$SITE"
as=
user=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"
	user='-u nobody'
fi

# ---- the server: no default rules, no network ----
mkdir -p "$SITE/sa/rules" "$SITE/sa/site"
echo 'loadplugin Mail::SpamAssassin::Plugin::Check' >"$SITE/sa/site/init.pre"
cat >"$SITE/sa/rules/10_test.cf" <<'RULES'
util_rb_tld test
add_header spam Flag _YESNOCAPS_
add_header all Level _STARS(*)_
required_score 5
report_safe 0
use_bayes 0
body FIVE /five stars/
score FIVE 5
body SEVEN /seven stars/
score SEVEN 7
body TWO /two stars/
score TWO 2
RULES
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
    LocalAddr => "127.0.0.1")->sockport')
# shellcheck disable=SC2086
spamd -L -x $user -m 1 --min-children=1 -s "$SITE/spamd.log" \
    -C "$SITE/sa/rules" --siteconfigpath="$SITE/sa/site" \
    -i "127.0.0.1:$port" -H "$SITE/sa" >"$SITE/spamd.out" 2>&1 &
spamd=$!
trap 'kill $spamd 2>/dev/null; wait $spamd; cleanup' EXIT
cat >"$SITE/spamc" <<SPAMC
#!/bin/sh
echo "\$*" >"$SITE/told/args"
exec /usr/bin/spamc -d 127.0.0.1 -p $port --connect-retries=1 "\$@"
SPAMC
mkdir "$SITE/told"
chmod 0777 "$SITE/told"
chmod 0755 "$SITE/spamc"
n=0
while [ $n -lt 150 ] && kill -0 $spamd &&
    ! /usr/bin/spamc -d 127.0.0.1 -p "$port" --connect-retries=1 -K \
	>/dev/null 2>&1; do
	n=$((n + 1))
	sleep 0.2
done
if ! /usr/bin/spamc -d 127.0.0.1 -p "$port" -K >/dev/null; then
	fail 'spamd runs'
	comment spamd "$(cat "$SITE/spamd.out" "$SITE/spamd.log")"
	done_testing
fi

message() { # WORDS
	printf 'From: <s@sender.test>\nTo: <alice@example.test>\n%s\n\n%s\n' \
	    'Subject: hello' "$1" >"$SITE/msg"
}
deliver() {
	# shellcheck disable=SC2086
	(cd "$dir" && $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    HOST=example.test EXT=alice USER=example.test HOME="$dir" \
	    SENDER=s@sender.test RPLINE='Return-Path: <s@sender.test>
' vdelivermail '' bounce-no-mailbox <"$SITE/msg") \
	    >"$SITE/out" 2>"$SITE/err"
	status=$?
}
count() {
	find "$1" -type f 2>/dev/null | wc -l
}
# gives WORDS STATUS INBOX JUNK: delivers, and where it went; ONE is the file
gives() {
	rm -f "$new"/* "$junk"/*
	deliver
	is "$1" "$status $(count "$new") $(count "$junk")" "$2 $3 $4"
	is "$1: nothing is left" "$(count "$maildir/tmp")" 0
}
filter() { # a script in place of spamc, on stdin
	cat >"$SITE/filter"
	chmod 0755 "$SITE/filter"
	with "spamc_prog = $SITE/filter"
}

message 'seven stars'
gives 'switched off' 0 1 0
not_ok 'no filter runs' test -e "$SITE/told/args"
with 'spamassassin = yes' "spamc_prog = $SITE/spamc"
message 'all is well'
gives 'ham' 0 1 0
ok 'is marked' grep -q '^X-Spam-Checker-Version: ' "$new"/*
is 'for the user' "$(cat "$SITE/told/args")" '-f -u alice@example.test'
is 'our lines come first' "$(head -n 2 "$new"/*)" \
    'Return-Path: <s@sender.test>
Delivered-To: alice@example.test'
is 'the size in the name is the real one' "$(ls "$new" | sed 's/.*,S=//')" \
    "$(cat "$new"/* | wc -c)"
is 'the body is whole' "$(tail -n 1 "$new"/*)" 'all is well'
message 'five stars'
gives 'spam' 0 1 0
ok 'is marked' grep -q '^X-Spam-Flag: YES' "$new"/*

# ---- flags and limits ----
ok 'delete spam' vmoduser -F alice@example.test
gives 'spam is deleted' 0 0 0
message 'all is well'
gives 'ham is not' 0 1 0
ok 'not any more' vmoduser -x alice@example.test
ok 'no spamassassin' vmoduser -f alice@example.test
rm -f "$SITE/told/args"
message 'seven stars'
gives 'an account that wants none' 0 1 0
not_ok 'gets none' test -e "$SITE/told/args"
ok 'it wants it again' vmoduser -x alice@example.test
ok 'the domain does not' vmoddomlimits -g c example.test
gives 'a limit of the domain' 0 1 0
not_ok 'counts' test -e "$SITE/told/args"
ok 'unless the account overrides it' vmoduser -o alice@example.test
gives 'which' 0 1 0
ok 'counts' test -e "$SITE/told/args"
ok 'as it was' vmoduser -x alice@example.test
ok 'limits away' vmoddomlimits -D example.test

# ---- the junk folder ----
with 'spam_junkfolder = yes'
message 'five stars'
gives 'spam with a junk folder' 0 0 1
ok 'it is a Maildir++ folder' test -e "$maildir/.Junk/maildirfolder"
is 'modes' "$(stat -c %a "$maildir/.Junk" "$maildir/.Junk/cur" "$junk"/*)" \
    '700
700
600'
message 'two stars'
gives 'ham' 0 1 0
ok 'delete spam' vmoduser -F alice@example.test
message 'five stars'
gives 'deletion goes before it' 0 0 0
ok 'not any more' vmoduser -x alice@example.test
ok 'a quota' vsetuserquota alice@example.test 1000000S
gives 'with a quota' 0 0 1
is 'junk is counted' "$(awk 'NR > 1 { n += $2 } END { print n }' \
    "$maildir/maildirsize")" 1
size=$(cat "$junk"/* | wc -c)
received=$(wc -c <"$SITE/msg")
ok 'a quota that the mark passes' vsetuserquota alice@example.test \
    "$((received + 10))S"
gives 'the final size counts' 100 0 0
ok 'the final size is larger' test "$size" -gt "$((received + 10))"
ok 'no quota' vsetuserquota alice@example.test NOQUOTA
chmod 0700 "$maildir"
rm -rf "$maildir/.Junk"
: >"$maildir/.Junk"
gives 'a junk folder that cannot be made' 0 1 0
rm -f "$maildir/.Junk"
mkdir -p "$maildir/.Lists/new" "$maildir/.Lists/cur" "$maildir/.Lists/tmp"
: >"$maildir/.Lists/maildirfolder"
echo './Maildir/.Lists/' >"$home/.qmail"
[ "$(id -u)" != 0 ] ||
    chown -R "$SITE_UID:$SITE_GID" "$maildir/.Lists" "$home/.qmail"
chmod 0600 "$home/.qmail"
deliver
is 'a folder has no junk folder' "$status $(count "$maildir/.Lists/new")" \
    '0 1'
rm "$home/.qmail"

# ---- the threshold ----
with 'spam_threshold = 6'
message 'seven stars'
gives 'above the threshold' 0 0 0
message 'five stars'
gives 'below it' 0 0 1
with 'spam_threshold = 5'
gives 'at it' 0 0 1
with 'spam_threshold = 0'
message 'seven stars'
gives 'no threshold' 0 0 1
with 'spam_threshold = 5'

# ---- forwards and commands get the message as it came ----
mkdir -p "$SITE/queue"
chmod 0777 "$SITE/queue"
cat >"$SITE/qmail/bin/qmail-queue" <<QUEUE
#!/bin/sh
cat >"$SITE/queue/msg"
QUEUE
chmod 0755 "$SITE/qmail/bin/qmail-queue"
with "qmail_queue = $SITE/qmail/bin/qmail-queue"
{
	message 'two stars'
	yes 'a line of the body' | head -n 6000 >>"$SITE/msg"
}
printf './Maildir/\n&fwd@other.test\n' >"$home/.qmail"
[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$home/.qmail"
gives 'Maildir and forward' 0 1 0
is 'the forward is whole and unmarked' \
    "$(grep -c . "$SITE/queue/msg") $(grep -c X-Spam "$SITE/queue/msg")" \
    "$(($(grep -c . "$SITE/msg") + 2)) 0"
rm "$home/.qmail"

# ---- filters that fail ----
message 'all is well'
printf '#!/bin/sh\nhead -n 1\nexit 74\n' | filter
gives 'a filter that fails' 0 1 0
is 'the message is whole' "$(tail -n +3 "$new"/* | cksum)" \
    "$(cksum <"$SITE/msg")"
printf '#!/bin/sh\nhead -n 1\nkill -9 $$\n' | filter
gives 'one that is killed' 0 1 0
is 'the message is whole' "$(tail -n +3 "$new"/* | cksum)" \
    "$(cksum <"$SITE/msg")"
printf '#!/bin/sh\nexit 0\n' | filter
gives 'one that says nothing' 0 1 0
is 'the message is whole' "$(tail -n +3 "$new"/* | cksum)" \
    "$(cksum <"$SITE/msg")"
printf '#!/bin/sh\nhead -n 1\nexit 0\n' | filter
gives 'one that lies about half a header' 0 1 0
is 'the message is whole' "$(tail -n +3 "$new"/* | cksum)" \
    "$(cksum <"$SITE/msg")"
with 'spamc_prog = /nonexistent/spamc'
gives 'one that is not there' 0 1 0
is 'the message is whole' "$(tail -n +3 "$new"/* | cksum)" \
    "$(cksum <"$SITE/msg")"
printf 'X-Spam-Flag: YES\nX-Spam-Level: **********\n\nforged\n' >"$SITE/msg"
printf '#!/bin/sh\ncat\n' | filter
gives 'without judgement, what the sender says is nothing' 0 1 0

# ---- headers ----
flagged() { # WORDS INBOX JUNK HEADER
	printf '#!/bin/sh\nprintf "%s\\n"\ncat\n' "$4" | filter
	message 'all is well'
	gives "$1" 0 "$2" "$3"
}
flagged 'a flag' 0 1 'X-Spam-Flag: YES'
flagged 'in another case, with blanks and CR' 0 1 'x-spam-flag:  yes \r'
flagged 'NO' 1 0 'X-Spam-Flag: NO'
flagged 'another word' 1 0 'X-Spam-Flag: YESTERDAY'
flagged 'five stars without a flag' 1 0 'X-Spam-Level: *****'
flagged 'six stars without a flag' 0 0 'X-Spam-Level: ******'
flagged 'a flag, then many stars' 0 0 \
    'X-Spam-Flag: YES\nX-Spam-Level: *******'
flagged 'many stars, then a flag' 0 0 \
    'X-Spam-Level: *******\nX-Spam-Flag: YES'
flagged 'a flag in the body' 1 0 'X-A: b\n\nX-Spam-Flag: YES'
cat >"$SITE/filter" <<'LONG'
#!/bin/sh
i=0
while [ $i -lt 300 ]; do
	printf 'X-Long-%d: %060d\n' $i 0
	i=$((i + 1))
done
printf 'X-Spam-'
sleep 0.2
printf 'Flag: YES\n'
printf 'X-Very-Long: %030000d\n' 0
cat
LONG
gives 'a flag behind 20 KB of header, in two pieces' 0 0 1
printf '#!/bin/sh\nprintf "X-Spam-Flag: YES\\n"\ncat\n' | filter
printf 'no header at all' >"$SITE/msg"
gives 'a message without a header end' 0 0 1

# ---- spamd goes away ----
with "spamc_prog = $SITE/spamc"
kill "$spamd"
wait "$spamd" 2>/dev/null
message 'seven stars'
gives 'without spamd' 0 1 0
is 'the message comes as it is' "$(tail -n +3 "$new"/* | cksum)" \
    "$(cksum <"$SITE/msg")"

done_testing
