#!/bin/sh
# vdelivermail: exit codes, texts, and what is in Maildirs and in the queue.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" example.test
ok 'an alias of it' vaddaliasdomain alias.test example.test
ok 'an account' vadduser -e "$hash" alice@example.test
dir=$SITE/home/domains/example.test
new=$dir/alice/Maildir/new
chmod 0755 "$SITE"

as=
[ "$(id -u)" = 0 ] &&
    as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"

# A qmail-queue that keeps what it is given.
mkdir -p "$SITE/qmail/bin" "$SITE/queue"
chmod 0777 "$SITE/queue"
cat >"$SITE/qmail/bin/qmail-queue" <<QUEUE
#!/bin/sh
[ -e "$SITE/queue/refuse" ] && exit 31
[ -e "$SITE/queue/full" ] && exit 53
n=\$(ls "$SITE/queue" | grep -c '^msg')
cat >"$SITE/queue/msg.\$n"
tr '\0' '\n' <&1 >"$SITE/queue/env.\$n"
QUEUE
chmod 0755 "$SITE/qmail/bin/qmail-queue"
printf 'qmail_queue = %s\n' "$SITE/qmail/bin/qmail-queue" >>"$VPOPMAIL_CONF"
queue_empty() {
	rm -f "$SITE/queue"/*
}

cat >"$SITE/m" <<'M'
Received: (test)
From: <s@sender.test>
To: <alice@example.test>
Subject: hello

body line 1
M
cp "$SITE/m" "$SITE/msg"

# deliver [NAME=VALUE ...] [COMMAND ...]: sets $status and $SITE/out.
deliver() {
	(
		cd "$dir" || exit
		# shellcheck disable=SC2086
		exec $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
		    HOST=example.test EXT=alice USER=example.test HOME="$dir" \
		    SENDER=s@sender.test RPLINE='Return-Path: <s@sender.test>
' \
		    DTLINE='Delivered-To: example.test-alice@example.test
' "$@"
	) <"$SITE/msg" >"$SITE/out" 2>"$SITE/err"
	status=$?
}

# expect DESCRIPTION STATUS TEXT [NAME=VALUE ...] COMMAND ...
expect() {
	desc=$1
	wanted=$2
	text=$3
	shift 3
	deliver "$@"
	is "$desc" "$status $(cat "$SITE/out")" "$wanted $text"
	[ -s "$SITE/err" ] && sed 's/^/# /' "$SITE/err"
	return 0
}

action() { # DESCRIPTION STATUS TEXT ACTION [NAME=VALUE ...]
	desc=$1
	wanted=$2
	text=$3
	what=$4
	shift 4
	expect "$desc" "$wanted" "$text" "$@" vdelivermail '' "$what"
}
user() { # DESCRIPTION STATUS TEXT [NAME=VALUE ...]
	desc=$1
	wanted=$2
	text=$3
	shift 3
	action "$desc" "$wanted" "$text" bounce-no-mailbox "$@"
}

count() {
	find "$1" -type f 2>/dev/null | wc -l
}
empty() {
	rm -f "$new"/* "$dir/alice/Maildir/maildirsize" \
	    "$dir/alice/Maildir/quotawarn"
}
dotqmail() { # FILE, its text on stdin
	cat >"$1"
	chown "$SITE_UID:$SITE_GID" "$1"
	chmod 0600 "$1"
}
only() {
	cat "$new"/*
}

# ---- a message to a mailbox ----
user 'a mailbox' 0 ''
is 'one file' "$(count "$new")" 1
is 'with the two lines in front' "$(only)" "Return-Path: <s@sender.test>
Delivered-To: alice@example.test
$(cat "$SITE/m")"
is 'its size in its name' "$(ls "$new" | sed 's/.*,S=//')" 154
is 'mode and owner' "$(stat -c '%a %u %g' "$new"/*)" \
    "600 $SITE_UID $SITE_GID"
ok 'a name of the Maildir form' sh -c \
    'ls "$1" | grep -Eq "^[0-9]+\.[A-Za-z0-9]+\.[^/:]+,S=154$"' sh "$new"
is 'nothing is left in tmp' "$(count "$dir/alice/Maildir/tmp")" 0
empty

user 'upper case' 0 '' EXT=ALICE HOST=Example.TEST
is 'Delivered-To is lower-case' "$(only | sed -n 2p)" \
    'Delivered-To: alice@example.test'
empty
user 'an alias domain' 0 '' HOST=alias.test
is 'Delivered-To has the real domain' "$(only | sed -n 2p)" \
    'Delivered-To: alice@example.test'
empty
expect 'RPLINE unset' 0 '' env -u RPLINE vdelivermail '' bounce-no-mailbox
is 'nothing stands for it' "$(only | head -n 1)" \
    'Delivered-To: alice@example.test'
empty

printf 'Subject: x\n\n\000\001\377 no end' >"$SITE/msg"
user 'NUL, 8-bit, no final newline' 0 ''
tail -c +63 "$new"/* >"$SITE/tail"
is 'are kept as they are' "$(cksum <"$SITE/tail" | cut -d' ' -f1)" \
    "$(cksum <"$SITE/msg" | cut -d' ' -f1)"
empty
cp "$SITE/m" "$SITE/msg"

: >"$SITE/msg"
user 'an empty message' 0 ''
is 'is nothing' "$(count "$new")" 0
cp "$SITE/m" "$SITE/msg"

expect 'a pipe as message' 0 '' \
    sh -c 'cat | vdelivermail "" bounce-no-mailbox'
is 'is delivered whole' "$(ls "$new" | sed 's/.*,S=//')" 154
empty
printf 'make_seekable = no\n' >>"$VPOPMAIL_CONF"
deliver sh -c 'cat | vdelivermail "" bounce-no-mailbox'
is 'a pipe without make_seekable is deferred' "$status" 111
printf 'make_seekable = yes\n' >>"$VPOPMAIL_CONF"

expect 'DELIVER_TO_STDOUT means nothing' 0 '' DELIVER_TO_STDOUT=1 \
    vdelivermail '' bounce-no-mailbox
is 'the mailbox has it' "$(count "$new")" 1
empty

i=0
while [ $i -lt 8 ]; do
	deliver vdelivermail '' bounce-no-mailbox
	i=$((i + 1))
done
is 'deliveries in one second keep apart' "$(count "$new")" 8
empty

# ---- wrong use ----
no_syntax='vdelivermail: invalid syntax in .qmail-default file'
expect 'one argument' 111 "$no_syntax" vdelivermail ''
expect 'three arguments' 111 "$no_syntax" vdelivermail '' delete x
expect 'no argument' 111 "$no_syntax" vdelivermail
expect 'no EXT' 100 'vdelivermail: no EXT environment varilable' \
    env -u EXT vdelivermail '' bounce-no-mailbox
expect 'no HOST' 100 'vdelivermail: no HOST environment varilable' \
    env -u HOST vdelivermail '' bounce-no-mailbox
user 'a bad user name' 100 'invalid username' 'EXT=al(ice'
user 'a bad domain name' 100 'invalid domain name' HOST=exa_mple.test

# ---- no such mailbox ----
nobox='Sorry, no mailbox here by that name. (#5.1.1)'
user 'no such mailbox' 100 "$nobox" EXT=nobody
user 'no such domain' 100 "$nobox" HOST=nosuch.test
user 'an empty user' 100 "$nobox" EXT=
user 'a user of 200 bytes' 100 "$nobox" EXT="$(printf '%0200d' 0)"
action 'keywords in any case' 100 "$nobox" Bounce-No-Mailbox EXT=nobody
action 'delete' 0 '' delete EXT=nobody
action 'DELETE' 0 '' DELETE EXT=nobody
action 'delete leaves mailboxes alone' 0 '' delete
is 'that one' "$(count "$new")" 1
empty
echo 'Site: no such user.' >"$SITE/home/domains/.no-user.msg"
chmod 0644 "$SITE/home/domains/.no-user.msg"
chmod 0711 "$SITE/home/domains"
user '.no-user.msg of the site' 100 'Site: no such user.' EXT=nobody
printf 'Domain: no such user.' >"$dir/.no-user.msg"
chmod 0644 "$dir/.no-user.msg"
user '.no-user.msg of the domain' 100 'Domain: no such user.' EXT=nobody
is 'its end is mended' "$(tail -c 1 "$SITE/out" | od -An -c | tr -d ' ')" '\n'
rm -f "$dir/.no-user.msg" "$SITE/home/domains/.no-user.msg"

# ---- default actions ----
ok 'a second account' vadduser -e "$hash" catch@example.test
action 'a path' 0 \
    "user does not exist, but will deliver to $dir/catch/" "$dir/catch" \
    EXT=nobody
is 'its mailbox has the unknown address' \
    "$(sed -n 2p "$dir/catch/Maildir/new"/*)" \
    'Delivered-To: nobody@example.test'
rm -f "$dir/catch/Maildir/new"/*
echo '&else@other.test' | dotqmail "$dir/catch/.qmail"
action 'a path with a .qmail' 0 \
    "user does not exist, but will deliver to $dir/catch/" "$dir/catch/" \
    EXT=nobody
is 'which decides' "$(count "$dir/catch/Maildir/new")" 0
is 'here to forward' "$(cat "$SITE/queue/env.0")" 'Fs@sender.test
Telse@other.test'
rm -f "$dir/catch/.qmail"
queue_empty
deliver EXT=nobody vdelivermail '' "$SITE/nowhere"
is 'a path that is not there' "$status" 111
long=$(printf '%0400d' 0)
deliver EXT=nobody vdelivermail '' "/$long"
is 'a path that is too long' "$status" 111
mkdir "$dir/lost"
chown "$SITE_UID:$SITE_GID" "$dir/lost"
action 'a relative Maildir that is none' 111 \
    "can not open new email file errno=2 file=$dir/lost/
system error (#4.3.0)" ./lost/ EXT=nobody
mkdir "$dir/lost/new" "$dir/lost/cur" "$dir/lost/tmp"
chown "$SITE_UID:$SITE_GID" "$dir/lost"/*
action 'a relative Maildir' 0 '' ./lost/ EXT=nobody
is 'with the unknown address' "$(sed -n 2p "$dir/lost/new"/*)" \
    'Delivered-To: nobody@example.test'
for target in catch@other.test '&catch@other.test'; do
	action "an address: $target" 0 '' "$target" EXT=nobody \
	    DTLINE='Delivered-To: example.test-nobody@example.test
'
	is 'its envelope' "$(cat "$SITE/queue/env.0")" 'Fs@sender.test
Tcatch@other.test'
	is 'its message, unchanged but for two lines' \
	    "$(cat "$SITE/queue/msg.0")" "Return-Path: <s@sender.test>
Delivered-To: nobody@example.test
$(cat "$SITE/m")"
	queue_empty
done
action 'another domain' 0 '' @other.test EXT=No-Body
is 'has the same names' "$(cat "$SITE/queue/env.0")" 'Fs@sender.test
TNo-Body@other.test'
queue_empty
action 'but no programs' 0 '' @other.test 'EXT=|true'
is 'by their names' "$(cat "$SITE/queue/env.0")" 'Fs@sender.test
T|true@other.test'
queue_empty
action 'a command' 0 "/bin/sh $(cd "$dir" && pwd -P) nobody
Subject: hello" '|echo "$SHELL $(pwd -P) $EXT"; grep Subject' EXT=nobody
action 'a comment' 0 '' '# nothing' EXT=nobody
for wrong in '' Bounce bounce_no_mailbox postmaster 'a b@c.test' '@' '@a b' \
    "x@$(printf '%05000d' 0).test"; do
	deliver EXT=nobody vdelivermail '' "$wrong"
	is "no action: $(printf '%.20s' "$wrong")" "$status" 111
done
action 'an mbox' 111 "can't handle mbox delivery for ./Mailbox (#4.3.0)" \
    ./Mailbox EXT=nobody
is 'nothing was queued' "$(count "$SITE/queue")" 0

# ---- forwarding ----
echo '&fwd@other.test' | dotqmail "$dir/alice/.qmail"
user 'sender empty' 0 '' SENDER= 
is 'stays empty' "$(head -n 1 "$SITE/queue/env.0")" F
queue_empty
user 'sender #@[]' 0 '' 'SENDER=#@[]'
is 'stays as it is' "$(head -n 1 "$SITE/queue/env.0")" 'F#@[]'
queue_empty
user 'NEWSENDER goes before SENDER' 0 '' NEWSENDER=owner@list.test
is 'in the envelope' "$(head -n 1 "$SITE/queue/env.0")" Fowner@list.test
queue_empty
user 'an alias domain' 0 '' HOST=alias.test \
    DTLINE='Delivered-To: alias.test-alice@alias.test
'
is 'Delivered-To as received' "$(sed -n 2p "$SITE/queue/msg.0")" \
    'Delivered-To: alice@alias.test'
queue_empty
expect 'without DTLINE' 0 '' env -u DTLINE vdelivermail '' bounce-no-mailbox
is 'it is the address' "$(sed -n 2p "$SITE/queue/msg.0")" \
    'Delivered-To: alice@example.test'
queue_empty
touch "$SITE/queue/refuse"
deliver vdelivermail '' bounce-no-mailbox
is 'qmail-queue refuses: 100' "$status" 100
rm "$SITE/queue/refuse"
touch "$SITE/queue/full"
deliver vdelivermail '' bounce-no-mailbox
is 'qmail-queue is full: 111' "$status" 111
ok 'with a text' grep -q '^system error calling qmail-queue' "$SITE/out"
rm "$SITE/queue/full"
mv "$SITE/qmail/bin/qmail-queue" "$SITE/qmail/bin/other-queue"
deliver vdelivermail '' bounce-no-mailbox
is 'no qmail-queue: 111' "$status" 111
printf 'qmail_queue = %s\n' "$SITE/qmail/bin/other-queue" >>"$VPOPMAIL_CONF"
user 'the setting names it' 0 ''
is 'one message' "$(ls "$SITE/queue" | grep -c msg)" 1
queue_empty

# ---- a user's .qmail ----
echo '# x' | dotqmail "$dir/alice/.qmail"
user 'only comments' 0 ''
is 'discard' "$(count "$new")" 0
: | dotqmail "$dir/alice/.qmail"
user 'an empty file' 0 ''
is 'is the mailbox' "$(count "$new")" 1
empty
printf '\n   \n\r\n' | dotqmail "$dir/alice/.qmail"
user 'blank lines' 0 ''
is 'are nothing' "$(count "$new") $(count "$SITE/queue")" '1 0'
empty
printf '&fwd@other.test\n./Maildir/\n' | dotqmail "$dir/alice/.qmail"
user 'forward and keep' 0 ''
is 'both' "$(count "$new") $(ls "$SITE/queue" | grep -c msg)" '1 1'
is 'Delivered-To in the Maildir' "$(only | sed -n 2p)" \
    'Delivered-To: alice@example.test'
empty
queue_empty
printf '&a@other.test\nb@other.test\n\n# c\n& d@other.test\n' |
    dotqmail "$dir/alice/.qmail"
user 'three forwards' 0 ''
is 'are one message' "$(cat "$SITE/queue/env.0")" 'Fs@sender.test
Ta@other.test
Tb@other.test
Td@other.test'
is 'and no other' "$(ls "$SITE/queue" | grep -c msg)" 1
queue_empty
printf './Maildir/\n./Maildir/\n' | dotqmail "$dir/alice/.qmail"
user 'twice into one Maildir' 0 ''
is 'are two files' "$(count "$new")" 2
empty
printf './Maildir/\r\n |cat >/dev/null \n' | dotqmail "$dir/alice/.qmail"
user 'CR and blanks around lines' 0 ''
is 'mean nothing' "$(count "$new") $(count "$SITE/queue")" '1 0'
empty
printf './Mailbox\n' | dotqmail "$dir/alice/.qmail"
user 'an mbox' 111 "can't handle mbox delivery for ./Mailbox (#4.3.0)"
printf '&a@other.test\n./Maildir/\n|touch "$HOME/ran"\n./Mailbox\n' |
    dotqmail "$dir/alice/.qmail"
user 'a bad line at the end' 111 \
    "can't handle mbox delivery for ./Mailbox (#4.3.0)"
is 'stops everything before it' \
    "$(count "$new") $(count "$SITE/queue") $(ls "$dir/ran" 2>&1 | wc -w)" \
    "0 0 $(ls "$dir/nosuch" 2>&1 | wc -w)"
printf './Maildir/\n%05000d@other.test\n' 0 | dotqmail "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is 'a line that is too long defers' "$status $(count "$new")" '111 0'
printf '%0600d@other.test\n' 0 | dotqmail "$dir/alice/.qmail"
user 'a line of 600 bytes' 0 ''
is 'is one address' "$(grep -c '^T' "$SITE/queue/env.0")" 1
queue_empty
printf './Maildir/\n\0\n' | dotqmail "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is 'a NUL byte defers' "$status $(count "$new")" '111 0'
printf './Maildir/\n' | dotqmail "$dir/alice/.qmail"
chmod 0000 "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is 'an unreadable file defers' "$status $(count "$new")" '111 0'
chmod 0602 "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is 'a world-writable file defers' "$status $(count "$new")" '111 0'
rm -f "$dir/alice/.qmail"
mkdir "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is 'a folder of that name defers' "$status $(count "$new")" '111 0'
rmdir "$dir/alice/.qmail"
mkfifo "$dir/alice/.qmail"
deliver timeout 20 vdelivermail '' bounce-no-mailbox
is 'a FIFO of that name defers' "$status $(count "$new")" '111 0'
rm -f "$dir/alice/.qmail"
chmod 0702 "$dir/alice"
deliver vdelivermail '' bounce-no-mailbox
is 'a world-writable home defers' "$status $(count "$new")" '111 0'
chmod 01700 "$dir/alice"
deliver vdelivermail '' bounce-no-mailbox
is 'a sticky home defers' "$status $(count "$new")" '111 0'
chmod 0700 "$dir/alice"

# ---- commands ----
while read -r code wanted; do
	printf '|exit %s\n./Maildir/\n' "$code" | dotqmail "$dir/alice/.qmail"
	deliver vdelivermail '' bounce-no-mailbox
	is "a command exits $code" "$status $(count "$new")" "$wanted"
	empty
done <<'TABLE'
0 0 1
99 99 0
100 100 0
64 100 0
65 100 0
70 100 0
76 100 0
77 100 0
78 100 0
112 100 0
1 111 0
66 111 0
75 111 0
111 111 0
127 111 0
TABLE
printf '|kill -9 $$\n./Maildir/\n' | dotqmail "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is 'a command that is killed' "$status $(count "$new")" '111 0'
printf '&a@other.test\n|exit 99\n&b@other.test\n' |
    dotqmail "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is '99 keeps the forwards before it' "$status $(cat "$SITE/queue/env.0")" \
    '99 Fs@sender.test
Ta@other.test'
queue_empty
printf '&a@other.test\n|exit 111\n' | dotqmail "$dir/alice/.qmail"
deliver vdelivermail '' bounce-no-mailbox
is 'nothing is forwarded when a command defers' \
    "$status $(count "$SITE/queue")" '111 0'
printf '|cat\n|cat\n' | dotqmail "$dir/alice/.qmail"
user 'each command reads the whole message, as it came' 0 "$(cat "$SITE/m")
$(cat "$SITE/m")"
cat <<'Q' | dotqmail "$dir/alice/.qmail"
|echo "$DEFAULT $EXT $HOST $LOCAL $RECIPIENT $SENDER $USER $SHELL"; pwd -P
Q
user 'the environment is that of qmail-local' 0 \
    "alice alice example.test example.test-alice r@x s@sender.test example.test /bin/sh
$(cd "$dir/alice" && pwd -P)" DEFAULT=alice LOCAL=example.test-alice \
    RECIPIENT=r@x SHELL=/bin/false
printf '|ls /proc/self/fd | wc -l\n' | dotqmail "$dir/alice/.qmail"
user 'a command gets no other descriptor' 0 4
rm -f "$dir/alice/.qmail"

# ---- paths ----
mkdir -p "$dir/alice/Maildir/.Junk/new" "$dir/alice/Maildir/.Junk/cur" \
    "$dir/alice/Maildir/.Junk/tmp"
chown -R "$SITE_UID:$SITE_GID" "$dir/alice/Maildir/.Junk"
printf './Maildir/.Junk/\n' | dotqmail "$dir/alice/.qmail"
user 'a folder' 0 ''
is 'has it' "$(sed -n 2p "$dir/alice/Maildir/.Junk/new"/*)" \
    'Delivered-To: alice@example.test'
rm -rf "$dir/alice/Maildir/.Junk"
printf '%s\n' "$dir/catch/Maildir/" | dotqmail "$dir/alice/.qmail"
user 'the mailbox of another' 0 ''
is 'names that one' "$(sed -n 2p "$dir/catch/Maildir/new"/*)" \
    'Delivered-To: catch@example.test'
rm -f "$dir/catch/Maildir/new"/*
printf '../catch/Maildir/\n' | dotqmail "$dir/alice/.qmail"
user 'a path with ..' 0 ''
is 'goes there' "$(count "$dir/catch/Maildir/new")" 1
rm -f "$dir/catch/Maildir/new"/*
deep=$dir/alice
i=0
while [ $i -lt 20 ]; do
	deep=$deep/long-folder-name
	i=$((i + 1))
done
mkdir -p "$deep/Maildir/new" "$deep/Maildir/cur" "$deep/Maildir/tmp"
chown -R "$SITE_UID:$SITE_GID" "$dir/alice/long-folder-name"
printf '%s\n' "$deep/Maildir/" | dotqmail "$dir/alice/.qmail"
user 'a path of more than 300 bytes' 0 ''
is 'with its size tag' "$(ls "$deep/Maildir/new" | sed 's/.*,S=//')" 165
rm -rf "$dir/alice/long-folder-name" "$dir/alice/.qmail"

# ---- locked, missing homes ----
vmoduser -b alice@example.test
user 'a locked account' 100 \
    'vdelivermail: account is locked email bounced alice@example.test (#5.2.1)'
vmoduser -x alice@example.test
rm -rf "$dir/alice"
user 'a missing home is made' 0 ''
is 'and has the message' "$(count "$new")" 1
is 'its mode' "$(stat -c %a "$dir/alice")" 700
empty
rm -rf "$dir/alice/Maildir"
user 'a missing Maildir is made' 0 ''
is 'and has the message' "$(count "$new")" 1
empty
rm -rf "$dir/alice/Maildir/tmp"
user 'a missing tmp is made' 0 ''
is 'and the message is there' "$(count "$new")" 1
empty
mv "$dir/alice/Maildir" "$dir/alice/aside"
ln -s "$SITE/queue" "$dir/alice/Maildir"
deliver vdelivermail '' bounce-no-mailbox
is 'a link to nothing of ours as Maildir defers' "$status" 111
rm "$dir/alice/Maildir"
mv "$dir/alice/aside" "$dir/alice/Maildir"

# ---- loops ----
loop='mail is looping (#5.4.6)'
looped() {
	{
		printf '%b\n' "$1"
		cat "$SITE/m"
	} >"$SITE/msg"
}
looped 'DELIVERED-TO: Alice@Example.TEST'
user 'a loop, in any case' 100 "$loop"
looped 'Delivered-To: alice@example.test  \t\r'
user 'a loop, blanks and CR at the end' 100 "$loop"
looped 'Delivered-To:    alice@example.test'
user 'a loop, more blanks' 100 "$loop"
looped 'Delivered-To: alice@alias.test'
user 'a loop by an alias name' 100 "$loop"
looped 'Delivered-To: alice@example.test'
user 'a loop, received by an alias name' 100 "$loop" HOST=alias.test
looped 'Delivered-To: bob@example.test\nDelivered-To: alice@sub.example.test'
user 'other addresses are none' 0 ''
looped "X-Long: $(printf '%0147d' 0)Delivered-To: alice@example.test"
user 'nor is a part of a long line' 0 ''
looped "X-Long: $(printf '%0100000d' 0)\nDelivered-To: alice@example.test"
user 'a loop below a very long line' 100 "$loop"
looped '\nDelivered-To: alice@example.test'
user 'nor is the body' 0 ''
looped '\r\nDelivered-To: alice@example.test'
user 'nor is it after CR LF' 0 ''
empty
looped 'Delivered-To: fwd@other.test'
printf './Maildir/\n&fwd@other.test\n' | dotqmail "$dir/alice/.qmail"
user 'a loop to a forward' 100 "$loop"
is 'stops the other lines too' "$(count "$new") $(count "$SITE/queue")" '0 0'
looped 'Delivered-To: bob@example.test'
echo '&bob@alias.test' | dotqmail "$dir/alice/.qmail"
user 'a loop to a forward by an alias name' 100 "$loop"
rm -f "$dir/alice/.qmail"
cp "$SITE/m" "$SITE/msg"

# ---- quotas ----
vsetuserquota alice@example.test 91S >/dev/null
user 'a message above the quota' 100 'user is over quota (#5.2.2)'
is 'with an empty line' "$(wc -l <"$SITE/out")" 2
is 'is not there' "$(count "$new")" 0
vsetuserquota alice@example.test 92S >/dev/null
user 'the size as received counts' 0 ''
empty
vsetuserquota alice@example.test 154S >/dev/null
user 'one fits' 0 ''
user 'the next does not' 100 'user is over quota (#5.2.2)'
empty
vsetuserquota alice@example.test 1000S,3C >/dev/null
user 'count 1' 0 ''
user 'count 2' 0 ''
user 'count 3' 0 ''
is 'maildirsize' "$(sed '1d;/^0 0$/d' "$dir/alice/Maildir/maildirsize")" \
    '154 1
154 1
154 1'
is 'its first line is the quota' \
    "$(head -n 1 "$dir/alice/Maildir/maildirsize")" 1000S,3C
user 'count 4' 100 'user is over quota (#5.2.2)'
is 'counted anew' "$(sed 1d "$dir/alice/Maildir/maildirsize")" '462 3'
rm -f "$new"/*
printf '1000S,3C\n462 3\n-308 -2\n' >"$dir/alice/Maildir/maildirsize"
user 'negative lines of other programs count' 0 ''
printf '1000S,3C\n-462 -3\n' >"$dir/alice/Maildir/maildirsize"
user 'a negative sum is nothing' 0 ''
empty
printf './Maildir/\n' | dotqmail "$dir/alice/.qmail"
vsetuserquota alice@example.test 91S >/dev/null
rm -f "$dir/alice/Maildir/maildirsize"
user 'a .qmail does not evade the quota' 100 'user is over quota (#5.2.2)'
printf '%s/alice/Maildir/\n' "$dir" | dotqmail "$dir/alice/.qmail"
rm -f "$dir/alice/Maildir/maildirsize"
user 'nor does an absolute path' 100 'user is over quota (#5.2.2)'
mkdir -p "$dir/alice/Maildir/.F/new" "$dir/alice/Maildir/.F/cur" \
    "$dir/alice/Maildir/.F/tmp"
chown -R "$SITE_UID:$SITE_GID" "$dir/alice/Maildir/.F"
printf './Maildir/.F/\n' | dotqmail "$dir/alice/.qmail"
user 'nor does a folder' 100 'user is over quota (#5.2.2)'
rm -rf "$dir/alice/Maildir/.F"
printf '|cat >/dev/null\n' | dotqmail "$dir/alice/.qmail"
user 'a command has no quota' 0 ''
rm -f "$dir/alice/.qmail"
printf '50S\n0 0\n' >"$dir/catch/Maildir/maildirsize"
chown "$SITE_UID:$SITE_GID" "$dir/catch/Maildir/maildirsize"
action 'a path action obeys the maildirsize there' 100 \
    "user does not exist, but will deliver to $dir/catch/
user is over quota (#5.2.2)" "$dir/catch" EXT=nobody
rm -f "$dir/catch/Maildir/maildirsize"

echo 'Your reader has no room.' >"$dir/.over-quota.msg"
chmod 0644 "$dir/.over-quota.msg"
user '.over-quota.msg' 100 'Your reader has no room.'
is 'with an empty line' "$(wc -l <"$SITE/out")" 2
rm -f "$dir/.over-quota.msg"

# The warning: once a day, when the mark is passed, if there is a text.
printf 'From: x@example.test\nSubject: Mail quota warning\n\n90%%\n' \
    >"$dir/.quotawarn.msg"
chmod 0644 "$dir/.quotawarn.msg"
user 'a message above the whole quota' 100 'user is over quota (#5.2.2)'
is 'to an empty mailbox: no warning' "$(count "$new")" 0
vsetuserquota alice@example.test 3C >/dev/null
for i in 1 2 3; do deliver vdelivermail '' bounce-no-mailbox; done
is 'below the mark no warning' "$(count "$new")" 3
mv "$dir/.quotawarn.msg" "$SITE/warning"
user 'over quota, no text' 100 'user is over quota (#5.2.2)'
ok 'no stamp' test ! -e "$dir/alice/Maildir/quotawarn"
mv "$SITE/warning" "$dir/.quotawarn.msg"
user 'over quota' 100 'user is over quota (#5.2.2)'
is 'the warning' "$(count "$new")" 4
ok 'the stamp' test -e "$dir/alice/Maildir/quotawarn"
warning=$(grep -l 'Mail quota warning' "$new"/*)
is 'its first line' "$(head -n 1 "$warning")" 'Delivered-To: alice@example.test'
ok 'its date' sh -c 'sed -n 2p "$1" | grep -Eq \
    "^Date: [A-Z][a-z][a-z], [0-9]{2} [A-Z][a-z][a-z] [0-9]{4} [0-9:]{8} \+0000$"' \
    sh "$warning"
is 'its rest' "$(sed 1,2d "$warning")" "$(cat "$dir/.quotawarn.msg")"
is 'its size tag' "${warning##*,S=}" "$(wc -c <"$warning")"
user 'over quota again' 100 'user is over quota (#5.2.2)'
is 'no second warning' "$(count "$new")" 4
touch -d '25 hours ago' "$dir/alice/Maildir/quotawarn"
user 'over quota a day later' 100 'user is over quota (#5.2.2)'
is 'a second warning' "$(count "$new")" 5
empty
vsetuserquota alice@example.test 1000C >/dev/null
rm -f "$dir/alice/Maildir/maildirsize"
printf '1000C\n0 950\n' >"$dir/alice/Maildir/maildirsize"
chown "$SITE_UID:$SITE_GID" "$dir/alice/Maildir/maildirsize"
user 'above the mark, below the quota' 0 ''
is 'message and warning' "$(count "$new")" 2
is 'both are counted' "$(tail -n 2 "$dir/alice/Maildir/maildirsize" |
    sed 's/.* //' | tr '\n' ' ')" '1 1 '
empty
printf 'quota_warn_percent = 0\n' >>"$VPOPMAIL_CONF"
printf '1000C\n0 950\n' >"$dir/alice/Maildir/maildirsize"
user 'quota_warn_percent 0' 0 ''
is 'no warning' "$(count "$new")" 1
empty
rm -f "$dir/.quotawarn.msg"
vsetuserquota alice@example.test NOQUOTA >/dev/null

# Quota of the domain.
printf 'maxmsgcount: 2\n' >"$dir/.qmailadmin-limits"
chown "$SITE_UID:$SITE_GID" "$dir/.qmailadmin-limits"
for i in 1 2 3; do deliver vdelivermail '' bounce-no-mailbox; done
is 'the limit of the domain without the setting' "$(count "$new")" 3
printf 'domainquotas = yes\n' >>"$VPOPMAIL_CONF"
user 'with the setting' 100 'domain is over quota (#5.2.2)'
user 'all accounts count' 100 'domain is over quota (#5.2.2)' EXT=catch
rm -f "$new"/*
user 'below it' 0 ''
printf 'quota: 1\n' >"$dir/.qmailadmin-limits"
user 'bytes below it' 0 ''
head -c 1048576 /dev/zero | tr '\0' 'x' >"$SITE/msg"
user 'bytes above it' 100 'domain is over quota (#5.2.2)'
cp "$SITE/m" "$SITE/msg"
printf 'domainquotas = no\n' >>"$VPOPMAIL_CONF"
rm -f "$dir/.qmailadmin-limits"
empty

# ---- qmail-ext ----
user 'an extension without qmail_ext' 100 "$nobox" EXT=alice-foo
printf 'qmail_ext = yes\n' >>"$VPOPMAIL_CONF"
user 'an extension' 0 '' EXT=alice-foo
is 'is the mailbox' "$(only | sed -n 2p)" 'Delivered-To: alice@example.test'
empty
user 'an address longer than any name' 0 '' \
    EXT="alice-$(printf '%0100d' 0)=example.com"
is 'still is the mailbox' "$(count "$new")" 1
empty
ok 'an account with a dash' vadduser -e "$hash" a-b@example.test
user 'the longest part that is a mailbox' 0 '' EXT=a-b-c
is 'has it' "$(count "$dir/a-b/Maildir/new")" 1
ok 'an account that is the first part' vadduser -e "$hash" aa@example.test
user 'the next one' 0 '' EXT=aa-b-c
is 'has it' "$(count "$dir/aa/Maildir/new")" 1
echo_file() { # FILE WORD
	printf '|echo %s\n' "$2" | dotqmail "$dir/alice/$1"
}
echo_file .qmail plain
user 'an extension without its own file' 0 plain EXT=alice-foo-bar
echo_file .qmail-default default
user '.qmail-default goes before .qmail' 0 default EXT=alice-foo-bar
user 'not without an extension' 0 plain
user 'nor with an empty one' 0 plain EXT=alice-
echo_file .qmail-foo-default prefix
user 'the longest prefix first' 0 prefix EXT=alice-foo-bar
echo_file .qmail-foo-bar exact
user 'the whole extension first' 0 exact EXT=alice-foo-bar
echo_file .qmail-x:y dotted
user 'dots are colons' 0 dotted EXT=alice-x.y
user 'a slash is no path' 0 default EXT=alice-../../alice/.qmail
rm -f "$dir/alice"/.qmail*
printf '|echo own\n' | dotqmail "$dir/a-b/.qmail-b"
user 'the extension of an account with a dash' 0 own EXT=a-b
rm -f "$dir/a-b/.qmail-b"
mv "$SITE/qmail/users/cdb" "$SITE/qmail/users/cdb.away"
deliver EXT=alice-x vdelivermail '' bounce-no-mailbox
is 'an outage defers extensions too' "$status" 111
mv "$SITE/qmail/users/cdb.away" "$SITE/qmail/users/cdb"
printf 'qmail_ext = no\n' >>"$VPOPMAIL_CONF"

# ---- what cannot be found out ----
mv "$SITE/qmail/users/cdb" "$SITE/qmail/users/cdb.away"
deliver vdelivermail '' bounce-no-mailbox
is 'no compiled table' "$status" 111
ok 'with a text' grep -q '^vdelivermail: deferred, ' "$SITE/out"
mv "$SITE/qmail/users/cdb.away" "$SITE/qmail/users/cdb"
store_break example.test
for ext in alice nobody; do
	deliver EXT=$ext vdelivermail '' bounce-no-mailbox
	is "broken account files: $ext" "$status" 111
done
deliver EXT=nobody vdelivermail '' delete
is 'broken account files: nothing is deleted' "$status" 111
store_mend
user 'and back' 0 ''
empty
printf 'logging = nonsense\n' >>"$VPOPMAIL_CONF"
deliver vdelivermail '' bounce-no-mailbox
is 'bad settings' "$status" 111
grep -v nonsense "$VPOPMAIL_CONF" >"$SITE/conf"
cat "$SITE/conf" >"$VPOPMAIL_CONF"

# ---- as others ----
if [ "$(id -u)" = 0 ]; then
	as=
	printf '|id -u; id -G\n./Maildir/\n' | dotqmail "$dir/alice/.qmail"
	user 'root becomes the domain owner' 0 "$SITE_UID
$SITE_GID"
	is 'whose the message is' "$(stat -c '%u %a' "$new"/*)" \
	    "$SITE_UID 600"
	rm -f "$dir/alice/.qmail"
	empty
	user 'root, unknown domain' 100 "$nobox" HOST=nosuch.test
	as='setpriv --reuid=12345 --regid=12345 --clear-groups'
	deliver vdelivermail '' bounce-no-mailbox
	is 'anybody else is deferred' "$status" 111
fi
done_testing
