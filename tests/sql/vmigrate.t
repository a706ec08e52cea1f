#!/bin/sh
# vmigrate: tables of older releases become today's and keep their rows.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"
# shellcheck source=tests/lib/site56.sh
. "${srcdir:-.}/tests/lib/site56.sh"

servers_make
mariadb_start my
pgsql_start pg
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my
VTEST_PASSWORD=$SERVER_PASSWORD
VTEST_PORT=$PGSQL_PORT

ask() { # store, statement
	echo "$2" | store_server "$1" "$store_name"
}

accounts() {
	ask mysql 'SELECT pw_name, pw_domain, pw_passwd, pw_uid, pw_gid,
	    pw_gecos, pw_dir, pw_shell, pw_clear_passwd FROM vpopmail
	    ORDER BY pw_domain, pw_name'
}

# ---- MySQL, 5.6 ----
site_make
site56_files site-5.6-mysql-files.tar.gz
store_modules
VTEST_SOCKET=$MARIADB_SOCKET
store_file mysql
with "store_dir = $SITE/stores" 'auth_module = mysql'
site56_dump | store_server mysql "$store_name"
vdoctor --repair >"$SITE/doctor" 2>&1
before=$(accounts)
list=$(vuserinfo -n -D example.com)
run vmigrate --dry-run
is 'what would be done' "$status $(printf '%s\n' "$out" |
    grep -c '^would do: ALTER TABLE `limits`.*perm_maillist` smallint')" '0 1'
is 'and is not done' "$(ask mysql 'SHOW TABLES' | grep -c version)" 0
run vmigrate
is '5.6: done' "$status $err" '0 '
is 'all rows are there' "$(accounts)" "$before"
is 'and read' "$(vuserinfo -n -D example.com)" "$list"
is 'the version' "$(ask mysql 'SELECT * FROM vpopmail_version')" 1
run vmigrate
is 'and again: nothing' "$status $out" '0 Store mysql: nothing to do'

# ---- MySQL, 5.4 ----
store_server mysql "$store_name" <<'SQL'
DROP TABLE vpopmail, valias, relay, vpopmail_version;
CREATE TABLE vpopmail (pw_name char(32) NOT NULL, pw_domain char(96) NOT NULL,
    pw_passwd char(40), pw_uid int, pw_gid int, pw_gecos char(48),
    pw_dir char(160), pw_shell char(20), extra int DEFAULT 7,
    PRIMARY KEY (pw_name, pw_domain)) ENGINE=MyISAM CHARACTER SET latin1;
CREATE TABLE valias (alias char(32) NOT NULL, domain char(96) NOT NULL,
    valias_line text NOT NULL, valias_type tinyint NOT NULL,
    PRIMARY KEY (alias, domain, valias_type)) ENGINE=MyISAM;
CREATE TABLE relay (ip_addr char(18) NOT NULL PRIMARY KEY,
    timestamp char(12)) ENGINE=MyISAM;
INSERT INTO vpopmail (pw_name, pw_domain, pw_passwd, pw_uid, pw_gid, pw_gecos,
    pw_dir, pw_shell)
    VALUES ('alice', 'example.com', 'x', 0, 0, 'A', '', 'NOQUOTA');
INSERT INTO valias VALUES ('a', 'example.com', '&x@example.com', 1);
INSERT INTO relay VALUES ('192.0.2.1', '1700000000'), ('192.0.2.2', '');
SQL
run vmoduser -c 'A name that has more than the forty-eight characters' \
    alice@example.com
is 'too long for an old column: refused' "$status" 228
is 'and not cut' "$(ask mysql 'SELECT pw_gecos FROM vpopmail')" A
run vmigrate
is '5.4: done' "$status $err" '0 '
ok 'fits now' vmoduser -c \
    'A name that has more than the forty-eight characters' alice@example.com
is 'columns of others stay' "$(ask mysql 'SELECT extra FROM vpopmail')" 7
is 'aliases are numbered' "$(ask mysql \
    'SELECT id, valias_line FROM valias')" '1	&x@example.com'
is 'times are numbers' "$(ask mysql 'SELECT timestamp + 1 FROM relay
    ORDER BY ip_addr')" "$(printf '1700000001\n1')"
is 'all have transactions' "$(ask mysql "SHOW TABLE STATUS" |
    cut -f 2 | sort -u)" InnoDB

# ---- PostgreSQL ----
VTEST_SOCKET=$PGSQL_SOCKET
store_file pgsql
with 'auth_module = pgsql'
store_server pgsql "$store_name" <<'SQL'
SET ROLE vpopmail;
CREATE TABLE vpopmail (pw_name varchar(32) NOT NULL,
    pw_domain varchar(96) NOT NULL, pw_passwd varchar(40), pw_uid int4,
    pw_gid int4, pw_gecos varchar(48), pw_dir varchar(160),
    pw_shell varchar(20), PRIMARY KEY (pw_name, pw_domain));
CREATE TABLE valias (alias varchar(32) NOT NULL, domain varchar(96) NOT NULL,
    valias_line varchar(160) NOT NULL);
CREATE TABLE vlog (id serial PRIMARY KEY, userid char(32), passwd char(32),
    domain char(96), logon varchar(200), remoteip char(18),
    message varchar(255), timestamp bigint DEFAULT 0 NOT NULL, error int);
INSERT INTO vpopmail VALUES
    ('alice', 'example.com', 'x', 0, 0, 'A', '', 'NOQUOTA');
INSERT INTO valias VALUES ('a', 'example.com', '|program');
INSERT INTO vlog (userid, domain, timestamp) VALUES ('bob', 'example.com', 5);
SQL
run vmigrate
is 'PostgreSQL: done' "$status $err" '0 '
is 'rows are there' "$(ask pgsql "SELECT pw_name, pw_clear_passwd IS NULL FROM
    vpopmail")" 'alice|t'
is 'lines have number and type' "$(ask pgsql \
    'SELECT id, valias_type FROM valias')" '1|0'
is 'blanks are gone' "$(ask pgsql "SELECT '<' || userid || '>' FROM vlog")" \
    '<bob>'
run vmigrate
is 'PostgreSQL again: nothing' "$status $out" '0 Store pgsql: nothing to do'

# A step that fails leaves everything as it was.
store_server pgsql "$store_name" <<'SQL'
DROP TABLE relay, limits;
SET ROLE vpopmail;
CREATE VIEW limits AS SELECT 'x'::varchar(10) AS domain;
SQL
run vmigrate
is 'what cannot be changed fails' "$((status != 0))" 1
is 'with all that was done before' "$(ask pgsql \
    "SELECT COUNT(*) FROM pg_class WHERE relname = 'relay'")" 0

# ---- a database that is missing ----
missing() { # store
	site_make
	store_modules
	store_file "$1"
	store_server "$1" "$2" <<-SQL
		DROP DATABASE $store_name;
	SQL
	with "store_dir = $SITE/stores" "auth_module = $1"
	run vmigrate
	is "$1: no database" "$status" 216
	like "$1: what to do" "$err" '*sql_create_database = yes*'
	with 'sql_create_database = yes'
	run vmigrate --dry-run
	is "$1: a dry run makes none" "$status" 216
	not_ok "$1: a look-up makes none" vuserinfo a@one.test
	not_ok "$1: there is none" store_server "$1" "$store_name" </dev/null
	[ "$1" != pgsql ] || echo 'ALTER USER vpopmail NOCREATEDB' |
	    store_server "$1" "$2"
	[ "$1" != pgsql ] || not_ok "$1: without the right" vmigrate
	[ "$1" != pgsql ] || echo 'ALTER USER vpopmail CREATEDB' |
	    store_server "$1" "$2"
	ok "$1: made" vmigrate
	ok "$1: a domain" vadddomain --no-password one.test
	is "$1: its account" "$(vuserinfo -n postmaster@one.test)" \
	    postmaster
}

VTEST_SOCKET=$MARIADB_SOCKET
missing mysql ''
VTEST_SOCKET=$PGSQL_SOCKET
missing pgsql postgres
done_testing
