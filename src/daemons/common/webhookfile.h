/*
 * Webhooks that were made through the panel: a file ID.json each below
 * var/webhooks.d of the vpopmail home, which the vpopmail user owns and nobody
 * else can read, as the secret is in it:
 *
 *     domain   "": of the whole site
 *     url, events (a list of patterns), secret
 *     enabled, reason (why it is not, if nobody asked for that)
 *     created, seq (the journal's last then)
 *
 * How it does is in ID.state: success, failure (times, 0: never), error, and
 * failures, how many there were since the last success.  The panel makes and
 * changes webhooks; veventd notes how they do, and disables and removes them.
 */
#ifndef DAEMONS_COMMON_WEBHOOKFILE_H
#define DAEMONS_COMMON_WEBHOOKFILE_H

#include <jansson.h>
#include <stddef.h>

#include "vpop.h"

#define VP_WEBHOOK_ID_SIZE 33 /* hexadecimal digits, with NUL */
/* The type of the fact that is for the webhook it is about and no other. */
#define VP_WEBHOOK_TEST "webhook.test"
/* Its name among the subscribers begins with it. */
#define VP_WEBHOOK_SUBSCRIBER "webhook:panel/"

struct vp_webhooks; /* their folder */

/* NULL and errno; ENOENT if nobody made one yet and may_make is 0. */
struct vp_webhooks *vp_webhooks_open(const struct vpop *vp, int may_make);
void vp_webhooks_close(struct vp_webhooks *hooks);
int vp_webhooks_dirfd(const struct vp_webhooks *hooks);
/* Who changes one has the lock: a descriptor, or -1 and errno. */
int vp_webhooks_lock(const struct vp_webhooks *hooks);

/* 1 if a file has the name of one, and its id. */
int vp_webhook_is_one(const char *file, char ret_id[VP_WEBHOOK_ID_SIZE]);
int vp_webhook_is_id(const char *text);
/* NULL and errno: ENOENT if there is none, EINVAL for one that is none. */
json_t *vp_webhook_read(const struct vp_webhooks *hooks, const char *id);
/* 0, or -1 and errno. */
int vp_webhook_write(
    const struct vp_webhooks *hooks, const char *id, const json_t *hook);
int vp_webhook_remove(const struct vp_webhooks *hooks, const char *id);
/* An object without members when nothing was noted; NULL without memory. */
json_t *vp_webhook_state(const struct vp_webhooks *hooks, const char *id);
int vp_webhook_note(
    const struct vp_webhooks *hooks, const char *id, const json_t *state);

#endif
