/*
 * inotify watches: they only tell where to look.  There are never enough for
 * all mailboxes of a large site; the ones that changed last have them.
 */
#ifndef VUSAGED_WATCH_H
#define VUSAGED_WATCH_H

#include "daemons/vusaged/site.h"

struct vp_watches;

/* What changed: one of both, or neither, then anything may have. */
typedef void vp_watch_change(
    void *arg, struct vp_box *box, struct vp_domain *domain);

/* At most limit watches; 0: half of what the system gives a user.  NULL if
 * there is no inotify. */
struct vp_watches *vp_watches_open(
    size_t limit, vp_watch_change *change, void *arg);
void vp_watches_close(struct vp_watches *watches);
int vp_watches_fd(const struct vp_watches *watches);
size_t vp_watches_used(const struct vp_watches *watches);
/* Read what happened. */
void vp_watches_read(struct vp_watches *watches);
/* Watch a mailbox, whose Maildir is open; force: in place of another one, if
 * there are no more.  Watches may be NULL, here and below. */
void vp_watch_box(
    struct vp_watches *watches, struct vp_box *box, int maildir_fd, int force);
void vp_watch_domain(struct vp_watches *watches, struct vp_domain *domain);
void vp_unwatch_box(struct vp_watches *watches, struct vp_box *box);
void vp_unwatch_domain(struct vp_watches *watches, struct vp_domain *domain);

#endif
