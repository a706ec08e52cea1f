#!/bin/sh
# maildrop at delivery: the real one with a filter file of ours.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
ok 'an account' vadduser -e "$hash" -q NOQUOTA alice@example.test
dir=$SITE/home/domains/example.test
home=$dir/alice
maildir=$home/Maildir
new=$maildir/new
chmod 0755 "$SITE"
as=
[ "$(id -u)" = 0 ] &&
    as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"
for folder in cur new tmp; do
	mkdir -p "$maildir/.Filed/$folder"
done
cat >"$SITE/filter" <<'FILTER'
if (/^Subject: file/)
{
	to "./Maildir/.Filed/"
}
if (/^Subject: bounce/)
{
	echo "maildrop says no"
	EXITCODE=77
	exit
}
if (/^Subject: again/)
{
	EXITCODE=75
	exit
}
if (/^Subject: discard/)
{
	EXITCODE=0
	exit
}
to "./Maildir/"
FILTER
if [ "$(id -u)" = 0 ]; then
	chown "$SITE_UID:$SITE_GID" "$SITE/filter"
	chown -R "$SITE_UID:$SITE_GID" "$maildir/.Filed"
fi
chmod 0600 "$SITE/filter"
mkdir "$SITE/told"
chmod 0777 "$SITE/told"
cat >"$SITE/maildrop" <<MAILDROP
#!/bin/sh
{ pwd -P; echo "\$# \$EXT \$HOST \$VPOPUSER"; } >"$SITE/told/how"
tee "$SITE/told/stdin" | /usr/bin/maildrop "$SITE/filter"
MAILDROP
chmod 0755 "$SITE/maildrop"

message() { # SUBJECT
	printf 'From: <s@sender.test>\nSubject: %s\n\nbody\n' "$1" \
	    >"$SITE/msg"
}
deliver() {
	# shellcheck disable=SC2086
	(cd "$dir" && $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    HOST=example.test EXT=alice USER=example.test HOME="$dir" \
	    SENDER=s@sender.test RPLINE='Return-Path: <s@sender.test>
' DTLINE='Delivered-To: example.test-alice@example.test
' UFLINE='From s@sender.test Mon Jan 01 00:00:00 2024
' vdelivermail '' bounce-no-mailbox <"$SITE/msg") \
	    >"$SITE/out" 2>"$SITE/err"
	status=$?
}
count() {
	find "$1" -type f 2>/dev/null | wc -l
}
# gives WORDS STATUS TEXT INBOX FILED
gives() {
	rm -f "$new"/* "$maildir/.Filed/new"/* "$SITE/told"/*
	deliver
	is "$1" "$status $(cat "$SITE/out") / $(count "$new") $(count \
	    "$maildir/.Filed/new")" "$2 $3 / $4 $5"
	is "$1: nothing is left" "$(count "$maildir/tmp")" 0
}

message hello
gives 'switched off' 0 '' 1 0
not_ok 'it does not run' test -e "$SITE/told/how"
with 'maildrop = yes' "maildrop_prog = $SITE/maildrop"
gives 'a message' 0 '' 1 0
is 'in the home, without arguments' "$(cat "$SITE/told/how")" \
    "$(cd "$home" && pwd -P)
0 alice example.test alice@example.test"
is 'with the lines of qmail-local' "$(cat "$SITE/told/stdin")" \
    "From s@sender.test Mon Jan 01 00:00:00 2024
Return-Path: <s@sender.test>
Delivered-To: example.test-alice@example.test
$(cat "$SITE/msg")"
is 'maildrop delivered it' "$(grep Delivered-To: "$new"/*)" \
    'Delivered-To: example.test-alice@example.test'
message 'file this'
gives 'a rule' 0 '' 0 1
message bounce
gives 'a bounce' 100 'maildrop says no' 0 0
message again
gives 'a deferral' 111 '' 0 0
message discard
gives 'a discarded message' 0 '' 0 0
with 'maildrop_prog = /nonexistent/maildrop'
message hello
deliver
is 'no maildrop: deferred' "$status $(count "$new")" '111 0'
with "maildrop_prog = $SITE/maildrop"

# ---- flags ----
ok 'an account that wants none' vmoduser -m alice@example.test
message 'file this'
gives 'gets none' 0 '' 1 0
ok 'its quota counts then' vsetuserquota alice@example.test 1S
deliver
is 'over quota' "$status" 100
ok 'it wants it again' vmoduser -x alice@example.test
gives 'and is left to maildrop' 0 '' 0 1
ok 'no quota' vsetuserquota alice@example.test NOQUOTA
ok 'a limit of the domain' vmoddomlimits -g m example.test
gives 'counts as well' 0 '' 1 0
ok 'limits away' vmoddomlimits -D example.test

# ---- instructions ----
cat >"$home/.qmail" <<'LINES'
|cat >/dev/null
./Maildir/
LINES
[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$home/.qmail"
chmod 0600 "$home/.qmail"
gives 'a Maildir line of a .qmail' 0 '' 0 1
printf '|exit 0\n' >"$home/.qmail"
gives 'but no other line' 0 '' 0 0
rm "$home/.qmail"

# ---- after SpamAssassin ----
cat >"$SITE/spamc" <<'SPAMC'
#!/bin/sh
echo 'X-Spam-Flag: YES'
sed 's/^Subject: .*/Subject: file as spam/'
SPAMC
chmod 0755 "$SITE/spamc"
with 'spamassassin = yes' "spamc_prog = $SITE/spamc" 'spam_junkfolder = yes'
message hello
gives 'what spamc made is the input' 0 '' 0 1
not_ok 'the junk folder is its own affair' test -e "$maildir/.Junk"
ok 'delete spam' vmoduser -F alice@example.test
gives 'deletion goes before it' 0 '' 0 0
not_ok 'it does not run' test -e "$SITE/told/how"

done_testing
