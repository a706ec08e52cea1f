# shellcheck shell=sh
# Shared by contract_*.t: the contract of stores over a database server.
. "$srcdir/tests/lib/lib.sh"
. "$srcdir/tests/lib/servers.sh"

program=$top_builddir/tests/store/contract_server

# contract WORDS STORE MANY_DOMAINS VARIABLE=VALUE ...
contract() {
	contract_words=$1
	contract_store=$2
	contract_layout=$3
	shift 3
	env TEST_USER=vpopmail "TEST_PASSWORD=$SERVER_PASSWORD" "$@" \
	    "$program" "$contract_store" "$contract_layout" \
	    >"$SERVERS/out" 2>"$SERVERS/err" </dev/null
	contract_status=$?
	while read -r contract_line; do
		case $contract_line in
		'ok '*) pass "$contract_words: ${contract_line#ok }" ;;
		'not ok '*) fail "$contract_words: ${contract_line#not ok }" ;;
		*'# SKIP'*)
			echo "$contract_line"
			exit 0
			;;
		esac
	done <"$SERVERS/out"
	if [ "$contract_status" != 0 ] || [ -s "$SERVERS/err" ]; then
		fail "$contract_words: status $contract_status"
		comment stderr "$(cat "$SERVERS/err")"
	fi
}

servers_make
