#!/usr/bin/perl
# A client of the usage daemon for tests.
#
#     usage.pl SOCKET ask NAME ...     "BYTES COUNT" or "unknown", a line each
#     usage.pl SOCKET send HEX [SECONDS]  bytes as they are; what comes back as
#                                      hex, and "closed" if the other end closed
#     usage.pl SOCKET wait NAME "BYTES COUNT"  until that is the answer; 10 s
#     usage.pl SOCKET idle SECONDS     connect; seconds until it is closed
#     usage.pl SOCKET drip NAME        a byte at a time, then the answer
#     usage.pl SOCKET flood COUNT      so many clients that vanish with their
#                                      requests unanswered
#     usage.pl SOCKET knock COUNT      connect so often and say half a request;
#                                      how often it worked
#     usage.pl SOCKET deaf COUNT       ask so often without reading answers
#     usage.pl SOCKET crowd COUNT NAME  so many clients at once, each asking
#     usage.pl count DIR               the same count by looking at all files:
#                                      "BYTES COUNT"
#     usage.pl churn DIR SEED STEPS    change Maildirs below DIR at random
#
# SOCKET is a path or ADDRESS:PORT.
use strict;
use warnings;
use File::Find;
use IO::Select;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Time::HiRes qw(time sleep);

$SIG{PIPE} = "IGNORE";

sub dial {
	my $where = shift;
	return $where =~ m{^/} ? IO::Socket::UNIX->new(Peer => $where)
	    : IO::Socket::INET->new(PeerAddr => $where, Timeout => 5);
}

sub must_dial { return dial(shift) // die "cannot connect: $!\n" }

sub take {
	my ($s, $size, $seconds) = @_;
	my $got = "";
	my $until = time + $seconds;
	while (length $got < $size) {
		my $left = $until - time;
		last if $left <= 0 || !IO::Select->new($s)->can_read($left);
		my $n = sysread $s, $got, $size - length $got, length $got;
		return ($got, 1) if !$n;
	}
	return ($got, 0);
}

sub words {
	my $reply = shift;
	return "none" if length $reply != 16;
	my ($bytes, $count) = unpack "Q>Q>", $reply;
	return $bytes == ~0 && $count == ~0 ? "unknown" : "$bytes $count";
}

sub ask {
	my ($s, $name) = @_;
	syswrite $s, pack("n/a", $name);
	return words((take($s, 16, 5))[0]);
}

# What the daemon should say, found out by other means.
sub count {
	my $dir = shift;
	my ($bytes, $count) = (0, 0);
	find({ no_chdir => 1, wanted => sub {
		return unless -f $_ && !-l $_;
		my ($folder, $part, $name) =
		    m{/Maildir/(?:(\.[^/]+)/)?(new|cur)/([^/]+)$} or return;
		return if $name =~ /^\./ || $name =~ /:2,.*T/;
		return if ($folder // "") eq ".Trash";
		my $size = -s $_;
		$size = $1 if $name =~ /^[^:]*,S=(\d+)/;
		$bytes += $size;
		$count++;
	} }, $dir);
	return "$bytes $count";
}

# What other programs do to Maildirs.
sub churn {
	my ($dir, $seed, $steps) = @_;
	srand $seed;
	my @maildirs = grep { -d } glob "$dir/*/Maildir";
	my $n = 0;
	for my $step (1 .. $steps) {
		my $m = $maildirs[rand @maildirs];
		my @folders = ("", map { s{.*/}{/}r } glob "$m/.[A-Z]*");
		my $f = $m . $folders[rand @folders];
		my @files = grep { -f } glob "$f/new/* $f/cur/*";
		my $file = @files ? $files[rand @files] : undef;
		my $what = int rand 9;
		if ($what < 4 || !$file) {
			my $name = "$seed.$n" . (rand() < .5 ? "" :
			    ",S=" . int rand 5000);
			$n++;
			open my $fh, ">", "$f/tmp/$name" or next;
			print $fh "x" x int rand 300;
			close $fh;
			rename "$f/tmp/$name", "$f/new/$name";
		} elsif ($what == 4) {
			unlink $file;
		} elsif ($what == 5) {
			my $to = $file =~ s{.*/}{}r;
			$to =~ s/:.*//;
			rename $file, "$f/cur/$to:2,S";
		} elsif ($what == 6) {
			rename $file, ($file =~ s/:2,.*//r) =~
			    s{/new/}{/cur/}r . ":2,ST";
		} elsif ($what == 7) {
			my $other = $maildirs[rand @maildirs];
			rename $file, "$other/new/" . ($file =~ s{.*/}{}r)
			    . "m$step";
		} elsif (rand() < .3 && $f ne $m) {
			system "rm", "-rf", $f;
		} elsif (rand() < .3 && $f ne $m) {
			rename $f, "$m/.R$seed$step";
		} else {
			my $new = "$m/.F$seed$step";
			mkdir "$new";
			mkdir "$new/$_" for qw(new cur tmp);
		}
	}
}

my $where = shift // die "see the top of this file\n";
if ($where eq "count") {
	print count(shift), "\n";
	exit;
} elsif ($where eq "churn") {
	churn(@ARGV);
	exit;
}
my $verb = shift;
if ($verb eq "ask") {
	my $s = must_dial($where);
	print ask($s, $_), "\n" for @ARGV;
} elsif ($verb eq "send") {
	my $s = must_dial($where);
	syswrite $s, pack("H*", $ARGV[0]);
	my ($got, $closed) = take($s, 65536, $ARGV[1] // 0.5);
	print unpack("H*", $got), $closed ? "closed" : "", "\n";
} elsif ($verb eq "wait") {
	my ($name, $wanted) = @ARGV;
	my $until = time + 10;
	my $got = "none";
	while ($got ne $wanted && time < $until) {
		my $s = dial($where);
		$got = ask($s, $name) if $s;
		sleep 0.02 if $got ne $wanted;
	}
	print "$got\n";
} elsif ($verb eq "idle") {
	my $s = must_dial($where);
	my $began = time;
	take($s, 1, 20);
	printf "%.0f\n", time - $began;
} elsif ($verb eq "drip") {
	my $s = must_dial($where);
	for (split //, pack "n/a", $ARGV[0]) {
		syswrite $s, $_;
		sleep 0.01;
	}
	print words((take($s, 16, 5))[0]), "\n";
} elsif ($verb eq "flood") {
	for (1 .. $ARGV[0]) {
		my $s = dial($where) or next;
		syswrite $s, pack("n/a", "joe\@example.test") x 20;
	}
} elsif ($verb eq "knock") {
	my $made = 0;
	for (1 .. $ARGV[0]) {
		my $s = dial($where) or next;
		syswrite $s, "\0\x10joe";
		$made++;
	}
	print "$made\n";
} elsif ($verb eq "deaf") {
	my $s = must_dial($where);
	$s->blocking(0);
	my $sent = 0;
	for (1 .. $ARGV[0]) {
		my $n = syswrite $s, pack("n/a", "joe\@example.test") x 100;
		sleep 0.01 if !$n;
		$sent += $n // 0;
	}
	print $sent > 0 ? "sent\n" : "nothing\n";
} elsif ($verb eq "crowd") {
	my @all = map { must_dial($where) } 1 .. $ARGV[0];
	my %seen;
	$seen{ask($_, $ARGV[1])}++ for @all;
	print join(" ", map { "$seen{$_}x $_" } sort keys %seen), "\n";
}
