#!/bin/sh
# vadduser: one account, its options and refusals.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vadduser --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' # secret
ok 'a domain' vadddomain --no-password example.com
ok 'an alias' vaddaliasdomain example.com alias.example
dir=$SITE/home/domains/example.com

run vadduser
ran 'no address' 255 "$usage" ''
run vadduser -z alice@example.com pw
ran 'an unknown option' 255 "$usage" "vadduser: invalid option -- 'z'"
run vadduser alice@example.com pw more
ran 'a surplus argument' 255 "$usage" 'vadduser: too many arguments'
run vadduser --dry-run alice@example.com Pw.alice1
ran 'a dry run' 0 'Would add user alice@example.com' ''
not_ok 'makes nothing' test -e "$dir/alice"
run vadduser Alice@example.com Pw.alice1
ran 'an account' 0 '' ''
ok 'has the password' vverifypw alice@example.com Pw.alice1
ok 'and a Maildir' test -d "$dir/alice/Maildir/cur"
like 'its record' "$(account_line alice@example.com)" \
    "alice:\$6\$*:1:0:alice:$dir/alice:NOQUOTA"
is 'lastauth' "$(last_login alice@example.com)" 0.0.0.0
on_cdb && is 'lastauth ends without newline' \
    "$(wc -c <"$dir/alice/lastauth")" 7
ok 'quota and comment' \
    vadduser -q 10M -c 'Bob B.' -e "$hash" bob@example.com
is 'its record' "$(account_line bob@example.com)" \
    "bob:$hash:1:0:Bob B.:$dir/bob:10485760S"
is_file 'maildirsize' "$dir/bob/Maildir/maildirsize" '10485760S
0 0'
ok 'on an alias domain' vadduser -e "$hash" carol@alias.example
is 'lands in the real one' "$(vuserinfo -d carol@example.com)" "$dir/carol"

run vadduser alice@example.com pw
ran 'it exists' 254 'Error: User already exists' ''
run vadduser x@nosuch.example pw
ran 'no such domain' 245 'Error: Domain does not exist' '*'
run vadduser nodomain pw
ran 'no domain' 255 'You did not use a full email address for the user name
Only full email addresses should be used' ''
VPOPMAIL_DOMAIN=example.com
export VPOPMAIL_DOMAIN
ok 'the default domain' vadduser -e "$hash" dave
unset VPOPMAIL_DOMAIN
ok 'is used' vuserinfo -n dave@example.com
run vadduser a@example.com pw
ran 'one letter' 255 'Error: Illegal username' '*'
run vadduser 'we"ird@example.com' pw
ran 'a bad byte' 255 'Error: Illegal username' 'user invalid we"ird'
run vadduser 'x@exa_mple.com' pw
ran 'a bad byte in the domain' 255 'Error: Illegal username' \
    'domain invalid exa_mple.com'
for name in ../evil a/b .hidden vpasswd vpasswd.cdb Maildir; do
	run vadduser "$name@example.com" Pw.evil12
	is "name $name" "$status $out" '255 Error: Illegal username'
done
not_ok 'made nothing' test -e "$SITE/home/domains/evil"
run vadduser "$(printf '%065d' 0)@example.com" Pw.long12
ran 'a long name' 231 'Error: user name too long (max=64)' '*'
name=$(printf '%064d' 0)
ok 'a name of 64 bytes' vadduser "$name@example.com" Pw.long12
ok 'hides no other' vadduser -e "$hash" zoe@example.com
is 'in the listing' "$(vuserinfo -n -D example.com)" "$name
alice
bob
carol
dave
postmaster
zoe"
run vadduser -c has:colon x1@example.com Pw.x1x1x1
ran 'a colon in the comment' 236 'Error: bad character' '*'
run vadduser -c 'two
lines' x1@example.com Pw.x1x1x1
ran 'a newline in the comment' 236 'Error: bad character' '*'
for bad in "a:b" "a
evil:x:1:0::/:" 'a b'; do
	run vadduser -e "$bad" x1@example.com
	ran 'a hash with a byte of no hash' 236 'Error: bad character' '*'
done
for quota in junk -5 10Q 99999999999999999999999; do
	run vadduser -q "$quota" -e "$hash" x1@example.com
	not_ok "quota $quota is refused" test "$status" = 0
done
not_ok 'and makes nothing' vuserinfo x1@example.com
mkdir "$dir/taken"
run vadduser -e "$hash" taken@example.com
ran 'a folder in the way' 249 "Error: User's directory already exists" '*'

run vadduser -r rnd@example.com
is 'a random password of 12' "$status ${#out} ${out%% *}" '0 29 Random'
ok 'works' vverifypw rnd@example.com "${out#Random password: }"
run vadduser -r8 rnd2@example.com
is 'of 8' "$status ${#out}" '0 25'
run vadduser -r8 rnd3@example.com pw
ran 'random and given' 255 "Error: don't use -r option when giving password \
on command line" ''
run vadduser -r200 rnd3@example.com
ran 'too long' 229 'Error: password too long (max=128)' ''
run vadduser -n locked@example.com
ran 'no password' 0 '' ''
not_ok 'nothing authenticates' vverifypw locked@example.com '*'
run vadduser -s -e "$hash" old@example.com
ran '-s' 0 '' 'Warning: The -s option has been disabled.'

two() { # answers ARGUMENTS: prompts without a terminal
	answers=$1
	shift
	printf '%b' "$answers" >"$SITE/answers"
	setsid -w "$@" <"$SITE/answers" >"$SITE/.out" 2>"$SITE/.err"
	status=$?
	out=$(cat "$SITE/.out")
	err=$(cat "$SITE/.err")
}
prompts='Please enter password for tty@example.com: enter password again: '
two 'Pw.tty12\nPw.tty12\n' vadduser Tty@example.com
ran 'two prompts' 0 '' "$prompts"
ok 'the password' vverifypw tty@example.com Pw.tty12
two 'a1\nb1\nPw.two12\nPw.two12\n' vadduser two@example.com
is 'a second round' "$status $out" '0 Passwords do not match, try again'
two 'a\nb\na\nb\na\nb\na\na\n' vadduser three@example.com
is 'rounds are bounded' "$status" 255
two '' vadduser eof@example.com
ran 'end of input' 255 'Error: No password entered' \
    'Please enter password for eof@example.com: '
two '\n\n' vadduser empty@example.com
ran 'an empty password' 255 "Error: No password entered
$usage" 'Please enter password for empty@example.com: enter password again: '

printf '%s\n' '# rules' 'Policy = Use digits' 'Numeric >= 0.3' \
    >"$SITE/home/etc/password_strength.conf"
run vadduser weak@example.com abcdef
ran 'a policy' 184 'Error: password requires more numbers 
A password policy is in place:
	Use digits' ''
ok 'a given hash is not asked' vadduser -e "$hash" hashed@example.com
run vadduser -r policy@example.com
is 'a random password obeys' $status 0
printf 'Bogus >= 1\n' >"$SITE/home/etc/password_strength.conf"
not_ok 'a broken policy refuses' vadduser broken@example.com Pw.12345678
rm "$SITE/home/etc/password_strength.conf"

ok 'default quotas' vmoddomlimits -q 2M -m 10 example.com
ok 'of the domain' vadduser -e "$hash" lim@example.com
is 'are the new account'"'"'s' "$(vuserinfo -q lim@example.com)" 2097152S,10C
ok 'a limit' vmoddomlimits -g p example.com
is 'vdoctor finds nothing' "$(rmdir "$dir/taken"; vdoctor)" ''
done_testing
