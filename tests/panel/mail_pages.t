#!/bin/sh
# The module mail: pages of what it keeps in memory.  One process that stays
# is asked the same as one that has just begun, after whatever others did to
# the folders meanwhile.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/panel/mail.sh"
# shellcheck source=tests/lib/stores.sh
. "${srcdir:-.}/tests/lib/stores.sh"

mail_make
ok 'a domain' vadddomain --no-password example.test
dir=$SITE/home/domains/example.test
mkfifo "$SITE/in" "$SITE/out"
mail_program <"$SITE/in" >"$SITE/out" &
stays=$!
exec 7>"$SITE/in" 8<"$SITE/out"
mail_hello >&7
read -r answer <&8
like 'it begins' "$answer" '{"id":1,"result":*'

# both WORDS REQUEST: $answer of the one that stays, as a new one gives it.
both() {
	ask "$2"
	fresh=$answer
	printf '%s\n' "{\"id\":2,$actor${2#?}" >&7
	read -r answer <&8
	is "$1, as if it had just begun" "$answer" "$fresh"
}
# page RESOURCE AFTER LIMIT REST
page() {
	echo "{\"verb\":\"list\",\"resource\":\"$1\",\"domain\":\"example.test\",\"after\":\"$2\",\"limit\":$3$4}"
}
# names WORDS RESOURCE KEYS
names() {
	both "$1" "$(page "$2" '' 100)"
	is "$1" "$(keys)" "$3"
}
# put FILE LINE...: as its owner, beside it and then in its place
put() {
	name=$1
	shift
	printf '%s\n' "$@" | as_owner tee "$dir/new.tmp" >"$SITE/null"
	as_owner mv "$dir/new.tmp" "$dir/.qmail-$name"
}
answers='|/home/vpopmail/bin/autorespond 10000 5 /x/message /x'

# ---- aliases and autoresponders ----
names 'no alias' aliases ''
names 'no autoresponder' autoresponders ''
names 'no list' lists ''
for name in b d a:x c; do
	put "$name" '&x@y.example'
done
names 'aliases made by others' aliases 'a.x b c d '
put c "$answers"
names 'one that answers now' aliases 'a.x b d '
names 'is an autoresponder' autoresponders 'c '
echo "$answers" >"$dir/.qmail-b"
names 'one changed where it is' aliases 'a.x d '
names 'too' autoresponders 'b c '
echo '&x@y.example' >"$dir/.qmail-b"
put c '&x@y.example'
names 'back again' aliases 'a.x b c d '
names 'none is left' autoresponders ''
as_owner mv "$dir/.qmail-b" "$dir/.qmail-e"
as_owner rm "$dir/.qmail-c"
names 'renamed and removed' aliases 'a.x d e '
: >"$dir/.qmail-d"
names 'emptied' aliases 'a.x e '
echo '&x@y.example' >"$dir/.qmail-d"
names 'filled' aliases 'a.x d e '
put default '&x@y.example'
put f.tmp '&x@y.example'
as_owner mkdir "$dir/.qmail-g" "$dir/.qmail-g/h"
both 'a folder of such a name' "$(page lists '' 100)"
as_owner rm -r "$dir/.qmail-g"
names 'what is none' aliases 'a.x d e '
ok 'one by the tool' valias -i x@y.example f@example.test
both 'a page' "$(page aliases '' 2)"
like 'begins' "$(keys) $answer" 'a.x d  *"next":"d"*'
both 'a page' "$(page aliases d 2)"
like 'goes on' "$(keys) $answer" 'e f  *"next":null*'
both 'a page behind a name that has gone' "$(page aliases dd 2)"
is 'goes on, too' "$(keys)" 'e f '
for name in d-1 d-2 d-3; do
	put "$name" '&x@y.example'
done
both 'a prefix' "$(page aliases '' 3 ',"q":"d"')"
like 'begins' "$(keys) $answer" 'd d-1 d-2  *"next":"d-2"*'
both 'a prefix' "$(page aliases d-2 3 ',"q":"d"')"
like 'ends' "$(keys) $answer" 'd-3  *"next":null*'

# ---- more than the kernel keeps ----
as_owner sh -c 'cd "$1" && seq -f .qmail-z%g 20000 | xargs touch &&
	seq -f .qmail-z%g 20000 | xargs rm && echo "&x@y" >.qmail-zz' \
	sh "$dir"
both 'a flood' "$(page aliases e 100)"
is 'is got over' "$(keys)" 'f zz '

# ---- mailing lists ----
make_list() {
	ask "{\"verb\":\"setup\",\"resource\":\"lists\",\"domain\":\"example.test\",\"key\":\"$1\",\"new\":{\"name\":\"$1\"}}"
	got "the list $1" ok '*'
}
people() { # ROLE
	echo "{\"verb\":\"list\",\"resource\":\"members\",\"domain\":\"example.test\",\"parent\":\"news.eu\",\"after\":\"\",\"limit\":100${1:+,\"where\":{\"role\":\"$1\"\}}}"
}
ezmlm() { # sub|unsub [ROLE] ADDRESS
	what=$1
	shift
	as_owner env -i PATH="$PATH" "$SITE/ezmlm/ezmlm-$what" \
	    "$dir/news.eu" "$@"
}
make_list news.eu
make_list other
names 'lists' lists 'news.eu other '
names 'are no aliases' aliases 'a.x d d-1 d-2 d-3 e f zz '
both 'nobody' "$(people)"
is 'is on it' "$(keys)" ''
for address in c@x.example a@x.example b@x.example; do
	ezmlm sub "$address"
done
ezmlm sub mod a@x.example
ezmlm sub deny z@x.example
both 'members' "$(people)"
is 'of all sets' "$(keys)" 'a@x.example b@x.example c@x.example z@x.example '
both 'members' "$(people moderator)"
is 'of one set' "$(keys)" 'a@x.example '
like 'with their sets' "$answer" '*"roles":\["subscriber","moderator"\]*'
ezmlm unsub a@x.example
both 'a member' "$(people subscriber)"
is 'has left' "$(keys)" 'b@x.example c@x.example '
both 'members' "$(people | sed 's/"limit":100/"limit":2/')"
like 'by pages' "$(keys) $answer" \
    'a@x.example b@x.example  *"next":"b@x.example"*'
ask '{"verb":"delete","resource":"lists","domain":"example.test","key":"news.eu"}'
got 'a list goes' ok '*'
both 'nobody' "$(people)"
got 'is on a list that has gone' not-found '*'
make_list news.eu
both 'nobody' "$(people)"
is 'is on it when it has come again' "$(keys)" ''
i=0
while [ $i -lt 9 ]; do
	make_list "l$i"
	both "list $i of many" "$(people | sed "s/news.eu/l$i/")"
	i=$((i + 1))
done
ezmlm sub late@x.example
both 'one that was forgotten' "$(people)"
is 'is read again' "$(keys)" 'late@x.example '
echo postgres:x >"$dir/news.eu/subdb"
both 'a set in a database' "$(people)"
is 'is asked for' "$(keys)" 'late@x.example '
echo new@x.example >>"$dir/news.eu/subscribers/all"
both 'a set in a database' "$(people)"
is 'each time' "$(keys)" 'late@x.example new@x.example '

# ---- another folder ----
as_owner mv "$dir" "$dir.old"
as_owner cp -a "$dir.old" "$dir"
as_owner rm "$dir/.qmail-d"
both 'another folder in its place' "$(page aliases '' 3)"
is 'is seen' "$(keys)" 'a.x d-1 d-2 '
if [ "$(id -u)" = 0 ]; then
	chown 0:0 "$dir/.qmail-other" -h
	printf '&x\n' >"$dir/.qmail-secret"
	chown 0:0 "$dir/.qmail-secret"
	chmod 600 "$dir/.qmail-secret"
	both 'a file that is not for us' "$(page lists n 100)"
	is 'is no list' "$(keys)" 'news.eu other '
	rm "$dir/.qmail-secret"
fi

# ---- rows of an account store ----
VTEST_STORE=sqlite
store_make
with 'valias = yes'
ok 'a domain' vadddomain --no-password rows.test
for name in c a e b d; do
	ok "alias $name" valias -i "x@$name.example" \
	    "$name@rows.test"
done
ok 'one that answers' valias -i "$answers" aa@rows.test
[ -z "$mail_as" ] || chown -R "$SITE_UID:$SITE_GID" "$SITE/home/domains"
of_rows() {
	page "$@" | sed 's/example.test/rows.test/'
}
exec 7>&- 8<&-
wait "$stays"
is 'it ends with its input' $? 0
ask "$(of_rows aliases '' 2)"
like 'a page' "$(keys) $answer" 'a b  *"next":"b"*'
ask "$(of_rows aliases b 2)"
like 'goes on' "$(keys) $answer" 'c d  *"next":"d"*'
ask "$(of_rows aliases d 2)"
like 'ends' "$(keys) $answer" 'e  *"next":null*'
ask "$(of_rows autoresponders '' 2)"
is 'autoresponders' "$(keys)" 'aa '
ask "$(of_rows lists '' 2)"
is 'lists' "$(keys)" ''
done_testing
