#!/bin/sh
# vpopmaild: which verbs are there for whom, help, and where secrets go.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/talk.sh"

pmd_site
vadduser over@test.com overpw && vmoduser -a -o over@test.com

talk 'help of an administrator of the system' <<'T'
N: test@test.com test
C: help
S: +OK+
S:
S: Domain
S: user_info user_domain<crlf>
S: list_domains [page per_page]<crlf>
S: find_domain domain [per-page]<crlf>
S: domain_count <crlf>
S: add_alias_domain domain alias<crlf>
S: add_domain domain postmaster-password<crlf>
S: del_domain domain<crlf>
S: dom_info domain<crlf>
S: get_limits domain<crlf>
S: set_limits domain (option lines)<crlf>.<crlf>
S: del_limits domain<crlf>
S: get_domain_size domain<crlf>
S:
S: User
S: add_user user@domain password<crlf>
S: del_user user@domain<crlf>
S: user_count domain <crlf>
S: list_users domain [page per_page]<crlf>
S: list_users domain<crlf>
S: list_lists domain<crlf>
S: mod_user user@domain (option lines)<crlf>.<crlf>
S: get_lastauth user@domain<crlf>
S: get_user_size user@domain<crlf>
S:
S: Alias
S: add_alias user@domain user@otherdomain<crlf>
S: delete_alias user@domain<crlf>
S: list_alias domain<crlf>
S: remove_alias user@domain user@otherdomain<crlf>
S:
S: File System
S: mk_dir /full/path/to/dir<crlf>
S: rm_dir /full/path/to/dir<crlf>
S: list_dir /full/path/to/dir<crlf>
S: rm_file /full/path/to/file<crlf>
S: rename_file /full/path/to/file<crlf>
S: write_file /full/path (data lines)<crlf>.<crlf>
S: read_file /full/path<crlf>
S: stat_file /full/path<crlf>
S:
S: IP Map
S: get_ip_map domain<crlf>
S: add_ip_map ip domain<crlf>
S: del_ip_map ip domain<crlf>
S: show_ip_map domain<crlf>
S:
S: Mailing List
S: add_list domain listname (command line options)<crlf>
S: del_list domain listname<crlf>
S: mod_list domain listname (command line options)<crlf>
S:
S: Utility
S: exit quit
S: quit quit
S: q quit
S: help help
S: .
T
talk 'help of an administrator of a domain' <<'T'
N: qa@test.com qapw
C: help
S: +OK+
S:
S: Domain
S: user_info user_domain<crlf>
S: get_limits domain<crlf>
S: get_domain_size domain<crlf>
S:
S: User
S: add_user user@domain password<crlf>
S: del_user user@domain<crlf>
S: user_count domain <crlf>
S: list_users domain [page per_page]<crlf>
S: list_users domain<crlf>
S: list_lists domain<crlf>
S: mod_user user@domain (option lines)<crlf>.<crlf>
..
T
talk 'help of a user' <<'T'
N: joe@test.com joepw
C: help
S: +OK+
S:
S: User
S: mod_user user@domain (option lines)<crlf>.<crlf>
S: get_lastauth user@domain<crlf>
S: get_user_size user@domain<crlf>
S:
S: File System
S: mk_dir /full/path/to/dir<crlf>
S: rm_dir /full/path/to/dir<crlf>
S: list_dir /full/path/to/dir<crlf>
S: rm_file /full/path/to/file<crlf>
S: rename_file /full/path/to/file<crlf>
S: write_file /full/path (data lines)<crlf>.<crlf>
S: read_file /full/path<crlf>
S: stat_file /full/path<crlf>
S:
S: IP Map
S: get_ip_map domain<crlf>
S:
S: Utility
S: exit quit
S: quit quit
S: q quit
S: help help
S: .
T

# Verbs that are not there for somebody.
refused() { # address, password, verbs
	verbs=$3
	{
		echo "slogin $1 $2"
		for verb in $verbs; do
			echo "$verb test.com x x"
		done
		echo quit
	} | vpopmaild | tr -d '\r' >"$SITE/refused"
	is "not for $1" "$(cat "$SITE/refused")" "+OK 
+OK 
$(for verb in $verbs; do echo '-ERR 4.107 Invalid Command'; done)
+OK "
}
system='list_domains find_domain domain_count add_alias_domain add_domain
    del_domain dom_info set_limits del_limits add_ip_map del_ip_map
    show_ip_map'
none='get_lastauthip add_lastauth dom_count stat logout login clogin slogin
    peerlogin mod_list2 xyzzy'
domain='user_info get_limits get_domain_size add_user del_user user_count
    list_users list_lists add_alias delete_alias list_alias remove_alias
    add_list del_list mod_list'
refused test@test.com test "$none"
refused qa@test.com qapw "$system $none"
refused over@test.com overpw "$system"
refused joe@test.com joepw "$system $domain $none"

talk 'what looks as if it were there' <<'T'
N: qa@test.com qapw
C: get_limits test.com
S: -ERR 9.3401 Not Authorized
C: get_ip_map 192.0.2.1
S: -ERR 9.3001 Not Authorized
N: joe@test.com joepw
C: get_ip_map 192.0.2.1
S: -ERR 9.3001 Not Authorized
C: get_lastauth joe@test.com
S: -ERR 9.3701 Not Authorized
C: get_user_size joe@test.com
S: -ERR 3801 not authorized
T

talk 'a domain is not another one' <<'T'
N: qa@test.com qapw
C: user_info other@test2.com
S: -ERR 11.604 Not Authorized for domain
C: user_info nobody@nowhere.com
S: -ERR 11.604 Not Authorized for domain
C: add_user new@test2.com x
S: -ERR 11.304 Not Authorized for domain
C: del_user other@test2.com
S: -ERR 9.404 Not Authorized
C: list_users test2.com
S: -ERR 11.2703 Not Authorized for domain
C: user_count test2.com
S: -ERR 11.2603 Not Authorized for domain
C: user_count TEST.com
S: +OK+
S: count 5
S: .
C: user_info JOE@Test.Com
S: +OK+
S: name joe
..
T

# Whatever a session asks for that is not its own, no secret comes.
hash=$(vuserinfo -p test@test.com)
not_ok 'there is a hash' test -z "$hash"
{
	echo 'slogin qa@test.com qapw'
	for verb in user_info list_users list_alias list_dir read_file \
	    stat_file get_lastauth get_user_size get_domain_size; do
		for argument in test.com test@test.com test.com/ \
		    test.com/vpasswd test.com/vpasswd.cdb test.com/test/ \
		    test@test.com/Maildir/ test2.com other@test2.com \
		    "$SITE/home/etc/vpopmail.conf" "$SITE/home/var/"; do
			echo "$verb $argument"
		done
	done
	echo quit
} | vpopmaild >"$SITE/asked"
not_ok 'not the hash of who may do more' grep -qF "$hash" "$SITE/asked"
not_ok 'nor the password' grep -q '^clear_text_password test' "$SITE/asked"
not_ok 'nor of another domain' grep -q otherpw "$SITE/asked"
ok 'but those of the own domain' grep -q '^clear_text_password joepw' \
    "$SITE/asked"
{
	echo 'slogin joe@test.com joepw'
	for verb in user_info list_users mod_user list_dir read_file; do
		for argument in qa@test.com qa@test.com/ test.com/vpasswd \
		    joe@test.com "$SITE/home/domains/test.com/vpasswd"; do
			echo "$verb $argument"
			[ "$verb" != mod_user ] || echo .
		done
	done
	echo quit
} | vpopmaild >"$SITE/asked"
not_ok 'a user sees nothing' grep -q '_password' "$SITE/asked"
not_ok 'of anybody' grep -q 'qapw\|\$1\$' "$SITE/asked"
printf '%s\n' 'slogin joe@test.com joepw' 'mod_user joe@test.com' \
    'clear_text_password s3cretword' . quit |
    TCPREMOTEIP=192.0.2.9 vpopmaild >/dev/null
not_ok 'nor is there one in the journal' grep -rqa s3cretword "$SITE/home/var" \
    "$SITE/home/etc"
is 'but who made it' "$(sqlite3 "$SITE/home/var/journal.sqlite" \
    'select actor || " " || origin from change order by id desc limit 1' 2>&1)" 'joe@test.com vpopmaild 192.0.2.9'

# A session may do what its account may now.
vadduser ann@test.com annpw && vmoduser -S ann@test.com
vadduser bob@test.com bobpw
vadduser cid@test.com cidpw
vadddomain --no-password other.com && vadduser dot@other.com dotpw &&
    vmoduser -a dot@other.com
talk 'rights follow the account' <<'T'
N: ann@test.com annpw
C: domain_count
S: +OK+
..
!: vmoduser -x ann@test.com && vmoduser -a ann@test.com
C: domain_count
S: -ERR 4.107 Invalid Command
C: mod_user bob@test.com
S: +OK 
!: vmoduser -x ann@test.com
C: comment too late
C: .
S: -ERR 9.107 Not Authorized
C: user_info bob@test.com
S: -ERR 4.107 Invalid Command
C: list_dir test.com/
S: -ERR 26.1512 Unauthorized Directory.
C: list_dir ann@test.com/Maildir
S: +OK+
..
C: write_file ann@test.com/.qmail
C: |/bin/true
C: .
S: -ERR 0.2002 Operation not permitted
!: vmoduser -S ann@test.com
C: mod_user ann@test.com
S: +OK 
C: system_admin_privileges 0
C: .
S: +OK 
c: domain_count\r\nquit\r\n
S: -ERR 4.107 Invalid Command
S: +OK 
T
is 'nothing was changed by who may not any more' \
    "$(vuserinfo -c bob@test.com)" bob
talk 'a session ends with its account' <<'T'
N: bob@test.com bobpw
C: list_dir bob@test.com/Maildir
S: +OK+
..
!: vmoduser -e '!' bob@test.com
C:
C: list_dir bob@test.com/Maildir
S: -ERR 9.107 Not Authorized
E: 0
N: cid@test.com cidpw
C: mod_user cid@test.com
S: +OK 
!: vdeluser cid@test.com
C: comment x
C: .
S: -ERR 9.107 Not Authorized
E: 0
N: dot@other.com dotpw
!: vdeldomain other.com && vaddaliasdomain test2.com other.com && vadduser dot@test2.com dotpw
C: list_users other.com
S: -ERR 9.107 Not Authorized
E: 0
T
done_testing
