#!/bin/sh
# What the panel says of its interface is right: by the standard, by what it
# serves, and by doing what its examples show.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
mkdir "$SITE/ezmlm"
for name in make sub unsub list; do
	cp "$srcdir/tests/lib/ezmlm.sh" "$SITE/ezmlm/ezmlm-$name"
done
chmod 755 "$SITE/ezmlm" "$SITE"/ezmlm/*
with "ezmlm_dir = $SITE/ezmlm"
[ "$SITE_UID" = "$(id -u)" ] ||
    chown -R "$SITE_UID:$SITE_GID" "$SITE/qmail"
panel_mail
panel_module "$srcdir/contrib/modules/notes"
panel_start

api GET /openapi.json
is 'the description' "$status" 200
printf %s "$out" >"$SITE/openapi"
python3 "$srcdir/tests/lib/openapi.py" <"$SITE/openapi" >"$SITE/raw" 2>&1
while IFS= read -r line; do
	case $line in
	'ok '*) pass "${line#ok }" ;;
	*) fail "$line" ;;
	esac
done <"$SITE/raw"
is 'all of that was looked at' "$(grep -c '^ok' "$SITE/raw")" 10
is 'the sample module is in it' \
    "$(got '.paths["/api/v1/domains/{domain}/notes/{key}"] | keys | join(" ")')" \
    'delete get parameters patch put'

# Another one's validator, which ./check installs.
if [ -n "${VALIDATE_API:-}" ]; then
	"$VALIDATE_API" "$SITE/openapi" >"$SITE/raw" 2>&1
	is 'it is a description by OpenAPI 3.1' \
	    "$? $(tr -d '[:space:]' <"$SITE/raw")" '0 {"valid":true}'
	sed 's/"operationId":/"operation":/' "$SITE/openapi" >"$SITE/wrong"
	"$VALIDATE_API" "$SITE/wrong" >"$SITE/raw" 2>&1
	is 'and a wrong one is found' "$?" 1
fi

api GET /modules
is 'modules and their state' \
    "$(got '.items[] | "\(.name) \(.status.state) \(.resources | length > 0)"' |
	tr '\n' ' ')" 'mail ok true notes ok true '
is 'with their schemas' \
    "$(got '.items[] | select(.name == "notes").resources[0].schema.type')" \
    object

# ---- every path is served, with these methods alone -----------------------------
jq -r '.paths | to_entries[] | .key as $p |
    "\($p) \([.value | keys[] | select(. != "parameters") | ascii_upcase] |
	sort | join(","))"' "$SITE/openapi" >"$SITE/paths"
wrong=
while read -r path methods; do
	at=$(printf %s "${path#/api/v1}" | sed 's/{domain}/example.org/; s/{[a-z]*}/none/g')
	# A method that the path does not have tells those that it has.
	for method in PUT PATCH DELETE POST; do
		case ,$methods, in
		*,$method,*) ;;
		*)
			api $method "$at"
			allowed=$(header allow | tr -d ' ' | tr ',' '\n' |
			    grep -v HEAD | sort | tr '\n' ',')
			[ "$status" = 405 ] && [ "$allowed" = "$methods," ] ||
			    wrong="$wrong $method $path $status $allowed"
			break
			;;
		esac
	done
done <"$SITE/paths"
is 'each path has the methods that are said' "$wrong" ''

# ---- the examples ----------------------------------------------------------------
python3 "$srcdir/tests/lib/openapi.py" --examples <"$SITE/openapi" >"$SITE/examples"
domain=$(awk -F '\t' '$2 == "mail.domains.setup" { print $3 }' "$SITE/examples" |
    jq -r .name)
run_examples() {
	while IFS='	' read -r path id body; do
		at=$(printf %s "${path#/api/v1}" | sed "s/{domain}/$domain/")
		case $at in
		*/lists/'{parent}'/*) at=$(printf %s "$at" | sed 's/{parent}/news/') ;;
		*'{'*) continue ;;
		esac
		api POST "$at" -H "$JSON" -d "$body"
		case $id in
		*.batch) done='202 null' ;;
		*.request) done='200 null' ;;
		# A token cannot be known before.
		*.confirm) done='404 this is no token, or not any more' ;;
		*) done='201 null' ;;
		esac
		is "$id" "$status $(got .detail 2>/dev/null)" "$done"
	done <"$1"
}
grep -F mail.domains.setup "$SITE/examples" >"$SITE/first"
grep -vF mail.domains.setup "$SITE/examples" >"$SITE/others"
run_examples "$SITE/first"
run_examples "$SITE/others"
is 'they are many' "$(( $(wc -l <"$SITE/examples") >= 10 ))" 1

panel_stop
done_testing
