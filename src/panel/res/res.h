/* The handlers that the table of routes names, a file for each subject. */
#ifndef PANEL_RES_H
#define PANEL_RES_H

#include "panel/api/call.h"

/* server.c */
void vhd_health(struct vhd_call *call);

/* openapi.c, modules.c */
void vhd_openapi(struct vhd_call *call);
void vhd_modules_show(struct vhd_call *call);
void vhd_module_show(struct vhd_call *call);
void vhd_module_change(struct vhd_call *call);
void vhd_module_reconcile(struct vhd_call *call);

/* status.c */
void vhd_status(struct vhd_call *call);
void vhd_metrics(struct vhd_call *call);

/* degraded.c */
void vhd_degraded_list(struct vhd_call *call);

/* audit.c, events.c */
void vhd_audit_list(struct vhd_call *call);
void vhd_events_list(struct vhd_call *call);

/* search.c */
void vhd_search(struct vhd_call *call);

/* sessions.c */
void vhd_session_create(struct vhd_call *call);
void vhd_whoami(struct vhd_call *call);
void vhd_session_current_delete(struct vhd_call *call);
void vhd_sessions_list(struct vhd_call *call);
void vhd_sessions_delete(struct vhd_call *call);
void vhd_session_delete(struct vhd_call *call);

/* factor.c */
void vhd_factor_show(struct vhd_call *call);
void vhd_factor_setup(struct vhd_call *call);
void vhd_factor_confirm_setup(struct vhd_call *call);
void vhd_factor_new_codes(struct vhd_call *call);
void vhd_factor_disable(struct vhd_call *call);
void vhd_factor_delete(struct vhd_call *call);

/* apppasswords.c */
void vhd_app_passwords_list(struct vhd_call *call);
void vhd_app_password_create(struct vhd_call *call);
void vhd_app_password_delete(struct vhd_call *call);

/* webhooks.c */
void vhd_webhooks_list(struct vhd_call *call);
void vhd_webhook_create(struct vhd_call *call);
void vhd_webhook_show(struct vhd_call *call);
void vhd_webhook_change(struct vhd_call *call);
void vhd_webhook_delete(struct vhd_call *call);
void vhd_webhook_dead(struct vhd_call *call);
void vhd_webhook_test(struct vhd_call *call);
void vhd_webhook_replay(struct vhd_call *call);

/* tokens.c */
void vhd_tokens_list(struct vhd_call *call);
void vhd_token_create(struct vhd_call *call);
void vhd_token_show(struct vhd_call *call);
void vhd_token_delete(struct vhd_call *call);

/* grants.c */
void vhd_grants_list(struct vhd_call *call);
void vhd_grant_create(struct vhd_call *call);
void vhd_grant_show(struct vhd_call *call);
void vhd_grant_delete(struct vhd_call *call);
void vhd_resellers_list(struct vhd_call *call);
void vhd_reseller_show(struct vhd_call *call);
void vhd_reseller_change(struct vhd_call *call);
/* jobs.c */
int vhd_is_batch(const struct vhd_call *call);
void vhd_batch_create(struct vhd_call *call);
/* An action of a module as a job of one operation. */
void vhd_job_of_action(struct vhd_call *call);
void vhd_jobs_list(struct vhd_call *call);
void vhd_job_get(struct vhd_call *call);
void vhd_job_delete(struct vhd_call *call);

#endif
