#!/usr/bin/perl
# A module whose objects are files, and which can be wrong in many ways: the
# first argument names one.
use strict;
use warnings;
use Cwd qw(getcwd);
use FindBin qw($Bin);
use JSON::PP;

my $fault = shift // "";
my $json = JSON::PP->new->utf8->canonical;
$| = 1;

sub slurp {
	open my $fh, "<", $_[0] or return undef;
	local $/;
	return <$fh>;
}

sub spew {
	my ($path, $text) = @_;
	open my $fh, ">", "$path.tmp" or die;
	print $fh $text;
	close $fh or die;
	rename "$path.tmp", $path or die;
}

sub refuse { die { code => $_[0], message => $_[1] // "no" } }
sub done { -e "job.$_[0]" }

sub put {
	my ($key, $object, $job) = @_;
	if ($object) {
		spew "thing.$key", $json->encode($object);
	} else {
		unlink "thing.$key";
	}
	spew "job.$job", "" if $fault ne "forgets-jobs";
}

sub object { my $text = slurp "thing.$_[0]"; $text ? $json->decode($text) : undef }

sub shown {
	my $object = object $_[0];
	delete $object->{secret} if $object && $fault ne "shows-secrets";
	$object->{size}++ if $object && $fault eq "changes";
	return $object;
}

# What all modules of a test are asked about domains, in its order.
sub note {
	my ($verb, $domain) = @_;
	my ($name) = getcwd =~ m{([^/]+)$};
	open my $fh, ">>", "../order" or die;
	print $fh "$name $verb $domain\n";
	close $fh or die;
}

# Only if the manifest names it.
sub close_domain {
	my ($r, $verb) = @_;
	my $named = $json->decode(slurp "$Bin/module.json")->{verbs} // [];
	refuse "unsupported" if !grep { $_ eq $verb } @$named;
	refuse "limit", "not this one" if $fault eq "cannot-suspend";
	note $verb, $r->{domain};
	exit 1 if $fault eq "dies-after";
	{ undo => { was => $verb eq "suspend" ? "resume" : "suspend" } };
}

my %verbs = (
	hello => sub { { protocol => $fault eq "old" ? 0 : 1 } },
	check => sub { { state => $fault eq "stateless" ? "fine" : "ok" } },
	list => sub {
		my @keys = sort map { s/^thing\.//r } grep { !/\.tmp$/ } glob "thing.*";
		@keys = () if $fault eq "hides";
		{ items => [map { shown $_ } @keys], next => undef };
	},
	get => sub { { object => shown($_[0]{key}) // refuse("not-found") } },
	validate => sub {
		refuse "limit", "enough is enough" if $fault eq "never";
		put $_[0]{key}, $_[0]{new}, "x" if $fault eq "hasty";
		{};
	},
	setup => sub {
		my $r = shift;
		refuse "unavailable", "cannot make it" if $fault eq "cannot-make";
		if ($fault eq "waits") {
			spew "entered", "";
			select undef, undef, undef, 0.02 until -e "go";
		}
		if (!done $r->{job}) {
			refuse "exists" if object $r->{key};
			put $r->{key}, $r->{new}, $r->{job};
		}
		exit 1 if $fault eq "dies-after";
		{ undo => { old => undef } };
	},
	modify => sub {
		my $r = shift;
		my $old = object($r->{key}) // refuse "not-found";
		put $r->{key}, $r->{new}, $r->{job} if !done $r->{job};
		{ undo => { old => $old } };
	},
	delete => sub {
		my $r = shift;
		my $old = $r->{old};
		if (!done $r->{job}) {
			$old = object($r->{key}) // refuse "not-found";
			put $r->{key}, undef, $r->{job};
		}
		{ undo => { old => $old } };
	},
	undo => sub {
		my $r = shift;
		refuse "internal", "cannot take it back" if $fault eq "cannot-undo";
		if (defined $r->{domain}) {
			note "undo", $r->{domain};
			return {};
		}
		put $r->{key}, $r->{undo}{old}, "undo.$r->{job}"
		    if done($r->{job}) && !done "undo.$r->{job}";
		{};
	},
	suspend => sub { close_domain $_[0], "suspend" },
	resume => sub { close_domain $_[0], "resume" },
	reconcile => sub { { drift => $fault eq "drifts" ? [{}] : [] } },
);

sub answer {
	my $request = shift;
	my $verb = $verbs{$request->{verb}};
	my $result = eval { $verb ? $verb->($request) : refuse "unsupported" };
	return { id => $request->{id}, result => $result } if $result;
	my $error = ref $@ ? $@ : { code => "internal", message => "$@" };
	$error->{code} = "because" if $fault eq "strange-code";
	return { id => $request->{id}, error => $error };
}

exit 1 if $fault eq "ends";
while (my $line = <STDIN>) {
	my $answer = answer $json->decode($line);
	sleep 60 if $fault eq "hangs";
	$answer->{id}++ if $fault eq "mixes-up";
	if ($fault eq "floods") {
		print "x" x 65536 for 1 .. 100;
	}
	print "no JSON\n" and next if $fault eq "raves";
	print "[1]\n" and next if $fault eq "wrong-shape";
	print $json->encode($answer) . "\n" . ($fault eq "chatters" ? "\n" : "");
	system "sleep 60 &" if $fault eq "starts-others";
}
sleep 60 if $fault eq "stays";
