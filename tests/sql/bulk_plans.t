#!/bin/sh
# PostgreSQL makes the plan of a prepared statement once: one made while a
# domain was small must not read all of it for each account once it has grown.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

servers_make
pgsql_start pg
VTEST_SOCKET=$PGSQL_SOCKET
VTEST_PORT=$PGSQL_PORT
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_STORE=pgsql
site_make

rows() { # name, count
	awk -v name="$1" -v n="$2" 'BEGIN {
		print "address,hash"
		for (i = 0; i < n; i++)
			printf "%s%d@example.test,*\n", name, i
	}' >"$SITE/$1.csv"
}

# What was read of a table, once a program that has ended has told it.
read_of() { # table, its rows
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		figures=$(echo "SELECT n_live_tup,
		    seq_tup_read + coalesce(idx_tup_fetch, 0)
		    FROM pg_stat_user_tables WHERE relname = '$1'" | store_sql)
		[ "${figures%%|*}" -lt "$2" ] || break
		sleep 1
	done
	echo "${figures#*|}"
}

rows few 100
rows many 1500
ok 'a domain' vadddomain --no-password example.test
ok 'some accounts' vadduser --from "$SITE/few.csv"
read_of vpopmail 100 >/dev/null
read_of lastauth 100 >/dev/null
# The server knows now that there is little.
echo 'ANALYZE vpopmail; ANALYZE lastauth' | store_sql
users=$(read_of vpopmail 100)
logins=$(read_of lastauth 100)
ok 'many more' vadduser --from "$SITE/many.csv"
# Of those that are new nothing is there to be read.
users=$(($(read_of vpopmail 1600) - users))
logins=$(($(read_of lastauth 1600) - logins))
[ "$users" -lt 1500 ] && pass 'accounts are found by their names' ||
    fail "1500 accounts: $users rows of vpopmail were read"
[ "$logins" -lt 1500 ] && pass 'last logins are found by their names' ||
    fail "1500 accounts: $logins rows of lastauth were read"
is 'all are there' "$(echo 'SELECT count(*) FROM vpopmail' | store_sql)" 1601
store_end
VTEST_STORE=
done_testing
