#!/bin/sh
# vdeldomain: real domains, alias domains, what stays behind.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vdeldomain --help)
ok 'a domain' vadddomain --no-password example.com
ok 'that stays' vadddomain --no-password stays.example
ok 'an alias' vaddaliasdomain example.com alias1.example
ok 'another' vaddaliasdomain example.com alias2.example
warning='Warning: Alias domains exist:
   alias1.example
   alias2.example
   use -f to force delete of domain and all aliases'

run vdeldomain
ran 'no name' 255 "$usage" ''
run vdeldomain -x example.com
ran 'an unknown option' 255 "$usage" "vdeldomain: invalid option -- 'x'"
run vdeldomain example.com stays.example
ran 'two names' 255 "$usage" 'vdeldomain: too many arguments'
run vdeldomain nosuch.example
ran 'an unknown domain' 245 'Error: Domain does not exist' '*'
run vdeldomain example.com
ran 'a domain with aliases' 255 "$warning" ''
run vdeldomain -f --dry-run example.com
ran 'a dry run' 0 'Would delete domain example.com' ''
ok 'nothing is gone' vdominfo example.com
run vdeldomain alias1.example
ran 'an alias' 0 '' ''
is 'only the alias went' "$(vdominfo example.com | grep alias)" \
    'alias: alias2.example'
run vdeldomain -f example.com
ran 'with force' 0 'Warning: Alias domains deleted:
   alias2.example' ''
not_ok 'the tree is gone' test -e "$SITE/home/domains/example.com"
is_file 'assign' "$SITE/qmail/users/assign" \
    "+stays.example-:stays.example:$SITE_UID:$SITE_GID:$SITE/home/domains/stays.example:-::
."
is_file 'rcpthosts' "$SITE/qmail/control/rcpthosts" stays.example
is_file 'virtualdomains' "$SITE/qmail/control/virtualdomains" \
    stays.example:stays.example
ok 'the last one' vdeldomain stays.example
is 'vdoctor finds nothing' "$(vdoctor)" ''
done_testing
