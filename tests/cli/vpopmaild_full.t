#!/bin/sh
# vpopmaild when the disk is full: on a small file system of its own, which
# needs the right to mount one.
if [ -z "$SMALL" ]; then
	SMALL=$(mktemp -d "${TMPDIR:-/tmp}/vhostadmin-test.XXXXXX") || exit 1
	export SMALL
	if unshare -m mount -t tmpfs none "$SMALL" 2>/dev/null; then
		unshare -m "$0"
	else
		echo '1..0 # SKIP no right to mount a file system'
	fi
	status=$?
	rmdir "$SMALL"
	exit "$status"
fi
mount -t tmpfs -o size=8m none "$SMALL" || exit 1
chmod 0755 "$SMALL"
TMPDIR=$SMALL
export TMPDIR
. "${srcdir:-.}/tests/lib/lib.sh"
. "$srcdir/tests/lib/talk.sh"

pmd_site >/dev/null
with 'vpopmaild_tcp = 127.0.0.1:0' 'vpopmaild_workers = 2'
perl -I "$srcdir/tests/lib" "$srcdir/tests/lib/vpopmaild_full.pl"
