#!/bin/sh
# vevents: the vocabulary, envelopes that fit their schemas, the search.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01'
python=/usr/bin/python3
$python -c 'import jsonschema' 2>/dev/null || python=python3
mkdir "$SITE/schemas"
vevents types --json | jq -r .type >"$SITE/types"
while read -r type; do
	vevents schema "$type" >"$SITE/schemas/$type.json"
done <"$SITE/types"
fit() { # words, wanted
	is "$1" "$($python "$srcdir/tests/lib/events.py" "$SITE/schemas")" "$2"
}

run vevents list
ran 'a site that never changed' 0 '' ''
run vevents schema planet.moved
like 'an unknown type' "$status $err" '196 *planet.moved*'

# ---- every verb of the mail core ----
with 'defaultdelivery = yes'
echo ./Maildir/ >"$SITE/qmail/control/defaultdelivery"
quiet() {
	"$@" >"$SITE/.verb" 2>&1 </dev/null ||
	    { fail "$*"; cat "$SITE/.verb"; }
}
quiet vadddomain --password-hash "$hash" example.com
quiet vaddaliasdomain alias.example example.com
quiet vadduser -e "$hash" -q 10M -c "B$(printf '\303\266')b" bob@example.com
quiet vadduser -e "$hash" eve@example.com
quiet vpasswd bob@example.com Secr3t-Word
quiet vsetuserquota bob@example.com 5M
quiet vmoduser -p bob@example.com
quiet vmoduser -p -c 'New one' bob@example.com
quiet vmoduser --clear=p bob@example.com
quiet vmoduser -F bob@example.com
quiet vmoduser -d -F -p bob@example.com
quiet vmoduser --clear=p --set=s bob@example.com
is 'what of the flags' "$(vevents list -n 1000 --json | jq -r '
    select(.data.new.flags? and .type != "user.created") | .type' |
    tr '\n' ' ')" 'user.suspended user.resumed user.spam.changed '\
'user.flags.changed user.flags.changed '
quiet vmakedotqmail -u bob@example.com
quiet vmakedotqmail -r -u bob@example.com
quiet valias -i '&foo@bar.example' sales@example.com
quiet valias -i '&two@bar.example' sales@example.com
quiet valias --remove '&two@bar.example' sales@example.com
quiet valias -d sales@example.com
quiet valias -i '&foo@bar.example' info@example.com
quiet valias --remove '&foo@bar.example' info@example.com
quiet vmoddomlimits -P 5 -g p example.com
quiet vmoddomlimits -D example.com
quiet vmoddomlimits -d -P 5
quiet vipmap -a 192.0.2.1 example.com
quiet vipmap -a 192.0.2.1 alias.example
quiet vipmap -d 192.0.2.1 alias.example
quiet vmakedotqmail -d example.com -q '| /bin/true'
with "ezmlm_dir = $SITE/ezmlm"
mkdir "$SITE/ezmlm"
for name in make sub unsub list; do
	cp "${srcdir:-.}/tests/lib/ezmlm.sh" "$SITE/ezmlm/ezmlm-$name"
	chmod 0755 "$SITE/ezmlm/ezmlm-$name"
done
quiet vlist create news@example.com
quiet vlist --options=t '--prefix={x}' update news@example.com
quiet vlist subscriber news@example.com add fan@elsewhere.example
quiet vlist subscriber news@example.com delete fan@elsewhere.example
quiet vlist delete news@example.com
quiet vdeluser bob@example.com
quiet vdeldomain alias.example
quiet vdeldomain -f example.com
vevents list --json -n 1000 >"$SITE/all"
fit 'all events fit their schemas' '35 of 27 types' <"$SITE/all"
is 'no secret is told' "$(grep -c -e 'Secr3t' -e 'abcdefgh' "$SITE/all")" 0
is 'the installed schemas are the same' "$(diff -r "$SITE/schemas" \
    "$top_builddir/share/events" | grep -v stamp)" ''

# ---- the search ----
count() { # words, wanted, arguments
	words=$1
	wanted=$2
	shift 2
	is "$words" "$(vevents "$@" | wc -l | tr -d ' ')" "$wanted"
}
count 'the last 20, if nobody says' 20 list
count 'a number' 7 list -n 7
count 'none' 0 list -n 0
count 'by type' 2 list -t user.created
count 'by pattern' 13 list --type='user.*'
count 'by object' 12 list --object=bob@example.com
count 'by domain' 31 list --domain=example.com -n 100
count 'by actor' 35 list -n 100 --who="$(id -un)"
count 'by another' 0 list --who=nobody@example.com
count 'after a fact' 3 list -a 32
count 'the newest of those' 2 list -a 32 -n 2
count 'since' 35 list --since=-1h
count 'until' 0 list --until=2020-01-01
count 'between' 0 list --since=2020-01-01T00:00:00Z --until='2021-01-01 00:00:00'
is 'in their order' "$(vevents list -n 3 | cut -f 1 | tr '\n' ' ')" '33 34 35 '
run vevents list --since=yesterday
is 'what is no time' "$status" 255
run vevents list --all --after=3
is 'numbers of facts are not those of changes' "$status" 255
run vevents eat
is 'an unknown verb' "$status" 255
like 'a line for people' "$(vevents list -t user.quota.changed)" \
    '6	20??-*Z	user.quota.changed	bob@example.com	*(vsetuserquota)	{"quota":"10485760S"} -> {"quota":"5242880S"}'

# A change that was not made: its folder cannot be.
ok 'a domain' vadddomain --no-password example.com
touch "$SITE/home/domains/example.com/fred"
run vadduser -e "$hash" fred@example.com
like 'with --all' "$(vevents list --all --json -n 1)" '*"state":"*"*'
if [ "$(id -u)" = 0 ]; then
	chmod 0711 "$SITE/home" "$SITE/home/etc"
	run setpriv --reuid=daemon --clear-groups "$(command -v vevents)" list
	like 'others may not look' "$status $err" '234 *only root*'
fi

# ---- following ----
vevents --json follow >"$SITE/followed" &
pid=$!
n=0
while ! grep -q new@example.com "$SITE/followed" && [ $n -lt 100 ]; do
	vdeluser new@example.com >/dev/null 2>&1
	vadduser -e "$hash" new@example.com >/dev/null 2>&1
	n=$((n + 1))
	sleep 0.1
done
kill $pid
wait $pid 2>/dev/null
like 'what comes is shown' "$(cat "$SITE/followed")" '*new@example.com*'
is 'what was there is not' "$(grep -c eve@ "$SITE/followed")" 0
done_testing
