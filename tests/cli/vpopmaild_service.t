#!/bin/sh
# vpopmaild as contrib/vpopmaild starts it: by a supervisor that runs a script,
# and by systemd.
. "${srcdir:-.}/tests/lib/lib.sh"
. "$srcdir/tests/lib/talk.sh"

pmd_site >/dev/null
with 'vpopmaild_tcp = 127.0.0.1:0' "vpopmaild_unix = $SITE/socket" \
    'vpopmaild_workers = 2' 'vpopmaild_peer_login = yes'
# The folder of the programs is not that of an installation.
mkdir "$SITE/bin"
ln -s "$(command -v vpopmaild)" "$SITE/bin/vpopmaild"
UNIT=$srcdir/contrib/vpopmaild/vpopmaild.service
sed "s|/home/vpopmail/bin|$SITE/bin|" "$srcdir/contrib/vpopmaild/run" \
    >"$SITE/run"
sed "s|/home/vpopmail/bin|$SITE/bin|" "$UNIT" >"$SITE/vpopmaild.service"
chmod +x "$SITE/run"
is 'both name the program' \
    "$(cat "$SITE/run" "$SITE/vpopmaild.service" | grep -c "$SITE/bin/")" 2
if command -v systemd-analyze >/dev/null; then
	is 'systemd understands the unit' "$(systemd-analyze verify --man=no \
	    "$SITE/vpopmaild.service" 2>&1 | grep vpopmaild.service)" ''
fi
export SITE
perl -I "$srcdir/tests/lib" "$srcdir/tests/lib/vpopmaild_service.pl" \
    "$tests" "$failed"
