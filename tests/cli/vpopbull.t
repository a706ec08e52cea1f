#!/bin/sh
# vpopbull: who gets the message and how.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vpopbull --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'another' vadddomain --no-password example.net
ok 'an alias' vaddaliasdomain example.com alias.example
ok 'alice' vadduser -e "$hash" alice@example.com
ok 'bob' vadduser -e "$hash" bob@example.com
dir=$SITE/home/domains/example.com
printf 'From: staff@example.com\nSubject: Maint\n\nDear all,\nbye\n' \
    >"$SITE/m1"
chmod 0644 "$SITE/m1"
new() {
	ls "$dir/$1/Maildir/new"
}

run vpopbull
ran 'nothing asked' 255 "$usage" ''
run vpopbull -z -f "$SITE/m1" example.com
ran 'an unknown option' 255 "$usage" "vpopbull: invalid option -- 'z'"
run vpopbull -V example.com
ran 'no message' 255 "$usage" 'Error: email_file not specified'
run vpopbull -f "$SITE/none" example.com
ran 'no such file' 255 '' "Could not open file $SITE/none"
: >"$SITE/empty"
run vpopbull -f "$SITE/empty" example.com
ran 'an empty one' 255 '' "Error: $SITE/empty is empty"
run vpopbull -n example.com
ran 'the list' 0 'alice@example.com
bob@example.com
postmaster@example.com' ''
run vpopbull -n alias.example example.net
ran 'of several domains' 0 'alice@example.com
bob@example.com
postmaster@example.com
postmaster@example.net' ''
run vpopbull --dry-run -f "$SITE/m1" example.com
ran 'a dry run' 0 'alice@example.com
bob@example.com
postmaster@example.com' ''
is 'delivers nothing' "$(new bob)" ''
printf 'Bob@example.com\r\nother@example.com\n' >"$SITE/exclude"
run vpopbull -V -e "$SITE/exclude" -f "$SITE/m1" example.com
ran 'a bulletin' 0 'alice@example.com
postmaster@example.com' ''
is 'not for the excluded' "$(new bob)" ''
is 'one for the others' "$(new alice | wc -l)" 1
message=$dir/alice/Maildir/new/$(new alice)
is 'the text' "$(grep -v '^Date: ' "$message")" 'To: alice@example.com
From: staff@example.com
Subject: Maint

Dear all,
bye'
is 'with a date' "$(grep -c '^Date: ' "$message")" 1
is 'its owner and mode' "$(stat -c %u:%a "$message")" "$SITE_UID:600"
is 'nothing is left in tmp' "$(ls "$dir/alice/Maildir/tmp")" ''
run vpopbull -f "$SITE/m1" nosuch.example example.net
ran 'an unknown domain' 245 '' 'Error: domain nosuch.example does not exist'
is 'does not stop the next' \
    "$(find "$SITE/home/domains/example.net" -path '*/new/*' | wc -l)" 1
cp "$SITE/m1" "$SITE/home/m2"
[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$SITE/home/m2"
run vpopbull -V -h -f "$SITE/home/m2" example.com
is 'hard links' "$status $out" '0 alice@example.com
bob@example.com
postmaster@example.com'
is 'share one file' "$(find "$dir" -path '*/new/*' -links 3 | wc -l)" 3
run vpopbull -s -f "$SITE/home/m2" example.com
is 'symbolic links' "$status $(find "$dir" -type l | wc -l)" '0 3'
run vpopbull -V -f "$SITE/m1"
ran 'all domains' 0 'alice@example.com
bob@example.com
postmaster@example.com
postmaster@example.net' 'skipping alias.example (alias of example.com)'
mv "$dir/bob/Maildir/tmp" "$dir/bob/Maildir/was-tmp"
: >"$dir/bob/Maildir/tmp"
run vpopbull -V -f "$SITE/m1" example.com
like 'a failure is told' "$out $err" "alice@example.com
postmaster@example.com bob@example.com: ERROR COPYING TO $dir/bob*"
not_ok 'and is no success' test $status = 0
done_testing
