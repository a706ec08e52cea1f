#!/bin/sh
# vpopmaild: domains, limits, the IP map, aliases, mailing lists.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/talk.sh"

pmd_site

talk 'add_domain' <<'T'
N: test@test.com test
C: add_domain
S: -ERR 13.802 Domain Required
C: add_domain new.com
S: -ERR 7.803 Password Required
C: add_domain new.com post pw
S: +OK 
C: add_domain new.com x1
S: -ERR 0.804 Domain already exists
C: add_domain bad_name x1
S: -ERR 0.804 Invalid domain name
C: user_info postmaster@new.com
S: +OK+
S: name postmaster
S~ comment .*
S: quota NOQUOTA
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password post pw
S: gidflags 0
S: .
N: postmaster@new.com post pw
T
printf '%s\n' 'Policy = Use digits' 'Numeric >= 0.3' \
    >"$SITE/home/etc/password_strength.conf"
talk 'with a weak password' <<'T'
N: test@test.com test
C: add_domain weak.com abcdef
S: -ERR 0.805 password requires more numbers 
C: dom_info weak.com
S: -ERR 0.1404 Domain does not exist
T
rm "$SITE/home/etc/password_strength.conf"

talk 'add_alias_domain' <<'T'
N: test@test.com test
C: add_alias_domain
S: -ERR 13.1202 Domain Required
C: add_alias_domain test.com
S: -ERR 14.1203 Alias Name Required
C: add_alias_domain test.com alias.com
S: +OK 
C: add_alias_domain test.com alias.com
S: -ERR 0.1204 Domain already exists
C: add_alias_domain nope.com test.com
S: -ERR 0.1204 Domain does not exist
C: add_alias_domain nope.com more.com
S: -ERR 0.1204 Domain does not exist
T

talk 'dom_info' <<'T'
N: test@test.com test
C: dom_info
S: -ERR 13.1402 Domain Required
C: dom_info nope.com
S: -ERR 0.1404 Domain does not exist
C: dom_info alias.com
S: +OK+
S: domain test.com
S: path %DIR%
S: uid %SITE_UID%
S: gid %SITE_GID%
S: alias alias.com
S: .
C: dom_info test2.com
S: +OK+
S: domain test2.com
S: path %SITE%/home/domains/test2.com
S: uid %SITE_UID%
S: gid %SITE_GID%
S: .
T

# The order is that of users/assign.
list=$(sed -n 's/^+\([^:]*\)-:\([^:]*\):.*/\2 \1/p' "$SITE/qmail/users/assign")
for i in 1 2 3 4; do
	eval "D$i=\$(printf '%s\n' \"\$list\" | sed -n ${i}p); N$i=\${D$i#* }"
done
export D1 D2 D3 D4 N1 N2 N3 N4
# Names are filled in by words: digits are no part of talk's names.
DA=$D1 DB=$D2 DC=$D3 DD=$D4 NA=$N1 NC=$N3
export DA DB DC DD NA NC
talk 'list_domains, domain_count, find_domain' <<'T'
N: test@test.com test
C: list_domains
S: +OK+
S: %DA%
S: %DB%
S: %DC%
S: %DD%
S: .
C: list_domains 0 0
S: +OK+
S: %DA%
..
C: list_domains 2 3
S: +OK+
S: %DD%
S: .
C: list_domains 3 3
S: +OK+
S: .
C: domain_count
S: +OK+
S: count 4
S: .
C: find_domain
S: -ERR 13.2402 Domain Required
C: find_domain %NC% 2
S: +OK+
S: page 2
S: .
C: find_domain %NC%
S: +OK+
S: page 3
S: .
C: find_domain %NA% 0
S: +OK+
S: page 1
S: .
C: find_domain %NA% -1
S: +OK+
S: page 1
S: .
C: find_domain Test.com
S: +OK+
S: .
C: find_domain nope.com 5
S: +OK+
S: .
T

talk 'del_domain' <<'T'
N: test@test.com test
C: del_domain
S: -ERR 13.1302 Domain Required
C: del_domain nope.com
S: -ERR 0.1303 Domain does not exist
C: del_domain alias.com
S: +OK 
C: dom_info test.com
S: +OK+
S: domain test.com
S~ path .*
S~ uid .*
S~ gid .*
S: .
C: del_domain new.com
S: +OK 
C: dom_info new.com
S: -ERR 0.1404 Domain does not exist
T
not_ok 'its folder is gone' test -e "$SITE/home/domains/new.com"

# Without the right to change qmail's files nothing is deleted.
mv "$SITE/qmail/control/rcpthosts" "$SITE/qmail/control/rcpthosts.saved"
mkdir "$SITE/qmail/control/rcpthosts"
talk 'qmail'"'"'s files cannot be changed' <<'T'
N: test@test.com test
C: del_domain test2.com
S~ -ERR 0\.1303 .*
C: user_info other@test2.com
S: +OK+
S: name other
..
T
rmdir "$SITE/qmail/control/rcpthosts"
mv "$SITE/qmail/control/rcpthosts.saved" "$SITE/qmail/control/rcpthosts"

talk 'get_limits, set_limits, del_limits' <<'T'
N: test@test.com test
C: get_limits
S: -ERR 13.3402 Domain Required
C: get_limits nope.com
S: -ERR 34.3403 Could not get limits
C: set_limits
S: -ERR 13.3502 Domain Required
C: set_limits nope.com
S: -ERR 34.3505 Could not get limits
C: del_limits
S: -ERR 13.3602 Domain Required
C: del_limits nope.com
S: -ERR 0.3603 No such file or directory.
C: del_limits test.com
S: +OK 
C: set_limits test.com
S: +OK 
C: max_popaccounts 10
C: max_aliases = 5
C: max_forwards:6
C: disk_quota 3000000000
C: max_msgcount 18446744073709551615
C: default_quota 1000
C: disable_pop 1
C: disable_imap 7
C: delete_spam 1
C: delete_spam 0
C: perm_account 3
C: perm_alias 15
C: perm_maillist 1
C: perm_maillist_users 2
C: perm_maillist_moderators 4
C: perm_quota 7
C: nonsense 1
C: max_mailinglists
C: max_autoresponders many
C:
C: .
S: +OK 
C: get_limits test.com
S: +OK+
S: max_popaccounts 10
S: max_aliases 5
S: max_forwards 6
S: max_autoresponders -1
S: max_mailinglists -1
S: disk_quota 3000000000
S: max_msgcount 0
S: default_quota 1000
S: default_maxmsgcount 0
S: disable_pop 1
S: disable_imap 1
S: disable_dialup 0
S: disable_password_changing 0
S: disable_webmail 0
S: disable_external_relay 0
S: disable_smtp 0
S: disable_spamassassin 0
S: delete_spam 0
S: disable_maildrop 0
S: perm_account 3
S: perm_alias 7
S: perm_forward 0
S: perm_autoresponder 0
S: perm_maillist 273
S: perm_quota 7
S: perm_defaultquota 0
S: perm_defaultquota 0
S: .
C: set_limits test.com
S: +OK 
C: perm_maillist 8
C: perm_defaultquota 2
C: .
S: +OK 
C: get_limits test.com
S: +OK+
S: max_popaccounts 10
S: max_aliases 5
S~ .*
S~ .*
S~ .*
S: disk_quota 3000000000
S~ .*
S~ .*
S~ .*
S: disable_pop 1
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S~ .*
S: perm_maillist 8
S: perm_quota 7
S: perm_defaultquota 2
S: perm_defaultquota 2
S: .
C: set_limits test.com
S: +OK 
C: perm_quota 273
C: .
S: +OK 
C: del_limits test.com
S: +OK 
C: get_limits test.com
S: +OK+
S: max_popaccounts -1
..
T

talk 'the packing of older servers' <<'T'
N: test@test.com test
C: set_limits test2.com
S: +OK 
C: perm_maillist 1
C: perm_quota 274
C: .
S: +OK 
T
is 'is understood' "$(printf '%s\n' 'slogin test@test.com test' \
    'get_limits test2.com' quit | vpopmaild | tr -d '\r' |
    grep -E '^perm_(maillist|quota)')" 'perm_maillist 273
perm_quota 2'

talk 'the IP map' <<'T'
N: test@test.com test
C: get_ip_map
S: -ERR 37.3002 IP Required
C: get_ip_map 192.0.2.1
S: -ERR 0.3003 error
C: add_ip_map
S: -ERR 32.3102 IP Required
C: add_ip_map 192.0.2.1
S: -ERR 13.3103 Domain Required
C: add_ip_map 192.0.2.1 nope.com
S: -ERR 38.3104 Invalid Domain
C: add_ip_map nonsense test.com
S: -ERR 0.3105 error
C: add_ip_map 192.0.2.1 test.com
S: +OK 
C: add_ip_map 192.0.2.2 test2.com
S: +OK 
C: show_ip_map
S: +OK+
S: 192.0.2.1 test.com
S: 192.0.2.2 test2.com
S: .
C: get_ip_map 192.0.2.2
S: +OK+
S: 192.0.2.2 test2.com
S: .
C: del_ip_map
S: -ERR 37.3202 IP Required
C: del_ip_map 192.0.2.1
S: -ERR 13.3203 Domain Required
C: del_ip_map 192.0.2.1 test.com
S: +OK 
C: del_ip_map 192.0.2.1 test.com
S: +OK 
C: get_ip_map 192.0.2.1
S: -ERR 0.3003 error
T

talk 'add_alias, list_alias' <<'T'
N: qa@test.com qapw
C: add_alias
S: -ERR 14.902 Alias Name Required
C: add_alias a"b@test.com x@y.z
S: -ERR 15.903 Invalid Alias Name Supplied
C: add_alias info@test2.com x@y.z
S: -ERR 11.904 Not Authorized for domain
C: add_alias info@test.com
S: -ERR 16.906 Alias Line Required
C: add_alias info@test.com joe@test.com
S: +OK 
C: add_alias info@test.com &jane@example.org
S: +OK 
C: add_alias info@test.com joe@test.com.au
S: +OK 
C: add_alias info@test.com joe@test.com
S: +OK 
C: add_alias First.Last@TEST.com test@test.com and more
S: +OK 
C: add_alias prog@test.com |/bin/true
S: -ERR 17.907 Alias Insertion Failed
C: add_alias prog@test.com %DIR%/vpasswd
S: -ERR 17.907 Alias Insertion Failed
C: add_alias prog@test.com %SITE%/home/domains/test2.com/other/Maildir/
S: -ERR 17.907 Alias Insertion Failed
C: add_alias prog@test.com %DIR%/joe/Maildir/
S: +OK 
C: delete_alias prog@test.com
S: +OK 
C: list_alias
S: -ERR 13.2802 Domain Required
C: list_alias test.com
S: +OK+
S: first.last@test.com test@test.com
S: info@test.com joe@test.com
S: info@test.com &jane@example.org
S: info@test.com joe@test.com.au
S: .
C: list_alias info@test.com
S: +OK+
S: info@test.com joe@test.com
S: info@test.com &jane@example.org
S: info@test.com joe@test.com.au
S: .
C: list_alias none@test.com
S: +OK+
S: .
C: list_alias a"b@test.com
S: -ERR 10.2803 Invalid Email Address
C: list_alias test2.com
S: -ERR 11.2804 Not Authorized for domain
C: list_alias x@test2.com
S: -ERR 11.2804 Not Authorized for domain
N: test@test.com test
C: add_alias x@nope.com y@z.a
S: -ERR 17.907 Alias Insertion Failed
C: add_alias prog@test2.com |/bin/true
S: +OK 
C: list_alias nope.com
S: +OK+
S: .
C: list_alias x@nope.com
S: +OK+
S: .
T

talk 'remove_alias takes whole lines' <<'T'
N: qa@test.com qapw
C: remove_alias
S: -ERR 14.1002 Alias Name Required
C: remove_alias a"b@test.com x
S: -ERR 15.1003 Invalid Alias Name Supplied
C: remove_alias info@test2.com x
S: -ERR 11.1004 Not Authorized for domain
C: remove_alias info@test.com
S: -ERR 16.1006 Alias Line Required
C: remove_alias none@test.com x
S: -ERR 18.1007 Alias Removal Failed
C: remove_alias info@test.com joe
S: +OK 
C: remove_alias info@test.com joe@test.com
S: +OK 
C: remove_alias info@test.com jane@example.org
S: +OK 
C: list_alias info@test.com
S: +OK+
S: info@test.com joe@test.com.au
S: .
C: remove_alias info@test.com &joe@test.com.au
S: +OK 
C: list_alias info@test.com
S: +OK+
S: .
T

talk 'delete_alias' <<'T'
N: qa@test.com qapw
C: delete_alias
S: -ERR 14.1102 Alias Name Required
C: delete_alias a"b@test.com
S: -ERR 15.1103 Invalid Alias Name Supplied
C: delete_alias info@test2.com
S: -ERR 11.1104 Not Authorized for domain
C: delete_alias none@test.com
S: -ERR 19.1106 Alias Deletion Failed
C: delete_alias first.last@test.com
S: +OK 
C: list_alias test.com
S: +OK+
S: .
T

printf '%s\r\n' '&joe@test.com' >"$DIR/.qmail-crlf"
: >"$DIR/.qmail-blank"
mkdir "$DIR/.qmail-folder"
printf '%s\n' '&qa@test.com' >"$DIR/.qmail-last"
printf '%s\n' "|/usr/bin/ezmlm-reject '$DIR/my'" >"$DIR/.qmail-my:list"
: >"$DIR/.qmail-my:lisu"
printf '%s\n' "|/usr/bin/ezmlm-reject '$DIR/a'" >"$DIR/.qmail-Another"
chown -R "$SITE_UID:$SITE_GID" "$DIR" 2>/dev/null
talk 'files that are no aliases, and CR' <<'T'
N: qa@test.com qapw
C: list_alias crlf@test.com
S: +OK+
S: crlf@test.com &joe@test.com
S: .
C: list_alias test.com
S: +OK+
S~ Another@test.com .*
S: crlf@test.com &joe@test.com
S: last@test.com &qa@test.com
S~ my.list@test.com .*
S: .
T
talk 'list_lists' <<'T'
N: qa@test.com qapw
C: list_lists
S: -ERR 6.2902 Email Address Required
C: list_lists test2.com
S: -ERR 11.2903 Not Authorized for domain
C: list_lists test.com
S: +OK+
S: .qmail-Another
S: .qmail-my:list
S: .
C: list_lists test.com 2 1
S: +OK+
S: .qmail-my:list
S: .
N: test@test.com test
C: list_lists nope.com
S: -ERR 11.2904 Not Authorized for domain
C: list_lists test2.com
S: +OK+
S: .
C: add_list test.com x
S: -ERR 36.4001 Not Implemented yet
C: del_list
S: -ERR 36.4101 Not Implemented yet
C: mod_list
S: -ERR 36.4201 Not Implemented yet
T

with 'ip_alias_domains = no'
talk 'a site without an IP map' <<'T'
N: test@test.com test
C: get_ip_map 192.0.2.1
S: -ERR 33.3004 Not Available
C: add_ip_map 192.0.2.1 test.com
S: -ERR 33.3106 Not Available
C: del_ip_map 192.0.2.1 test.com
S: -ERR 33.3205 Not Available
C: show_ip_map
S: -ERR 33.3302 Not Available
T

talk 'users/assign cannot be read' <<'T'
N: test@test.com test
!: mv %SITE%/qmail/users/cdb %SITE%/qmail/users/savedcdb
!: mv %SITE%/qmail/users/assign %SITE%/qmail/users/saved
C: list_domains
S: -ERR 31.2302 Could not open assign file
C: find_domain test.com
S: -ERR 31.2403 Could not open assign file
C: domain_count
S: -ERR 31.2502 Could not open assign file
!: mkdir %SITE%/qmail/users/assign %SITE%/qmail/users/cdb
C: dom_info test.com
S: -ERR 0.1403 can't read users/assign file
C: user_info joe@test.com
S: -ERR 0.605 can't read users/assign file
C: list_users test.com
S: -ERR 0.2704 can't read users/assign file
C: user_count test.com
S: -ERR 0.2604 can't read users/assign file
C: mod_user joe@test.com
S: -ERR 0.505 can't read users/assign file
C: read_file joe@test.com/x
S: -ERR 0.1506 can't read users/assign file
N:
S: +OK 
C: slogin test@test.com test
S: -ERR 1.101 Can't open authentication database
!: rmdir %SITE%/qmail/users/assign %SITE%/qmail/users/cdb
!: mv %SITE%/qmail/users/saved %SITE%/qmail/users/assign
!: mv %SITE%/qmail/users/savedcdb %SITE%/qmail/users/cdb
C: slogin test@test.com test
S: +OK 
T
done_testing
