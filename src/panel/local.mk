# The control panel's server: libpanel.la is all but its main.
noinst_LTLIBRARIES += %D%/libpanel.la
%C%_libpanel_la_CPPFLAGS = $(AM_CPPFLAGS) $(MICROHTTPD_CFLAGS) \
	$(SECCOMP_CFLAGS) -DMODULES_FOLDER='"$(pkglibexecdir)/modules"'
%C%_libpanel_la_SOURCES = \
	%D%/api/body.c %D%/api/body.h \
	%D%/api/call.c %D%/api/call.h \
	%D%/api/counters.c %D%/api/counters.h \
	%D%/api/entity.c %D%/api/entity.h \
	%D%/api/idempotency.c %D%/api/idempotency.h \
	%D%/api/problem.c \
	%D%/api/publish.c %D%/api/publish.h \
	%D%/api/route.c %D%/api/route.h \
	%D%/api/routes.c \
	%D%/api/site.c %D%/api/site.h \
	%D%/api/worker.c %D%/api/worker.h \
	%D%/auth/account.c %D%/auth/account.h \
	%D%/auth/cookie.c %D%/auth/cookie.h \
	%D%/auth/csrf.c %D%/auth/csrf.h \
	%D%/auth/factor.c %D%/auth/factor.h \
	%D%/auth/grant.c %D%/auth/grant.h \
	%D%/auth/identify.c %D%/auth/identify.h \
	%D%/auth/login.c %D%/auth/login.h \
	%D%/auth/loginnote.c %D%/auth/loginnote.h \
	%D%/auth/rights.c %D%/auth/rights.h %D%/auth/rights_list.c \
	%D%/auth/pool.c %D%/auth/pool.h %D%/auth/reseller.c \
	%D%/auth/session.c %D%/auth/session.h %D%/auth/session_list.c \
	%D%/auth/token.c %D%/auth/token.h %D%/auth/token_int.h \
	%D%/auth/token_list.c %D%/auth/tokenlimits.c \
	%D%/auth/throttle.c %D%/auth/throttle.h \
	%D%/auth/totp.c %D%/auth/totp.h \
	%D%/http/access.c %D%/http/access.h \
	%D%/http/channel.c \
	%D%/http/frame.c %D%/http/frame.h \
	%D%/http/front.c %D%/http/front.h %D%/http/front_int.h \
	%D%/http/link.c \
	%D%/http/request.c %D%/http/request.h \
	%D%/http/requestid.c \
	%D%/http/sandbox.c %D%/http/sandbox.h \
	%D%/http/status.c %D%/http/status.h \
	%D%/http/stream.c \
	%D%/http/target.c %D%/http/target.h \
	%D%/job/job.c %D%/job/job.h \
	%D%/job/keeper.c %D%/job/keeper.h \
	%D%/job/follow.c %D%/job/process.c %D%/job/run.c \
	%D%/job/seal.c %D%/job/seal.h \
	%D%/res/changelock.c %D%/res/changelock.h \
	%D%/res/count.c \
	%D%/res/degraded.c \
	%D%/res/deletion.c %D%/res/deletion.h \
	%D%/res/grants.c \
	%D%/res/merge.c %D%/res/merge.h \
	%D%/res/objstate.c %D%/res/objstate.h \
	%D%/res/own_list.c \
	%D%/res/page.c %D%/res/page.h \
	%D%/res/modules.c %D%/res/openapi.c \
	%D%/res/place.c %D%/res/place.h \
	%D%/res/resource.c %D%/res/resource_change.c \
	%D%/res/resource.h \
	%D%/res/apppasswords.c %D%/res/factor.c \
	%D%/res/jobs.c %D%/res/res.h \
	%D%/res/audit.c %D%/res/events.c %D%/res/facts.c %D%/res/facts.h \
	%D%/res/search.c \
	%D%/res/server.c %D%/res/sessions.c %D%/res/status.c %D%/res/together.c \
	%D%/res/tokens.c \
	%D%/res/webhook.c %D%/res/webhook.h %D%/res/webhook_actions.c \
	%D%/res/webhook_fields.c \
	%D%/res/webhooks.c \
	%D%/serve.c %D%/serve.h \
	%D%/settings.c %D%/settings.h \
	%D%/supervise/jobs.c %D%/supervise/keeper.c \
	%D%/supervise/programs.c \
	%D%/supervise/queue.c \
	%D%/supervise/roothelper.c %D%/supervise/roothelper.h \
	%D%/supervise/starter.c %D%/supervise/starter.h \
	%D%/supervise/supervise.h \
	%D%/supervise/supervisor.c %D%/supervise/supervisor_int.h \
	%D%/state/migrations.c %D%/state/migrations.h \
	%D%/state/state.c %D%/state/state.h
PANEL_LIBS = %D%/libpanel.la %D%/module/libmodule.la src/daemons/common/libcommon.la $(LAYERS) \
	$(CORE_LIBS) $(CHANGE_LIBS) $(MICROHTTPD_LIBS) $(SECCOMP_LIBS)

bin_PROGRAMS += %D%/vhostadmind
%C%_vhostadmind_SOURCES = %D%/vhostadmind.c
%C%_vhostadmind_LDADD = $(PANEL_LIBS)

bin_PROGRAMS += %D%/vhostctl
%C%_vhostctl_SOURCES = %D%/ctl/vhostctl.c \
	%D%/ctl/complete.c %D%/ctl/complete.h \
	%D%/ctl/describe.c %D%/ctl/describe.h \
	%D%/ctl/fields.c %D%/ctl/fields.h \
	%D%/ctl/help.c %D%/ctl/help.h \
	%D%/ctl/request.c %D%/ctl/request.h \
	%D%/ctl/show.c %D%/ctl/show.h
%C%_vhostctl_CPPFLAGS = $(AM_CPPFLAGS) $(CURL_CFLAGS)
%C%_vhostctl_LDADD = $(PANEL_LIBS) $(CURL_LIBS)
