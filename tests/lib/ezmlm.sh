#!/bin/sh
# Stands in for ezmlm-make, ezmlm-sub, ezmlm-unsub and ezmlm-list of
# ezmlm-idx 7 where it is not installed: the same arguments, and the same
# files in a list's folder as far as others read them.  Addresses are kept in
# one plain file per set.
set -e
me=${0##*/}

die() {
	echo "$me: fatal: $1" >&2
	exit "${2:-100}"
}

[ ! -e "${0%/*}/broken" ] || die 'broken for a test' 111
[ -z "$VPOPMAIL_CONF" ] || die 'foreign environment'
env | grep -q '^HOME=' && die 'foreign environment'

flag() { # letter, file
	case $letters in
	*"$1"*)
		[ -e "$dir/$2" ] || : >"$dir/$2"
		;;
	*)
		case $letters in
		*"$3"*) rm -f "$dir/$2" ;;
		*) [ -n "$keep" ] || rm -f "$dir/$2" ;;
		esac
		;;
	esac
}

link() { # suffix, target
	ln -sf "$dir/$2" "$dot$1"
}

flags() {
	flag a archived A
	flag a indexed A
	flag b modgetonly B
	flag d digested D
	flag g subgetonly G
	flag h nosubconfirm H
	flag i threaded I
	flag j nounsubconfirm J
	flag l modcanlist L
	flag m modpost M
	flag n modcanedit N
	flag o modpostonly O
	flag p public P
	flag r remote R
	flag s modsub S
	flag t addtrailer T
	flag u subpostonly U
	flag w nowarn W
	flag x mimeremove X
	flag y confirmpost Y
	# The template's own text, whatever was there.
	rm -f "$dir/prefix.old"
	case $letters in
	*f*) printf '[%s]' "$local" >"$dir/prefix" ;;
	*F*) rm -f "$dir/prefix" ;;
	esac
}

make() {
	umask 077
	letters=
	owner=
	edit=
	keep=
	while :; do
		case $1 in
		-5*) owner=${1#-5} ;;
		-*)
			letters=$letters${1#-}
			;;
		*) break ;;
		esac
		shift
	done
	case $letters in *e*) edit=1 ;; esac
	case $letters in *+*) keep=1 ;; esac
	dir=$1 dot=$2 local=$3 host=$4
	case $dir$dot in
	/*/*) ;;
	*) die 'names are not absolute' ;;
	esac
	if [ -z "$edit" ]; then
		mkdir "$dir" || die "unable to create $dir"
		for name in allow bounce deny digest mod subscribers text \
		    archive; do
			mkdir "$dir/$name"
		done
		link '' editor
		link -owner owner
		link -digest-owner owner
		link -default manager
		link -return-default bouncer
		link -digest-return-default digest/bouncer
		link -accept-default moderator
		link -reject-default moderator
		link -confirm-default confirmer
		link -discard-default confirmer
	elif [ ! -d "$dir" ]; then
		die "unable to switch to $dir"
	fi
	[ -z "$owner" ] || echo "&$owner" >"$dir/owner"
	printf "|/usr/bin/ezmlm-reject '%s'\n|/usr/bin/ezmlm-send '%s'\n" \
	    "$dir" "$dir" >"$dir/editor"
	for name in manager bouncer moderator confirmer digest/bouncer; do
		printf "|/usr/bin/ezmlm-manage '%s'\n" "$dir" >"$dir/$name"
	done
	flags
	rm -f "$dir/subdb"
	echo "$local" >"$dir/outlocal"
	echo "$host" >"$dir/outhost"
	printf 'List-Post: <mailto:%s@%s>\n' "$local" "$host" \
	    >"$dir/headeradd"
	printf 'return-path\nprecedence\n' >"$dir/headerremove"
	[ ! -e "${0%/*}/half" ] || die 'half way for a test' 111
}

# The file of a set; the remaining arguments are addresses.
members() {
	[ -e "$1/editor" ] || die "unable to switch to $1"
	file=$1/subscribers/all
	shift
	case $1 in
	mod | digest | allow | deny)
		file=${file%/*/*}/$1/subscribers/all
		mkdir -p "${file%/*}"
		shift
		;;
	esac
	[ -e "$file" ] || : >"$file"
	address=$1
}

case $me in
ezmlm-make)
	make "$@"
	;;
ezmlm-sub)
	members "$@"
	grep -qxF -- "$address" "$file" || echo "$address" >>"$file"
	;;
ezmlm-unsub)
	members "$@"
	grep -vxF -- "$address" "$file" >"$file.new" || :
	mv "$file.new" "$file"
	;;
ezmlm-list)
	number=
	if [ "$1" = -n ]; then
		number=1
		shift
	fi
	members "$@"
	if [ -n "$number" ]; then
		grep -c '' "$file" || :
	else
		cat "$file"
	fi
	;;
*)
	die 'unknown name'
	;;
esac
