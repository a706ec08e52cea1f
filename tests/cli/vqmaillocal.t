#!/bin/sh
# vqmaillocal: the arguments of qmail-local, the delivery of vdelivermail.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
ok 'a domain' vadddomain --password-hash "$hash" -b example.test
ok 'an account' vadduser -e "$hash" alice@example.test
dir=$SITE/home/domains/example.test
new=$dir/alice/Maildir/new
chmod 0755 "$SITE"
as=
[ "$(id -u)" = 0 ] &&
    as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"
printf 'Subject: hello\n\nbody\n' >"$SITE/msg"

# deliver ARGUMENT ...
deliver() {
	# shellcheck disable=SC2086
	(cd "$dir" && $as env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    vqmaillocal "$@" <"$SITE/msg") >"$SITE/out" 2>"$SITE/err"
	status=$?
	out=$(cat "$SITE/out")
	err=$(cat "$SITE/err")
}
to() { # USER [DOMAIN [SENDER]]
	deliver -- example.test "$dir" "example.test-$1" - "$1" \
	    "${2-example.test}" "${3-s@sender.test}" ./Mailbox
}

to alice
ran 'a mailbox' 0 '' ''
is 'with the lines of qmail-local' "$(cat "$new"/*)" \
    "Return-Path: <s@sender.test>
Delivered-To: alice@example.test
$(cat "$SITE/msg")"
rm -f "$new"/*
to nobody
ran 'no mailbox' 100 'Sorry, no mailbox here by that name. (#5.1.1)' ''
printf "| %s/bin/vdelivermail '' delete\n" "$SITE/home" >"$dir/.qmail-default"
to nobody
ran 'another default action of the domain' 0 '' ''
to alice nosuch.test
ran 'no such domain' 100 'Sorry, no mailbox here by that name. (#5.1.1)' ''
echo '|echo "$SENDER $RECIPIENT $LOCAL $UFLINE"' >"$dir/alice/.qmail"
[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$dir/alice/.qmail"
chmod 0600 "$dir/alice/.qmail"
to alice
like 'the environment' "$status $out" '0 s@sender.test '\
'example.test-alice@example.test example.test-alice From s@sender.test *'
deliver -- example.test
ran 'too few arguments' 111 'vqmaillocal: wrong number of parameters' ''
deliver a b c d e f g h i
ran 'not these' 111 'vqmaillocal: wrong number of parameters' ''
to alice example.test 's@sender.test
Bcc: x'
ran 'a sender of two lines' 111 'vqmaillocal: invalid parameters' ''
mv "$SITE/qmail/users/cdb" "$SITE/away"
to alice
is 'users/cdb is away: deferred' "$status" 111

done_testing
