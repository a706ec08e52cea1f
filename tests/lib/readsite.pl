#!/usr/bin/perl
# An independent reader of the files that other programs read: it shares no
# code with the library.
#
#     readsite.pl cdb FILE              every record, one "key => data" a line
#     readsite.pl assign QMAILDIR NAME  what qmail-lspawn finds for NAME@...
#     readsite.pl accounts DIR          vpasswd lines; fails unless
#                                       vpasswd.cdb says the same
use strict;
use warnings;

sub slurp {
	my ($path) = @_;
	open my $fh, "<:raw", $path or die "$path: $!\n";
	local $/;
	return scalar <$fh> // "";
}

sub u32 {
	my ($data, $at) = @_;
	die "position $at is past the end\n" if $at + 4 > length $data;
	return unpack "V", substr $data, $at, 4;
}

sub cdb_hash {
	my ($key) = @_;
	my $h = 5381;
	$h = (($h + ($h << 5)) & 0xffffffff) ^ $_ for unpack "C*", $key;
	return $h;
}

sub cdb_find {
	my ($data, $key) = @_;
	my $h = cdb_hash($key);
	my ($table, $slots) = (u32($data, ($h & 255) * 8),
	    u32($data, ($h & 255) * 8 + 4));
	for my $i (0 .. $slots - 1) {
		my $at = $table + (($h >> 8) + $i) % $slots * 8;
		my ($hash, $pos) = (u32($data, $at), u32($data, $at + 4));
		return undef if !$pos;
		next if $hash != $h;
		my ($kl, $dl) = (u32($data, $pos), u32($data, $pos + 4));
		return substr $data, $pos + 8 + $kl, $dl
		    if substr($data, $pos + 8, $kl) eq $key;
	}
	return undef;
}

# All records in file order, as [key, data].
sub cdb_all {
	my ($data) = @_;
	my $end = u32($data, 0);
	for my $i (1 .. 255) {
		my $p = u32($data, $i * 8);
		$end = $p if $p < $end;
	}
	my ($at, @all) = (2048);
	while ($at < $end) {
		my ($kl, $dl) = (u32($data, $at), u32($data, $at + 4));
		push @all, [substr($data, $at + 8, $kl),
		    substr($data, $at + 8 + $kl, $dl)];
		$at += 8 + $kl + $dl;
	}
	return @all;
}

sub show {
	my ($text) = @_;
	$text =~ s/([^\x20-\x7e])/sprintf "\\x%02x", ord $1/ge;
	return $text;
}

my ($what, @args) = @ARGV;
$what //= "";
if ($what eq "cdb" && @args == 1) {
	my $data = slurp($args[0]);
	for my $record (cdb_all($data)) {
		print show($record->[0]), " => ", show($record->[1]), "\n";
		defined cdb_find($data, $record->[0])
		    or die "record ", show($record->[0]), " is not found\n";
	}
} elsif ($what eq "assign" && @args == 2) {
	# qmail-lspawn: the exact key, then prefixes that end in one of the
	# wildcard characters of the empty key, the longest first.
	my $data = slurp("$args[0]/users/cdb");
	my $local = lc $args[1];
	my $wild = cdb_find($data, "") // "";
	my $found = cdb_find($data, "!$local\0");
	for (my $n = length $local; !defined $found && $n > 0; $n--) {
		next if index($wild, substr $local, $n - 1, 1) < 0;
		$found = cdb_find($data, "!" . substr $local, 0, $n);
	}
	defined $found or exit 1;
	print join("|", split /\0/, $found, -1), "\n";
} elsif ($what eq "accounts" && @args == 1) {
	my $text = slurp("$args[0]/vpasswd");
	my $data = slurp("$args[0]/vpasswd.cdb");
	my ($last, $count) = ("", 0);
	for my $line (split /\n/, $text) {
		my ($name, $rest) = split /:/, $line, 2;
		my $found = cdb_find($data, $name);
		die "$name is not in vpasswd.cdb\n" if !defined $found;
		die "$name differs: '$rest', '$found'\n" if $found ne $rest;
		die "$name is out of order\n" if $last ge $name;
		print "$line\n";
		$last = $name;
		$count++;
	}
	my $records = () = cdb_all($data);
	die "vpasswd.cdb has $records records, vpasswd $count lines\n"
	    if $records != $count;
} else {
	die "usage: readsite.pl cdb|assign|accounts ARGUMENT ...\n";
}
