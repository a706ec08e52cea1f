# The rules: one noun a file.
noinst_LTLIBRARIES += %D%/libcore.la
%C%_libcore_la_SOURCES = \
	%D%/address.c %D%/alias.c %D%/alias.h %D%/alias_change.c %D%/alias_find.c %D%/alias_move.c \
	%D%/alias_place.c %D%/alias_place.h %D%/aliasdomains.c %D%/alias_row.c \
	%D%/alias_row.h %D%/apppassword.c %D%/apppassword.h %D%/apppassword_change.c \
	%D%/atomic.c %D%/atomic.h \
	%D%/authlog.c %D%/authlog.h %D%/authlog_send.c %D%/bulletin.c %D%/bulletin_file.c \
	%D%/bulletin_int.h %D%/codes.c %D%/convert.c \
	%D%/convert_aliases.c %D%/convert_int.h %D%/convert_rows.c \
	%D%/convert_site.c %D%/convert_users.c %D%/defaultdomain.c %D%/defaults.h \
	%D%/deliver.c %D%/deliver.h %D%/deliver_alias.c %D%/deliver_child.c %D%/deliver_default.c \
	%D%/deliver_filter.c %D%/deliver_int.h %D%/deliver_maildir.c \
	%D%/deliver_message.c %D%/deliver_quota.c %D%/deliver_run.c \
	%D%/deliver_user.c %D%/deliver_vacation.c %D%/digest.c \
	%D%/delivery.c %D%/delivery_int.h %D%/delivery_next.c \
	%D%/delivery_state.c \
	%D%/event.h %D%/event_envelope.c %D%/event_list.c \
	%D%/journal_chain.c \
	%D%/event_publish.c %D%/event_schema.c %D%/event_types.c \
	%D%/dircontrol.c %D%/dircontrol_store.c %D%/dircontrol.h %D%/dircontrol_int.h %D%/dirfreed.c \
	%D%/doctor.c %D%/doctor.h %D%/doctor_control.c %D%/doctor_domain.c \
	%D%/doctor_folder.c %D%/doctor_site.c %D%/doctor_tree.c \
	%D%/doctor_user.c %D%/domain.c %D%/domain.h %D%/domain_add.c \
	%D%/domain_add_chunk.c %D%/domain_add_int.h %D%/domain_alias.c %D%/domain_change.c \
	%D%/domain_check.c %D%/domain_copy.c %D%/domain_default.c \
	%D%/domain_delete.c %D%/domain_rename.c \
	%D%/domain_fold.c %D%/domain_folder.c %D%/domain_int.h \
	%D%/domain_make.c %D%/domain_place.c %D%/domain_recover.c \
	%D%/domain_remove.c %D%/domain_rows.c %D%/domains.c %D%/handle.c %D%/handle.h %D%/idn.c \
	%D%/ipmap.h %D%/ipmap_change.c %D%/ipmap_read.c %D%/journal.c \
	%D%/journal.h %D%/journal_int.h %D%/journal_rows.c %D%/journal_told.c %D%/lastauth.c \
	%D%/limits.c %D%/limits.h %D%/limits_change.c %D%/list.c %D%/list.h \
	%D%/list_apply.c %D%/list_change.c %D%/list_delete.c %D%/list_int.h \
	%D%/list_member.c %D%/list_members.c %D%/list_read.c %D%/list_recover.c %D%/list_run.c \
	%D%/list_walk.c %D%/login.c %D%/login.h %D%/login_learn.c \
	%D%/login_system.c %D%/migrate.c %D%/name.c %D%/name.h %D%/onchange.c %D%/onchange.h \
	%D%/onchange_log.c %D%/packet.c %D%/packet.h %D%/password.c \
	%D%/password.h %D%/peer.c %D%/policy.c %D%/policy.h %D%/quota.c \
	%D%/question.c %D%/question.h %D%/rcpt.c %D%/rcpt.h %D%/record.c %D%/record.h %D%/recover.c %D%/relay.c %D%/relay.h \
	%D%/relay_rules.c %D%/settings.c %D%/settings.h %D%/store.c %D%/store.h \
	%D%/suspend.c %D%/suspend.h %D%/suspend_change.c \
	%D%/store_choice.c %D%/store_module.c %D%/usage.c %D%/usage.h %D%/user.c \
	%D%/user.h %D%/user_add.c %D%/user_bulk.c %D%/user_change.c %D%/user_common.c \
	%D%/user_delete.c %D%/user_delete.h %D%/user_int.h %D%/user_recover.c \
	%D%/user_run.c %D%/user_run.h %D%/userdir.c %D%/userdir.h \
	%D%/userdotqmail.c %D%/users.c %D%/vacation.c %D%/vacation.h \
	%D%/vacation_incoming.c %D%/vacation_int.h %D%/vacation_reply.c \
	%D%/vacation_seen.c %D%/warning.c %D%/warning.h
# For programs that administer a site.
%C%_libcore_la_SOURCES += \
	%D%/authenticate.c \
	%D%/alias_set.c %D%/alias_set.h \
	%D%/answertext.c %D%/answertext.h \
	%D%/autoresponder.c \
	%D%/domain_opendir.c \
	%D%/dotqmail_rules.c \
	%D%/steps.c %D%/steps.h \
	%D%/store_check.c \
	%D%/strict.c %D%/strict.h \
	%D%/texts.c \
	%D%/userdelivery.c %D%/userdelivery.h \
	%D%/usermailbox.c \
	%D%/usercontact.c %D%/uservacation.c
