#!/bin/sh
# A site written by vpopmail 5.6 with clear passwords, worked on in place.
# What we write is read back by readsite.pl, which shares no code with us.
. "${srcdir:-.}/tests/lib/lib.sh"
# shellcheck source=tests/lib/site56.sh
. "${srcdir:-.}/tests/lib/site56.sh"

site_make
read_site() {
	perl "$srcdir/tests/lib/readsite.pl" "$@"
}

site56_files site-5.6-cdb.tar.gz
ex=$SITE/home/domains/example.com

vdoctor --repair >"$SITE/doctor.out" 2>&1
is 'vdoctor --repair leaves nothing' "$(vdoctor)" ''
is 'every domain and alias domain is listed' \
    "$(vdominfo -n | grep -c .)" 65
is 'alias domains are told' "$(vdominfo -n | grep -c 'alias of example.com')" 2
is 'every account of the large domain is listed' \
    "$(vuserinfo -n -D example.com | wc -l)" 233
is 'in the order of the file' "$(vuserinfo -n -D example.com)" \
    "$(cut -d: -f1 "$ex/vpasswd")"
total=$(vdominfo -n | grep -v alias | grep . | while read -r d; do
	vuserinfo -n -D "$d"
done | wc -l)
is 'every account of the site is listed' "$total" \
    "$(find "$SITE/home/domains" -name vpasswd -exec cat {} + | wc -l)"

login() { # address, password [port]
	printf '%s\0%s\0\0' "$1" "$2" >"$SITE/login"
	TCPLOCALPORT=${3:-25} TCPREMOTEIP=192.0.2.9 vchkpw /bin/true \
	    3<"$SITE/login"
}
for account in 'postmaster@example.com Postmaster-1' \
    'postmaster@example.net Postmaster-2' \
    'postmaster@mail.example.org Postmaster-3 110' \
    'postmaster@dom1.example Secret-1' 'postmaster@dom60.example Secret-60' \
    'user1@example.com Pass-word-1' 'user150@example.com Pass-word-150' \
    'user230@example.com Pass-word-230' 'user9@example.com Changed-pass-9' \
    'user11@example.com newclear' 'ann.o.nym@example.com Tr1cky.Pass' \
    'plus+tag@example.com An0ther-Pass' \
    'user1@alias-one.example Pass-word-1' \
    'catchall@example.net Catch-all-1' 'catchall%example.net Catch-all-1'; do
	# shellcheck disable=SC2086
	ok "login of $account" login $account
done
for n in 7 100; do
	login "user$n@example.com" "Pass-word-$n"
	is "user$n was deleted" $? 3
done
login postmaster@mail.example.org Postmaster-3 25
is 'SMTP is closed for another domain' $? 1
login user1@example.com wrong
is 'a wrong password' $? 3
login user1@example.com Pass-word-1 110
is 'POP is closed for the domain' $? 1
login user12@example.com Pass-word-12 143
is 'IMAP too' $? 1
printf 'user1@example.com\0%s\0%s\0' \
    "$(printf '<x@y>Pass-word-1' | md5sum | cut -d' ' -f1)" '<x@y>' \
    >"$SITE/login"
ok 'APOP with the stored clear password' env TCPLOCALPORT=110 \
    TCPREMOTEIP=192.0.2.9 sh -c 'vmoduser -o user1@example.com &&
	exec vchkpw /bin/true 3<"$1"' sh "$SITE/login"

as=
if [ "$(id -u)" = 0 ]; then
	as="setpriv --reuid=$SITE_UID --regid=$SITE_GID --clear-groups"
fi
deliver() { # ext, host
	dir=$(vdominfo -d "$2" | head -n 1)
	printf 'From: a@sender.test\nSubject: x\n\nbody\n' >"$SITE/message"
	(
		cd "$dir" && EXT=$1 HOST=$2 SENDER=a@sender.test \
		    RPLINE='Return-Path: <a@sender.test>
' DTLINE="Delivered-To: $2-$1@$2
" $as vdelivermail '' bounce-no-mailbox <"$SITE/message"
	)
}
chmod 755 "$SITE"
ok 'delivery to a hashed directory' deliver ann.o.nym example.com
is 'arrived' "$(find "$ex/1/ann.o.nym/Maildir/new" -type f | wc -l)" 1
ok 'delivery by the alias domain' deliver user2 alias-two.example
is 'arrived' "$(find "$ex/user2/Maildir/new" -type f | wc -l)" 1
deliver nobody-here example.com >"$SITE/out"
is 'an unknown user bounces' "$?" 100
is 'with the known text' "$(cat "$SITE/out")" \
    'Sorry, no mailbox here by that name. (#5.1.1)'

before=$(grep -v '^user1:' "$ex/vpasswd")
ok 'add' vadduser -c 'New One' newone@example.com New-pass-1
ok 'change' vmoduser -c 'Changed Name' user20@example.com
ok 'password' vpasswd user21@example.com Other-pass-21
ok 'quota' vsetuserquota user22@example.com 10M
ok 'delete' vdeluser user23@example.com
is 'vpasswd and its cdb agree and are in order' \
    "$(read_site accounts "$ex" >"$SITE/accounts"; echo $?)" 0
is 'the other lines are as they were' \
    "$(printf '%s\n' "$before" | grep -vE '^user2[0123]:')" \
    "$(grep -vE '^(user1|newone|user2[0123]):' "$ex/vpasswd")"
is 'the new one went to the freed place' "$(vuserinfo -d newone@example.com)" \
    "$ex/0/newone"
is 'clear passwords are kept' "$(vuserinfo -C user21@example.com)" \
    Other-pass-21
ok 'login of the new one' login newone@example.com New-pass-1
ok 'login with the new password' login user21@example.com Other-pass-21

ok 'a new domain' vadddomain brandnew.example Some-pass-1
is 'goes to morercpthosts' \
    "$(grep -c '^brandnew.example$' "$SITE/qmail/control/morercpthosts")" 1
is 'whose cdb has it' "$(read_site cdb "$SITE/qmail/control/morercpthosts.cdb" |
    grep -c '^brandnew.example => $')" 1
is 'qmail finds it' \
    "$(read_site assign "$SITE/qmail" brandnew.example-bob)" \
    "brandnew.example|$SITE_UID|$SITE_GID|$SITE/home/domains/brandnew.example|-|"
is 'and an old one' "$(read_site assign "$SITE/qmail" alias-one.example-x)" \
    "example.com|$SITE_UID|$SITE_GID|$ex|-|"
ok 'a domain deleted' vdeldomain dom59.example
is 'is gone from morercpthosts' \
    "$(grep -c '^dom59.example$' "$SITE/qmail/control/morercpthosts")" 0
is 'qmail does not find it' \
    "$(read_site assign "$SITE/qmail" dom59.example-x; echo $?)" 1
is 'limits are read' "$(vmoddomlimits -S example.com | sed -n '3p')" \
    'Max Pop Accounts: 300'
is 'aliases are read' "$(valias -s sales@example.com | wc -l)" 3
is 'the IP map is read' "$(vipmap -p)" '127.0.0.5 example.net'
is 'vdoctor finds nothing' "$(vdoctor)" ''
done_testing
