#!/bin/sh
# vpopmaild: the file verbs, and what must not be possible by them.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/talk.sh"

pmd_site
ok 'a domain whose name begins with that of another' \
    vadddomain --no-password test.com.evil
ok 'and a user likewise' vadduser joey@test.com joeypw
vaddaliasdomain test.com alias.com
EVIL=$SITE/home/domains/test.com.evil
HOMES=$SITE/home/domains
export EVIL HOMES

talk 'paths' <<'T'
N: test@test.com test
C: mk_dir
S: -ERR 27.1601 Directory Required.
C: mk_dir joe@test.com
S: -ERR 22.1503 Invalid Directory.  Do you need a trailing '/'?
C: mk_dir foo/bar@test.com
S: -ERR 23.1504 Invalid Directory. Found / before @
C: mk_dir joe@test.com/a..b
S: -ERR 20.1501 Invalid Directory.  .. not allowed in path
C: mk_dir joe@test.com/a%b
S: -ERR 21.1502 Invalid Directory.  % not allowed in path
C: mk_dir jo"e@test.com/x
S: -ERR 24.1505 Invalid Directory. Can't parse email address
C: mk_dir nobody@test.com/x
S: -ERR 25.1506 Invalid Directory. Unknown email address
C: mk_dir nope.com/x
S: -ERR 11.1509 Not Authorized for domain
C: mk_dir /etc/foo
S: -ERR 26.1510 Unauthorized Directory.
C: mk_dir %SITE%/home/domainsX
S: -ERR 26.1510 Unauthorized Directory.
C: mk_dir %HOMES%
S: -ERR 26.1510 Unauthorized Directory.
C: rm_dir
S: -ERR 27.1701 Directory Required.
C: list_dir
S: -ERR 27.1801 Directory Required.
C: rm_file
S: -ERR 30.1901 Filename Required
C: read_file
S: -ERR 30.2101 Filename Required
C: stat_file
S: -ERR 30.2201 Filename Required
C: rename_file
S: -ERR 28.3801 Source File Name Required
C: rename_file x
S: -ERR 29.3801 Destination File Name Required
C: write_file
C: .
S: -ERR 30.2001 Filename Required
T

talk 'all forms and verbs' <<'T'
N: test@test.com test
C: mk_dir joe@test.com/dir/
S: +OK 
C: mk_dir joe@test.com/dir
S: -ERR 0.1602 File exists
C: mk_dir joe@test.com/no/such
S: -ERR 0.1602 No such file or directory
C: mk_dir test.com/joe/dir//two/
S: +OK 
C: mk_dir %DIR%/joe/./dir/three
S: +OK 
C: write_file alias.com/joe/dir/file
C: line one
C: .dot
C: ..
C:
C: .
S: +OK 
C: read_file joe@test.com/dir/file
S: +OK+
s: line one\n
s: .dot\n
s: ..\n
s: \n
S: .
C: stat_file joe@test.com/dir/file
S: +OK+
s: uid: %SITE_UID%\n
S: .
C: rename_file joe@test.com/dir/file joe@test.com/dir/renamed
S: +OK 
C: read_file joe@test.com/dir/file
S: -ERR 0.2102 No such file or directory
C: rm_file joe@test.com/dir/two
S: -ERR 0.1902 Is a directory
C: rm_dir joe@test.com/dir/two
S: +OK 
C: rm_dir joe@test.com/dir/three/
S: +OK 
C: list_dir joe@test.com/dir/
S: +OK+
S: renamed file
S: .
C: read_file joe@test.com/dir
S: -ERR 0.2102 Is a directory
C: rm_file joe@test.com/dir/renamed
S: +OK 
C: rm_file joe@test.com/dir/renamed
S: -ERR 0.1902 No such file or directory
C: list_dir joe@test.com/dir
S: +OK+
S: .
C: rm_dir joe@test.com/dir
S: +OK 
C: rm_dir joe@test.com/dir
S: -ERR 0.1702 No such file or directory
C: list_dir joe@test.com/dir
S: -ERR 0.1802 No such file or directory
C: rename_file joe@test.com/x joe@test.com/y
S: -ERR 0.3803 No such file or directory
C: write_file joe@test.com/Maildir
C: .
S: -ERR 0.2002 Is a directory
T

talk 'a refused write_file swallows its block' <<'T'
N: test@test.com test
C: write_file joe@test.com/no/such
C: line one
C: del_user joe@test.com
C: .
S: -ERR 0.2002 No such file or directory
C: write_file /etc/foo
C: del_user joe@test.com
C: .
S: -ERR 26.1510 Unauthorized Directory.
C: user_count test.com
S: +OK+
S: count 5
S: .
N: joe@test.com joepw
C: write_file test.com/x
C: quit
C: .
S: -ERR 26.1512 Unauthorized Directory.
C: write_file joe@test.com/x
c: .x\n. \n..\r\n\n.\r
c: \n
S: +OK 
C: read_file joe@test.com/x
S: +OK+
s: .x\n
s: . \n
s: ..\n
s: \n
S: .
T

umask 000
talk 'owner and mode are not ours' <<'T'
N: joe@test.com joepw
C: write_file joe@test.com/vac
C: x
C: .
S: +OK 
C: mk_dir joe@test.com/vacation
S: +OK 
T
umask 022
is 'of a file' "$(stat -c '%u:%g %a' "$DIR/joe/vac")" "$SITE_UID:$SITE_GID 600"
is 'of a folder' "$(stat -c '%u:%g %a' "$DIR/joe/vacation")" \
    "$SITE_UID:$SITE_GID 700"
is 'nothing else is left' "$(ls -A "$DIR/joe")" 'Maildir
lastauth
vac
vacation
x'

printf '.\nx\n.\r\n..\n.y' >"$DIR/joe/dots"
printf . >"$DIR/joe/dot"
printf 'ab\0cd\nef\n' >"$DIR/joe/nul"
: >"$DIR/joe/empty"
perl -e 'print "a" x 8191, "\n.\n", "b" x 8190, "\n.\r\n.\n", "c" x 20000,
    "\n", ".\r" ' >"$DIR/joe/long"
chown "$SITE_UID:$SITE_GID" "$DIR"/joe/* 2>/dev/null
talk 'read_file' <<'T'
N: joe@test.com joepw
C: read_file joe@test.com/dots
S: +OK+
s: ..\n
s: x\n
S: ..
s: ..\n
s: .y\r\n
S: .
C: read_file joe@test.com/empty
S: +OK+
S: .
C: read_file joe@test.com/dot
S: +OK+
S: ..
S: .
C: read_file joe@test.com/empty
S: +OK+
S: .
C: read_file joe@test.com/nul
S: +OK+
s: ab\0cd\n
s: ef\n
S: .
C: read_file joe@test.com/long
S: +OK+
S~ a{8191}
s: ..\n
S~ b{8190}
S: ..
s: ..\n
S~ c{20000}
s: ..\r\r\n
S: .
T

talk 'confined: a plain user' <<'T'
N: joe@test.com joepw
C: list_dir joey@test.com/
S: -ERR 12.1508 User does not exist
C: list_dir nobody@test.com/
S: -ERR 12.1508 User does not exist
C: list_dir %DIR%/joey
S: -ERR 26.1512 Unauthorized Directory.
C: list_dir test.com/joey
S: -ERR 26.1512 Unauthorized Directory.
C: list_dir test.com/
S: -ERR 26.1512 Unauthorized Directory.
C: list_dir nope.com/
S: -ERR 11.1509 Not Authorized for domain
C: read_file /etc/passwd
S: -ERR 26.1512 Unauthorized Directory.
C: rename_file joe@test.com/x %DIR%/joey/x
S: -ERR 26.1512 Unauthorized Directory.
C: rename_file %DIR%/joey/Maildir joe@test.com/m
S: -ERR 26.1512 Unauthorized Directory.
C: rm_dir joe@test.com/
S: -ERR 26.1512 Unauthorized Directory.
C: rm_dir %DIR%/joe
S: -ERR 26.1512 Unauthorized Directory.
C: rename_file joe@test.com/ joe@test.com/inside
S: -ERR 26.1512 Unauthorized Directory.
C: list_dir joe@alias.com/vacation
S: +OK+
S: .
T

talk 'confined: an administrator of a domain' <<'T'
N: qa@test.com qapw
C: list_dir test.com.evil/
S: -ERR 26.1511 Unauthorized Directory.
C: list_dir postmaster@test.com.evil/
S: -ERR 11.1507 Not Authorized for domain
C: list_dir %EVIL%
S: -ERR 26.1511 Unauthorized Directory.
C: list_dir %EVIL%/postmaster
S: -ERR 26.1511 Unauthorized Directory.
C: list_dir %HOMES%
S: -ERR 26.1511 Unauthorized Directory.
C: list_dir nobody@test2.com/
S: -ERR 11.1507 Not Authorized for domain
C: list_dir nobody@test.com/
S: -ERR 25.1506 Invalid Directory. Unknown email address
C: rm_dir test.com/
S: -ERR 26.1511 Unauthorized Directory.
C: list_dir joe@alias.com/vacation
S: +OK+
S: .
T

vmoduser -a test@test.com
talk 'an administrator of the system with both bits' <<'T'
N: test@test.com test
C: list_dir other@test2.com/
S: +OK+
..
C: rm_dir %HOMES%/test2.com
S: -ERR 26.1510 Unauthorized Directory.
C: mk_dir %HOMES%/x
S: +OK 
C: rename_file %HOMES%/x %HOMES%/y
S: -ERR 0.3803 Operation not permitted
C: write_file %HOMES%/x/f
C: .
S: +OK 
C: rm_dir %HOMES%/x
S: -ERR 0.1702 Directory not empty
C: rm_file %HOMES%/x/f
S: +OK 
C: rm_dir %HOMES%/x
S: +OK 
T

talk 'account files are left alone' <<'T'
N: test@test.com test
C: read_file test.com/vpasswd
S: -ERR 26.1510 Unauthorized Directory.
C: read_file test.com/./vpasswd.cdb
S: -ERR 26.1510 Unauthorized Directory.
C: read_file %DIR%//vpasswd
S: -ERR 26.1510 Unauthorized Directory.
C: write_file test.com/vpasswd
C: evil:x:1:65536::/:NOQUOTA
C: .
S: -ERR 26.1510 Unauthorized Directory.
C: rm_file test.com/.vpasswd.lock
S: -ERR 26.1510 Unauthorized Directory.
C: rm_dir test.com/vpasswd
S: -ERR 26.1510 Unauthorized Directory.
C: rename_file test.com/vpasswd test.com/mine
S: -ERR 26.1510 Unauthorized Directory.
C: rename_file joe@test.com/x test.com/vpasswd
S: -ERR 26.1510 Unauthorized Directory.
C: mk_dir test.com/.vpasswd.log
S: -ERR 26.1510 Unauthorized Directory.
C: write_file test.com/.qmailadmin-limits
C: maxpopaccounts: 0
C: .
S: -ERR 26.1510 Unauthorized Directory.
C: write_file test.com/.dir-control
C: .
S: -ERR 26.1510 Unauthorized Directory.
C: read_file test@test.com/Maildir/sqwebmail-pass
S: -ERR 26.1510 Unauthorized Directory.
N: joe@test.com joepw
C: write_file joe@test.com/Maildir/maildirsize
C: 1000000000S
C: 0 0
C: .
S: -ERR 26.1512 Unauthorized Directory.
N: qa@test.com qapw
C: read_file test.com/vpasswd
S: -ERR 26.1511 Unauthorized Directory.
T

mkdir "$SITE/outside"
echo secret >"$SITE/outside/file"
chmod 0777 "$SITE/outside"
ln -s "$SITE/outside" "$DIR/joe/folder"
ln -s "$SITE/outside/file" "$DIR/joe/link"
ln -s "$DIR/vpasswd" "$DIR/joe/accounts"
ln -s /etc "$DIR/etc"
mkfifo "$DIR/joe/fifo"
talk 'no link is followed' <<'T'
N: joe@test.com joepw
C: list_dir joe@test.com/folder
S: -ERR 0.1802 Not a directory
C: list_dir joe@test.com/folder/
S: -ERR 0.1802 Not a directory
C: read_file joe@test.com/folder/file
S: -ERR 0.2102 Not a directory
C: stat_file joe@test.com/folder/file
S: -ERR 0.2202 Not a directory
C: read_file joe@test.com/link
S: -ERR 0.2102 Too many levels of symbolic links
C: read_file joe@test.com/accounts
S: -ERR 0.2102 Too many levels of symbolic links
C: read_file joe@test.com/fifo
S: -ERR 0.2102 Invalid argument
C: write_file joe@test.com/link
C: x
C: .
S: -ERR 0.2002 Too many levels of symbolic links
C: write_file joe@test.com/fifo
C: x
C: .
S: -ERR 0.2002 Invalid argument
C: write_file joe@test.com/folder/new
C: x
C: .
S: -ERR 0.2002 Not a directory
C: mk_dir joe@test.com/folder/new
S: -ERR 0.1602 Not a directory
C: rm_file joe@test.com/folder/file
S: -ERR 0.1902 Not a directory
C: rename_file joe@test.com/folder/file joe@test.com/mine
S: -ERR 0.3803 Not a directory
C: rename_file joe@test.com/link joe@test.com/.qmail
S: -ERR 0.3803 Too many levels of symbolic links
C: rename_file joe@test.com/link joe@test.com/link2
S: -ERR 0.3803 Too many levels of symbolic links
C: rm_dir joe@test.com/folder
S: +OK 
C: rm_file joe@test.com/link
S: +OK 
N: qa@test.com qapw
C: read_file test.com/etc/passwd
S: -ERR 0.2102 Not a directory
C: list_dir test.com/etc/
S: -ERR 0.1802 Not a directory
C: rm_dir test.com/etc
S: +OK 
T
is_file 'what they led to is there' "$SITE/outside/file" secret
is 'and nothing more' "$(ls -A "$SITE/outside")" file

# Replacing a folder by a link over and over, while it is written to.
perl -e '
	my ($dir, $out) = @ARGV;
	$SIG{TERM} = sub { exit };
	for (;;) {
		mkdir "$dir/race";
		rename "$dir/race", "$dir/race.old";
		symlink $out, "$dir/race";
		unlink "$dir/race";
		rename "$dir/race.old", "$dir/race";
	}' "$DIR/joe" "$SITE/outside" &
racer=$!
{
	echo 'slogin joe@test.com joepw'
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		for n in 1 2 3 4 5 6 7 8 9 10; do
			printf '%s\n' 'write_file joe@test.com/race/new' x . \
			    'mk_dir joe@test.com/race/dir' \
			    'read_file joe@test.com/race/file' \
			    'rm_file joe@test.com/race/file' \
			    'list_dir joe@test.com/race' \
			    'rm_dir joe@test.com/race/dir'
		done
	done
	echo quit
} | vpopmaild >"$SITE/raced"
kill $racer
wait $racer
is 'a race leads nowhere' "$(ls -A "$SITE/outside")" file
not_ok 'and shows nothing' grep -q secret "$SITE/raced"

chmod 0600 "$SITE/outside/file"
if [ "$(id -u)" = 0 ]; then
	chown 0:0 "$SITE/outside/file"
	ln "$SITE/outside/file" "$DIR/joe/hard"
	talk 'root'"'"'s rights are not used: a hard link' <<'T'
N: joe@test.com joepw
C: read_file joe@test.com/hard
S: -ERR 0.2102 Permission denied
C: write_file joe@test.com/hard
C: mine now
C: .
S: +OK 
T
	is_file 'writing makes a file of its own' "$SITE/outside/file" secret
	mkdir "$DIR/joe/rootdir"
	chmod 0755 "$DIR/joe/rootdir"
	talk 'nor in a folder of root' <<'T'
N: joe@test.com joepw
C: mk_dir joe@test.com/rootdir/x
S: -ERR 0.1602 Permission denied
T
	mount -t tmpfs -o size=64k none "$DIR/joe/vacation" 2>/dev/null &&
	    mounted=1
fi
if [ -n "$mounted" ]; then
	chown "$SITE_UID:$SITE_GID" "$DIR/joe/vacation"
	{
		printf '%s\n' 'slogin joe@test.com joepw' \
		    'write_file joe@test.com/vacation/message' old . \
		    'write_file joe@test.com/vacation/message'
		perl -e 'print "x" x 1000, "\n" for 1 .. 200'
		printf '%s\n' . 'list_dir joe@test.com/vacation' \
		    'read_file joe@test.com/vacation/message' quit
	} | vpopmaild | tr -d '\r' >"$SITE/full"
	umount "$DIR/joe/vacation"
	is_file 'a full disk leaves the old file' "$SITE/full" '+OK 
+OK 
+OK 
-ERR 0.2002 No space left on device
+OK+
message file
.
+OK+
old
.
+OK '
fi

{
	printf '%s\n' 'slogin joe@test.com joepw' 'write_file joe@test.com/big'
	perl -e 'print "x" x 1000, "\n" for 1 .. 4100; print "y" x 9999999'
	printf '%s\n' '' . 'stat_file joe@test.com/big' \
	    'write_file joe@test.com/big'
	perl -e 'print "x" x 999999, "\n" for 1 .. 4'
	printf '%s\n' . quit
} | vpopmaild | tr -d '\r' >"$SITE/big"
is_file 'a block that is too large' "$SITE/big" '+OK 
+OK 
-ERR 0.2002 File too large
-ERR 0.2202 No such file or directory
+OK 
+OK '
is 'and one that is not' "$(wc -c <"$DIR/joe/big")" 4000000

LONGPATH=$(perl -e 'print join "/", ("d" x 200) x 5')
LONGNAME=$(perl -e 'print "n" x 300')
export LONGPATH LONGNAME
talk 'long paths are not cut' <<'T'
N: joe@test.com joepw
C: mk_dir joe@test.com/%LONGNAME%
S: -ERR 26.1512 Unauthorized Directory.
C: mk_dir joe@test.com/%LONGPATH%
S: -ERR 0.1602 No such file or directory
C: read_file %LONGNAME%@test.com/x
S: -ERR 24.1505 Invalid Directory. Can't parse email address
C: read_file %LONGNAME%%LONGNAME%/x
S: -ERR 11.1509 Not Authorized for domain
T

talk 'programs in dot-qmail files' <<'T'
N: joe@test.com joepw
C: write_file joe@test.com/.qmail
C: |/bin/sh -c id
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: &joe@test2.com
C:  | /bin/true
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: |/usr/bin/autorespond 86400 3 %DIR%/joe/vacation/message %DIR%/joe/vacation
C: &joe@test2.com
C: ./Maildir/
C: .
S: +OK 
C: write_file joe@test.com/.qmail
C: |/usr/bin/autorespond 86400 3 %DIR%/vpasswd %DIR%/joe/vacation
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: |/usr/bin/autorespond 86400 3 %DIR%/joe/vacation/message;id %DIR%/joe
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: |%DIR%/joe/autorespond 1
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: |autorespond vpasswd
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: %DIR%/vpasswd
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: %DIR%/joey/Maildir/
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: ./../joey/Maildir/
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: ./vpasswd
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file joe@test.com/.qmail
C: %DIR%/joe/Maildir/
C: ./Maildir/.Sub/
C: ./mbox
C: .
S: +OK 
C: write_file joe@test.com/innocent
C: |/bin/true
C: .
S: +OK 
C: rename_file joe@test.com/innocent joe@test.com/.qmail-x
S: -ERR 0.3803 Operation not permitted
C: rename_file joe@test.com/.qmail joe@test.com/.qmail-saved
S: +OK 
C: rename_file joe@test.com/.qmail-saved joe@test.com/.qmail
S: +OK 
C: write_file joe@test.com/.mailfilter
C: `id`
C: .
S: -ERR 0.2002 Operation not permitted
C: rename_file joe@test.com/vac joe@test.com/.mailfilter
S: -ERR 0.3803 Operation not permitted
N: qa@test.com qapw
C: write_file test.com/.qmail-robot
C: |/usr/bin/autorespond 86400 3 %DIR%/vpasswd %DIR%/ROBOT
C: .
S: -ERR 0.2002 Operation not permitted
C: write_file test.com/.qmail-robot
C: |/usr/bin/autorespond 86400 3 %DIR%/ROBOT/message %DIR%/ROBOT
C: .
S: +OK 
C: add_alias p@test.com |/bin/true
S: -ERR 17.907 Alias Insertion Failed
N: test@test.com test
C: write_file test.com/.qmail-prog
C: |/bin/true with any argument; whatever
C: .
S: +OK 
C: mod_user joe@test.com
S: +OK 
C: system_expert_privileges 1
C: .
S: +OK 
N: joe@test.com joepw
C: write_file joe@test.com/.qmail
C: |/bin/true
C: .
S: +OK 
T
done_testing
