#!/bin/sh
# The copy of the hash for sqwebmail: written with each password, and when a
# directory is made; not at logins.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
other='$1$abcdefgh$eFQfGmCzhtU1Xg9qQbGUq0'
with 'rehash_weak = no'
ok 'a domain' vadddomain --password-hash "$hash" example.test
ok 'an account' vadduser -e "$hash" off@example.test
dir=$SITE/home/domains/example.test
not_ok 'switched off, there is none' \
    test -e "$dir/off/Maildir/sqwebmail-pass"
with 'sqwebmail_pass = yes'
ok 'an account' vadduser -e "$hash" alice@example.test
copy=$dir/alice/Maildir/sqwebmail-pass
is_file 'a TAB and the hash' "$copy" "	$hash"
is 'its end' "$(tail -c 1 "$copy" | od -An -c | tr -d ' ')" '\n'
is 'owner and mode' "$(stat -c '%a %u %g' "$copy")" \
    "600 $SITE_UID $SITE_GID"
ok 'another hash' vmoduser -e "$other" alice@example.test
is_file 'is copied' "$copy" "	$other"
ok 'a new password' vpasswd alice@example.test Secr3t-Word
is_file 'is copied, too' "$copy" \
    "	$(vuserinfo -p alice@example.test)"
ok 'the hash again' vmoduser -e "$hash" alice@example.test
inode=$(stat -c %i "$copy")
ok 'a quota' vsetuserquota alice@example.test 1M
printf 'alice@example.test\0Secr3tA\0\0' >"$SITE/packet"
TCPLOCALPORT=110 vchkpw true 3<"$SITE/packet"
is 'a login' $? 0
is 'neither writes it' "$(stat -c %i "$copy")" "$inode"
rm -rf "$dir/alice"
TCPLOCALPORT=110 vchkpw true 3<"$SITE/packet"
is 'a login that makes the directory' $? 0
is_file 'writes it' "$copy" "	$hash"

# A link in its place is replaced, not followed.
echo precious >"$SITE/precious"
rm "$copy"
ln -s "$SITE/precious" "$copy"
ok 'a planted link' vmoduser -e "$other" alice@example.test
is_file 'is not followed' "$SITE/precious" precious

done_testing
