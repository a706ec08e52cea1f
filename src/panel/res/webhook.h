/* Webhooks of the panel while a request is about one; webhookfile.h. */
#ifndef PANEL_WEBHOOK_H
#define PANEL_WEBHOOK_H

#include "daemons/common/webhookfile.h"
#include "panel/api/call.h"

/* ---- webhook_fields.c ------------------------------------------------- */

/* Take url, events, enabled and secret of the body, as far as they are there.
 * 0, or -1 after a problem. */
int vhd_webhook_take(struct vhd_call *call, json_t *hook);

/* ---- webhook.c: all return 0, or -1 (NULL) after a problem ------------ */

struct vhd_webhook {
	struct vp_webhooks *folder;
	int lock; /* -1: only to look at */
	char id[VP_WEBHOOK_ID_SIZE];
	json_t *json;
};

/* The folder, with the lock for a change. */
int vhd_webhook_open(
    struct vhd_call *call, int is_change, struct vhd_webhook *ret_hook);
/* The same and the one of the path, if the caller may know of it. */
int vhd_webhook_find(
    struct vhd_call *call, int is_change, struct vhd_webhook *ret_hook);
void vhd_webhook_close(struct vhd_webhook *hook);
/* 1 if the caller may know of it, 0, or -1. */
int vhd_webhook_is_seen(struct vhd_call *call, const json_t *json);
int vhd_webhook_save(struct vhd_call *call, const struct vhd_webhook *hook);
/* The ids after one (NULL: the first), in order. */
json_t *vhd_webhook_ids(
    struct vhd_call *call, const struct vhd_webhook *folder, const char *after);
/* What is shown and changed of it, and how it does. */
json_t *vhd_webhook_object(const struct vhd_webhook *hook);
json_t *vhd_webhook_state(
    struct vhd_call *call, const struct vhd_webhook *hook);
/* Its name among the subscribers. */
#define VHD_WEBHOOK_NAME_SIZE                                                  \
	(sizeof VP_WEBHOOK_SUBSCRIBER + VP_WEBHOOK_ID_SIZE)
void vhd_webhook_name(
    const struct vhd_webhook *hook, char ret_name[VHD_WEBHOOK_NAME_SIZE]);
/* A fact about it.  old: as it was before (NULL: it is new). */
void vhd_webhook_publish(struct vhd_call *call, const char *type,
    const struct vhd_webhook *hook, const json_t *old);
/* scheme://HOST/... */
json_t *vhd_webhook_host(const json_t *json);

#endif
