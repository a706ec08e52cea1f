#!/bin/sh
# Sixteen processes adding, changing and deleting accounts and domains at
# once: nothing lost, nothing doubled, no lock left.
. "${srcdir:-.}/tests/lib/lib.sh"

site_make
hash='$1$abcdefgh$cHJi5PXp/ki/ktXzqlk6I1'
ok 'the common domain' vadddomain --password-hash "$hash" common.test
ok 'an account everybody changes' vadduser -e "$hash" shared@common.test

worker() {
	w=$1
	bad=0
	vadddomain --password-hash "$hash" "w$w.test" || bad=1
	i=0
	while [ $i -lt 6 ]; do
		vadduser -e "$hash" "u$w-$i@common.test" || bad=1
		vadduser -e "$hash" "u$i@w$w.test" || bad=1
		vmoduser -c "by $w $i" shared@common.test || bad=1
		valias -i "&a$w-$i@else.test" everybody@common.test || bad=1
		i=$((i + 1))
	done
	vdeluser "u$w-0@common.test" || bad=1
	vsetuserquota "u$w-1@common.test" 5M || bad=1
	vadddomain --password-hash "$hash" "gone$w.test" || bad=1
	vaddaliasdomain "w$w.test" "alias$w.test" || bad=1
	vdeldomain "gone$w.test" || bad=1
	echo $bad >"$SITE/worker.$w"
}

w=1
while [ $w -le 16 ]; do
	worker $w >"$SITE/out.$w" 2>&1 &
	w=$((w + 1))
done
wait

is 'every command of every process succeeded' \
    "$(cat "$SITE"/worker.* | sort | uniq -c | tr -s ' ')" ' 16 0'
cat "$SITE"/out.* | sed 's/^/# /'

expected=$(w=1; while [ $w -le 16 ]; do
	for i in 1 2 3 4 5; do echo "u$w-$i"; done
	w=$((w + 1))
done; echo postmaster; echo shared)
is 'the common domain has every account once' \
    "$(vuserinfo -n -D common.test | sort)" "$(printf '%s\n' "$expected" | sort)"
is 'every alias line is there once' \
    "$(valias -s everybody@common.test | sort | uniq | wc -l)" 96
is 'and none twice' "$(valias -s everybody@common.test | wc -l)" 96

wanted=$(w=1; while [ $w -le 16 ]; do
	echo "w$w.test"; echo "alias$w.test"
	w=$((w + 1))
done; echo common.test)
is 'rcpthosts lists each domain once' \
    "$(cat "$SITE"/qmail/control/*rcpthosts | sort)" \
    "$(printf '%s\n' "$wanted" | sort)"
is 'virtualdomains too' "$(sort "$SITE/qmail/control/virtualdomains")" \
    "$(printf '%s\n' "$wanted" | sed 's/.*/&:&/' | sort)"
is 'users/assign too' \
    "$(sed -n 's/^+\([^:]*\)-:.*/\1/p' "$SITE/qmail/users/assign" | sort)" \
    "$(printf '%s\n' "$wanted" | sort)"
counter() {
	if on_cdb; then
		head -n 1 "$SITE/home/domains/common.test/.dir-control"
	else
		echo "SELECT cur_users FROM dir_control
		    WHERE domain = 'common.test';" | store_sql
	fi
}
is 'the counter is the number of accounts' "$(counter)" 82
is 'vdoctor finds nothing' "$(vdoctor)" ''
is 'no lock is held' "$(timeout 10 vmoduser -c free shared@common.test; echo $?)" 0
done_testing
