# Many and slow clients of the panel; see tests/panel/crowd.t.
# Prints "ok words" or "not ok words" for each.
use strict;
use warnings;
use IO::Poll qw(POLLIN);
use Socket;

my ($what, $port, $wanted) = @ARGV;
my $path = '/api/v1/sessions/current';
my $get = "GET $path HTTP/1.1\r\nHost: localhost\r\n\r\n";

sub say_result {
	my ($good, $words, $else) = @_;
	print $good ? "ok $words\n" : "not ok $words: $else\n";
}

# From an address of its own among those of loopback.
sub connection {
	my ($from) = @_;
	socket my $socket, AF_INET, SOCK_STREAM, 0 or die "socket: $!";
	bind $socket, pack_sockaddr_in(0, inet_aton($from)) or die "bind: $!";
	connect $socket, pack_sockaddr_in($port, inet_aton('127.0.0.1'))
	    or return;
	return $socket;
}

# What comes until the end, or until the time is over (undef).
sub answer {
	my ($socket, $seconds) = @_;
	my ($all, $part, $poll) = ('', '', IO::Poll->new);
	$poll->mask($socket => POLLIN);
	my $end = time + $seconds;
	while (time < $end) {
		next if $poll->poll(1) <= 0;
		return $all if !sysread $socket, $part, 65536;
		$all .= $part;
		return $all if $all =~ /\}\n?$/;
	}
	return;
}

# Connections of one address over its limit are closed, others are served.
sub address {
	my @open = map { connection('127.0.0.2') } 1 .. $wanted + 20;
	my $served = 0;
	for my $socket (@open) {
		syswrite $socket, $get;
		my $text = answer($socket, 20) // '';
		$served++ if $text =~ /^HTTP\/1\.1 401 /;
	}
	say_result($served == $wanted, 'an address has its share', "$served served");
	my $other = connection('127.0.0.3');
	syswrite $other, $get;
	say_result((answer($other, 20) // '') =~ /^HTTP\/1\.1 401 /,
		'another address is served beside it', 'it is not');
}

# Heads and bodies that come byte by byte, answers that nobody reads.
sub slow {
	local $SIG{PIPE} = 'IGNORE';
	my @heads = map { connection("127.0.1.$_") } 1 .. 40;
	my @bodies = map { connection("127.0.2.$_") } 1 .. 40;
	my @readers = map { connection("127.0.3.$_") } 1 .. 40;
	syswrite $_, "POST $path HTTP/1.1\r\nHost: localhost\r\n" .
	    "Content-Length: 1000\r\n\r\n" for @bodies;
	syswrite $_, $get x 200 for @readers;
	my $served = 0;
	for my $turn (0 .. length($get) - 3) {
		syswrite $_, substr($get, $turn, 1) for @heads;
		syswrite $_, 'x' for @bodies;
		my $other = connection('127.0.0.3') or next;
		syswrite $other, $get;
		$served++ if (answer($other, 20) // '') =~ /^HTTP\/1\.1 401 /;
	}
	say_result($served == length($get) - 2, 'others are served meanwhile',
		"$served served");
	my $ended = grep { defined answer($_, 20) } @heads, @bodies;
	say_result($ended == 80, 'who is too slow is closed', "$ended closed");
}

# More connections than there may be, all kept open.
sub crowd {
	my @open;
	my $refused = 0;
	for my $i (0 .. $wanted - 1) {
		my $socket = connection(sprintf '127.1.%d.%d', $i / 200 + 1, $i % 200 + 1);
		if ($socket) {
			push @open, $socket;
		} else {
			$refused++;
		}
	}
	my $opened = @open;
	say_result($opened + $refused == $wanted && $opened > 0, "$wanted connections", "$opened opened");
	local $SIG{PIPE} = 'IGNORE';
	syswrite $_, $get for @open;
	my ($served, $told) = (0, 0);
	for my $socket (@open) {
		my $text = answer($socket, 60);
		if (($text // '') =~ /^HTTP\/1\.1 (401|503) /) {
			$served++;
		} elsif (defined $text) {
			$told++;
		}
	}
	say_result($served + $told == $opened && $served > 0,
		'each is served or closed', "$served served, $told closed of $opened");
	print "# $served served, $told closed\n";
}

$what eq 'address' ? address() : $what eq 'slow' ? slow() : crowd();
