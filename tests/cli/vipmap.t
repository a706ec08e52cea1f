#!/bin/sh
# vipmap: the map of server addresses.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vipmap --help)
ok 'a domain' vadddomain --no-password example.com
ok 'another' vadddomain --no-password example.net
file=$SITE/home/etc/ip_alias_map

run vipmap
ran 'nothing asked' 255 "$usage" ''
run vipmap -a 192.0.2.1
ran 'no domain' 255 "$usage" ''
run vipmap -p
ran 'an empty map' 0 '' ''
run vipmap --dry-run -a 192.0.2.1 example.com
ran 'a dry run' 0 'Would map 192.0.2.1 to example.com' ''
not_ok 'writes nothing' test -s "$file"
run vipmap -a 192.0.2.1 example.com
ran 'an address' 0 '' ''
ok 'another' vipmap -a 192.0.2.2 example.net
ok 'IPv6' vipmap -a 2001:DB8:0:0::5 example.net
run vipmap -p
ran 'the map' 0 '192.0.2.1 example.com
192.0.2.2 example.net
2001:db8::5 example.net' ''
run vipmap -v
ran '-v goes on to print' 0 'version: 6.0.0
192.0.2.1 example.com
192.0.2.2 example.net
2001:db8::5 example.net' ''
ok 'an address again' vipmap -a 192.0.2.1 example.net
is 'has one domain' "$(vipmap -p | grep -c '^192.0.2.1 ')" 1
for bad in junk 300.1.1.1 '%n%s' 192.0.2.1/24; do
	run vipmap -a "$bad" example.com
	is "address $bad" "$status" 217
done
run vipmap -a 192.0.2.9 nosuch.example
ran 'no such domain' 245 'Error: Domain does not exist' '*'
run vipmap -d 192.0.2.1 example.com
ran 'only the exact pair' 0 '' ''
is 'is deleted' "$(vipmap -p | grep -c '^192.0.2.1 ')" 1
run vipmap -d 192.0.2.1 example.net
ran 'a deletion' 0 '' ''
run vipmap --json
ran 'JSON' 0 '[{"ip":"192.0.2.2","domain":"example.net"},'\
'{"ip":"2001:db8::5","domain":"example.net"}]' ''
printf '%s\n' '192.0.2.50 %n%s%n' >>"$file"
ok 'a text like a format is only text' vipmap -d 192.0.2.2 example.net
done_testing
