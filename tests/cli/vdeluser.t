#!/bin/sh
# vdeluser: what it refuses and what it takes away.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vdeluser --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain -e postmaster --no-password example.com
dir=$SITE/home/domains/example.com
for user in alice bob carol; do
	ok "$user" vadduser -e "$hash" "$user@example.com"
done

run vdeluser
ran 'no address' 255 "$usage" ''
run vdeluser -x bob@example.com
ran 'an unknown option' 255 "$usage" "vdeluser: invalid option -- 'x'"
run vdeluser bob@example.com carol@example.com
ran 'two addresses' 255 "$usage" 'vdeluser: too many arguments'
run vdeluser --dry-run bob@example.com
ran 'a dry run' 0 'Would delete user bob@example.com' ''
ok 'takes nothing' test -d "$dir/bob/Maildir"
run vdeluser Bob@example.com
ran 'an account' 0 '' ''
not_ok 'its mail is gone' test -e "$dir/bob"
not_ok 'its record too' grep ^bob: "$dir/vpasswd"
run vdeluser bob@example.com
ran 'again' 246 'Error: User does not exist' '*'
run vdeluser a@nosuch.example
ran 'no such domain' 245 'Error: Domain does not exist' '*'
run vdeluser 'b"b@example.com'
ran 'a bad byte' 255 'Error: Illegal username' 'user invalid b"b'
run vdeluser -f postmaster@example.com
ran 'the catch-all account' 201 "Error: can't delete catchall account" '*'
for path in carol carol/Maildir carol/Maildir/; do
	printf "| %s/bin/vdelivermail '' %s/%s\n" "$SITE/home" "$dir" "$path" \
	    >"$dir/.qmail-default"
	run vdeluser carol@example.com
	is "the catch-all $path" "$status" 201
done
echo "| $SITE/home/bin/vdelivermail '' carol@example.com" >"$dir/.qmail-default"
run vdeluser carol@example.com
is 'the catch-all as an address' "$status" 201
echo "| $SITE/home/bin/vdelivermail '' delete" >"$dir/.qmail-default"
run vdeluser postmaster@example.com
not_ok 'postmaster is refused' test $status = 0
ok 'unless forced' vdeluser -f postmaster@example.com
mkdir "$SITE/elsewhere"
echo keep >"$SITE/elsewhere/file"
rm -rf "$dir/carol"
ln -s "$SITE/elsewhere" "$dir/carol"
run vdeluser carol@example.com
ok 'a planted link is not followed' test -e "$SITE/elsewhere/file"
ok 'others are untouched' test -d "$dir/alice/Maildir"
done_testing
