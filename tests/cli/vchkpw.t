#!/bin/sh
# vchkpw: exit codes, what the next program sees, and what it must not get.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
printf '%s\n' 'password_scheme = md5' 'rehash_weak = no' \
    >>"$VPOPMAIL_CONF"
ok 'a domain' vadddomain --password-hash "$hash" example.test
ok 'an alias of it' vaddaliasdomain alias.test example.test
ok 'an account' vadduser -e "$hash" alice@example.test
dir=$SITE/home/domains/example.test
nul='\0000' # also before a digit

add_clear() { # ADDRESS PASSWORD
	printf '%s\n' "$2" | vadduser --password-stdin "$1"
}

# login PACKET [NAME=VALUE ...] vchkpw NEXT ...: sets $status, $SITE/out and
# $SITE/err.
login() {
	printf '%b' "$1" >"$SITE/packet"
	shift
	env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    TCPREMOTEIP=10.1.2.3 "$@" 3<"$SITE/packet" \
	    >"$SITE/out" 2>"$SITE/err"
	status=$?
}

# expect DESCRIPTION STATUS PACKET [NAME=VALUE ...] [NEXT ...]
expect() {
	desc=$1
	wanted=$2
	shift 2
	login "$@"
	is "$desc" "$status" "$wanted"
	[ "$status" = "$wanted" ] || sed 's/^/# /' "$SITE/err"
}


p110='TCPLOCALPORT=110'
alice='alice@example.test\0Secr3tA\0\0'

# The table of exit codes.
expect 'the next program gives the exit code' 42 "$alice" $p110 \
    vchkpw sh -c 'exit 42'
expect 'and may give 0' 0 "$alice" $p110 vchkpw true
is 'nothing is written on stdout' "$(cat "$SITE/out")" ''
expect 'NULs after the password may be missing' 0 \
    'alice@example.test\0Secr3tA' $p110 vchkpw true
expect 'a challenge beside a plain password' 0 \
    'alice@example.test\0Secr3tA\0<1.2@x>\0' $p110 vchkpw true
expect 'the separator %' 0 'ALICE%Example.TEST\0Secr3tA\0\0' $p110 \
    vchkpw sh -c 'echo "$VPOPUSER"'
is 'VPOPUSER is the login, lower-cased' "$(cat "$SITE/out")" \
    'alice%example.test'
expect 'the separator /' 0 'alice/example.test\0Secr3tA\0\0' $p110 vchkpw true
expect 'an alias domain' 0 'alice@alias.test\0Secr3tA\0\0' $p110 vchkpw true
expect 'no domain' 3 'alice\0Secr3tA\0\0' $p110 vchkpw true
expect 'VPOPMAIL_DOMAIN supplies it' 0 'alice\0Secr3tA\0\0' $p110 \
    VPOPMAIL_DOMAIN=example.test vchkpw sh -c 'echo "$VPOPUSER"'
is 'VPOPUSER is without it' "$(cat "$SITE/out")" 'alice'
expect 'a bad VPOPMAIL_DOMAIN is no domain' 3 'alice\0Secr3tA\0\0' $p110 \
    'VPOPMAIL_DOMAIN=no such$.test' vchkpw true
expect 'unknown user' 3 'bob@example.test\0x\0\0' TCPLOCALPORT=143 vchkpw true
expect 'unknown domain' 3 'bob@nosuch.test\0x\0\0' $p110 vchkpw true
expect 'wrong password, SMTP' 3 'alice@example.test\0bad\0\0' \
    TCPLOCALPORT=587 vchkpw true
expect 'wrong password, unknown port' 3 'alice@example.test\0bad\0\0' \
    TCPLOCALPORT=2525 vchkpw true
expect 'a prefix of the password' 3 'alice@example.test\0Secr3t\0\0' $p110 \
    vchkpw true
expect 'a longer password' 3 'alice@example.test\0Secr3tAA\0\0' $p110 \
    vchkpw true
expect 'a blank in the name' 20 'ali ce@example.test\0x\0\0' $p110 vchkpw true
expect 'a second separator' 20 'a%b@example.test\0x\0\0' $p110 vchkpw true
expect 'two @' 20 'alice@example.test@x\0Secr3tA\0\0' $p110 vchkpw true
expect 'a bad domain' 20 'alice@exa_mple.test\0x\0\0' $p110 vchkpw true
expect 'a control byte' 20 'alice\nx@example.test\0x\0\0' $p110 vchkpw true
expect 'a / in the user part' 3 'a/b@example.test\0x\0\0' $p110 vchkpw true
expect 'no name' 12 '\0Secr3tA\0\0' $p110 vchkpw true
expect 'empty input' 12 '' $p110 vchkpw true
expect 'no password' 13 'alice@example.test\0\0\0' $p110 vchkpw true
expect 'the name alone' 13 'alice@example.test' $p110 vchkpw true

# Wrong use.
login "$alice" $p110 vchkpw
is 'no next program is 11' "$status" 11
is 'with the known words' "$(cat "$SITE/err")" \
    'vchkpw-pop3: vchkpw is only for talking with qmail-popup and qmail-pop3d. It is not for runnning on the command line.'
closed() {
	env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" "$@" 3<&- 2>&1
}
closed vchkpw true >/dev/null
is 'no descriptor 3 is 11' $? 11

# The name of the service shows in that text.
while read -r port name; do
	is "port $port is $name" \
	    "$(closed TCPLOCALPORT="$port" vchkpw x | cut -d: -f1)" "$name"
done <<'TABLE'
25 vchkpw-smtp
465 vchkpw-smtps
587 vchkpw-submission
110 vchkpw-pop3
995 vchkpw-pop3s
143 vchkpw-imap
993 vchkpw-imaps
2525 vchkpw-2525
-1 vchkpw-4294967295
x vchkpw-0
TABLE
is 'without a port it is 0' "$(closed vchkpw x | cut -d: -f1)" vchkpw-0
is 'SERVICE helps then' "$(closed SERVICE=imap vchkpw x | cut -d: -f1)" \
    vchkpw-imap
is 'but not against the port' \
    "$(closed SERVICE=imap TCPLOCALPORT=110 vchkpw x | cut -d: -f1)" \
    vchkpw-pop3

# Long input: what the account can hold works, what cannot be read is refused.
long=$(printf '%090d' 0 | tr 0 p)
name60=$(printf '%060d' 0 | tr 0 u)
ok 'a long name with a long password' \
    add_clear "$name60@example.test" "${long}X1"
expect 'may log in' 0 "$name60@example.test${nul}${long}X1${nul}${nul}" \
    $p110 vchkpw true
big=$(printf '%04000d' 0 | tr 0 p)
expect '4000 bytes are read' 3 "alice@example.test${nul}$big" $p110 vchkpw true
expect 'more than 4096 are refused' 20 "alice@example.test${nul}$big$long" \
    $p110 vchkpw true
expect 'a right password is not found in the part that fits' 20 \
    "alice@example.test${nul}Secr3tA${nul}$big$long" $p110 vchkpw true
expect 'a name of 600 bytes' 20 \
    "$(printf '%0600d' 0 | tr 0 u)@example.test${nul}x${nul}" $p110 vchkpw true

# What the next program sees.
expect 'POP: environment' 0 "$alice" $p110 vchkpw sh -c \
    'echo "$USER $HOME $SHELL $VPOPUSER"; pwd -P; echo $(id -u) $(id -g) $(id -G)
    [ -e /proc/self/fd/3 ] || echo closed'
is 'USER, HOME, SHELL, VPOPUSER, folder, ids' "$(cat "$SITE/out")" \
    "alice $dir/alice NOLOGIN alice@example.test
$(cd "$dir" && pwd -P)/alice
$SITE_UID $SITE_GID $SITE_GID
closed"
expect 'SMTP: own folder and ids' 0 "$alice" TCPLOCALPORT=25 vchkpw sh -c \
    'echo "$USER $HOME $SHELL $VPOPUSER"; pwd -P; id -u'
is 'they stay as they were' "$(cat "$SITE/out")" \
    "alice $dir/alice NOLOGIN alice@example.test
$(pwd -P)
$(id -u)"
expect 'an inherited variable stays' 0 "$alice" $p110 OTHER=kept vchkpw \
    sh -c 'echo "$OTHER"'
is 'as it is' "$(cat "$SITE/out")" kept
expect 'all arguments go on' 0 "$alice" $p110 vchkpw sh -c 'echo "$0$1"' a b
is 'in order' "$(cat "$SITE/out")" ab

# The next program cannot run.
expect 'no such program' 111 "$alice" $p110 vchkpw /nonexistent/program
expect 'no such program, SMTP' 111 "$alice" TCPLOCALPORT=25 vchkpw \
    /nonexistent/program

# The home is made and mended.
rm -rf "$dir/alice"
expect 'SMTP does not need the home' 0 "$alice" TCPLOCALPORT=25 vchkpw true
ok 'and does not make it' test ! -e "$dir/alice"
expect 'POP makes it' 0 "$alice" $p110 vchkpw pwd
is 'with a Maildir' "$(cd "$dir/alice/Maildir" && echo *)" 'cur new tmp'
is 'of the domain, private' "$(stat -c '%u %a' "$dir/alice/Maildir/new")" \
    "$SITE_UID 700"
is 'and the login is recorded' "$(last_login alice@example.test)" 10.1.2.3
rm -rf "$dir/alice/Maildir/tmp"
expect 'a missing part of the Maildir is made' 0 "$alice" $p110 vchkpw true
ok 'tmp' test -d "$dir/alice/Maildir/tmp"
rm -rf "$dir/alice/Maildir"
expect 'a missing Maildir is made' 0 "$alice" $p110 vchkpw true
ok 'Maildir' test -d "$dir/alice/Maildir/cur"

# lastauth.
last() {
	last_login alice@example.test | tr -d '\n'
}
login "$alice" $p110 TCPREMOTEIP=2001:DB8:0::5 vchkpw true
is 'lastauth: IPv6, canonical, no newline' "$(last | od -An -c | tr -d ' \n')" \
    '2001:db8::5'
login "$alice" $p110 TCPREMOTEIP=::ffff:192.0.2.9 vchkpw true
is 'lastauth: a mapped address' "$(last)" 192.0.2.9
login "$alice" TCPLOCALPORT=25 TCPREMOTEIP=192.0.2.25 vchkpw true
is 'lastauth: SMTP too' "$(last)" 192.0.2.25
login 'alice@example.test\0bad\0\0' $p110 TCPREMOTEIP=192.0.2.66 vchkpw true
is 'lastauth: not after a wrong password' "$(last)" 192.0.2.25
on_cdb && is 'its owner and mode' \
    "$(stat -c '%u %g %a' "$dir/alice/lastauth")" "$SITE_UID $SITE_GID 600"
echo precious >"$SITE/precious"
rm -f "$dir/alice/lastauth"
ln -s "$SITE/precious" "$dir/alice/lastauth"
expect 'a link as lastauth does not stop a login' 0 "$alice" $p110 vchkpw true
is 'and is not written through' "$(cat "$SITE/precious")" precious
rm -f "$dir/alice/lastauth"

# Flags: which bit closes which service.
flag_table() { # option, pop imap smtp webmail
	vmoduser -x alice@example.test
	[ "$1" = none ] || vmoduser "$1" alice@example.test
	got=
	for env in TCPLOCALPORT=110 TCPLOCALPORT=143 TCPLOCALPORT=25; do
		login "$alice" $env vchkpw true
		got="$got$status "
	done
	for port in 110 993; do
		login "$alice" TCPLOCALPORT=$port TCPREMOTEIP=127.0.0.1 \
		    vchkpw true
		got="$got$status "
	done
	is "flag $1: pop imap smtp, webmail by pop and imap" "$got" "$2 "
}
flag_table none '0 0 0 0 0'
flag_table -p '1 0 0 0 0'
flag_table -i '0 1 0 0 0'
flag_table -s '0 0 1 0 0'
flag_table -w '0 0 0 1 1'
flag_table -b '0 0 0 0 0'
flag_table -r '0 0 0 0 0'
flag_table -u '0 0 0 0 0'
flag_table -d '0 0 0 0 0'
vmoduser -p alice@example.test
expect 'wrong password of a closed service is 3' 3 \
    'alice@example.test\0bad\0\0' $p110 vchkpw true
vmoduser -x alice@example.test
vmoduser -s alice@example.test
expect 'a next program with "true" is SMTP' 1 "$alice" vchkpw /bin/true
vmoduser -x alice@example.test
vmoduser -i alice@example.test
expect 'SERVICE=imap is IMAP' 1 "$alice" SERVICE=imap vchkpw sh -c :
expect 'a next program with "imap" is IMAP' 1 "$alice" vchkpw /x/imapd
vmoduser -x alice@example.test
vmoduser -w alice@example.test
expect 'IPv6 loopback is webmail' 1 "$alice" $p110 TCPREMOTEIP=::1 vchkpw true
with 'webmail_addresses = 192.0.2.80 2001:db8::80'
expect 'webmail_addresses: no more' 0 "$alice" $p110 TCPREMOTEIP=::1 \
    vchkpw true
expect 'webmail_addresses: one of them' 1 "$alice" $p110 \
    TCPREMOTEIP=192.0.2.80 vchkpw true
expect 'webmail_addresses: another spelling of IPv6' 1 "$alice" $p110 \
    TCPREMOTEIP=2001:DB8:0:0::80 vchkpw true
with 'webmail_addresses = 127.0.0.1 ::1'
vmoduser -x alice@example.test

# Limits of the domain, and V_OVERRIDE.
echo disable_pop >"$dir/.qmailadmin-limits"
chown "$SITE_UID:$SITE_GID" "$dir/.qmailadmin-limits"
expect 'disable_pop of the domain' 1 "$alice" $p110 vchkpw true
vmoduser -o alice@example.test
expect 'V_OVERRIDE on the account' 0 "$alice" $p110 vchkpw true
rm -f "$dir/.qmailadmin-limits"
vmoduser -x alice@example.test

# Digests.  The examples of the facts.
with 'clear_passwd = yes'
ok 'an account with clear password' add_clear carol@example.test Cl3arTxt
c='<1896.697170952@postoffice.reston.mci.net>'
cram=e80a33a40b77b5bfb6862e3d41ee756f
apop=3504987623a598f9fb2520470713b520
CRAM=$(echo "$cram" | tr a-f A-F)
carol=carol@example.test$nul
expect 'CRAM-MD5' 0 "$carol$cram${nul}$c${nul}" TCPLOCALPORT=25 vchkpw true
expect 'CRAM-MD5 in upper case is refused' 3 "$carol$CRAM${nul}$c${nul}" \
    TCPLOCALPORT=25 vchkpw true
expect 'CRAM-MD5 of another challenge' 3 "$carol$cram${nul}<1.2@x>${nul}" \
    TCPLOCALPORT=25 vchkpw true
expect 'APOP' 0 "$carol$apop${nul}$c${nul}" $p110 vchkpw true
expect 'APOP from the webmail address' 0 "$carol$apop${nul}$c${nul}" $p110 \
    TCPREMOTEIP=127.0.0.1 vchkpw true
expect 'no APOP by SMTP' 3 "$carol$apop${nul}$c${nul}" TCPLOCALPORT=25 \
    vchkpw true
expect 'no CRAM-MD5 by POP' 3 "$carol$cram${nul}$c${nul}" $p110 vchkpw true
expect 'neither by IMAP' 3 "$carol$apop${nul}$c${nul}" TCPLOCALPORT=143 \
    vchkpw true
md5=$(printf Cl3arTxt | md5sum | cut -d' ' -f1)
expect 'MD5 of the password without a challenge' 3 "$carol$md5${nul}${nul}" \
    $p110 vchkpw true
expect 'the plain password works beside it' 0 "${carol}Cl3arTxt${nul}" $p110 \
    vchkpw true
expect 'also with a challenge, by SMTP' 0 "${carol}Cl3arTxt${nul}$c${nul}" \
    TCPLOCALPORT=25 vchkpw true
with 'clear_passwd = no'
expect 'no digest without clear_passwd' 3 "$carol$apop${nul}$c${nul}" $p110 \
    vchkpw true

# Stored forms.
ok 'a hash with a {SCHEME}' vadduser -e "{MD5-CRYPT}$hash" scheme@example.test
expect 'is skipped' 0 'scheme@example.test\0Secr3tA\0\0' $p110 vchkpw true
ok 'a locked account' vadduser -e '*' locked@example.test
expect 'does not log in' 3 'locked@example.test\0*\0\0' $p110 vchkpw true
while read -r what stored; do
	vmoduser -e "$stored" scheme@example.test
	expect "a hash of $what" 0 'scheme@example.test\0secret\0\0' $p110 \
	    vchkpw true
done <<'TABLE'
MD5 $1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1
DES abNANd1rDfiNc
SHA-512 $6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.
TABLE

# Rehash of weak hashes.
stored() {
	vuserinfo -p "$1" | tail -n 1
}
with 'password_scheme = sha512'
with 'rehash_weak = yes'
vmoduser -e '$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' scheme@example.test
expect 'wrong password of a weak hash' 3 'scheme@example.test\0bad\0\0' $p110 \
    vchkpw true
is 'leaves it' "$(stored scheme@example.test | grep -c '\$1\$')" 1
expect 'right password of a weak hash' 0 'scheme@example.test\0secret\0\0' \
    $p110 vchkpw true
is 'makes it a strong one' "$(stored scheme@example.test | grep -c '\$6\$')" 1
expect 'which works' 0 'scheme@example.test\0secret\0\0' $p110 vchkpw true
vmoduser -e '$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' scheme@example.test
# A writer of the domain holds its lock for as long as its input lasts.
mkfifo "$SITE/hold"
perl -e 'open(my $f, "+>>", $ARGV[0]) or die;
    my $lock = pack("s s x4 q q i x4", 1, 0, 0, 0, 0);
    fcntl($f, 6, $lock) or die; print "locked\n"; close STDOUT; <STDIN>' \
    "$dir/.vpasswd.lock" <"$SITE/hold" >"$SITE/locked" &
exec 9>"$SITE/hold"
n=0
while [ ! -s "$SITE/locked" ] && [ $n -lt 100 ]; do
	sleep 0.1
	n=$((n + 1))
done
is 'the domain is locked' "$(cat "$SITE/locked")" locked
before=$(date +%s)
expect 'a busy domain does not stop a login' 0 \
    'scheme@example.test\0secret\0\0' $p110 vchkpw true
ok 'nor delay it' test $(($(date +%s) - before)) -lt 5
is 'the hash stays' "$(stored scheme@example.test | grep -c '\$1\$')" 1
exec 9>&-
wait
with 'rehash_weak = no'
with 'password_scheme = md5'

# Learning.
ok 'an account without password' vadduser -e '' new@example.test
expect 'no password is 15' 15 'new@example.test\0first1\0\0' $p110 vchkpw true
with 'learn_passwords = yes'
with 'clear_passwd = yes'
expect 'a digest is not learned, POP' 15 \
    "new@example.test${nul}$apop${nul}$c${nul}" $p110 vchkpw true
expect 'a digest is not learned, SMTP' 15 \
    "new@example.test${nul}$cram${nul}$c${nul}" TCPLOCALPORT=25 vchkpw true
expect 'the first password is learned' 0 'new@example.test\0first1\0<1@x>\0' \
    $p110 vchkpw true
expect 'and holds' 0 'new@example.test\0first1\0\0' $p110 vchkpw true
expect 'another is refused' 3 'new@example.test\0second2\0\0' $p110 vchkpw true
expect 'the clear text is learned too: APOP' 0 \
    "new@example.test${nul}$(printf '<1@x>first1' | md5sum | cut -d' ' -f1)${nul}<1@x>${nul}" \
    $p110 vchkpw true
expect 'the clear text of an old account is learned' 0 "$alice" $p110 vchkpw \
    true
expect 'APOP works from then on' 0 \
    "alice@example.test${nul}$(printf '<1@x>Secr3tA' | md5sum | cut -d' ' -f1)${nul}<1@x>${nul}" \
    $p110 vchkpw true
with 'learn_passwords = no'
with 'clear_passwd = no'

# USER as the whole address.
with 'user_is_address = yes'
expect 'user_is_address' 0 'Alice@ALIAS.test\0Secr3tA\0\0' $p110 vchkpw \
    sh -c 'echo "$USER $VPOPUSER"'
is 'USER is the real address' "$(cat "$SITE/out")" \
    'alice@example.test alice@alias.test'
with 'user_is_address = no'

# Lookups without a password, as Dovecot asks for them.
expect 'AUTHORIZED=1 by the right user' 0 'alice@example.test\0\0\0' $p110 \
    AUTHORIZED=1 vchkpw sh -c 'echo "$AUTHORIZED $USER $HOME"'
is 'answers' "$(cat "$SITE/out")" "2 alice $dir/alice"
expect 'AUTHORIZED=1 of nobody known' 3 'bob@example.test\0\0\0' $p110 \
    AUTHORIZED=1 vchkpw true
expect 'AUTHORIZED=1 does not excuse a wrong password' 3 \
    'alice@example.test\0bad\0\0' $p110 AUTHORIZED=1 vchkpw true
expect 'AUTHORIZED=2 is nothing' 13 'alice@example.test\0\0\0' $p110 \
    AUTHORIZED=2 vchkpw true
if [ "$(id -u)" = 0 ]; then
	expect 'AUTHORIZED=1 by anybody else' 13 'alice@example.test\0\0\0' \
	    $p110 AUTHORIZED=1 setpriv --reuid=12345 --regid=12345 \
	    --clear-groups vchkpw true
fi

# What cannot be found out is not the user's fault.
chmod 0700 "$SITE/qmail/users"
mv "$SITE/qmail/users/cdb" "$SITE/qmail/users/cdb.away"
expect 'no compiled table' 111 "$alice" $p110 vchkpw true
echo garbage >"$SITE/qmail/users/cdb"
expect 'a broken table' 111 "$alice" $p110 vchkpw true
mv "$SITE/qmail/users/cdb.away" "$SITE/qmail/users/cdb"
chmod 0755 "$SITE/qmail/users"
store_break example.test
expect 'an unreadable account file' 111 "$alice" $p110 vchkpw true
expect 'also for the unknown user' 111 'bob@example.test\0x\0\0' $p110 \
    vchkpw true
store_mend
expect 'and back' 0 "$alice" $p110 vchkpw true
with 'logging = nonsense'
expect 'bad settings' 111 "$alice" $p110 vchkpw true
ok 'are told' grep -q '^vchkpw: ' "$SITE/err"
grep -v nonsense "$VPOPMAIL_CONF" >"$SITE/conf"
cat "$SITE/conf" >"$VPOPMAIL_CONF"

if [ "$(id -u)" != 0 ]; then
	done_testing
	exit
fi

# Privileges.  The caller's supplementary groups do not go on.
printf '%b' "$alice" >"$SITE/packet"
got=$(env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" TCPLOCALPORT=110 \
    setpriv --groups 0,4,20 vchkpw id -G 3<"$SITE/packet")
is 'supplementary groups are cleared' "$got" "$SITE_GID"
expect 'anybody else cannot look up: temporary' 111 "$alice" $p110 \
    setpriv --reuid=12345 --regid=12345 --clear-groups vchkpw true
expect 'the owner of the domain can log in' 0 "$alice" $p110 \
    setpriv --reuid="$SITE_UID" --regid="$SITE_GID" --clear-groups vchkpw id -u
is 'with its own id' "$(cat "$SITE/out")" "$SITE_UID"

# System accounts, and vchkpw set-uid, in a mount namespace that has passwd
# files and a vpopmail home of its own.
if ! unshare -m true 2>/dev/null; then
	done_testing
	exit
fi
install -m 4755 "$(command -v vchkpw)" "$SITE/vchkpw-suid"
mkdir -p "$SITE/syshome" "$SITE/vpophome"
{
	grep '^root:' /etc/passwd
	echo "vpopmail:x:$SITE_UID:$SITE_GID::$SITE/home:/bin/false"
	echo "rtsys:x:12000:12000::$SITE/syshome:/bin/sh"
	echo "gone:x:12001:12000::$SITE/syshome:/bin/sh"
	echo "noshadow:x:12002:12000::$SITE/syshome:/bin/sh"
	echo "small:x:500:12000::$SITE/syshome:/bin/sh"
} >"$SITE/passwd"
{
	echo "root:$hash:19000:0:99999:7:::"
	echo "rtsys:$hash:19000:0:99999:7:::"
	echo "gone:$hash:19000:0:99999:7::19001:"
	echo "small:$hash:19000:0:99999:7:::"
} >"$SITE/shadow"
in_namespace() {
	unshare -m sh -c 'mount --bind "$1/passwd" /etc/passwd &&
	    mount --bind "$1/shadow" /etc/shadow && shift && exec "$@"' \
	    sh "$SITE" "$@"
}
with 'passwd = yes'
system() { # DESCRIPTION STATUS PACKET [NEXT ...]
	desc=$1
	wanted=$2
	printf '%b' "$3" >"$SITE/packet"
	shift 3
	in_namespace env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    TCPLOCALPORT=110 TCPREMOTEIP=10.1.2.3 vchkpw "$@" \
	    3<"$SITE/packet" >"$SITE/out" 2>"$SITE/err"
	is "$desc" $? "$wanted"
}
echo local.test >"$SITE/qmail/control/locals"
system 'system account' 0 'rtsys\0Secr3tA\0\0' \
    sh -c 'echo "$USER $HOME $SHELL $VPOPUSER"; pwd; id -u; id -G'
is 'ids, home and environment' "$(cat "$SITE/out")" \
    "rtsys $SITE/syshome NOLOGIN rtsys
$SITE/syshome
12000
12000"
system 'system account of a local domain' 0 'rtsys@local.test\0Secr3tA\0\0' \
    true
system 'not of a virtual domain' 3 'rtsys@example.test\0Secr3tA\0\0' true
system 'not of any other domain' 3 'rtsys@any.domain\0Secr3tA\0\0' true
system 'wrong password' 23 'rtsys\0bad\0\0' true
system 'no such user' 21 'nosuch\0bad\0\0' true
system 'no shadow entry' 22 'noshadow\0bad\0\0' true
system 'root' 21 'root\0Secr3tA\0\0' true
system 'a user id below the minimum' 21 'small\0Secr3tA\0\0' true
system 'an expired account' 23 'gone\0Secr3tA\0\0' true
system 'a virtual account still' 0 "$alice" true
mv "$SITE/qmail/users/cdb" "$SITE/qmail/users/cdb.away"
system 'an outage is not sent there' 111 'rtsys@local.test\0Secr3tA\0\0' true
mv "$SITE/qmail/users/cdb.away" "$SITE/qmail/users/cdb"
with 'passwd = no'
system 'without the setting' 3 'rtsys\0Secr3tA\0\0' true

# Set-uid root, started by a user who has nothing but a mailbox password.
mkdir "$SITE/evil"
printf '#!/bin/sh\necho evil\n' >"$SITE/evil/id"
chmod 0755 "$SITE/evil" "$SITE/evil/id"
chmod 0644 "$SITE/passwd"
suid() { # PORT NAME PROGRAM ARGUMENTS
	port=$1
	printf '%b' "$2\\0Secr3tA\\0\\0" >"$SITE/packet"
	shift 2
	in_namespace env -i PATH="$SITE/evil:$PATH" TCPLOCALPORT="$port" \
	    VPOPMAIL_DOMAIN=example.test AUTHORIZED=1 \
	    setpriv --reuid=12345 --regid=12345 --clear-groups \
	    "$SITE/vchkpw-suid" "$@" 3<"$SITE/packet" 2>&1
}
chmod 0755 "$SITE"
if in_namespace setpriv --reuid=12345 --regid=12345 --clear-groups \
    "$SITE/vchkpw-suid" 2>/dev/null; [ $? = 11 ]; then
	is 'set-uid, SMTP: the ids of the caller, real and saved' \
	    "$(suid 25 alice@example.test /bin/sh -c \
	    'sed -n "s/^[UG]id:[[:space:]]*//p" /proc/self/status | tr -s "\t\n" "  "')" \
	    '12345 12345 12345 12345 12345 12345 12345 12345 '
	is 'set-uid, POP: the ids of the domain' \
	    "$(suid 110 alice@example.test /bin/sh -c \
	    'sed -n "s/^[UG]id:[[:space:]]*//p" /proc/self/status | tr -s "\t\n" "  "')" \
	    "$SITE_UID $SITE_UID $SITE_UID $SITE_UID $SITE_GID $SITE_GID $SITE_GID $SITE_GID "
	is 'set-uid: not the PATH of the caller' \
	    "$(suid 25 alice@example.test id -u)" 12345
	suid 110 alice true
	is 'set-uid: not the VPOPMAIL_DOMAIN of the caller' $? 3
	: >"$SITE/packet"
	printf 'alice@example.test\0\0\0' >"$SITE/packet"
	in_namespace env -i TCPLOCALPORT=110 AUTHORIZED=1 \
	    setpriv --reuid=12345 --regid=12345 --clear-groups \
	    "$SITE/vchkpw-suid" true 3<"$SITE/packet"
	is 'set-uid: no lookups' $? 13
fi
done_testing
