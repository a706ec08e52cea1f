#!/bin/sh
# authvchkpw: the chain of modules, and what the server program gets.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$m7XraIfbyg6/zNgWsHdH01' # Secr3tA
with 'rehash_weak = no'
ok 'a domain' vadddomain --password-hash "$hash" example.test
ok 'an account' vadduser -e "$hash" -q 10485760S,1000C alice@example.test
ok 'without a quota' vadduser -e "$hash" -q NOQUOTA bob@example.test
dir=$(cd "$SITE/home/domains/example.test" && pwd -P)
chmod 0755 "$SITE"

# The next module: tells that it ran, and shows what it reads.
cat >"$SITE/next" <<'NEXT'
#!/bin/sh
echo "next $*"
cat <&3
NEXT
# The server: who and where it is.
cat >"$SITE/server" <<'SERVER'
#!/bin/sh
echo "server $1 $(id -u) $(id -g) $(id -G) $(pwd -P)"
env | grep -E '^(AUTH|MAILDIR)' | LC_ALL=C sort
[ -e /proc/self/fd/3 ] && echo 'descriptor 3'
:
SERVER
mkdir "$SITE/home/sbin"
cat >"$SITE/home/sbin/imaplogin" <<LOGIN
#!/bin/sh
echo "imaplogin \$*" | sed 's;$SITE/home;HOME;g'
LOGIN
chmod 0755 "$SITE/next" "$SITE/server" "$SITE/home/sbin/imaplogin"

# auth DATA [NAME=VALUE ...] MODULES ...
auth() {
	printf "$1" >"$SITE/data"
	shift
	env -i PATH="$PATH" VPOPMAIL_CONF="$VPOPMAIL_CONF" \
	    TCPREMOTEIP=192.0.2.7 "$@" 3<"$SITE/data" \
	    </dev/null >"$SITE/.out" 2>"$SITE/.err"
	status=$?
	out=$(cat "$SITE/.out")
	err=$(cat "$SITE/.err")
}
one="authvchkpw $SITE/server Maildir"
two="authvchkpw $SITE/next $SITE/server Maildir"
alice='login\nalice@example.test\nSecr3tA\n'
groups=$SITE_GID
[ "$(id -u)" = 0 ] || groups=$(id -G)

auth "imap\n$alice" $one
ran 'a login' 0 "server Maildir $SITE_UID $SITE_GID $groups $dir/alice
AUTHADDR=alice@example.test
AUTHENTICATED=alice
AUTHFULLNAME=alice
MAILDIR=$SITE/home/domains/example.test/alice/Maildir
MAILDIRQUOTA=10485760S,1000C" ''
is 'lastauth' "$(last_login alice@example.test)" 192.0.2.7
auth 'pop3\nlogin\nBob@Example.Test\nSecr3tA' MAILDIRQUOTA=1S $two
ran 'without quota, without the last newline' 0 \
    "server Maildir $SITE_UID $SITE_GID $groups $dir/bob
AUTHADDR=bob@example.test
AUTHENTICATED=bob
AUTHFULLNAME=bob
MAILDIR=$SITE/home/domains/example.test/bob/Maildir" ''
rm -rf "$dir/bob/Maildir"
auth 'webmail\nlogin\nbob@example.test\nSecr3tA\n' $one
like 'a missing Maildir' "$status $out" "0 server Maildir *"
ok 'is made' test -d "$dir/bob/Maildir/tmp"

# ---- what is not for it ----
auth 'imap\npass\nalice@example.test\nSecr3tA\nnew\n' $two
ran 'a password change' 0 "next $SITE/server Maildir
imap
pass
alice@example.test
Secr3tA
new" 'authvchkpw: Password Change not supported'
auth "other\n$alice" $two
like 'another service' "$status $out" '0 next *'
auth 'imap\nlogin\nal(ice@example.test\nSecr3tA\n' $two
ran 'no address' 0 "next $SITE/server Maildir
imap
login
al(ice@example.test
Secr3tA" 'authvchkpw: could not parse email [al(ice@example.test]'
auth 'imap\nlogin\nalice@nosuch.test\nSecr3tA\n' $two
is 'no such domain' "$err" 'authvchkpw: domain nosuch.test does not exist'
like 'is for the next' "$out" 'next *'
auth 'imap\nlogin\nnobody@example.test\nSecr3tA\n' $two
like 'no such user' "$err" 'authvchkpw: inquery: *'
like 'is for the next' "$out" 'next *'
auth 'imap\nlogin\nalice@example.test\nSecr3tB\n' $two
ran 'a wrong password is for the next, too' 0 "next $SITE/server Maildir
imap
login
alice@example.test
Secr3tB" ''
auth 'imap\nlogin\nalice@example.test\nSecr3tB\n' $one
ran 'of which there is none' 0 \
    'imaplogin HOME/libexec/authlib/authvchkpw HOME/bin/imapd Maildir' \
    'authvchkpw: no more modules will be tried
AUTHFAILURE'
auth 'imap\nlogin\nalice@example.test\n\n' $one
like 'an empty password' "$out" 'imaplogin *'
auth 'imap\nlogin\nalice@example.test\nSecr3tB\n' authvchkpw \
    /nonexistent/module "$SITE/server" Maildir
is 'a module that is not there' "$status $out" '1 '
auth "imap\n$alice" authvchkpw /nonexistent/server Maildir
is 'a server that is not there' "$status $out" '1 '

# Every bit of the password counts: not only the start of its hash.
n=0
lucky=0
while [ $n -lt 50 ]; do
	n=$((n + 1))
	auth "imap\nlogin\nalice@example.test\nguess$n\n" $two
	case $out in server*) lucky=1 ;; esac
done
is 'guessing' "$lucky" 0

# ---- flags ----
ok 'no IMAP for alice' vmoduser -i alice@example.test
auth "imap\n$alice" $two
ran 'a closed service' 0 \
    'imaplogin HOME/libexec/authlib/authvchkpw HOME/bin/imapd Maildir' \
    'authvchkpw: imap disabled for this accountAUTHFAILURE'
auth "pop3\n$alice" $one
like 'the others are open' "$out" 'server *'
ok 'no POP3 in the domain' vmoddomlimits -g p example.test
auth "pop3\n$alice" $one
like 'a limit closes it as well' "$err" \
    'authvchkpw: pop3 disabled for this account*'

# ---- wrong use ----
auth "imap\n$alice" authvchkpw "$SITE/server"
ran 'too few arguments' 1 '' 'authvchkpw: no more modules will be tried'
for data in '' imap 'imap\n' 'imap\nlogin\n' 'imap\nlogin\nalice\n'; do
	auth "$data" $one
	ran "too short: ${#data} characters" 2 '' 'authvchkpw: auth data too short'
done
auth "imap\nlogin\nalice@example.test\n$(printf '%0500d' 0)\n" $one
ran 'too long' 2 '' 'authvchkpw: auth data too long'
run sh -c "$one 3<&-"
is 'no descriptor 3' "$status" 1

# ---- could not be found out ----
mv "$SITE/qmail/users/cdb" "$SITE/away"
auth "imap\nlogin\nbob@example.test\nSecr3tA\n" $two
like 'no users/cdb' "$err" 'authvchkpw: inquery: *'
like 'is for the next' "$out" 'next *'
mv "$SITE/away" "$SITE/qmail/users/cdb"

# ---- roaming users ----
with 'roaming_users = yes' 'rebuild_tcpserver_file = no'
auth 'webmail\nlogin\nbob@example.test\nSecr3tA\n' NORELAY=1 $one
not_ok 'NORELAY opens nothing' test -e "$SITE/home/etc/open-smtp"
auth 'webmail\nlogin\nbob@example.test\nSecr3tA\n' $one
ok 'a login opens the relay' sh -c 'case $1 in 192.0.2.7:*) ;; *) false ;; esac' sh "$(relay_list)"

done_testing
