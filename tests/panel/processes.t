#!/bin/sh
# Programs of modules: users of their own, failures that harm nobody else,
# loss of every process, verbs of root.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/lib/panel.sh"
. "${srcdir:-.}/tests/panel/modules.sh"

[ "$(id -u)" = 0 ] || {
	echo '1..0 # SKIP needs root'
	exit
}
site_make
MODULES=$SITE/modules
thing() {
	sed -i "s/\"things\"/\"$1\"/" "$MODULES/$1/module.json"
}
for name in good hangs floods raves mixes-up chatters starts-others; do
	module_make "$name" "$name" '"user": "games",'
	thing "$name"
done
module_make dies dies-after '"processes": 3,'
thing dies

# One that asks the root helper for what its key says.
module_make rooted '' '"root": [
  {"verb": "id", "program": ["as-root", "one", "two"]},
  {"verb": "slow", "program": ["as-root", "slow"], "seconds": 1},
  {"verb": "mad", "program": ["as-root", "mad"]}], "user": "games",'
thing rooted
sed -i 's/"protocol": 1, "seconds": 1/"protocol": 1, "seconds": 5/' \
    "$MODULES/rooted/module.json"
cat >"$MODULES/rooted/run" <<'END'
#!/usr/bin/perl
use strict;
use warnings;
use JSON::PP;
use IO::Handle;
$| = 1;
open my $root, "+<&=3" or warn "no root: $!\n";
$root->autoflush(1) if $root;
print STDERR "begin\e[1m\n" . "y" x 5000 . "\n";
while (my $line = <STDIN>) {
	my $r = decode_json $line;
	my $result = { protocol => 1, state => "degraded", reason => "a test" };
	if ($r->{verb} eq "get") {
		my $key = $r->{key};
		print $root $key eq "garbage" ? "\xff{]\n"
		    : $key eq "long" ? "x" x 2000000 . "\n"
		    : $key eq "nul" ? "{\"id\":1}\0\n"
		    : encode_json({ id => 7, verb => $key,
			input => { program => "/bin/sh" } }) . "\n";
		my $answer = decode_json scalar <$root>;
		$result = { object => { name => $key, size => $answer->{id},
			said => encode_json($answer) } };
	}
	print encode_json({ id => $r->{id}, result => $result }) . "\n";
}
END
cat >"$MODULES/rooted/as-root" <<'END'
#!/usr/bin/perl
use JSON::PP;
my $in = decode_json join "", <STDIN>;
sleep 60 if $ARGV[0] eq "slow";
print "{}" and exit if $ARGV[0] eq "mad";
print encode_json({ result => { uid => $>, args => "@ARGV", in => $in,
	environment => join(" ", sort keys %ENV) } });
END
chmod 755 "$MODULES/rooted/run" "$MODULES/rooted/as-root"

# One whose requests end only when two are executed at once.
module_make meets '' '"processes": 2,'
thing meets
sed -i 's/"protocol": 1, "seconds": 1/"protocol": 1, "seconds": 20/' \
    "$MODULES/meets/module.json"
cat >"$MODULES/meets/run" <<'END'
#!/usr/bin/perl
use strict;
use warnings;
use JSON::PP;
$| = 1;
while (my $line = <STDIN>) {
	my $r = decode_json $line;
	my $result = { protocol => 1, state => "ok" };
	if ($r->{verb} eq "get") {
		open my $f, ">", $r->{key} or die;
		for (1 .. 300) {
			last if -e "a" && -e "b";
			select undef, undef, undef, 0.05;
		}
		$result = { object => { name => $r->{key},
			size => -e "a" && -e "b" ? 2 : 1 } };
	}
	print encode_json({ id => $r->{id}, result => $result }) . "\n";
}
END

panel_start "modules = $MODULES" "workers = 3"
field() {
	sed -n "s/^$2:[[:space:]]*\([0-9]*\).*/\1/p" "/proc/$1/status"
}
works() {
	api GET "/$1" && [ "$status" = "${2:-200}" ]
}
# The first process whose first arguments are those of a module's program.
program() {
	pgrep -f "$MODULES/$1/run" | head -n 1
}
mod_status() {
	printf '{"id":1,"verb":"status"}\n' | perl -MIO::Socket::UNIX -e '
		my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]) or exit 1;
		print $s <STDIN>; print scalar <$s>' "$SITE/home/var/modules.sock"
}

ok 'a module answers' await works good
supervisor=$(panel_child modules)
is 'the supervisor has no rights' \
    "$(field "$supervisor" Uid) $(field "$supervisor" Seccomp)" "$(id -u daemon) 2"
is 'the supervisor sees no files' \
    "$(find "/proc/$supervisor/root/" -mindepth 1)" ''
is 'a program is its user' "$(field "$(program good)" Uid)" "$(id -u games)"
is 'without one it is the owner of mail' \
    "$(field "$(program dies)" Uid)" "$SITE_UID"
is 'it has no core files' \
    "$(sed -n 's/^Max core file size *\([0-9]*\).*/\1/p' \
	"/proc/$(program good)/limits")" 0
is 'it has a clean environment' \
    "$(tr '\0' '\n' <"/proc/$(program good)/environ" | sed 's/=.*//')" PATH
is 'its folder is its own' \
    "$(stat -c '%U %a' "$SITE/home/var/modules/good")" 'games 700'
is 'nobody else asks' "$(setpriv --reuid bin --regid bin --clear-groups \
    perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => $ARGV[0]);
	print $s ? "in" : "out"' "$SITE/home/var/modules.sock")" out

# ---- faults ------------------------------------------------------------------
for name in hangs floods raves mixes-up chatters; do
	api GET "/$name"
	is "$name: is unavailable" "$status" 503
	api GET /good
	is "$name: others are not harmed" "$status" 200
done
state() {
	mod_status | jq -r ".result.modules[]|select(.name==\"$1\")|.$2"
}
has_failed() {
	[ "$(state "$1" state)" = failed ]
}
ok 'that is its state' await has_failed raves
like 'with the last error' "$(state raves error)" '*no JSON object'
is 'the state of one that works' "$(state good state) $(state good error)" 'ok '
is 'one that says what it lacks' \
    "$(state rooted state) $(state rooted reason)" 'degraded a test'
api POST /dies -H "$JSON" -d '{"name":"a","size":1}'
is 'it dies while it is asked' "$status" 503
ok 'the next request finds it again' await works dies
api GET /starts-others
api GET /starts-others
left=$(pgrep -u games -x sleep | wc -l)
kill -KILL "$(program starts-others)"
gone() {
	[ "$(pgrep -u games -x sleep | wc -l)" -lt "$left" ]
}
ok 'what it started ends with it' await gone

# ---- several -------------------------------------------------------------------
curl -s -m 20 --unix-socket "$PANEL_SOCK" -o "$SITE/met" \
    http://localhost/api/v1/meets/a &
other=$!
api GET /meets/b
wait $other
is 'two programs of a module work at once' \
    "$(got .size) $(jq .size "$SITE/met")" '2 2'

# ---- root ----------------------------------------------------------------------
said() {
	api GET "/rooted/$1"
	out=$(got .said)
}
said id
is 'a verb of root' "$out" "$(printf %s "$out" | jq -c .)"
is 'is done as root, as the manifest says' \
    "$(got '.result|"\(.uid) \(.args) \(.environment) \(.in.program)"')" \
    '0 one two PATH VPOPMAIL_CONF /bin/sh'
said other
is 'a verb that it has not' "$(got .error.code)" forbidden
said garbage
is 'garbage' "$(got .error.code)" invalid
said nul
is 'a NUL' "$(got .error.code)" invalid
said long
is 'a line that is too long' "$(got .error.code)" invalid
said mad
is 'an answer that is none' "$(got .error.code)" internal
said slow
is 'one that takes too long' "$(got .error.code)" unavailable
said id
is 'it does its work after all that' "$(got .result.uid)" 0
helper=$(pgrep -x root -P "$(ps -o ppid= "$(program rooted)")")
kill -KILL "$helper"
helps() {
	said id && [ "$(got .result.uid)" = 0 ]
}
ok 'a helper that is lost is replaced' await helps
like 'what a program says is logged' "$(grep -c 'rooted: begin?\[1m$' "$SITE/log")" '[1-9]*'
is 'no more of a line than there is room for' "$(grep -c 'y\{600\}' "$SITE/log")" 0

# ---- events --------------------------------------------------------------------
vadddomain --no-password test.com || exit 1
hook() {
	mkdir -p "$SITE/home/etc/hooks.d/$1"
	printf '#!%s %s:events\n' "$(command -v vmodulehook)" "$2" \
	    >"$SITE/home/etc/hooks.d/$1/50-events"
	chmod 755 "$SITE/home/etc/hooks.d/$1/50-events"
	chown "$SITE_UID:$SITE_GID" "$SITE/home/etc/hooks.d/$1/50-events"
}
hook before.user.created ask
run vadduser no@test.com secret0
is 'a module that is not there is no answer' "$((status != 0))" 1
module_make events '' '"asks": ["user.created"], "hears": ["user.created"],'
thing events
cat >"$MODULES/events/run" <<'END'
#!/usr/bin/perl
use strict;
use warnings;
use JSON::PP;
$| = 1;
while (my $line = <STDIN>) {
	my $r = decode_json $line;
	my $result = { protocol => 1, state => "ok" };
	my $object = encode_json $r->{event}{object} // {};
	if ($r->{verb} eq "ask") {
		$result = $object =~ /"no["@]/
		    ? { allow => JSON::PP::false, reason => "we know no no" }
		    : { allow => JSON::PP::true };
	} elsif ($r->{verb} eq "get") {
		# A change that it is asked about itself.
		my $rc = system "vadduser", "$r->{key}\@test.com", "secret0";
		$result = { object => { name => $r->{key}, size => $rc } };
	} elsif ($r->{verb} eq "hear") {
		open my $f, ">>", "heard" or die;
		print $f "$r->{event}{type} $object\n";
		close $f;
	}
	print encode_json({ id => $r->{id}, result => $result }) . "\n";
}
END
sed -i 's/"protocol": 1, "seconds": 1/"protocol": 1, "seconds": 20/' \
    "$MODULES/events/module.json"
sed -i "s|^use JSON::PP;|use JSON::PP; @ENV{qw(PATH VPOPMAIL_CONF)} = ('$PATH', '$VPOPMAIL_CONF');|" \
    "$MODULES/events/run"
kill -HUP "$PANEL_PID"
allows() {
	vadduser yes@test.com secret0 2>/dev/null
}
ok 'a change that the module allows' await allows
run vadduser no@test.com secret0
like 'one that it refuses' "$status $err$out" '[1-9]*we know no no*'
api GET /events/own
is 'one that it makes itself' "$status $(got .size)" '200 0'
hook user.created hear
veventd -n 3 2>"$SITE/veventd.log" 3>"$SITE/veventd.ready" &
veventd=$!
await test -s "$SITE/veventd.ready"
vadduser later@test.com secret0
ok 'it hears of facts' \
    await grep -q 'user.created .*"later["@]' "$SITE/home/var/modules/events/heard"
kill -TERM $veventd
wait $veventd
rm -r "$SITE/home/etc/hooks.d"

# ---- loss ----------------------------------------------------------------------
old=$(program good)
kill -KILL "$old"
ok 'a program that is lost is replaced' await works good
kill -KILL "$(ps -o ppid= "$(program good)" | tr -d ' ')"
ok 'so is its keeper' await works good
old=$(program good)
kill -KILL "$(panel_child modules)"
ok 'so is the supervisor' await works good
ended() {
	[ ! -e "/proc/$old/cmdline" ] || [ -z "$(tr -d '\0' <"/proc/$old/cmdline")" ]
}
ok 'and its programs with it' await ended

module_make late '' '"user": "games",'
thing late
old=$(program good)
kill -HUP "$PANEL_PID"
ok 'new settings bring new modules' await works late
ok 'and the others serve' await works good
ok 'their older programs end' await ended

panel_stop
is 'it stops' $? 0
is 'nothing is left' "$(pgrep -f "$SITE/modules" | wc -l)" 0
not_ok 'nor its socket' test -e "$SITE/home/var/modules.sock"
is 'no sanitizer has spoken' \
    "$(grep -ciE 'sanitizer|runtime error' "$SITE/log")" 0

panel_start "modules = $MODULES"
ok 'it starts again' await works good
api GET /starts-others
kill -KILL "$PANEL_PID"
none() {
	! pgrep -f "$SITE/modules" >/dev/null
}
ok 'when the parent is lost nothing is left' await none
done_testing
