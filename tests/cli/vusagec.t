#!/bin/sh
# vusagec: output and exit status, with and without a daemon.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
socket=$SITE/home/var/usage.sock
settings=$SITE/home/etc/vusagec.conf
pid=
trap '[ -z "$pid" ] || kill -9 "$pid"; cleanup' EXIT
vadddomain --no-password example.test
vadduser -e '$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' joe@example.test
: >"$SITE/home/domains/example.test/joe/Maildir/new/1.x,S=1069"
printf 'Socket:\n Filename = %s;\n' "$socket" >"$SITE/home/etc/vusaged.conf"

run vusagec
like 'no argument' "$status $out" '1 Usage: *vusagec <email|@domain> \[...\]'
run vusagec joe@example.test
ran 'no settings' 1 'client_connect failed' ''
printf 'Server:\n Filename = %s;\n Timeout = 1;\n' "$socket" >"$settings"
run vusagec joe@example.test
ran 'no daemon' 1 'client_connect failed' 'client_connect: connect failed: 2'

mkfifo "$SITE/ready"
vusaged -n 3 3>"$SITE/ready" 2>"$SITE/log" &
pid=$!
read -r _ <"$SITE/ready"
n=0
while vusagec @example.test | grep -q 'No data' && [ $n -lt 100 ]; do
	n=$((n + 1))
	sleep 0.05
done
run vusagec joe@example.test @example.test JOE@Example.Test \
    nobody@example.test @nope.com ' '
ran 'answers' 0 'joe@example.test: 1069 byte(s) in 1 file(s)
example.test: 1069 byte(s) in 1 file(s)
JOE@Example.Test: 1069 byte(s) in 1 file(s)
nobody@example.test: No data available
@nope.com: No data available
 : No data available' ''
run vusagec "$(printf '%02000d' 1)" joe@example.test
like 'one that is too long' "$status $out" \
    '0 client_query failed?joe@example.test: 1069 byte(s) in 1 file(s)'
run vusagec ''
like 'an empty one' "$status $out" '0 client_query failed'
printf 'Server:\n Disable = TRUE;\n Filename = %s;\n' "$socket" >"$settings"
run vusagec joe@example.test
ran 'disabled' 1 'client_connect failed' ''
printf 'Server:\n Disable = False;\n' >"$settings"
run vusagec joe@example.test
ran 'neither a file nor an address' 1 'client_connect failed' ''
printf 'Server:\n Filename = %s' "$socket" >"$settings"
run vusagec joe@example.test
ran 'settings with an error' 1 'client_connect failed' ''
printf 'Server:\n Filename = %s;' "$socket" >"$settings"
run vusagec joe@example.test
ran 'a last line without its end' 0 \
    'joe@example.test: 1069 byte(s) in 1 file(s)' ''
printf 'Server:\n Filename = /x;\n Remote = 127.0.0.1:1;\n' >"$settings"
run vusagec joe@example.test
ran 'an address goes first' 1 'client_connect failed' \
    'client_connect: connect failed: 111'
cd "$SITE" || exit 1
mkdir etc
printf 'Server:\n Filename = %s;\n' "$socket" >"$SITE/vusagec.conf"
cp vusagec.conf etc
rm "$settings"
run vusagec joe@example.test
ran 'files of the working directory are not read' 1 'client_connect failed' ''
printf 'Server:\n Filename = %s;\n Timeout = 1;\n' "$socket" >"$settings"
kill -STOP "$pid"
run vusagec joe@example.test
like 'a daemon that hangs' "$status $out" '0 client_query failed'
kill -CONT "$pid"
kill "$pid"
wait "$pid"
pid=
done_testing
