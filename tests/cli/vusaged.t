#!/bin/sh
# vusaged: the protocol byte for byte, what is counted, after crashes and
# changes by others, quotas of domains, warnings, bad clients and bad files.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
socket=$SITE/home/var/usage.sock
state=$SITE/home/var/vusaged.state
log=$SITE/log
dir=$SITE/home/domains/example.test
root=$([ "$(id -u)" = 0 ] && echo yes)
pid=
stop_daemon() { # SIGNAL
	[ -n "$pid" ] || return 0
	kill "-$1" "$pid"
	wait "$pid" 2>/dev/null
	status=$?
	pid=
}
trap 'stop_daemon KILL; cleanup' EXIT

client() {
	perl "$srcdir/tests/lib/usage.pl" "$@"
}
usage() { # NAME ...
	client "$socket" ask "$@"
}
settles() { # WORDS NAME WANTED
	is "$1" "$(client "$socket" wait "$2" "$3")" "$3"
}
# The domain's sum is that of all files.
agrees() {
	settles "$1" @example.test "$(client count "$dir")"
}
owned() {
	[ -z "$root" ] || chown -R "$SITE_UID:$SITE_GID" "$@"
}
config() { # LINES
	printf '%s\n' 'Socket:' "	Filename = $socket;" \
	    'Polling:' '	Directory minimum poll time = 1;' "$@" \
	    >"$SITE/home/etc/vusaged.conf"
}
start() { # ARGUMENTS: until it is ready
	mkfifo "$SITE/ready" 2>/dev/null
	vusaged -n 3 "$@" 2>>"$log" 3>"$SITE/ready" &
	pid=$!
	read -r _ <"$SITE/ready"
}
refuses() { # WORDS PATTERN CONFIG-LINES: it does not start
	refuses_words=$1
	refuses_pattern=$2
	shift 2
	printf '%s\n' "$@" >"$SITE/bad.conf"
	run vusaged "$SITE/bad.conf"
	like "$refuses_words" "$status $err" "1 $refuses_pattern"
}
message() { # MAILDIR-FOLDER NAME SIZE
	head -c "$3" /dev/zero >"$1/tmp/$2"
	owned "$1/tmp/$2"
	mv "$1/tmp/$2" "$1/new/$2"
}
folder() { # PATH
	mkdir -p "$1/new" "$1/cur" "$1/tmp"
	owned "$1"
}
deliver() { # USER SIZE
	{
		printf 'Subject: x\n\n'
		head -c "$2" /dev/zero | tr '\0' x
	} >"$SITE/mail"
	(cd "$dir" && EXT=$1 HOST=example.test vdelivermail '' \
	    bounce-no-mailbox <"$SITE/mail" >"$SITE/.out" 2>"$SITE/.err")
	status=$?
	out=$(cat "$SITE/.out")
}

ok 'a domain' vadddomain --password-hash "$hash" example.test
ok 'an alias of it' vaddaliasdomain alias.test example.test
for user in joe ann bob; do
	ok "$user" vadduser -e "$hash" "$user@example.test"
done
joe=$dir/joe/Maildir
ann=$dir/ann/Maildir

# ---- the settings ----
refuses 'no file at the socket and no address' '*Filename*or*Listen is needed*' 'Socket:'
refuses 'both' "*socket_init: invalid configuration: Can't use both Socket::Filename and Socket::Listen*" \
    'Socket:' " Filename = $socket;" ' Listen = 127.0.0.1:189;'
refuses 'a bad number' '*Client timeout*' 'Socket:' " Filename = $socket;" \
    ' Client timeout = -1;'
refuses 'a bad flag' "*Use Maildir++ format*" 'Socket:' \
    " Filename = $socket;" 'Polling:' ' Use Maildir++ format = maybe;'
refuses 'no semicolon' '*config: line 2:*' 'Socket:' ' Filename = /x'
refuses 'steps that shrink' '*Warnings::Steps*' 'Socket:' \
    " Filename = $socket;" 'Warnings:' ' Steps = 90 80;'
refuses 'a bad address' "*cannot listen on 'localhost'*" 'Socket:' ' Listen = localhost;'
echo precious >"$SITE/home/var/file"
refuses 'a file in the place of the socket' '*not a socket*' 'Socket:' \
    " Filename = $SITE/home/var/file;"
is_file 'which stays' "$SITE/home/var/file" precious
run vusaged "$SITE/none.conf"
like 'no settings' "$status $err" '1 *failed reading contents of *config_read failed'
run vusaged a b
is 'too many arguments' "$status" 1

# ---- the protocol ----
config
start
like 'what it says' "$(cat "$log")" "config: using $SITE/home/etc/vusaged.conf
socket: listening on $socket
vusaged: begin
controller: stage one*"
is 'who may connect' "$(stat -c '%a %u %g' "$socket")" "660 $SITE_UID $SITE_GID"
is 'it is nobody special' "$(awk '/^Uid/ { print $2, $3, $4 }' "/proc/$pid/status")" \
    "$SITE_UID $SITE_UID $SITE_UID"
settles 'a new site' @example.test '0 0'
head -c 1000 /dev/zero >"$joe/cur/1.x:2,S"
: >"$joe/new/2.x,S=9"
head -c 50 /dev/zero >"$joe/new/3.x,S=60"
owned "$joe"
settles 'an account' joe@example.test '1069 3'
settles 'its domain' @example.test '1069 3'
is 'an account, byte for byte' \
    "$(client "$socket" send 00106a6f65406578616d706c652e74657374)" \
    000000000000042d0000000000000003
is 'a domain' "$(client "$socket" send 000d406578616d706c652e74657374)" \
    000000000000042d0000000000000003
is 'a ping' "$(client "$socket" send 000120)" ffffffffffffffffffffffffffffffff
is 'an empty request has no answer' "$(client "$socket" send 0000)" ''
is 'and is skipped' \
    "$(client "$socket" send 000000106a6f65406578616d706c652e74657374)" \
    000000000000042d0000000000000003
is 'a NUL at the end' \
    "$(client "$socket" send 00116a6f65406578616d706c652e7465737400)" \
    000000000000042d0000000000000003
is 'but not inside' \
    "$(client "$socket" send 00126a6f65406578616d706c652e746573740061)" \
    ffffffffffffffffffffffffffffffff
is 'several at once, in order' "$(client "$socket" send \
    000120000d406578616d706c652e746573740001400001200000)" \
    "ffffffffffffffffffffffffffffffff000000000000042d0000000000000003ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
is 'a long one, then another' "$(client "$socket" send \
    "0400$(head -c 1024 /dev/zero | tr '\0' 1 | sed 's/1/61/g')00106a6f65406578616d706c652e74657374")" \
    ffffffffffffffffffffffffffffffff000000000000042d0000000000000003
is 'one that is too long closes' "$(client "$socket" send 040161)" closed
is 'only that connection' "$(usage joe@example.test)" '1069 3'
is 'in any case' "$(usage JOE@Example.Test @EXAMPLE.test)" '1069 3
1069 3'
is 'an alias domain' "$(usage @alias.test joe@alias.test)" '1069 3
1069 3'
is 'which is counted once' "$(usage @example.test)" '1069 3'
is 'a byte at a time' "$(client "$socket" drip joe@example.test)" '1069 3'
is 'what is not known' "$(usage no@example.test @no.test joe@no.test @ '' joe \
    'j oe@example.test' joe@@example.test a/b@example.test)" 'unknown
unknown
unknown
unknown
none
unknown
unknown
unknown
unknown'
is 'long names' "$(usage "$(printf '%0300d' 1)@example.test" "@$(printf '%0300d' 1)")" \
    'unknown
unknown'

# ---- what is counted ----
: >"$joe/cur/4.x,S=500:2,ST"
: >"$joe/cur/.hidden,S=500"
folder "$joe/.Trash"
: >"$joe/.Trash/new/5.x,S=500"
mkdir "$joe/cur/directory"
ln -s /etc/passwd "$joe/new/link"
: >"$SITE/outside"
agrees 'neither trash, nor hidden files, nor links'
folder "$joe/.Sub"
message "$joe/.Sub" 6.x 10
agrees 'a folder'
folder "$joe/.Sub.Deep"
message "$joe/.Sub.Deep" 7.x,S=77 1
agrees 'another one'
mkdir -p "$SITE/planted/new" "$SITE/planted/cur"
: >"$SITE/planted/new/8.x,S=1000000"
ln -s "$SITE/planted" "$joe/.Planted"
mv "$joe/.Sub.Deep" "$SITE/deep"
ln -s "$SITE/planted" "$joe/.Sub.Deep"
settles 'planted folders are not followed' joe@example.test '1079 4'
rm -r "$joe/.Planted" "$joe/.Sub.Deep"
mv "$joe/new" "$joe/new.away"
ln -s "$SITE/planted/new" "$joe/new"
settles 'nor is a planted new' joe@example.test '1010 2'
rm "$joe/new"
mv "$joe/new.away" "$joe/new"
mv "$dir/ann" "$SITE/ann"
ln -s "$dir/joe" "$dir/ann"
settles 'nor a planted mailbox' @example.test '1079 4'
rm "$dir/ann"
mv "$SITE/ann" "$dir/ann"
agrees 'all is well again'
rm -r "$joe/.Sub" && : >"$joe/.Sub"
agrees 'a folder that went'
rm "$joe/.Sub"


# ---- accounts that share a directory ----
cp "$dir/vpasswd" "$SITE/vpasswd"
printf 'sales:%s:1:0:x:%s:NOQUOTA\n' "$hash" "$dir/joe" >>"$dir/vpasswd"
ok 'an account with the directory of another' vmkpasswd example.test
settles 'has its mail' sales@example.test "$(client count "$dir/joe")"
agrees 'which is counted once'
message "$joe" 9.x,S=900 1
agrees 'also when it changes'
cp "$SITE/vpasswd" "$dir/vpasswd"
owned "$dir/vpasswd"
ok 'without it' vmkpasswd example.test
settles 'it goes' sales@example.test unknown
agrees 'and takes nothing along'
rm "$joe/new/9.x,S=900"

# ---- deliveries ----
printf 'Server:\n\tFilename = %s;\n' "$socket" >"$SITE/home/etc/vusagec.conf"
deliver ann 100
is 'a delivery' "$status $out" '0 '
is 'is counted at once' "$(usage ann@example.test)" "$(client count "$dir/ann")"
agrees 'in the domain, too'
vadduser -e "$hash" eve@example.test
deliver eve 10
settles 'a new account' eve@example.test "$(client count "$dir/eve")"
agrees 'with its domain'
vdeluser eve@example.test
settles 'which goes' eve@example.test unknown
agrees 'from its domain, too'
vadddomain --password-hash "$hash" other.test
settles 'a new domain' @other.test '0 0'
vdeldomain other.test
settles 'which goes' @other.test unknown

# ---- changes by others ----
for seed in 1 2 3; do
	client churn "$dir" $seed 300
	owned "$dir"
	agrees "after many changes: $seed"
done
churns() { # WORDS: while the daemon is down
	client churn "$dir" "$2" 200
	owned "$dir"
	start
	agrees "$1"
}
stop_daemon TERM
is 'it stops' "$status" 0
ok 'and saves' test -s "$state"
is 'for itself only' "$(stat -c %a "$state")" 600
not_ok 'the socket goes' test -e "$socket"
is 'its last words' "$(tail -n 3 "$log")" '<shutdown>
controller: done
vusaged: end'
churns 'changes while it was down' 4
client churn "$dir" 5 100
stop_daemon KILL
churns 'and after kill -9' 6
client churn "$dir" 7 100 &
churning=$!
stop_daemon KILL
start
wait "$churning"
owned "$dir"
agrees 'killed in the middle of changes'
not_ok 'a second one does not start' vusaged
is 'and leaves the first alone' "$(usage no@example.test)" unknown

# ---- the saved state ----
stop_daemon TERM
cp "$state" "$SITE/state"
wanted=$(client count "$dir")
size=$(stat -c %s "$state")
for cut in 0 1 20 $((size / 2)) $((size - 1)); do
	head -c "$cut" "$SITE/state" >"$state"
	start
	settles "torn at $cut" @example.test "$wanted"
	like "torn at $cut: what it says" "$(cat "$log")" \
	    "*'$state' cannot be used, everything is counted*"
	stop_daemon KILL
	: >"$log"
done
perl -e 'open my $f, "+<", $ARGV[0]; seek $f, 200, 0; print $f "\xff" x 8' "$state"
cp "$SITE/state" "$state"
perl -e 'open my $f, "+<", $ARGV[0]; seek $f, 200, 0; print $f "\x5a" x 8' "$state"
start
settles 'other bytes in it' @example.test "$wanted"
stop_daemon KILL
rm "$state"
ln -s "$SITE/state" "$state"
start
settles 'a link' @example.test "$wanted"
stop_daemon TERM
is 'is replaced, not followed' "$(stat -c %F "$state")" 'regular file'
cp "$SITE/state" "$state"
: >"$log"
start
settles 'a good one' @example.test "$wanted"
is 'is taken' "$(grep -c 'cannot be used' "$log")" 0
if [ -n "$root" ] && mkdir "$SITE/full" &&
    mount -t tmpfs -o size=64k,uid="$SITE_UID" none "$SITE/full" 2>/dev/null; then
	stop_daemon TERM
	config 'Storage:' "	Filename = $SITE/full/state;"
	head -c 60k /dev/zero >"$SITE/full/fill"
	cp "$SITE/state" "$SITE/full/state" 2>/dev/null
	: >"$log"
	start
	settles 'disk full' @example.test "$wanted"
	stop_daemon TERM
	is 'it stops nevertheless' "$status" 0
	like 'and says so' "$(cat "$log")" "*cannot save '$SITE/full/state'*"
	umount "$SITE/full"
	config
	start
	settles 'all is well again' @example.test "$wanted"
fi

# ---- what cannot be read ----
if [ -n "$root" ]; then
	chown -R 1:1 "$joe"
	chmod 0700 "$joe"
	agrees 'folders of another user'
	owned "$joe"
fi
if [ -n "$root" ]; then
	# Without the right to read everything.
	stop_daemon TERM
	wanted=$(client count "$dir")
	chown -R 0:0 "$joe"
	chmod 0700 "$joe"
	: >"$log"
	setpriv --reuid="$SITE_UID" --regid="$SITE_GID" --clear-groups \
	    vusaged 2>>"$log" &
	pid=$!
	settles 'a mailbox that cannot be read' joe@example.test unknown
	settles 'counts as it was' @example.test "$wanted"
	message "$ann" 99.x,S=99 1
	settles 'while others change' @example.test \
	    "$((${wanted% *} + 99)) $((${wanted#* } + 1))"
	is 'it is told once' \
	    "$(grep -c "cannot read the mailbox of 'joe@example.test'" "$log")" 1
	owned "$joe"
	agrees 'and is read when it can be'
	stop_daemon TERM
	start
fi
config '	Use Maildir++ format = False;'
kill -HUP "$pid"
settles 'sizes on the disk' ann@example.test "$(find "$ann"/new "$ann"/cur \
    "$ann"/.[A-Z]*/new "$ann"/.[A-Z]*/cur ! -name '*:2,*T*' -type f \
    -printf '%s\n' 2>/dev/null | awk '{ n += $1 } END { print n + 0, NR }')"
config 'Polling:' '	Watches = 0;'
kill -HUP "$pid"
message "$joe" 100.x 33
agrees 'without watches'
# The next pass is far away: the question itself has to find it.
printf '%s\n' 'Socket:' "	Filename = $socket;" 'Polling:' \
    '	Directory minimum poll time = 1000;' '	Watches = 0;' \
    >"$SITE/home/etc/vusaged.conf"
kill -HUP "$pid"
settles 'a slow pass' @example.test "$(client count "$dir")"
rm "$joe/new/100.x"
agrees 'what was deleted without a watch'
config '	Watches = 4;'
kill -HUP "$pid"
client churn "$dir" 8 200
owned "$dir"
agrees 'with few'
message "$joe" 101.x 34
agrees 'and more'
echo 'Nonsense' >"$SITE/home/etc/vusaged.conf"
kill -HUP "$pid"
agrees 'settings that cannot be read change nothing'
config
kill -HUP "$pid"
agrees 'reloaded'

# ---- clients ----
client "$socket" flood 50
is 'clients that vanish' "$(usage no@example.test)" unknown
fds() {
	find "/proc/$pid/fd" -mindepth 1 2>/dev/null | wc -l
}
before=$(fds)
is '10000 connections' "$(client "$socket" knock 10000)" 10000
is 'which leave it well' "$(usage no@example.test)" unknown
n=0
while [ "$(fds)" -gt "$before" ] && [ $n -lt 100 ]; do
	sleep 0.05
	n=$((n + 1))
done
is 'and leave nothing' $(($(fds) <= before)) 1
is 'one that never reads' "$(client "$socket" deaf 2000)" sent
agrees 'disturbs nobody'
like 'a hundred at once' "$(client "$socket" crowd 100 @example.test)" '100x *'
config '	Watches = 0;' 'Socket:' '	Client timeout = 1;'
kill -HUP "$pid"
agrees 'other settings'
like 'who asks nothing is cut off' "$(client "$socket" idle)" '[123]'
is 'and who never ends a request' "$(client "$socket" send 0010616263 10)" closed
stop_daemon TERM

# ---- TCP ----
port=$(perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
    LocalAddr => "127.0.0.1:0")->sockport')
printf '%s\n' 'Socket:' "	Listen = 127.0.0.1:$port;" \
    '	Allow = 192.0.2.1 127.0.0.1;' >"$SITE/home/etc/vusaged.conf"
: >"$log"
start
is 'over TCP' "$(client "127.0.0.1:$port" wait @example.test "$(client count "$dir")")" \
    "$(client count "$dir")"
stop_daemon TERM
printf '%s\n' 'Socket:' "	Listen = 127.0.0.1:$port;" \
    '	Allow = 192.0.2.1 127.0.0.11;' >"$SITE/home/etc/vusaged.conf"
start
is 'others are closed at once' "$(client "127.0.0.1:$port" send 000120)" closed
like 'which is told' "$(cat "$log")" '*socket: rejected connection from 127.0.0.1:*'
stop_daemon TERM

# ---- readiness ----
config
perl -MIO::Socket::UNIX -MSocket -e '
	my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $ARGV[0]);
	chmod 0666, $ARGV[0];
	alarm 20; $s->recv(my $got, 100); print $got' "$SITE/notify" >"$SITE/told" &
waiter=$!
while [ ! -S "$SITE/notify" ]; do sleep 0.05; done
chmod 0666 "$SITE/notify"
NOTIFY_SOCKET=$SITE/notify
export NOTIFY_SOCKET
start
unset NOTIFY_SOCKET
wait "$waiter"
is 'the supervisor is told' "$(cat "$SITE/told")" READY=1

# ---- quotas of domains ----
rm -rf "$joe"/.[A-Z]* "$ann"/.[A-Z]* "$joe"/new/* "$joe"/cur/* "$ann"/new/* "$ann"/cur/* \
    "$dir"/bob/Maildir/.[A-Z]* "$dir"/bob/Maildir/*/* \
    "$dir"/postmaster/Maildir/.[A-Z]* "$dir"/postmaster/Maildir/*/*
agrees 'nothing is left'
with 'domainquotas = yes'
printf 'quota: 1\n' >"$dir/.qmailadmin-limits"
owned "$dir/.qmailadmin-limits"
check_rcpt() { # ADDRESS
	printf '%s\0' "$1" >"$SITE/packet"
	vrcptcheck 3<"$SITE/packet" >/dev/null 2>&1
	echo $?
}
message "$joe" 1.x,S=1000000 1
settles 'a nearly full domain' @example.test '1000000 1'
deliver ann 100
is 'takes a small message' "$status" 0
deliver ann 60000
is 'but no large one' "$status $out" '100 domain is over quota (#5.2.2)'
is 'its addresses are there' "$(check_rcpt ann@example.test)" 0
message "$joe" 2.x,S=60000 1
settles 'a full one' @example.test "$(client count "$dir")"
deliver ann 1
is 'takes nothing' "$status $out" '100 domain is over quota (#5.2.2)'
is 'and its addresses no mail' "$(check_rcpt ann@example.test)" 1
rm "$joe/new/2.x,S=60000"
agrees 'a message less'
deliver ann 1
is 'when there is room again' "$status" 0
is 'they do' "$(check_rcpt ann@example.test)" 0
message "$joe" 3.x,S=60000 1
agrees 'full again'
kill -STOP "$pid"
began=$(date +%s)
deliver ann 1
is 'a daemon that hangs: the mail is counted' "$status" 100
rm "$joe/new/3.x,S=60000"
deliver ann 1
is 'and goes through' "$status" 0
is 'soon' $(($(date +%s) - began < 15)) 1
kill -CONT "$pid"
agrees 'it goes on'
stop_daemon TERM
message "$joe" 4.x,S=60000 1
deliver ann 1
is 'no daemon: the mail is counted' "$status" 100
is 'but not for every recipient' "$(check_rcpt ann@example.test)" 0
rm "$joe/new/4.x,S=60000"
printf 'maxmsgcount: 3\n' >"$dir/.qmailadmin-limits"
start
agrees 'back again'
n=$(client count "$dir" | cut -d ' ' -f 2)
printf 'maxmsgcount: %s\n' $((n + 1)) >"$dir/.qmailadmin-limits"
deliver ann 1
is 'by the number of messages' "$status" 0
deliver ann 1
is 'which is full' "$status $out" '100 domain is over quota (#5.2.2)'
with 'domainquotas = no'
deliver ann 1
is 'without the setting' "$status" 0
stop_daemon TERM

# ---- warnings ----
rm -f "$dir/.qmailadmin-limits" "$dir"/*/Maildir/new/* "$dir"/*/Maildir/cur/*
warnings='Warnings:
	Steps = 80 90 100;
	Period = 1000;'
config "$warnings"
vmoduser -q 10000S bob@example.test
bob=$dir/bob/Maildir
start
agrees 'before'
warned() { # WORDS COUNT: messages bob has got about it
	n=0
	while [ "$(grep -ls 'Mail quota warning' "$bob"/new/* | wc -l)" != "$2" ] &&
	    [ $n -lt 50 ]; do
		sleep 0.05
		n=$((n + 1))
	done
	# Nothing more comes.
	sleep 0.2
	is "$1" "$(grep -ls 'Mail quota warning' "$bob"/new/* | wc -l)" "$2"
}
quota_events() {
	vevents list -n 100 --json -t 'user.quota.*' | jq -r .type |
	    tr '\n' ' '
}
events() { # WORDS TYPES: what was told of bob's quota, a moment later
	n=0
	while [ "$(quota_events)" != "$2" ] && [ $n -lt 100 ]; do
		sleep 0.05
		n=$((n + 1))
	done
	is "$1" "$(quota_events)" "$2"
}
message "$bob" 1.x,S=7000 1
warned 'below the first step' 0
message "$bob" 2.x,S=1000 1
warned 'the first step' 1
like 'the text' "$(cat "$bob"/new/*M*)" "Delivered-To: bob@example.test
Date: *
From: *
Subject: Mail quota warning
*80 percent*"
message "$bob" 3.x,S=10 1
warned 'not again' 1
message "$bob" 4.x,S=3000 1
warned 'the last step' 2
rm "$bob/new/4.x,S=3000"
message "$bob" 5.x,S=500 1
warned 'nor for a lower one' 2
told='user.quota.changed user.quota.warn user.quota.exceeded '
events 'both are events' "$told"
is 'with numbers' "$(vevents list -n 1 --json -t user.quota.exceeded |
    jq -c '.data.new | [.used > 11000, .limit, .unit, .percent]')" \
    '[true,10000,"bytes",100]'
stop_daemon TERM
message "$bob" 6.x,S=10 1
start
agrees 'a restart'
warned 'nor after a restart' 2
message "$bob" 7.x,S=10 1
stop_daemon KILL
printf '99 torn' >>"$state.warned"
start
agrees 'kill -9'
message "$bob" 8.x,S=10 1
warned 'nor after that' 2
events 'nor an event' "$told"
rm "$bob"/new/1.x,S=7000
message "$bob" 8a.x,S=10 1
warned 'less than the first step' 2
told="${told}user.quota.cleared "
events 'is an event' "$told"
stop_daemon TERM
start
message "$bob" 8b.x,S=10 1
warned 'no warning of that' 2
events 'nor another event' "$told"
message "$bob" 8c.x,S=7000 1
warned 'none in the period' 2
told="${told}user.quota.warn "
events 'but an event' "$told"
stop_daemon TERM
perl -pi -e 's/^(\d+)/$1 - 2000/e' "$state.warned"
start
message "$bob" 9.x,S=10 1
warned 'but in the next period' 3
printf 'maxmsgcount: 10\n' >"$dir/.qmailadmin-limits"
owned "$dir/.qmailadmin-limits"
stop_daemon TERM
printf 'Subject: Domain\n\nThe domain is nearly full.\n' >"$dir/.domainwarn.msg"
chmod 0644 "$dir/.domainwarn.msg"
start
agrees 'a domain with a limit'
message "$joe" 10.x,S=1 1
n=0
while ! grep -qs 'The domain is nearly full' "$dir"/postmaster/Maildir/new/* &&
    [ $n -lt 100 ]; do
	sleep 0.05
	n=$((n + 1))
done
is 'its postmaster is warned' "$(cat "$dir"/postmaster/Maildir/new/* |
    grep -c -e '^Delivered-To: postmaster@example.test' \
    -e 'The domain is nearly full')" 2
domain_event() {
	vevents list --json -t 'domain.quota.*' | head -n 1 |
	    jq -r '.type + " " + .object.id + " " + .data.new.unit'
}
n=0
while [ -z "$(domain_event)" ] && [ $n -lt 100 ]; do
	sleep 0.05
	n=$((n + 1))
done
is 'which is an event, too' "$(domain_event)" \
    'domain.quota.exceeded example.test messages'
agrees 'after all that'
stop_daemon TERM
is 'and stops' "$status" 0
done_testing
