dist_man_MANS = %D%/authvchkpw.8 %D%/autorespond.1 %D%/clearopensmtp.8 \
	%D%/dir-control.5 %D%/dotqmail2valias.1 %D%/onchange.5 %D%/password_strength.conf.5 \
	%D%/vaddaliasdomain.1 %D%/vrenamedomain.1 %D%/vadddomain.1 %D%/vadduser.1 %D%/valias.1 \
	%D%/module.7 %D%/vmodule.8 %D%/vmodulehook.8 %D%/vapppass.1 %D%/vpop_app_password.3 \
	%D%/vchangepw.1 %D%/vchkpw.8 %D%/vconvert.1 %D%/vdeldomain.1 %D%/vdelivermail.8 \
	%D%/vdeloldusers.1 %D%/vdeluser.1 %D%/vdoctor.1 %D%/vdominfo.1 \
	%D%/vhostadmind.8 %D%/vhostctl.1 %D%/vipmap.1 %D%/vkill.1 %D%/vlimits.5 %D%/vlist.1 %D%/vmakedotqmail.1 \
	%D%/vmigrate.1 %D%/vmkpasswd.1 %D%/vmoddomlimits.1 %D%/vmoduser.1 %D%/vpasswd.1 \
	%D%/vpasswd.5 %D%/vpop.3 %D%/vpop_alias.3 %D%/vpop_convert.3 %D%/vpop_domain.3 \
	%D%/vpop_limits.3 %D%/vpop_list.3 %D%/vpop_password.3 %D%/vpop_quota.3 %D%/vpop_site.3 \
	%D%/vpop_store.3 %D%/vpop_user.3 %D%/vpopbull.1 %D%/vpopmail-files.5 \
	%D%/vpopmail-journal.5 %D%/vpopmail-sql.5 %D%/vpopmail.3 %D%/vpopmail_list.3 %D%/vpopmail.7 %D%/vpopmail.conf.5 \
	%D%/vpopmaild.7 %D%/vpopmaild.8 %D%/vqmaillocal.8 %D%/vrcptcheck.8 \
	%D%/vsavealiasdomains.1 %D%/vsetuserquota.1 %D%/vusagec.1 %D%/vusagec.conf.5 %D%/vusaged.8 \
	%D%/vusaged.conf.5 %D%/vuserinfo.1 %D%/vverifypw.1
# The interface of older releases.
dist_man_MANS += %D%/vhostadmin-mail.7
dist_man_MANS += %D%/isExistingUser.3 %D%/open_big_dir.3 %D%/parse_email.3 \
	%D%/pw_strength.3 %D%/usage_client.3 %D%/vadddomain.3 \
	%D%/vadduser.3 %D%/valias.3 %D%/vauth_getpw.3 %D%/vdelfiles.3 \
	%D%/vget_limits.3 %D%/vmaildir_readquota.3 %D%/vset_lastauth.3
# Events: made from the table that they are sent by.
man_MANS += %D%/vpopmail-events.7
CLEANFILES += %D%/vpopmail-events.7
dist_man_MANS += %D%/veventd.8 %D%/veventpost.8 %D%/vpopmail-webhooks.5 \
	%D%/vevents.1 %D%/vpop_delivery.3 %D%/vpop_event.3 %D%/vpopmail-hooks.5
%D%/vpopmail-events.7: share/eventdoc$(EXEEXT)
	$(AM_V_GEN)$(MKDIR_P) %D% && share/eventdoc page > $@.tmp && \
	  mv -f $@.tmp $@
