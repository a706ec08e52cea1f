/* For engine.c, sweep.c (mailboxes) and pass.c (domains) only. */
#ifndef VUSAGED_SWEEP_H
#define VUSAGED_SWEEP_H

#include "daemons/vusaged/engine.h"

/* Look at a box in so many ms. */
void vp_sweep_queue(struct vp_engine *engine, struct vp_box *box, unsigned ms);
/* Look at once, for so many microseconds; the rest is done later. */
enum vp_scan_state vp_sweep_look(
    struct vp_engine *engine, struct vp_box *box, int64_t us);
/* The same, when it is its turn. */
void vp_sweep_visit(struct vp_engine *engine, struct vp_box *box);
/* Look at those that are due, and go on with the large one. */
void vp_sweep_turn(struct vp_engine *engine, int64_t until);
void vp_sweep_go_on(struct vp_engine *engine, int64_t until);
/* It goes: nothing may lead to it any more. */
void vp_sweep_drop(struct vp_engine *engine, struct vp_box *box);

/* pass.c */
/* Find out all of a domain, for so many microseconds; the rest soon. */
void vp_sweep_hurry(
    struct vp_engine *engine, struct vp_domain *domain, int64_t us);
/* A question: look again at mailboxes without watches, for so many
 * microseconds; the rest soon. */
void vp_sweep_refresh(
    struct vp_engine *engine, struct vp_domain *domain, int64_t us);
void vp_sweep_drop_domain(struct vp_engine *engine, struct vp_domain *domain);
/* As vp_watch_change. */
void vp_sweep_changed(void *arg, struct vp_box *box, struct vp_domain *domain);

/* engine.c */
struct vp_box *vp_engine_learn(struct vp_engine *engine,
    struct vp_domain *domain, const struct vpop_user *user);
void vp_engine_wish(
    struct vp_engine *engine, const char *user, const char *domain);
void vp_engine_look_up(struct vp_engine *engine, size_t most);

#endif
