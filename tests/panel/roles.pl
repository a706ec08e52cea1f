#!/usr/bin/perl
# A module that does whatever it is asked: for tests of who may ask.
use strict;
use warnings;
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical;
$| = 1;

while (my $line = <STDIN>) {
	my $r = $json->decode($line);
	my $key = $r->{key} // "";
	my %answers = (
		hello => { protocol => 1 },
		check => { state => "ok" },
		list => { items => [{ name => "first" }], next => undef },
		get => { object => { name => $key, text => $r->{actor}{role} } },
	);
	print $json->encode({ id => $r->{id},
		result => $answers{$r->{verb}} // {} }), "\n";
}
