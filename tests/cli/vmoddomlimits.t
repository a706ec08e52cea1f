#!/bin/sh
# vmoddomlimits: the report, what is written, refusals.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vmoddomlimits --help)
ok 'a domain' vadddomain --no-password example.com
ok 'an alias' vaddaliasdomain example.com alias.example
file=$SITE/home/domains/example.com/.qmailadmin-limits

run vmoddomlimits
ran 'no domain' 255 "$usage" ''
run vmoddomlimits -h
ran '-h' 0 "$usage" ''
run vmoddomlimits -Z example.com
ran 'an unknown option' 255 "$usage" "vmoddomlimits: invalid option -- 'Z'"
run vmoddomlimits -P 5 nosuch.example
ran 'no such domain' 245 'Error: Domain does not exist' '*'
all='-Q 100 -q 10M -M 10000 -m 1000 -P 5 -A 6 -F 7 -R 8 -L 9 -g udpswircxm
-p c -a m -f d -r cm -l cd -u md -o a -x c -z cmd'
# shellcheck disable=SC2086
run vmoddomlimits --dry-run $all example.com
ran 'a dry run' 0 'Would set the limits of domain example.com' ''
not_ok 'writes nothing' test -e "$file"
# shellcheck disable=SC2086
run vmoddomlimits $all example.com
ran 'everything' 0 '' ''
report='--
Max Pop Accounts: 5
Max Aliases: 6
Max Forwards: 7
Max Autoresponders: 8
Max Mailinglists: 9
GID Flags:
  NO_IMAP
  NO_SMTP
  NO_POP
  NO_WEBMAIL
  NO_PASSWD_CHNG
  NO_RELAY
  NO_DIALUP
  NO_SPAMASSASSIN
  DEL_SPAM
  NO_MAILDROP
Flags (for commandline): ispwdrucxm
Flags for non postmaster accounts:
  pop account:            DENY_CREATE  ALLOW_MODIFY ALLOW_DELETE 
  alias:                  ALLOW_CREATE DENY_MODIFY  ALLOW_DELETE 
  forward:                ALLOW_CREATE ALLOW_MODIFY DENY_DELETE  
  autoresponder:          DENY_CREATE  DENY_MODIFY  ALLOW_DELETE 
  mailinglist:            DENY_CREATE  ALLOW_MODIFY DENY_DELETE  
  mailinglist users:      ALLOW_CREATE DENY_MODIFY  DENY_DELETE  
  mailinglist moderators: DENY_CREATE  DENY_MODIFY  DENY_DELETE  
  quota:                  DENY_CREATE  ALLOW_MODIFY ALLOW_DELETE 
  default quota:          DENY_CREATE  DENY_MODIFY  DENY_DELETE  
Domain Quota: 100 MB
Default User Quota: 10485760 bytes
Max Domain Messages: 10000
Default Max Messages per User: 1000'
run vmoddomlimits -S example.com
ran 'the report' 0 "Domain: example.com
$report" ''
run vmoddomlimits -S -P 99 Alias.example
ran 'of an alias; -S changes nothing' 0 "Domain: example.com
$report" ''
is_file 'the file' "$file" 'maxpopaccounts: 5
maxaliases: 6
maxforwards: 7
maxautoresponders: 8
maxmailinglists: 9
quota: 100
maxmsgcount: 10000
default_quota: 10485760
default_maxmsgcount: 1000
disable_pop
disable_imap
disable_dialup
disable_password_changing
disable_webmail
disable_external_relay
disable_smtp
disable_spamassassin
delete_spam
disable_maildrop
perm_account: 1
perm_alias: 2
perm_forward: 4
perm_autoresponder: 3
perm_maillist: 501
perm_quota: 1
perm_defaultquota: 7'
is 'its owner and mode' "$(stat -c %u:%g:%a "$file")" \
    "$SITE_UID:$SITE_GID:600"
ok 'no flags' vmoddomlimits -g '' example.com
run vmoddomlimits -S example.com
is 'a blank stays' "$(echo "$out" | grep -A 1 -e '^GID' )" 'GID Flags:
Flags (for commandline): '
ok 'unlimited' vmoddomlimits -P -1 example.com
is 'is -1' "$(vmoddomlimits -S example.com | sed -n 3p)" 'Max Pop Accounts: -1'
before=$(cat "$file")
for bad in '-P x' '-P -2' '-Q -1' '-Q 1x' '-q junk' '-g Z' '-p z'; do
	# shellcheck disable=SC2086
	run vmoddomlimits $bad example.com
	not_ok "$bad is refused" test $status = 0
done
is_file 'and changes nothing' "$file" "$before"

run vmoddomlimits --json -S example.com
like 'JSON' "$status $out" '0 {"domain":"example.com","max_accounts":-1,'\
'"max_aliases":6,*"flags":\[\],"deny":{"account":\["create"\],*'
run vmoddomlimits -D example.com
ran 'deletion' 0 'Limits deleted' ''
not_ok 'the file is gone' test -e "$file"
run vmoddomlimits -D -S example.com
ran 'twice' 0 'Limits deleted' ''

run vmoddomlimits -d -D
is 'the defaults are not deleted' "$status $(echo "$out" | wc -l)" '255 3'
run vmoddomlimits -d -P 3
ran 'the defaults' 0 '' ''
run vmoddomlimits -d -S
is 'show their file' "$(echo "$out" | sed -n '1p;3,4p')" \
    "Default limits: $SITE/home/etc/vlimits.default
Max Pop Accounts: 3
Max Aliases: -1"
is 'and hold for domains' "$(vmoddomlimits -S example.com | sed -n 3p)" \
    'Max Pop Accounts: 3'
echo 'maxpopaccounts: many' >"$file"
run vmoddomlimits -S example.com
not_ok 'a broken file is no default' test $status = 0
done_testing
