#!/bin/sh
# Executables that are asked before a change, and what the callers see.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01'
hooks=$SITE/home/etc/hooks.d
asked=$SITE/asked
: >"$asked"
chmod 0666 "$asked"
hook() { # folder/name, commands
	mkdir -p "$hooks/${1%/*}"
	chmod 0755 "$hooks" "$hooks/${1%/*}"
	printf '#!/bin/sh\n%s\n' "$2" >"$hooks/$1.new~"
	chmod "${3:-0755}" "$hooks/$1.new~"
	mv "$hooks/$1.new~" "$hooks/$1"
}
no_hooks() {
	rm -rf "$hooks"
}
with 'hooks_seconds = 1'
ok 'no hooks: a domain' vadddomain --password-hash "$hash" example.com

# ---- yes and no ----
hook before.user.created/10-note "cat >>'$asked'"
ok 'a hook says yes' vadduser -e "$hash" bob@example.com
is 'it was given the event' "$(jq -r '.type, .schema, .actor.via,
    .object.id, .object.domain, .data.old, .data.new.gecos,
    .data.new.passwd.changed, has("id"), has("seq")' <"$asked" | tr '\n' ' ')" \
    'user.created 1 vadduser bob@example.com example.com null bob true false false '
: >"$asked"
ok 'other events are not its' vsetuserquota bob@example.com 5M
is_file 'so it was not asked' "$asked" ''

hook before.user.created/20-names "case \$(jq -r .data.new.name) in
admin) echo 'the name admin is reserved.'; exit 1 ;; esac"
run vadduser -e "$hash" admin@example.com
ran 'a hook says no' 181 'Error: the name admin is reserved' ''
run vuserinfo admin@example.com
is 'nothing was made' "$status" 255
like 'no folder either' "$(ls "$SITE/home/domains/example.com")" '*bob*'
is 'nor journalled' "$(vevents list -n 100 --all --json -o admin@example.com)" ''
ok 'others may be made' vadduser -e "$hash" eve@example.com
printf 'address,hash\n%s\n%s\n%s\n' "a1@example.com,$hash" \
    "admin@example.com,$hash" "a2@example.com,$hash" >"$SITE/many"
run vadduser --keep-going --from "$SITE/many"
like 'many at once: it is named' "$status $out $err" \
    '181 *the name admin is reserved*'
ok 'those before are made' vuserinfo a1@example.com
ok 'and those behind' vuserinfo a2@example.com
is 'nothing is pending' "$(vdoctor)" ''
no_hooks

hook 'before.user.*/10-all' 'exit 1'
run vpasswd bob@example.com Other-Secr3t
ran 'no without a sentence' 181 "Error: the hook 'before.user.*/10-all' \
refuses the change of 'bob@example.com'" ''
run vdeluser bob@example.com
is 'nor a deletion' "$status" 181
ok 'he is still there' vuserinfo bob@example.com
no_hooks
hook 'before.*/10-all' "jq -r .type >>'$asked'; echo 'not today'; exit 1"
: >"$asked"
refused() {
	run "$@"
	like "refused: $*" "$status $out $err" '*not today*'
}
refused vadddomain --no-password other.example
refused vaddaliasdomain alias.example example.com
refused valias -i '&x@y.example' info@example.com
refused vmoddomlimits -P 5 example.com
refused vipmap -a 192.0.2.1 example.com
refused vdeldomain -f example.com
refused vmoduser -c new bob@example.com
is 'all of them were asked' "$(tr '\n' ' ' <"$asked")" \
    'domain.created aliasdomain.created alias.created domain.limits.changed ipmap.created domain.deleted user.updated '
is 'and left nothing' "$(vdominfo -n | head -n 1)$(vdoctor)" example.com
no_hooks

# ---- vpopmaild shows the sentence, too ----
hook before.user.password.changed/10-no 'echo "ask the help desk"; exit 1'
printf 'login %s %s\nmod_user %s\nclear_text_password New-Secr3t\n.\nquit\n' \
    bob@example.com Secr3tA bob@example.com >"$SITE/talk"
like 'vpopmaild shows it' "$(vpopmaild <"$SITE/talk")" '*ask the help desk*'
no_hooks

# ---- hooks that give no answer ----
no_answer() { # words, commands, pattern
	hook before.user.created/10-bad "$2" "$4"
	run vadduser -e "$hash" new@example.com
	like "$1: refused for now" "$status $out $err" "180 Error: the hook \
'before.user.created/10-bad' that is asked before this change $3; try again \
later*"
}
no_answer 'it hangs' "trap '' TERM; sleep 60" 'did not end in time'
no_answer 'it floods' 'exec yes' 'wrote too much'
no_answer 'it dies' 'kill -9 $$' 'was killed'
no_answer 'it fails' 'exit 3' 'failed'
no_answer 'anybody can write it' 'exit 0' 'can be written by others' 0777
hook before.user.created/10-bad 'exit 1' 0644
ok 'what is no program is not asked' vadduser -e "$hash" new1@example.com
with 'hooks_failure = allow'
hook before.user.created/10-bad 'exit 3'
run vadduser -e "$hash" new2@example.com
like 'they may be allowed' "$status $err" "0 *10-bad*failed*"
no_hooks

# ---- what a refusal may not say ----
hook before.user.created/10-lies "printf '\\033[2Jx\\n'; exit 1"
run vadduser -e "$hash" new3@example.com
like 'control characters are not shown' "$out" "*10-lies' refuses*"
hook before.user.created/10-lies "printf '%300s\\n' x; exit 1"
run vadduser -e "$hash" new3@example.com
like 'nor a long text' "$out" "*10-lies' refuses*"
hook before.user.created/10-lies "printf 'first\\nsecond\\n'; exit 1"
run vadduser -e "$hash" new3@example.com
ran 'nor a second line' 181 'Error: first' ''
hook before.user.created/10-lies "exec </dev/null >&-; (sleep 50) & exit 0"
ok 'what it leaves behind delays nobody' vadduser -e "$hash" new3@example.com
no_hooks

if [ "$(id -u)" = 0 ]; then
	hook before.user.created/10-who "id -u >>'$asked'"
	hook before.user.created/20-who "id -u >>'$asked'"
	chown "$(id -u mail)" "$hooks/before.user.created/20-who"
	: >"$asked"
	ok 'hooks have users' vadduser -e "$hash" new4@example.com
	is "root's is vpopmail's, another its owner's" \
	    "$(tr '\n' ' ' <"$asked")" "$SITE_UID $(id -u mail) "
	with 'hooks_user = daemon'
	rm "$hooks/before.user.created/20-who"
	: >"$asked"
	ok 'or that of the setting' vadduser -e "$hash" new5@example.com
	is_file 'is run' "$asked" "$(id -u daemon)"
	chown "$SITE_UID" "$hooks/before.user.created"
	with 'hooks_failure = refuse'
	run vadduser -e "$hash" new6@example.com
	is "a folder of another's is not root's" "$status" 180
fi
done_testing
