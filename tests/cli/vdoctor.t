#!/bin/sh
# vdoctor: status and output; what it finds is the business of its own tests.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vdoctor --help)
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'a domain' vadddomain --no-password example.com
ok 'bob' vadduser -e "$hash" bob@example.com
dir=$SITE/home/domains/example.com

run vdoctor
ran 'a sound site' 0 '' ''
run vdoctor extra
ran 'a surplus argument' 255 "$usage" 'vdoctor: too many arguments'
run vdoctor -z
ran 'an unknown option' 255 "$usage" "vdoctor: invalid option -- 'z'"
rm "$SITE/qmail/control/virtualdomains"
chmod 0755 "$dir"
run vdoctor
like 'disagreements' "$status $out" '1 *example.com*'
run vdoctor --json
like 'as JSON' "$status $out" '1 {"sentence":"*","mended":false}*'
run vdoctor --repair
like 'mended' "$status $out" '0 *(mended)'
run vdoctor
ran 'and sound again' 0 '' ''
is_file 'virtualdomains' "$SITE/qmail/control/virtualdomains" \
    example.com:example.com
rm -rf "$SITE/qmail/users" "$SITE/qmail/control/rcpthosts"
mkdir "$SITE/qmail/users"
ok 'from the domain tree' vdoctor --repair
is 'everything is back' "$(vuserinfo -n -D example.com)" 'bob
postmaster'
done_testing
