#!/usr/bin/perl
# Crash test: run a tool once for every file-system call it makes, killed at
# that call, then again with the call failing with EIO and with ENOSPC, and
# look at what is left each time.
#
#     crash.pl SCENARIO ...
#
# SCENARIO@sqlite is the same on the sqlite store, which keeps all it can, and
# SCENARIO/9 takes every ninth call only, where there are many.
#
# After each interrupted run: mail for another account is still delivered; the
# next command (a change in another domain) finds or makes the wholly old or
# the wholly new state; an interrupted run that claimed success left the new
# one; a plain rerun of the tool ends in the new state; vdoctor finds nothing.
#
# Needs "inject" and the built tools in PATH.  Prints TAP.
use strict;
use warnings;
use Digest::SHA qw(sha1_hex);
use File::Path qw(remove_tree make_path);
use File::Temp qw(tempdir);

my $hash = '$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PS'
    . 'wGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.';
my $other = '$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1';

# name => [command, options]: settings (more lines of vpopmail.conf), stdin,
# again (statuses that a rerun on the new state may end with), lines (several
# changes, each atomic for itself), repeats (each run adds to the site), broken
# (the site is damaged before).
my %scenarios = (
	vadddomain => [["vadddomain", "--password-hash", $hash,
		"new.test"], again => [243]],
	vadddomain_catchall => [["vadddomain", "-q", "10M", "-e", "postmaster",
		"--password-hash", $hash, "new.test"], again => [243]],
	vadddomain_from => [["vadddomain", "--from", "-"],
		lines => 1, stdin => "domain,hash\nn1.test,$hash\nn2.test,$hash\n"],
	vaddaliasdomain => [["vaddaliasdomain", "one.test", "alias.test"],
		again => [255]],
	vrenamedomain => [["vrenamedomain", "two.test", "also-two.test"],
		alive => ["ann", "two.test"]],
	vdeldomain => [["vdeldomain", "-f", "two.test"], again => [245]],
	vdeldomain_alias => [["vdeldomain", "also-two.test"], again => [245]],
	vadduser => [["vadduser", "-e", $hash, "new\@one.test"],
		again => [254, 255]],
	vadduser_quota => [["vadduser", "-q", "5M,10C", "-c", "A New One",
		"-e", $hash, "new\@one.test"], again => [254, 255]],
	vadduser_log => [["vadduser", "-e", $hash, "new\@one.test"],
		again => [254, 255], settings => "cdb_small_domain = 0\n"],
	vadduser_from => [["vadduser", "--from", "-"],
		lines => 1, stdin => "address,hash\nn1\@one.test,$hash\nn2\@one.test,$hash\n"],
	# More than one statement of several rows takes.
	vadduser_bulk => [["vadduser", "--from", "-"], lines => 1,
		stdin => join "", "address,hash\n",
		    map { "n$_\@one.test,$hash\n" } 1 .. 9],
	vdeluser => [["vdeluser", "bob\@one.test"], again => [246]],
	vdeluser_log => [["vdeluser", "bob\@one.test"], again => [246],
		settings => "cdb_small_domain = 0\n"],
	vmoduser => [["vmoduser", "-c", "New Comment", "-p", "-q", "7M",
		"bob\@one.test"]],
	vmoduser_domain => [["vmoduser", "-c", "New Comment", "one.test"],
		lines => 1],
	vmoduser_log => [["vmoduser", "-c", "New Comment", "bob\@one.test"],
		settings => "cdb_small_domain = 0\n"],
	vpasswd => [["vpasswd", "--from", "-"],
		stdin => "address,hash\nbob\@one.test,$other\n"],
	vsetuserquota => [["vsetuserquota", "bob\@one.test", "9M"]],
	vmkpasswd => [["vmkpasswd", "one.test"]],
	vmkpasswd_log => [["vmkpasswd", "one.test"],
		settings => "cdb_small_domain = 0\n"],
	vmoddomlimits => [["vmoddomlimits", "-P", "5", "-g", "p", "one.test"]],
	vmoddomlimits_default => [["vmoddomlimits", "-d", "-P", "5"]],
	vmoddomlimits_delete => [["vmoddomlimits", "-D", "two.test"]],
	valias_insert => [["valias", "-i", "&new\@elsewhere.test",
		"sales\@one.test"], again => [255]],
	valias_delete => [["valias", "-d", "info\@one.test"], again => [246]],
	vlist_create => [["vlist", "create", "new\@one.test"], again => [5]],
	vlist_update => [["vlist", "--options=t", "--prefix={x}", "update",
		"news\@one.test"]],
	vlist_delete => [["vlist", "delete", "news\@one.test"], again => [6]],
	vlist_add => [["vlist", "subscriber", "news\@one.test", "add",
		"new\@elsewhere.test"]],
	vlist_remove => [["vlist", "subscriber", "news\@one.test", "delete",
		"old\@elsewhere.test"]],
	vipmap_add => [["vipmap", "-a", "192.0.2.9", "one.test"]],
	vipmap_delete => [["vipmap", "-d", "192.0.2.1", "two.test"]],
	vmakedotqmail => [["vmakedotqmail", "-u", "bob\@one.test"],
		settings => "defaultdelivery = yes\n"],
	vmakedotqmail_default => [["vmakedotqmail", "-d", "one.test", "-q",
		"| /bin/true"], settings => "defaultdelivery = yes\n"],
	vdeloldusers => [["vdeloldusers", "-d", "one.test", "-a", "1", "-D"],
		lines => 1],
	vpopbull => [["vpopbull", "-f", "BULLETIN", "one.test"],
		repeats => 1],
	vapppass => [["vapppass", "-a", "phone", "bob\@one.test"],
		repeats => 1],
	vdoctor => [["vdoctor", "--repair"], broken => 1],
);

# What the store keeps, without what differs by time; as the vpopmail user,
# who owns the file.
my $tables = join "", map { "select '$_->[0]', $_->[1] from $_->[0] "
    . "order by $_->[2];" } (["vpopmail", "*", "pw_domain, pw_name"],
	["dir_control", "*", "domain"],
	["lastauth", "user, domain, remote_ip", "domain, user"],
	["valias", "alias, domain, valias_line", "domain, alias, id"],
	["limits", "*", "domain"], ["ip_alias_map", "*", "ip_addr"],
	["aliasdomains", "*", "alias"]);

my $root = $> == 0;
my ($uid, $gid) = $root ? (getpwnam "nobody")[2, 3] : ($>, (split ' ', $))[0]);
my $shm = -d "/dev/shm" && -w "/dev/shm" ? "/dev/shm" : "/tmp";
my $work = tempdir("vhostadmin-crash.XXXXXX", DIR => $shm, CLEANUP => 1);
chmod 0755, $work or die "chmod $work: $!";
my $site = "$work/site";
$ENV{VPOPMAIL_CONF} = "$site/home/etc/vpopmail.conf";
delete @ENV{qw(VPOPMAIL_DOMAIN TCPLOCALIP TCPREMOTEIP)};

# Programs as small as they can be in the place of ezmlm-idx.
my ($ezmlm) = grep { -x } map { "$_/ezmlm" } split /:/, $ENV{PATH};
die "no stand-in for ezmlm in PATH\n" if !$ezmlm;

sub spew {
	my ($path, $text) = @_;
	open my $fh, ">", $path or die "$path: $!";
	print $fh $text;
	close $fh or die "$path: $!";
}

sub slurp {
	my ($path) = @_;
	open my $fh, "<", $path or return undef;
	local $/;
	return scalar <$fh>;
}

# Run; status and output (both streams).
sub run {
	my ($stdin, @command) = @_;
	pipe my $r, my $w or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		open STDIN, "<", $stdin // "/dev/null" or die;
		open STDOUT, ">&", $w or die;
		open STDERR, ">&", $w or die;
		close $r;
		exec @command or exit 127;
	}
	close $w;
	local $/;
	my $out = <$r> // "";
	waitpid $pid, 0;
	return ($? & 127 ? 1000 + ($? & 127) : $? >> 8, $out);
}

# The tables of the sqlite store; "" on the cdb store.
sub dump_store {
	my $db = "$site/home/domains/_vpopmail.sqlite";
	return "" if !-e $db;
	my @as = $root ? ("setpriv", "--reuid=$uid", "--regid=$gid",
	    "--clear-groups") : ();
	my ($status, $out) = run(undef, @as, "sqlite3", "-bail", $db, $tables);
	return "sqlite3: $status\n$out";
}

# Settings of the store that a scenario's name ends with.
sub store_settings {
	my ($store) = @_;
	return "" if !$store;
	make_path("$work/stores");
	system("cp", "$ENV{top_builddir}/src/store/sql/.libs/$store.so",
	    "$work/stores") == 0 or die "no module of the store $store\n";
	chmod 0755, "$work/stores", "$work/stores/$store.so" or die;
	return "auth_module = $store\nstore_dir = $work/stores\n"
	    . join "", map { "$_ = yes\n" } qw(valias mysql_limits
	    sql_aliasdomains);
}

sub must {
	my ($status, $out) = run(undef, @_);
	die "@_ ended with $status: $out" if $status;
	return $out;
}

# The site that every run starts from.
sub make_template {
	my ($settings, $broken) = @_;
	remove_tree("$work/template", $site);
	make_path("$site/home/etc", "$site/home/bin", "$site/home/domains",
	    "$site/home/var", "$site/qmail/control", "$site/qmail/users");
	spew($ENV{VPOPMAIL_CONF}, "home = $site/home\nuid = $uid\n"
	    . "gid = $gid\nqmaildir = $site/qmail\n"
	    . "password_scheme = sha512\nfile_sync = no\n"
	    . "ezmlm_dir = $work/ezmlm\n$settings");
	make_path("$work/ezmlm");
	for my $name (qw(make sub unsub list)) {
		my $link = "$work/ezmlm/ezmlm-$name";
		-l $link or symlink $ezmlm, $link or die "$link: $!";
	}
	spew("$site/home/etc/vlimits.default", "maxpopaccounts: -1\n");
	spew("$site/qmail/control/me", "mx.test\n");
	spew("$site/qmail/control/locals", "mx.test\nnew.test\n");
	spew("$site/qmail/control/rcpthosts",
	    join("", map { "filler$_.test\n" } 1 .. 47));
	spew("$site/qmail/control/defaultdelivery", "./Maildir/\n");
	spew("$site/bulletin", "From: s\@one.test\nSubject: hi\n\nbody\n");
	spew("$site/message", "Subject: hello\n\nbody\n");
	chmod 0700, "$site/home/domains", "$site/home/var" or die;
	chown $uid, $gid, "$site/home/domains", "$site/home/var" or die;
	must("vadddomain", "--password-hash", $hash, $_)
	    for qw(one.test two.test keep.test);
	must("vaddaliasdomain", "two.test", "also-two.test");
	must("vadduser", "-e", $hash, $_)
	    for qw(bob@one.test zoe@one.test ann@two.test stays@keep.test);
	must("vmoddomlimits", "-P", "9", "two.test");
	must("valias", "-i", "&x\@elsewhere.test", "info\@one.test");
	must("vipmap", "-a", "192.0.2.1", "two.test");
	must("vlist", "create", "news\@one.test");
	must("vlist", "subscriber", "news\@one.test", "add",
	    "old\@elsewhere.test");
	for my $old (grep { -e } glob
	    "$site/home/domains/one.test/{bob,zoe}/lastauth") {
		spew($old, "192.0.2.7");
		utime 86400 * 365 * 30, 86400 * 365 * 30, $old or die;
	}
	damage() if $broken;
	rename $site, "$work/template" or die "rename: $!";
}

# What vdoctor --repair is let loose on.
sub damage {
	unlink "$site/qmail/users/cdb" or die;
	unlink "$site/home/domains/one.test/vpasswd.cdb" or die;
	spew("$site/qmail/control/virtualdomains", "two.test:two.test\n");
	remove_tree("$site/home/domains/one.test/zoe/Maildir/tmp");
	spew("$site/home/domains/one.test/vpasswd.tmp", "left over");
}

sub reset_site {
	remove_tree($site);
	system("cp", "-a", "$work/template", $site) == 0 or die "cp failed";
}

# Everything that a change may change, without what differs by time, and
# without temporary files: the rerun takes them over, or vdoctor tells.
sub snapshot {
	my @parts;
	for my $name (qw(assign)) {
		push @parts, slurp("$site/qmail/users/$name") // "none";
	}
	my %hosts;
	for my $name (qw(rcpthosts morercpthosts virtualdomains locals)) {
		my $text = slurp("$site/qmail/control/$name");
		my $kind = $name eq "morercpthosts" ? "rcpthosts" : $name;
		$hosts{"$kind $_"} = 1 for split /\n/, $text // "";
	}
	push @parts, join "\n", sort keys %hosts;
	for my $domain (qw(one.test two.test keep.test new.test n1.test
	    n2.test)) {
		my $dir = "$site/home/domains/$domain";
		my ($status, $out) = run(undef, qw(vuserinfo -n -p -u -g -c -d
		    -q -D), $domain);
		push @parts, "$domain $status $out";
		opendir my $dh, $dir or next;
		my @names = sort grep { !/^\.{1,2}$/ && !/^vpasswd/
		    && !/^\.vpasswd/ && !/^\.dir_control_free/
		    && !/\.tmp$/ } readdir $dh;
		for my $name (@names) {
			my $path = "$dir/$name";
			push @parts, -d $path ? "$domain/$name/ "
			    . join(" ", map { substr $_, length $path }
			    grep { !/lastauth$/ } glob("$path/{*,.qmail}"))
			    : "$domain/$name " . slurp($path);
		}
	}
	push @parts, slurp("$site/home/etc/ip_alias_map") // "none";
	push @parts, slurp("$site/home/etc/vlimits.default") // "none";
	push @parts, dump_store();
	return join "\n----\n", @parts;
}

sub deliver {
	my ($ext, $domain) = @_;
	my $dir = "$site/home/domains/$domain";
	local $ENV{EXT} = $ext;
	local $ENV{HOST} = $domain;
	local $ENV{RPLINE} = "Return-Path: <s\@sender.test>\n";
	local $ENV{DTLINE} = "Delivered-To: $domain-$ext\@$domain\n";
	my @as = $root ? ("setpriv", "--reuid=$uid", "--regid=$gid",
	    "--clear-groups") : ();
	my ($status, $out) = run("$site/message", @as, "vdelivermail", "",
	    "bounce-no-mailbox");
	return $status == 0 ? undef : "delivery ended with $status: $out";
}

# One interrupted run; undef when all is well, else what is not.
sub examine {
	my ($s, $claimed) = @_;
	my ($bad, $status, $out, $is_new);
	if (!$s->{broken}) {
		$bad = deliver("stays", "keep.test");
		$bad //= deliver(@{ $s->{alive} }) if $s->{alive};
		return $bad if $bad;
		($status, $out) = run(undef, qw(vmoduser -c stays
		    stays@keep.test));
		return "the next command ended with $status: $out" if $status;
	}
	my $state = snapshot();
	$is_new = $state eq $s->{new};
	if (!$s->{repeats} && !$s->{broken} && !$s->{lines}) {
		return "neither old nor new:\n" . differences($s, $state)
		    if !$is_new && $state ne $s->{old};
		return "claimed success, but the state is old"
		    if $claimed && !$is_new;
	}
	($status, $out) = run($s->{stdin_file}, @{ $s->{command} });
	my %good = map { $_ => 1 } 0, $is_new ? @{ $s->{again} } : ();
	return "the rerun ended with $status: $out" if !$good{$status};
	return "the rerun did not end in the new state:\n"
	    . differences($s, snapshot())
	    if !$s->{repeats} && snapshot() ne $s->{new};
	($status, $out) = run(undef, "vdoctor");
	return "vdoctor ended with $status: $out" if $status;
	return deliver("stays", "keep.test");
}

sub differences {
	my ($s, $state) = @_;
	my %old = map { $_ => 1 } split /\n/, $s->{old};
	my %new = map { $_ => 1 } split /\n/, $s->{new};
	my %now = map { $_ => 1 } split /\n/, $state;
	return join "", (map { "  only now: $_\n" }
	    grep { !$old{$_} && !$new{$_} } sort keys %now),
	    (map { "  missing:  $_\n" }
	    grep { !$now{$_} && $old{$_} && $new{$_} } sort keys %old),
	    (map { "  old only, gone: $_\n" }
	    grep { !$now{$_} && $old{$_} && !$new{$_} } sort keys %old),
	    (map { "  of old:   $_\n" }
	    grep { $now{$_} && $old{$_} && !$new{$_} } sort keys %old),
	    (map { "  of new:   $_\n" }
	    grep { $now{$_} && $new{$_} && !$old{$_} } sort keys %new);
}

sub prepare {
	my ($name) = @_;
	my ($what, $step) = split m{/}, $name;
	my ($base, $store) = split /@/, $what;
	my ($command, %options) = @{ $scenarios{$base}
	    // die "no scenario $name\n" };
	my $s = { again => [], %options, name => $name, step => $step // 1 };
	$s->{command} = [map { $_ eq "BULLETIN" ? "$site/bulletin" : $_ }
	    @$command];
	make_template(($options{settings} // "") . store_settings($store),
	    $options{broken});
	if (defined $options{stdin}) {
		$s->{stdin_file} = "$work/stdin";
		spew($s->{stdin_file}, $options{stdin});
	}
	reset_site();
	$s->{old} = snapshot();
	my ($status, $out) = run($s->{stdin_file}, @{ $s->{command} });
	die "$name: the plain run ended with $status: $out" if $status;
	$s->{new} = snapshot();
	return $s;
}

my $tests = 0;
my $failed = 0;

sub result {
	my ($good, $name, @notes) = @_;
	$tests++;
	$failed++ if !$good;
	print $good ? "ok" : "not ok", " $tests - $name\n";
	print map { "# $_\n" } map { split /\n/ } @notes;
}

$| = 1;
for my $name (@ARGV) {
	my $s = eval { prepare($name) };
	if (!$s) {
		result(0, "$name: prepared", $@);
		next;
	}
	result($s->{repeats} || $s->{old} ne $s->{new} || $name =~ /^vmkpasswd/,
	    "$name: the plain run changes the site");
	for my $mode (qw(kill eio enospc)) {
		my ($points, @bad) = (0);
		my $first = $mode eq "kill" ? 1 : $mode eq "eio" ? 4 : 7;
		$first = 1 if $s->{step} == 1;
		for (my $n = $first; @bad < 5; $n += $s->{step}) {
			reset_site();
			my ($status, $out) = run($s->{stdin_file}, "inject",
			    $mode, $n, @{ $s->{command} });
			last if $out =~ /inject: only/;
			my ($call) = $out =~ /inject: call \d+ is (\w+)/;
			if (!defined $call) {
				push @bad, "call $n: $out";
				next;
			}
			$points++;
			my $bad = examine($s, $status == 0);
			push @bad, "call $n ($call): $bad" if defined $bad;
		}
		result(!@bad && $points > 0,
		    "$name: $mode at each of $points calls", @bad);
	}
}
print "1..$tests\n";
exit($failed ? 1 : 0);
