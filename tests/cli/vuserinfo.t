#!/bin/sh
# vuserinfo: the full report, single fields, a whole domain, JSON.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vuserinfo --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -q 10M -c 'Bob B.' -e "$hash" bob@example.com
dir=$SITE/home/domains/example.com
set_login bob@example.com 0.0.0.0 '2020-11-22 18:35:06'
set_login postmaster@example.com 0.0.0.0 '2020-11-22 18:35:06'

full="comment/gecos: Bob B.
uid:    1
gid:    0
flags:  0
gecos: Bob B.
limits: No user limits set.
dir:       $dir/bob
quota:     10485760S
usage:     0%
account created: Sun Nov 22 18:35:06 2020
last auth: Never logged in"
run vuserinfo Bob@example.com
ran 'the full report' 0 "name:   bob
passwd: 
clear passwd: 
$full" ''
run vuserinfo -p -a bob@example.com
ran 'with the hash' 0 "name:   bob
passwd: $hash
clear passwd: 
$full" ''
run vuserinfo -npCugcdqQ bob@example.com
ran 'single fields in a fixed order' 0 "bob
$hash
1
0
Bob B.
$dir/bob
10485760S
0%" ''
run vuserinfo -n bob@example.com -g
ran 'options may follow' 0 'bob
0' ''
run vuserinfo -v -n bob@example.com
ran '-v goes on' 0 'version: 6.0.0
bob' ''
run vuserinfo -l bob@example.com
ran 'never logged in' 0 'account created: Sun Nov 22 18:35:06 2020
last auth: Never logged in' ''
set_login bob@example.com 192.0.2.1 '2020-05-06 18:37:49'
run vuserinfo -l bob@example.com
ran 'logged in' 0 'last auth: Wed May  6 18:37:49 2020
last auth ip: 192.0.2.1' ''
drop_login bob@example.com
run vuserinfo -l bob@example.com
ran 'no record' 0 'last auth: Never logged in' ''

ok 'flags' vmoduser -di bob@example.com
ok 'of the domain' vmoddomlimits -g ps example.com
run vuserinfo -a bob@example.com
like 'limits' "$out" '*gid:    9
flags:  2059
gecos: Bob B.
limits:
        password can not be changed by user
        pop access closed (\*)
        imap access closed
        smtp access is closed (\*)
        \* = set by domain-wide limits
dir:  *'
granted=S
[ "$(id -u)" = 0 ] || granted=
ok 'all flags' vmoduser --set "dpwibru0123saofF${granted:+SE}m" bob@example.com
run vuserinfo -a bob@example.com
is 'their order' "$(echo "$out" | sed -n '/^limits/,/^dir/p' | sed 1d |
    sed \$d)" "        password can not be changed by user
        pop access closed
        webmail access closed
        imap access closed
        smtp access is closed
        user not allowed to relay mail
        spamassassin processing disabled
        delete spam
        maildrop processing disabled
        no dialup flag has been set
        mail will be bounced back to sender
        has qmailadmin administrator access${granted:+
        has system administrator access
        has expert access}
        user flag 0 is set
        user flag 1 is set
        user flag 2 is set
        user flag 3 is set
        user is not subject to domain limits"
ok 'no flags' vmoduser -x bob@example.com

message=$dir/bob/Maildir/new/1.M1P1.mx,S=1000000
: >"$message"
[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$message"
for pair in 3145728S:31% 3145728S,2C:50% 500000S:100% NOQUOTA:NOQUOTA; do
	ok "quota ${pair%:*}" vsetuserquota bob@example.com "${pair%:*}"
	is 'its use' "$(vuserinfo -Q bob@example.com)" "${pair#*:}"
done

run vuserinfo
ran 'no address' 255 "$usage" ''
run vuserinfo alice@nosuch.example
ran 'no such domain' 255 'no such user alice@nosuch.example' '*'
run vuserinfo alice@example.com
ran 'no such user' 255 'no such user alice@example.com' '*'
run vuserinfo nodomain
ran 'no domain' 255 'no such user nodomain' '*'
run vuserinfo -D nosuch.example
ran '-D of an unknown domain' 245 'Error: Domain does not exist' '*'
run vuserinfo a@example.com b@example.com
ran 'two addresses' 255 "$usage" 'vuserinfo: too many arguments'
run vuserinfo -n -D Example.com
ran '-D, one field: no dashes' 0 'bob
postmaster' ''
run vuserinfo -D example.com
is '-D, full: dashes before each' "$(echo "$out" | grep -e ^--- -e ^name)" \
    '------------------------------------------
name:   bob
------------------------------------------
name:   postmaster'
with 'auth_logging = no'
run vuserinfo -l bob@example.com
ran 'logins are not kept' 0 '' ''

run vuserinfo --json -p bob@example.com
ran 'JSON' 0 "{\"name\":\"bob\",\"domain\":\"example.com\",\
\"passwd\":\"$hash\",\"gecos\":\"Bob B.\",\"uid\":1,\"gid\":0,\
\"flags\":2050,\"limits\":[\"no_pop\",\"no_smtp\"],\"dir\":\"$dir/bob\",\
\"quota\":\"NOQUOTA\",\"usage_percent\":null,\"usage_bytes\":1000000,\
\"usage_messages\":1,\"last_auth\":null,\"last_auth_ip\":null,\
\"created\":null}" ''
run vuserinfo --json -D example.com
is 'JSON, an object a line' "$(echo "$out" | cut -c 1-14)" '{"name":"bob",
{"name":"postm'
run vuserinfo --json x@example.com
ran 'JSON and no such user' 255 '' '*'
done_testing
