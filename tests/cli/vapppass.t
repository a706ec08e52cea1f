#!/bin/sh
# vapppass: app passwords, and what logins make of them.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
echo 'rehash_weak = no' >>"$VPOPMAIL_CONF"
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
usage=$(vapppass --help)
ok 'a domain' vadddomain --password-hash "$hash" example.test
ok 'an account' vadduser -e "$hash" alice@example.test
ok 'another' vadduser -e "$hash" bob@example.test
dir=$SITE/home/domains/example.test/alice
file=$dir/.app-passwords

# enters ADDRESS SECRET PORT: the exit code of a login.
enters() {
	printf '%s\0%s\0\0' "$1" "$2" >"$SITE/packet"
	env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    TCPREMOTEIP=10.1.2.3 TCPLOCALPORT="$3" vchkpw true \
	    3<"$SITE/packet" >"$SITE/out" 2>"$SITE/err"
	echo $?
}

run vapppass
ran 'nothing asked' 255 "$usage" ''
run vapppass alice@example.test
ran 'none at first' 0 '' ''
run vapppass -s imap alice@example.test
is 'services without -a' "$status" 255
run vapppass -a phone -s imap,fax alice@example.test
is 'an unknown service' "$status" 255
run vapppass -a '' alice@example.test
is 'no label' "$status" 236
run vapppass -a "$(printf 'a\nb')" alice@example.test
is 'a label of two lines' "$status" 236
run vapppass -a "$(printf '%065d' 1)" alice@example.test
is 'a label that is too long' "$status" 255
run vapppass -a phone nobody@example.test
is 'no such account' "$status" 246
run vapppass --dry-run -a phone alice@example.test
ran 'a dry run' 0 'Would make an app password for alice@example.test' ''
not_ok 'makes nothing' test -e "$file"

imap=$(vapppass -a 'my phone' -s imap,smtp alice@example.test)
is 'six groups of four' "$(echo "$imap" |
    grep -c '^\([a-z2-9]\{4\}-\)\{5\}[a-z2-9]\{4\}$')" 1
is 'the file is private' "$(stat -c %a "$file")" 600
not_ok 'it holds no secret' grep -q -e "$imap" \
    -e "$(echo "$imap" | tr -d -)" "$file"
not_ok 'nor does the journal' sh -c "cat '$SITE'/home/var/journal.sqlite* |
    grep -q -e '$imap' -e \"\$(cut -d: -f5 '$file')\""
id=$(cut -d: -f1 "$file")
run vapppass alice@example.test
is 'it is listed' "$out" \
    "$id imap,smtp $(date -u +%F -d "@$(cut -d: -f3 "$file")") never my phone"
run vapppass --json alice@example.test
is 'as JSON' "$(echo "$out" | jq -r '.[0] | "\(.id) \(.services | join("+")) \(.expires) \(.label)"')" \
    "$id imap+smtp null my phone"

is 'it is good for IMAP' "$(enters alice@example.test "$imap" 143)" 0
is 'without dashes' \
    "$(enters alice@example.test "$(echo "$imap" | tr -d -)" 143)" 0
is 'with blanks' \
    "$(enters alice@example.test "$(echo "$imap" | tr - ' ')" 143)" 0
is 'for SMTP' "$(enters alice@example.test "$imap" 25)" 0
is 'not for POP' "$(enters alice@example.test "$imap" 110)" 3
is 'not for another account' "$(enters bob@example.test "$imap" 143)" 3
is 'a letter more' "$(enters alice@example.test "${imap}a" 143)" 3
is 'a letter less' "$(enters alice@example.test "${imap%?}" 143)" 3
is 'the password of the account is good still' \
    "$(enters alice@example.test Secr3tA 143)" 0
run vverifypw alice@example.test "$imap"
not_ok 'it does not count as that' test "$status" = 0

# The account's weak hash is replaced at a login, but never by this.
sed -i '/^rehash_weak/d' "$VPOPMAIL_CONF"
echo 'rehash_weak = yes' >>"$VPOPMAIL_CONF"
is 'a login by it' "$(enters alice@example.test "$imap" 143)" 0
is 'leaves the hash' "$(vuserinfo -p alice@example.test)" "$hash"
is 'a login without it' "$(enters alice@example.test Secr3tA 143)" 0
not_ok 'does not' test "$(vuserinfo -p alice@example.test)" = "$hash"

ok 'an account closed for IMAP' vmoduser -i alice@example.test
is 'is closed to it' "$(enters alice@example.test "$imap" 143)" 1
ok 'opened again' vmoduser -x alice@example.test
is 'it is open' "$(enters alice@example.test "$imap" 143)" 0

old=$(vapppass -a 'old one' -e 1 alice@example.test)
is 'one that ends tomorrow' "$(enters alice@example.test "$old" 110)" 0
awk -F: -v OFS=: '/old one/ { $4 = 1000 } { print }' "$file" >"$file.new"
cat "$file.new" >"$file"
is 'one that has ended' "$(enters alice@example.test "$old" 110)" 3
is 'is listed' "$(vapppass alice@example.test | grep -c '1970-01-01 old one')" 1

run vapppass -d 00000000 alice@example.test
ran 'an id that is none' 246 'Error: There is no such app password' '*'
ok 'take one back' vapppass -d "$id" alice@example.test
is 'it is nothing now' "$(enters alice@example.test "$imap" 143)" 3
is 'the other is left' "$(vapppass alice@example.test | wc -l)" 1
i=1
while [ $i -lt 50 ]; do
	vapppass -a "n $i" alice@example.test >/dev/null || break
	i=$((i + 1))
done
is 'fifty of them' "$(vapppass alice@example.test | wc -l)" 50
run vapppass -a more alice@example.test
is 'are enough' "$status" 198
ok 'take all back' vapppass -D alice@example.test
is 'none is left' "$(vapppass alice@example.test)" ''
ok 'that is no failure again' vapppass -D alice@example.test

locked=$(vapppass -a phone bob@example.test)
is 'bob has one' "$(enters bob@example.test "$locked" 143)" 0
ok 'lock the account' vmoduser -e '*' bob@example.test
is 'it is closed to it' "$(enters bob@example.test "$locked" 143)" 3

# Files that others made.
echo 'junk' >"$file"
imap=$(echo "$locked" | tr -d -)
is 'a damaged file lets nobody in' "$(enters alice@example.test "$imap" 143)" 3
run vapppass alice@example.test
is 'and is told of' "$status" 221
run vapppass -a phone alice@example.test
is 'and not written over' "$status $(cat "$file")" '221 junk'
rm "$file"
ln -s /etc/passwd "$file"
is 'a link is not followed' "$(enters alice@example.test "$imap" 143)" 111
run vapppass alice@example.test
not_ok 'nor listed' test "$status" = 0
rm "$file"
mkdir "$file"
is 'what cannot be read does not blame the user' \
    "$(enters alice@example.test "$imap" 143)" 111
is 'nor keep those out who need no file' \
    "$(enters alice@example.test Secr3tA 143)" 0
done_testing
