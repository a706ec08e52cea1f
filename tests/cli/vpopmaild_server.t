#!/bin/sh
# vpopmaild as a server of its own: all kinds of sockets, bad clients, lost
# processes.
. "${srcdir:-.}/tests/lib/lib.sh"
. "$srcdir/tests/lib/talk.sh"

pmd_site >/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj /CN=localhost -days 3650 -keyout "$SITE/key.pem" \
    -out "$SITE/cert.pem" 2>/dev/null
with 'vpopmaild_tcp = 127.0.0.1:0 [::1]:0' 'vpopmaild_tls = 127.0.0.1:0' \
    "vpopmaild_unix = $SITE/socket" "vpopmaild_certificate = $SITE/cert.pem" \
    "vpopmaild_key = $SITE/key.pem" 'vpopmaild_workers = 2'
export SITE
perl -I "$srcdir/tests/lib" "$srcdir/tests/lib/vpopmaild_server.pl"
