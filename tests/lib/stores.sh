# shellcheck shell=sh
# Sites whose accounts are in a database, each in a database of its own on a
# server that is running already.  Sourced by lib.sh when VTEST_STORE names a
# store other than cdb: sqlite, mysql or pgsql.
#
#   VTEST_SOCKET    of the server: a path (mysql), the folder (pgsql)
#   VTEST_PORT      of a PostgreSQL server
#   VTEST_PASSWORD  of the account "vpopmail" there
#
#   store_make          the site's store; called by site_make
#   store_file STORE    its connection file, of a database made now
#   store_end           what site_make made is dropped
#   store_sql           statements on standard input, in the site's database;
#                       columns are separated by |

store_databases=

# A field of a connection file.
store_field() {
	printf '%s' "$1" | sed 's/[\\|]/\\&/g'
}

store_server() { # store, database; statements of the superuser
	case $1 in
	mysql)
		mariadb --no-defaults --socket="$VTEST_SOCKET" --user=root \
		    --batch --skip-column-names "$2"
		;;
	pgsql)
		psql -w -X -q -A -t -v ON_ERROR_STOP=1 -h "$VTEST_SOCKET" \
		    -U postgres -p "$VTEST_PORT" -d "$2"
		;;
	esac
}

store_file() {
	store_name=vtest_$$_$(basename "$SITE" | tr -dc 'a-zA-Z0-9' |
	    tr '[:upper:]' '[:lower:]')
	case $1 in
	sqlite)
		return
		;;
	mysql)
		store_line="localhost|$VTEST_SOCKET"
		echo "CREATE DATABASE $store_name CHARACTER SET utf8mb4" |
		    store_server mysql ''
		;;
	pgsql)
		store_line="$VTEST_SOCKET|$VTEST_PORT"
		echo "CREATE DATABASE $store_name OWNER vpopmail" |
		    store_server pgsql postgres
		;;
	esac || {
		echo "Bail out! cannot make a database for $1"
		exit 1
	}
	store_databases="$store_databases $1:$store_name"
	printf '%s|vpopmail|%s|%s\n' "$store_line" \
	    "$(store_field "$VTEST_PASSWORD")" "$store_name" \
	    >"$SITE/home/etc/vpopmail.$1"
	chmod 0640 "$SITE/home/etc/vpopmail.$1"
	[ "$(id -u)" != 0 ] ||
	    chown "$SITE_UID:$SITE_GID" "$SITE/home/etc/vpopmail.$1"
}

# The modules, where only we can have written them.
store_modules() {
	mkdir "$SITE/stores"
	cp "${top_builddir:-.}"/src/store/sql/.libs/*.so "$SITE/stores/"
	chmod 0755 "$SITE/stores"/*.so
}

store_make() {
	store_modules
	store_file "$VTEST_STORE"
	with "store_dir = $SITE/stores" "auth_module = $VTEST_STORE"
}

store_sql() {
	case $VTEST_STORE in
	sqlite)
		sqlite3 "$SITE/home/domains/_vpopmail.sqlite"
		;;
	mysql)
		store_server mysql "$store_name" | tr '\t' '|'
		;;
	pgsql)
		store_server pgsql "$store_name"
		;;
	esac
}

# What lib.sh asks for.
store_account() { # user, domain
	store_sql <<SQL | tr '|' ':'
SELECT pw_name, pw_passwd, pw_uid + 1, pw_gid, pw_gecos, pw_dir, pw_shell
FROM vpopmail WHERE pw_name = '$1' AND pw_domain = '$2'
SQL
}

store_user() { # the column of lastauth
	if [ "$VTEST_STORE" = pgsql ]; then
		echo userid
	else
		echo user
	fi
}

store_login() { # user, domain
	store_sql <<SQL
SELECT remote_ip FROM lastauth
WHERE $(store_user) = '$1' AND domain = '$2'
SQL
}

store_set_login() { # user, domain, address, time; or no record
	store_sql <<SQL
DELETE FROM lastauth WHERE $(store_user) = '$1' AND domain = '$2';
SQL
	[ -z "$3" ] || store_sql <<SQL
INSERT INTO lastauth ($(store_user), domain, remote_ip, timestamp)
VALUES ('$1', '$2', '$3', $4);
SQL
}

store_relay() {
	store_sql <<-'SQL' |
		SELECT ip_addr, timestamp FROM relay;
	SQL
	    sed 's/|/:allow,RELAYCLIENT="",RBLSMTPD=""	/'
}

store_relay_set() { # addresses and times
	{
		echo 'DELETE FROM relay;'
		while [ $# -gt 0 ]; do
			echo "INSERT INTO relay (ip_addr, timestamp)
			    VALUES ('$1', $2);"
			shift 2
		done
	} | store_sql
}

store_end() {
	for store_made in $store_databases; do
		case $store_made in
		mysql:*)
			echo "DROP DATABASE ${store_made#*:}" |
			    store_server mysql ''
			;;
		pgsql:*)
			echo "DROP DATABASE ${store_made#*:} WITH (FORCE)" |
			    store_server pgsql postgres
			;;
		esac
	done
	store_databases=
}
