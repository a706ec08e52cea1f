#!/bin/sh
# vpopmaild: the verbs about accounts, mod_user above all.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/talk.sh"

pmd_site
vaddaliasdomain test.com alias.com

talk 'user_info' <<'T'
N: test@test.com test
C: user_info
S: -ERR 6.602 Email Address Required
C: user_info jo"e@test.com
S: -ERR 10.603 Invalid Email Address
C: user_info nobody@test.com
S: -ERR 12.605 User does not exist
C: user_info joe@nope.com
S: -ERR 12.605 User does not exist
C: USER_INFO Joe@ALIAS.com more words
S: +OK+
S: name joe
S: comment joe
S: quota NOQUOTA
S: user_dir %DIR%/joe
S~ encrypted_password \$1\$.*
S: clear_text_password joepw
S: gidflags 0
S: .
T

talk 'add_user' <<'T'
N: test@test.com test
C: add_user
S: -ERR 6.302 Email Address Required
C: add_user a"b@test.com x
S: -ERR 10.303 Invalid Email Address
C: add_user ann@test.com
S: -ERR 7.305 Password Required
C: add_user ann@test.com 
S: -ERR 7.305 Password Required
C: add_user Ann@test.com ann pass word
S: +OK 
C: add_user ann@test.com ann
S: -ERR 0.305 Username exists
C: add_user ann@nope.com ann
S: -ERR 0.305 Domain does not exist
C: add_user .ann@test.com ann
S: -ERR 0.305 Illegal username
C: user_info ann@test.com
S: +OK+
S: name ann
S: comment ann
S: quota NOQUOTA
S: user_dir %DIR%/ann
S~ encrypted_password .*
S: clear_text_password ann pass word
S: gidflags 0
S: .
N: ann@test.com ann pass word
T

talk 'user_count, list_users' <<'T'
N: qa@test.com qapw
C: user_count
S: -ERR 13.2602 Domain Required
C: user_count test.com
S: +OK+
S: count 5
S: .
C: user_count ALIAS.com
S: +OK+
S: count 5
S: .
C: list_users
S: -ERR 6.2702 Email Address Required
C: list_users test.com 2 2
S: +OK+
S: name postmaster
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S~ clear_text_password .*
S: gidflags 0
S:
S: name qa
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password qapw
S: gidflags 4096
S:
S: .
C: list_users test.com 4 2
S: +OK+
S: .
C: list_users test.com 3 2
S: +OK+
S: name test
..
N: test@test.com test
C: list_users nope.com
S: +OK+
S: .
C: user_count nope.com
S: +OK+
S: count 0
S: .
T
for page in '' '0 0' '1' 'x y' '-1 2' '1 -2'; do
	PAGE=$page
	export PAGE
	printf 'slogin qa@test.com qapw\nlist_users test.com %s\nquit\n' \
	    "$page" | vpopmaild >"$SITE/list"
	is "no page: '$page'" "$(grep -c '^name ' "$SITE/list")" 5
done

talk 'del_user' <<'T'
N: test@test.com test
C: del_user
S: -ERR 6.402 Email Address Required
C: del_user a"b@test.com
S: -ERR 10.403 Invalid Email Address
C: del_user nobody@test.com
S: -ERR 0.405 User does not exist
C: del_user joe@nope.com
S: -ERR 0.405 Domain does not exist
C: del_user ann@test.com
S: +OK 
C: user_info ann@test.com
S: -ERR 12.605 User does not exist
C: del_user postmaster@test2.com
S: +OK 
T

talk 'mod_user as observed' <<'T'
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: comment Joe Bloggs, Esq.
C: quota 20MB
C: no_pop 1
C: no_webmail=1
C: no_imap:1
C: no_smtp 2
C: bogus_key 1
C: user_flag_0 1
C: clear_text_password
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment Joe Bloggs, Esq.
S: quota 20971520S
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password joepw
S: gidflags 142
S: .
T
is 'the maildirsize follows' \
    "$(head -n 1 "$DIR/joe/Maildir/maildirsize")" 20971520S

talk 'its errors are single replies' <<'T'
N: test@test.com test
C: mod_user
S: -ERR 6.501 Email Address Required
C: mod_user a"b@test.com
S: -ERR 10.502 Invalid Email Address
C: mod_user nobody@test.com
S: -ERR 12.505 User does not exist
C: mod_user joe@nope.com
S: -ERR 12.505 User does not exist
C: comment x
S: -ERR 4.107 Invalid Command
N: qa@test.com qapw
C: mod_user other@test2.com
S: -ERR 11.503 Not Authorized for domain
N: joe@test.com joepw
C: mod_user qa@test.com
S: -ERR 11.504 Not Authorized for domain
C: mod_user joe@test2.com
S: -ERR 11.504 Not Authorized for domain
T

talk 'values: one separator, the rest as it is' <<'T'
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: comment = X
C: .foo
S: +OK 
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment = X
..
C: mod_user joe@test.com
S: +OK 
c:   :=no_pop 0\nno_imap   0\nno_webmail 0 \n.\n
S: +OK 
C: user_info joe@test.com
S: +OK+
S~ name .*
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S~ clear_text_password .*
S: gidflags 132
S: .
C: mod_user joe@test.com
S: +OK 
C: no_pop 1
C: clear_all_flags x
C: no_relay 1
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S~ name .*
S~ comment .*
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S~ clear_text_password .*
S: gidflags 32
S: .
T

talk 'quotas' <<'T'
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: quota 10M,5C
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S~ name .*
S~ comment .*
S: quota 10485760S,5C
..
C: mod_user joe@test.com
S: +OK 
C: quota a lot
C: .
S: -ERR 0.507 invalid quota
C: mod_user joe@test.com
S: +OK 
C: quota NOQUOTA
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S~ name .*
S~ comment .*
S: quota NOQUOTA
..
T

hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1' # secret
HASH=$hash
LONG=$(perl -e 'print "g" x 300')
export HASH LONG
talk 'all or nothing' <<'T'
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: no_dialup 1
C: comment %LONG%
C: .
S: -ERR 0.507 gecos too long (max=64)
C: mod_user joe@test.com
S: +OK 
C: no_dialup 1
C: comment has:colon
C: .
S: -ERR 0.507 bad character
C: mod_user joe@test.com
S: +OK 
c: no_dialup 1\ncomment a\x01b\n.\n
S: -ERR 0.507 bad character
C: mod_user joe@test.com
S: +OK 
C: no_dialup 1
C: encrypted_password $1$a$b:1:65536:joe:/home/x:NOQUOTA:x
C: .
S: -ERR 0.507 bad character
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment = X
S~ quota .*
S~ user_dir .*
S~ encrypted_password .*
S: clear_text_password joepw
S: gidflags 32
S: .
C: mod_user joe@test.com
S: +OK 
C: encrypted_password %HASH%
C: .
S: +OK 
N: joe@test.com secret
T

talk 'a plain user' <<'T'
N: joe@test.com secret
C: mod_user joe@alias.com
S: +OK 
C: comment Joe
C: quota 1M
C: encrypted_password $1$a$b:1:65536:joe:/home/x:NOQUOTA:x
C: clear_all_flags 1
C: no_pop 1
C: no_imap 1
C: user_flag_0 1
C: user_flag_2 1
C: no_spamassassin 1
C: domain_admin_privileges 1
C: override_domain_limits 1
C: system_admin_privileges 1
C: system_expert_privileges 1
C: .
S: +OK 
N: test@test.com test
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment Joe
S: quota NOQUOTA
S~ user_dir .*
S: encrypted_password %HASH%
S~ clear_text_password .*
S: gidflags 16928
S: .
T

talk 'passwords' <<'T'
N: joe@test.com secret
C: mod_user joe@test.com
S: +OK 
C: clear_text_password new one
C: .
S: +OK 
N: joe@test.com new one
N: test@test.com test
C: mod_user joe@test.com
S: +OK 
C: no_password_change 1
C: .
S: +OK 
N: joe@test.com new one
C: mod_user joe@test.com
S: +OK 
C: comment The same password again is no change
C: clear_text_password new one
C: .
S: +OK 
C: mod_user joe@test.com
S: +OK 
C: comment Another one
C: clear_text_password newer
C: .
S: -ERR 0.507 not allowed
N: qa@test.com qapw
C: user_info joe@test.com
S: +OK+
S: name joe
S: comment The same password again is no change
..
C: mod_user joe@test.com
S: +OK 
C: clear_text_password newest
C: .
S: +OK 
N: joe@test.com newest
T

printf '%s\n' '# rules' 'Policy = Use digits' 'Numeric >= 0.3' \
    >"$SITE/home/etc/password_strength.conf"
talk 'a password policy' <<'T'
N: qa@test.com qapw
C: add_user weak@test.com abcdef
S: -ERR 0.305 password requires more numbers 
C: mod_user joe@test.com
S: +OK 
C: clear_text_password abcdef
C: .
S: -ERR 0.507 password requires more numbers 
C: mod_user qa@test.com
S: +OK 
C: comment My old password is weak, and stays
C: clear_text_password qapw
C: .
S: +OK 
!: echo 'Length >= 9' >%SITE%/home/etc/password_strength.conf
C: add_user weak@test.com abcd1234
S: -ERR 0.305 password requires more characters 
!: rm %SITE%/home/etc/password_strength.conf
C: add_user weak@test.com abcd
S: +OK 
C: del_user weak@test.com
S: +OK 
T

vmoduser -o qa@test.com
talk 'an administrator with override' <<'T'
N: qa@test.com qapw
C: mod_user joe@test.com
S: +OK 
C: quota 2M
C: no_relay 0
C: no_password_change 0
C: no_pop 1
C: domain_admin_privileges 1
C: system_admin_privileges 1
C: override_domain_limits 1
C: .
S: +OK 
C: user_info joe@test.com
S: +OK+
S~ name .*
S~ comment .*
S: quota 2097152S
S~ user_dir .*
S~ encrypted_password .*
S~ clear_text_password .*
S: gidflags 20994
S: .
T

talk 'who administers the system is not his' <<'T'
N: qa@test.com qapw
C: mod_user test@test.com
S: -ERR 11.503 Not Authorized for domain
C: del_user test@test.com
S: -ERR 9.404 Not Authorized
C: user_info test@test.com
S: +OK+
S: name test
S~ comment .*
S~ quota .*
S~ user_dir .*
S: encrypted_password 
S: clear_text_password 
S: gidflags 65536
S: .
T

mkdir -p "$DIR/joe/Maildir/cur" "$DIR/joe/Maildir/.Sent/cur"
printf 12345 >"$DIR/joe/Maildir/new/1.a"
printf 1234567890 >"$DIR/joe/Maildir/cur/2.b,S=1000:2,S"
chown -R "$SITE_UID:$SITE_GID" "$DIR/joe" 2>/dev/null
talk 'sizes' <<'T'
N: qa@test.com qapw
C: get_user_size
S: -ERR 3802 email_address required
C: get_user_size a"b@test.com
S: -ERR 3803 invalid email address
C: get_user_size other@test2.com
S: -ERR 3804 not authorized for domain
C: get_user_size nobody@test.com
S: -ERR 3805 user does not exist
C: get_user_size qa@test.com
S: +OK+
S: size 0
S: count 0
S: .
C: get_domain_size
S: -ERR 3902 domain required
C: get_domain_size test2.com
S: -ERR 3903 not authorized for domain
C: mod_user joe@test.com
S: +OK 
C: quota NOQUOTA
C: .
S: +OK 
C: get_user_size joe@test.com
S: +OK+
S: size 1005
S: count 2
S: .
C: get_domain_size test.com
S: +OK+
S: user joe@test.com
S: size 1005
S: count 2
S: user postmaster@test.com
S: size 0
S: count 0
S: user qa@test.com
S: size 0
S: count 0
S: user test@test.com
S: size 0
S: count 0
S: domain test.com
S: size 1005
S: count 2
S: .
N: test@test.com test
C: get_domain_size nope.com
S: +OK+
S: domain nope.com
S: size 0
S: count 0
S: .
N: other@test2.com otherpw
C: get_user_size other@test2.com
S: -ERR 3801 not authorized
T

perl -e 'utime 1000000000, 1000000000, @ARGV' "$DIR/qa/lastauth"
echo 192.0.2.7 >"$DIR/joe/lastauth"
perl -e 'utime 1100000000, 1100000000, @ARGV' "$DIR/joe/lastauth"
talk 'get_lastauth' <<'T'
N: qa@test.com qapw
C: get_lastauth
S: -ERR 6.3702 Email Address Required
C: get_lastauth a"b@test.com
S: -ERR 10.3703 Invalid Email Address
C: get_lastauth other@test2.com
S: -ERR 11.3704 Not Authorized for domain
C: get_lastauth nobody@test.com
S: -ERR 12.3705 User does not exist
C: get_lastauth joe@test.com
S: +OK+
S: time 1100000000
S: ip 192.0.2.7
S: .
C: get_lastauth qa@test.com
S: +OK+
S: time 1000000000
S: ip 0.0.0.0
S: .
N: other@test2.com otherpw
C: get_lastauth other@test2.com
S: -ERR 9.3701 Not Authorized
T
with 'auth_logging = no'
talk 'without logging' <<'T'
N: qa@test.com qapw
C: get_lastauth joe@test.com
S: +OK+
S: time 0
S: ip 0.0.0.0
S: .
T

{
	printf 'slogin qa@test.com qapw\r\nmod_user joe@test.com\r\n'
	perl -e 'print "no_pop 0 ", "x" x 100000, "\r\n" for 1 .. 50;
	    print ".\r\n"'
	printf 'user_count test.com\r\nquit\r\n'
} | vpopmaild | tr -d '\r' >"$SITE/list"
is_file 'too large a block' "$SITE/list" '+OK 
+OK 
+OK 
-ERR 0.507 File too large
+OK+
count 4
.
+OK '
is 'vdoctor finds nothing' "$(vdoctor)" ''
done_testing
