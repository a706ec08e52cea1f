#!/bin/sh
# vpopmaild: greeting, login, lines, time limits, end.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/talk.sh"

pmd_site

talk 'help before login' <<'T'
N:
S: +OK 
C: help
S: +OK+
S:
S: Login
S: login login user@domain password - expanded bitmaps
S: clogin login user@domain password - compact bitmapts
S: slogin login user@domain password - silent results
S:
S: Utility
S: help help
S: exit quit
S: quit quit
S: q quit
S: .
C: foo
S: -ERR 4.104 Invalid Command
C: login
S: -ERR 6.203 Email Address Required
C: login test@test.com
S: -ERR 7.204 Password Required
S: -ERR 5.102 Too many invalid login attempts
E: 255
T

talk 'a wrong login says no more than that' <<'T'
N:
S: +OK 
C: login nobody@test.com x
S: -ERR 8.207 Invalid Login
C: login test@test.com bad
S: -ERR 8.207 Invalid Login
C: slogin te%st@test.com bad
S: -ERR 8.207 Invalid Login
C: clogin a..b@te_st.com bad
S: -ERR 8.207 Invalid Login
S: -ERR 5.105 Too many invalid login attempts
E: 255
T

talk 'three are forgiven' <<'T'
N:
S: +OK 
C: login test@test.com bad
S: -ERR 8.207 Invalid Login
C: login test@nowhere.com bad
S: -ERR 8.207 Invalid Login
C: login x bad
S: -ERR 8.207 Invalid Login
C: slogin test@test.com test
S: +OK 
C: quit
S: +OK 
E: 0
T

talk 'blank lines count' <<'T'
N:
S: +OK 
C:
C: 	 
C: login test@test.com bad
S: -ERR 8.207 Invalid Login
C: user_info test@test.com
S: -ERR 4.104 Invalid Command
S: -ERR 5.102 Too many invalid login attempts
E: 255
T

for verb in quit exit q QUIT; do
	VERB=$verb
	export VERB
	talk "$verb" <<'T'
N:
S: +OK 
C: %VERB%
S: +OK 
E: 0
N: test@test.com test
C: %VERB%
S: +OK 
E: 0
T
done

talk 'clogin' <<'T'
N:
S: +OK 
C: clogin Test@TEST.com test
S: +OK+
S: vpopmail_dir %SITE%/home
S: domain_dir %DIR%
S: uid %SITE_UID%
S: gid %SITE_GID%
S: name test
S: comment test
S: quota NOQUOTA
S: user_dir %DIR%/test
S~ encrypted_password \$1\$.*
S: clear_text_password test
S: gidflags 65536
S: .
C: login test@test.com test
S: -ERR 4.107 Invalid Command
C: logout
S: -ERR 4.107 Invalid Command
T

talk 'login: expanded, and so for the session' <<'T'
N:
S: +OK 
C: login postmaster@test.com x
S: -ERR 8.207 Invalid Login
C: LogIn test@test.com test
S: +OK+
S: vpopmail_dir %SITE%/home
S: domain_dir %DIR%
S: uid %SITE_UID%
S: gid %SITE_GID%
S: name test
S: comment test
S: quota NOQUOTA
S: user_dir %DIR%/test
S~ encrypted_password \$1\$.*
S: clear_text_password test
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
S: override_domain_limits 0
S: no_spamassassin 0
S: delete_spam 0
S: no_maildrop 0
S: system_admin_privileges 1
S: .
C: user_info joe@test.com
S: +OK+
S: name joe
S~ comment joe
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S~ clear_text_password joepw
S: no_password_change 0
..
T

vadduser post@test2.com x1 && vpasswd --password-stdin postmaster@test2.com \
    <<'T' >/dev/null
pm pw
T
talk 'postmaster administers his domain' <<'T'
N:
S: +OK 
C: clogin postmaster@test2.com pm pw
S: +OK+
S~ vpopmail_dir .*
S~ domain_dir .*
S~ uid .*
S~ gid .*
S: name postmaster
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password pm pw
S: gidflags 4096
S: .
C: user_info postmaster@test2.com
S: +OK+
S: name postmaster
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password pm pw
S: gidflags 0
S: .
T

vpasswd --password-stdin other@test2.com <<'T' >/dev/null
 two  words 
T
talk 'all behind one blank is the password' <<'T'
N:
S: +OK 
C: slogin other@test2.com two  words 
S: -ERR 8.207 Invalid Login
C: slogin other@test2.com  two  words
S: -ERR 8.207 Invalid Login
C: slogin   other@test2.com  two  words 
S: +OK 
T

talk 'line ends LF, CR LF and LF CR; tabs' <<'T'
N:
S: +OK 
c: slogin\ttest@test.com test\n\r
s: +OK \r\n
c: domain_count\n\rdomain_count\r\n
S: +OK+
S: count 2
S: .
S: +OK+
S: count 2
S: .
c: quit\n\r\n
S: +OK 
E: 0
T

talk 'many requests in one segment' <<'T'
N:
S: +OK 
c: slogin test@test.com test\r\nuser_count test.com\r\n\r\nmod_user joe@test.com\r\nuser_flag_3 1\r\n.\r\nwrite_file joe@test.com/a\r\n1\r\n.\r\nquit\r\nuser_count test.com\r\n
S: +OK 
S: +OK+
S: count 4
S: .
S: +OK 
S: +OK 
S: +OK 
S: +OK 
E: 0
T

talk 'a line torn into bytes' <<'T'
N:
S: +OK 
c: sl
c: ogin test@te
c: st.com te
c: st\r
c: \ndomain_cou
c: nt\r\n
S: +OK 
S: +OK+
S: count 2
S: .
T

talk 'a NUL ends the line' <<'T'
N: test@test.com test
c: domain_count\0 and more\r\n
S: +OK+
S: count 2
S: .
c: \0domain_count\r\nquit\r\n
S: +OK 
E: 0
T

long=$(perl -e 'print "x" x 5000')
LONG=$long
export LONG
talk 'an over-long line is one mistake' <<'T'
N:
S: +OK 
C: %LONG%
S: -ERR 4.104 Invalid Command
C: %LONG%%LONG%%LONG%%LONG%%LONG%%LONG%
S: -ERR 4.104 Invalid Command
C: slogin test@test.com test
S: +OK 
C: user_info %LONG%
S: -ERR 4.107 Invalid Command
C: domain_count
S: +OK+
S: count 2
S: .
T

talk 'the last line may lack its end' <<'T'
N: test@test.com test
c: domain_count
H:
S: +OK+
S: count 2
S: .
S: -ERR 3.106 Read Timeout
E: 255
N:
S: +OK 
H:
S: -ERR 3.103 Read Timeout
E: 255
T

talk 'but not half a block' <<'T'
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: comment half
H:
S: -ERR 3.106 Read Timeout
E: 255
N: test@test.com test
C: write_file joe@test.com/half
C: one
H:
S: -ERR 3.106 Read Timeout
E: 255
N: test@test.com test
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment joe
..
C: stat_file joe@test.com/half
S: -ERR 0.2202 No such file or directory
T

vipmap -a 192.0.2.1 test.com
TCPLOCALIP=192.0.2.1
export TCPLOCALIP
talk 'the default domain of the address' <<'T'
N: joe joepw
T
unset TCPLOCALIP

# The client is gone before it is answered: what it sent is done.
printf '%s\r\n' 'slogin joe@test.com joepw' 'mod_user joe@test.com' \
    'delete_spam 1' . 'mod_user joe@test.com' 'comment gone' . quit |
    perl -e 'pipe R, W; close R; open STDOUT, ">&W"; exec "vpopmaild"'
is 'the status of a client that never reads' $? 254
is 'but its changes are made' "$(vuserinfo -c joe@test.com)" gone

with 'vpopmaild_idle_seconds = 1' 'vpopmaild_write_seconds = 1'
talk 'silent clients are sent away' <<'T'
N:
S: +OK 
S: -ERR 3.103 Read Timeout
E: 255
N: joe@test.com joepw
S: -ERR 3.106 Read Timeout
E: 255
N: joe@test.com joepw
C: mod_user joe@test.com
S: +OK 
C: comment never
S: -ERR 3.106 Read Timeout
E: 255
T
perl -e '
	use Socket;
	socketpair(my $us, my $server, AF_UNIX, SOCK_STREAM, 0) or die;
	if (!fork) {
		close $us;
		open STDIN, "<&", $server; open STDOUT, ">&", $server;
		exec "vpopmaild";
	}
	close $server;
	$SIG{PIPE} = "IGNORE";
	1 while syswrite $us, "x" x 10;
	wait;
	exit $? >> 8'
is 'an endless line' $? 255
perl -e '
	use Socket;
	socketpair(my $us, my $server, AF_UNIX, SOCK_STREAM, 0) or die;
	if (!fork) {
		close $us;
		open STDIN, "<&", $server; open STDOUT, ">&", $server;
		exec "vpopmaild";
	}
	close $server;
	syswrite $us, "slogin test\@test.com test\n" . "help\n" x 1000 .
	    "mod_user joe\@test.com\ncomment reads nothing\n.\n";
	wait;
	exit $? >> 8'
is 'a client that stays and does not read' $? 254
is 'what it had sent is done' "$(vuserinfo -c joe@test.com)" 'reads nothing'

with 'vpopmaild_idle_seconds = 60' 'vpopmaild_login_delay = 300'
start=$(date +%s%N)
talk 'wrong logins are held back' <<'T'
N:
S: +OK 
C: login joe@test.com bad
S: -ERR 8.207 Invalid Login
C: login joe@test.com bad
S: -ERR 8.207 Invalid Login
C: slogin joe@test.com joepw
S: +OK 
T
took=$((($(date +%s%N) - start) / 1000000))
ok 'longer and longer' test "$took" -ge 900

with 'auth_module = nothing'
talk 'no account store' <<'T'
N:
S: -ERR 1.101 Can't open authentication database
E: 255
T
done_testing
