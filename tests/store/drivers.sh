# shellcheck shell=sh
# Shared by drivers_*.t: the same checks over each driver of a database.
. "$srcdir/tests/lib/lib.sh"
. "$srcdir/tests/lib/servers.sh"

program=$top_builddir/tests/store/drivers
[ -x "$program" ] || server_fail "$program has not been built"

# check WORDS CHECK ARGUMENTS ...: each line that the program prints is a
# test; a program that ends otherwise than by itself is one that failed.
check() {
	check_words=$1
	shift
	"$program" "$@" >"$SERVERS/out" 2>"$SERVERS/err" </dev/null
	check_status=$?
	while read -r check_line; do
		case $check_line in
		'ok '*) pass "$check_words: ${check_line#ok }" ;;
		*) fail "$check_words: ${check_line#not ok }" ;;
		esac
	done <"$SERVERS/out"
	if [ "$check_status" != 0 ] || [ -s "$SERVERS/err" ]; then
		fail "$check_words $1: status $check_status"
		comment stderr "$(cat "$SERVERS/err")"
	fi
}

# needs DRIVER: a build without it has nothing to test.
needs() {
	if ! "$program" has "driver=$1" >/dev/null 2>&1; then
		echo "1..0 # SKIP built without this driver: $1"
		exit 0
	fi
	servers_make
}

# Tables of a server that nothing may be changed on afterwards.
mariadb_kept() {
	echo 'CREATE TABLE drv_kept (id int)' | mariadb_sql "$1" vpopmail
}

pgsql_kept() {
	pgsql_sql "$1" vpopmail <<-SQL
		CREATE TABLE drv_kept (id int);
		GRANT ALL ON drv_kept TO vpopmail;
		ALTER DATABASE vpopmail SET default_transaction_read_only = on
	SQL
}
