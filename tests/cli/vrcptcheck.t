#!/bin/sh
# vrcptcheck: which addresses take mail, told on descriptor 3.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
ok 'an alias of it' vaddaliasdomain alias.test example.test
ok 'an account' vadduser -e "$hash" alice@example.test
ok 'a locked one' vadduser -e "$hash" locked@example.test
ok 'by its flag' vmoduser -b locked@example.test
dir=$SITE/home/domains/example.test

# check ADDRESS: sets $status, $out and $err
check() {
	printf '%s\0' "$1" >"$SITE/packet"
	vrcptcheck 3<"$SITE/packet" </dev/null >"$SITE/out" 2>"$SITE/err"
	status=$?
	out=$(cat "$SITE/out")
	err=$(cat "$SITE/err")
}
exists() { # WORDS ADDRESS
	check "$2"
	ran "$1" 0 '' ''
}
unknown() {
	check "$2"
	ran "$1" 1 '' ''
}
deferred() {
	check "$2"
	is "$1" "$status $out" '111 '
	like "$1: why" "$err" 'vrcptcheck: *'
}
dotqmail() { # NAME LINE
	printf '%s\n' "$2" >"$dir/.qmail-$1"
	[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$dir/.qmail-$1"
	chmod 0600 "$dir/.qmail-$1"
}

# ---- mailboxes ----
exists 'a mailbox' alice@example.test
exists 'in any case' Alice@EXAMPLE.Test
exists 'of an alias domain' alice@alias.test
unknown 'nobody' nobody@example.test
unknown 'a locked mailbox' locked@example.test
unknown 'an extension' alice-ext@example.test
with 'qmail_ext = yes'
exists 'an extension with qmail-ext' alice-ext@example.test
exists 'more of it' alice-a-b-c@example.test
unknown 'of nobody' nobody-ext@example.test
unknown 'of a locked one' locked-ext@example.test
with 'qmail_ext = no'

# ---- files ----
dotqmail joe:x '&joe@other.test'
exists 'a file' joe.x@example.test
exists 'in upper case' Joe.X@Example.Test
dotqmail list '|/usr/bin/ezmlm/ezmlm-send /x'
exists 'a mailing list' list@example.test
dotqmail robot '|/usr/bin/autorespond 10000 5 /x/ROBOT/message /x/ROBOT'
exists 'a robot' robot@example.test
dotqmail list-default '|/usr/bin/ezmlm/ezmlm-manage /x'
exists 'a default of a prefix' list-subscribe@example.test
exists 'with more dashes' list-sub-x@example.test
unknown 'but not of another' other-subscribe@example.test
unknown 'the name of the catch-all' default@example.test
dotqmail locked '&x@other.test'
exists 'a file goes before the mailbox' locked@example.test
unknown 'a name with a slash' a/b@example.test
unknown 'a name that is too long' "$(printf '%0200d' 0)@example.test"

# ---- what is no address ----
unknown 'no at sign' alice
unknown 'nothing' ''
unknown 'no user' @example.test
unknown 'no domain' alice@
unknown 'two at signs' alice@example.test@other.test
unknown 'many' @@@@@@@@@@@@
unknown 'bad characters' 'al(ice@example.test'
unknown 'a bad domain' alice@exa_mple.test
unknown '2000 bytes' "$(printf '%02000d' 0)@example.test"
run sh -c 'vrcptcheck 3</dev/null'
ran 'an empty file' 1 '' ''
printf 'alice@example.test' >"$SITE/packet"
run sh -c 'vrcptcheck 3<"$1"' sh "$SITE/packet"
ran 'without a NUL' 0 '' ''
run sh -c 'printf "alice@example.test\0" | vrcptcheck 3<&0'
ran 'from a pipe' 0 '' ''
run sh -c '{ printf "alice@example.test\0"; sleep 5; } |
    timeout 3 vrcptcheck 3<&0'
ran 'that is left open' 0 '' ''
run sh -c 'vrcptcheck 3<&-'
ran 'no descriptor 3' 111 '' \
    'qmail-smtpd: Error while reading file descriptor in vrcptcheck'

# ---- the default action ----
for action in delete alice catch@other.test "$dir/alice"; do
	printf "| %s/bin/vdelivermail '' %s\n" "$SITE/home" "$action" \
	    >"$dir/.qmail-default"
	exists "a catch-all: ${action##*/}" nobody@example.test
done
printf '|cat >/dev/null\n' >"$dir/.qmail-default"
exists 'as does a command' nobody@example.test
printf "| %s/bin/vdelivermail '' bounce-no-mailbox\n" "$SITE/home" \
    >"$dir/.qmail-default"
unknown 'bounce-no-mailbox' nobody@example.test
mv "$dir/.qmail-default" "$SITE/default"
unknown 'without the file' nobody@example.test
mv "$SITE/default" "$dir/.qmail-default"

# ---- other domains ----
unknown 'a domain that is none of ours' alice@nosuch.test
echo backup.test >>"$SITE/qmail/control/rcpthosts"
echo .wild.test >>"$SITE/qmail/control/rcpthosts"
exists 'one that we accept mail for' anybody@backup.test
exists 'by a wildcard' anybody@a.b.wild.test
unknown 'which is not for itself' anybody@wild.test
mkdir "$SITE/qmail/alias"
echo '&x' >"$SITE/qmail/alias/.qmail-abuse"
echo '&x' >"$SITE/qmail/alias/.qmail-sup-default"
unknown 'an alias of the system elsewhere' abuse@nosuch.test
unknown 'or in a domain' abuse@example.test
echo local.test >"$SITE/qmail/control/locals"
exists 'an alias of the system' abuse@local.test
exists 'with a default' sup-x@local.test
exists 'an account of the system' daemon@local.test
exists 'with an extension' daemon-x@local.test
unknown 'not root' root@local.test
unknown 'nobody of that name' no-such-account@local.test
echo '&x' >"$SITE/qmail/alias/.qmail-default"
exists 'the default of all' no-such-account@local.test

# ---- what could not be found out ----
mv "$SITE/qmail/users/cdb" "$SITE/qmail/users/other"
deferred 'no users/cdb' alice@example.test
mv "$SITE/qmail/users/other" "$SITE/qmail/users/cdb"
mv "$dir" "$dir.away"
deferred 'no folder of the domain' alice@example.test
mv "$dir.away" "$dir"
store_break example.test
deferred 'a broken database' nobody@example.test
store_mend
cp "$VPOPMAIL_CONF" "$SITE/conf"
with 'nonsense'
deferred 'broken settings' alice@example.test
cp "$SITE/conf" "$VPOPMAIL_CONF"
if [ "$(id -u)" = 0 ]; then
	printf 'alice@example.test\0' >"$SITE/packet"
	chmod 0644 "$VPOPMAIL_CONF" "$SITE/packet"
	run setpriv --reuid=1 --regid=1 --clear-groups \
	    sh -c 'vrcptcheck 3<"$1"' sh "$SITE/packet"
	is 'a user who may not look' "$status $out" '111 '
fi
exists 'all is well again' alice@example.test

done_testing
