#!/usr/bin/perl
# Holds conversations with vpopmaild, read from standard input, and compares
# every byte.  Ends with 0 when all went as written; else prints what was not.
#
#   N: [ADDRESS PASSWORD]  start a new one: the greeting, and slogin
#   C: TEXT                send the line, with CR LF
#   c: BYTES               send, with escapes \r \n \t \0 \xHH \\
#   S: TEXT                the next line must be this, with CR LF
#   s: BYTES               the next line must be exactly these bytes
#   S~ PATTERN             the next line, without CR LF, must match
#   ..                     skip lines up to one that is a dot
#   H:                     close our sending half
#   X:                     go away, whatever has not been read
#   E: STATUS              the server ends, saying nothing more
#   !: COMMAND             run it by the shell; it must succeed
#
# With TALK_SOCKET it is the server that listens there, and its status is not
# asked for.
#
# In all of them %NAME% is the environment variable NAME.
use strict;
use warnings;
use IO::Select;
use IO::Socket::UNIX;
use Socket;

my ($sock, $pid, $buffer);
my @command = @ARGV ? @ARGV : ('vpopmaild');

sub fail {
	print "line $.: @_\n";
	kill 'KILL', $pid if $pid;
	exit 1;
}

sub show {
	my ($bytes) = @_;
	return 'end of the conversation' unless defined $bytes;
	$bytes =~ s/([^\x20-\x7e])/sprintf '\\x%02x', ord $1/ge;
	return "'$bytes'";
}

sub unescape {
	my ($text) = @_;
	my %byte = (r => "\r", n => "\n", t => "\t", 0 => "\0", '\\' => '\\');
	$text =~ s/\\(?:x([0-9a-f]{2})|([rnt0\\]))/defined $1 ? chr hex $1 : $byte{$2}/ge;
	return $text;
}

# A line with its LF, undef at the end.
sub next_line {
	my $select = IO::Select->new($sock);
	while ($buffer !~ /\n/) {
		fail('the server is silent, after ' . show($buffer))
		    unless $select->can_read(60);
		my $got = sysread $sock, $buffer, 65536, length $buffer;
		last unless $got;
	}
	return $buffer eq '' ? undef : substr $buffer, 0, length $buffer, ''
	    unless $buffer =~ s/^([^\n]*\n)//;
	return $1;
}

sub expect {
	my ($wanted) = @_;
	my $got = next_line();
	fail('got ' . show($got) . ', wanted ' . show($wanted))
	    unless defined $got && $got eq $wanted;
}

sub transmit {
	my ($bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';
	while (length $bytes) {
		my $done = syswrite $sock, $bytes;
		last unless $done;
		substr $bytes, 0, $done, '';
	}
}

sub finish {
	close $sock if $sock;
	return unless $pid;
	waitpid $pid, 0;
	my $status = $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
	undef $pid;
	return $status;
}

sub greeted {
	my ($login) = @_;
	return unless $login;
	expect("+OK \r\n");
	transmit("slogin $login\r\n");
	expect("+OK \r\n");
}

sub start {
	my ($login) = @_;
	finish();
	$buffer = '';
	if ($ENV{TALK_SOCKET}) {
		$sock = IO::Socket::UNIX->new(Peer => $ENV{TALK_SOCKET})
		    or fail("$ENV{TALK_SOCKET}: $!");
		return greeted($login);
	}
	socketpair($sock, my $server, AF_UNIX, SOCK_STREAM, 0) or die $!;
	$pid = fork;
	die $! unless defined $pid;
	if ($pid == 0) {
		open STDIN, '<&', $server or die;
		open STDOUT, '>&', $server or die;
		close $server;
		close $sock;
		exec @command or die $!;
	}
	close $server;
	greeted($login);
}

while (defined(my $line = <STDIN>)) {
	chomp $line;
	$line =~ s/%([A-Z_]+)%/exists $ENV{$1} ? $ENV{$1} : "%$1%"/ge;
	next if $line =~ /^(?:#|$)/;
	if ($line =~ /^N: ?(.*)/) {
		start($1);
	} elsif ($line =~ /^C: ?(.*)/) {
		transmit("$1\r\n");
	} elsif ($line =~ /^c: ?(.*)/) {
		transmit(unescape($1));
	} elsif ($line =~ /^S: ?(.*)/) {
		expect("$1\r\n");
	} elsif ($line =~ /^s: ?(.*)/) {
		expect(unescape($1));
	} elsif ($line =~ /^S~ ?(.*)/) {
		my ($pattern, $got) = ($1, next_line());
		(my $text = defined $got ? $got : '') =~ s/\r?\n$//;
		fail('got ' . show($got) . ", wanted /$pattern/")
		    unless defined $got && $text =~ /^(?:$pattern)$/;
	} elsif ($line eq '..') {
		my $got;
		do {
			$got = next_line();
			fail('no end of the lines: ' . show($got))
			    if !defined $got || $got =~ /^-ERR/;
		} while ($got ne ".\r\n");
	} elsif ($line =~ /^!: (.*)/) {
		system('sh', '-c', $1) == 0 or fail("'$1' failed");
	} elsif ($line eq 'X:') {
		finish();
	} elsif ($line eq 'H:') {
		shutdown $sock, 1;
	} elsif ($line =~ /^E: ?(.*)/) {
		my ($wanted, $got) = ($1, next_line());
		fail('got ' . show($got) . ', wanted the end') if defined $got;
		my $status = finish();
		fail("it ended with $status, wanted $wanted")
		    if defined $status && $status ne $wanted;
	} else {
		fail("what is '$line'?");
	}
}
finish();
