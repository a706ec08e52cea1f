#!/bin/sh
# One table for each domain: what a failed change leaves in the database is
# removed by a later one.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01'
servers_make
pgsql_start pg
VTEST_SOCKET=$PGSQL_SOCKET
VTEST_PORT=$PGSQL_PORT
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_STORE=pgsql
site_make
with 'many_domains = no'

tables() { # of domains
	echo "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname
	    LIKE '%\\_test' ORDER BY relname" | store_sql | tr '\n' ' '
}

# A domain cannot be added, and its table not be dropped.
break_server() {
	store_server pgsql "$store_name" <<'SQL'
ALTER TABLE lastauth ADD CONSTRAINT no_more CHECK (domain <> 'new.test');
CREATE OR REPLACE FUNCTION keep_all() RETURNS event_trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'nothing is dropped'; END $$;
CREATE EVENT TRIGGER keep_all ON sql_drop EXECUTE FUNCTION keep_all();
SQL
}
mend_server() {
	store_server pgsql "$store_name" <<'SQL'
DROP EVENT TRIGGER keep_all;
ALTER TABLE lastauth DROP CONSTRAINT no_more;
SQL
}

ok 'a domain' vadddomain --password-hash "$hash" one.test
is 'its table' "$(tables)" 'one_test '
break_server
not_ok 'one that fails' vadddomain --password-hash "$hash" new.test
not_ok 'its directory is gone' test -e "$SITE/home/domains/new.test"
is 'its table cannot be dropped' "$(tables)" 'new_test one_test '
ok 'others can be changed' vmoduser -c Name postmaster@one.test
is 'the table is still there' "$(tables)" 'new_test one_test '
mend_server
ok 'the next change' vmoduser -c Other postmaster@one.test
is 'drops it' "$(tables)" 'one_test '
is 'vdoctor finds nothing' "$(vdoctor)" ''
ok 'the domain can be added' vadddomain --password-hash "$hash" new.test
ok 'and deleted' vdeldomain new.test
is 'with its table' "$(tables)" 'one_test '

break_server
not_ok 'another that fails' vadddomain --password-hash "$hash" new.test
mend_server
is 'leaves its table' "$(tables)" 'new_test one_test '
ok 'a repair' vdoctor --repair
is 'drops it, too' "$(tables)" 'one_test '
VTEST_STORE=
done_testing
