# The server's connections; see tests/cli/vpopmaild_server.t.
use strict;
use warnings;
use VpdServer;

my $denied = "-ERR 4.107 Invalid Command\r\n";
my $lost = "-ERR 0.107 Resource temporarily unavailable\r\n";
my $count = "+OK+\r\ncount 4\r\n.\r\n";

ok(start(), 'starts and says when it is ready');
my ($tcp, $v6, $tls) = map { port($_) } 0 .. 2;

# ---- all three kinds at once ------------------------------------------------
my $a = login(connect_tcp($tcp));
my $b = login(connect_v6($v6));
my $c = connect_tls($tls);
ok($c, 'TLS with a certificate that is checked') or die $IO::Socket::SSL::SSL_ERROR;
login($c);
my $d = login(connect_unix("$site/socket"));
is(ask($_, 'user_count test.com'), $count, 'an answer') for $a, $b, $c, $d;
ok(!connect_tls($tls, SSL_version => 'TLSv1_1'), 'no TLS before 1.2');
like(ask($d, 'peerlogin'), qr/^-ERR 4.107/, 'no login by peer unless set');
is((stat "$site/socket")[2] & 0777, 0660, 'the Unix socket has its mode');

# ---- processes --------------------------------------------------------------
if ($> == 0) {
	my ($front) = children('front');
	open my $fh, '<', "/proc/$front/status" or die;
	my $status = join '', <$fh>;
	like($status, qr/^Uid:\t(?!0\t)(\d+)\t\1\t\1\t\1$/m,
	    'the front process is nobody');
	like($status, qr/^NoNewPrivs:\t1$/m, 'and cannot become more');
	like(readlink "/proc/$front/root", qr/deleted/, 'and sees no file');
	for my $worker (children('worker')) {
		open my $w, '<', "/proc/$worker/status" or die;
		my $text = join '', <$w>;
		like($text, qr/^Uid:\t$ENV{SITE_UID}\t$ENV{SITE_UID}\t/m,
		    'a worker is the vpopmail user');
		like($text, qr/^Groups:\t\s*$/m, 'and in no other group');
	}
	is(ask($a, 'add_domain new.com secret12'), "+OK \r\n",
	    'the root worker changes qmail\'s files');
	is(ask($c, 'user_count new.com'), "+OK+\r\ncount 1\r\n.\r\n",
	    'which others see');
	# A domain of another user.
	system 'vadddomain', '--no-password', '-i', 12345, '-g', 12345,
	    'own.com';
	system 'vadduser', 'ann@own.com', 'annpw';
	my $ann = login(connect_tcp($tcp), 'ann@own.com', 'annpw');
	is(ask($ann, 'mk_dir ann@own.com/x'), "+OK \r\n",
	    'a domain of another user is served');
	is(ask($a, 'add_user x@own.com xpw'), "+OK \r\n", 'and changed');
	is((stat "$site/home/domains/own.com/x")[4], 12345,
	    'what is made belongs to its owner');
	# So is one that is reached by the name alone.
	system 'vipmap', '-a', '127.0.0.1', 'own.com';
	my $alone = login(connect_tcp($tcp), 'ann', 'annpw');
	is(ask($alone, 'mod_user ann') . ask($alone, "comment Ann\r\n."),
	    "+OK \r\n+OK \r\n", 'a name alone is one of the address\'s domain');
	login(connect_tcp($tcp));
	system 'vipmap', '-d', '127.0.0.1', 'own.com';
	open my $default, '>', "$site/home/etc/defaultdomain" or die;
	print $default "own.com\n";
	close $default;
	login(connect_unix("$site/socket"), 'ann', 'annpw');
	like(ask($a, 'user_info ann'), qr/^comment Ann\r$/m,
	    'or of the site\'s default domain');
	unlink "$site/home/etc/defaultdomain" or die;
}

# ---- framing ----------------------------------------------------------------
my $e = login(connect_tcp($tcp));
syswrite $e, $_ for split //, "user_count test.com\r\n";
is(read_reply($e), $count, 'a torn line');
syswrite $e, "user_count test.com\n\r" x 3000;
my $good = 0;
$good += read_reply($e) eq $count for 1 .. 3000;
is($good, 3000, 'three thousand pipelined requests, LF CR');
syswrite $e, "mod_user joe\@test.com\r\ncomment Joe\r\n.\r\n"
    . "user_info joe\@test.com\r\nquit\r\n";
my $all = read_all($e);
like($all, qr/^\+OK \r\n\+OK \r\n\+OK\+\r\nname joe\r\ncomment Joe\r\n/,
    'a pipelined block');
like($all, qr/\.\r\n\+OK \r\n$/, 'and quit behind it');

$e = login(connect_tcp($tcp));
say_line($e, 'x' x 200000);
is(read_reply($e), $denied, 'an over-long line has one answer');
is(ask($e, 'user_count test.com'), $count, 'and does not matter');
say_line($e, 'write_file joe@test.com/big');
for (1 .. 90) {
	my $part = ('y' x 64 . "\n") x 1000;
	syswrite $e, $part;
}
say_line($e, '.');
like(read_reply($e), qr/^-ERR \d+\.\d+ /, 'an over-long block is refused');
ok(!-e "$site/home/domains/test.com/joe/big", 'and leaves nothing');
is(ask($e, 'user_count test.com'), $count, 'and does not matter either');
$e = connect_tcp($tcp);
read_reply($e);
syswrite $e, 'z' x 1000000;
shutdown $e, 1;
like(read_all($e), qr/^-ERR 3\.103 Read Timeout\r\n$/,
    'an endless line before login');

# ---- clients that vanish ----------------------------------------------------
$e = login(connect_tcp($tcp), 'joe@test.com', 'joepw');
syswrite $e, "mod_user joe\@test.com\r\ncomment Gone\r\n.\r\nquit\r\n";
close $e;
ok(wait_for(20, sub {
	ask($a, 'user_info joe@test.com') =~ /^comment Gone\r$/m }),
    'a change is made though the client has gone');
$e = login(connect_tcp($tcp), 'joe@test.com', 'joepw');
syswrite $e, "mod_user joe\@test.com\r\ncomment Half\r\n";
close $e;
$e = login(connect_tcp($tcp), 'joe@test.com', 'joepw');
syswrite $e, "mod_user joe\@test.com\r\ncomment Reset\r\n.\r\nq\r\n";
setsockopt $e, Socket::SOL_SOCKET(), Socket::SO_LINGER(), pack 'ii', 1, 0;
close $e;
$e = connect_tcp($tcp);
read_reply($e);
shutdown $e, 1;
is(read_all($e), "-ERR 3.103 Read Timeout\r\n", 'the end before login');
$e = login(connect_tcp($tcp));
syswrite $e, 'user_count test.com';
shutdown $e, 1;
is(read_all($e), $count . "-ERR 3.106 Read Timeout\r\n",
    'a last line without its end');
unlike_half();

sub unlike_half {
	my $info = ask($a, 'user_info joe@test.com');
	ok($info !~ /^comment Half/m, 'half a block changes nothing');
}

# ---- a client that does not read --------------------------------------------
my $before = memory(children('front'));
my $slow = login(connect_tcp($tcp));
my $stuck = 0;
{
	# Until the server takes no more: its buffers have an end.
	my $bits = '';
	my $chunk = "list_users test.com\r\n" x 500;
	for (1 .. 4000) {
		vec($bits, fileno $slow, 1) = 1;
		my $w = $bits;
		select undef, $w, undef, 1 or $stuck = 1, last;
		$slow->blocking(0);
		syswrite $slow, $chunk;
		$slow->blocking(1);
	}
}
ok($stuck, 'a client that does not read is not read either');
is(ask($a, 'user_count test.com'), $count, 'others are served meanwhile');
{
	my $more = memory(children('front')) - $before;
	ok($more < 24576, "the front process stays small ($more KiB more)");
}

# ---- lost workers -----------------------------------------------------------
close $slow;
stop();
ok(start(), 'a fresh start');
($tcp, $v6, $tls) = map { port($_) } 0 .. 2;
($a, $b) = map { login(connect_tcp($tcp)) } 1, 2;
$c = login(connect_tls($tls));
my @workers = two_workers();

# Two that wait for work: the front knows them when it uses both.
sub two_workers {
	my @now;
	wait_for(20, sub { @now = children('worker'); @now == 2 });
	return @now;
}

{
	# One that is stopped has the request when it dies.
	kill 'STOP', @workers;
	say_line($b, 'user_count test.com');
	say_line($c, "user_count test.com\r\nuser_count test.com");
	sleep 0.3;
	kill 'KILL', @workers;
	is(read_reply($b), $lost, 'the request of a lost worker is answered');
	is(ask($b, 'user_count test.com'), $count, 'and its session goes on');
	is(read_reply($c), $lost, 'so are several');
	is(read_all($c), '', 'whose connection is closed');
	is(ask($a, 'user_count test.com'), $count, 'others notice nothing');
}
{
	@workers = two_workers();
	kill 'STOP', @workers;
	say_line($b, 'mod_user joe@test.com');
	sleep 0.3;
	kill 'KILL', @workers;
	is(read_all($b), $lost, 'lost before a block: the connection is '
	    . 'closed, so that no block is run as requests');
}
my ($front) = children('front');
kill 'KILL', $front;
ok(wait_for(20, sub { my @f = children('front'); @f == 1 && $f[0] != $front }),
    'a front process that is lost is started again');
is(read_all($a), '', 'its connections are gone');
$a = login(connect_tcp($tcp));
is(ask($a, 'user_count test.com'), $count, 'the sockets are the same');

if ($> == 0) {
	my ($root) = children('root worker');
	kill 'STOP', $root;
	say_line($a, 'add_domain late.com latepw12');
	sleep 0.3;
	kill 'KILL', $root;
	is(read_reply($a), $lost, 'so is that of a lost root worker');
	is(ask($a, 'add_domain late.com latepw12'), "+OK \r\n",
	    'and there is another one');
}

# ---- the store is away ------------------------------------------------------
my $folder = "$site/home/domains/test2.com";
chmod 0, $folder or die;
like(ask($a, 'user_info other@test2.com'), qr/^-ERR /,
    'the store of a domain is away');
is(ask($a, 'user_count test.com'), $count, 'another domain is served');
{
	my $f = connect_tcp($tcp);
	read_reply($f);
	like(ask($f, 'slogin other@test2.com otherpw'), qr/^-ERR 1\.101 /,
	    'a login cannot be decided');
	chmod 0700, $folder or die;
	is(ask($f, 'slogin other@test2.com otherpw'), "+OK \r\n",
	    'and succeeds afterwards on the same connection');
}

# ---- the end ----------------------------------------------------------------
ask($a, $_) for 'list_lists test.com', 'list_dir test.com/',
    'list_alias test.com', 'get_domain_size test.com';
my %places = map { readlink("/proc/$_/cwd"), 1 } children('worker'), $pid;
is(scalar keys %places, 1, 'no verb leads a worker elsewhere');
ok(log_text() !~ /\b(?:joepw|qapw|otherpw)\b/, 'no secret in the log');
is(stop(), 0, 'SIGTERM ends it');
ok(!-e "$site/socket", 'the Unix socket is removed');
done();
