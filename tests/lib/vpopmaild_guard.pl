# The server's limits; see tests/cli/vpopmaild_guard.t.
use strict;
use warnings;
use File::Copy qw(copy);
use VpdServer;

my $full = "-ERR 0.101 Resource temporarily unavailable\r\n";
my $wrong = "-ERR 8.207 Invalid Login\r\n";
my $count = "+OK+\r\ncount 4\r\n.\r\n";
my $conf = $ENV{VPOPMAIL_CONF};

# New settings, of which the first lines of the site stay.
sub with {
	copy("$site/conf", $conf) or die $!;
	settings('vpopmaild_tcp = 127.0.0.1:0 [::1]:0', @_);
}

sub try {
	my ($socket, $who, $secret) = @_;
	read_reply($socket);
	return ask($socket, "slogin $who $secret");
}

# ---- time -------------------------------------------------------------------
with('vpopmaild_idle_seconds = 1', 'vpopmaild_login_seconds = 2',
    'vpopmaild_write_seconds = 1');
ok(start(), 'with short limits');
my $port = port(0);
is(read_all(connect_tcp($port)) =~ s/^\+OK \r\n//r,
    "-ERR 3.103 Read Timeout\r\n", 'a client that says nothing');
is(read_all(login(connect_tcp($port))), "-ERR 3.106 Read Timeout\r\n",
    'a session that is idle');
{
	my $drip = login(connect_tcp($port));
	my ($sent, $end) = (0, '');
	local $SIG{ALRM} = sub { die "never\n" };
	alarm 60;
	for (1 .. 300) {
		syswrite $drip, 'u' or last;
		$sent++;
		my $bits = '';
		vec($bits, fileno $drip, 1) = 1;
		select($bits, undef, undef, 0.1) and last;
	}
	alarm 0;
	like(read_reply($drip), qr/^-ERR 3\.106/, 'a line that drips');
	ok($sent < 200, 'is not waited for');
}
{
	my $block = login(connect_tcp($port));
	say_line($block, 'mod_user joe@test.com');
	like(read_all($block), qr/^\+OK \r\n-ERR 3\.106 Read Timeout\r\n$/,
	    'a block that never ends');
}
{
	my $slow = login(connect_tcp($port));
	my $gone;
	$slow->blocking(0);
	my $chunk = "list_users test.com\r\n" x 500;
	$gone = wait_for(60, sub {
		my $n = syswrite $slow, $chunk;
		return !defined $n && !$!{EAGAIN};
	});
	ok($gone, 'a client that does not read is closed');
}
stop();

# ---- how many ---------------------------------------------------------------
with('vpopmaild_connections = 20', 'vpopmaild_connections_per_address = 10',
    'vpopmaild_trusted = ', "vpopmaild_unix = $site/home/var/socket");
ok(start(), 'with few connections');
{
	$port = port(0);
	my @all = map { connect_tcp($port) } 1 .. 10;
	is(read_reply($_), "+OK \r\n", 'one of ten') for @all[0, 9];
	is(read_all(connect_tcp($port)), $full, 'the eleventh of one address');
	my @six = map { connect_v6(port(1)) } 1 .. 9;
	is(read_reply($six[8]), "+OK \r\n", 'another address');
	my $unix = connect_unix("$site/home/var/socket");
	is(read_reply($unix), "+OK \r\n", 'the twentieth, of no address');
	is(read_all(connect_unix("$site/home/var/socket")), $full,
	    'the last but one is too much');
	shift(@all)->close;
	ok(wait_for(20, sub {
		my $again = connect_tcp($port);
		my $reply = read_reply($again);
		push @all, $again;
		return $reply eq "+OK \r\n" }), 'a place that is free again');
}
stop();

# ---- ten thousand at once ---------------------------------------------------
# All are open at the same time: as many are greeted as the limit says, and
# each of the others is told why not.
with('vpopmaild_connections = 1000', 'vpopmaild_trusted = 127.0.0.1',
    'vpopmaild_login_seconds = 3600', 'vpopmaild_idle_seconds = 3600');
if (system("prlimit --pid $$ --nofile=12000:12000 2>/dev/null") != 0) {
	ok(1, 'ten thousand attempts # SKIP too few descriptors');
} else {
	ok(start(), 'with a thousand connections');
	$port = port(0);
	my @old = map { login(connect_tcp($port)) } 1, 2;
	my ($answers, %said, @new) = 0;
	for (1 .. 10) {
		push @new, map { connect_tcp($port) } 1 .. 1000;
		$answers += ask($_, 'user_count test.com') eq $count for @old;
	}
	$said{read_reply($_)}++ for @new;
	is($said{"+OK \r\n"}, 998, 'of ten thousand as many as may are greeted');
	is($said{$full}, 9002, 'each of the others has its answer');
	is($answers, 20, 'sessions go on meanwhile');
	my @lines = log_text() =~ /connection refused/g;
	ok(@lines < 100, 'and the log is not filled');
	is(ask($new[0], 'slogin joe@test.com joepw'), "+OK \r\n",
	    'who was greeted may log in');
	close $_ for @new;
	ok(wait_for(30, sub { read_reply(connect_tcp($port)) eq "+OK \r\n" }),
	    'there is room again');
	is(ask($_, 'user_count test.com'), $count, 'nobody noticed') for @old;
	stop();
}

# Too few descriptors; and without the rights of root.
with('vpopmaild_trusted = 127.0.0.1');
my @as = $> ? () : ('setpriv', "--reuid=$ENV{SITE_UID}",
    "--regid=$ENV{SITE_GID}", '--clear-groups');
ok(start('prlimit', '--nofile=40:40', @as), 'with few descriptors');
{
	my @all = map { connect_tcp(port(0)) } 1 .. 60;
	login(shift @all) for 1 .. 3;
	like(log_text(), qr/raise the limit of open files/, 'says so');
	ok(log_like(qr/accept: Too many open files/), 'and when it is too late');
	my $last = pop @all;
	close $_ for splice @all;
	is(ask(login($last), 'user_count test.com'), $count,
	    'who had to wait is served');
}
stop();

# ---- logins -----------------------------------------------------------------
with('vpopmaild_trusted = ', 'vpopmaild_account_failures = 3',
    'vpopmaild_address_failures = 9', 'vpopmaild_forget_seconds = 3600',
    "vpopmaild_unix = $site/home/var/socket");
ok(start(), 'with few tries');
$port = port(0);
is(try(connect_tcp($port), 'joe@test.com', "bad$_"), $wrong, 'a wrong password')
    for 1 .. 3;
is(try(connect_tcp($port), 'joe@test.com', 'joepw'), $wrong,
    'after three the right one is not looked at');
is(try(connect_v6(port(1)), 'JOE@test.com', 'joepw'), $wrong,
    'nor from elsewhere, nor in other letters');
is(try(connect_unix("$site/home/var/socket"), 'joe@test.com', 'joepw'),
    $wrong, 'nor without an address');
is(try(connect_tcp($port), 'qa@test.com', 'qapw'), "+OK \r\n",
    'another account');
is(try(connect_v6(port(1)), 'qa@test.com', "bad$_"), $wrong, 'whose password '
    . 'is guessed from elsewhere') for 1 .. 3;
is(try(connect_tcp($port), 'qa@test.com', 'qapw'), "+OK \r\n",
    'is not shut out where it has logged in');
is(try(connect_tcp($port), "no$_\@test.com", 'x'), $wrong, 'no such account')
    for 1 .. 5;
is(try(connect_tcp($port), 'test@test.com', 'test'), $wrong,
    'an address with too many failures');
is(try(connect_v6(port(1)), 'test@test.com', 'test'), "+OK \r\n",
    'others are not concerned');
like(log_text(), qr/login refused: account=joe\@test\.com address=127\.0\.0\.1$/m,
    'the log names account and address');
stop();

with('vpopmaild_login_delay = 200');
ok(start(), 'with a delay');
{
	$port = port(0);
	my @times;
	for (1 .. 3) {
		my $socket = connect_tcp($port);
		read_reply($socket);
		my $begin = time;
		ask($socket, 'slogin joe@test.com bad');
		push @times, time - $begin;
	}
	ok($times[0] >= 0.2 && $times[1] >= 0.4 && $times[2] >= 0.8,
	    "wrong logins take longer and longer (@times)");
	my ($x, $y) = map { connect_tcp($port) } 1, 2;
	read_reply($x);
	say_line($x, 'slogin joe@test.com bad');
	login($y);
	my $bits = '';
	vec($bits, fileno $x, 1) = 1;
	ok(!select($bits, undef, undef, 0), 'others do not wait for it');
}
stop();

# ---- who is there -----------------------------------------------------------
with('vpopmaild_peer_login = yes', "vpopmaild_unix = $site/home/var/socket");
ok(start(), 'with logins by peer');
{
	my $unix = connect_unix("$site/home/var/socket");
	read_reply($unix);
	like(ask($unix, 'help'), qr/^peerlogin /m, 'help names the verb');
	is(ask($unix, 'peerlogin'), "+OK \r\n", 'who owns all is known');
	like(ask($unix, 'list_domains'), qr/^test2\.com test2\.com\r$/m,
	    'as administrator of the system');
	my $tcp = connect_tcp(port(0));
	read_reply($tcp);
	is(ask($tcp, 'peerlogin'), "-ERR 4.104 Invalid Command\r\n",
	    'not so by TCP');
}
stop();
if ($> == 0) {
	chmod 0755, "$site/home/var";
	ok(start(), 'again');
	chmod 0666, "$site/home/var/socket";
	my $said = `setpriv --reuid=4321 --regid=4321 --clear-groups perl -e '
	    use IO::Socket::UNIX;
	    my \$s = IO::Socket::UNIX->new(Peer => "$site/home/var/socket");
	    print {\$s} "peerlogin\r\nquit\r\n"; print while <\$s>'`;
	is($said, "+OK \r\n-ERR 4.104 Invalid Command\r\n+OK \r\n",
	    'another user is nobody');
	stop();
}

# ---- new settings -----------------------------------------------------------
my @tls = ("vpopmaild_tls = 127.0.0.1:0", "vpopmaild_unix = $site/home/var/s");
with("vpopmaild_certificate = $site/one.pem", @tls);
ok(start(), 'with a certificate');
{
	my $tls = port(2);
	my $name = sub {
		my $c = IO::Socket::SSL->new(PeerAddr => '127.0.0.1',
		    PeerPort => $tls, SSL_verify_mode => 0) or return '';
		return $c->peer_certificate('commonName');
	};
	my $old = login(connect_tcp(port(0)));
	is($name->(), 'one', 'the first certificate');
	with("vpopmaild_certificate = $site/two.pem", @tls);
	kill 'HUP', $pid;
	ok(log_like(qr/new settings/), 'new settings are taken');
	is($name->(), 'two', 'the second certificate');
	is(ask($old, 'user_count test.com'), $count,
	    'older sessions go on');
	my @fronts = children('front');
	is(scalar @fronts, 2, 'in their own process');
	is(ask($old, 'quit'), "+OK \r\n", 'until they end');
	ok(wait_for(20, sub { children('front') == 1 }),
	    'and the process with them');
	my $new = login(connect_tcp(port(0)));
	with("vpopmaild_certificate = $site/none.pem", @tls);
	kill 'HUP', $pid;
	ok(log_like(qr/none\.pem.*\n.*does not start/), 'bad ones are refused');
	is(ask($new, 'user_count test.com'), $count, 'and nothing changes');
	is($name->(), 'two', 'the certificate neither');
	with('vpopmaild_workers = many', @tls);
	kill 'HUP', $pid;
	ok(log_like(qr/vpopmaild_workers/), 'so are those that are no settings');
	with("vpopmaild_certificate = $site/two.pem",
	    "vpopmaild_tls = 127.0.0.1:0");
	kill 'HUP', $pid;
	ok(log_like(qr/new settings(?s:.*)new settings/), 'an address less');
	ok(wait_for(20, sub { !-e "$site/home/var/s" }),
	    'its socket is removed');
}

# ---- the end ----------------------------------------------------------------
{
	my $socket = login(connect_tcp(port(0)));
	my $idle = login(connect_tcp(port(0)));
	my @workers = children('worker');
	kill 'STOP', @workers;
	say_line($socket, 'user_count test.com');
	sleep 0.3;
	kill 'TERM', $pid;
	is(read_all($idle), '', 'an idle session is closed');
	ok(!IO::Socket::INET->new(PeerAddr => '127.0.0.1',
	    PeerPort => port(0), Timeout => 5), 'nobody listens any more');
	kill 'CONT', @workers;
	is(read_all($socket), $count, 'what was asked is answered');
	waitpid $pid, 0;
	is($?, 0, 'the end');
	undef $pid;
}
done();
