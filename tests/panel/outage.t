#!/bin/sh
# The panel while its state is out of reach, the disk is full, or modules have
# more to do than they can: it says so, asks to come again, and goes on by
# itself.
if [ -z "$SMALL" ]; then
	SMALL=$(mktemp -d "${TMPDIR:-/tmp}/vhostadmin-test.XXXXXX") || exit 1
	export SMALL
	if unshare -m mount -t tmpfs none "$SMALL" 2>/dev/null; then
		unshare -m "$0"
	else
		echo '1..0 # SKIP no right to mount a file system'
	fi
	status=$?
	rm -r "$SMALL"
	exit "$status"
fi
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"
. "${srcdir:-.}/tests/panel/modules.sh"

site_make
vadddomain --no-password test.com || exit 1
vadduser boss@test.com secret0 && vmoduser -S boss@test.com || exit 1
var=$SITE/home/var
mount -t tmpfs -o size=16m none "$SMALL" || exit 1
cp -a "$var/." "$SMALL" && mount --move "$SMALL" "$var" || exit 1
chown "$SITE_UID:$SITE_GID" "$var"
trap 'umount -l "$var"; cleanup' EXIT
panel_mail
MODULES=$SITE/modules
module_make slow
sed -i 's/"things"/"slow"/; s/"seconds": 1/"seconds": 60/' \
    "$MODULES/slow/module.json"
sed -i 's/^\tmy \$answer = .*/\tselect undef, undef, undef, 0.05 until -e "go";\n&/' \
    "$MODULES/slow/run"

users=/domains/test.com/users
unavailable() {
	[ "$status" = 503 ] && [ "$(header retry-after)" -ge 1 ] &&
	    [ "$(got .type)" = urn:vhost:problem:unavailable ]
}
# refused WORDS COMMAND ...: a request that is answered so
refused() {
	refused_words=$1
	shift
	"$@"
	ok "$refused_words" unavailable
	unavailable || comment answer "$status $out"
}

# ---- no state ----------------------------------------------------------------
mkdir "$var/panel.sqlite"
panel_start 'queue = 2' 'request_seconds = 10'
refused 'state: what is no file' api GET $users
refused 'state: for who comes by the socket of a web server' \
    login boss@test.com secret0
like 'state: the log knows why' "$(cat "$PANEL_LOG")" "*panel.sqlite': *"
rmdir "$var/panel.sqlite"
api GET $users
is 'state: it is there' "$status" 200
login boss@test.com secret0
is 'state: and in use' "$status" 201

# ---- a disk that is full -------------------------------------------------------
sed -i '/^password_scheme/d' "$VPOPMAIL_CONF"
dd if=/dev/zero of="$var/fill" bs=4096 2>/dev/null
refused 'full: no new mailbox' api POST $users -H "$JSON" -d '{"name":"carol"}'
not_ok 'full: nothing of it is there' vuserinfo carol@test.com
api GET $users
is 'full: what is there is shown' "$status $(got '[.items[].name] | join(" ")')" \
    '200 boss postmaster'
web GET /sessions/current
is 'full: who is known' "$status" 200
refused 'full: no new token' web POST /tokens -H "$JSON" -d '{"label":"x"}'
kept="$cookie $csrf"
refused 'full: no new session' login boss@test.com secret0
cookie=${kept% *} csrf=${kept#* }
rm "$var/fill"
api POST $users -H "$JSON" -d '{"name":"carol"}'
is 'room: a mailbox' "$status" 201
web POST /tokens -H "$JSON" -d '{"label":"x"}'
is 'room: a token' "$status" 201
web GET /tokens
is 'room: the only one' "$(got '.items | length')" 1

# ---- a module that hangs -----------------------------------------------------------
# There are two workers.  One waits for the module; who else asks for it waits
# for some time at most.
for n in 1 2 3 4 5 6 7 8; do
	curl -s -m 60 --unix-socket "$PANEL_SOCK" -D "$SITE/many.$n" -o /dev/null \
	    http://localhost/api/v1/slow &
	many="$many $!"
done
told() {
	grep -l '^HTTP/1.1 503' "$SITE"/many.* 2>/dev/null
}
are_told() {
	[ "$(told | wc -l)" = "$1" ]
}
ok 'hangs: the module has one request, others are refused' await are_told 7
is 'hangs: who is refused may come again' \
    "$(told | xargs grep -il '^retry-after: ' | wc -l)" 7
api GET $users
is 'hangs: who asks for others does not wait' "$status" 200
refused 'hangs: one more' api GET /slow
touch "$var/modules/slow/go"
# shellcheck disable=SC2086
wait $many
is 'hangs: the one is served at last' \
    "$(grep -l '^HTTP/1.1 200' "$SITE"/many.* | wc -l)" 1
api GET /slow
is 'hangs: then all is as before' "$status" 200

panel_stop
done_testing
