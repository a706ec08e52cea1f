# A full disk; see tests/cli/vpopmaild_full.t.
use strict;
use warnings;
use VpdServer;

my $count = "+OK+\r\ncount 4\r\n.\r\n";

ok(start(), 'starts');
my ($one, $two) = map { login(connect_tcp(port(0))) } 1, 2;
is(ask($one, 'user_count test.com'), $count, 'four accounts');

sub block {
	my ($socket, $verb, @lines) = @_;
	syswrite $socket, join "\r\n", $verb, @lines, ".\r\n";
	my $reply = read_reply($socket);
	$reply = read_reply($socket)
	    if $verb !~ /^write_file/ && $reply eq "+OK \r\n";
	return $reply;
}

is(block($one, 'write_file joe@test.com/note', 'old'), "+OK \r\n",
    'a file is written');
open my $fh, '>', "$site/ballast" or die;
{
	my $page = 'x' x 4096;
	1 while syswrite $fh, $page;
}
close $fh;
like(ask($one, 'add_user new@test.com newpw'), qr/^-ERR 0\.\d+ /,
    'no account is added');
like(block($one, 'mod_user joe@test.com', 'comment ' . 'long' x 15),
    qr/^-ERR 0\.\d+ /, 'none is changed');
like(block($one, 'write_file joe@test.com/note', ('new' x 100) x 100),
    qr/^-ERR /, 'no file is written');
is(ask($one, 'user_count test.com'), $count, 'what is there is read');
is(ask($two, 'user_count test.com'), $count, 'also by others');
is(ask($one, 'read_file joe@test.com/note'), "+OK+\r\nold\n.\r\n",
    'the old file is whole');
login(connect_tcp(port(0)), 'joe@test.com', 'joepw');
unlink "$site/ballast" or die;
is(ask($one, 'add_user new@test.com newpw'), "+OK \r\n",
    'with room it goes on');
is(block($one, 'mod_user joe@test.com', 'comment Joe'), "+OK \r\n",
    'in the same session');
is(ask($two, 'user_count test.com'), $count =~ s/4/5/r, 'five accounts');
is(stop(), 0, 'the end');
done();
