#!/usr/bin/perl
# Who else gets to know a secret of a program that waits?
#
#     secrets.pl UID GID FOLDER FILE COMMAND ...
#
# Runs the command in FOLDER as another user, without a limit for core files,
# until its memory holds the secret in FILE, and prints where else that can be found:
# in its arguments and environment, by another process of its user, in its
# output, in its core file; or "nowhere".  Needs root.
use strict;
use warnings;
no warnings "portable";
use POSIX ();

my ($uid, $gid, $folder, $file, @command) = @ARGV;
my $secret;
my $pid = fork // die "fork: $!";

sub become {
	POSIX::setgid($gid);
	$) = "$gid $gid";
	POSIX::setuid($uid);
	die "setuid: $!" if $< != $uid || $> != $uid;
}

sub slurp {
	my ($path) = @_;
	open my $fh, "<", $path or return "";
	local $/;
	return scalar(<$fh>) // "";
}

sub holds {
	open my $maps, "<", "/proc/$pid/maps" or return 0;
	open my $memory, "<", "/proc/$pid/mem" or return 0;
	while (<$maps>) {
		my ($from, $to) = /^([0-9a-f]+)-([0-9a-f]+) rw/ or next;
		my ($at, $size) = (hex $from, hex($to) - hex($from));
		next if $size > 1 << 26 || !sysseek $memory, $at, 0;
		sysread $memory, my $text, $size or next;
		return 1 if index($text, $secret) >= 0;
	}
	return 0;
}

if (!$pid) {
	chdir $folder or die "$folder: $!";
	become();
	open STDOUT, ">", "output" or die "output: $!";
	open STDERR, ">&", \*STDOUT or die;
	exec "sh", "-c", 'ulimit -c unlimited; exec "$@"', "sh", @command;
	die "exec: $!";
}
my ($tries, @found) = (0);
# Only now: the command was a copy of ourselves.
$secret = slurp($file);
chomp $secret;
while (!holds()) {
	if (waitpid($pid, POSIX::WNOHANG()) != 0 || $tries++ > 300) {
		kill "KILL", $pid;
		print "the command never knew it: ", slurp("$folder/output");
		exit 2;
	}
	select undef, undef, undef, 0.1;
}
for my $name (qw(cmdline environ)) {
	push @found, $name if index(slurp("/proc/$pid/$name"), $secret) >= 0;
}
my $other = fork // die "fork: $!";
if (!$other) {
	become();
	exit(open(my $fh, "<", "/proc/$pid/mem") ? 1 : 0);
}
waitpid $other, 0;
push @found, "another process" if $? != 0;
kill "ABRT", $pid;
waitpid $pid, 0;
push @found, "a core was made" if $? & 128;
for my $path (glob "$folder/*") {
	push @found, $path if index(slurp($path), $secret) >= 0;
	unlink $path;
}
print map { "$_\n" } @found ? @found : "nowhere";
