# Started by contrib/vpopmaild; see tests/cli/vpopmaild_service.t.
use strict;
use warnings;
use IO::Socket::UNIX;
use Socket qw(SOCK_DGRAM);
use VpdServer;

my $count = "+OK+\r\ncount 4\r\n.\r\n";
VpdServer::after(@ARGV);

# ---- a script of a supervisor -------------------------------------------------
$pid = fork // die $!;
if ($pid == 0) {
	open STDOUT, '>', "$site/log" or die $!;
	exec "$site/run" or die "exec: $!";
}
ok(log_like(qr/listening on 127\.0\.0\.1:\d+$/m),
    'the script runs a server, whose log is on standard output');
ok(wait_for(20, sub { -S "$site/socket" }), 'with its sockets');
is(ask(login(connect_tcp(port(0))), 'user_count test.com'), $count,
    'it serves by TCP');
my $local = connect_unix("$site/socket");
read_reply($local);
is(ask($local, 'peerlogin') . ask($local, 'user_count test.com'),
    "+OK \r\n$count", 'and who runs it by the socket');
is(stop(), 0, 'and it is the process that the supervisor ends');

# ---- systemd --------------------------------------------------------------------
my %unit;
open my $fh, '<', "$site/vpopmaild.service" or die $!;
while (<$fh>) {
	$unit{$1} = $2 if /^(\w+)=(.*)/;
}
is($unit{Type}, 'notify', 'the unit waits to be told');
my $notices = IO::Socket::UNIX->new(Local => "$site/notify",
    Type => SOCK_DGRAM) or die $!;
chmod 0666, "$site/notify";

# All that has been said since the last time, once it has the word.
sub told {
	my ($word) = @_;
	my ($all, $text) = '';
	wait_for(20, sub {
		$notices->blocking(0);
		while (defined $notices->recv($text, 1000) && length $text) {
			$all .= "$text\n";
		}
		return $all =~ /^\Q$word\E$/m });
	return $all;
}

sub start_unit {
	$pid = fork // die $!;
	return if $pid;
	$ENV{NOTIFY_SOCKET} = "$site/notify";
	open STDERR, '>', "$site/log" or die $!;
	exec split ' ', $unit{ExecStart} or die "exec: $!";
}

start_unit();
like(told('READY=1'), qr/^READY=1$/m, 'it says when it is ready');
my $old = login(connect_tcp(port(0)));
is(ask($old, 'user_count test.com'), $count, 'and is');
my $reload = $unit{ExecReload} =~ s/\$MAINPID/$pid/r;
is(system($reload), 0, 'the unit\'s reload');
ok(log_like(qr/new settings/), 'is one');
is(ask($old, 'user_count test.com'), $count, 'sessions go on');
is(ask(login(connect_tcp(port(0))), 'user_count test.com'), $count,
    'and others begin');
kill 'TERM', $pid;
like(told('STOPPING=1'), qr/^STOPPING=1$/m, 'it says when it ends');
waitpid $pid, 0;
is($?, 0, 'and does');
undef $pid;
done();
