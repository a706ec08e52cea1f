#!/bin/sh
# Programs in the manner of those that were written for the library of older
# releases: compiled with what inc_deps and lib_deps of an installation say,
# against the shared and the static library, and run.
# shellcheck disable=SC2086,SC2016
. "${srcdir:-.}/tests/lib/lib.sh"

clients=$srcdir/tests/clients
site_make
prefix=$(sed -n 's/^prefix = //p' "$top_builddir/Makefile")
STAGE=$SITE/stage$prefix
export STAGE SITE_UID SITE_GID
ok 'an installation elsewhere' env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL \
    make -s -C "$top_builddir" install prefix="$STAGE"
work=$SITE/work
mkdir "$work"

# Libraries of a build with sanitizers need programs that are, too.
sanitize=$(sed -n 's/^CFLAGS = //p' "$top_builddir/Makefile" |
    tr ' ' '\n' | grep sanitize | tr '\n' ' ')
cc=$(sed -n 's/^CC = //p' "$top_builddir/Makefile")
have() {
	command -v "$1" >/dev/null 2>&1
}

inc=$(cat "$STAGE/etc/inc_deps")
lib=$(head -n 1 "$STAGE/etc/lib_deps")
is 'inc_deps is one line' "$inc" "-I$STAGE/include"
is 'so is lib_deps' "$(wc -l <"$STAGE/etc/lib_deps")" 1
like 'it begins with the library' "$lib" "-L$STAGE/lib -lvpopmail *"
like 'and has a run path' "$lib" "*rpath,$STAGE/lib *"
case $lib in
*[\'\"\$%\`\;\&\|]*)
	fail 'no character of the shell in it'
	;;
*)
	pass 'no character of the shell in it'
	;;
esac
is 'one line has the release' \
    "$(grep -c VERSION "$STAGE/include/vpopmail_config.h")" 1
is 'as scripts read it' "$(sed -n 's/^#define VERSION "//p' \
    "$STAGE/include/vpopmail_config.h")" '6.0.0"'
for file in include/config.h include/vpopmail_config.h lib/libvpopmail.a \
    etc/vlimits.default etc/password_strength.conf; do
	ok "$file is there" test -r "$STAGE/$file"
done
for file in vadddomain vaddaliasdomain vdeldomain; do
	ok "bin/$file is there" test -x "$STAGE/bin/$file"
done

# ---- headers: alone, in every order, in old C and in C++ -------------------
headers='client.h conf.h config.h ippp.h pwstr.h storage.h vauth.h vlimits.h
vlogger.h vpopmail.h vpopmail_config.h vpopmail_list.h vpopmail_sizes.h
vutil.h'
reverse=$(printf '%s\n' $headers | sort -r)

compile_headers() { # compiler and options, headers
	compiler=$1
	shift
	for h; do
		printf '#include <%s>\n' "$h"
	done >"$work/h.c"
	printf 'int main(void)\n{\nreturn 0;\n}\n' >>"$work/h.c"
	$compiler -fsyntax-only -Wall -Wextra -Wundef -Werror $inc "$work/h.c"
}

header_orders() { # compiler
	compile_headers "$1" $headers && compile_headers "$1" $reverse ||
	    return 1
	for alone in $headers; do
		compile_headers "$1" "$alone" || return 1
	done
}

header_pairs() {
	for one in $headers; do
		for two in $headers; do
			compile_headers "$cc -std=c89 -pedantic" \
			    "$one" "$two" || return 1
		done
	done
}

# What is the same for every store.
check_headers() {
	for compiler in gcc clang; do
		have "$compiler" || continue
		ok "headers, $compiler, C89" header_orders \
		    "$compiler -std=c89 -pedantic"
	done
	for compiler in g++ clang++; do
		have "$compiler" || continue
		ok "headers, $compiler" header_orders "$compiler -x c++ -pedantic"
	done
	ok 'headers, every two' header_pairs
}
on_cdb && check_headers
cat >"$work/minimum.c" <<'C'
#include <vpopmail.h>
int main(void)
{
	uint64_t n = PRIu64[0];
	printf("%s", crypt("a", "ab"));
	return n == 0 ? EXIT_FAILURE : sizeof(domain_entry) != 32 ||
	    sizeof(string_list) != 16 || sizeof(listInfoType) != 2024;
}
C
cat >"$work/sizes.c" <<'C'
#include <stddef.h>
#include <vauth.h>
#include <vlimits.h>
int main(void)
{
	if (access("/", 0))
		return 1;
	return sizeof(struct vqpasswd) != 64 || sizeof(struct vlimits) != 96 ||
	    sizeof(vdir_type) != 368 ||
	    offsetof(struct vqpasswd, pw_gecos) != 32 ||
	    offsetof(struct vqpasswd, pw_clear_passwd) != 56;
}
C
cat >"$work/only.c" <<'C'
#include <vauth.h>
#include <vpopmail_config.h>
int main(void)
{
	char user[MAX_PW_NAME + 1], domain[MAX_PW_DOMAIN + 1];
	return sizeof user != 65 || sizeof domain != 97 ||
	    MAX_ALIAS_LINE != 160 || MAX_PW_QUOTA != 20;
}
C
for program in minimum sizes only; do
	ok "$program" sh -c "$cc $sanitize -Werror $inc -o $work/$program \
	    $work/$program.c $lib && $work/$program"
done

# What the headers define is theirs: no findings of a configure script.
# shellcheck disable=SC2046
printf '#include <%s>\n' $(printf '%s\n' $headers | grep -v config.h) \
    >"$work/h.c"
is 'no macro of our own configure script' "$($cc $inc -dM -E "$work/h.c" |
    grep -E '^#define (HAVE_|PACKAGE|VERSION|STDC_HEADERS|RETSIGTYPE|warn|VP_)' |
    grep -v HAVE_PW_FLAGS)" ''
# ---- a configure script ----------------------------------------------------
ok 'configure' sh -c "$cc -DVERSION='\"1.2.27\"' $inc -o $work/configure \
    $clients/configure.c"
run "$work/configure"
like 'sees our release' "$out" \
    "vpopmail 6.0.0 *[0-9] *[0-9] $STAGE $STAGE/etc/vlimits.default"

# As AC_CHECK_LIB asks.
for name in vauth_getpw vauth_getall get_domain_entries client_query_quick \
    valias_select; do
	printf 'char %s();\nint main(void) { return %s(); }\n' "$name" \
	    "$name" >"$work/conftest.c"
	ok "-lvpopmail has $name" sh -c "$cc -std=gnu99 -w $sanitize \
	    -o $work/conftest $work/conftest.c $lib"
done
# A client's process stays its own.
is 'the library ends nothing, and leaves nothing to be done at the end' \
    "$(nm -u "$STAGE/lib/libvpopmail.a" 2>/dev/null | awk '{ print $2 }' |
	sort -u | grep -xE '_exit|abort|atexit|on_exit|__cxa_atexit|signal|chdir|printf|puts|putchar|stdout|setlocale|setenv|putenv|unsetenv')" ''

# ---- the clients -----------------------------------------------------------
cp -R "$clients" "$work/src"
chmod -R u+w "$work/src"
cp "$STAGE/include/storage.h" "$work/storage.h"
domains=$SITE/home/domains

setup() {
	printf '%s\n' 'Policy = at least one character' 'Length >= 1' \
	    >"$SITE/home/etc/password_strength.conf"
	vadddomain --no-password example.com &&
	    vaddaliasdomain alias.example.net example.com &&
	    vadduser -q NOQUOTA joe@example.com pw-Joe12
}

old_options='-std=gnu99 -Wall -Wno-discarded-qualifiers -Wno-pointer-sign'
clang_options='-std=gnu99 -Wall -Wno-pointer-sign'
clang_options="$clang_options -Wno-incompatible-pointer-types-discards-qualifiers"

build() { # compiler, name, more arguments
	compiler=$1
	name=$2
	shift 2
	options=$old_options
	case $compiler in *clang*) options=$clang_options ;; esac
	ok "$kind: $name compiles" sh -c "$compiler $options $sanitize -g $* \
	    $inc -o $work/$name $work/src/$name.c $lib"
}

client() { # name, arguments
	name=$1
	shift
	run "$work/$name" "$@"
	ran "$kind: $name" 0 '' ''
}

run_clients() {
	dir=$domains/example.com
	client interface
	client admin Alias.Example.NET example.com "$dir"
	if [ "$(id -u)" = 0 ]; then
		chown "$SITE_UID:$SITE_GID" "$SITE/home/var"
	fi
	client site "$SITE/home"
	valias -i '&x@y.org' info@example.com >/dev/null
	vadduser -q 1000S full@example.com pw-Full12
	full=$dir/full/Maildir
	head -c 1000 /dev/zero >"$full/new/1.a.b,S=1000"
	[ "$(id -u)" != 0 ] || chown "$SITE_UID:$SITE_GID" "$full/new/"*
	rm -f "$full/maildirsize"
	printf '%s\n' joe@example.com JOE@ALIAS.example.net info@example.com \
	    no-one@example.com joe@unknown.org full@example.com \
	    '/../joe@example.com' 'a b@example.com' @example.com joe@ \
	    "$(head -c 900 /dev/zero | tr '\0' a)@example.com" >"$SITE/in"
	run sh -c '"$1" <"$2"' sh "$work/rcptcheck" "$SITE/in"
	ran "$kind: rcptcheck speaks its protocol only" 0 "220 ready$cr
250 ok$cr
250 ok$cr
250 alias$cr
550 no mailbox$cr
550 no domain$cr
452 full$cr
550 no mailbox$cr
550 no mailbox$cr
550 no mailbox$cr
550 no domain$cr
550 no mailbox$cr
221 bye$cr" ''
	printf '%s\n' 'joe@example.com pw-Joe12' 'joe@example.com wrong' \
	    'joe@alias.example.net pw-Joe12' 'no-one@example.com x' \
	    'joe@example.com close' 'joe@example.com pw-Joe12' \
	    'j!oe@exam_ple.com x' 'joe@unknown.org x' >"$SITE/in"
	run sh -c '"$1" <"$2"' sh "$work/passdb" "$SITE/in"
	ran "$kind: passdb" 0 'ok
bad
ok
unknown
bad
ok
refused
unknown' ''
	client authdaemon joe@alias.example.net example.com pw-Joe12
	client credential joe alias.example.net pw-Joe12
	client plugin alias.example.net example.com "$dir"
	run env AUTHD_ACCOUNT=joe@alias.example.net AUTHD_PASSWORD=pw-Joe12 \
	    "$work/ftpauth"
	ran "$kind: ftpauth" 0 "auth_ok:1
dir:$dir/joe
end" ''
	run env AUTHD_ACCOUNT=joe@example.com AUTHD_PASSWORD=no "$work/ftpauth"
	ran "$kind: ftpauth refuses" 0 'auth_ok:-1
end' ''
	printf 'Socket:\n\tFilename = /tmp/usage.sock;\n' \
	    >"$SITE/home/etc/vusaged.conf"
	client usage example.com vusaged.conf
	ask_daemon
	vsetuserquota full@example.com 2000S
	head -c 500 /dev/zero >"$full/new/2.a.b,S=500"
	rm -f "$full/new/1.a.b,S=1000" "$full/maildirsize"
	client wrapper "$full/" "$SITE/locked"
	if have tcprules; then
		client relay 192.0.2.25
		not_ok "$kind: no relay where there is none" \
		    test -e "$SITE/home/etc/open-smtp"
		cp "$VPOPMAIL_CONF" "$SITE/conf"
		with 'roaming_users = yes' "tcprules_prog = $(command -v tcprules)"
		client relay 192.0.2.25
		is "$kind: one address relays" \
		    "$(relay_list | cut -d: -f1)" 192.0.2.25
		cp "$SITE/conf" "$VPOPMAIL_CONF"
		rm -f "$SITE/home/etc/"open-smtp* "$SITE/home/etc/"tcp.smtp*
	fi
	vmoduser -0 -2 -u joe@example.com
	run "$work/radius" joe%example.com
	ran "$kind: radius" 0 '5 1' ''
	valias -d info@example.com >/dev/null
	vmoduser -x joe@example.com
	client script example.com
	if [ "$(id -u)" = 0 ]; then
		run setpriv --reuid=12345 --regid=12345 --clear-groups \
		    "$work/credential" joe example.com pw-Joe12
		ran "$kind: another user may not look up" 1 '' \
		    '-22: running as invalid uid'
	fi
}

# The real usage daemon, asked by a program of the old interface.
ask_daemon() {
	vadduser -e '*' asked@example.com
	asked=$(vuserinfo -d asked@example.com)/Maildir/new
	printf 12345 >"$asked/1.a"
	printf 12345 >"$asked/2.a,S=1000"
	printf 'Socket:\n Filename = %s;\n' "$SITE/usage.sock" \
	    >"$SITE/home/etc/vusaged.conf"
	printf 'Server:\n Filename = %s;\n Timeout = 30;\n' \
	    "$SITE/usage.sock" >"$SITE/home/etc/vusagec.conf"
	client query asked@example.com
	[ -p "$SITE/ready" ] || mkfifo "$SITE/ready"
	vusaged -n 3 3>"$SITE/ready" 2>"$SITE/usage.log" &
	daemon=$!
	read -r _ <"$SITE/ready"
	n=0
	while vusagec asked@example.com | grep -q 'No data' && [ $n -lt 200 ]
	do
		n=$((n + 1))
		sleep 0.05
	done
	client query asked@example.com 1005 2
	kill "$daemon"
	wait "$daemon"
	rm "$SITE/home/etc/vusagec.conf"
	vdeluser asked@example.com
}

clean() {
	on_cdb || vdeldomain -f example.com
	rm -rf "$SITE/home/domains" "$SITE/home/var" "$SITE/qmail/users" \
	    "$SITE/qmail/control"
	mkdir -m 0700 "$SITE/home/domains" "$SITE/home/var"
	mkdir "$SITE/qmail/users" "$SITE/qmail/control"
	echo mx.example.com >"$SITE/qmail/control/me"
	[ "$(id -u)" != 0 ] ||
	    chown "$SITE_UID:$SITE_GID" "$SITE/home/domains" "$SITE/home/var"
}

build_clients() { # compiler
	for name in admin site rcptcheck passdb authdaemon credential plugin \
	    ftpauth wrapper relay radius script query; do
		build "$1" "$name"
	done
	build "$1" usage -pthread
	build "$1" interface -Werror
}

cr=$(printf '\r')
kind=shared
build_clients "$cc"
ok 'the shared one is taken' sh -c 'ldd "$1" | grep -q libvpopmail' sh \
    "$work/admin"
ok 'a site' setup
run_clients

kind=static
rm -f "$STAGE"/lib/libvpopmail.so* "$STAGE/lib/libvpopmail.la"
other=$cc
[ -n "$sanitize" ] || ! have clang || other=clang
build_clients "$other"
clean
ok 'a site' setup
run_clients

# ---- shared objects made of the static library -----------------------------
if on_cdb && [ -z "$sanitize" ]; then
	ok 'a web server module' sh -c "$cc -shared -fPIC -Wl,-z,defs,-z,text \
	    $inc -o $work/webmodule.so $work/src/webmodule.c $lib"
	build "$cc" webserver -ldl
	client webserver "$work/webmodule.so" joe example.com pw-Joe12
	if have xsubpp && [ -f "$(perl -MConfig \
	    -e 'print $Config{archlibexp}')/CORE/perl.h" ]; then
		ok 'a Perl module' sh -c 'cd "$1" && perl Makefile.PL &&
		    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make' sh \
		    "$work/src/perl"
		run perl "-Mblib=$work/src/perl/blib" "$work/src/perl/test.pl" \
		    alias.example.net example.com pw-Joe12
		ran 'works' 0 ok '*'
	fi
fi

# A leak is what grows with the number of calls.
if [ -z "$sanitize" ] && have valgrind; then
	cat >"$work/loop.c" <<'C'
#include <vpopmail.h>
#include <dirent.h>
#include <vauth.h>
#include <vlimits.h>
static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}
int main(int argc, char **argv)
{
	char user[] = "joe", domain[100] = "alias.example.net", name[512];
	struct vlimits limits;
	int i, before = open_files();
	for (i = 0; argc && i < atoi(argv[1]); i++) {
		vauth_getpw(user, domain);
		vget_assign(domain, 0, 0, 0, 0);
		vget_limits(domain, &limits);
		vauth_getall(domain, 1, 0);
		valias_select_all(name, domain);
		get_domain_entries("");
		if (i % 10 == 0)
			vclose();
	}
	vclose();
	vauth_end_getall();
	get_domain_entries("unknown.org");
	return open_files() != before;
}
C
	ok 'a loop' sh -c "$cc $inc -o $work/loop $work/loop.c $lib"
	ok 'leaves no descriptor' "$work/loop" 2000
	ok 'leaks nothing' valgrind -q --leak-check=full \
	    --errors-for-leak-kinds=definite --error-exitcode=9 \
	    "$work/loop" 30
fi

# ---- the examples of the manual pages --------------------------------------
# A page says by a comment "run: ARGUMENTS" before each example how it is run.
echo pw-Joe12 >"$SITE/home/password"
mkdir "$SITE/stores" "$SITE/ezmlm"
install -m 0755 "$top_builddir/src/store/sql/.libs/sqlite.so" "$SITE/stores/"
for name in make sub unsub list; do
	install -m 0755 "$srcdir/tests/lib/ezmlm.sh" "$SITE/ezmlm/ezmlm-$name"
done
with "store_dir = $SITE/stores" "ezmlm_dir = $SITE/ezmlm"
vmoduser -x joe@example.com

# example N PAGE: the text of its N-th example.
example() {
	awk -v wanted="$1" '/^\.Sh / { on = /EXAMPLES/ }
	    on && /^\.Bd -literal/ { block = ++seen == wanted; next }
	    /^\.Ed/ { block = 0 }
	    block { gsub(/^\\&/, ""); gsub(/\\e/, "\\"); gsub(/\\-/, "-");
		print }' "$2"
}

for page in "$srcdir"/man/*.3; do
	on_cdb || break
	name=${page##*/}
	[ "$name" != vpop_store.3 ] || continue # see storemodule.t
	count=$(grep -c '^\.\\" run:' "$page")
	ok "$name has an example" test "$count" -gt 0
	is "$name: each says how it is run" "$(awk '/^\.Sh / { on = /EXAMPLES/ }
	    on && /^\.Bd -literal/' "$page" | wc -l)" "$count"
	for n in $(seq "$count"); do
		arguments=$(sed -n 's/^\.\\" run: *//p' "$page" | sed -n "${n}p")
		example "$n" "$page" >"$work/example.c"
		ok "$name: example $n compiles" sh -c "$cc -std=gnu99 -Wall \
		    -Wextra -Werror $sanitize $inc -o $work/example \
		    $work/example.c $lib"
		# Without a terminal that could be asked.
		run setsid -w sh -c "cd $SITE/home && $work/example $arguments"
		is "$name: and runs" "$status $err" '0 '
	done
done
done_testing
