#!/bin/sh
# vmkpasswd: the files of a domain are made anew.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vmkpasswd --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'an alias' vaddaliasdomain example.com alias.example
ok 'bob' vadduser -e "$hash" bob@example.com
dir=$SITE/home/domains/example.com

run vmkpasswd
ran 'no domain' 255 "$usage" ''
run vmkpasswd a b
ran 'two' 255 "$usage" 'vmkpasswd: too many arguments'
# Tables have no such files.
if ! on_cdb; then
	run vmkpasswd example.com
	ran 'another store' 0 \
	    'vmkpasswd: is only needed by the cdb authentication module' ''
	not_ok 'makes none' test -e "$dir/vpasswd.cdb"
	done_testing
	exit
fi
run vmkpasswd nosuch.example
ran 'no such domain' 245 'Error: Domain does not exist' '*'
rm "$dir/vpasswd.cdb"
run vmkpasswd Alias.example
ran 'an alias in capitals' 0 '' ''
ok 'made the cdb' test -s "$dir/vpasswd.cdb"
printf 'hand:%s:1:0:by hand:%s/hand:NOQUOTA' "$hash" "$dir" >>"$dir/vpasswd"
ok 'after a line by hand, without newline' vmkpasswd example.com
is 'it is there' "$(vuserinfo -c hand@example.com)" 'by hand'
is 'owner' "$(stat -c %u:%a "$dir/vpasswd.cdb")" "$SITE_UID:600"
with 'auth_module = mem'
run vmkpasswd example.com
ran 'another module' 0 \
    'vmkpasswd: is only needed by the cdb authentication module' ''
done_testing
