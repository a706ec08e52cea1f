# usage: test.pl ALIAS-DOMAIN DOMAIN PASSWORD
use strict;
use warnings;
use vpopmail;

my ($alias, $domain, $password) = @ARGV;
my $user = vpopmail::getpw('JOE', $alias) or die 'no joe';
die "name $user->{name}" unless $user->{name} eq 'joe';
die "domain $user->{domain}" unless $user->{domain} eq $domain;
die 'atchars' unless vpopmail::atchars() eq '@%/';
die 'home' unless vpopmail::home() eq $ENV{STAGE};
die 'no-one' if defined vpopmail::getpw('no-one', $domain);
die 'right' unless vpopmail::auth('joe', $domain, $password, undef);
die 'wrong' if vpopmail::auth('joe', $domain, 'wrong', 1);
die 'set' unless vpopmail::setgecos('joe', $domain, 'Perl: Joe') == 0;
die 'gecos' unless vpopmail::getpw('joe', $domain)->{gecos} eq 'Perl Joe';
print "ok\n";
