#!/bin/sh
# What all tools share: help, version, refusals, and options that the usage
# names.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
for tool in vadddomain vaddaliasdomain vdeldomain vrenamedomain vdominfo vadduser vdeluser \
    vuserinfo vmoduser vsetuserquota vpasswd vchangepw vverifypw vmkpasswd \
    vmoddomlimits valias vipmap vpopbull vdeloldusers vmakedotqmail vkill vlist \
    vdoctor vapppass vevents; do
	usage=$($tool --help)
	is "$tool --help" "$? ${usage%%:*}" "0 $tool"
	run $tool --version
	ran "$tool --version" 0 'version: 6.0.0' ''
	run $tool --no-such-option
	is "$tool: an unknown option" "$status $out" "255 $usage"
	bad=
	for option in $(echo "$usage" | grep -o -- '--[a-z0-9-]*' |
	    sort -u) $(echo "$usage" | grep -o -- ' -[A-Za-z0-9][, [(]' |
	    tr -d ' ,[(' | sort -u); do
		$tool "$option" --help >/dev/null 2>"$SITE/err" </dev/null
		! grep -q -e 'unrecognized' -e 'invalid option' \
		    -e ambiguous "$SITE/err" || bad="$bad $option"
	done
	is "$tool: every option of the usage is one" "$bad" ''
done

run vadduser -- -c
is 'options end at --' "$status $(echo "$out" | head -n 1)" \
    '255 You did not use a full email address for the user name'
VPOPMAIL_CONF=$SITE/bad.conf
echo 'no_such_setting = 1' >"$VPOPMAIL_CONF"
run vdominfo
like 'a broken settings file' "$status $err" '[12]* Error - *. Initial open.*'

VPOPMAIL_CONF=$SITE/home/etc/vpopmail.conf
ok 'a domain' vadddomain --no-password example.com
not_ok 'output that cannot be written is an error' \
    sh -c 'vdominfo >/dev/full'

# A password on the command line is wiped before anything is waited for.
mkfifo "$SITE/fifo"
vmoduser -C Visible.pw --password-stdin postmaster@example.com <"$SITE/fifo" &
pid=$!
exec 3>"$SITE/fifo"
n=0
while ! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q -- '-C *--password' &&
    [ $n -lt 50 ]; do
	n=$((n + 1))
	sleep 0.1
done
is 'argv is wiped' "$(tr '\0' ' ' <"/proc/$pid/cmdline" | grep -c Visible)" 0
echo New.pw12 >&3
exec 3>&-
wait "$pid"
is 'and the command goes on' $? 0
ok 'with the other one' vverifypw postmaster@example.com New.pw12
done_testing
