# shellcheck shell=sh
# Real database servers for tests, from Debian's packages, each in a folder of
# its own below $SERVERS on a Unix socket and a free port of 127.0.0.1.
# Sourced, after lib.sh where that is used; nothing here prints on success.
#
#   servers_make              the scratch folder $SERVERS with certificates:
#                             $SERVERS/tls/{ca,server,client,other}.{crt,key}
#                             ("other" is an authority that signed none);
#                             all is stopped and removed at the end
#   mariadb_start NAME [OPTION ...]   wait until it answers; sets
#                             MARIADB_PID MARIADB_PORT MARIADB_SOCKET (a path)
#   mariadb_sql NAME [OPTION ...]     standard input as root, tab-separated
#   pgsql_start NAME [OPTION ...]     sets PGSQL_PID PGSQL_PORT
#                             PGSQL_SOCKET (the folder of the socket)
#   pgsql_sql NAME DATABASE [OPTION ...]  standard input as postgres
#   server_stop NAME          orderly; starting the name again keeps data and
#                             port
#   server_kill NAME          as a crash would
#   server_pause NAME         SIGSTOP to the server and all its processes
#   server_resume NAME
#   servers_odbc              ODBCSYSINI for the drivers of unixODBC, named
#                             mariadb, pgsql, sqlite and tds
#
# Both have the database "vpopmail" and the account "vpopmail", which owns it,
# with the password in $SERVER_PASSWORD.  Superusers (root, postgres) need none
# at the socket.  Nothing is synced to the disk.  Start functions set
# variables, so never call them in a subshell.  A server dies with the shell
# that started it, even if that is killed.

SERVERS=
SERVER_PASSWORD="Se%cret 1'\\\""
SERVERS_RUNNING=

servers_end() {
	servers_stop
	[ -z "$SERVERS" ] || rm -rf "$SERVERS"
	SERVERS=
	if command -v cleanup >/dev/null; then
		cleanup
	fi
}

# server_fail WORDS [FILE]: a test cannot go on without its server.
server_fail() {
	echo "Bail out! $1"
	[ ! -f "${2:-}" ] || tail -n 30 "$2" | sed 's/^/# /'
	exit 1
}

# server_certificate NAME SUBJECT [EXTENSION]: signed by ca, or by itself.
server_certificate() {
	(
		cd "$SERVERS/tls" || exit 1
		openssl ecparam -name prime256v1 -genkey -noout -out "$1.key" &&
		    if [ -z "$3" ]; then
			openssl req -x509 -new -key "$1.key" -days 3650 \
			    -subj "/CN=$2" -out "$1.crt"
		    else
			openssl req -new -key "$1.key" -subj "/CN=$2" \
			    -out "$1.csr" &&
			    echo "$3" >"$1.ext" &&
			    openssl x509 -req -in "$1.csr" -CA ca.crt \
			    -CAkey ca.key -CAcreateserial -days 3650 \
			    -extfile "$1.ext" -out "$1.crt"
		    fi
	) >"$SERVERS/tls/log" 2>&1 ||
	    server_fail "cannot make the certificate $1" "$SERVERS/tls/log"
}

servers_make() {
	SERVERS=$(mktemp -d "${TMPDIR:-/tmp}/vhostadmin-sql.XXXXXX") || exit 1
	SERVERS=$(cd "$SERVERS" && pwd -P)
	trap servers_end EXIT
	trap 'exit 1' HUP INT PIPE TERM
	chmod 0755 "$SERVERS"
	mkdir "$SERVERS/tls"
	server_certificate ca 'vhostadmin tests'
	server_certificate other 'another authority'
	server_certificate server localhost \
	    'subjectAltName=DNS:localhost,IP:127.0.0.1'
	server_certificate client vpopmail 'extendedKeyUsage=clientAuth'
}

# server_as USER COMMAND ...: replaces the process; as USER if we are root.
# It gets SIGKILL when the shell that started it is gone.
server_as() {
	server_user=$1
	shift
	if [ "$(id -u)" != 0 ]; then
		exec setpriv --pdeathsig KILL "$@"
	fi
	id -u "$server_user" >/dev/null 2>&1 || server_user=nobody
	exec setpriv --reuid="$server_user" --regid="$(id -g "$server_user")" \
	    --clear-groups --pdeathsig KILL "$@"
}

# server_folder NAME USER: its folder, with a certificate it may read.
server_folder() {
	[ ! -d "$SERVERS/$1" ] || return 0
	mkdir "$SERVERS/$1" "$SERVERS/$1/socket" || exit 1
	cp "$SERVERS/tls/server.key" "$SERVERS/tls/server.crt" \
	    "$SERVERS/tls/ca.crt" "$SERVERS/$1/"
	chmod 0600 "$SERVERS/$1/server.key"
	if [ "$(id -u)" = 0 ]; then
		id -u "$2" >/dev/null 2>&1 || set -- "$1" nobody
		chown -R "$2:$(id -g "$2")" "$SERVERS/$1"
	fi
}

# A port that is free now; who takes it meanwhile makes us try another.
server_port() {
	perl -MIO::Socket::INET -e 'print IO::Socket::INET->new(Listen => 1,
	    LocalAddr => "127.0.0.1")->sockport'
}

# server_launch NAME USER COMMAND ...: in the background; sets server_pid.
server_launch() {
	server_name=$1
	server_account=$2
	shift 2
	(cd / && server_as "$server_account" "$@") \
	    >"$SERVERS/$server_name.log" 2>&1 </dev/null &
	server_pid=$!
	echo "$server_pid" >"$SERVERS/$server_name.pid"
}

# server_wait PID COMMAND ...: until the command succeeds.  Fails when the
# process has ended or a minute has passed.
server_wait() {
	server_waited=$1
	shift
	server_tries=0
	while ! "$@" >/dev/null 2>&1; do
		kill -0 "$server_waited" 2>/dev/null || return 1
		server_tries=$((server_tries + 1))
		[ "$server_tries" -lt 600 ] || return 1
		sleep 0.1
	done
	kill -0 "$server_waited" 2>/dev/null
}

# server_ready NAME START WAIT ...: START "$port" launches the server; a port
# that was taken meanwhile is changed for another.
server_ready() {
	server_wanted=$1
	server_start=$2
	shift 2
	for server_attempt in 1 2 3 4 5; do
		[ -s "$SERVERS/$server_wanted.port" ] ||
		    server_port >"$SERVERS/$server_wanted.port"
		"$server_start" "$server_wanted" \
		    "$(cat "$SERVERS/$server_wanted.port")" "$@"
		if server_wait "$server_pid" "$server_start" \
		    "$server_wanted" answers; then
			SERVERS_RUNNING="$SERVERS_RUNNING $server_wanted"
			return 0
		fi
		kill -KILL "$server_pid" 2>/dev/null
		wait "$server_pid" 2>/dev/null
		grep -qi 'address already in use' \
		    "$SERVERS/$server_wanted.log" || break
		rm -f "$SERVERS/$server_wanted.port"
	done
	server_fail "$server_wanted does not start" "$SERVERS/$server_wanted.log"
}

# ---- MariaDB -----------------------------------------------------------------

mariadb_sql() {
	mariadb_name=$1
	shift
	command mariadb --no-defaults --socket="$SERVERS/$mariadb_name/socket/mysqld.sock" \
	    --user=root --batch --skip-column-names "$@"
}

mariadb_run() { # name, port or "answers", options
	if [ "$2" = answers ]; then
		echo 'SELECT 1' | mariadb_sql "$1"
		return
	fi
	mariadb_dir=$SERVERS/$1
	mariadb_port=$2
	mariadb_name=$1
	shift 2
	server_launch "$mariadb_name" mysql mariadbd --no-defaults \
	    --datadir="$mariadb_dir/data" --tmpdir="$mariadb_dir" \
	    --socket="$mariadb_dir/socket/mysqld.sock" \
	    --bind-address=127.0.0.1 --port="$mariadb_port" \
	    --pid-file="$mariadb_dir/pid" --skip-name-resolve \
	    --skip-log-bin --innodb-flush-log-at-trx-commit=0 \
	    --innodb-flush-method=nosync --innodb-doublewrite=0 \
	    --innodb-buffer-pool-size=128M --innodb-log-file-size=64M \
	    --ssl-ca="$mariadb_dir/ca.crt" --ssl-cert="$mariadb_dir/server.crt" \
	    --ssl-key="$mariadb_dir/server.key" "$@"
}

mariadb_install() { # name
	server_folder "$1" mysql
	(cd / && server_as mysql mariadb-install-db --no-defaults \
	    --datadir="$SERVERS/$1/data" --skip-test-db \
	    --auth-root-authentication-method=normal \
	    --innodb-flush-method=nosync --tmpdir="$SERVERS/$1") \
	    >"$SERVERS/$1.log" 2>&1 </dev/null ||
	    server_fail "cannot install the databases of $1" "$SERVERS/$1.log"
}

mariadb_start() {
	mariadb_new=
	[ -d "$SERVERS/$1/data" ] || mariadb_new=yes
	[ -z "$mariadb_new" ] || mariadb_install "$1"
	mariadb_wanted=$1
	shift
	server_ready "$mariadb_wanted" mariadb_run "$@"
	MARIADB_PID=$server_pid
	MARIADB_PORT=$(cat "$SERVERS/$mariadb_wanted.port")
	MARIADB_SOCKET=$SERVERS/$mariadb_wanted/socket/mysqld.sock
	[ -n "$mariadb_new" ] || return 0
	mariadb_secret=$(printf '%s' "$SERVER_PASSWORD" |
	    sed 's/[\\]/&&/g; s/'\''/&&/g')
	mariadb_sql "$mariadb_wanted" <<SQL ||
SET SESSION sql_mode = '';
CREATE DATABASE vpopmail CHARACTER SET utf8mb4;
CREATE USER vpopmail@'%' IDENTIFIED BY '$mariadb_secret';
GRANT ALL ON vpopmail.* TO vpopmail@'%';
SQL
	    server_fail "cannot set up $mariadb_wanted"
}

# ---- PostgreSQL --------------------------------------------------------------

# The programs of a server are in a folder with the version in its name.
pgsql_program() {
	if command -v "$1" >/dev/null; then
		command -v "$1"
		return
	fi
	for pgsql_bin in /usr/lib/postgresql/*/bin; do :; done
	echo "$pgsql_bin/$1"
}

pgsql_sql() {
	pgsql_name=$1
	pgsql_database=$2
	shift 2
	command psql -w -X -q -A -t -F '	' -v ON_ERROR_STOP=1 \
	    -h "$SERVERS/$pgsql_name/socket" -U postgres \
	    -p "$(cat "$SERVERS/$pgsql_name.port")" -d "$pgsql_database" "$@"
}

pgsql_run() { # name, port or "answers", options
	if [ "$2" = answers ]; then
		echo 'SELECT 1' | pgsql_sql "$1" postgres
		return
	fi
	pgsql_dir=$SERVERS/$1
	pgsql_port=$2
	pgsql_name=$1
	shift 2
	server_launch "$pgsql_name" postgres "$(pgsql_program postgres)" \
	    -D "$pgsql_dir/data" -k "$pgsql_dir/socket" -h 127.0.0.1 \
	    -p "$pgsql_port" -F -c synchronous_commit=off \
	    -c full_page_writes=off -c ssl=on \
	    -c ssl_ca_file="$pgsql_dir/ca.crt" \
	    -c ssl_cert_file="$pgsql_dir/server.crt" \
	    -c ssl_key_file="$pgsql_dir/server.key" "$@"
}

pgsql_install() { # name
	server_folder "$1" postgres
	(cd / && server_as postgres "$(pgsql_program initdb)" --no-sync \
	    --no-instructions --username=postgres --auth=trust \
	    --encoding=UTF8 --locale=C.UTF-8 -D "$SERVERS/$1/data") \
	    >"$SERVERS/$1.log" 2>&1 </dev/null ||
	    server_fail "cannot install the databases of $1" "$SERVERS/$1.log"
	cat >"$SERVERS/$1/data/pg_hba.conf" <<-HBA
		local all postgres trust
		local all all scram-sha-256
		host all all 127.0.0.1/32 scram-sha-256
	HBA
}

pgsql_start() {
	pgsql_new=
	[ -d "$SERVERS/$1/data" ] || pgsql_new=yes
	[ -z "$pgsql_new" ] || pgsql_install "$1"
	pgsql_wanted=$1
	shift
	server_ready "$pgsql_wanted" pgsql_run "$@"
	PGSQL_PID=$server_pid
	PGSQL_PORT=$(cat "$SERVERS/$pgsql_wanted.port")
	PGSQL_SOCKET=$SERVERS/$pgsql_wanted/socket
	[ -n "$pgsql_new" ] || return 0
	pgsql_secret=$(printf '%s' "$SERVER_PASSWORD" | sed 's/'\''/&&/g')
	pgsql_sql "$pgsql_wanted" postgres <<-SQL ||
		CREATE USER vpopmail PASSWORD '$pgsql_secret';
		CREATE DATABASE vpopmail OWNER vpopmail;
	SQL
	    server_fail "cannot set up $pgsql_wanted"
}

# ---- stopping ----------------------------------------------------------------

# server_processes NAME: the server's process and its children.
server_processes() {
	server_main=$(cat "$SERVERS/$1.pid")
	echo "$server_main"
	ps -o pid= --ppid "$server_main"
}

# A process that is sent SIGSTOP may go on for a moment.
server_pause() {
	server_paused=$(server_processes "$1")
	# shellcheck disable=SC2086
	kill -STOP $server_paused
	for server_process in $server_paused; do
		while ps -L -o stat= -p "$server_process" | grep -q '^[^TtZX]'; do
			sleep 0.01
		done
	done
}

server_resume() {
	# shellcheck disable=SC2046
	kill -CONT $(server_processes "$1") 2>/dev/null
}

# server_end NAME SIGNAL: and wait until it is gone.
server_end() {
	[ -f "$SERVERS/$1.pid" ] || return 0
	server_ended=$(cat "$SERVERS/$1.pid")
	server_resume "$1"
	kill "-$2" "$server_ended" 2>/dev/null
	wait "$server_ended" 2>/dev/null
	rm -f "$SERVERS/$1.pid"
}

server_stop() {
	# PostgreSQL waits for its clients on TERM; INT sends them away.
	if [ -f "$SERVERS/$1/data/PG_VERSION" ]; then
		server_end "$1" INT
	else
		server_end "$1" TERM
	fi
}

server_kill() {
	# What PostgreSQL leaves behind when killed alone would be in the way.
	server_left=$(ps -o pid= --ppid "$(cat "$SERVERS/$1.pid")")
	server_end "$1" KILL
	# shellcheck disable=SC2086
	[ -z "$server_left" ] || kill -KILL $server_left 2>/dev/null
	rm -f "$SERVERS/$1/data/postmaster.pid"
}

servers_stop() {
	for server_running in $SERVERS_RUNNING; do
		server_kill "$server_running" 2>/dev/null
	done
	SERVERS_RUNNING=
}

# ---- ODBC --------------------------------------------------------------------

servers_odbc() {
	mkdir -p "$SERVERS/odbc"
	for odbc_dir in /usr/lib/*/odbc; do :; done
	cat >"$SERVERS/odbc/odbcinst.ini" <<-INI
		[mariadb]
		Driver = $odbc_dir/libmaodbc.so
		[pgsql]
		Driver = $odbc_dir/psqlodbcw.so
		[sqlite]
		Driver = $odbc_dir/libsqlite3odbc.so
		[tds]
		Driver = $odbc_dir/libtdsodbc.so
	INI
	: >"$SERVERS/odbc/odbc.ini"
	ODBCSYSINI=$SERVERS/odbc
	ODBCINSTINI=odbcinst.ini
	ODBCINI=$SERVERS/odbc/odbc.ini
	export ODBCSYSINI ODBCINSTINI ODBCINI
}
