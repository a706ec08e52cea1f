# shellcheck shell=sh
# The sites that vpopmail 5.6 wrote, with clear passwords, put into the place
# of a scratch site.  The paths in them are absolute; their prefix becomes
# ours, of any length, so texts are rewritten and what is compiled from them is
# made anew by vdoctor.
#
#   site56_files ARCHIVE   its files replace those of $SITE
#   site56_dump            its statements, on standard output

site56_files() {
	rm -rf "$SITE/home/domains" "$SITE/qmail"
	mkdir "$SITE/old"
	tar -xzf "$srcdir/tests/data/$1" -C "$SITE/old"
	mv "$SITE/old/home/vpopmail/domains" "$SITE/home/domains"
	cp "$SITE/old/home/vpopmail/etc/"* "$SITE/home/etc/"
	mv "$SITE/old/var/qmail" "$SITE/qmail"
	find "$SITE/home/domains" -name vpasswd -o -name .qmail-default |
	    while read -r f; do
		sed -i "s#/home/vpopmail/#$SITE/home/#g" "$f"
	done
	find "$SITE/home/domains" -name vpasswd.cdb -exec rm {} +
	sed -i "s#/home/vpopmail/#$SITE/home/#g; s#:89:89:#:$SITE_UID:$SITE_GID:#" \
	    "$SITE/qmail/users/assign"
	chown -R "$SITE_UID:$SITE_GID" "$SITE/home/domains"
	with 'clear_passwd = yes' 'qmail_ext = yes' 'ip_alias_domains = yes'
}

# The tree of domains is counted under the number of the vpopmail user.
site56_dump() {
	gzip -dc "$srcdir/tests/data/site-5.6-mysql.sql.gz" |
	    sed "s#/home/vpopmail/#$SITE/home/#g; s#'dom_89'#'dom_$SITE_UID'#"
}
