/*
 * Names of folders, kept between requests.
 *
 * The kernel is asked to tell what becomes of a folder before its names are
 * read, and what it has told is taken in before they are used: so a change by
 * anybody, made before a request came, is in the answer.  A folder that is
 * another one than the one read, or of which more was told than the kernel
 * keeps, is read again.
 */
#include "config.h"

#include "modules/mail/names.h"

#include <errno.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define MASK                                                                   \
	(IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |                 \
	    IN_CLOSE_WRITE | IN_ATTRIB | IN_ONLYDIR)
#define XFS_MAGIC   0x58465342
#define ZFS_MAGIC   0x2fc12fc1
#define EVENTS      65536
#define MANY_EVENTS 1000   /* at once: reading again is cheaper */
#define MANY_NAMES  500000 /* of all indexes */
#define MAX_INDEXES 32
#define MIN_INDEXES 8 /* what one request needs, and more */

struct index {
	struct index *next; /* used before it */
	const struct mail_source *source;
	char *folder;
	dev_t dev;
	ino_t ino;
	int watch; /* of the kernel, or -1: it does not tell */
	int is_stale;
	size_t told; /* names, of the events that are being taken in */
	struct mail_names names;
};

struct mail_indexes {
	int fd; /* of inotify(7), or -1 */
	struct index *first;
};

/* ---- watching ---------------------------------------------------------- */

/* Of this machine alone. */
static int
is_local(const char *folder)
{
	struct statfs fs;

	if (statfs(folder, &fs) != 0)
		return 0;
	switch ((unsigned long)fs.f_type) {
	case EXT4_SUPER_MAGIC: /* and ext2, ext3 */
	case XFS_MAGIC:
	case ZFS_MAGIC:
	case BTRFS_SUPER_MAGIC:
	case F2FS_SUPER_MAGIC:
	case TMPFS_MAGIC:
	case OVERLAYFS_SUPER_MAGIC:
		return 1;
	default:
		return 0;
	}
}

static void
unwatch(struct mail_indexes *all, struct index *index)
{
	const int watch = index->watch;

	index->watch = -1;
	if (watch < 0)
		return;
	for (const struct index *i = all->first; i; i = i->next)
		if (i->watch == watch)
			return;
	(void)inotify_rm_watch(all->fd, watch);
}

static void
take_event(struct index *index, const struct inotify_event *event)
{
	char name[VPOP_USER_SIZE];

	if (event->mask & IN_IGNORED)
		index->watch = -1;
	else if (!index->source->name_of)
		index->is_stale = 1;
	else if (event->len > 0 &&
		 index->source->name_of(index->folder, event->name, name) &&
		 (++index->told > MANY_EVENTS ||
		     mail_names_put(&index->names, name) != 0))
		index->is_stale = 1;
}

static void
take_events(struct mail_indexes *all, const char *buffer, size_t size)
{
	struct inotify_event event;

	for (size_t at = 0; at < size; at += sizeof event + event.len) {
		const struct inotify_event *here = (const void *)(buffer + at);

		memcpy(&event, here, sizeof event);
		for (struct index *i = all->first; i; i = i->next) {
			if (event.mask & IN_Q_OVERFLOW)
				i->is_stale = 1;
			else if (i->watch == event.wd && !i->is_stale)
				take_event(i, here);
		}
	}
}

/* All that the kernel has told since. */
static void
take_all(struct mail_indexes *all)
{
	_Alignas(struct inotify_event) char buffer[EVENTS];
	ssize_t got;

	for (struct index *i = all->first; i; i = i->next)
		i->told = 0;
	while (all->fd >= 0) {
		got = read(all->fd, buffer, sizeof buffer);
		if (got > 0)
			take_events(all, buffer, (size_t)got);
		else if (got == 0 || errno != EINTR)
			break;
	}
}

/* ---- indexes ----------------------------------------------------------- */

static void
index_free(struct index *index)
{
	mail_names_clear(&index->names);
	free(index->folder);
	free(index);
}

/* Forget those that were not used for long, if there are too many. */
static void
make_room(struct mail_indexes *all)
{
	size_t count = 0, names = 0;
	struct index **at = &all->first, *index;

	while ((index = *at) != NULL) {
		count++;
		names += index->names.count;
		if (count <= MIN_INDEXES ||
		    (count <= MAX_INDEXES && names <= MANY_NAMES)) {
			at = &index->next;
			continue;
		}
		*at = index->next;
		unwatch(all, index);
		index_free(index);
	}
}

/* The one of the folder, found or new, before all others; NULL without
 * memory. */
static struct index *
find(struct mail_indexes *all, const struct mail_source *source,
    const char *folder)
{
	struct index **at = &all->first, *index;

	while ((index = *at) != NULL &&
	       (index->source != source || strcmp(index->folder, folder) != 0))
		at = &index->next;
	if (index) {
		*at = index->next;
	} else {
		index = calloc(1, sizeof *index);
		if (!index)
			return NULL;
		index->source = source;
		index->watch = -1;
		index->folder = strdup(folder);
		if (!index->folder) {
			free(index);
			return NULL;
		}
	}
	index->next = all->first;
	all->first = index;
	return index;
}

/* The folder that it is now is looked at, then watched, then read: whatever
 * happens between is seen at the latest by the next request. */
static int
refresh(struct mail *m, const struct mail_request *r, struct index *index)
{
	struct mail_indexes *all = m->indexes;
	struct stat st = { .st_ino = 0 };
	const int is_there = stat(index->folder, &st) == 0;

	if (index->watch >= 0 && !index->is_stale && is_there &&
	    st.st_dev == index->dev && st.st_ino == index->ino)
		return 0;
	unwatch(all, index);
	mail_names_clear(&index->names);
	index->dev = st.st_dev;
	index->ino = st.st_ino;
	index->is_stale = 0;
	if (all->fd >= 0 && is_there && is_local(index->folder))
		index->watch = inotify_add_watch(all->fd, index->folder, MASK);
	if (index->source->read(
		m, r, index->source, index->folder, &index->names) != 0) {
		index->is_stale = 1;
		return -1;
	}
	mail_names_sort(&index->names);
	return 0;
}

struct mail_names *
mail_index(struct mail *m, const struct mail_request *r,
    const struct mail_source *source, const char *folder)
{
	struct index *index = NULL;

	if (!m->indexes) {
		m->indexes = calloc(1, sizeof *m->indexes);
		if (m->indexes)
			m->indexes->fd =
			    inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	}
	if (m->indexes) {
		take_all(m->indexes);
		index = find(m->indexes, source, folder);
	}
	if (!index) {
		mail_refuse(m, "unavailable", NULL, "out of memory");
		return NULL;
	}
	if (refresh(m, r, index) != 0)
		return NULL;
	make_room(m->indexes);
	return &index->names;
}

void
mail_indexes_free(struct mail_indexes *indexes)
{
	struct index *index;

	if (!indexes)
		return;
	while ((index = indexes->first) != NULL) {
		indexes->first = index->next;
		index_free(index);
	}
	if (indexes->fd >= 0)
		close(indexes->fd);
	free(indexes);
}
