#!/bin/sh
# vpasswd: the administrator sets a password.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vpasswd --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -e "$hash" bob@example.com

run vpasswd
ran 'no address' 255 "$usage" ''
run vpasswd bob@example.com pw more
ran 'too much' 255 "$usage" 'vpasswd: too many arguments'
run vpasswd bob@example.com new.Pw1
ran 'a password' 0 '' ''
ok 'works' vverifypw bob@example.com new.Pw1
like 'is SHA-512 with a long salt' "$(vuserinfo -p bob@example.com)" \
    '$6$????????????????$*'
run vpasswd --dry-run bob@example.com other.Pw1
ran 'a dry run' 0 'Would set the password of bob@example.com' ''
ok 'changes nothing' vverifypw bob@example.com new.Pw1
run vpasswd -r bob@example.com
is 'a random one' "$status ${#out}" '0 29'
ok 'works' vverifypw bob@example.com "${out#Random password: }"
run vpasswd -r20 bob@example.com
is 'of another length' "$status ${#out}" '0 37'
run vpasswd nosuch@example.com x
ran 'no such user' 246 'Error: User does not exist' '*'
run vpasswd bob@nosuch.example x
ran 'no such domain' 245 'Error: Domain does not exist' '*'
ok 'the owner may not' vmoduser -d bob@example.com
ok 'the administrator may' vpasswd bob@example.com Admin.12
printf 'Stdin.pw1\n' >"$SITE/pw"
ok 'standard input' \
    sh -c 'vpasswd --password-stdin bob@example.com <"$1"' sh "$SITE/pw"
ok 'works' vverifypw bob@example.com Stdin.pw1
printf '%s\n' 'Policy = Passwords must be at least one character long' \
    'Length >= 1' >"$SITE/home/etc/password_strength.conf"
printf '\n\n' >"$SITE/pw"
out=$(setsid -w vpasswd bob@example.com '' <"$SITE/pw" 2>"$SITE/err")
is 'an empty password' "$? $out" \
'186 Error: password requires more characters 
A password policy is in place:
	Passwords must be at least one character long'
is_file 'after prompts' "$SITE/err" \
    'Please enter password for bob@example.com: enter password again: '
rm "$SITE/home/etc/password_strength.conf"
out=$(setsid -w vpasswd bob@example.com <"$SITE/pw" 2>/dev/null)
like 'is refused without a policy too' $? '18[67]'
done_testing
