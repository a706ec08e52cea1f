#!/bin/sh
# vkill: exactly the named program, nothing like it.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
usage=$(vkill --help)
name=vk$$t
cp "$(command -v sleep)" "$SITE/$name"
cp "$(command -v sleep)" "$SITE/${name}x"
start() { # sets $pid
	"$@" >/dev/null 2>&1 &
	pid=$!
	n=0
	while [ "$(cat "/proc/$pid/comm")" != "${1##*/}" ] && [ $n -lt 50 ]; do
		n=$((n + 1))
		sleep 0.1
	done
}

run vkill
ran 'no name' 255 "$usage" ''
run vkill -z x
ran 'an unknown option' 255 "$usage" "vkill: invalid option -- 'z'"
run vkill a/b
is 'a path' "$status" 255
run vkill "$name"
ran 'nobody of that name' 0 0 ''
start "$SITE/$name" 100
wanted=$pid
start "$SITE/${name}x" 100
other=$pid
run vkill --dry-run "$name"
ran 'a dry run' 0 "Would end process $wanted
1" ''
ok 'ends nothing' kill -0 "$wanted"
run vkill "$name"
ran 'one' 0 1 ''
wait "$wanted"
is 'is ended by SIGTERM' $? 143
ok 'a longer name is another' kill -0 "$other"
kill "$other"
cat >"$SITE/stubborn" <<'STUBBORN'
trap '' TERM
while :; do sleep 1; done
STUBBORN
cp "$(command -v dash || command -v sh)" "$SITE/${name}s"
start "$SITE/${name}s" "$SITE/stubborn"
sleep 0.3
run vkill "${name}s"
ran 'one that ignores SIGTERM' 0 1 ''
wait "$pid"
is 'is ended by SIGKILL' $? 137
done_testing
