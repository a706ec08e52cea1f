#!/bin/sh
# Roaming users: the list, the rules as the real tcprules compiles them and
# the real tcpserver follows them, and that nothing opens the relay for all.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
etc=$SITE/home/etc
with 'rehash_weak = no' 'tcprules_prog = /usr/bin/tcprules'
ok 'a domain' vadddomain --password-hash "$hash" example.test
ok 'an account' vadduser -e "$hash" alice@example.test
ok 'an account that may not' vadduser -e "$hash" bob@example.test
ok 'by its flag' vmoduser -r bob@example.test
cat >"$etc/tcp.smtp" <<'RULES'
# static rules
127.0.0.1:allow,RELAYCLIENT=""
192.0.2.66:deny
RULES
rule=':allow,RELAYCLIENT="",RBLSMTPD=""'

# login ADDRESS [NAME=VALUE ...]: alice over POP3, from there
printf 'alice@example.test\0Secr3tA\0\0' >"$SITE/alice"
login() {
	from=$1
	shift
	env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" TCPLOCALPORT=110 \
	    TCPREMOTEIP="$from" "$@" vchkpw true 3<"$SITE/alice"
}

# addresses: those of the list, in order
addresses() {
	relay_list | sed 's/:allow.*//' | LC_ALL=C sort | tr '\n' ' '
}

listed() {
	relay_list | grep -q "$1"
}

# follows ADDRESS: what tcpserver would do for it, in one line
follows() {
	TCPREMOTEIP=$1 tcprulescheck "$etc/tcp.smtp.cdb" | tr '\n' ' '
}
relays="set environment variable RELAYCLIENT= \
set environment variable RBLSMTPD= allow connection "
everybody='default: allow connection '

# ---- switched off ----
ok 'a login' login 192.0.2.7
not_ok 'writes no list' test -e "$etc/open-smtp"
run clearopensmtp
ran 'clearopensmtp says that it is off' 0 \
    'vpopmail not configure with --enable-roaming-users' ''

# ---- a login ----
with 'roaming_users = yes'
before=$(date +%s)
ok 'a login' login 192.0.2.7
like 'writes a line' "$(relay_list)" "192.0.2.7$rule	[0-9]*"
when=$(relay_list | cut -f 2)
ok 'with the time' test "$when" -ge "$before" -a "$when" -le "$(date +%s)"
is 'the address relays' "$(follows 192.0.2.7)" "rule 192.0.2.7: $relays"
is 'others do not' "$(follows 192.0.2.8)" "$everybody"
is 'static rules stay' "$(follows 127.0.0.1)" 'rule 127.0.0.1: '\
'set environment variable RELAYCLIENT= allow connection '
if on_cdb; then
	list='open-smtp '
	is 'owner and mode of the list' \
	    "$(stat -c '%a %u %g' "$etc/open-smtp")" "644 $SITE_UID $SITE_GID"
fi
is 'owner and mode of the lock' \
    "$(stat -c '%a %u %g' "$etc/open-smtp.lock")" "600 $SITE_UID $SITE_GID"
is 'owner and mode of the rules' \
    "$(stat -c '%a %u %g' "$etc/tcp.smtp.cdb")" "644 $SITE_UID $SITE_GID"
is 'nothing else is left' "$(cd "$etc" && echo * |
    sed 's/ vpopmail\.[mp][a-z]*sql$//')" \
    "${list}open-smtp.lock tcp.smtp tcp.smtp.cdb vpopmail.conf"

inode=$(stat -c %i "$etc/tcp.smtp.cdb")
relay_set 192.0.2.7 1000
ok 'again from there' login 192.0.2.7
is 'is one line' "$(addresses)" '192.0.2.7 '
ok 'with a new time' test "$(relay_list | cut -f 2)" -ge "$when"
is 'and compiles nothing' "$(stat -c %i "$etc/tcp.smtp.cdb")" "$inode"
ok 'another address' login 198.51.100.4
is 'two lines' "$(addresses)" '192.0.2.7 198.51.100.4 '
is 'both relay' "$(follows 192.0.2.7)$(follows 198.51.100.4)" \
    "rule 192.0.2.7: ${relays}rule 198.51.100.4: $relays"
ok 'a mapped address' login ::ffff:203.0.113.8
is 'is its IPv4 form' "$(addresses)" '192.0.2.7 198.51.100.4 203.0.113.8 '
ok 'one that is denied' login 192.0.2.66
is 'stays denied' "$(follows 192.0.2.66)" 'rule 192.0.2.66: deny connection '
is 'NO_RELAY' "$(printf 'bob@example.test\0Secr3tA\0\0' >"$SITE/packet"
    env TCPLOCALPORT=110 TCPREMOTEIP=192.0.2.99 vchkpw true 3<"$SITE/packet"
    echo $?; relay_list | grep -c 192.0.2.99)" "0
0"
ok 'SMTP' login 192.0.2.98 TCPLOCALPORT=587
not_ok 'opens nothing' listed 192.0.2.98
not_ok 'a wrong password' sh -c 'printf "alice@example.test\0bad\0\0" >"$1"
    TCPLOCALPORT=110 TCPREMOTEIP=192.0.2.97 vchkpw true 3<"$1"' \
    sh "$SITE/packet"
not_ok 'opens nothing' listed 192.0.2.97

# ---- never an open relay ----
before=$(addresses)
for bad in '' ':' '::' 0.0.0.0 ::ffff:0.0.0.0 192.0.2 192.0.2. 127. \
    192.0.2.300 '192.0.2.7 ' 'a b' '192.0.2.7:allow' 'fe80::1%lo' 010.1.1.1 \
    '192.0.2.7
:allow' "$(printf '%0300d' 0)"; do
	ok "a login from '$(printf '%.20s' "$bad" | tr '\n' '?')'" login "$bad"
done
is 'changes nothing' "$(addresses)" "$before"

if on_cdb; then
	printf '%s\n' ":allow,RELAYCLIENT=\"\",RBLSMTPD=\"\"	99999999999" \
	    "192.0.2.:allow,RELAYCLIENT=\"\"	99999999999" \
	    "192.0.2.50-60$rule	99999999999" \
	    "203.0.113.44$rule" \
	    "203.0.113.45$rule	abc" >>"$etc/open-smtp"
else
	relay_set 192.0.2.66 1 192.0.2.7 1 198.51.100.4 1 203.0.113.8 1 \
	    '' 99999999999 192.0.2. 99999999999 192.0.2.50-60 99999999999
fi
ok 'lines that older releases left' login 192.0.2.9
if on_cdb; then
	is 'become no rules' "$(addresses)" \
	    '192.0.2.66 192.0.2.7 192.0.2.9 198.51.100.4 203.0.113.8 '
fi
is 'the default is as it was' "$(follows 10.9.8.7)" "$everybody"
is 'nor is a network open' "$(follows 192.0.2.200)" "$everybody"
is 'or a part of one' "$(follows 192.0.2.55)" "$everybody"

# ---- IPv6 ----
echo '2001:db8::1:allow' | tcprules "$SITE/x.cdb" "$SITE/x.tmp" 2>/dev/null
if [ -e "$SITE/x.cdb" ]; then
	ok 'a login over IPv6' login 2001:DB8:0:0::5
	is 'relays' "$(follows 2001:db8::5)" "rule 2001:db8::5: $relays"
	is 'no other does' "$(follows 2001:db8::6)" "$everybody"
	ok 'one with a single zero' login 2001:db8:0:1:1:1:1:1
	is 'relays in the form of tcpserver' \
	    "$(follows 2001:db8::1:1:1:1:1)" \
	    "rule 2001:db8::1:1:1:1:1: $relays"
	ok 'the IPv6 loopback' login ::1
	is 'is one address' "$(follows ::1)$(follows 10.9.8.7)" \
	    "rule ::1: $relays$everybody"
	relay_set 192.0.2.7 "$(date +%s)"
	# As the program without IPv6 behaves.
	cat >"$SITE/tcprules" <<'OLD'
#!/bin/sh
cat >rules.in
grep -qE '^[^:]*:[^#]*:allow' rules.in && exit 100
exec /usr/bin/tcprules "$@" <rules.in
OLD
	chmod 0755 "$SITE/tcprules"
	with "tcprules_prog = $SITE/tcprules"
fi
ok 'a login over IPv6 that tcprules does not know' login 2001:db8::5
on_cdb && not_ok 'is not kept' listed 2001
is 'gets no rule' "$(follows 10.9.8.7)" "$everybody"
ok 'one over IPv4 after it' login 192.0.2.10
is 'does' "$(follows 192.0.2.10)" "rule 192.0.2.10: $relays"

# ---- expiry ----
now=$(date +%s)
relay_set 192.0.2.21 $((now - 181 * 60)) 192.0.2.22 $((now - 179 * 60)) \
    192.0.2.24 $((now + 1000000))
on_cdb && echo "192.0.2.23$rule" >>"$etc/open-smtp"
run clearopensmtp
ran 'clearopensmtp' 0 '' ''
is 'keeps the new ones' "$(addresses)" '192.0.2.22 192.0.2.24 '
is 'and the rules' "$(follows 192.0.2.21)$(follows 192.0.2.22)" \
    "${everybody}rule 192.0.2.22: $relays"
ok 'a time in the future is mended' test \
    "$(relay_list | sed -n 's/^192.0.2.24:.*	//p')" -le "$(date +%s)"
if on_cdb; then
	is 'owner and mode' "$(stat -c '%a %u %g' "$etc/open-smtp")" \
	    "644 $SITE_UID $SITE_GID"
	rm "$etc/open-smtp"
else
	relay_set
fi
rm "$etc/tcp.smtp.cdb"
run clearopensmtp
ran 'without a list' 0 '' ''
ok 'the rules are compiled' test -e "$etc/tcp.smtp.cdb"
not_ok 'and no list is made' test -e "$etc/open-smtp"
run clearopensmtp now
is 'it takes no arguments' "$status" 100

# ---- failures ----
ok 'an address' login 192.0.2.7
cp "$etc/tcp.smtp.cdb" "$SITE/rules"
echo '192.0.2.1:allow,FOO' >>"$etc/tcp.smtp"
ok 'a bad static rule fails no login' login 192.0.2.31
ok 'and leaves the rules' cmp "$etc/tcp.smtp.cdb" "$SITE/rules"
run clearopensmtp
is 'clearopensmtp fails' "$status $out" '111 '
like 'and says why' "$err" "clearopensmtp: *tcp.smtp'*192.0.2.1:allow,FOO*"
sed -i '$d' "$etc/tcp.smtp"
run clearopensmtp
ran 'the next one mends it' 0 '' ''
is 'with the address of that login' "$(follows 192.0.2.31)" \
    "rule 192.0.2.31: $relays"
with 'tcprules_prog = /nonexistent/tcprules'
ok 'no tcprules fails no login' login 192.0.2.32
run clearopensmtp
is 'but clearopensmtp' "$status" 111
with 'rebuild_tcpserver_file = no'
ok 'without rebuilding' login 192.0.2.33
ok 'the list is kept' listed 192.0.2.33
is 'and no rule made' "$(follows 192.0.2.33)" "$everybody"
with 'rebuild_tcpserver_file = yes' 'tcprules_prog = /usr/bin/tcprules'
mkdir "$SITE/rules.d"
[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$SITE/rules.d"
echo '10.:deny' >"$SITE/rules.d/smtp"
with "tcpserver_file = $SITE/rules.d/smtp"
ok 'another file of rules' login 192.0.2.34
etc=$SITE/rules.d
mv "$SITE/rules.d/smtp.cdb" "$SITE/rules.d/tcp.smtp.cdb"
is 'is compiled beside it' "$(follows 192.0.2.34)$(follows 10.1.1.1)" \
    "rule 192.0.2.34: ${relays}rule 10.: deny connection "
etc=$SITE/home/etc
with "tcpserver_file = $etc/tcp.smtp"

# A program that makes a rule for everybody.
cat >"$SITE/tcprules" <<'EVIL'
#!/bin/sh
echo ':allow,RELAYCLIENT=""' | /usr/bin/tcprules "$@"
EVIL
chmod 0755 "$SITE/tcprules"
with "tcprules_prog = $SITE/tcprules"
ok 'a tcprules that opens the relay' login 192.0.2.35
is 'is not believed' "$(follows 10.9.8.7)" "$everybody"
with 'tcprules_prog = /usr/bin/tcprules'

# Links that somebody planted in the folder.
echo precious >"$SITE/precious"
rm -f "$etc/open-smtp"
on_cdb || relay_set
ln -s "$SITE/precious" "$etc/open-smtp.tmp"
ln -s "$SITE/precious" "$etc/tcp.smtp.tmp"
ok 'planted links' login 192.0.2.36
is_file 'are not followed' "$SITE/precious" precious
is 'and the login counts' "$(follows 192.0.2.36)" \
    "rule 192.0.2.36: $relays"

# ---- many at once ----
relay_set
for n in 1 2 3 4 5 6 7 8; do
	login "203.0.113.$n" &
	clearopensmtp &
done
wait
is 'no login is lost' "$(addresses)" '203.0.113.1 203.0.113.2 203.0.113.3 '\
'203.0.113.4 203.0.113.5 203.0.113.6 203.0.113.7 203.0.113.8 '
is 'nor a rule' "$(follows 203.0.113.5)" "rule 203.0.113.5: $relays"

# ---- the real server ----
: >"$SITE/port"
tcpserver -1 -HRl0 -x "$etc/tcp.smtp.cdb" 127.0.0.1 0 \
    sh -c 'echo "${RELAYCLIENT-no}${RBLSMTPD-no}"' >"$SITE/port" 2>&1 &
server=$!
for n in 1 2 3 4 5 6 7 8 9 10; do
	[ -s "$SITE/port" ] && break
	sleep 0.2
done
ask() { # FROM
	perl -MIO::Socket::INET -e '
	    my $s = IO::Socket::INET->new(PeerAddr => "127.0.0.1",
	        PeerPort => $ARGV[1], LocalAddr => $ARGV[0]) or die "$!";
	    print while <$s>' "$1" "$(cat "$SITE/port")"
}
is 'tcpserver before the login' "$(ask 127.0.0.9)" nono
ok 'the login' login 127.0.0.9
is 'tcpserver after it' "$(ask 127.0.0.9)" ''
is 'for that address only' "$(ask 127.0.0.8)" nono
is 'the static rule' "$(ask 127.0.0.1)" no
relay_set 127.0.0.9 1000
ok 'much later' clearopensmtp
is 'tcpserver after the expiry' "$(ask 127.0.0.9)" nono
kill "$server"
wait "$server" 2>/dev/null

done_testing
