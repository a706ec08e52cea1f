#!/bin/sh
# vpopmaild as a server of its own: limits of time, of connections and of
# logins; new settings; the end.
. "${srcdir:-.}/tests/lib/lib.sh"
. "$srcdir/tests/lib/talk.sh"

pmd_site >/dev/null
for name in one two; do
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
	    -nodes -subj "/CN=$name" -days 3650 -keyout "$SITE/$name.pem" \
	    -out "$SITE/$name.crt" 2>/dev/null
	cat "$SITE/$name.crt" >>"$SITE/$name.pem"
done
cp "$VPOPMAIL_CONF" "$SITE/conf"
with 'vpopmaild_tcp = 127.0.0.1:0 [::1]:0' 'vpopmaild_workers = 2'
export SITE
perl -I "$srcdir/tests/lib" "$srcdir/tests/lib/vpopmaild_guard.pl"
