#!/bin/sh
# --from: adding, changing and deleting many accounts.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' # secret
other='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01'
ok 'a domain' vadddomain --no-password example.com
ok 'another' vadddomain --no-password example.net

cat >"$SITE/add" <<ADD
address,password,hash,gecos,quota,flags,apop
ann@example.com,,$hash,Ann A.,10M,pw,
ben@example.net,Pw.ben123,,"Ben, B.",,,
cat@example.com,,$hash,,,,1
ADD
run vadduser --dry-run --from "$SITE/add"
ran 'a dry run' 0 '' 'vadduser: 3 added, 0 unchanged, 0 failed (dry run)'
not_ok 'adds nothing' vuserinfo ann@example.com
run vadduser --from "$SITE/add"
ran 'three accounts' 0 '' 'vadduser: 3 added, 0 unchanged, 0 failed'
is 'the first' "$(vuserinfo -pgcq ann@example.com)" "$hash
6
Ann A.
10485760S"
is 'a quoted field' "$(vuserinfo -c ben@example.net)" 'Ben, B.'
ok 'its password' vverifypw ben@example.net Pw.ben123
is 'APOP' "$(vuserinfo -u cat@example.com)" 2
run vadduser --from "$SITE/add"
ran 'again' 0 '' 'vadduser: 0 added, 3 unchanged, 0 failed'

cat >"$SITE/add" <<ADD
user,domain,hash,gecos
dan,example.com,$hash,
ann,example.com,$hash,Ann A.
eve,example.com,$hash,
ann,example.com,$other,
fay,example.com,$hash,
ADD
run vadduser --from "$SITE/add"
ran 'new and equal and different' 254 '' \
    'vadduser: line 5: ann@example.com: exists and differs
vadduser: 2 added, 1 unchanged, 1 failed'
not_ok 'nothing behind the failing line' vuserinfo fay@example.com
run vadduser --keep-going --from "$SITE/add"
ran 'going on' 254 '' 'vadduser: line 5: ann@example.com: exists and differs
vadduser: 1 added, 3 unchanged, 1 failed'
ok 'everything else' vuserinfo fay@example.com

cat >"$SITE/add" <<ADD
address,hash
gus@example.com,$hash
no-address,$hash
hal@nosuch.example,$hash
ivy@example.com,a:b
jan@example.com,
gus@example.com,$hash
kim@example.com,$hash
ADD
run vadduser --keep-going --from "$SITE/add"
is 'each failing line is named' "$status $(echo "$err" |
    sed 's/\(line [0-9]*: [^:]*\): .*/\1/')" \
    '244 vadduser: line 3: no-address
vadduser: line 6: jan@example.com
vadduser: line 4: hal@nosuch.example
vadduser: line 5: ivy@example.com
vadduser: 2 added, 1 unchanged, 4 failed'
run vadduser --from "$SITE/add"
is 'the first one stops' "$status $(echo "$err" | tail -n 1)" \
    '244 vadduser: 0 added, 1 unchanged, 1 failed'

printf '%s\n' '{"address":"leo@example.com","hash":"'"$hash"'","apop":true}' \
    '{"address":' '{"user":"mia","domain":"example.com","password":"Pw.mia12"}' \
    >"$SITE/json"
run sh -c 'vadduser --keep-going --from - <"$1"' sh "$SITE/json"
like 'JSON lines' "$status $err" '196 vadduser: line 2: *
vadduser: 2 added, 0 unchanged, 1 failed'
is 'an APOP account' "$(vuserinfo -u leo@example.com)" 2
ok 'the one behind the broken line' vverifypw mia@example.com Pw.mia12
printf 'address,shoe\nx@example.com,44\n' >"$SITE/add"
run vadduser --keep-going --from "$SITE/add"
ran 'an unknown column' 196 '' \
    "vadduser: line 2: ?: unknown column 'shoe'
vadduser: 0 added, 0 unchanged, 1 failed"
run vadduser -q 5M --from "$SITE/add"
is 'options that need one account' $status 255
run vadduser --keep-going x@example.com pw
is '--keep-going alone' $status 255
printf 'address\nlocked1@example.com\n' >"$SITE/add"
run vadduser -n --from "$SITE/add"
ran '-n locks' 0 '' 'vadduser: 1 added, 0 unchanged, 0 failed'

# More than a chunk, and a rerun of what was cut off.
awk -v hash="$hash" 'BEGIN { print "address,hash"
    for (i = 0; i < 1300; i++) printf "n%04d@example.net,%s\n", i, hash }' \
    >"$SITE/many"
head -n 701 "$SITE/many" >"$SITE/some"
run vadduser --from "$SITE/some"
ran 'more than a chunk' 0 '' 'vadduser: 700 added, 0 unchanged, 0 failed'
run vadduser --from "$SITE/many"
ran 'the rest' 0 '' 'vadduser: 600 added, 700 unchanged, 0 failed'
is 'all are there' "$(vuserinfo -n -D example.net | grep -c '^n')" 1300

cat >"$SITE/mod" <<MOD
address,gecos,quota,set,clear,hash
ann@example.com,Ann C.,20M,i,w,$other
nobody@example.com,X,,,,
cat@example.com,Cat,,,,
MOD
run vmoduser --keep-going --from "$SITE/mod"
like 'changes' "$status $err" \
    '246 vmoduser: line 3: nobody@example.com: *
vmoduser: 2 changed, 0 unchanged, 1 failed'
is 'are made' "$(vuserinfo -pgcq ann@example.com)" "$other
10
Ann C.
20971520S"
run vmoduser --from "$SITE/mod"
like 'what is so already is unchanged' "$err" '*
vmoduser: 0 changed, 1 unchanged, 1 failed'
printf 'address,set\nann@example.com,pZ\n' >"$SITE/mod"
run vmoduser --from "$SITE/mod"
like 'an unknown flag' "$status $err" "196 *unknown flag 'Z'*"

printf 'address,password,hash\nann@example.com,New.pw12,\ndan@example.com,,%s\n' \
    "$other" >"$SITE/pw"
run vpasswd --from "$SITE/pw"
ran 'passwords' 0 '' 'vpasswd: 2 changed, 0 unchanged, 0 failed'
ok 'a clear one' vverifypw ann@example.com New.pw12
is 'a hash' "$(vuserinfo -p dan@example.com)" "$other"

printf 'address\nn0001@example.net\nnever@example.net\nn0002@example.net\n' \
    >"$SITE/del"
run vdeluser --from "$SITE/del"
ran 'deletions' 0 '' 'vdeluser: 2 deleted, 1 unchanged, 0 failed'
not_ok 'are made' vuserinfo n0001@example.net
run vdeluser --from "$SITE/del"
ran 'again' 0 '' 'vdeluser: 0 deleted, 3 unchanged, 0 failed'
printf 'address\nx@nosuch.example\nn0003@example.net\n' >"$SITE/del"
run vdeluser --from "$SITE/del"
is 'an unknown domain is a mistake' "$status" 245
ok 'and stops' vuserinfo n0003@example.net
is 'vdoctor finds nothing' "$(vdoctor)" ''
done_testing
