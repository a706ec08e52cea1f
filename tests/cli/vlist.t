#!/bin/sh
# vlist: mailing lists, with programs that stand in for ezmlm-idx.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vlist --help)
ok 'a domain' vadddomain --no-password example.com
ok 'an alias domain' vaddaliasdomain example.com alias.example
ok 'a mailbox' vadduser --no-password bob@example.com
dir=$SITE/home/domains/example.com
journal=$SITE/home/var/journal.sqlite

# journaled WORDS EVENT WANTED: state and new value of the last such change.
journaled() {
	is "$1" "$(perl -e '
		require DBI;
		my $db = DBI->connect("dbi:SQLite:dbname=$ARGV[0]", "", "");
		print join " ", $db->selectrow_array(
		    "SELECT state, object, COALESCE(new, old) FROM change".
		    " WHERE event = ? ORDER BY id DESC LIMIT 1", {}, $ARGV[1])
	' "$journal" "$2" 2>/dev/null || sqlite3 -separator ' ' "$journal" \
	    "SELECT state, object, COALESCE(new, old) FROM change
	    WHERE event = '$2' ORDER BY id DESC LIMIT 1")" "$3"
}

# ---- words --------------------------------------------------------------
run vlist
ran 'no words' 101 "At least two parameters are required

$usage" ''
run vlist count
ran 'one word' 101 "At least two parameters are required

$usage" ''
run vlist c example.com
ran 'an unknown word' 102 "Unknown command 1
$usage" ''
run vlist subscriber news@example.com
ran 'no second word' 103 "Unknown command 2
$usage" ''
run vlist subscriber news@example.com c
ran 'an unknown second word' 103 "Unknown command 2
$usage" ''
run vlist subscriber news@example.com add
ran 'no address' 101 "An address is required
$usage" ''
run vlist count example.com more
ran 'too many words' 255 "$usage" 'vlist: too many arguments'
run vlist show example.com
ran 'a domain' 1 'Error: 1 - list address expected' ''
run vlist show 'a"b@example.com'
ran 'a bad byte' 2 'Error: 2 - cannot parse address' '*'
run vlist show @example.com
ran 'no name' 2 'Error: 2 - cannot parse address' '*'
run vlist show a@b@example.com
ran 'two at signs' 2 'Error: 2 - cannot parse address' '*'
run vlist cobol nosuch.example
ran 'an unknown domain' 3 'Error: 3 - Domain does not exist.' ''
run vlist count news@example.com
ran 'an address' 4 \
    'Error: 4 - expected domain name in the form example.com' ''
run vlist create bob@example.com
ran 'a mailbox is there' 5 'Error: 5 - address already exists' '*'
run vlist show news@example.com
ran 'no such list' 6 'Error: 6 - mailing list does not exist' ''
run vlist show bob@example.com
ran 'a mailbox is no list' 6 'Error: 6 - mailing list does not exist' ''
for bad in .. ../b '.a' 'a.' 'a..b' "a'b" default 'a&b' "$(printf %065d 1)"; do
	run vlist create "$bad@example.com"
	is "the name $bad" "$status" 2
done

# ---- without ezmlm-idx --------------------------------------------------
with "ezmlm_dir = $SITE/ezmlm"
run vlist create news@example.com
ran 'ezmlm-idx is not installed' 195 \
    'Error: mailing-list programs are not installed' '*'
like 'it says which program' "$err" "*'$SITE/ezmlm/ezmlm-make'*ezmlm_dir*"
run vlist --dry-run create news@example.com
is 'a dry run says so too' "$status" 195
run vlist count example.com
ran 'counting needs no program' 0 0 ''
mkdir "$SITE/ezmlm"
for name in make sub unsub list; do
	cp "${srcdir:-.}/tests/lib/ezmlm.sh" "$SITE/ezmlm/ezmlm-$name"
	chmod 0755 "$SITE/ezmlm/ezmlm-$name"
done

# ---- a list -------------------------------------------------------------
run vlist --dry-run create news@example.com
ran 'a dry run' 0 'Would create mailing list news@example.com' ''
not_ok 'makes nothing' test -e "$dir/news"
run vlist create News@alias.example
ran 'a list' 0 '' ''
is 'its folder' "$(stat -c %u:%g:%a "$dir/news")" "$SITE_UID:$SITE_GID:700"
is 'its link' "$(readlink "$dir/.qmail-news")" "$dir/news/editor"
is 'the owner of the link' "$(stat -c %u "$dir/.qmail-news")" "$SITE_UID"
is 'its local part' "$(cat "$dir/news/inlocal")" example.com-news
is 'inlocal belongs to the owner' "$(stat -c %u:%a "$dir/news/inlocal")" \
    "$SITE_UID:600"
journaled 'journalled' list.created '1 news@example.com {"name":"news",'\
'"owner":"postmaster@example.com","options":"aBDfGHIJLMNOprSTuWX",'\
'"prefix":"[news]","reply":"list"}'
run vlist create news@example.com
ran 'again' 5 'Error: 5 - address already exists' '*'
shown="Mailing List:  news@example.com
   OwnerEmail: postmaster@example.com
   Prefix:     [news]

   Reply to:   List.

   Flags:      -aBDEfGHIJKLMNOpQrSTuWX

   Path:       $dir
   Dot:        $dir/.qmail-news
   Dir:        $dir/news"
run vlist show news@example.com
ran 'show' 0 "$shown" ''
run vlist explain news@example.com
is 'explain' "$status $err" '0 '
like 'explain says public' "$out" '*      p  the list is public*'
run vlist --json show news@example.com
ran 'show as JSON' 0 '{"list":"news@example.com",'\
'"owner":"postmaster@example.com","options":"aBDfGHIJKLMNOpQrSTuWXY",'\
'"prefix":"[news]","reply_to":"list","directory":"'"$dir"'/news",'\
'"sql":null}' ''

# ---- a change -----------------------------------------------------------
run vlist --options=Dm --prefix='{n}' --reply-to=sender \
    --owner=eve@example.net update news@example.com
ran 'update' 0 '' ''
run vlist show news@example.com
ran 'is shown' 0 "Mailing List:  news@example.com
   OwnerEmail: eve@example.net
   Prefix:     {n}

   Reply to:   Sender.

   Flags:      -aBDEfGHIJKLmNOpQrSTuWX

   Path:       $dir
   Dot:        $dir/.qmail-news
   Dir:        $dir/news" ''
journaled 'journalled' list.updated '1 news@example.com '\
'{"owner":"eve@example.net","options":"Dfm","prefix":"{n}","reply":"sender"}'
ok 'another change' vlist --reply-to=x@example.net update news@example.com
like 'keeps the prefix' "$(vlist show news@example.com)" '*Prefix:     {n}*'
like 'and sets the address' "$(vlist show news@example.com)" \
    '*Reply to:   x@example.net*'
is 'once' "$(grep -c -i '^reply-to' "$dir/news/headeradd")" 1
is 'other fields stay' "$(grep -c . "$dir/news/headeradd")" 2
ok 'no prefix' vlist --prefix= update news@example.com
not_ok 'no file of it' test -e "$dir/news/prefix"
printf 'mysql:db.example:3306:ezmlm:Secret-9:lists:news' >"$dir/news/subdb"
chown "$SITE_UID" "$dir/news/subdb" 2>/dev/null
run vlist --options=t update news@example.com
ran 'a list in a database' 0 '' ''
is_file 'keeps its access' "$dir/news/subdb" \
    'mysql:db.example:3306:ezmlm:Secret-9:lists:news'
like 'which is shown' "$(vlist show news@example.com)" '*
   Host:       db.example
   Port:       3306
   User:       ezmlm
   Pass:       \*\*\*
   Base:       lists
   Table:      news
*'
like 'as JSON too' "$(vlist --json show news@example.com)" \
    '*"sql":{"plugin":"mysql","host":"db.example","port":"3306",'\
'"user":"ezmlm","database":"lists","table":"news"}}'
rm "$dir/news/subdb"
for bad in --options=z --options=c --owner=nobody --owner='|x@y' \
    --owner="o'b@x" --reply-to=here "--prefix=a
b"; do
	run vlist "$bad" update news@example.com
	not_ok "${bad%%=*} with a bad value" test "$status" = 0
done
run vlist --options=a show news@example.com
is 'an option that is for changes' "$status $out" "255 $usage"

: >"$SITE/ezmlm/half"
run vlist --options=m --prefix=x --owner=x@y.example update news@example.com
is 'a change that fails' "$status" 194
rm "$SITE/ezmlm/half"
ok 'the next command' vlist --options=t update news@example.com
like 'the change is made after all' "$(vlist show news@example.com)" \
    '*OwnerEmail: x@y.example*Prefix:     x*'
ok 'and can be taken back' vlist --options=MF --owner=eve@example.net update \
    news@example.com
is 'nothing is pending' "$(vdoctor | wc -l)" 0

# ---- addresses ----------------------------------------------------------
for role in subscriber moderator digest kill; do
	run vlist $role news@example.com count
	ran "no $role" 0 0 ''
	run vlist --dry-run $role news@example.com add b@example.net
	ran 'a dry run' 0 'Would add b@example.net' ''
	run vlist $role news@example.com add "$role@example.net"
	ran 'one' 0 '' ''
	run vlist $role news@example.com add o\'b@example.net
	ran 'two' 0 '' ''
	run vlist $role news@example.com count
	ran 'counted' 0 2 ''
	run vlist $role news@example.com list
	ran 'listed' 0 "$role@example.net
o'b@example.net" ''
	run vlist --json $role news@example.com list
	ran 'as JSON' 0 "[\"$role@example.net\",\"o'b@example.net\"]" ''
	run vlist $role news@example.com delete "$role@example.net"
	ran 'deleted' 0 '' ''
	run vlist $role news@example.com list
	ran 'is gone' 0 "o'b@example.net" ''
done
journaled 'journalled' list.member.removed \
    '1 news@example.com {"role":"deny","address":"kill@example.net"}'
for bad in bob '|y@x' '|x@y' '' 'a b@c' "$(printf %0320d 1)@x"; do
	run vlist subscriber news@example.com add "$bad"
	ran "the address $bad" 255 'Unable to add entry: -1' '*'
done
run vlist subscriber nosuch@example.com list
ran 'of no list' 6 'Error: 6 - mailing list does not exist' ''
i=0
while [ $i -lt 5000 ]; do
	i=$((i + 1))
	echo "reader-$i@a-rather-long-name.example.net"
done >"$dir/news/subscribers/all"
is 'many' "$(vlist subscriber news@example.com list | sort | uniq | wc -l)" \
    5000
is 'a reader who stops' \
    "$(vlist subscriber news@example.com list | head -n 1)" \
    reader-1@a-rather-long-name.example.net

# ---- several lists ------------------------------------------------------
ok 'a list with a dash' vlist create news-eu@example.com
ok 'a list with a dot' vlist create Z.dept@example.com
ok 'an alias beside them' valias -i x@y.example news-x@example.com
ok 'a file of the dot list' test -L "$dir/.qmail-z:dept"
run vlist list example.com
ran 'the lists' 0 'news
news-eu
z.dept' ''
run vlist --json list alias.example
ran 'as JSON' 0 '["news","news-eu","z.dept"]' ''
run vlist count example.com
ran 'their number' 0 3 ''
run vlist create news-owner@example.com
ran 'an address of a list' 5 'Error: 5 - address already exists' '*'
run vadduser --no-password news@example.com
not_ok 'no mailbox of that name' test "$status" = 0
ok 'all is well' vdoctor
run vlist --dry-run delete news@example.com
ran 'a dry run' 0 'Would delete mailing list news@example.com' ''
run vlist delete news@example.com
ran 'a deletion' 0 '' ''
is 'no link is left' "$(find "$dir" -name '.qmail-news*' | sort | head -n 2)" \
    "$dir/.qmail-news-eu
$dir/.qmail-news-eu-accept-default"
ok 'nor the folder' test ! -e "$dir/news"
ok 'the other list stays' vlist show news-eu@example.com
ok 'the alias stays' test -e "$dir/.qmail-news-x"
run vlist delete news@example.com
ran 'again' 6 'Error: 6 - mailing list does not exist' ''
run vlist create news@example.com
ran 'the name is free' 0 '' ''

# ---- failures -----------------------------------------------------------
: >"$SITE/ezmlm/broken"
run vlist create more@example.com
ran 'a program that fails' 255 'mailing-list program failed
 (-1)' '*'
like 'says why' "$err" '*status 111: ezmlm-make: fatal: broken for a test'
run vlist subscriber news@example.com count
ran 'ezmlm-list fails' 194 'Error: mailing-list program failed' '*'
run vlist subscriber news@example.com list
ran 'in a list too' 194 'Error: mailing-list program failed' '*'
run vlist subscriber news@example.com add a@example.net
ran 'ezmlm-sub fails' 255 'Unable to add entry: -1' '*'
journaled 'taken back' list.member.added \
    '2 news@example.com {"role":"subscriber","address":"a@example.net"}'
rm "$SITE/ezmlm/broken"
: >"$SITE/ezmlm/half"
run vlist create more@example.com
is 'one that fails half way' "$status" 255
is 'leaves nothing' "$(find "$dir" -name '*more*')" ''
rm "$SITE/ezmlm/half"
ok 'and can be run again' vlist create more@example.com
is 'nothing is pending' "$(vdoctor | wc -l)" 0
ok 'a domain goes with its lists' vdeldomain -f example.com
done_testing
