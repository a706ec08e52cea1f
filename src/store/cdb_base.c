/*
 * vpasswd as a source of lines in name order.
 *
 * A file that is known to be sorted is streamed through a small buffer and
 * searched by bisection over byte offsets, so neither memory nor the cost of
 * a page depends on its size.  One that another program left unsorted is
 * held in memory.  Malformed lines stay behind the line they followed.
 */
#include "config.h"

#include "store/cdb_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"

#define BUFFER_SIZE 32768 /* holds several of the longest lines */

struct vp_base_item {
	struct vp_line line;
	const char *key; /* name of the line, or of the one before it */
	size_t key_size;
	size_t position;
};

static void
state_of(const struct stat *st, struct vp_base_state *ret_state)
{
	*ret_state = (struct vp_base_state){
		.ino = (uint64_t)st->st_ino,
		.size = (uint64_t)st->st_size,
		.mtime = st->st_mtim.tv_sec * INT64_C(1000000000) +
			 st->st_mtim.tv_nsec,
	};
}

int
vp_base_stat(int dirfd, struct vp_base_state *ret_state)
{
	struct stat st;

	if (fstatat(dirfd, VP_TEXT_NAME, &st, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno != ENOENT)
			return -1;
		*ret_state = (struct vp_base_state){ 0 };
		return 0;
	}
	state_of(&st, ret_state);
	return 0;
}

int
vp_base_is_same(const struct vp_base_state *a, const struct vp_base_state *b)
{
	return a->ino == b->ino && a->size == b->size && a->mtime == b->mtime;
}

/* ---- streaming ------------------------------------------------------- */

static void
stream_from(struct vp_base *base, uint64_t offset)
{
	base->at = base->filled = 0;
	base->offset = offset;
	base->is_inside = 0;
}

/* Have at least a longest line and its LF in the buffer, or the end. */
static int
stream_fill(struct vp_base *base)
{
	if (base->filled - base->at > VP_VPASSWD_LINE)
		return 0;
	memmove(base->buffer, base->buffer + base->at, base->filled - base->at);
	base->filled -= base->at;
	base->at = 0;
	while (base->filled < BUFFER_SIZE) {
		ssize_t n = pread(base->fd, base->buffer + base->filled,
		    BUFFER_SIZE - base->filled, (off_t)base->offset);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		base->filled += (size_t)n;
		base->offset += (uint64_t)n;
	}
	return 0;
}

static int
stream_next(struct vp_base *base, struct vp_line *ret)
{
	if (stream_fill(base) < 0)
		return -1;

	size_t size = base->filled - base->at;

	if (size == 0)
		return 0;

	const char *text = base->buffer + base->at;
	const char *lf = memchr(text, '\n', size);

	ret->text = text;
	ret->size = lf ? (size_t)(lf - text) : size;
	ret->has_lf = lf != NULL;
	ret->is_rest = base->is_inside;
	ret->name_size = base->is_inside ? 0 : vp_vpasswd_name(text, ret->size);
	base->is_inside = !lf;
	base->at += ret->size + (lf ? 1 : 0);
	return 1;
}

/* Offset in the file of the next line. */
static uint64_t
stream_offset(const struct vp_base *base)
{
	return base->offset - (base->filled - base->at);
}

/* Count the records and see whether they are in order. */
static int
survey(struct vp_base *base)
{
	char last[VP_VPASSWD_LINE];
	size_t last_size = 0;
	struct vp_line line;
	int r;

	base->state.is_sorted = 1;
	base->state.count = 0;
	stream_from(base, 0);
	while ((r = stream_next(base, &line)) > 0) {
		if (line.name_size == 0)
			continue;

		int order = vp_vpasswd_compare(
		    last, last_size, line.text, line.name_size);

		if (order > 0)
			base->state.is_sorted = 0;
		if (order != 0)
			base->state.count++;
		memcpy(last, line.text, line.name_size);
		last_size = line.name_size;
	}
	base->state.is_known = 1;
	stream_from(base, 0);
	return r;
}

/* ---- in memory ------------------------------------------------------- */

static int
compare_items(const void *a, const void *b)
{
	const struct vp_base_item *x = a, *y = b;
	int r = vp_vpasswd_compare(x->key, x->key_size, y->key, y->key_size);

	if (r == 0)
		r = x->position < y->position ? -1 : 1;
	return r;
}

/* Names without doublets: now that they are sorted they can be counted. */
static uint64_t
count_items(const struct vp_base *base)
{
	const struct vp_base_item *last = NULL;
	uint64_t count = 0;

	for (size_t i = 0; i < base->count; i++) {
		const struct vp_base_item *item = &base->items[i];

		if (item->line.name_size == 0)
			continue;
		if (!last || vp_vpasswd_compare(last->key, last->key_size,
				 item->key, item->key_size) != 0)
			count++;
		last = item;
	}
	return count;
}

static int
add_item(struct vp_base *base, size_t *cap, const struct vp_line *line)
{
	struct vp_base_item item = { .line = *line, .key = "" };

	if (base->count == *cap) {
		size_t new_cap = *cap ? *cap * 2 : 1024;
		struct vp_base_item *items =
		    reallocarray(base->items, new_cap, sizeof *items);

		if (!items)
			return -1;
		base->items = items;
		*cap = new_cap;
	}
	if (line->name_size) {
		item.key = line->text;
		item.key_size = line->name_size;
	} else if (base->count) {
		item.key = base->items[base->count - 1].key;
		item.key_size = base->items[base->count - 1].key_size;
	}
	item.position = base->count;
	base->items[base->count++] = item;
	return 0;
}

/* Split base->whole into items and sort them. */
static int
sort_whole(struct vp_base *base, size_t size)
{
	const char *p = base->whole, *end = p + size;
	size_t cap = 0;

	while (p < end) {
		const char *lf = memchr(p, '\n', (size_t)(end - p));
		struct vp_line line = {
			.text = p,
			.size = (size_t)((lf ? lf : end) - p),
			.has_lf = lf != NULL,
		};

		line.name_size = vp_vpasswd_name(p, line.size);
		if (add_item(base, &cap, &line) != 0)
			return -1;
		p = lf ? lf + 1 : end;
	}
	if (base->count)
		qsort(base->items, base->count, sizeof *base->items,
		    compare_items);
	base->state.count = count_items(base);
	return 0;
}

static int
load_text(struct vp_base *base)
{
	size_t size = (size_t)base->state.size, done = 0;

	base->whole = malloc(size + 1);
	if (!base->whole)
		return -1;
	while (done < size) {
		ssize_t n = pread(
		    base->fd, base->whole + done, size - done, (off_t)done);

		if (n == 0)
			break;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		done += (size_t)n;
	}
	return sort_whole(base, done);
}

/* vpasswd is lost, but the cdb files hold the same. */
static int
load_cdb(struct vp_base *base, int dirfd)
{
	struct vp_cdbset_reader *set = vp_cdbset_open(dirfd);
	const char *name, *data;
	size_t name_size, size, whole_size = 0;
	int r;

	if (!set)
		return errno == ENOENT ? 0 : -1;

	FILE *fp = open_memstream(&base->whole, &whole_size);

	if (!fp) {
		vp_cdbset_close(set);
		return -1;
	}
	while ((r = vp_cdbset_next(set, &name, &name_size, &data, &size)) > 0) {
		fwrite(name, 1, name_size, fp);
		putc(':', fp);
		fwrite(data, 1, size, fp);
		putc('\n', fp);
	}

	int error = errno;

	vp_cdbset_close(set);
	if (fclose(fp) != 0 && r == 0)
		return -1;
	errno = error;
	return r == 0 ? sort_whole(base, whole_size) : -1;
}

/* ---- the source ------------------------------------------------------ */

int
vp_base_open(struct vp_base *base, int dirfd, const struct vp_base_state *known)
{
	struct stat st;

	*base = (struct vp_base){ .fd = -1 };
	base->fd = openat(dirfd, VP_TEXT_NAME,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (base->fd < 0) {
		base->state.is_known = base->state.is_sorted = 1;
		return errno == ENOENT ? load_cdb(base, dirfd) : -1;
	}
	if (fstat(base->fd, &st) < 0)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EBADMSG;
		return -1;
	}
	state_of(&st, &base->state);
	base->buffer = malloc(BUFFER_SIZE);
	if (!base->buffer)
		return -1;
	if (known && known->is_known && vp_base_is_same(known, &base->state))
		base->state = *known;
	else if (survey(base) < 0)
		return -1;
	return base->state.is_sorted ? 0 : load_text(base);
}

void
vp_base_close(struct vp_base *base)
{
	if (base->fd >= 0)
		close(base->fd);
	free(base->buffer);
	free(base->whole);
	free(base->items);
	*base = (struct vp_base){ .fd = -1 };
}

int
vp_base_next(struct vp_base *base, struct vp_line *ret_line)
{
	if (base->buffer && !base->whole)
		return stream_next(base, ret_line);
	if (base->next == base->count)
		return 0;
	*ret_line = base->items[base->next++].line;
	return 1;
}

/* Read lines from offset until one begins at or behind it and is a record.
 * 1, 0 at the end, -1. */
static int
probe(struct vp_base *base, uint64_t offset, struct vp_line *ret,
    uint64_t *ret_offset)
{
	struct vp_line line;
	int r = 1;

	stream_from(base, offset ? offset - 1 : 0);
	if (offset) {
		/* The rest of a line, or just the LF before our line. */
		do
			r = stream_next(base, &line);
		while (r > 0 && !line.has_lf);
	}
	while (r > 0) {
		*ret_offset = stream_offset(base);
		r = stream_next(base, ret);
		if (r > 0 && ret->name_size)
			break;
	}
	return r;
}

static void
seek_item(struct vp_base *base, const char *name, size_t name_size)
{
	size_t low = 0, high = base->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		const struct vp_base_item *item = &base->items[mid];

		if (vp_vpasswd_compare(
			item->key, item->key_size, name, name_size) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	base->next = low;
}

int
vp_base_seek(struct vp_base *base, const char *name, size_t name_size)
{
	uint64_t low = 0, high = base->state.size;

	if (!base->buffer || base->whole) {
		seek_item(base, name, name_size);
		return 0;
	}
	/* low is the start of a line that is not after the name. */
	while (high - low > BUFFER_SIZE / 2) {
		uint64_t mid = low + (high - low) / 2, offset = 0;
		struct vp_line line;
		int r = probe(base, mid, &line, &offset);

		if (r < 0)
			return -1;
		if (r == 0 || offset >= high ||
		    vp_vpasswd_compare(
			line.text, line.name_size, name, name_size) >= 0)
			high = mid;
		else
			low = offset;
	}
	stream_from(base, low);
	return 0;
}

int
vp_base_scan(int dirfd, const char *name, char ret_line[VP_VPASSWD_LINE + 1],
    size_t *ret_size)
{
	struct vp_base base = { .fd = -1 };
	size_t name_size = strlen(name);
	struct vp_line line = { 0 };
	int r = -1;

	base.fd = openat(dirfd, VP_TEXT_NAME,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	base.buffer = malloc(BUFFER_SIZE);
	if (base.fd >= 0 && base.buffer) {
		while ((r = stream_next(&base, &line)) > 0) {
			if (line.name_size == name_size &&
			    memcmp(line.text, name, name_size) == 0)
				break;
		}
	}
	if (r > 0) {
		memcpy(ret_line, line.text, line.size);
		ret_line[line.size] = '\0';
		*ret_size = line.size;
	}

	int error = errno;

	vp_base_close(&base);
	errno = error;
	return r;
}
