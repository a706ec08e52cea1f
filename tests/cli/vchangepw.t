#!/bin/sh
# vchangepw: the dialogue, without a terminal.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' # secret
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -e "$hash" bob@example.com

talk() { # ANSWERS
	printf '%b' "$1" >"$SITE/answers"
	setsid -w vchangepw <"$SITE/answers" >"$SITE/.out" 2>"$SITE/.err"
	status=$?
	out=$(cat "$SITE/.out")
	err=$(cat "$SITE/.err")
}
ask='Please enter the email address: '
old='Enter old password: '
new='Please enter password for bob@example.com: enter password again: '

talk ''
is 'end of input' "$status $(od -c <"$SITE/.out" | tail -n 2 | head -n 1 |
    tr -s ' ')" '255 0000040 \n \n'
talk 'bob@example.com'
ran 'no newline' 3 "$ask
Error: email address too long" ''
talk "$(printf '%0400d' 0)\n"
ran 'too long' 3 "$ask
Error: email address too long" ''
talk 'b"b@example.com\n'
ran 'a bad byte' 255 "${ask}b\"b@example.com
Error: Illegal username" 'user invalid b"b'
talk 'bob@example.com\nwrong\n'
ran 'a wrong password' 3 "${ask}bob@example.com
Error: authentication failed!" "$old"
talk 'nosuch@example.com\nsecret\n'
ran 'no such user' 3 "${ask}nosuch@example.com
Error: authentication failed!" "$old"
talk "bob@example.com\n$(printf '%0128d' 0)\n"
ran 'a long old password' 3 "${ask}bob@example.com
Error: password too long." "$old"
talk 'bob@example.com\nsecret\nNew.pw12\nNew.pw12\n'
ran 'changed' 0 "${ask}bob@example.com
Password successfully changed." "$old$new"
ok 'works' vverifypw bob@example.com New.pw12
talk 'bob@example.com\nNew.pw12\nNew.pw12\nNew.pw12\n'
ran 'the same again' 255 "${ask}bob@example.com
Error: the new password is the old one" "$old$new"
ok 'a flag' vmoduser -d bob@example.com
talk 'bob@example.com\nNew.pw12\nNew.pw34\nNew.pw34\n'
not_ok 'forbids it' test $status = 0
ok 'and keeps the old one' vverifypw bob@example.com New.pw12
ok 'no flag' vmoduser -x bob@example.com
printf 'Numeric >= 0.5\n' >"$SITE/home/etc/password_strength.conf"
talk 'bob@example.com\nNew.pw12\nabcdefg\nabcdefg\n'
ran 'a policy' 184 "${ask}bob@example.com
Error: password requires more numbers " "$old$new"
done_testing
