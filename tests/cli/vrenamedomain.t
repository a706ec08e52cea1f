#!/bin/sh
# vrenamedomain: its answers, and mail and logins by the old name and the new.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vrenamedomain --help)
ok 'a domain' vadddomain --no-password old.example
ok 'another' vadddomain --no-password other.example
ok 'an account' vadduser bob@old.example Secr3t.pw
ok 'an alias' valias -i '&bob@old.example' info@old.example

run vrenamedomain old.example
ran 'one name' 255 "$usage" ''
run vrenamedomain none.example new.example
is 'no such domain' "$status" 245
run vrenamedomain old.example other.example
ran 'a name that is taken' 243 'Error: Domain already exists' '*'
run vrenamedomain old.example bad_char.example
ran 'a bad byte' 244 'Error: Invalid domain name' '*'
before=$(cat "$SITE/qmail/users/assign")
run vrenamedomain --dry-run old.example new.example
ran 'a dry run' 0 'Would rename domain old.example to new.example' ''
is 'changes nothing' "$(cat "$SITE/qmail/users/assign")" "$before"

run vrenamedomain old.example new.example
ran 'renamed' 0 '' ''
dir=$SITE/home/domains/old.example
is 'the folder stays' "$(grep -E '^\+(old|new)' "$SITE/qmail/users/assign")" \
    "+new.example-:new.example:$SITE_UID:$SITE_GID:$dir:-::
+old.example-:new.example:$SITE_UID:$SITE_GID:$dir:-::"
is 'both names are routed' \
    "$(grep -cE '^(old|new).example:' "$SITE/qmail/control/virtualdomains")" 2
is 'both names are accepted' \
    "$(grep -cE '^(old|new).example$' "$SITE/qmail/control/rcpthosts")" 2
for name in old new; do
	ok "a login with the $name name" \
	    vverifypw "bob@$name.example" Secr3t.pw
	is "the alias by the $name name" "$(valias "info@$name.example")" \
	    "info@new.example -> &bob@old.example"
	ok "mail for the $name name" sh -c "echo hello |
	    env HOST=$name.example EXT=bob SENDER=x@y.example \
	    vdelivermail '' bounce-no-mailbox"
done
is 'both messages are there' \
    "$(find "$dir/bob/Maildir/new" -type f | wc -l)" 2
run vrenamedomain old.example new.example
ran 'again' 0 '' ''
ok 'the site is sound' vdoctor
is 'the journal tells' \
    "$(vevents list -t domain.renamed | grep -c new.example)" 1
ok 'the old name goes' vdeldomain old.example
run vadddomain --no-password old.example
is 'its folder is taken' "$status" 242
like 'which is told' "$err$out" "*$dir*"
ok 'mail for the new name' sh -c "echo hello | env HOST=new.example \
    EXT=bob SENDER=x@y.example vdelivermail '' bounce-no-mailbox"
ok 'the domain goes' vdeldomain new.example
ok 'with its folder' test ! -e "$dir"
done_testing
