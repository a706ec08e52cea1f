#!/usr/bin/perl
# A module whose objects tell by their text how their change ends: "dies",
# "pending", "degraded", "ok"; what is written into "drift" is found by
# reconcile, and with a file "stubborn" nothing is taken back.
use strict;
use warnings;
use JSON::PP;

my $json = JSON::PP->new->utf8->canonical;
$| = 1;

sub slurp {
	open my $fh, "<", $_[0] or return undef;
	local $/;
	return $json->decode(<$fh>);
}

sub spew {
	open my $fh, ">", $_[0] or die;
	print $fh $json->encode($_[1]);
	close $fh or die;
}

sub refuse { die { code => $_[0], message => $_[1] // "no" } }
sub file { join ".", "thing", map { $_ // "" } @{ $_[0] }{qw(resource domain parent key)} }

sub put {
	my ($r, $object) = @_;
	my $undo = { job => $r->{job}, old => slurp file $r };
	if ($object) {
		spew file($r), $object;
	} else {
		unlink file $r;
	}
	spew "last", $undo;
	my $text = $object ? $object->{text} // "" : "";
	exit 1 if $text eq "dies" || -e "dies";
	return $text =~ /^(pending|degraded|ok)$/
	    ? { state => $text, reason => "it is told" } : {};
}

my %verbs = (
	hello => sub { { protocol => 1 } },
	check => sub { { state => "ok" } },
	list => sub {
		my $r = shift;
		my $from = file { %$r, key => "" };
		{ items => [map { slurp $_ } sort glob "$from*"], next => undef };
	},
	get => sub { { object => slurp(file $_[0]) // refuse "not-found" } },
	setup => sub {
		my $last = slurp "last";
		return {} if $last && $last->{job} eq $_[0]{job};
		refuse "exists" if -e file $_[0];
		put $_[0], $_[0]{new};
	},
	modify => sub { put $_[0], $_[0]{new} },
	delete => sub { put $_[0], undef },
	act => sub { exit 1 if -e "dies"; { result => {}, state => "ok" } },
	undo => sub {
		my ($r, $last) = (shift, slurp "last");
		refuse "internal" if -e "stubborn";
		if ($last && $last->{job} eq $r->{job}) {
			unlink "last", file $r;
			spew file($r), $last->{old} if $last->{old};
		}
		{};
	},
	reconcile => sub {
		my $drift = slurp("drift") // [];
		unlink "drift" if $_[0]{mend};
		$_->{mended} = $_[0]{mend} && !$_->{lasts} ? JSON::PP::true : JSON::PP::false
		    for @$drift;
		{ drift => $drift };
	},
);

while (my $line = <STDIN>) {
	my $r = $json->decode($line);
	my $verb = $verbs{$r->{verb}};
	$r->{domain} =~ s/^alias/test/ if $r->{domain};
	my $result = eval { $verb ? $verb->($r) : refuse "unsupported" };
	print $json->encode({ id => $r->{id}, $result ? (result => $result) :
	    (error => ref $@ ? $@ : { code => "internal", message => "$@" }) }), "\n";
}
