# shellcheck shell=sh
# For tests of vpopmaild; sourced after lib.sh.
#
#   pmd_site            a site with test.com and test2.com, and the accounts
#                       test (administrator of the system), qa (of its
#                       domain), joe and test2's other
#                       (with PMD_SERVER, its server is started too)
#   talk WORDS <TEXT    the conversation goes as written, see talk.pl

talk() {
	if talk_out=$(perl "${srcdir:-.}/tests/lib/talk.pl" 2>"$SITE/.err"); then
		pass "$1"
	else
		fail "$1"
		comment talk "$talk_out"
		comment stderr "$(cat "$SITE/.err")"
	fi
}

pmd_site() {
	site_make
	with 'clear_passwd = yes' 'ip_alias_domains = yes' \
	    'users_big_dir = no' 'password_scheme = md5' \
	    'vpopmaild_login_delay = 0'
	DIR=$SITE/home/domains/test.com
	export SITE SITE_UID SITE_GID DIR
	for pmd_domain in test.com test2.com; do
		vadddomain --no-password $pmd_domain || exit 1
	done
	vadduser test@test.com test && vmoduser -S test@test.com &&
	    vadduser qa@test.com qapw && vmoduser -a qa@test.com &&
	    vadduser joe@test.com joepw &&
	    vadduser other@test2.com otherpw || exit 1
	[ -z "$PMD_SERVER" ] || pmd_server
}

# A server of its own instead of a process for each conversation.
pmd_server() {
	TALK_SOCKET=$SITE/socket
	export TALK_SOCKET
	with "vpopmaild_unix = $TALK_SOCKET" 'vpopmaild_tcp =' \
	    'vpopmaild_account_failures = 0' 'vpopmaild_address_failures = 0'
	mkfifo "$SITE/ready"
	vpopmaild --serve --ready-fd=9 9>"$SITE/ready" 2>"$SITE/server.log" &
	pmd_pid=$!
	trap 'kill $pmd_pid; wait $pmd_pid; cleanup' EXIT
	read -r pmd_ready <"$SITE/ready"
}
