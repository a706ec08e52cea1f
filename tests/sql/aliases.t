#!/bin/sh
# dotqmail2valias there and back, and vsavealiasdomains.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

VTEST_STORE=
site_make
VTEST_STORE=sqlite
store_make
usage=$(dotqmail2valias --help)
ok 'a domain' vadddomain --no-password example.com
ok 'an alias domain' vaddaliasdomain alias.example example.com
dir=$SITE/home/domains/example.com
run dotqmail2valias example.com
ran 'valias is off' 255 '' 'You must enable valiases (valias = yes in '\
'vpopmail.conf) to use this program.'
run dotqmail2valias
ran 'nothing asked' 255 "$usage" ''

printf '&x@y.example\n\n# comment\n/a/Maildir/\n&x@y.example' \
    >"$dir/.qmail-info"
echo '&first@y.example' >"$dir/.qmail-first:last"
echo '|/usr/bin/ezmlm-reject' >"$dir/.qmail-list"
echo '&kept@y.example' >"$dir/.qmail-kept"
: >"$dir/.qmail-empty"
mkdir "$dir/other"
echo '|/usr/bin/ezmlm-send x' >"$dir/other/editor"
ln -s "$dir/other/editor" "$dir/.qmail-other"
chown -h "$SITE_UID:$SITE_GID" "$dir"/.qmail-*
with 'valias = yes'
ok 'an alias that is there' valias -i '&else@y.example' kept@example.com
files=$(ls -A "$dir")
run dotqmail2valias --dry-run example.com
like 'a dry run' "$status $out" '0 converting example.com*converted 3 entries*'
is 'changes nothing' "$(ls -A "$dir")$(valias -n example.com)" "${files}kept"
# A mailing list of the name would hide the alias.
run vlist create kept@example.com
is 'no list of that name' "$status $out" '5 Error: 5 - address already exists'
ok 'an alias of a name that lists have' \
    valias -i '&else@y.example' news-owner@example.com
run vlist create news@example.com
is 'no list beside it' "$status $out" '5 Error: 5 - address already exists'
ok 'it goes' valias -d news-owner@example.com
run dotqmail2valias example.com
ran 'there' 0 'converting example.com
  checking empty@example.com...empty file, skipping.
  checking first.last@example.com... converted 1 entries.
  checking info@example.com... converted 3 entries.
  checking kept@example.com...valias already exists, skipping.
  checking list@example.com...mailing list, skipping.
  checking other@example.com...mailing list, skipping.' ''
is 'the lines are in the store' "$(valias -s example.com)" \
    'first.last@example.com -> &first@y.example
info@example.com -> &x@y.example
info@example.com -> # comment
info@example.com -> /a/Maildir/
kept@example.com -> &else@y.example'
is 'the files are set aside' "$(cd "$dir" && echo .qmail-* .converted-*)" \
    '.qmail-default .qmail-empty .qmail-kept .qmail-list .qmail-other '\
'.converted-first.last .converted-info'
mv "$dir/.converted-info" "$dir/.qmail-info"
run dotqmail2valias -a
like 'an interrupted one is finished' "$status $out" \
    '0 *info@example.com... converted 3 entries.*'
not_ok 'its file is gone' test -e "$dir/.qmail-info"
run dotqmail2valias alias.example
ran 'an alias domain' 244 'converting alias.example' \
    'Skipping alias.example (alias of example.com).
conversion of alias.example failed'
run dotqmail2valias nosuch.example
ran 'no such domain' 245 'converting nosuch.example' \
    'Error, domain nosuch.example not found in users/cdb.
conversion of nosuch.example failed'
run dotqmail2valias --back example.com
ran 'and back' 0 'converting example.com
  checking first.last@example.com... converted 1 entries.
  checking info@example.com... converted 3 entries.
  checking kept@example.com...file already exists, skipping.' ''
is_file 'the file' "$dir/.qmail-info" '&x@y.example
# comment
/a/Maildir/'
is 'its owner and mode' "$(stat -c '%u %a' "$dir/.qmail-first:last")" \
    "$SITE_UID 600"
is 'the store has them no more' "$(valias -n example.com)" kept

usage=$(vsavealiasdomains --help)
run vsavealiasdomains -A
ran 'sql_aliasdomains is off' 255 '
Please use option sql_aliasdomains = yes in vpopmail.conf' ''
with 'sql_aliasdomains = yes'
run vsavealiasdomains
ran 'nothing asked' 0 "$usage" ''
run vsavealiasdomains -h
ran '-h' 255 "$usage" ''
run vsavealiasdomains -A
ran 'all' 0 'Alias: alias.example Real domain: example.com saved' ''
aliases() {
	echo 'SELECT * FROM aliasdomains ORDER BY alias' | store_sql
}
is 'a row' "$(aliases)" 'alias.example|example.com'
echo "INSERT INTO aliasdomains VALUES ('gone.example', 'example.com')" |
    store_sql
run vsavealiasdomains example.com
ran 'of one domain' 0 'Alias: gone.example removed
Alias: alias.example  Real domain: example.com     saved' ''
is 'a stale row goes' "$(aliases)" 'alias.example|example.com'
run vsavealiasdomains example.com alias.example
ran 'one alias' 0 'Alias: alias.example  Real domain: example.com     saved' ''
run vsavealiasdomains example.com example.com
ran 'equal names' 255 "Error: real domain and alias domain are the same!
$usage" ''
run vsavealiasdomains nosuch.example
ran 'no such domain' 245 'nosuch.example does not exist' ''

# Not from store to store.
printf 'carl:$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1\ndora $1$abcdefgh$x\n' \
    >"$SITE/list"
run vconvert -p "$SITE/list" -m example.com
ran 'a file of hashes' 0 'converting example.com done' ''
is 'its accounts' "$(vuserinfo -n -D example.com)" 'carl
dora
postmaster'
run vconvert -S example.com
is 'sqwebmail is off' "$status" 196
with 'sqwebmail_pass = yes'
run vconvert -S -d example.com
ran 'sqwebmail' 0 'converting example.com Setting sqwebmail passwords for '\
'example.com
carl
dora
postmaster
done' ''
is 'its copy' "$(tr '\t' ' ' <"$dir/carl/Maildir/sqwebmail-pass")" \
    ' $1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
run vconvert -c
is 'one letter' "$status" 255
run vconvert -m -c -m
is 'three letters' "$status" 255
VTEST_STORE=
done_testing
