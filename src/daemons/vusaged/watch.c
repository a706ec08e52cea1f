/*
 * Each mailbox has one struct vp_watch with all its descriptors; the table
 * leads from a descriptor to it, or to a domain.  When the kernel says that a
 * watched folder went, all watches of the mailbox go, and it is looked at
 * anew, which sets them again.
 */
#include "config.h"

#include "daemons/vusaged/watch.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/line.h"
#include "base/text.h"

#define LIMIT_FILE "/proc/sys/fs/inotify/max_user_watches"
#define FIRST_SIZE 64
#define CHANGES                                                                \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |                 \
	    IN_DELETE_SELF | IN_MOVE_SELF)
#define FLAGS       (IN_ONLYDIR | IN_DONT_FOLLOW | IN_EXCL_UNLINK)
#define EVENT_BYTES 65536

struct vp_watch {
	struct vp_box *box;
	struct vp_watch *prev, *next; /* the last one changed longest ago */
	uint32_t count;
	int wd[];
};

struct entry {
	int wd; /* 0: free */
	struct vp_watch *watch;
	struct vp_domain *domain;
};

struct vp_watches {
	int fd;
	size_t limit, used, size;
	struct entry *entries; /* open addressing; used: taken ones */
	struct vp_watch *first, *last;
	vp_watch_change *change;
	void *arg;
};

/* ---- the table ----------------------------------------------------------- */

static size_t
home_of(const struct vp_watches *w, int wd)
{
	return ((size_t)wd * 2654435761u) & (w->size - 1);
}

static struct entry *
entry_of(const struct vp_watches *w, int wd)
{
	size_t i = home_of(w, wd);

	while (w->entries[i].wd != 0 && w->entries[i].wd != wd)
		i = (i + 1) & (w->size - 1);
	return &w->entries[i];
}

static int
grow(struct vp_watches *w)
{
	struct vp_watches larger = *w;

	larger.size = w->size ? w->size * 2 : FIRST_SIZE;
	larger.entries = calloc(larger.size, sizeof *larger.entries);
	if (!larger.entries)
		return -1;
	for (size_t i = 0; i < w->size; i++)
		if (w->entries[i].wd != 0)
			*entry_of(&larger, w->entries[i].wd) = w->entries[i];
	free(w->entries);
	*w = larger;
	return 0;
}

static int
put_entry(struct vp_watches *w, int wd, struct vp_watch *watch,
    struct vp_domain *domain)
{
	struct entry *entry;

	if (w->used >= w->size / 4 * 3 && grow(w) != 0)
		return -1;
	entry = entry_of(w, wd);
	w->used += entry->wd == 0;
	*entry = (struct entry){ wd, watch, domain };
	return 0;
}

static void
drop_entry(struct vp_watches *w, int wd)
{
	size_t mask = w->size - 1;
	size_t hole = (size_t)(entry_of(w, wd) - w->entries);

	if (w->entries[hole].wd == 0)
		return;
	for (size_t next = (hole + 1) & mask; w->entries[next].wd != 0;
	     next = (next + 1) & mask) {
		size_t home = home_of(w, w->entries[next].wd);

		if (((next - home) & mask) < ((next - hole) & mask))
			continue;
		w->entries[hole] = w->entries[next];
		hole = next;
	}
	w->entries[hole].wd = 0;
	w->used--;
}

/* ---- boxes --------------------------------------------------------------- */

static void
unlink_watch(struct vp_watches *w, struct vp_watch *watch)
{
	*(watch->prev ? &watch->prev->next : &w->first) = watch->next;
	*(watch->next ? &watch->next->prev : &w->last) = watch->prev;
}

static void
link_first(struct vp_watches *w, struct vp_watch *watch)
{
	watch->prev = NULL;
	watch->next = w->first;
	*(w->first ? &w->first->prev : &w->last) = watch;
	w->first = watch;
}

void
vp_unwatch_box(struct vp_watches *w, struct vp_box *box)
{
	struct vp_watch *watch = box->watch;

	if (!watch)
		return;
	for (uint32_t i = 0; i < watch->count; i++) {
		/* Another box of the same folder may have taken it over. */
		if (entry_of(w, watch->wd[i])->watch != watch)
			continue;
		drop_entry(w, watch->wd[i]);
		(void)inotify_rm_watch(w->fd, watch->wd[i]);
	}
	unlink_watch(w, watch);
	free(watch);
	box->watch = NULL;
}

static size_t
wanted(const struct vp_box *box)
{
	return 3 + (box->folders ? (size_t)box->folders->count * 2 : 0);
}

static void
add_one(struct vp_watches *w, struct vp_watch *watch, int fd, const char *name,
    const char *part)
{
	AUTO_FREE char *path = NULL;
	int wd;

	if (asprintf(&path, "/proc/self/fd/%d/%s%s%s", fd, name,
		*name ? "/" : "", part) < 0) {
		path = NULL;
		return;
	}
	wd = inotify_add_watch(w->fd, path, CHANGES | FLAGS);
	if (wd < 0) {
		/* The system gives fewer than it said. */
		if (errno == ENOSPC && w->limit > w->used)
			w->limit = w->used;
		return;
	}
	if (put_entry(w, wd, watch, NULL) == 0)
		watch->wd[watch->count++] = wd;
	else
		(void)inotify_rm_watch(w->fd, wd);
}

static void
add_all(struct vp_watches *w, struct vp_watch *watch, int fd)
{
	const struct vp_folders *folders = watch->box->folders;

	add_one(w, watch, fd, "", ".");
	add_one(w, watch, fd, "", "new");
	add_one(w, watch, fd, "", "cur");
	for (uint32_t i = 0; folders && i < folders->count; i++) {
		add_one(w, watch, fd, folders->list[i].name, "new");
		add_one(w, watch, fd, folders->list[i].name, "cur");
	}
}

static int
make_room(struct vp_watches *w, size_t count, int force)
{
	while (force && w->last && w->used + count > w->limit)
		vp_unwatch_box(w, w->last->box);
	return w->used + count <= w->limit;
}

void
vp_watch_box(
    struct vp_watches *w, struct vp_box *box, int maildir_fd, int force)
{
	size_t count = wanted(box);
	struct vp_watch *watch = box->watch;

	if (!w)
		return;
	if (watch && watch->count >= count) {
		if (force) {
			unlink_watch(w, watch);
			link_first(w, watch);
		}
		return;
	}
	vp_unwatch_box(w, box);
	if (!make_room(w, count, force))
		return;
	watch = calloc(1, sizeof *watch + count * sizeof *watch->wd);
	if (!watch)
		return;
	watch->box = box;
	box->watch = watch;
	link_first(w, watch);
	add_all(w, watch, maildir_fd);
}

/* ---- domains ------------------------------------------------------------- */

void
vp_watch_domain(struct vp_watches *w, struct vp_domain *domain)
{
	if (!w || domain->watch >= 0 || !make_room(w, 1, 1))
		return;
	int wd = inotify_add_watch(
	    w->fd, domain->dir, CHANGES | IN_CLOSE_WRITE | IN_ONLYDIR);
	if (wd < 0)
		return;
	if (put_entry(w, wd, NULL, domain) == 0)
		domain->watch = wd;
	else
		(void)inotify_rm_watch(w->fd, wd);
}

void
vp_unwatch_domain(struct vp_watches *w, struct vp_domain *domain)
{
	if (!w || domain->watch < 0)
		return;
	if (entry_of(w, domain->watch)->domain == domain) {
		drop_entry(w, domain->watch);
		(void)inotify_rm_watch(w->fd, domain->watch);
	}
	domain->watch = -1;
}

/* ---- events -------------------------------------------------------------- */

static void
handle(struct vp_watches *w, const struct inotify_event *event)
{
	const int gone =
	    IN_IGNORED | IN_UNMOUNT | IN_DELETE_SELF | IN_MOVE_SELF;
	struct entry entry;

	if (event->mask & IN_Q_OVERFLOW) {
		w->change(w->arg, NULL, NULL);
		return;
	}
	if (event->wd <= 0 || w->size == 0)
		return;
	entry = *entry_of(w, event->wd);
	if (entry.wd == 0)
		return;
	if (entry.watch) {
		struct vp_box *box = entry.watch->box;

		if (event->mask & gone)
			vp_unwatch_box(w, box);
		w->change(w->arg, box, NULL);
	} else if (entry.domain) {
		if (event->mask & gone)
			vp_unwatch_domain(w, entry.domain);
		w->change(w->arg, NULL, entry.domain);
	}
}

void
vp_watches_read(struct vp_watches *w)
{
	_Alignas(struct inotify_event) char buffer[EVENT_BYTES];
	ssize_t got = read(w->fd, buffer, sizeof buffer);
	const char *p = buffer;

	while (got > 0 && p < buffer + got) {
		const struct inotify_event *event = (const void *)p;

		handle(w, event);
		p += sizeof *event + event->len;
	}
}

/* ---- all ----------------------------------------------------------------- */

static size_t
system_limit(void)
{
	AUTO_FREE char *text = NULL;
	AUTO_FCLOSE FILE *fp = fopen(LIMIT_FILE, "re");
	size_t cap = 0;
	int64_t limit;

	if (!fp || vp_line_read(fp, &text, &cap, 32) < 0 ||
	    vp_number(text, 0, INT32_MAX, &limit) != 0)
		return 0;
	return (size_t)limit / 2;
}

struct vp_watches *
vp_watches_open(size_t limit, vp_watch_change *change, void *arg)
{
	struct vp_watches *w = calloc(1, sizeof *w);

	if (!w)
		return NULL;
	w->limit = limit ? limit : system_limit();
	w->change = change;
	w->arg = arg;
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->fd < 0 || grow(w) != 0) {
		vp_watches_close(w);
		return NULL;
	}
	return w;
}

/* The boxes go with it. */
void
vp_watches_close(struct vp_watches *w)
{
	if (!w)
		return;
	while (w->first) {
		struct vp_watch *next = w->first->next;

		w->first->box->watch = NULL;
		free(w->first);
		w->first = next;
	}
	if (w->fd >= 0)
		close(w->fd);
	free(w->entries);
	free(w);
}

int
vp_watches_fd(const struct vp_watches *w)
{
	return w->fd;
}

size_t
vp_watches_used(const struct vp_watches *w)
{
	return w ? w->used : 0;
}
