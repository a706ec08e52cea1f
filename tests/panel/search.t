#!/bin/sh
# vhostadmind: a search over the keys of all resources.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"

site_make
seq -f '{"domain":"d%02g.example"}' 60 |
    vadddomain --no-password --from=- >/dev/null || exit 1
for d in test.com foreign.com; do
	vadddomain "$d" postsecret || exit 1
done
vaddaliasdomain test.com alias.com
for a in joe@test.com john@test.com ann@test.com joe@foreign.com; do
	vadduser "$a" joesecret || exit 1
done
panel_mail
panel_start
api POST /domains/test.com/aliases -H "$JSON" -d '{"name":"jokes",
    "destinations":[{"type":"local","value":"ann"}]}'
is 'an alias' "$status" 201

# All pages of a search, by root unless $as is web: sets found and pages.
as=api
search() { # QUERY
	found=
	pages=0
	next=
	while [ $pages -lt 100 ]; do
		$as GET "/search?$1${next:+&cursor=$next}"
		pages=$((pages + 1))
		[ "$status" = 200 ] || found=$status
		[ "$status" = 200 ] || break
		found="$found$(got '.items[] | "\(.path) "' | tr -d '\n')"
		next=$(got '.next // "" | @uri')
		[ -n "$next" ] || break
	done
	found=$(printf %s "$found" | sed 's,/api/v1/domains/,,g; s/ $//')
}

search 'q=jo'
is 'over all domains' "$found" \
    'foreign.com/users/joe test.com/users/joe test.com/users/john test.com/aliases/jokes'
is 'a page has looked at so many domains' "$((pages > 1))" 1
all=$found
search 'q=jo&limit=1'
is 'one by one' "$found" "$all"
search 'q=test'
is 'domains' "$found" test.com
search 'q=alias&domain=alias.com'
is 'their other names' "$found" test.com/aliasdomains/alias.com
search 'q=jo&domain=test.com'
is 'in one domain' "$found $pages" \
    'test.com/users/joe test.com/users/john test.com/aliases/jokes 1'
search 'q=joe@'
is 'an address' "$found" 'foreign.com/users/joe test.com/users/joe'
search 'q=joe@tes'
is 'in domains that begin so' "$found $pages" 'test.com/users/joe 1'
search 'q=jo@test.com'
is 'is whole' "$found" ''
search 'q=@foreign'
is 'all of a domain' "$found" 'foreign.com/users/joe foreign.com/users/postmaster'
api GET '/search?q=ann&domain=test.com'
is 'an item' "$(got '.items[0] | "\(.module) \(.resource) \(.domain) \(.key)"')" \
    'mail users test.com ann'

# ---- who --------------------------------------------------------------------------
as=web
login postmaster@test.com postsecret
search 'q=jo'
is 'a postmaster in his domain' "$found" \
    'test.com/users/joe test.com/users/john test.com/aliases/jokes'
search 'q=joe@foreign.com'
is 'and no other' "$found" ''
search 'q=jo&domain=foreign.com'
is 'which is not there' "$found" 404
search 'q=jo&domain=none.com'
is 'as one that there is not' "$found" 404
search 'q=foreign'
is 'nor by its name' "$found" ''
web GET '/search?q=jo&cursor=0%20foreign.com%20'
is 'nor where the search is sent to' "$(got '[.items[].domain] | unique | join(" ")')" \
    test.com
web POST /tokens -H "$JSON" -d '{"label":"x","scopes":["GET users"]}'
secret=$(got .secret)
cookie='' csrf=''
web GET '/search?q=jo' -H "Authorization: Bearer $secret"
is 'a token, what it is good for' "$(got '[.items[].key] | join(" ")')" 'joe john'
login postmaster@test.com postsecret
web POST /tokens -H "$JSON" -d '{"label":"x","domains":["test.com"]}'
secret=$(got .secret)
cookie='' csrf=''
web GET '/search?q=jo' -H "Authorization: Bearer $secret"
is 'and where' "$(got '[.items[].key] | join(" ")')" 'joe john jokes'
login joe@test.com joesecret
search 'q=jo'
is 'a user searches nothing' "$found" 403

# ---- queries ------------------------------------------------------------------------
as=api
search 'q='
is 'nothing' "$found" 400
for wrong in x '1' '1%20a' '-1%20a%20' '99999%20a%20'; do
	api GET "/search?q=a&cursor=$wrong"
	is "a cursor of ours is not $wrong" "$status" 400
done
api GET '/search?q=a&limit=501'
is 'too much' "$status" 400
api GET '/search?q=a&cursor=3%20..%2Fx%20'
is 'a domain that is none' "$status $(got '.items | length')" '200 0'

panel_stop
done_testing
