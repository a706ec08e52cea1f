#!/usr/bin/perl
# A module beside a root helper, for tests: mailroot.pl FOLDER UID runs the
# module of the folder as that user, with descriptor 3, and does as root what
# its manifest has for a verb.  Each verb that was asked is a line of the file
# in ASKED.
use strict;
use warnings;
use IPC::Open2;
use JSON::PP;
use POSIX ();
use Socket;

my ($folder, $uid) = @ARGV;
my $json = JSON::PP->new->utf8->canonical;

sub manifest {
	open my $fh, "<", "$folder/module.json" or die;
	local $/;
	return $json->decode(<$fh>);
}

sub answer {
	my ($request) = @_;
	my ($root) =
	    grep { $_->{verb} eq $request->{verb} } @{ manifest()->{root} };
	return { error => { code => "unsupported", message => "no such verb" } }
	    if !$root;
	my ($program, @arguments) = @{ $root->{program} };
	my $pid = open2(my $out, my $in, "$folder/$program", @arguments);
	print $in $json->encode($request->{input}) . "\n";
	close $in;
	my $line = <$out>;
	waitpid $pid, 0;
	return $line ? $json->decode($line)
	    : { error => { code => "internal", message => "no answer" } };
}

sub serve {
	my ($socket) = @_;
	while (my $line = <$socket>) {
		my $request = $json->decode($line);
		open my $asked, ">>", $ENV{ASKED} or die;
		print $asked "$request->{verb}\n";
		close $asked;
		my $answer = answer $request;
		$answer->{id} = $request->{id};
		syswrite $socket, $json->encode($answer) . "\n";
	}
}

socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC or die;
my $pid = fork // die;
if ($pid == 0) {
	close $theirs;
	serve $ours;
	POSIX::_exit 0;
}
close $ours;
$^F = 3;
POSIX::dup2(fileno $theirs, 3) or die;
exec "setpriv", "--reuid=$uid", "--regid=$uid", "--clear-groups",
    "$folder/mail" or die;
