# shellcheck shell=sh
# The module mail over a scratch site of one user; sourced after lib.sh.
#
#   mail_make      the site, with stand-ins for ezmlm-idx, the module's folder
#                  $MAIL, its state $MAIL_STATE
#   mail_run ...   run a program as the site's user, in the state's folder
#   as_owner ...   run a tool as the site's user
#   ask REQUEST    one request to a program of its own, by postmaster of
#                  example.test unless it says by whom: sets $answer
#   got WORDS CODE PATTERN
#                  the last answer was a result (CODE ok) or this refusal,
#                  and matches the pattern
#   wants WORDS REQUEST CODE PATTERN
#                  both
#   keys           names, or addresses, of the objects in the last answer
#   shows WORDS REQUEST PATTERN
#                  what a get of it gives

mail_make() {
	site_make
	MAIL=$SITE/modules/mail
	MAIL_STATE=$SITE/state
	mkdir -p "$MAIL" "$MAIL_STATE" "$SITE/tmp"
	TMPDIR=$SITE/tmp
	export TMPDIR
	cp "${srcdir:-.}"/modules/mail/*.json "$MAIL"
	cp "${top_builddir:-.}/modules/mail/mail" \
	    "${top_builddir:-.}/modules/mail/mail-root" "$MAIL"
	printf '{"configuration": "%s"}\n' "$VPOPMAIL_CONF" \
	    >"$SITE/settings.json"
	chmod 755 "$SITE/modules" "$MAIL" "$MAIL"/mail "$MAIL"/mail-root
	chmod 644 "$MAIL"/*.json
	mkdir "$SITE/ezmlm"
	for name in make sub unsub list; do
		cp "${srcdir:-.}/tests/lib/ezmlm.sh" "$SITE/ezmlm/ezmlm-$name"
	done
	with "ezmlm_dir = $SITE/ezmlm"
	chmod 755 "$SITE/ezmlm" "$SITE"/ezmlm/*
	mail_as=
	[ "$(id -u)" = 0 ] || return 0
	mail_as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"
	chown -R "$SITE_UID:$SITE_GID" "$SITE/qmail" "$MAIL_STATE" \
	    "$SITE/tmp"
}

as_owner() {
	# shellcheck disable=SC2086
	$mail_as "$@"
}

mail_run() {
	# shellcheck disable=SC2086
	(cd "$MAIL_STATE" && exec $mail_as env -i PATH="$PATH" \
	    ${ASAN_OPTIONS:+ASAN_OPTIONS="$ASAN_OPTIONS"} "$@")
}

# What runs the module; a test of the root helper has another.
mail_program() {
	mail_run "$MAIL/mail"
}

mail_hello() {
	printf '{"id":1,"verb":"hello","protocol":1,"state":"%s",' "$MAIL_STATE"
	printf '"settings":{"configuration":"%s"%s}}\n' "$VPOPMAIL_CONF" \
	    "${mail_settings:-}"
}

ask() {
	actor='"actor":{"name":"postmaster@example.test","role":"domain",'
	actor=$actor'"address":"192.0.2.7"},'
	case $1 in
	*'"actor":'*) actor= ;;
	esac
	answer=$({ mail_hello && printf '%s\n' "{\"id\":2,$actor${1#?}"; } |
	    mail_program | tail -n +2)
}

got() {
	case $answer in
	'{"id":2,"result":'*) code=ok ;;
	'{"id":2,"error":'*)
		code=${answer#*\"code\":\"}
		code=${code%%\"*}
		;;
	*) code=none ;;
	esac
	like "$1" "$code $answer" "$2 $3"
}

wants() {
	ask "$2"
	got "$1" "$3" "$4"
}

keys() {
	echo "$answer" | grep -oE '"(name|address)":"[^"]*"' |
	    cut -d '"' -f 4 | tr '\n' ' '
}

shows() {
	ask "{\"verb\":\"get\",$2}"
	got "$1" ok "*\"object\":$3}}"
}
