#!/bin/sh
# Every input that a fuzz target keeps is parsed again.
. "${srcdir:-.}/tests/lib/lib.sh"

for target in "$srcdir"/fuzz/fuzz_*.c; do
	name=${target##*/fuzz_}
	name=${name%.c}
	ok "corpus of $name" "$top_builddir/fuzz/fuzz_$name" \
	    "$srcdir/fuzz/corpus/$name"
done
done_testing
