#!/bin/sh
# Tables of aliases whose lines have no number are read in pages: every line
# comes once, those of an alias together.
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

# old WORDS STORE TYPE: the type of the names' columns.
old() {
	[ -z "$SITE" ] || rm -rf "$SITE"
	VTEST_STORE=
	site_make
	VTEST_STORE=$2
	VTEST_SOCKET=$MARIADB_SOCKET
	[ "$2" = mysql ] || VTEST_SOCKET=$PGSQL_SOCKET
	store_make
	chmod 0755 "$SITE"
	with 'valias = yes'
	ok "$1: a domain" vadddomain --no-password example.com
	{
		[ "$2" = mysql ] || echo 'SET ROLE vpopmail;'
		echo "DROP TABLE valias;
		    CREATE TABLE valias (alias $3 NOT NULL, domain $3 NOT NULL,
		    valias_line text NOT NULL);"
		awk -v expected="$SITE/expected" 'function add(alias, line) {
			printf "%s(\047%s\047, \047example.com\047, " \
			    "\047&%s.%d@example.org\047)", n++ ? "," :
			    "INSERT INTO valias VALUES ", alias, alias, line
			print alias "@example.com -> &" alias "." line \
			    "@example.org" >expected
		}
		BEGIN {
			for (line = 0; line < 1200; line++) {
				add("big", line)
				if (line % 2)
					add("z", line)
				if (line < 1000)
					add(sprintf("m%03d", line % 350), line)
			}
			add("a", 1)
			add("m", 1)
			print ";"
		}'
	} | store_sql
	valias -s example.com >"$SITE/out" 2>&1
	is "$1: every line" "$(sort "$SITE/out" | cksum)" \
	    "$(sort "$SITE/expected" | cksum)"
	is "$1: in order" "$(cut -d @ -f 1 "$SITE/out" | uniq | cksum)" \
	    "$(cut -d @ -f 1 "$SITE/expected" | LC_ALL=C sort -u | cksum)"
	is "$1: one alias" "$(valias -s z@example.com | wc -l)" 600
	store_end
}

old MySQL mysql 'varchar(96) COLLATE utf8mb4_bin'
old PostgreSQL pgsql 'varchar(96) COLLATE "C"'
old 'PostgreSQL, padded' pgsql 'char(40) COLLATE "C"'
done_testing
