#!/bin/sh
# "make install-strip" as an administrator gives it: programs, libraries,
# headers, manual pages and settings are where old scripts expect them, and
# "make uninstall" leaves the settings only.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
root=$SITE/root
make_in_build() {
	env -u MAKEFLAGS -u MFLAGS -u TESTS make -s "$1" DESTDIR="$root" \
	    >"$SITE/log" 2>&1
}

ok 'make install-strip' make_in_build install-strip
home=$root$(sed -n 's/^prefix = //p' Makefile)
for tool in src/tools/v* src/runtime/v* src/daemons/*/v*; do
	[ -x "$tool" ] && [ -f "$tool" ] || continue
	name=${tool##*/}
	ok "bin/$name is there" test -x "$home/bin/$name"
	is "bin/$name is stripped" \
	    "$(file -b "$home/bin/$name" | grep -c 'not stripped')" 0
	ok "$name has a manual page" \
	    sh -c "ls '$home'/share/man/man[18]/$name.[18] >/dev/null"
done
ok 'an installed program starts' "$home/bin/vadduser" --version
for file in lib/libvpopmail.a lib/libvpopmail.so include/vpop.h \
    include/vpopmail.h include/vauth.h include/vpopmail_config.h \
    etc/lib_deps etc/inc_deps etc/vpopmail.conf etc/vlimits.default \
    etc/vusaged.conf etc/vusagec.conf; do
	ok "$file is there" test -s "$home/$file"
done
is 'only the owner writes' \
    "$(find "$root" ! -type l -perm /022 | head -n 3)" ''

echo '# local change' >>"$home/etc/vpopmail.conf"
umask 077
ok 'installing again' make_in_build install-strip
umask 022
is 'an umask hides nothing from compilers' "$(cd "$home" && stat -c %a \
    etc/inc_deps etc/lib_deps include/vpopmail_features.h lib/libvpopmail.a |
    sort -u)" 644
is 'keeps changed settings' "$(tail -n 1 "$home/etc/vpopmail.conf")" \
    '# local change'
ok 'make uninstall' make_in_build uninstall
is 'removes the programs' "$(find "$home/bin" "$home/lib" -type f)" ''
ok 'but no settings' test -s "$home/etc/vpopmail.conf"
done_testing
