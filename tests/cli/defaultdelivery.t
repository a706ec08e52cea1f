#!/bin/sh
# control/defaultdelivery: what happens to mail of mailboxes without .qmail.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
ok 'an account' vadduser -e "$hash" -q 1000000S alice@example.test
dir=$SITE/home/domains/example.test
home=$dir/alice
new=$home/Maildir/new
file=$SITE/qmail/control/defaultdelivery
printf 'Subject: hello\n\nbody\n' >"$SITE/msg"
as=
[ "$(id -u)" = 0 ] &&
    as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"

deliver() { # [NAME=VALUE ...]
	# shellcheck disable=SC2086
	(cd "$dir" && $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    HOST=example.test EXT=alice USER=example.test HOME="$dir" \
	    SENDER=s@sender.test RPLINE='Return-Path: <s@sender.test>
' "$@" vdelivermail '' bounce-no-mailbox <"$SITE/msg") \
	    >"$SITE/out" 2>"$SITE/err"
	status=$?
	out=$(cat "$SITE/out")
	err=$(cat "$SITE/err")
}
# delivered WORDS STATUS STDOUT FILES: the run, and how many are in new/
delivered() {
	is "$1" "$status $out / $(find "$new" -type f | wc -l)" "$2 $3 / $4"
	rm -f "$new"/*
}

echo '|echo never' >"$file"
deliver
delivered 'without the setting it is nothing' 0 '' 1
with 'defaultdelivery = yes'
rm "$file"
deliver
delivered 'no file' 0 '' 1
: >"$file"
deliver
delivered 'an empty file' 0 '' 1
printf '# vdelivermail\n\n#x\n' >"$file"
deliver
delivered 'comments' 0 '' 1
echo '|pwd -P; head -n 1' >"$file"
deliver
delivered 'a command, in the home, gets the message alone' 0 \
    "$(cd "$home" && pwd -P)
Subject: hello" 0
echo './Maildir/' >"$file"
deliver
delivered 'a Maildir' 0 '' 1
echo './Mailbox' >"$file"
deliver
delivered 'an mbox' 111 "can't handle mbox delivery for ./Mailbox (#4.3.0)" 0
printf "| %s/bin/vdelivermail '' delete\n" "$SITE/home" >"$file"
deliver
delivered 'a call of vdelivermail is the mailbox' 0 '' 1
printf "|echo one\n| /x/vdelivermail '' delete\n|echo two\n" >"$file"
deliver
delivered 'with a command before it, both' 0 one 1
printf '|exit 99\n./Maildir/\n' >"$file"
deliver
delivered '99 ends it' 99 '' 0
printf '|exit 1\n./Maildir/\n' >"$file"
deliver
delivered 'a command that fails defers' 111 '' 0
echo '|echo never' >"$file"
: >"$home/.qmail"
echo './Maildir/' >"$home/.qmail"
deliver
delivered 'a .qmail of the user decides alone' 0 '' 1
rm "$home/.qmail"
ok 'a small quota' vsetuserquota alice@example.test 1S
echo '|echo ran' >"$file"
deliver
delivered 'a command is run whatever the quota' 0 ran 0
ok 'the quota away' vsetuserquota alice@example.test NOQUOTA
echo '|echo $EXT@$USER $VPOPUSER' >"$file"
with 'qmail_ext = yes'
deliver EXT=alice-list
delivered 'the mailbox is told without extension' 0 \
    'alice-list@example.test alice@example.test' 0
mv "$file" "$SITE/away"
mkdir "$file"
deliver
is 'a file that cannot be read defers' "$status" 111
is 'and delivers nothing' "$(find "$new" -type f | wc -l)" 0
rmdir "$file"
mv "$SITE/away" "$file"
ok 'a locked mailbox' vmoduser -b alice@example.test
deliver
is 'bounces before it' "$status" 100

done_testing
