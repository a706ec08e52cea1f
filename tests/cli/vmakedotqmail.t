#!/bin/sh
# vmakedotqmail: .qmail files made of control/defaultdelivery.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vmakedotqmail --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -e "$hash" bob@example.com
dir=$SITE/home/domains/example.com

with 'defaultdelivery = no'
run vmakedotqmail -d example.com
ran 'not configured' 255 '
Please use option --enable-defaultdelivery at configure time' ''
with 'defaultdelivery = yes'
run vmakedotqmail -u bob@example.com
not_ok 'no control/defaultdelivery' test $status = 0
printf '| /bin/first\n./Maildir/\n' >"$SITE/qmail/control/defaultdelivery"
run vmakedotqmail
ran 'nothing asked' 255 "$usage" ''
run vmakedotqmail -h
is 'unknown option' $status 255
run vmakedotqmail -t -u bob@example.com
ran 'a test' 0 '**TESTING** bob@example.com DONE' ''
not_ok 'makes nothing' test -e "$dir/bob/.qmail"
run vmakedotqmail -u Bob@example.com
ran 'one mailbox' 0 'bob@example.com DONE' ''
is_file 'has the text' "$dir/bob/.qmail" '| /bin/first
./Maildir/'
is 'owner and mode' "$(stat -c %u:%a "$dir/bob/.qmail")" "$SITE_UID:600"
rule='=================================================================='
run vmakedotqmail -d example.com
ran 'a domain' 0 "$rule
Domain: example.com

bob@example.com SKIP (.qmail already exists)
postmaster@example.com DONE
$rule" ''
ok 'an alias' vaddaliasdomain example.com alias.example
run vmakedotqmail -A -o
ran 'all' 0 "$rule
SKIP domain: alias.example (alias of example.com)
$rule

$rule
Domain: example.com

bob@example.com DONE (existing .qmail overwritten)
postmaster@example.com DONE (existing .qmail overwritten)
$rule" ''
run vmakedotqmail -r -u bob@example.com
ran 'removal' 0 'bob@example.com REMOVED existing .qmail' ''
run vmakedotqmail -r -u bob@example.com
ran 'again' 255 "Unable to remove $dir/bob/.qmail" ''
run vmakedotqmail -r -d example.com
ran 'of a domain goes on' 0 "$rule
Domain: example.com

bob@example.com SKIP (no .qmail)
postmaster@example.com REMOVED existing .qmail
$rule" ''
run vmakedotqmail -u nosuch@example.com
ran 'no such user' 255 'no such user nosuch@example.com' ''
run vmakedotqmail -u bob
ran 'no domain' 255 'missing domain' ''
run vmakedotqmail -d nosuch.example
ran 'no such domain' 255 'Error: Domain nosuch.example does not exist' ''
echo "| $SITE/home/bin/vdelivermail '' delete" \
    >"$SITE/qmail/control/defaultdelivery"
run vmakedotqmail -u bob@example.com
ran 'a loop is refused' 0 'bob@example.com SKIP (control/defaultdelivery '\
'already has vdelivermail)' ''
run vmakedotqmail -q default
ran '-q alone' 255 "If using -q, always pass argument -d <domain> or -A (all)
$usage" ''
line="| $SITE/home/bin/vdelivermail '' bounce-no-mailbox"
echo "./Maildir/" >"$dir/.qmail-default"
run vmakedotqmail -t -d example.com -q default
ran 'a test of -q' 0 \
    "example.com: rewriting .qmail-default: \"$line\": **TESTING**" ''
is_file 'writes nothing' "$dir/.qmail-default" ./Maildir/
run vmakedotqmail -d example.com -q default
ran '-q' 0 "example.com: rewriting .qmail-default: \"$line\": DONE" ''
is_file 'writes the default' "$dir/.qmail-default" "$line"
run vmakedotqmail -A -q '&a@b.example'
ran '-q with a text' 0 \
    'example.com: rewriting .qmail-default: "&a@b.example": DONE' ''
is_file 'writes it' "$dir/.qmail-default" '&a@b.example'
done_testing
