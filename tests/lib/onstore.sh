# shellcheck shell=sh
# Runs the black-box tests of the tools on a site with another store.
#
#   tests_on STORE TEST ...   each test in a shell of its own; its results
#                             become ours
#
# VTEST_SOCKET and what else the store needs is in the environment.

# on_one STORE TEST: renumber the lines of its TAP; what it prints besides are
# comments.
on_one() {
	VTEST_STORE=$1 sh "${srcdir:-.}/tests/cli/$2.t" >"$SERVERS/$2.tap" 2>&1
	on_status=$?
	while IFS= read -r on_line; do
		case $on_line in
		'ok '*)
			pass "$2: ${on_line#ok * - }"
			;;
		'not ok '*)
			fail "$2: ${on_line#not ok * - }"
			on_status=0
			;;
		'#'*)
			printf '%s\n' "$on_line"
			;;
		1..*) ;;
		*)
			printf '# %s\n' "$on_line"
			;;
		esac
	done <"$SERVERS/$2.tap"
	[ "$on_status" = 0 ] || fail "$2 ended with status $on_status"
}

tests_on() {
	on_store=$1
	shift
	for on_test in "$@"; do
		on_one "$on_store" "$on_test"
	done
}

# Those whose subject touches the store.
# shellcheck disable=SC2034
TESTS_OF_STORES='authvchkpw bulk clients concurrency defaultdelivery
    onchange roaming sqwebmail vacation vaddaliasdomain vadddomain vadduser valias
    vchangepw vchkpw vdeldomain vdelivermail vdeloldusers vdeluser vdoctor
    vdominfo vipmap vmakedotqmail vmkpasswd vmoddomlimits vmoduser vpasswd vpopbull
    vqmaillocal vrcptcheck vsetuserquota vuserinfo vverifypw'
