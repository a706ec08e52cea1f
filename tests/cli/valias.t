#!/bin/sh
# valias: lists, insertions, deletions.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(valias --help)
ok 'a domain' vadddomain --no-password example.com
ok 'an alias domain' vaddaliasdomain example.com alias.example
dir=$SITE/home/domains/example.com

run valias
ran 'no address' 255 "$usage" 'must supply alias email address'
run valias -z sales@example.com
ran 'an unknown option' 255 "$usage" "valias: invalid option -- 'z'"
run valias -i
is 'no line' "$status $out" "255 $usage"
run valias a@example.com b@example.com
ran 'two addresses' 255 "$usage" 'valias: too many arguments'
run valias 'b"b@example.com'
ran 'a bad byte' 255 'Error: Illegal username' 'user invalid b"b'
run valias sales@example.com
ran 'nothing there' 255 'No aliases sales@example.com found' ''
run valias example.com
ran 'nothing in the domain' 255 'No aliases found for domain example.com' ''
run valias -n example.com
ran 'no names' 255 '' ''
run valias --dry-run -i '&fred@elsewhere.example' sales@example.com
ran 'a dry run' 0 \
    'Would insert sales@example.com -> &fred@elsewhere.example' ''
not_ok 'writes nothing' test -e "$dir/.qmail-sales"
run valias -i '&fred@elsewhere.example' Sales@example.com
ran 'a line' 0 '' ''
run valias -i fred2@elsewhere.example sales@alias.example
ran 'another' 0 '' ''
is_file 'the file' "$dir/.qmail-sales" '&fred@elsewhere.example
fred2@elsewhere.example'
is 'its owner and mode' "$(stat -c %u:%g:%a "$dir/.qmail-sales")" \
    "$SITE_UID:$SITE_GID:600"
run valias -i fred2@elsewhere.example sales@example.com
ran 'the same line again' 255 '' 'Error: alias sales@example.com -> '\
'fred2@elsewhere.example already exists.'
ok 'a name with a dot' valias -i '| /bin/true' first.last@example.com
ok 'is written with a colon' test -e "$dir/.qmail-first:last"
ok 'a short name' valias -i x@y.example a@example.com
run valias -s sales@alias.example
ran 'one alias' 0 'sales@example.com -> &fred@elsewhere.example
sales@example.com -> fred2@elsewhere.example' ''
run valias example.com
ran 'a domain' 0 'a@example.com -> x@y.example
first.last@example.com -> | /bin/true
sales@example.com -> &fred@elsewhere.example
sales@example.com -> fred2@elsewhere.example' ''
run valias -n example.com
ran 'names' 0 'a
first.last
sales' ''
run valias -i x@y.example -n example.com
ran 'the last verb wins' 0 'a
first.last
sales' ''
run valias --json example.com
ran 'JSON' 0 '[{"alias":"a@example.com","lines":["x@y.example"]},'\
'{"alias":"first.last@example.com","lines":["| /bin/true"]},'\
'{"alias":"sales@example.com","lines":["&fred@elsewhere.example",'\
'"fred2@elsewhere.example"]}]' ''
run valias -n sales@example.com
ran 'names of an address' 255 '' 'Please enter domain name only.'
run valias -s nosuch.example
ran 'an unknown domain' 255 'invalid domain, not in qmail assign file
No aliases found for domain nosuch.example' ''
for verb in '-i x@y.example' -d; do
	# shellcheck disable=SC2086
	run valias $verb a@nosuch.example
	ran "$verb in an unknown domain" 245 'Error: Domain does not exist' '*'
done
for bad in '' 'a
b'; do
	run valias -i "$bad" bad@example.com
	not_ok 'a bad line is refused' test $status = 0
done
run valias -i x@y.example default@example.com
not_ok 'the default is no alias' test $status = 0
not_ok 'nothing came of it' test -e "$dir/.qmail-bad"
run valias --remove fred2@elsewhere.example sales@example.com
ran 'one line away' 0 '' ''
is_file 'the other stays' "$dir/.qmail-sales" '&fred@elsewhere.example'
run valias --remove fred2@elsewhere.example sales@example.com
ran 'a line that is not there' 246 'Error: User does not exist' '*'
ln -s nowhere "$dir/.qmail-dangling"
: >"$dir/.qmail-empty"
is 'broken files hide no others' "$(valias -n example.com | grep -c -e '^a$' \
    -e '^first.last$' -e '^sales$')" 3
rm "$dir/.qmail-dangling" "$dir/.qmail-empty"
run valias --dry-run -d sales@example.com
ran 'a dry run' 0 'Would delete alias sales@example.com' ''
run valias -d sales@example.com
ran 'a deletion' 0 '' ''
not_ok 'the file is gone' test -e "$dir/.qmail-sales"
run valias -d sales@example.com
ran 'again' 0 '' ''
done_testing
