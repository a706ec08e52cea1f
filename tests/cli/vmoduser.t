#!/bin/sh
# vmoduser: fields and flags of one account and of a domain.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vmoduser --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -c Bob -e "$hash" bob@example.com
dir=$SITE/home/domains/example.com
flags() {
	vuserinfo -g bob@example.com
}

run vmoduser
ran 'no target' 255 "$usage" ''
run vmoduser -h
ran '-h' 0 "$usage" ''
run vmoduser -Z bob@example.com
ran 'an unknown option' 255 "$usage" "vmoduser: invalid option -- 'Z'"
run vmoduser -p bob@example.com
ran 'a flag' 0 '' ''
ok 'another' vmoduser -w bob@example.com
is 'are added up' "$(flags)" 6
ok 'clear, then set' vmoduser -ix bob@example.com
is 'wherever -x stands' "$(flags)" 8
for pair in d:1 p:2 w:4 i:8 b:16 r:32 u:64 0:128 1:256 2:512 3:1024 s:2048 \
    a:4096 o:8192 f:16384 F:32768 m:262144; do
	vmoduser -x "-${pair%:*}" bob@example.com
	is "letter ${pair%:*}" "$(flags)" "${pair#*:}"
done
ok 'set a few' vmoduser -x --set piw bob@example.com
ok 'clear one' vmoduser --clear i bob@example.com
is 'only that one' "$(flags)" 6
run vmoduser --clear Q bob@example.com
is 'an unknown letter' $status 255
if [ "$(id -u)" = 0 ]; then
	ok 'root may grant' vmoduser -SE bob@example.com
	is 'everything' "$(flags)" 196614
else
	run vmoduser -S bob@example.com
	ran 'only root may grant' 198 \
	    'Error: only root may grant administrator or expert privileges' ''
fi
ok 'nothing' vmoduser -x bob@example.com

ok 'a comment' vmoduser -c 'Bob the second' bob@example.com
is 'is set' "$(vuserinfo -c bob@example.com)" 'Bob the second'
for bad in a:b 'a
b'; do
	run vmoduser -c "$bad" bob@example.com
	ran 'a comment with a bad byte' 236 'Error: bad character' '*'
done
for bad in x:y 'x
evil:y:1:0::/:'; do
	run vmoduser -e "$bad" bob@example.com
	ran 'a hash with a byte of no hash' 236 'Error: bad character' '*'
done
is 'nothing of that came in' "$(vuserinfo -n -D example.com)" 'bob
postmaster'
ok 'a password' vmoduser -C New.pw12 bob@example.com
ok 'works' vverifypw bob@example.com New.pw12
ok 'a hash' vmoduser -e "$hash" bob@example.com
ok 'works' vverifypw bob@example.com secret
ok '-C wins' vmoduser -C New.pw12 -e "$hash" bob@example.com
ok 'over -e' vverifypw bob@example.com New.pw12
ok 'a password on standard input' \
    sh -c 'echo New.pw34 | vmoduser --password-stdin bob@example.com'
ok 'works' vverifypw bob@example.com New.pw34
ok 'empty texts are not given' vmoduser -c '' -e '' -C '' -D '' bob@example.com
is 'and change nothing' "$(vuserinfo -c bob@example.com)" 'Bob the second'

ok 'a quota' vmoduser -q 1024K,50C bob@example.com
is 'is stored' "$(vuserinfo -q bob@example.com)" 1048576S,50C
is_file 'maildirsize' "$dir/bob/Maildir/maildirsize" '1048576S,50C
0 0'
for bad in junk -1 1X 5S,x; do
	run vmoduser -q "$bad" bob@example.com
	not_ok "quota $bad is refused" test $status = 0
done
is_file 'and changes nothing' "$dir/bob/Maildir/maildirsize" '1048576S,50C
0 0'
run vmoduser -D /etc bob@example.com
not_ok 'a folder outside the domain is refused' test $status = 0

run vmoduser nosuch@example.com -p
ran 'no such user' 255 'no such user nosuch@example.com' '*'
run vmoduser nosuch.example -p
ran 'no such domain' 245 'Error: Domain does not exist' '*'
run vmoduser bob -p
ran 'a name without domain' 245 'Error: Domain does not exist' '*'
run vmoduser -p --dry-run bob@example.com
ran 'a dry run' 0 'Would change user bob@example.com' ''
is 'changes nothing' "$(flags)" 0

awk -v hash="$hash" 'BEGIN { print "address,hash"
    for (i = 0; i < 1100; i++) printf "u%04d@example.com,%s\n", i, hash }' \
    >"$SITE/many"
ok 'many accounts' vadduser --from "$SITE/many"
run vmoduser --dry-run -w example.com
ran 'a dry run over a domain' 0 'Would change 1102 users of domain example.com' ''
run vmoduser -w example.com
ran 'a whole domain' 0 '' ''
is 'every account' "$(vuserinfo -g -D example.com | sort | uniq -c |
    tr -s ' ')" ' 1102 4'
run vmoduser -n -c Lazy bob@example.com
ran 'no rebuild' 0 '' ''
ok 'the rebuild' vmkpasswd example.com
is 'is seen' "$(vuserinfo -c bob@example.com)" Lazy
is 'vdoctor finds nothing' "$(vdoctor)" ''
done_testing
