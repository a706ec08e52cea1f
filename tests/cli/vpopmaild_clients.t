#!/bin/sh
# vpopmaild: what its known clients send, and rely on.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/talk.sh"

pmd_site
vdeluser qa@test.com
vdeluser postmaster@test.com -f 2>/dev/null

talk 'the PHP class: domains and the IP map' <<'T'
N:
S: +OK 
c: quit\n\r\n
S: +OK 
E: 0
N:
S: +OK 
C: clogin test@test.com test
S: +OK+
..
C: domain_count
S: +OK+
S: count 2
S: .
C: list_domains 0 0
S: +OK+
S: test.com test.com
S: test2.com test2.com
S: .
C: add_ip_map 1.2.3.4 test.com
S: +OK 
C: add_ip_map 1.2.3.5 test2.com
S: +OK 
C: show_ip_map
S: +OK+
S: 1.2.3.4 test.com
S: 1.2.3.5 test2.com
S: .
C: get_ip_map 1.2.3.4
S: +OK+
S: 1.2.3.4 test.com
S: .
C: del_ip_map 1.2.3.4 test.com
S: +OK 
C: get_ip_map 1.2.3.4
S: -ERR 0.3003 error
C: find_domain test.com 0
S: +OK+
S~ page [1-9]
S: .
C: set_limits test.com
S: +OK 
C: disable_pop 1
C: .
S: +OK 
C: get_limits test.com
S: +OK+
S: max_popaccounts -1
..
C: del_limits test.com
S: +OK 
C: del_domain test2.com
S: +OK 
C: add_domain test2.com pass
S: +OK 
C: add_alias_domain test.com aliastest.com
S: +OK 
C: del_domain aliastest.com
S: +OK 
T

talk 'robots' <<'T'
N: test@test.com test
C: dom_info test.com
S: +OK+
S: domain test.com
S: path %DIR%
S~ uid .*
S~ gid .*
S: .
C: write_file test.com/.qmail-robot
C: |/usr/bin/autorespond 10000 5 %DIR%/ROBOT/message %DIR%/ROBOT
C: .
S: +OK 
C: mk_dir test.com/ROBOT/
S: +OK 
C: write_file %DIR%/ROBOT/message
C: From: robot
C:
C: Gone
C: .
S: +OK 
C: read_file test.com/.qmail-robot
S: +OK+
s: |/usr/bin/autorespond 10000 5 %DIR%/ROBOT/message %DIR%/ROBOT\n
S: .
C: read_file %DIR%/ROBOT/message
S: +OK+
s: From: robot\n
s: \n
s: Gone\n
S: .
C: list_alias test.com
S: +OK+
S: robot@test.com |/usr/bin/autorespond 10000 5 %DIR%/ROBOT/message %DIR%/ROBOT
S: .
C: rm_dir %DIR%/ROBOT
S: +OK 
C: rm_file test.com/.qmail-robot
S: +OK 
C: list_lists test.com 0 0
S: +OK+
S: .
T

talk 'files' <<'T'
N: test@test.com test
C: write_file test@test.com/TESTFILE
C: CONTENTS
C: .
S: +OK 
C: read_file test@test.com/TESTFILE
S: +OK+
s: CONTENTS\n
S: .
C: rm_file test@test.com/TESTFILE
S: +OK 
C: mk_dir test@test.com/NEWDIR/
S: +OK 
C: list_dir test@test.com/NEWDIR/
S: +OK+
S: .
C: rm_dir test@test.com/NEWDIR
S: +OK 
C: rm_dir test@test.com/vacation
S~ -ERR .*
C: mk_dir test@test.com/vacation
S: +OK 
C: write_file test@test.com/vacation/message
C: Hello
C: .
S: +OK 
C: read_file %DIR%/test/vacation/message
S: +OK+
s: Hello\n
S: .
C: rm_dir test@test.com/vacation
S: +OK 
C: read_file %DIR%/test/vacation/message
S~ -ERR .*
T

talk 'accounts: it sends all it knows, whatever the rights' <<'T'
N: test@test.com test
C: del_user joe@test.com
S: +OK 
C: add_user joe@test.com password
S: +OK 
C: user_info joe@test.com
S: +OK+
S: name joe
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password password
S: gidflags 0
S: .
C: mod_user joe@test.com
S: +OK 
C: quota NOQUOTA
C: comment joe
C: clear_text_password password
C: no_password_change 0
C: no_pop 0
C: no_webmail 1
C: no_imap 0
C: bounce_mail 0
C: no_relay 0
C: no_dialup 0
C: user_flag_0 0
C: user_flag_1 0
C: user_flag_2 0
C: user_flag_3 0
C: no_smtp 0
C: domain_admin_privileges 0
C: override_domain_limits 0
C: no_spamassassin 0
C: delete_spam 0
C: no_maildrop 0
C: system_admin_privileges 0
C: system_expert_privileges 0
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S: name joe
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password password
S: gidflags 4
S: .
C: mod_user joe@test.com
S: +OK 
C: quota 20MB
C: .
S: +OK 
C: get_lastauth joe@test.com
S: +OK+
S~ time [0-9]+
S~ ip .*
S: .
N:
S: +OK 
C: clogin joe@test.com password
S: +OK+
..
C: mod_user joe@test.com
S: +OK 
C: quota 20971520S
C: comment Joe
C: clear_text_password password
C: no_password_change 0
C: no_pop 0
C: no_webmail 0
C: delete_spam 1
C: domain_admin_privileges 0
C: .
S: +OK 
T
is 'what he may is done, the rest is not' \
    "$(vuserinfo -c joe@test.com) $(vuserinfo -q joe@test.com)" \
    'Joe 20971520S'

talk 'aliases' <<'T'
N: test@test.com test
C: delete_alias testalias@test.com
S~ -ERR .*
C: add_alias testalias@test.com a@example.com
S: +OK 
C: add_alias testalias@test.com b@example.com
S: +OK 
C: list_alias test.com
S: +OK+
S: testalias@test.com a@example.com
S: testalias@test.com b@example.com
S: .
C: list_alias testalias@test.com
S: +OK+
S: testalias@test.com a@example.com
S: testalias@test.com b@example.com
S: .
C: remove_alias testalias@test.com a@example.com
S: +OK 
C: list_alias testalias@test.com
S: +OK+
S: testalias@test.com b@example.com
S: .
C: delete_alias testalias@test.com
S: +OK 
T

talk 'a web mail changes the password and reads one line' <<'T'
N:
S: +OK 
C: slogin joe@test.com password
S: +OK 
C: mod_user joe@test.com
C: clear_text_password new password
C: .
S: +OK 
C: quit
X:
# It is gone, and the change may take its time.
!: for i in $(seq 300); do vverifypw joe@test.com 'new password' && exit 0; sleep 0.1; done; exit 1
N: joe@test.com new password
T

talk 'its plugin loads and saves the spam flags' <<'T'
N:
S: +OK 
C: login joe@test.com new password
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
S~ no_password_change .
S~ no_pop .
S~ no_webmail .
S~ no_imap .
S~ bounce_mail .
S~ no_relay .
S~ no_dialup .
S~ user_flag_0 .
S~ user_flag_1 .
S~ user_flag_2 .
S~ user_flag_3 .
S~ no_smtp .
S~ domain_admin_privileges .
S~ override_domain_limits .
S: no_spamassassin 0
S: delete_spam 1
S~ no_maildrop .
S~ system_admin_privileges .
S: .
N:
S: +OK 
C: slogin joe@test.com new password
S: +OK 
C: mod_user joe@test.com
C: no_spamassassin 1
C: delete_spam 0
C: .
C: quit
X:
!: for i in $(seq 300); do vuserinfo joe@test.com | grep -q spamassassin && exit 0; sleep 0.1; done; exit 1
N:
S: +OK 
C: clogin joe@test.com new password
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
S: gidflags 16388
S: .
T

talk 'SMTP servers end lines with LF CR and go' <<'T'
N:
S: +OK 
c: slogin joe@test.com new password\n\r
S: +OK 
c: quit\n\r
S: +OK 
N:
S: +OK 
c: slogin test@test.com test\n\r
S: +OK 
c: user_info joe@test.com\n\r
S: +OK+
S: name joe
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password new password
S~ gidflags .*
S: .
N:
S: +OK 
c: login joe@test.com new password\n\r
S: +OK+
T

# An answer is one write: they take what one read gives for the whole.
perl -e '
	use Socket;
	socketpair(my $us, my $server, AF_UNIX, SOCK_SEQPACKET, 0) or die;
	if (!fork) {
		open STDIN, "<&", $server; open STDOUT, ">&", $server;
		exec "vpopmaild";
	}
	close $server;
	for my $line ("", "clogin test\@test.com test\n\r") {
		syswrite $us, $line if $line;
		sysread $us, my $got, 65536;
		print $got;
	}' | tr -d '\r' >"$SITE/packets"
is 'greeting and login are one packet each' \
    "$(sed -n '1p;2p;$p' "$SITE/packets")" '+OK 
+OK+
.'
done_testing
