#!/bin/sh
# What Dovecot asks the tables: the procedures for one table for each domain,
# and the query over the table of all.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/servers.sh
. "${srcdir:-.}/tests/lib/servers.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

# shellcheck disable=SC2016
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01'
servers_make
mariadb_start my
VTEST_SOCKET=$MARIADB_SOCKET
VTEST_PASSWORD=$SERVER_PASSWORD
# shellcheck disable=SC2016
echo 'GRANT ALL ON `vtest\_%`.* TO vpopmail@`%`' | mariadb_sql my

site() { # many_domains
	VTEST_STORE=
	[ -z "$SITE" ] || rm -rf "$SITE"
	site_make
	VTEST_STORE=mysql
	store_make
	with "many_domains = $1" 'sql_aliasdomains = yes' 'mysql_limits = yes'
	ok 'a domain' vadddomain --password-hash "$hash" my-dom.test
	ok 'another' vadddomain --password-hash "$hash" other.test
	ok 'an alias domain' vaddaliasdomain my-dom.test alias.test
	ok 'an account' vadduser -q 5242880S -e "$hash" alice@my-dom.test
	dir=$SITE/home/domains/my-dom.test/alice
}

sql() {
	echo "$1" | store_server mysql "$store_name" 2>&1 | tr '\t' '|'
}

login() { # name, domain, remote address, port
	sql "CALL dovecot_password_query_disable_many_domains('$1', '$2',
	    '192.0.2.80', '$3', $4)"
}

user() {
	sql "CALL dovecot_user_query_disable_many_domains('$1', '$2')"
}

# ---- one table for each domain ----
site no
for what in 'the procedures' 'and again'; do
	store_server mysql "$store_name" \
	    <"$srcdir/share/schema/dovecot-mysql.sql" >"$SITE/load" 2>&1
	is "$what" "$? $(cat "$SITE/load")" '0 '
done
is 'the table' "$(sql "SELECT dot2underscore('my-dom.test'),
    get_domain_table('my-dom.test'), get_real_domain('my-dom.test'),
    get_real_domain('alias.test'), get_real_domain('nosuch.test')")" \
    'my_dom_test|my_dom_test|my-dom.test|my-dom.test|NULL'
is 'no table of accounts' "$(sql "SELECT get_domain_table('dir.control'),
    get_domain_table('users'), get_domain_table('vpopmail_version')")" \
    'NULL|NULL|NULL'
row="alice@my-dom.test|$hash|$dir|89|89|5242880B"
is 'a login' "$(login alice my-dom.test 192.0.2.1 110)" "$row"
is 'in capitals' "$(login ALICE MY-DOM.TEST 192.0.2.1 110)" \
    "ALICE@MY-DOM.TEST|${row#*|}"
is 'no quota' "$(login postmaster other.test 192.0.2.1 110)" \
    "postmaster@other.test|$hash|$SITE/home/domains/other.test/postmaster|89|89|0B"
is 'by the alias' "$(login alice alias.test 192.0.2.1 143)" \
    "alice@alias.test|${row#*|}"
is 'no such account' "$(login bob my-dom.test 192.0.2.1 110)" ''
is 'no such domain' "$(login alice nosuch.test 192.0.2.1 110)" NULL
is 'its user' "$(user alice my-dom.test)" "$dir|89|89|5242880B"
is 'its user by the alias' "$(user alice alias.test)" "$dir|89|89|5242880B"
is 'no such user' "$(user bob my-dom.test)" ''
is 'a user of no domain' "$(user alice nosuch.test)" NULL
for name in "x\\' OR \\'1\\'=\\'1" '`' 'a\\\\' '%' 'alice --'; do
	is "the name $name" "$(login "$name" my-dom.test 192.0.2.1 110)$(
	    user "$name" my-dom.test)" ''
	is "the domain $name" "$(login alice "$name" 192.0.2.1 110)$(
	    user alice "$name")" NULLNULL
done

allowed() { # words, then what is for POP3S, IMAPS, webmail, webmail's IMAPS
	for what in 192.0.2.1:995 192.0.2.1:993 192.0.2.80:143 192.0.2.80:993; do
		[ -z "$(login alice my-dom.test "${what%:*}" "${what#*:}")" ] &&
		    printf 'no ' || printf 'yes '
	done >"$SITE/allowed"
	is "$1" "$(cat "$SITE/allowed")" "$2 "
}

allowed 'all is allowed' 'yes yes yes yes'
vmoduser -p alice@my-dom.test
allowed 'no POP' 'no yes yes yes'
vmoduser -x alice@my-dom.test
vmoduser -w alice@my-dom.test
allowed 'no webmail' 'yes yes no no'
vmoduser -x alice@my-dom.test
vmoduser -i alice@my-dom.test
allowed 'no IMAP' 'yes no yes yes'
vmoduser -x alice@my-dom.test
vmoddomlimits -g w my-dom.test
allowed 'no webmail in the domain' 'yes yes no no'
vmoddomlimits -g i my-dom.test
allowed 'no IMAP in the domain' 'yes no yes yes'

# ---- one table of all ----
site yes
for domain in my-dom.test alias.test; do
	is "the query of $domain" "$(sql "SELECT CONCAT(pw_name, '@', pw_domain),
	    pw_passwd, pw_dir FROM vpopmail
	    LEFT JOIN aliasdomains ON aliasdomains.alias = '$domain'
	    WHERE pw_name = 'alice' AND
	    (pw_domain = '$domain' OR pw_domain = aliasdomains.domain)")" \
	    "alice@my-dom.test|$hash|$dir"
done
VTEST_STORE=
done_testing
