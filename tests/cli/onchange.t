#!/bin/sh
# etc/onchange and the change log: what is told of changes, and when.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
script=$SITE/home/etc/onchange
told=$SITE/told
: >"$told"
chmod 0666 "$told"
cat >"$SITE/script" <<SCRIPT
#!/bin/sh
echo "\$#|\$1|\$2|\$3|\$4" >>"$told"
SCRIPT
put_script() {
	cp "${1:-$SITE/script}" "$script.new"
	chmod "${2:-0755}" "$script.new"
	mv "$script.new" "$script"
}
# tells WORDS WANTED COMMAND ...: the lines it tells, and that it succeeds
tells() {
	words=$1
	wanted=$2
	shift 2
	: >"$told"
	run "$@"
	is "$words" "$status $(cat "$told")" "0 $wanted"
	is "$words: no words" "$err" ''
}
add_domain="vadddomain --password-hash $hash"
add_user="vadduser -e $hash"

# ---- the plain script ----
put_script
tells 'switched off, nobody is told' '' $add_domain off.example
with 'onchange_script = yes'
tells 'add a domain' '4|add_domain|example.com|-|' \
    $add_domain -q 10M Example.COM
tells 'add an alias domain' '4|add_alias_domain|alias.example|example.com|' \
    vaddaliasdomain alias.example example.com
tells 'add a user' '4|add_user|bob@example.com|-|' \
    $add_user -q 10M bob@alias.example
tells 'a password' '4|mod_user|bob@example.com|-|' \
    vpasswd bob@example.com Secr3t-Word
is 'without the password' "$(grep -c Secr3t "$told")" 0
tells 'a quota' '4|mod_user|bob@example.com|-|' \
    vsetuserquota bob@example.com 5M
tells 'flags' '4|mod_user|bob@example.com|-|' vmoduser -p bob@example.com
tells 'all of a domain' '4|mod_user|bob@example.com|-|
4|mod_user|postmaster@example.com|-|' vmoduser -r example.com
tells 'an alias' '4|valias_insert|sales@example.com|&foo@bar.example|' \
    valias -i '&foo@bar.example' sales@example.com
tells 'a second line' '4|valias_insert|sales@example.com|it'\''s $(x)|' \
    valias -i "it's \$(x)" sales@alias.example
tells 'a line away' '4|valias_remove|sales@example.com|it'\''s $(x)|' \
    valias --remove "it's \$(x)" sales@example.com
tells 'the last line away' \
    '4|valias_remove|sales@example.com|&foo@bar.example|' \
    valias --remove '&foo@bar.example' sales@example.com
ok 'an alias again' valias -i '&foo@bar.example' sales@example.com
tells 'an alias away' '4|valias_delete|sales@example.com|-|' \
    valias -d sales@example.com
tells 'limits' '' vmoddomlimits -Q 10 example.com
tells 'a dry run' '' vdeluser --dry-run bob@example.com
: >"$told"
run vadduser -e "$hash" bob@example.com
is 'a refused change' "$(cat "$told")" ''
run vpasswd nobody@example.com x
is 'nor one of nobody' "$(cat "$told")" ''
printf 'address\nu1@example.com\nu2@example.com\n' >"$SITE/list"
: >"$told"
ok 'many at once' vadduser --no-password --from="$SITE/list"
is 'tell one by one' "$(cat "$told")" '4|add_user|u1@example.com|-|
4|add_user|u2@example.com|-|'

# ---- deletions: before, while the thing is there ----
cat >"$SITE/looks" <<SCRIPT
#!/bin/sh
PATH=$PATH:\$PATH
echo "\$1|\$(vuserinfo -n "\$2" 2>&1)" >>"$told"
SCRIPT
put_script "$SITE/looks"
tells 'delete a user' 'del_user|bob' vdeluser bob@example.com
put_script
tells 'delete an alias domain' \
    '4|del_domain|alias.example alias of example.com|-|' \
    vdeldomain alias.example
tells 'delete a domain' '4|del_domain|example.com|-|' vdeldomain example.com

# ---- before and after ----
with 'onchange_before_and_after = yes'
tells 'both: add a domain' '4|add_domain|example.com|-|
4|add_domain|example.com|-|after' $add_domain example.com
tells 'both: an alias domain' \
    '4|add_alias_domain|alias.example|example.com|before
4|add_alias_domain|alias.example|example.com|
4|add_alias_domain|alias.example|example.com|after' \
    vaddaliasdomain alias.example example.com
tells 'both: add a user' '4|add_user|bob@example.com|-|
4|add_user|bob@example.com|-|after' $add_user bob@example.com
tells 'both: change one' '4|mod_user|bob@example.com|-|before
4|mod_user|bob@example.com|-|
4|mod_user|bob@example.com|-|after' vsetuserquota bob@example.com 5M
tells 'both: delete one' '4|del_user|bob@example.com|-|
4|del_user|bob@example.com|-|before
4|del_user|bob@example.com|-|after' vdeluser bob@example.com
with 'onchange_script = no'
tells 'alone: add a domain' '4|add_domain|two.example|-|before
4|add_domain|two.example|-|after' $add_domain two.example
tells 'alone: delete it' '4|del_domain|two.example|-|before
4|del_domain|two.example|-|after' vdeldomain two.example
tells 'alone: add a user' '4|add_user|bob@example.com|-|after' \
    $add_user bob@example.com
with 'onchange_script = yes' 'onchange_before_and_after = no'

# ---- what the script gets ----
cat >"$SITE/looks" <<SCRIPT
#!/bin/sh
env | grep -vE '^(_|OLDPWD|SHLVL)=' | LC_ALL=C sort >>"$told"
ls -l /proc/self/fd | sed -n 's/.* \\([0-9]*\\) -> .*/\\1/p' |
    grep -vc '^[0123]\$' >>"$told"
echo words
SCRIPT
put_script "$SITE/looks"
: >"$told"
run env SECRET=x LD_X=y vsetuserquota bob@example.com 6M
is 'a clean environment, and no descriptors' "$(cat "$told")" \
    "HOME=$SITE/home
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PWD=$SITE/home
VPOPMAIL_CONF=$VPOPMAIL_CONF
0"
ran 'its words go to standard error' 0 '' words

# A script that makes a change itself.
cat >"$SITE/changes" <<SCRIPT
#!/bin/sh
PATH=$PATH:\$PATH
echo "\$1 \$2" >>"$told"
[ "\$1" != add_user ] || vsetuserquota "\$2" 1M
SCRIPT
put_script "$SITE/changes"
before=$(date +%s)
tells 'a script may change things' 'add_user carl@example.com
mod_user carl@example.com' $add_user carl@example.com
is 'it did' "$(vuserinfo -q carl@example.com)" 1048576S
ok 'nobody waited for a lock' test $(($(date +%s) - before)) -lt 10

# ---- trouble ----
path=$SITE/home/etc/onchange
printf '#!/bin/sh\nexit 1\n' >"$SITE/bad"
put_script "$SITE/bad"
run vsetuserquota bob@example.com 7M
is 'a script that fails' "$status $err" \
    "0 ONCHANGE script $path did not exit gracefully."
is 'undoes nothing' "$(vuserinfo -q bob@example.com)" 7340032S
printf '#!/bin/sh\nkill -9 $$\n' >"$SITE/bad"
put_script "$SITE/bad"
run vsetuserquota bob@example.com 8M
is 'one that is killed' "$status $err" \
    "0 ONCHANGE script $path did not exit gracefully."
put_script "$SITE/script" 0644
run vsetuserquota bob@example.com 9M
is 'one that is not executable' "$status $err" \
    "0 ONCHANGE script $path not executable."
rm "$script"
run vsetuserquota bob@example.com 10M
ran 'none' 0 '' ''
run vuserinfo -q bob@example.com
ran 'reading tells nobody' 0 10485760S ''

# ---- after a crash ----
# Killed at every fifth call: what the next change recovers, it tells, and of
# an account that is not there in the end nobody was told.
put_script
lost='' unborn=0 late=0 n=1
while [ "$n" -lt 500 ]; do
	name=crash$n@example.com
	: >"$told"
	# The leak checker of a sanitizer does not work under ptrace.
	run env ASAN_OPTIONS=detect_leaks=0 inject kill "$n" $add_user "$name"
	case $err in *'inject: only'*) break ;; esac
	open=$(sqlite3 "$SITE/home/var/journal.sqlite" \
	    'SELECT count(*) FROM change WHERE state = 0')
	vsetuserquota bob@example.com "$n"M >/dev/null ||
	    lost="$lost next:$n"
	all=$(grep -c "|add_user|$name|" "$told")
	if ! vuserinfo -q "$name" >/dev/null 2>&1; then
		unborn=$((unborn + 1))
		[ "$all" = 0 ] || lost="$lost told:$n"
	elif [ "$open" != 0 ]; then
		late=$((late + 1))
		[ "$all" = 1 ] || lost="$lost $n:$all"
	fi
	n=$((n + 5))
done
is 'all that was recovered was told, and once' "$lost" ''
ok 'some were not added' test "$unborn" -gt 0
ok 'some were recovered' test "$late" -gt 0

# ---- the change log ----
with 'onchange_script = no' 'logger_sqlite = yes'
log=$SITE/home/_vpopmail_log.sqlite
now=$(date +%s)
run valias -i "x'); DROP TABLE log; --" odd@example.com
ran 'a line with quotes' 0 '' ''
ok 'a user' vdeluser bob@example.com
is 'the rows' "$(sqlite3 "$log" 'select id, command, arg1, arg2 from log')" \
    "1|valias_insert|odd@example.com|x'); DROP TABLE log; --
2|del_user|bob@example.com|-"
is 'with their time' "$(sqlite3 "$log" "select count(*) from log
    where timestamp between $now - 1 and $now + 20")" 2
is 'owner and mode' "$(stat -c '%a %u %g' "$log")" "600 $SITE_UID $SITE_GID"
like 'the table of older releases' "$(sqlite3 "$log" .schema)" \
    'CREATE TABLE log(id integer PRIMARY KEY,timestamp integer default 0 '\
'NOT NULL,command text, arg1 text, arg2 text);'
rm "$log"
echo precious >"$SITE/precious"
ln -s "$SITE/precious" "$log"
run $add_user bob@example.com
is 'a planted link' "$status" 0
like 'is told' "$err" "cannot write the change log '$log': *"
is_file 'and not followed' "$SITE/precious" precious

# ---- a program that is killed before it could tell ----
with 'onchange_script = yes' 'onchange_before_and_after = no' \
    'logger_syslog = no' 'logger_sqlite = no'
cat >"$SITE/kills" <<SCRIPT
#!/bin/sh
if [ ! -e "$SITE/home/killed" ]; then
	: >"$SITE/home/killed"
	kill -9 \$PPID
	exit
fi
echo "\$1|\$2" >>"$told"
SCRIPT
put_script "$SITE/kills"
: >"$told"
run $add_user late@example.com
is 'it is killed' "$status $(cat "$told")" '137 '
ok 'the next change' vsetuserquota late@example.com 7M
is_file 'makes it good, in order' "$told" 'add_user|late@example.com
mod_user|late@example.com'
ok 'one more change' vsetuserquota late@example.com 8M
is 'tells nothing twice' "$(wc -l <"$told" | tr -d ' ')" 3

done_testing
