#!/bin/sh
# vdeloldusers: who is old, and what happens to them.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vdeloldusers --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'another' vadddomain --no-password example.net
ok 'an alias' vaddaliasdomain example.com alias.example
for user in fresh never old1 old2 norecord forward; do
	ok "$user" vadduser -e "$hash" "$user@example.com"
done
dir=$SITE/home/domains/example.com
for user in old1 forward; do
	set_login "$user@example.com" 192.0.2.1 '2001-05-06'
done
set_login never@example.com 0.0.0.0 '2001-05-06'
set_login postmaster@example.com 0.0.0.0 '2001-05-06'
set_login old2@example.com 192.0.2.1 '300 days ago'
drop_login norecord@example.com
echo '&x@y.example' >"$dir/forward/.qmail"

run vdeloldusers
ran 'nothing asked' 255 "$usage" ''
run vdeloldusers -v -d example.com
ran '-v ends' 255 'version: 6.0.0' ''
run vdeloldusers -V
ran 'no domain' 255 \
    'error: you must supply either the -e or -d [domain] options' ''
for age in -1 0 x 180x; do
	run vdeloldusers -d example.com -a "$age" -D
	is "age $age" "$status" 255
done
run vdeloldusers -z -d example.com -D
ran 'an unknown option' 255 "$usage" "vdeloldusers: invalid option -- 'z'"
run vdeloldusers -d nosuch.example
ran 'no such domain' 245 'Error: Domain does not exist' '*'
run vdeloldusers -d example.net -V
ran 'nobody' 0 'skipping postmaster@example.net
no old users found' ''
list='skipping forward@example.com: user has .qmail file
never@example.com
old1@example.com
old2@example.com
skipping postmaster@example.com'
run vdeloldusers -d example.com -V
ran 'the list' 0 "$list
 ** no users were deleted  **
 ** use -D to delete users **" ''
run vdeloldusers -d alias.example -a 400
ran 'without -V' 0 ' ** no users were deleted  **
 ** use -D to delete users **' ''
run vdeloldusers -e -V --dry-run -D
ran 'a dry run over all' 0 "$list
skipping postmaster@example.net
 ** no users were deleted  **
 ** use -D to delete users **" ''
run vdeloldusers --json -d example.com -a 400
like 'JSON' "$out" \
    '\[{"address":"never@example.com","last_auth":null,"created":"2001-05-06*'
run vdeloldusers -d example.com -a 400 -D -V
ran 'a deletion' 0 'skipping forward@example.com: user has .qmail file
never@example.com
old1@example.com
skipping postmaster@example.com' ''
is 'the others stay' "$(vuserinfo -n -D example.com)" 'forward
fresh
norecord
old2
postmaster'
run vdeloldusers -i -d example.com -D
ran 'with .qmail files' 0 '' ''
is 'these went too' "$(vuserinfo -n -D example.com)" 'fresh
norecord
postmaster'
with 'auth_logging = no'
run vdeloldusers -e
ran 'logins are not kept' 255 'auth logging was not enabled, reconfigure with '\
'--enable-auth-logging=y' ''
done_testing
