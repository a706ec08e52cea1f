#!/bin/sh
# Many accounts at once, on servers: what is killed at any of its requests has
# added none or all, and PostgreSQL, which makes the plan of a prepared
# statement once, must not read all of a domain for each account with a plan
# made while the domain was small.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

servers_make
mariadb_start my
pgsql_start pg
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_PORT=$PGSQL_PORT

site() { # store
	VTEST_STORE=
	[ -z "$SITE" ] || rm -rf "$SITE"
	site_make
	VTEST_STORE=$1
	VTEST_SOCKET=$MARIADB_SOCKET
	[ "$1" = mysql ] || VTEST_SOCKET=$PGSQL_SOCKET
	store_make
	ok "$1: a domain" vadddomain --no-password example.test
}

rows() { # name, count
	awk -v name="$1" -v n="$2" 'BEGIN {
		print "address,hash"
		for (i = 0; i < n; i++)
			printf "%s.%d@example.test,*\n", name, i
	}' >"$SITE/$1.csv"
}

added() { # name: how many of them there are
	echo "SELECT count(*) FROM vpopmail WHERE pw_name LIKE '$1.%'" |
	    store_sql
}

# ---- killed ----
killed() {
	what="$1: killed before request $2"
	rows "n$2" 12
	ASAN_OPTIONS=detect_leaks=0 \
	    inject unsent "$2" vadduser --from "$SITE/n$2.csv" >"$SITE/out" 2>&1
	! grep -q '^inject: only' "$SITE/out" || return 1
	# The next change undoes what was left half done.
	ok "$what: another change" vmoduser -c "C $2" postmaster@example.test
	case $(added "n$2") in
	0 | 12) pass "$what: all or nothing" ;;
	*) fail "$what: $(added "n$2") were added" ;;
	esac
	ok "$what: done again" vadduser --from "$SITE/n$2.csv"
	is "$what: all are there" "$(added "n$2")" 12
}

for store in mysql pgsql; do
	site $store
	n=1
	while killed $store $n; do
		n=$((n + 1))
	done
	[ $n -gt 10 ] && pass "$store: $n requests" || fail "$store: $n requests"
	is "$store: vdoctor finds nothing" "$(vdoctor)" ''
done

# ---- plans ----
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

site pgsql
rows few 100
rows many 1500
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
is 'all are there' "$(added many)" 1500
VTEST_STORE=
done_testing
