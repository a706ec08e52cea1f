/*
 * When to look at which mailbox.
 *
 * Three things lead to a look: a question (for an account always, so that an
 * answer is never older than the question; for a domain at those of its
 * mailboxes that no watch tells of, as far as there is time for it), a watch or
 * a change seen before (a moment later, so that several changes are one look),
 * and the pass, which goes round all accounts and mailboxes in the time that
 * the settings give it.
 */
#ifndef VUSAGED_ENGINE_H
#define VUSAGED_ENGINE_H

#include "daemons/vusaged/scan.h"
#include "daemons/vusaged/settings.h"
#include "daemons/vusaged/site.h"
#include "daemons/vusaged/warn.h"

#define VP_WHEEL_SLOTS 64

struct vp_answer {
	uint64_t bytes, count;
};

struct vp_engine {
	const struct vp_settings_file *set;
	struct vpop *vp;
	struct vp_site site;
	struct vp_watches *watches; /* NULL: none */
	struct vp_warn *warn;       /* NULL: none */
	struct vp_scan scan;        /* a large mailbox under way */

	struct vp_box *wheel[VP_WHEEL_SLOTS]; /* to look at, by time */
	unsigned wheel_at;
	int64_t wheel_time; /* of wheel_at */
	size_t queued;

	struct vp_domain *pass; /* domain to go on with; NULL: waiting */
	int64_t pass_began;
	size_t pass_done; /* boxes of this pass */
	size_t pass_total;
	int is_hurried; /* as fast as it goes */
	int has_passed; /* once */

	char **learn; /* addresses to look up */
	size_t learn_count;
	int64_t lookups_until; /* those of domains have been used up */
	unsigned lookups;
	size_t is_urgent; /* domains that should not wait for the pass */
};

/* set and vp are borrowed; the site may have been loaded. */
int vp_engine_open(struct vp_engine *engine, const struct vp_settings_file *set,
    struct vpop *vp);
void vp_engine_close(struct vp_engine *engine);
/* Take up other settings. */
void vp_engine_reload(struct vp_engine *engine,
    const struct vp_settings_file *set, struct vpop *vp);
/* Before the handle is closed: they begin anew. */
void vp_engine_stop_walks(struct vp_engine *engine);
/* Read users/assign; -1 and the sentence on the handle. */
int vp_engine_domains(struct vp_engine *engine);

/* Do what is due, for some milliseconds; returns the ms until the next. */
unsigned vp_engine_tick(struct vp_engine *engine);
/* Answer a query of size bytes. */
struct vp_answer vp_engine_query(
    struct vp_engine *engine, const char *text, size_t size);

#endif
