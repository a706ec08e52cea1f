#!/bin/sh
# vdominfo: layouts, named and all, text and JSON.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vdominfo --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
dir=$SITE/home/domains/example.com

mkdir "$SITE/qmail/users/assign"
run vdominfo
ran 'users/assign cannot be read' 255 \
    "Can't get domain entries - can't read users/assign file" '*'
run vdominfo example.com
ran 'with a name' 219 \
    "Can't get domain entries - can't read users/assign file" '*'
rmdir "$SITE/qmail/users/assign"
run vdominfo
ran 'no domain' 0 'No domains configured.' ''

ok 'a domain' vadddomain --no-password example.com
ok 'a user' vadduser -e "$hash" bob@example.com
ok 'an alias' vaddaliasdomain example.com alias1.example
ok 'another' vaddaliasdomain example.com alias2.example
full="uid:    $SITE_UID
gid:    $SITE_GID
dir:    $dir
users:  2"

run vdominfo example.com
ran 'the full layout' 0 "domain: example.com
$full
alias: alias1.example
alias: alias2.example" ''
run vdominfo alias1.example
ran 'an alias reports the real one' 0 "domain: example.com
$full
alias: alias1.example
alias: alias2.example" ''
run vdominfo -ungdtr example.com
ran 'one field a line, in a fixed order' 0 "example.com
$SITE_UID
$SITE_GID
$dir
2
example.com
alias: alias1.example
alias: alias2.example" ''
run vdominfo example.com -n
ran 'options may follow' 0 'example.com
alias: alias1.example
alias: alias2.example' ''
run vdominfo -n -a example.com
like 'the last of -a and -n wins' "$out" 'domain: example.com*users:  2*'
run vdominfo -a -n example.com
is 'either way' "$(echo "$out" | head -n 1)" example.com
vdominfo >"$SITE/all"
is 'all' "$(sed 's/$/|/' "$SITE/all")" "$(printf '%s\n' \
    'domain: alias1.example (alias of example.com)' "$full" '' \
    'domain: alias2.example (alias of example.com)' "$full" '' \
    'domain: example.com' "$full" '' | sed 's/$/|/')"
vdominfo -n >"$SITE/all"
is 'all, names only' "$(sed 's/$/|/' "$SITE/all")" \
'alias1.example (alias of example.com)|
|
alias2.example (alias of example.com)|
|
example.com|
|'
run vdominfo nosuch.example
ran 'unknown' 245 'Invalid domain name' '*'
run vdominfo -h
ran '-h is no option' 255 "$usage" "vdominfo: invalid option -- 'h'"
run vdominfo a b
ran 'two names' 255 "$usage" 'vdominfo: too many arguments'
run vdominfo -v -n example.com
is '-v goes on' "$(echo "$out" | head -n 2)" 'version: 6.0.0
example.com'
object() {
	printf '{"domain":"%s","real":"example.com","alias_of":%s,' "$1" "$2"
	printf '"uid":%s,"gid":%s,"dir":"%s","users":2' "$SITE_UID" \
	    "$SITE_GID" "$dir"
}
run vdominfo --json example.com
ran 'JSON' 0 "$(object example.com \
    null),\"aliases\":[\"alias1.example\",\"alias2.example\"]}" ''
run vdominfo --json
ran 'JSON of all' 0 "[$(object alias1.example \
    '"example.com"')},$(object alias2.example \
    '"example.com"')},$(object example.com null)}]" ''
done_testing
