/* A webhook as its worker has it: of a settings file, or made in the panel. */
#ifndef DAEMONS_VEVENTD_WEBHOOK_INT_H
#define DAEMONS_VEVENTD_WEBHOOK_INT_H

#include <stdint.h>
#include <stdio.h>

#include "daemons/common/webhookfile.h"
#include "daemons/veventd/worker.h"

struct ved_webhook {
	char *url, *events, *secret_file, *secret;
	int64_t allow_private, seconds;
	FILE *to, *from; /* the process that sends */
	/* Of the panel's only: */
	const char *id; /* NULL: of a settings file */
	struct vp_webhooks *folder;
	char *domain; /* "": the whole site */
	int64_t seq;  /* of the journal, when it was made */
	int is_off;
	json_t *state;
};

/* ---- webhook_conf.c --------------------------------------------------- */

/* From etc/webhooks.d/WHICH.conf.  0, or -1 after telling why not. */
int ved_webhook_read_conf(
    const struct vpop *vp, const char *which, struct ved_webhook *hook);
void ved_webhook_clear(struct ved_webhook *hook);

/* ---- webhook_panel.c: see webhookfile.h ------------------------------- */

int ved_webhook_read_panel(
    struct vpop *vp, const char *id, struct ved_webhook *hook);
/* 1 if a fact is for this one, 0, or -1 when the journal cannot be read. */
int ved_webhook_is_for(struct ved_worker *worker,
    const struct ved_webhook *hook, const struct vpop_event *event);
/* What is done with facts while it is disabled. */
enum ved_result ved_webhook_skip(const struct ved_webhook *hook, char *problem);
/* The body: the envelope, or what its owner may see of it.  malloc'd. */
char *ved_webhook_body(
    const struct ved_webhook *hook, const struct vpop_event *event);
/* Note what became of a fact, which may end it. */
void ved_webhook_told(struct ved_worker *worker, struct ved_webhook *hook,
    const struct vpop_event *event, enum ved_result result,
    const char *problem);

#endif
