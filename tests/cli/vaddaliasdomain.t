#!/bin/sh
# vaddaliasdomain: the table of its answers.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vaddaliasdomain --help)
ok 'a domain' vadddomain --no-password example.com
ok 'another' vadddomain --no-password example.net

run vaddaliasdomain example.com
ran 'one name' 255 "$usage" ''
run vaddaliasdomain example.com a.example b.example
ran 'three names' 255 "$usage" 'vaddaliasdomain: too many arguments'
run vaddaliasdomain example.com Example.com
ran 'equal names' 255 "Error: real domain and alias domain are the same!
$usage" ''
run vaddaliasdomain example.com example.net
ran 'both exist' 255 \
    'Error: Both domains already exist, unable to create alias.' ''
run vaddaliasdomain a.example b.example
ran 'none exists' 255 \
    "Error: Neither 'a.example' or 'b.example'  exist, unable to create alias." \
    ''
run vaddaliasdomain example.com bad_char.example
ran 'a bad byte' 244 'Error: Invalid domain name' '*'
run vaddaliasdomain example.com nodot
ran 'a name without a dot' 244 'Error: Invalid domain name' '*'
run vaddaliasdomain --dry-run example.com alias.example
ran 'a dry run' 0 'Would add alias domain alias.example of example.com' ''
is 'changes nothing' "$(vdominfo -n alias.example)" 'Invalid domain name'
run vaddaliasdomain example.com alias.example
ran 'an alias' 0 '' ''
is 'is in assign' "$(grep '^+alias' "$SITE/qmail/users/assign")" \
    "+alias.example-:example.com:$SITE_UID:$SITE_GID:$SITE/home/domains/example.com:-::"
is 'is in virtualdomains' \
    "$(grep alias "$SITE/qmail/control/virtualdomains")" \
    alias.example:alias.example
ok 'is in rcpthosts' grep -qx alias.example "$SITE/qmail/control/rcpthosts"
run vaddaliasdomain swapped.example alias.example
ran 'swapped, and an alias given as real' 0 '' ''
is 'stands for the real one' "$(vdominfo -n swapped.example | head -n 1)" \
    example.com
run vaddaliasdomain example.com alias.example
is 'again' $status 255
done_testing
