#!/bin/sh
# vpopmaild: what else is known of its verbs, flags and messages.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/talk.sh"

pmd_site
vaddaliasdomain test.com alias.com

# ---- the process, lines ------------------------------------------------------
is 'arguments are ignored' \
    "$(echo quit | vpopmaild -v --help some words | tr -d '\r')" '+OK 
+OK '
talk 'words behind those of a verb, or within a name' <<'T'
N: test@test.com test
C: mk_dir joe@test.com/with space
S: +OK 
C: rm_dir joe@test.com/with
S: +OK 
C: domain_count of any kind
S: +OK+
S: count 3
S: .
N:
S: +OK 
C: login joe@test.com joepw compact
S: -ERR 8.207 Invalid Login
T

# ---- logins -------------------------------------------------------------------
vadduser flag@test.com flagpw && vmoduser -d -p -w -i -b -r -u -s -m flag@test.com
rm -f "$DIR/flag/lastauth"
vmoduser -e "{CRYPT}\$1\$abcdefgh\$cHJi5PXp/ki/ktXzqlk6I1" other@test2.com
talk 'no flag, any separator, any case, an alias domain, a scheme' <<'T'
N: flag@test.com flagpw
N: FLAG%test.com flagpw
N: flag/Test.Com flagpw
N: qa@alias.com qapw
C: user_count test.com
S: +OK+
S: count 5
S: .
N: other@test2.com secret
T
not_ok 'a login is not recorded' test -s "$DIR/flag/lastauth"
is 'nor is the password learned' "$(vuserinfo -C other@test2.com)" ''
vmoduser -x flag@test.com
talk 'postmaster and override, one on a line' <<'T'
N: test@test.com test
C: mod_user postmaster@test.com
S: +OK 
C: clear_text_password post
C: .
S: +OK 
N:
S: +OK 
C: login postmaster@test.com post
S: +OK+
S~ vpopmail_dir .*
S~ domain_dir .*
S~ uid .*
S~ gid .*
S~ name .*
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S~ clear_text_password .*
S: no_password_change 0
S: no_pop 0
S: no_webmail 0
S: no_imap 0
S: bounce_mail 0
S: no_relay 0
S: no_dialup 0
S: user_flag_0 0
S: user_flag_1 0
S: user_flag_2 0
S: user_flag_3 0
S: no_smtp 0
S: domain_admin_privileges 1
S: override_domain_limits 0
S: no_spamassassin 0
S: delete_spam 0
S: no_maildrop 0
S: system_admin_privileges 0
S: .
C: user_info postmaster@test.com
S: +OK+
S~ name .*
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S~ clear_text_password .*
S: no_password_change 0
S: no_pop 0
S: no_webmail 0
S: no_imap 0
S: bounce_mail 0
S: no_relay 0
S: no_dialup 0
S: user_flag_0 0
S: user_flag_1 0
S: user_flag_2 0
S: user_flag_3 0
S: no_smtp 0
S: domain_admin_privileges 0
..
T

# ---- flags --------------------------------------------------------------------
set -- no_password_change 1 no_pop 2 no_webmail 4 no_imap 8 bounce_mail 16 \
    no_relay 32 no_dialup 64 user_flag_0 128 user_flag_1 256 user_flag_2 512 \
    user_flag_3 1024 no_smtp 2048 domain_admin_privileges 4096 \
    override_domain_limits 8192 no_spamassassin 16384 delete_spam 32768 \
    system_admin_privileges 65536 system_expert_privileges 131072 \
    no_maildrop 262144
# flag ADDRESS PASSWORD NAME: what the account joe's flags are when somebody
# has set the flag alone, and what is shown.
flag() {
	vmoduser -x joe@test.com
	printf '%s\n' "login $1 $2" 'mod_user joe@test.com' "$3 1" . quit |
	    vpopmaild >/dev/null
	printf '%s\n' 'clogin test@test.com test' 'user_info joe@test.com' \
	    quit | vpopmaild | tr -d '\r' |
	    sed -n '/^name joe$/,/^\.$/s/^gidflags //p'
	printf '%s\n' 'login test@test.com test' 'user_info joe@test.com' \
	    quit | vpopmaild | tr -d '\r' |
	    sed -n '/^name joe$/,/^\.$/s/ 1$//p' | grep -v '^comment'
}
while [ $# -gt 0 ]; do
	shown=$1
	[ "$1" != system_expert_privileges ] || shown=
	is "$1 of the system" "$(flag test@test.com test "$1")" \
	    "$2${shown:+
$shown}"
	case $1 in
	user_flag_[23] | no_spamassassin | delete_spam | no_maildrop)
		users="$users $1"
		;;
	override_domain_limits | system_*)
		systems="$systems $1"
		;;
	domain_admin_privileges) ;;
	*) overrides="$overrides $1" ;;
	esac
	shift 2
done
for name in $users; do
	like "$name of a user" "$(flag joe@test.com joepw "$name")" "*$name"
done
for name in $overrides $systems domain_admin_privileges; do
	is "$name not of a user" "$(flag joe@test.com joepw "$name")" 0
done
for name in $users domain_admin_privileges; do
	like "$name of a domain" "$(flag qa@test.com qapw "$name")" "*$name"
done
for name in $overrides $systems; do
	is "$name not of a domain" "$(flag qa@test.com qapw "$name")" 0
done
vmoduser -o qa@test.com
for name in $overrides; do
	like "$name with override" "$(flag qa@test.com qapw "$name")" "*$name"
done
for name in $systems; do
	is "$name not with override" "$(flag qa@test.com qapw "$name")" 0
done
vmoduser -x qa@test.com && vmoduser -a qa@test.com && vmoduser -x joe@test.com

# ---- mod_user -----------------------------------------------------------------
hash=$(vuserinfo -p joe@test.com)
LONG=$(perl -e 'print "x" x 300')
export LONG
talk 'without override, names in other letters, a comment taken away' <<'T'
N: qa@test.com qapw
C: mod_user joe@test.com
S: +OK 
C: quota 1M
C: clear_all_flags 1
C: Comment upper
C: COMMENT upper
c: comment\ttab\r\n
C: clear_text_password joepw
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment joe
S: quota NOQUOTA
..
C: mod_user joe@test.com
S: +OK 
C: comment
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment joe
..
c: mod_user joe@test.com\r\ncomment \r\n.\r\n
S: +OK 
S: +OK 
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment 
..
T
is 'a password that is sent again gets no other hash' \
    "$(vuserinfo -p joe@test.com)" "$hash"
vmoduser -o joe@test.com
talk 'override makes no administrator' <<'T'
N: joe@test.com joepw
C: mod_user joe@test.com
S: +OK 
C: quota 1M
C: no_pop 1
C: .
S: +OK 
N: qa@test.com qapw
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment 
S: quota NOQUOTA
S~ .*
S~ .*
S~ .*
S: gidflags 8192
S: .
T
talk 'what is too long' <<'T'
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: encrypted_password $1$%LONG%
C: .
S: -ERR 0.507 password too long (max=128)
C: mod_user joe@test.com
S: +OK 
C: clear_text_password %LONG%
C: .
S: -ERR 0.507 clear password too long (max=128)
C: mod_user joe@test.com
S: +OK 
C: comment %LONG%
C: .
S: -ERR 0.507 gecos too long (max=64)
C: mod_user joe@test.com
S: +OK 
C: encrypted_password not a hash
C: .
S~ -ERR 0\.507 .*
T
is 'is not stored' "$(vuserinfo -p joe@test.com)" "$hash"
echo 'no line that ends' >"$SITE/home/etc/vusagec.conf"
talk 'nothing but protocol, whatever the settings of others are' <<'T'
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: quota 20MB
C: .
S: +OK 
C: del_limits nope.com
S: -ERR 0.3603 No such file or directory.
C: list_alias x@nope.com
S: +OK+
S: .
T
rm "$SITE/home/etc/vusagec.conf"

# ---- accounts, domains ----------------------------------------------------------
with 'users_big_dir = yes'
talk 'names of one letter, default quota, the account that catches all' <<'T'
N: test@test.com test
C: add_user a@test.com apw
S: -ERR 0.305 Illegal username
C: set_limits test.com
S: +OK 
C: default_quota 1000
C: default_maxmsgcount 10
C: .
S: +OK 
C: add_user new@test.com newpw
S: +OK 
C: user_info new@test.com
S: +OK+
S: name new
S: comment new
S: quota 1000S,10C
..
C: del_user new@test.com
S: +OK 
C: del_limits test.com
S: +OK 
T
with 'users_big_dir = no'
cp "$DIR/.qmail-default" "$SITE/default"
printf "| %s/home/bin/vdelivermail '' joe@test.com\n" "$SITE" \
    >"$DIR/.qmail-default"
talk 'who catches all stays' <<'T'
N: test@test.com test
C: del_user joe@test.com
S: -ERR 0.405 can't delete catchall account
T
cat "$SITE/default" >"$DIR/.qmail-default"
talk 'a domain, its postmaster, its aliases' <<'T'
N: test@test.com test
C: add_domain new.com postpw
S: +OK 
C: user_info postmaster@new.com
S: +OK+
S: name postmaster
S: comment postmaster
..
C: add_alias_domain new.com one.com
S: +OK 
C: add_alias_domain new.com two.com
S: +OK 
C: dom_info new.com
S: +OK+
S: domain new.com
S~ path .*/domains/new.com
S: uid %SITE_UID%
S: gid %SITE_GID%
S: alias one.com
S: alias two.com
S: .
C: find_domain one.com
S: +OK+
S~ page [1-6]
S: .
C: del_domain new.com
S: +OK 
C: domain_count
S: +OK+
S: count 3
S: .
C: dom_info one.com
S: -ERR 0.1404 Domain does not exist
T

# ---- aliases, lists, limits -------------------------------------------------------
LINE=$(perl -e 'print "x" x 988')@test.com
export LINE
printf '%s\n' '&joe@test.com' >"$DIR/.qmail-list"
for name in list-default list-owner; do
	ln -s .qmail-list "$DIR/.qmail-$name"
done
chown -h "$SITE_UID:$SITE_GID" "$DIR"/.qmail-list* 2>/dev/null
talk 'long lines, link farms' <<'T'
N: qa@test.com qapw
C: add_alias long@test.com %LINE%
S: +OK 
C: add_alias long@test.com xxxx%LINE%
S: -ERR 17.907 Alias Insertion Failed
C: delete_alias long@test.com
S: +OK 
C: list_alias test.com
S: +OK+
S: list@test.com &joe@test.com
S: .
T
rm "$DIR"/.qmail-list*
LIMITS=$SITE/home/domains/test2.com/.qmailadmin-limits
export LIMITS
mkdir "$LIMITS"
talk 'limits that cannot be kept' <<'T'
N: test@test.com test
C: get_limits test2.com
S: -ERR 34.3403 Could not get limits
C: set_limits test2.com
S: -ERR 34.3505 Could not get limits
!: rmdir %LIMITS%
C: set_limits test2.com
S: +OK 
!: mkdir %LIMITS%
C: max_aliases 3
C: .
S: -ERR 35.3504 Could not set limits
T
rmdir "$LIMITS"

# ---- sizes --------------------------------------------------------------------
for name in cur .Trash/cur .Sent/new; do
	mkdir -p "$DIR/joe/Maildir/$name"
done
printf 12345 >"$DIR/joe/Maildir/cur/1.a:2,S"
printf 12345 >"$DIR/joe/Maildir/cur/2.a:2,ST"
printf 12345 >"$DIR/joe/Maildir/cur/.hidden"
printf 12345 >"$DIR/joe/Maildir/.Trash/cur/3.a:2,S"
printf 12345 >"$DIR/joe/Maildir/.Sent/new/4.a,S=1000"
chown -R "$SITE_UID:$SITE_GID" "$DIR/joe/Maildir" 2>/dev/null
talk 'what is counted' <<'T'
N: qa@test.com qapw
C: mod_user joe@test.com
S: +OK 
C: comment joe
C: .
S: +OK 
C: get_user_size joe@test.com
S: +OK+
S: size 1005
S: count 2
S: .
T
mv "$DIR/joe/Maildir" "$SITE/aside"
echo none >"$DIR/joe/Maildir"
talk 'what cannot be counted' <<'T'
N: qa@test.com qapw
C: get_user_size joe@test.com
S: -ERR 3806 unable to fetch size of user account
C: get_domain_size test.com
S: +OK+
S: user flag@test.com
S: size 0
S: count 0
S: -ERR 3904 unable to fetch size of user accounts 'joe'
C: user_count test.com
S: +OK+
..
T
rm "$DIR/joe/Maildir"
mv "$SITE/aside" "$DIR/joe/Maildir"

# ---- files --------------------------------------------------------------------
mkdir "$DIR/joe/kinds" "$DIR/joe/kinds/folder"
mkfifo "$DIR/joe/kinds/pipe"
ln -s nowhere "$DIR/joe/kinds/symbolic"
perl -MSocket -e 'socket S, AF_UNIX, SOCK_STREAM, 0;
    chdir shift; bind S, pack_sockaddr_un("socket") or die' "$DIR/joe/kinds"
: >"$DIR/joe/kinds/plain"
chown -hR "$SITE_UID:$SITE_GID" "$DIR/joe/kinds" 2>/dev/null
is 'kinds of files' "$(printf '%s\n' 'slogin joe@test.com joepw' \
    'list_dir joe@test.com/kinds' 'rm_dir joe@test.com/kinds/plain' \
    'rm_dir joe@test.com/kinds' quit | vpopmaild | tr -d '\r' | sort)" '+OK 
+OK 
+OK 
+OK 
+OK 
+OK+
.
folder dir
pipe fifo
plain file
socket sock
symbolic link'
not_ok 'rm_dir removes all of it' test -e "$DIR/joe/kinds"

# Entries that go while they are listed.
mkdir "$DIR/joe/busy"
chown "$SITE_UID:$SITE_GID" "$DIR/joe/busy" 2>/dev/null
perl -e '
	$SIG{TERM} = sub { exit };
	chdir shift or die;
	for (;;) {
		for (1 .. 50) { open my $f, ">", $_ or die }
		unlink 1 .. 50;
	}' "$DIR/joe/busy" &
racer=$!
{
	echo 'slogin joe@test.com joepw'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		for n in 1 2 3 4 5 6 7 8 9 10; do
			echo 'list_dir joe@test.com/busy'
		done
	done
	echo quit
} | vpopmaild | tr -d '\r' >"$SITE/raced"
kill $racer
wait $racer
is 'a listing of what vanishes ends like any' \
    "$(grep -c '^\.$' "$SITE/raced") $(tail -n 1 "$SITE/raced") $(
	grep -c '^-ERR' "$SITE/raced")" '200 +OK  0'

# ---- the store without clear passwords --------------------------------------------
with 'clear_passwd = no'
talk 'passwords that are not kept in clear' <<'T'
N: test@test.com test
C: add_user dark@test.com darkpw
S: +OK 
N:
S: +OK 
C: clogin dark@test.com darkpw
S: +OK+
S~ vpopmail_dir .*
S~ domain_dir .*
S~ uid .*
S~ gid .*
S: name dark
S: comment dark
S: quota NOQUOTA
S: user_dir %DIR%/dark
S~ encrypted_password \$1\$.*
S: clear_text_password 
S: gidflags 0
S: .
T

# ---- as the vpopmail user -----------------------------------------------------------
if [ "$(id -u)" = 0 ]; then
	chmod 0755 "$SITE/home/domains"
	chown 0 "$SITE/home/etc"
	{
		printf '%s\n' 'slogin test@test.com test' \
		    'add_user user@test.com userpw' 'mod_user user@test.com' \
		    'comment User' . 'write_file user@test.com/x' . \
		    'del_user user@test.com' 'add_domain some.com somepw' \
		    'add_ip_map 192.0.2.1 test.com' 'del_domain test2.com' \
		    'user_count test2.com' quit
	} | setpriv --reuid="$SITE_UID" --regid="$SITE_GID" --clear-groups \
	    vpopmaild 2>/dev/null | tr -d '\r' >"$SITE/user"
	is_file 'without the rights of root' "$SITE/user" '+OK 
+OK 
+OK 
+OK 
+OK 
+OK 
+OK 
-ERR 0.804 Could not update file
-ERR 0.3105 error
-ERR 0.1303 Could not update file
+OK+
count 2
.
+OK '
fi
is 'vdoctor finds nothing' "$(vdoctor)" ''
done_testing
