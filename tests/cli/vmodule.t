#!/bin/sh
# vmodule: the conformance test of modules; right ones pass, each wrong one
# fails where it is wrong.
. "${srcdir:-.}/tests/lib/lib.sh"
. "${srcdir:-.}/tests/panel/modules.sh"

SITE=$(mktemp -d /tmp/vhostadmin-test.XXXXXX)
trap 'rm -rf "$SITE"' EXIT
MODULES=$SITE/modules
TMPDIR=$SITE/tmp
export TMPDIR
mkdir "$TMPDIR"
usage=$(vmodule --help)

run vmodule
ran 'nothing asked' 255 "$usage" ''
run vmodule list "$SITE"
ran 'no such verb' 255 "$usage" ''
run vmodule test "$SITE/none"
is 'no such folder' "$status" 1
like 'is told' "$out" '*cannot open the folder*'

run vmodule test "${srcdir:-.}/contrib/modules/notes"
is 'the sample passes' "$status $(echo "$out" | grep -v '^ok')" \
    "0 $(echo "$out" | tail -n 1)"
module_make good
# A long request takes a program in Perl a while where much else is done.
sed -i 's/"seconds": 1/"seconds": 60/' "$MODULES/good/module.json"
run vmodule test "$MODULES/good"
is 'so does another' "$status $(echo "$out" | grep -v '^ok')" \
    "0 $(echo "$out" | tail -n 1)"
is 'nothing is left' "$(ls -A "$TMPDIR")" ''
echo '{"most": "many"}' >"$SITE/settings.json"
run vmodule test --settings="$SITE/settings.json" \
    "${srcdir:-.}/contrib/modules/notes"
is 'wrong settings' "$status" 111

# fails FAULT WORDS: the point that tells of it.
fails() {
	module_make bad "$1"
	run vmodule test "$MODULES/bad"
	is "$1: fails" "$status" 1
	like "$1: is told" "$out" "*$2*"
}

fails ends 'has ended'
fails hangs 'gave no answer for 1 seconds'
fails floods 'gave an answer of more than 1048576 bytes'
fails raves 'gave an answer that is no JSON object'
fails chatters 'said more than it was asked for'
fails mixes-up 'answered another request'
fails wrong-shape 'gave an answer that is no JSON object'
fails strange-code 'refused without a code and a message'
fails old 'speaks another protocol'
fails stateless 'not ok 2 - check gives a state'
fails never 'enough is enough'
fails hasty 'which makes nothing yet'
fails hides 'it is among them'
fails changes 'and is what it was made'
fails shows-secrets 'shows what is writeOnly'
fails forgets-jobs 'the same job again'
fails cannot-undo 'cannot take it back'
fails drifts 'and finds nothing'
fails stays 'it ends when its input is closed'

# broken FILE SCRIPT WORDS: the folder is refused before anything runs.
broken() {
	module_make bad
	sed -i "$2" "$MODULES/bad/$1"
	run vmodule test "$MODULES/bad"
	like "$3" "$out" "not ok 1 - the folder*$3*"
}

broken module.json 's/"protocol": 1/"protocol": 2/' 'is not the value required'
broken module.json 's/"version": "1",//' "'/version' is missing"
broken module.json 's/"version"/"verzion"/' 'is '
broken module.json 's/^{/{"name": "again",/' 'is no JSON'
broken module.json 's/"run"/"..\/run"/' 'must be in the folder'
broken module.json 's/"run"/"walk"/' 'cannot open'
broken module.json 's/"key": "name"/"key": "size"/' 'is no text property'
broken module.json 's/"thing.json"/"..thing.json"/' 'is not of the form'
broken thing.json 's/"minimum"/"minimun"/' 'is no keyword known here'
broken thing.json 's/integer/int/' 'is no type'
broken thing.json 's/\^\[a-z\]+/[/' 'is no extended regular expression'
broken thing.json 's/"size": 2/"size": -2/' 'is less than 0'
module_make bad
chmod 666 "$MODULES/bad/thing.json"
run vmodule test "$MODULES/bad"
like 'a file that others can change' "$out" '*can be changed by others*'
module_make bad
chmod 644 "$MODULES/bad/run"
run vmodule test "$MODULES/bad"
like 'a program that is none' "$out" '*is no program*'
if [ "$(id -u)" = 0 ]; then
	module_make bad
	chown nobody "$MODULES/bad/run"
	run vmodule test "$MODULES/bad"
	like 'a file of somebody else' "$out" '*belongs to neither root nor*'
fi
done_testing
