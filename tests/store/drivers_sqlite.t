#!/bin/sh
# The driver for SQLite.
. "$srcdir/tests/store/drivers.sh"
needs sqlite

mkdir -m 0700 "$SERVERS/sqlite"
for name in values errors rows million login; do
	check $name $name driver=sqlite server=sqlite \
	    "database=$SERVERS/sqlite/file"
done
done_testing
