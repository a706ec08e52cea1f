# For tests of vpopmaild as a server of its own: starts one, reads where it
# listens, and talks to it.  Used by tests/lib/vpopmaild_*.pl, which print
# TAP after the lines of the shell script that has made the site.
package VpdServer;
use strict;
use warnings;
use Errno;
use Exporter 'import';
use IO::Socket::INET;
use IO::Socket::SSL;
use IO::Socket::UNIX;
use Socket qw(AF_INET6 pack_sockaddr_in6 inet_pton SOCK_STREAM);
use Time::HiRes qw(time sleep);
our @EXPORT = qw(start stop log_text log_like port connect_tcp connect_tls
    connect_unix connect_v6 say_line ask read_reply read_all ok is like done
    children memory wait_for login settings $pid $site sleep time);
our ($pid, $site) = (undef, $ENV{SITE});
my ($count, $failed) = (0, 0);
$SIG{PIPE} = 'IGNORE';
$| = 1;
END { kill 'KILL', $pid if $pid }

# The script has had tests of its own, so many of which failed.
sub after {
	($count, $failed) = @_;
}

sub ok {
	my ($good, $words) = @_;
	$count++;
	$failed++ unless $good;
	print $good ? "ok $count - $words\n" : "not ok $count - $words\n";
	return $good;
}

sub show {
	my $text = shift // 'undef';
	$text =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
	return length $text > 500 ? substr($text, 0, 500) . '...' : $text;
}

sub is {
	my ($got, $wanted, $words) = @_;
	my $good = defined $got && $got eq $wanted;
	ok($good, $words);
	print '# got ', show($got), "\n# wanted ", show($wanted), "\n"
	    unless $good;
}

sub like {
	my ($got, $pattern, $words) = @_;
	my $good = defined $got && $got =~ $pattern;
	ok($good, $words);
	print '# got ', show($got), "\n# pattern $pattern\n" unless $good;
}

sub done {
	print "1..$count\n";
	exit($failed != 0);
}

sub settings {
	open my $fh, '>>', $ENV{VPOPMAIL_CONF} or die $!;
	print $fh map { "$_\n" } @_;
	close $fh or die $!;
}

sub log_text {
	open my $fh, '<', "$site/log" or return '';
	local $/;
	return <$fh> // '';
}

# Wait until a condition holds; what it said.
sub wait_for {
	my ($seconds, $code) = @_;
	my $end = time + $seconds;
	my $result;
	until ($result = $code->()) {
		return 0 if time > $end;
		sleep 0.02;
	}
	return $result;
}

sub log_like {
	my ($pattern) = @_;
	return wait_for(20, sub { log_text() =~ $pattern });
}

# The socket that is ready says so by descriptor; the process is ours.
sub start {
	my @with = @_;
	pipe my $reader, my $writer or die $!;
	$pid = fork // die $!;
	if ($pid == 0) {
		close $reader;
		open STDERR, '>', "$site/log" or die $!;
		my $fd = fileno $writer;
		require Fcntl;
		fcntl $writer, Fcntl::F_SETFD(), 0;
		exec @with, 'vpopmaild', '--serve', "--ready-fd=$fd"
		    or die "exec: $!";
	}
	close $writer;
	my $ready = <$reader>;
	print '# ', log_text() =~ s/\n/\n# /gr, "\n" unless defined $ready;
	return defined $ready;
}

sub stop {
	kill 'TERM', $pid;
	waitpid $pid, 0;
	my $status = $?;
	undef $pid;
	# What a sanitizer has found.
	my ($found) = log_text() =~ /(AddressSanitizer.*|runtime error.*)/;
	ok(0, $found) if $found;
	return $status;
}

sub port {
	my ($number, $tls) = @_;
	my @lines = log_text() =~ /listening on \S*:(\d+)(?: \(TLS\))?$/mg;
	return $lines[$number];
}

sub connect_tcp {
	my ($port) = @_;
	my $socket = IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => $port, Timeout => 30) or die "connect: $!";
	return $socket;
}

sub connect_v6 {
	my ($port) = @_;
	socket my $socket, AF_INET6, SOCK_STREAM, 0 or return;
	connect $socket, pack_sockaddr_in6($port, inet_pton(AF_INET6, '::1'))
	    or return;
	return $socket;
}

sub connect_tls {
	my ($port, %more) = @_;
	return IO::Socket::SSL->new(PeerAddr => '127.0.0.1',
	    PeerPort => $port, SSL_ca_file => "$site/cert.pem",
	    SSL_verifycn_name => 'localhost', SSL_verifycn_scheme => 'smtp',
	    Timeout => 30, %more);
}

sub connect_unix {
	return IO::Socket::UNIX->new(Peer => shift) // die "connect: $!";
}

my %rest; # of what was read, by socket

sub fill {
	my ($socket) = @_;
	my $pending = $socket->can('pending') && $socket->pending;
	unless ($pending) {
		my $bits = '';
		vec($bits, fileno $socket, 1) = 1;
		select $bits, undef, undef, 30 or die "no answer in 30 s\n";
	}
	my $got = sysread $socket, my $data, 65536;
	return 0 unless $got;
	$rest{$socket} .= $data;
	return 1;
}

sub line {
	my ($socket) = @_;
	$rest{$socket} //= '';
	while (index($rest{$socket}, "\n") < 0) {
		return unless fill($socket);
	}
	return substr $rest{$socket}, 0, 1 + index($rest{$socket}, "\n"), '';
}

# A whole reply, or what came before the end.
sub read_reply {
	my ($socket) = @_;
	my $reply = line($socket) // return '';
	return $reply unless $reply =~ /^\+OK\+/;
	while (defined(my $next = line($socket))) {
		$reply .= $next;
		last if $next eq ".\r\n";
	}
	return $reply;
}

sub read_all {
	my ($socket) = @_;
	$rest{$socket} //= '';
	1 while fill($socket);
	return delete $rest{$socket};
}

sub say_line {
	my ($socket, $text) = @_;
	return syswrite $socket, "$text\r\n";
}

sub ask {
	my ($socket, $text) = @_;
	say_line($socket, $text);
	return read_reply($socket);
}

# Greeted and logged in.
sub login {
	my ($socket, $who, $secret) = @_;
	$rest{$socket} = '';
	read_reply($socket);
	is(ask($socket, 'slogin ' . ($who // 'test@test.com') . ' '
		. ($secret // 'test')), "+OK \r\n",
	    'logged in as ' . ($who // 'test@test.com'));
	return $socket;
}

# Resident memory of a process in KiB.
sub memory {
	open my $fh, '<', "/proc/$_[0]/status" or return 0;
	my ($size) = map { /^VmRSS:\s+(\d+)/ ? $1 : () } <$fh>;
	return $size;
}

# The processes of the server: the pids of those that have a role.
sub children {
	my ($role) = @_;
	my @pids;
	for my $stat (glob '/proc/[0-9]*/stat') {
		open my $fh, '<', $stat or next;
		my $text = <$fh> // next;
		my ($child, $name, $parent) =
		    $text =~ /^(\d+) \((.*)\) \S (\d+)/ or next;
		push @pids, $child if $parent == $pid && $name eq $role;
	}
	return @pids;
}

1;
