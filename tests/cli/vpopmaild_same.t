#!/bin/sh
# vpopmaild: its own server answers as the child of a super-server does.
. "${srcdir:-.}/tests/lib/lib.sh"

PMD_SERVER=1
export PMD_SERVER
for name in clients files rights; do
	ok "vpopmaild_$name" sh "$srcdir/tests/cli/vpopmaild_$name.t"
done
done_testing
