#!/bin/sh
# vverifypw: right, wrong, unknown.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vverifypw --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' # secret
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -e "{MD5-CRYPT}$hash" bob@example.com

run vverifypw bob@example.com secret
ran 'right' 0 'User authenticated.' ''
run vverifypw -v Bob@example.com secret
ran '-v goes on' 0 'version: 6.0.0
User authenticated.' ''
for pair in bob@example.com:wrong nosuch@example.com:secret \
    bob@nosuch.example:secret postmaster@example.com:secret; do
	run vverifypw "${pair%:*}" "${pair#*:}"
	ran "$pair" 255 'Error: authentication failed!' ''
done
run vverifypw -h
ran '-h' 0 "$usage" ''
run vverifypw -z
ran 'an unknown option' 255 "$usage" "vverifypw: invalid option -- 'z'"
run vverifypw a b c
ran 'too much' 255 "$usage" 'vverifypw: too many arguments'
run vverifypw
is 'end of input at the address' "$status $out" \
    '255 Please enter the email address: '
printf 'bob@example.com\nsecret\n' >"$SITE/answers"
out=$(setsid -w vverifypw <"$SITE/answers" 2>"$SITE/err")
is 'asked for both' "$? $out $(cat "$SITE/err")" \
    '0 Please enter the email address: User authenticated. Enter password: '
printf 'bob@example.com' >"$SITE/answers"
out=$(setsid -w vverifypw <"$SITE/answers" 2>"$SITE/err")
is 'no newline' "$? $out" '255 Please enter the email address: 
Error: email address too long'
ok 'standard input' \
    sh -c 'echo secret | vverifypw --password-stdin bob@example.com'
ok 'a stored scheme prefix is passed over' vverifypw bob@example.com secret
if [ "$(id -u)" = 0 ]; then
	ok 'root may compare hashes' \
	    vverifypw -e bob@example.com "{MD5-CRYPT}$hash"
	run vverifypw -e postmaster@example.com ''
	not_ok 'never an empty one' test $status = 0
else
	run vverifypw -e bob@example.com "$hash"
	is 'only root may compare hashes' $status 198
fi
done_testing
