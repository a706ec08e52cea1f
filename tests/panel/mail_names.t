#!/bin/sh
# The module mail: aliases, autoresponders, mailing lists and their members.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/panel/mail.sh"

mail_make
# shellcheck disable=SC2016
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
ok 'another name' vaddaliasdomain alias.test example.test
ok 'an account' vadduser -e "$hash" carol@example.test
dir=$SITE/home/domains/example.test
as() { # ACTOR ROLE: the end of a request
	echo "\"actor\":{\"name\":\"$1\",\"role\":\"$2\",\"address\":\"192.0.2.7\"}}"
}
system=$(as uid:0 system)
other=$(as ann@example.test domain)
on() { # RESOURCE VERB KEY REST
	ask "{\"verb\":\"$2\",\"resource\":\"$1\",\"domain\":\"example.test\",\"key\":\"$3\"$4"
}
all() { # RESOURCE MEMBERS
	ask "{\"verb\":\"list\",\"resource\":\"$1\",\"domain\":\"example.test\",\"after\":null,\"limit\":100$2}"
}
to() { # TYPE VALUE ...: destinations
	printf '"destinations":['
	while :; do
		printf '{"type":"%s","value":"%s"}' "$1" "$2"
		shift 2
		[ $# -gt 0 ] || break
		printf ,
	done
	printf ']'
}

# ---- aliases ----
on aliases setup info ",\"new\":{\"name\":\"info\",$(to local carol)}}"
got 'an alias' ok '*'
is 'as qmailadmin writes it' "$(cat "$dir/.qmail-info")" '&carol@example.test'
is 'its owner and mode' "$(stat -c '%a %u' "$dir/.qmail-info")" "600 $SITE_UID"
on aliases setup sales.eu ",\"new\":{\"name\":\"sales.eu\",$(to address x@ext.example address y@ext.example)}}"
got 'with a dot and two addresses' ok '*'
is 'in their order' "$(cat "$dir/.qmail-sales:eu")" '&x@ext.example
&y@ext.example'
on aliases setup null ',"new":{"name":"null","destinations":[{"type":"discard"}]}}'
got 'one to nowhere' ok '*'
is 'as qmailadmin writes that' "$(cat "$dir/.qmail-null")" '#'
on aliases get sales.eu '}'
got 'is shown' ok '*"name":"sales.eu","destinations":\[{"type":"address","value":"x@ext.example"},{"type":"address","value":"y@ext.example"}\],"custom":\[\]*'
on aliases get info '}'
got 'a name of the domain' ok '*\[{"type":"local","value":"carol"}\]*'
on aliases get null '}'
got 'nothing' ok '*\[{"type":"discard"}\]*'
on aliases setup info ",\"new\":{\"name\":\"info\",$(to local carol)}}"
got 'it is there' exists '*'
on aliases setup carol ",\"new\":{\"name\":\"carol\",$(to local postmaster)}}"
got 'a mailbox is no alias' exists '*mailbox*'
on aliases setup default ",\"new\":{\"name\":\"default\",$(to local carol)}}"
got 'the catch-all is none' invalid '*'
on aliases setup 'a b' ",\"new\":{\"name\":\"a b\",$(to local carol)}}"
got 'no name' invalid '*'
on aliases setup x ",\"new\":{\"name\":\"x\",$(to address ok@ext.example local nobody)}}"
got 'to nobody' invalid '*"pointer":"/destinations/1"*'
for bad in x 'x@' '|prog@x' "a b@x.test" '&a@b.test' '../x@y/'; do
	on aliases setup x ",\"new\":{\"name\":\"x\",$(to address "$bad")}}"
	got "to '$bad'" invalid '*"pointer":"/destinations/0"*'
done
on aliases setup x ",\"new\":{\"name\":\"x\",$(to address 'x@y.test\n|prog')}}"
got 'a line end is none' invalid '*'
on aliases setup prog ",\"new\":{\"name\":\"prog\",$(to program '/bin/prog x')}}"
got 'programs are for the system' forbidden '*"pointer":"/destinations/0"*'
on aliases setup prog ",\"new\":{\"name\":\"prog\",$(to file /tmp/x/)}}"
got 'files too' forbidden '*'
on aliases setup prog ",\"new\":{\"name\":\"prog\",$(to program '/bin/prog x' local info)},$system"
got 'which has them' ok '*'
is 'in order' "$(cat "$dir/.qmail-prog")" '|/bin/prog x
&info@example.test'
on aliases modify prog ",\"old\":{},\"new\":{\"name\":\"prog\",$(to address z@ext.example program '/bin/prog x')}}"
got 'others may leave them' ok '*'
on aliases modify prog ",\"old\":{},\"new\":{\"name\":\"prog\",$(to program '/bin/prog y')}}"
got 'and not change them' forbidden '*'
printf '# kept\n&x@ext.example\n&y@ext.example\n' >"$dir/.qmail-sales:eu"
on aliases modify sales.eu ",\"old\":{\"name\":\"sales.eu\"},\"new\":{\"name\":\"sales.eu\",$(to local carol address x@ext.example)}}"
got 'changed' ok '*'
is 'a comment stays' "$(cat "$dir/.qmail-sales:eu")" '# kept
&carol@example.test
&x@ext.example'
on aliases get sales.eu '}'
got 'and is shown' ok '*"custom":\["# kept"\]*'
on aliases modify sales.eu ",\"old\":{\"destinations\":[]},\"new\":{\"name\":\"sales.eu\",$(to local carol)}}"
got 'not by who saw something else' conflict '*'
on aliases modify none ",\"old\":{},\"new\":{\"name\":\"none\",$(to local carol)}}"
got 'none' not-found '*'
ask "{\"verb\":\"setup\",\"resource\":\"aliases\",\"domain\":\"alias.test\",\"key\":\"desk\",\"new\":{\"name\":\"desk\",$(to local carol)}}"
got 'by another name of the domain' ok '*'
is 'it is of the domain' "$(cat "$dir/.qmail-desk")" '&carol@example.test'
all aliases
is 'all of them' "$(keys)" 'desk info null prog sales.eu '
all aliases ',"q":"in"'
is 'a prefix' "$(keys)" 'info '
ask '{"verb":"list","resource":"aliases","domain":"example.test","after":"desk","limit":2}'
is 'a page' "$(keys)" 'info null '
got 'and its end' ok '*"next":"null"*'
ask '{"verb":"list","resource":"aliases","domain":"example.test","after":"prog","limit":2}'
is 'the last page' "$(keys)" 'sales.eu '
got 'and no other' ok '*"next":null*'
on aliases delete null ',"old":{}}'
got 'deleted' ok '*'
on aliases delete null ',"old":{}}'
got 'once' not-found '*'

# ---- what limits say ----
limits() {
	printf '%s\n' "$@" >"$dir/.qmailadmin-limits"
}
limits 'perm_forward: 1' 'perm_alias: 4' 'maxforwards: 3'
on aliases setup out ",\"new\":{\"name\":\"out\",$(to address x@ext.example)},$other"
got 'no forwards' forbidden '*'
on aliases delete info ",\"old\":{},$other"
got 'no deletion of aliases' forbidden '*'
on aliases setup out ",\"new\":{\"name\":\"out\",$(to local carol)},$other"
got 'no more of them' limit '*3 forwards*'
on aliases setup out ',"new":{"name":"out","destinations":[{"type":"discard"}]}'",$other"
got 'but to nowhere' ok '*'
on aliases modify out ",\"old\":{},\"new\":{\"name\":\"out\",$(to address x@ext.example)},$other"
got 'a change is another permission' ok '*'
limits 'perm_forward: 2'
on aliases modify out ",\"old\":{},\"new\":{\"name\":\"out\",$(to local carol)},$other"
got 'which can be denied' forbidden '*'
on aliases modify out ",\"old\":{},\"new\":{\"name\":\"out\",$(to local carol)}}"
got 'but not to the postmaster' ok '*'
rm "$dir/.qmailadmin-limits"

# ---- autoresponders ----
robot='"name":"help","subject":"Hello","text":"Line 1\nLine 2"'
on autoresponders setup help ",\"new\":{$robot,\"copy_to\":[\"carol@example.test\"]}}"
got 'an autoresponder' ok '*'
is 'as qmailadmin writes it' "$(cat "$dir/.qmail-help")" \
    "|$SITE/home/bin/autorespond 10000 5 $dir/HELP/message $dir/HELP
&carol@example.test"
is 'its text' "$(cat "$dir/HELP/message")" 'From: help@example.test
Subject: Hello

Line 1
Line 2'
is 'its folder' "$(stat -c '%a %u' "$dir/HELP")" "700 $SITE_UID"
on autoresponders get help '}'
got 'is shown' ok '*"name":"help","subject":"Hello","text":"Line 1\\nLine 2","copy_to":\["carol@example.test"\],"interval":10000,"max":5*'
on autoresponders setup help ",\"new\":{$robot}}"
got 'is there' exists '*'
on autoresponders setup info ',"new":{"name":"info","text":"x"}}'
got 'an alias is none' exists '*'
on autoresponders setup carol ',"new":{"name":"carol","text":"x"}}'
got 'a mailbox neither' exists '*mailbox*'
on autoresponders modify carol ',"old":{},"new":{"name":"carol","text":"x"}}'
got 'it is not made one by a change' not-found '*'
# shellcheck disable=SC2016
for bad in .. a a/b 'x`id`'; do
	on autoresponders setup "$bad" ",\"new\":{\"name\":\"$bad\",\"text\":\"x\"}}"
	got "not $bad" invalid '*'
	on autoresponders delete "$bad" ',"old":{}}'
	ok "which is not deleted" test -d "$dir/carol"
done
on autoresponders modify help ',"old":{"max":5},"new":{"name":"help","subject":"Hi","text":"x","copy_to":["|x@y"],"max":1}}'
got 'no copy to a program' invalid '*"pointer":"/copy_to"*'
on autoresponders modify help ',"old":{"max":5},"new":{"name":"help","subject":"Hi","text":"x","copy_to":[],"interval":60,"max":1}}'
got 'changed' ok '*'
is 'its line' "$(cat "$dir/.qmail-help")" \
    "|$SITE/home/bin/autorespond 60 1 $dir/HELP/message $dir/HELP"
all autoresponders
is 'they are listed' "$(keys)" 'help '
all aliases ',"q":"h"'
is 'and no aliases' "$(keys)" ''
on aliases get help '}'
got 'to nobody' not-found '*'
limits 'maxautoresponders: 1'
on autoresponders setup faq ',"new":{"name":"faq","text":"x"}}'
got 'no more of them' limit '*'
rm "$dir/.qmailadmin-limits"
on autoresponders delete help ',"old":{}}'
got 'deleted' ok '*'
not_ok 'with its alias' test -e "$dir/.qmail-help"
not_ok 'and its folder' test -e "$dir/HELP"

# ---- lists ----
on lists setup news.eu ',"new":{"name":"news.eu"}}'
got 'a list' ok '*'
is 'its address' "$(readlink "$dir/.qmail-news:eu")" "$dir/news.eu/editor"
on lists get news.eu '}'
got 'with what is usual' ok '*"name":"news.eu","owner":"postmaster@example.test","prefix":"\[news.eu\]","reply_to":"list","in_database":false,"archive":true,"threads":false,"digest":false,"confirm_subscription":true,"confirm_unsubscription":true,"moderated_subscription":false,"public":true,"remote":true,*"posting":"subscribers","archive_readers":"anyone"*'
on lists setup news.eu ',"new":{"name":"news.eu"}}'
got 'is there' exists '*'
on lists setup info ',"new":{"name":"info"}}'
got 'an alias is none' exists '*'
on lists setup .. ',"new":{"name":".."}}'
got 'no name' invalid '*'
all='"archive":true,"threads":true,"digest":true,"confirm_subscription":false,"confirm_unsubscription":false,"moderated_subscription":true,"public":true,"remote":true,"moderators_list":true,"moderators_edit":true,"trailer":true,"warnings":false,"restrict_content":true,"confirm_posts":true'
on lists modify news.eu ",\"old\":{},\"new\":{\"name\":\"news.eu\",$all}}"
got 'all options on' ok '*'
is 'all of them' "$(vlist --json show news.eu@example.test | tr ',' '\n' | sed -n 's/.*"options": *"\(.*\)"/\1/p')" \
    aBdfGhijKlMnOpQrstuwxy
on lists get news.eu '}'
got 'and shown' ok "*$all*"
off=$(echo "$all" | sed 's/true/TRUE/g; s/false/true/g; s/TRUE/false/g')
on lists modify news.eu ",\"old\":{},\"new\":{\"name\":\"news.eu\",$off}}"
got 'and off' ok '*'
on lists get news.eu '}'
got 'too' ok "*$off*"
for posting in anyone subscribers subscribers_moderated moderators moderated; do
	on lists modify news.eu ",\"old\":{},\"new\":{\"name\":\"news.eu\",\"posting\":\"$posting\"}}"
	on lists get news.eu '}'
	got "posting: $posting" ok "*\"posting\":\"$posting\"*"
done
for readers in subscribers moderators anyone; do
	on lists modify news.eu ",\"old\":{},\"new\":{\"name\":\"news.eu\",\"archive\":true,\"archive_readers\":\"$readers\"}}"
	on lists get news.eu '}'
	got "readers: $readers" ok "*\"archive_readers\":\"$readers\"*"
done
for pair in threads:archive digest:archive moderators_list:remote moderators_edit:remote; do
	on lists modify news.eu ",\"old\":{},\"new\":{\"name\":\"news.eu\",\"${pair%:*}\":true,\"${pair#*:}\":false}}"
	got "no ${pair%:*} without ${pair#*:}" invalid "*\"pointer\":\"/${pair%:*}\"*"
done
on lists modify news.eu ',"old":{},"new":{"name":"news.eu","owner":"bob@x.test","prefix":"","reply_to":"desk@x.test"}}'
got 'texts' ok '*'
on lists get news.eu '}'
got 'are changed' ok '*"owner":"bob@x.test","prefix":"","reply_to":"desk@x.test"*'
on lists modify news.eu ',"old":{},"new":{"name":"news.eu","reply_to":"|prog"}}'
got 'no address' invalid '*'
on lists modify news.eu ',"old":{},"new":{"name":"news.eu","sql":"mysql:h:1:u:p:d:t"}}'
got 'databases are for the system' forbidden '*"pointer":"/sql"*'
on lists setup alpha ',"new":{"name":"alpha","posting":"moderators","digest":true,"archive":true}}'
got 'another list' ok '*'
all lists
is 'both' "$(keys)" 'alpha news.eu '
all aliases ',"q":"n"'
is 'their addresses are no aliases' "$(keys)" ''
limits 'maxmailinglists: 2'
on lists setup beta ',"new":{"name":"beta"}}'
got 'no third one' limit '*'
rm "$dir/.qmailadmin-limits"

# ---- members ----
member() { # VERB ADDRESS REST
	on members "$1" "$2" ",\"parent\":\"news.eu\"$3"
}
member setup bob@x.test ',"new":{"address":"bob@x.test"}}'
got 'a subscriber' ok '*'
is 'for ezmlm' "$(vlist subscriber news.eu@example.test list)" bob@x.test
member setup bob@x.test ',"new":{"address":"bob@x.test"}}'
got 'is there' exists '*'
member setup ann@x.test ',"new":{"address":"ann@x.test","roles":["moderator","digest"]}}'
got 'a moderator who reads the digest' ok '*'
member get ann@x.test '}'
got 'is shown' ok '*"address":"ann@x.test","roles":\["moderator","digest"\],"role":"moderator"*'
member setup cat@x.test ',"new":{"address":"cat@x.test","roles":["deny","allow"]}}'
got 'the other sets' ok '*'
members() {
	all members ",\"parent\":\"news.eu\"$1"
	keys
}
is 'all' "$(members)" 'ann@x.test bob@x.test cat@x.test '
for pair in subscriber:bob moderator:ann digest:ann allow:cat deny:cat; do
	is "by role ${pair%:*}" \
	    "$(members ",\"where\":{\"role\":\"${pair%:*}\"}")" "${pair#*:}@x.test "
done
is 'a prefix' "$(members ',"q":"b"')" 'bob@x.test '
ask '{"verb":"list","resource":"members","domain":"example.test","parent":"news.eu","after":"ann@x.test","limit":1}'
is 'a page' "$(keys)" 'bob@x.test '
got 'and what is left' ok '*"next":"bob@x.test"*'
member modify ann@x.test ',"old":{"roles":["moderator","digest"]},"new":{"address":"ann@x.test","roles":["subscriber"]}}'
got 'changed' ok '*'
is 'no moderator' "$(vlist moderator news.eu@example.test list)" ''
is 'but a subscriber' "$(vlist subscriber news.eu@example.test list | sort | tr '\n' ' ')" \
    'ann@x.test bob@x.test '
for bad in x '|x@y.test' 'a b@x.test' -n@x.test; do
	member setup "$bad" ",\"new\":{\"address\":\"$bad\"}}"
	got "no address: $bad" invalid '*"pointer":"/address"*'
done
member delete none@x.test ',"old":{}}'
got 'who is not there' not-found '*'
on members setup bob@x.test ',"parent":"info","new":{"address":"bob@x.test"}}'
got 'an alias has none' not-found '*mailing list*'
on members setup bob@x.test ',"parent":"../carol","new":{"address":"bob@x.test"}}'
got 'a path neither' not-found '*'
# One number: those of lists, of members times 8, of moderators times 64.
limits 'perm_maillist: 264'
member setup dan@x.test ",\"new\":{\"address\":\"dan@x.test\"},$other"
got 'no new ones' forbidden '*'
member modify bob@x.test ",\"old\":{},\"new\":{\"address\":\"bob@x.test\",\"roles\":[\"moderator\"]},$other"
got 'but a moderator' ok '*'
member delete bob@x.test ",\"old\":{},$other"
got 'who stays' forbidden '*'
rm "$dir/.qmailadmin-limits"
touch "$SITE/ezmlm/broken"
member setup dan@x.test ',"new":{"address":"dan@x.test"}}'
got 'a program that fails' unavailable '*broken for a test*'
rm "$SITE/ezmlm/broken"
member delete bob@x.test ',"old":{}}'
got 'deleted' ok '*'
on users setup eve ',"new":{"name":"eve","lists":["news.eu","alpha"]}}'
got 'a new account on lists' ok '*'
is 'is there' "$(vlist subscriber alpha@example.test list)" eve@example.test
on users setup fay ',"new":{"name":"fay","lists":["news.eu","../x"]}}'
got 'no such list' invalid '*"pointer":"/lists/1"*'
on users get fay '}'
got 'and no account' not-found '*'
on lists delete alpha ',"old":{}}'
got 'a list is deleted' ok '*'
is 'with its files' "$(find "$dir" -maxdepth 1 -name '*alpha*')" ''
on lists delete alpha ',"old":{}}'
got 'once' not-found '*'
done_testing
