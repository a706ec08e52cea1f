# shellcheck shell=sh
# The module mail over a scratch site; sourced after lib.sh.
#
#   mail_make      the module's folder, $MAIL, and its state, $MAIL_STATE
#   ask REQUEST    one request to a program of its own, as postmaster of
#                  example.test unless it names an actor: sets $answer
#   got WORDS CODE PATTERN
#                  the last answer was a result (CODE ok) or this refusal,
#                  and it has the shape of the pattern

mail_make() {
	site_make
	MAIL=$SITE/modules/mail
	MAIL_STATE=$SITE/state
	mkdir -p "$MAIL" "$MAIL_STATE"
	cp "${srcdir:-.}"/modules/mail/*.json "$MAIL"
	cp "${top_builddir:-.}/modules/mail/mail" \
	    "${top_builddir:-.}/modules/mail/mail-root" "$MAIL"
	printf '{"configuration": "%s"}\n' "$VPOPMAIL_CONF" \
	    >"$SITE/settings.json"
	chmod 755 "$SITE/modules" "$MAIL" "$MAIL"/mail*
	chmod 644 "$MAIL"/*.json
}

ask() {
	case $1 in
	*'"actor"'*) actor= ;;
	*) actor=',"actor":{"name":"postmaster@example.test","role":"domain",
	    "address":"192.0.2.7"}' ;;
	esac
	answer=$(printf '%s\n%s\n' "{\"id\":1,\"verb\":\"hello\",\"protocol\":1,
	    \"state\":\"$MAIL_STATE\",
	    \"settings\":{\"configuration\":\"$VPOPMAIL_CONF\"}}" \
	    "{\"id\":2,${1#?}" | tr -d '\n\t' | sed 's/}{"id":2/}\n{"id":2/' |
	    sed "2s|}\$|$(printf %s "$actor" | tr -d '\n\t')}|" |
	    (cd "$MAIL_STATE" && env -i PATH="$PATH" "$MAIL/mail") | tail -n +2)
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
	case "$code $answer" in
	"$2 "$3) ok "$1" true ;;
	*)
		echo "# $answer" >&2
		ok "$1" false
		;;
	esac
}
