#!/bin/sh
# vadddomain: one domain, its options and refusals, many from a file.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' # secret
domains=$SITE/home/domains
usage=$(vadddomain --help)
exists=$(printf 'Error: Domain already exists')

like 'the usage names the tool' "$usage" 'vadddomain: usage: *'
run vadddomain --version
ran 'the version' 0 'version: 6.0.0' ''
run vadddomain
ran 'no domain' 255 "$usage" ''
run vadddomain -v
ran '-v goes on' 255 "version: 6.0.0
$usage" ''
run vadddomain -z zz.example pw
ran 'an unknown option' 255 "$usage" "vadddomain: invalid option -- 'z'"
run vadddomain a.example pw more
ran 'a surplus argument' 255 "$usage" 'vadddomain: too many arguments'
not_ok 'nothing was made' test -e "$domains/zz.example"

run vadddomain --dry-run dry.example Secr3t.pw
ran 'a dry run' 0 'Would add domain dry.example' ''
not_ok 'made nothing' test -e "$domains/dry.example"
run vadddomain Example.COM Secr3t.pw
ran 'a domain' 0 '' ''
is_file 'assign' "$SITE/qmail/users/assign" \
    "+example.com-:example.com:$SITE_UID:$SITE_GID:$domains/example.com:-::
."
is_file 'rcpthosts' "$SITE/qmail/control/rcpthosts" example.com
is_file 'virtualdomains' "$SITE/qmail/control/virtualdomains" \
    example.com:example.com
is_file 'the default action bounces' "$domains/example.com/.qmail-default" \
    "| $SITE/home/bin/vdelivermail '' bounce-no-mailbox"
ok 'the postmaster has a Maildir' \
    test -d "$domains/example.com/postmaster/Maildir/new"
is 'and is called so' "$(vuserinfo -c postmaster@example.com)" Postmaster
ok 'and the password' vverifypw postmaster@example.com Secr3t.pw
is 'modes' "$(stat -c %a "$domains/example.com" \
    "$domains/example.com/.qmail-default" | tr '\n' ' ')" '700 600 '
is 'owner' "$(stat -c %u:%g "$domains/example.com/.qmail-default")" \
    "$SITE_UID:$SITE_GID"
on_cdb && is 'mode and owner of the accounts' \
    "$(stat -c '%a %u:%g' "$domains/example.com/vpasswd")" \
    "600 $SITE_UID:$SITE_GID"

run vadddomain example.com x
ran 'it exists' 243 "$exists" ''
for name in ab nodots a.b foo.c bad_char.example a..b.example .example.com \
    -a.example a.example-; do
	run vadddomain -- "$name" Secr3t.pw
	is "bad name $name" "$status $out" '244 Error: Invalid domain name'
done
long=$(printf '%0250d' 0).com
run vadddomain "$long" Secr3t.pw
ran 'a long name' 230 'Error: domain name too long (max=96)' '*'
run vadddomain -d /nonexistent/dir nd.example Secr3t.pw
like 'no such base directory' "$status" 25'[01]'
run vadddomain -u no-such-user- u.example Secr3t.pw
ran 'no such account' 255 \
    'Error: user no-such-user- not found in /etc/passwd' ''
for id in 0 -1 x 1x ''; do
	run vadddomain "-i$id" i.example Secr3t.pw
	is "uid '$id' is refused" $status 255
done
not_ok 'nothing was made of all that' \
    sh -c 'ls -d "$1"/nd.example "$1"/u.example "$1"/i.example' sh "$domains"

ok 'quota and catch-all' \
    vadddomain -q 10M -e postmaster --password-hash "$hash" example.net
is 'the quota' "$(vuserinfo -q postmaster@example.net)" 10485760S
like 'the catch-all' "$(cat "$domains/example.net/.qmail-default")" \
    "| $SITE/home/bin/vdelivermail '' $domains/example.net/postmaster*"
ok 'the hash was stored' vverifypw postmaster@example.net secret
ok 'a catch-all address' \
    vadddomain -e fred@else.example --password-hash "$hash" fwd.example
is_file 'is written' "$domains/fwd.example/.qmail-default" \
    "| $SITE/home/bin/vdelivermail '' fred@else.example"
for target in '| /bin/evil' nobody-here 'a@b.example
c'; do
	not_ok 'a bad catch-all is refused' vadddomain -e "$target" \
	    --password-hash "$hash" evil.example
done
not_ok 'and makes no domain' vdominfo evil.example
with 'default_action = delete'
ok 'a site that deletes' vadddomain --password-hash "$hash" del.example
is_file 'has it in new domains' "$domains/del.example/.qmail-default" \
    "| $SITE/home/bin/vdelivermail '' delete"
ok '-b' vadddomain -b --password-hash "$hash" bounce.example
is_file 'bounces all the same' "$domains/bounce.example/.qmail-default" \
    "| $SITE/home/bin/vdelivermail '' bounce-no-mailbox"

run vadddomain -r16 random.example
is 'a random password' "$status ${#out} ${out%% *}" '0 33 Random'
ok 'works' vverifypw postmaster@random.example "${out#Random password: }"
run vadddomain -r twice.example pw
ran 'random and given' 255 "Error: don't use -r option when giving password \
on command line" ''
run vadddomain -r129 twice.example
ran 'too long' 229 'Error: password too long (max=128)' ''
for length in 0 -3 x; do
	run vadddomain "-r$length" twice.example
	is "length $length" $status 255
done
ok 'no password' vadddomain --no-password locked.example
is 'cannot log in' "$(vuserinfo -p postmaster@locked.example)" '*'
printf 'Pw.stdin1\nrest\n' >"$SITE/pw"
ok 'a password on a descriptor' \
    sh -c 'vadddomain --password-fd=5 fd.example 5<"$1"' sh "$SITE/pw"
ok 'is the first line' vverifypw postmaster@fd.example Pw.stdin1
ok 'a password on standard input' \
    sh -c 'vadddomain --password-stdin in.example <"$1"' sh "$SITE/pw"
run vadddomain --password-stdin eof.example
ran 'end of input is no password' 255 'Error: No password entered' ''

printf '%s\n' 'Policy = at least three digits' 'Numeric >= 0.3' \
    >"$SITE/home/etc/password_strength.conf"
run vadddomain weak.example abcdef
ran 'a policy' 184 'Error: (vadduser) password requires more numbers ' '*'
not_ok 'leaves nothing behind' test -e "$domains/weak.example"
rm "$SITE/home/etc/password_strength.conf"

cat >"$SITE/list" <<LIST
domain,hash,quota,catchall
one.example,$hash,5M,
two.example,$hash,,fred@else.example
bad_name.example,$hash,,
three.example,$hash,,
LIST
run vadddomain --from "$SITE/list"
ran 'many stop at a failing line' 244 '' \
    "vadddomain: line 4: bad_name.example: ${err#*bad_name.example: }"
like 'and say how many' "$err" '*vadddomain: 2 added, 0 unchanged, 1 failed'
run vadddomain --keep-going --from "$SITE/list"
is 'go on if asked' "$status" 244
like 'what is so already is no error' "$err" \
    '*vadddomain: 1 added, 2 unchanged, 1 failed'
ok 'the last one is there' vdominfo three.example
is 'with its quota' "$(vuserinfo -q postmaster@one.example)" 5242880S
printf '%s\n' '{"domain":"one.example","hash":"'"$hash"'","quota":"6M"}' \
    '{"domain":"json.example","password":"Secr3t.js"}' >"$SITE/list"
run sh -c 'vadddomain --keep-going --from - <"$1"' sh "$SITE/list"
ran 'JSON lines; a domain that differs' 243 '' \
    'vadddomain: line 1: one.example: exists and differs
vadddomain: 1 added, 0 unchanged, 1 failed'
ok 'was added' vverifypw postmaster@json.example Secr3t.js
printf 'domain,colour\nx.example,red\n' >"$SITE/list"
run vadddomain --from "$SITE/list"
like 'an unknown column' "$status $err" "196 *unknown column 'colour'*"
run vadddomain --from "$SITE/none"
like 'no such file' "$status $err" "255 vadddomain: cannot open *"
run vadddomain --from "$SITE/list" x.example
is 'a domain beside --from' $status 255
run vadddomain --dry-run --from - x.example
is 'nothing was done' "$(vdominfo -n x.example)" 'Invalid domain name'
done_testing
