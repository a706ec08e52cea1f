#!/bin/sh
# vsetuserquota: the grammar, one account, a domain.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vsetuserquota --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -e "$hash" bob@example.com

run vsetuserquota bob@example.com
ran 'no quota' 255 "$usage" ''
run vsetuserquota bob@example.com 1M 2M
ran 'too much' 255 "$usage" 'vsetuserquota: too many arguments'
for pair in 1M:1048576S 1024K:1048576S 1048576:1048576S 1MB:1048576S \
    1024KB:1048576S 1mbs:1048576S 10mbs,5c:10485760S,5C \
    1000C,10MBS:10485760S,1000C 100C:100C 1000c:1000C 1G:1073741824S \
    noquota:NOQUOTA 1099511627776S,100000C:1099511627776S,100000C; do
	run vsetuserquota bob@example.com "${pair%:*}"
	is "quota ${pair%:*}" "$status $out $(vuserinfo -q bob@example.com)" \
	    "0  ${pair#*:}"
done
for bad in abc -1 -5M 1Q '5S,'; do
	run vsetuserquota bob@example.com "$bad"
	not_ok "quota $bad is refused" test $status = 0
done
is 'and nothing is changed' "$(vuserinfo -q bob@example.com)" \
    1099511627776S,100000C
run vsetuserquota example.com 5M
ran 'a domain' 0 '' ''
is 'all accounts' "$(vuserinfo -q -D example.com)" '5242880S
5242880S'
is_file 'maildirsize' \
    "$SITE/home/domains/example.com/bob/Maildir/maildirsize" '5242880S
0 0'
run vsetuserquota --dry-run bob@example.com 9M
ran 'a dry run' 0 'Would change user bob@example.com' ''
is 'changes nothing' "$(vuserinfo -q bob@example.com)" 5242880S
run vsetuserquota nosuch@example.com 1M
ran 'no such user' 246 'Error: User does not exist' '*'
run vsetuserquota bob@nosuch.example 1M
ran 'no such domain' 245 'Error: Domain does not exist' '*'
VPOPMAIL_DOMAIN=example.com
export VPOPMAIL_DOMAIN
run vsetuserquota bob 1M
ran 'a bare name is a domain' 245 'Error: Domain does not exist' '*'
run vsetuserquota bob@ 1M
ran 'with an @ it is not' 0 '' ''
done_testing
