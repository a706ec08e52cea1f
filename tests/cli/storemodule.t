#!/bin/sh
# Account stores from shared objects: the example of vpop_store(3), which
# stores a domain gets, and what is refused.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
cc=$(sed -n 's/^CC = //p' "$top_builddir/Makefile")
stores=$SITE/stores
page=$srcdir/man/vpop_store.3

awk '/^\.Sh EXAMPLES/ { on = 1 }
    on && /^\.Bd -literal/ { block = 1; next }
    /^\.Ed/ { block = 0; on = 0 }
    block { gsub(/^\\&/, ""); gsub(/\\e/, "\\"); print }' \
    "$page" >"$SITE/people.c"

# module FILE SED-SCRIPT: the example, changed, as a module.
module() {
	sed "$2" "$SITE/people.c" >"$SITE/changed.c" &&
	    sh -c "$cc -std=gnu11 -Wall -Wextra -Werror -shared -fPIC \
		-I$srcdir/include -o $1 $SITE/changed.c"
}

mkdir "$stores"
ok 'the example compiles' module "$stores/people.so" ''
with "store_dir = $stores"
ok 'a domain' vadddomain --no-password example.com
ok 'another' vadddomain --no-password cdb.example
ok 'an account' vadduser alice@example.com Secret123
ok 'and one there' vadduser carl@cdb.example Secret123
hash=$(cut -d: -f2 "$SITE/home/domains/example.com/vpasswd" | sed -n 1p)
dir=$SITE/home/domains/example.com/alice
printf '%s\n' "alice example.com $hash $dir" "bob example.com $hash ${dir}2" \
    "eve cdb.example $hash $dir" >"$SITE/home/etc/people"

# login USER: vchkpw's exit status for the right password.
login() {
	printf '%s\0Secret123\0\0' "$1" >"$SITE/packet"
	TCPLOCALPORT=110 TCPREMOTEIP=10.1.2.3 vchkpw /bin/true \
	    3<"$SITE/packet" >"$SITE/.out" 2>&1
	echo $?
}

# ---- the store of a domain ---------------------------------------------------
printf '%s\n' '# domain store' '' 'Example.COM  people' >"$SITE/home/etc/stores"
run vuserinfo -d bob@example.com
ran 'an account of the module' 0 "${dir}2" ''
run vuserinfo -d eve@cdb.example
is 'is not one of another domain' "$status $out" '255 no such user eve@cdb.example'
run vuserinfo -d carl@cdb.example
is 'which has its own store' "$status $out" \
    "0 $SITE/home/domains/cdb.example/carl"
run vuserinfo -d -D example.com
is 'a list' "$out" "$dir
${dir}2"
is 'a login' "$(login alice@example.com)" 0
is 'and one beside it' "$(login carl@cdb.example)" 0
is 'an unknown name' "$(login nobody@example.com)" 3
run vadduser dora@example.com Secret123
like 'a change is refused by the module' "$err$out" \
    "*'$SITE/home/etc/people' is changed with an editor*"
not_ok 'and leaves no directory' test -e "$SITE/home/domains/example.com/dora"
printf 'no account\n' >>"$SITE/home/etc/people"
run vuserinfo -d nobody@example.com
like 'what cannot be found out is said' "$err" \
    "*'$SITE/home/etc/people' has a line that is no account*"
is 'and makes a login wait' "$(login nobody@example.com)" 111

# ---- nothing is loaded that is not needed -------------------------------------
run env LD_DEBUG=files vuserinfo -d carl@cdb.example
not_ok 'the cdb store loads no module' grep -q people "$SITE/.err"
run env LD_DEBUG=files vuserinfo -d bob@example.com
ok 'the other one does' grep -q people "$SITE/.err"

# ---- the file that names stores -----------------------------------------------
# says WORDS PATTERN: the failure of a look-up.
says() {
	run vuserinfo -d alice@example.com
	like "$1" "$status $err" "[1-9]* *$2*"
}
printf 'example.com people mysql\n' >"$SITE/home/etc/stores"
says 'three words' "stores' line 1 is not a domain and the name of its store"
printf 'a.example cdb\nexample.com ../people\n' >"$SITE/home/etc/stores"
says 'no name of a store' "stores' line 2 is not a domain and"
printf 'example.com people\n' >"$SITE/home/etc/stores"
chmod 0666 "$SITE/home/etc/stores"
says 'a file that others can write' 'that nobody else can write'
chmod 0644 "$SITE/home/etc/stores"
printf 'example.com nosuch\n' >"$SITE/home/etc/stores"
says 'no module' "there is no account store 'nosuch': cannot find its \
module '$stores/nosuch.so': No such file"
is 'makes a login wait' "$(login alice@example.com)" 111
run vuserinfo -d carl@cdb.example
is 'but not one of another domain' "$status" 0
printf 'example.com people\n' >"$SITE/home/etc/stores"

# ---- modules that are refused -------------------------------------------------
# refused WORDS SED-SCRIPT PATTERN
refused() {
	module "$stores/people.so" "$2"
	says "$1" "$3"
}
ops='/^static const struct vpop_store_ops/,/^}/'
constant='/^const struct vpop_store_module/,/^}/'
refused 'another abi' "${constant}s/VPOP_STORE_ABI/99/" \
    'has version 99 of the interface, this program 1: build it for this'
refused 'another abi of the calls' "${ops}s/VPOP_STORE_ABI/0/" \
    'struct vpop_store_ops has version 0 of the interface'
refused 'a small struct' "${constant}s/sizeof(.*)/8/" \
    'vpop_store_module has 8 bytes where at least 32 are needed'
refused 'few calls' "${ops}s/sizeof(.*)/64/" \
    'vpop_store_ops has 64 bytes where at least'
refused 'a huge struct' "${ops}s/sizeof(.*)/1 << 24/" \
    'vpop_store_ops has 16777216 bytes'
refused 'another name' "${constant}s/\"people\"/\"folk\"/" \
    "is that of the store 'folk', not of 'people'"
refused 'other calls' "${ops}s/\"people\"/\"folk\"/" \
    'has the calls of another store'
refused 'a newer release' 's/"6\.0\.0"/"6.0.10"/' \
    'was built for release 6.0.10, this is'
refused 'no release' 's/"6\.0\.0"/""/' 'does not say its version'
refused 'no calls' 's/&people,/sizeof people ? 0 : \&people,/' 'has no calls'
refused 'a call is missing' 's/\.users_count = .*//;s/^people_users_count/__attribute__((unused)) &/' \
    'lacks a call that every store has'
refused 'no constant' 's/vpop_store_module vpop_store_module/vpop_store_module other/' \
    'does not export vpop_store_module'
echo text >"$stores/people.so"
says 'no shared object' 'cannot load store module: *people.so'
rm "$stores/people.so"
mkdir "$stores/people.so"
says 'a folder' "people.so' is not a file in a folder"
rmdir "$stores/people.so"

# A smaller struct of an older release, which has the calls all stores have.
module "$stores/people.so" "${ops}s/sizeof(.*)/__builtin_offsetof(struct vpop_store_ops, fold)/"
sed -i '/^no account/d' "$SITE/home/etc/people"
run vuserinfo -d bob@example.com
ran 'an older module works' 0 "${dir}2" ''

# ---- who can have written it --------------------------------------------------
chmod 0775 "$stores/people.so"
says 'a module of a group' 'can be written by others: chmod go-w'
chmod 0757 "$stores/people.so"
says 'of everybody' 'can be written by others: chmod go-w'
chmod 0755 "$stores/people.so"
chmod 0777 "$stores"
says 'a folder of everybody' "the folder of store modules '$stores' can be"
chmod 0755 "$stores"
mkdir -m 0777 "$SITE/open"
mv "$stores/people.so" "$SITE/open"
ln -s "$SITE/open/people.so" "$stores/people.so"
says 'a link to such a folder' "the folder of store modules '$SITE/open' can be"
chmod 0755 "$SITE/open"
run vuserinfo -d bob@example.com
ran 'a link to a safe one' 0 "${dir}2" ''
if [ "$(id -u)" = 0 ]; then
	chown 12345 "$SITE/open/people.so"
	says 'a module of another user' 'belongs to user 12345: it must be'
	chown 0 "$SITE/open/people.so"
	chown 12345 "$SITE/open"
	says 'a folder of another user' 'belongs to user 12345: it must be'
	chown "$SITE_UID" "$SITE/open" "$SITE/open/people.so"
	run vuserinfo -d bob@example.com
	ran 'those of the vpopmail user' 0 "${dir}2" ''
fi

# ---- as the store of the site -------------------------------------------------
rm "$SITE/home/etc/stores"
with 'auth_module = people'
run vuserinfo -d bob@example.com
ran 'the setting' 0 "${dir}2" ''
run vadddomain --no-password new.example
like 'a domain that it refuses' "$err$out" '*is changed with an editor*'
not_ok 'is not made' grep -q new.example "$SITE/qmail/users/assign"
not_ok 'nor its folder' test -e "$SITE/home/domains/new.example"
with 'store_dir = stores'
says 'a folder with no whole path' 'is not an absolute path'
done_testing
