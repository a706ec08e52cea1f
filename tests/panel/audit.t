#!/bin/sh
# vhostadmind: what was done, by whom and from where.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
for d in test.com foreign.com; do
	vadddomain "$d" postsecret || exit 1
done
vadduser joe@test.com joesecret || exit 1
vdeldomain foreign.com || exit 1
vadddomain foreign.com postsecret || exit 1
panel_mail
panel_start

login postmaster@test.com postsecret
web POST /domains/test.com/users -H "$JSON" \
    -d '{"name":"ann","password":"annsecret-81"}'
is 'an account' "$status" 201

# ---- what it tells ------------------------------------------------------------------
api GET '/audit?event=user.created&domain=test.com&limit=1'
is 'who, where, what' \
    "$(got '.items[0] | "\(.actor.id) \(.object.id) \(.data.old)"')" \
    'postmaster@test.com ann@test.com null'
is 'from where' "$(got '.items[0].actor.address')" "$client"
is 'no secret' "$(got '.items[0].data.new.passwd.changed'):$(printf %s "$out" |
    grep -c 'annsecret\|\$[0-9a-z]*\$')" true:0

# ---- pages --------------------------------------------------------------------------
api GET /audit
all=$(got '[.items[].seq] | join(" ")')
is 'newest first' "$all" "$(got '[.items[].seq] | sort | reverse | join(" ")')"
pages=
next=
while :; do
	api GET "/audit?limit=2${next:+&cursor=$next}"
	[ "$status" = 200 ] || break
	pages="$pages $(got '[.items[].seq] | join(" ")')"
	next=$(got '.next // ""')
	[ -n "$next" ] || break
done
is 'in pages' "$pages" " $all"
api GET '/audit?until=2001-01-01T00:00:00Z'
is 'until' "$(got '.items | length')" 0
api GET '/audit?since=2001-01-01T00:00:00Z'
is 'since' "$(got '[.items[].seq] | join(" ")')" "$all"
api GET '/audit?actor=postmaster@test.com&event=user.created'
is 'by somebody' "$(got '[.items[].object.id] | join(" ")')" ann@test.com
for wrong in limit=501 cursor=x cursor=0 since=now until=2001-01-01; do
	api GET "/audit?$wrong"
	is "not $wrong" "$status" 400
done

# ---- who ----------------------------------------------------------------------------
web GET /audit
is 'a postmaster' "$status $(got '[.items[].object.domain] | unique | join(" ")')" \
    '200 test.com'
is 'and not where it is' \
    "$(got '[.items[].data | .old, .new | objects | has("dir", "directory", "uid", "gid")] | any')" false
for d in foreign.com none.com; do
	web GET "/audit?domain=$d"
	is "nothing of $d" "$status" 404
done
login postmaster@foreign.com postsecret
web GET /audit
is 'nor of what had the name before' \
    "$(got '[.items[] | select(.type | startswith("domain."))] |
	map(.type) | join(" ")')" domain.created
api GET '/audit?domain=foreign.com&event=domain.deleted'
is 'which the system sees' "$(got '.items | length')" 1
login joe@test.com joesecret
web GET /audit
is 'a user does not' "$status" 403

panel_stop
done_testing
