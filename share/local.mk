# The tables of SQL stores, to read.
schemadir = $(pkgdatadir)/schema
dist_schema_DATA = %D%/schema/mysql.sql %D%/schema/pgsql.sql \
	%D%/schema/sqlite.sql %D%/schema/oracle.sql %D%/schema/sybase.sql \
	%D%/schema/dovecot-mysql.sql

# A JSON Schema of each event, made from the table that they are sent by.
noinst_PROGRAMS += %D%/eventdoc
%C%_eventdoc_LDADD = $(LAYERS) $(CORE_LIBS) $(CHANGE_LIBS)
eventsdir = $(pkgdatadir)/events
nodist_noinst_DATA = %D%/events/stamp
%D%/events/stamp: %D%/eventdoc$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D%/events && for t in `%D%/eventdoc types`; do \
	  %D%/eventdoc schema $$t > %D%/events/$$t.json || exit 1; \
	done && touch $@
install-data-local: %D%/events/stamp
	$(MKDIR_P) "$(DESTDIR)$(eventsdir)"
	$(INSTALL_DATA) %D%/events/*.json "$(DESTDIR)$(eventsdir)"
uninstall-local:
	rm -rf "$(DESTDIR)$(eventsdir)"
clean-local:
	rm -rf %D%/events

# Installed settings: never over a file that is there.
EXTRA_DIST += %D%/vlimits.default %D%/password_strength.conf \
	%D%/vusaged.conf %D%/vusagec.conf
SETTINGS_FILES = $(srcdir)/%D%/vlimits.default \
	$(srcdir)/%D%/password_strength.conf %D%/vpopmail.conf

# For programs that are linked with the library: the account store's, then the
# others.  Set-uid programs find the shared one by the run path only.
CLIENT_LIBS = -Wl,-rpath,$(libdir) $(CORE_LIBS) $(CHANGE_LIBS) $(LIBS)

install-data-hook: install-site
install-site:
	$(MKDIR_P) "$(DESTDIR)$(prefix)/etc" "$(DESTDIR)$(prefix)/var" \
	  "$(DESTDIR)$(prefix)/$(vp_domains_dir)"
	chmod 0700 "$(DESTDIR)$(prefix)/var" \
	  "$(DESTDIR)$(prefix)/$(vp_domains_dir)"
	for f in $(SETTINGS_FILES); do \
	  t="$(DESTDIR)$(prefix)/etc/$${f##*/}"; \
	  test -e "$$t" || $(INSTALL_DATA) "$$f" "$$t" || exit 1; \
	done
	for f in vusaged.conf vusagec.conf; do \
	  t="$(DESTDIR)$(prefix)/etc/$$f"; \
	  test -e "$$t" || { sed 's|@HOME@|$(prefix)|' \
	    "$(srcdir)/%D%/$$f" > "$$t" && chmod 0644 "$$t"; } || exit 1; \
	done
	printf '%s\n' '-I$(includedir)' > "$(DESTDIR)$(prefix)/etc/inc_deps"
	printf '%s\n' '-L$(libdir) -lvpopmail $(CLIENT_LIBS) ' | \
	  sed 's/-l:libinih\.a/-linih/' > "$(DESTDIR)$(prefix)/etc/lib_deps"
	chmod 0644 "$(DESTDIR)$(prefix)/etc/inc_deps" \
	  "$(DESTDIR)$(prefix)/etc/lib_deps"
	f="$(DESTDIR)$(includedir)/vpopmail_features.h"; \
	  sed 's|^#define VPOPMAILDIR .*|#define VPOPMAILDIR "$(prefix)"|' \
	    "$$f" > "$$f.tmp" && mv -f "$$f.tmp" "$$f" && chmod 0644 "$$f"
	if test "$$(id -u)" = 0 && id $(vp_vpopuser) >/dev/null 2>&1; then \
	  chown "$(vp_vpopuser)" "$(DESTDIR)$(prefix)/etc" \
	    "$(DESTDIR)$(prefix)/var" "$(DESTDIR)$(prefix)/$(vp_domains_dir)"; \
	  chgrp "$$(id -g $(vp_vpopuser))" "$(DESTDIR)$(prefix)/var" \
	    "$(DESTDIR)$(prefix)/$(vp_domains_dir)"; \
	fi

uninstall-hook:
	rm -f "$(DESTDIR)$(prefix)/etc/inc_deps" \
	  "$(DESTDIR)$(prefix)/etc/lib_deps"
.PHONY: install-site

# A site's settings outlive the programs.
distuninstallcheck_listfiles = find . -type f ! -path '*/etc/*' -print
