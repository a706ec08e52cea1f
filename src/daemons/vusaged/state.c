/*
 * Reading the saved state; its format is told in state_save.c.  The sum says
 * whether it is whole; nevertheless nothing in it is believed to be well
 * formed.
 */
#include "config.h"

#include "daemons/vusaged/state_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"

#define TAIL_BYTES 17 /* of the end record */
#define BOX_BYTES  54 /* of the record of a mailbox, at least */

struct reader {
	const char *at, *end;
	struct vp_site *site;
	struct vp_domain *domain; /* NULL: is not there any more */
	struct vp_box *box;       /* NULL: is not taken */
	int has_domain, has_box;
	uint64_t boxes;
	/* Folders of the box. */
	struct vp_folders *folders;
	uint32_t room;
};

static int
get(struct reader *r, void *ret, size_t size)
{
	if ((size_t)(r->end - r->at) < size)
		return -1;
	memcpy(ret, r->at, size);
	r->at += size;
	return 0;
}

/* Malloc'd; NULL if there is none that is text. */
static char *
get_text(struct reader *r)
{
	uint16_t length;
	char *text;

	if (get(r, &length, sizeof length) != 0 ||
	    (size_t)(r->end - r->at) < length || memchr(r->at, '\0', length))
		return NULL;
	text = strndup(r->at, length);
	r->at += length;
	return text;
}

static void
end_box(struct reader *r)
{
	if (r->box && r->folders)
		vp_folders_set(r->site, r->box, r->folders);
	else
		vp_folders_free(r->folders);
	r->folders = NULL;
	r->room = 0;
	r->box = NULL;
}

static int
get_domain(struct reader *r)
{
	AUTO_FREE char *name = get_text(r);
	AUTO_FREE char *dir = name ? get_text(r) : NULL;
	uint64_t boxes;

	if (!dir || get(r, &boxes, sizeof boxes) != 0 ||
	    boxes > (size_t)(r->end - r->at) / BOX_BYTES)
		return -1;
	r->domain = vp_site_domain(r->site, name);
	if (r->domain && (strcmp(r->domain->name, name) != 0 ||
			     strcmp(r->domain->dir, dir) != 0))
		r->domain = NULL;
	if (r->domain &&
	    vp_table_reserve(&r->domain->boxes, (size_t)boxes) != 0)
		return -1;
	r->has_domain = 1;
	r->has_box = 0;
	return 0;
}

static void
no_change(void *arg, struct vp_box *box)
{
	(void)arg;
	(void)box;
}

/* The text begins with the directory; the name is its last part, or behind it
 * and a NUL, which is why the text is read here. */
static int
take_box(struct reader *r, const struct vp_parts *inbox, uint64_t stamp,
    size_t name_at, const char *text, size_t size)
{
	AUTO_FREE char *copy = NULL;
	AUTO_FREE char *dir = NULL;
	const char *name;

	if (name_at >= size || size >= UINT16_MAX)
		return -1;
	copy = malloc(size + 1);
	if (!copy)
		return -1;
	memcpy(copy, text, size);
	copy[size] = '\0';
	name = copy + name_at;
	if (strlen(name) != size - name_at ||
	    (name_at > 0 && copy[name_at - 1] != '/' &&
		copy[name_at - 1] != '\0') ||
	    strlen(copy) + 1 < name_at)
		return -1;
	if (!r->domain)
		return 0;
	if (copy[0] == '/' || copy[0] == '\0')
		dir = strdup(copy);
	else if (asprintf(&dir, "%s/%s", r->domain->dir, copy) < 0)
		dir = NULL;
	if (!dir || vp_domain_box(r->domain, name))
		return -1;
	r->box = vp_box_learn(r->site, r->domain, name, dir, no_change, NULL);
	if (!r->box)
		return -1;
	r->box->stamp = stamp;
	for (int i = 0; i < VP_PARTS; i++)
		vp_part_set(r->site, r->box, &r->box->inbox, i, inbox->stamp[i],
		    inbox->bytes[i], inbox->count[i]);
	return 0;
}

static int
get_box(struct reader *r)
{
	struct vp_parts inbox;
	uint64_t stamp;
	uint16_t name_at, size;

	if (!r->has_domain || get(r, &stamp, sizeof stamp) != 0 ||
	    get(r, &inbox, sizeof inbox) != 0 ||
	    get(r, &name_at, sizeof name_at) != 0 ||
	    get(r, &size, sizeof size) != 0 || (size_t)(r->end - r->at) < size)
		return -1;
	if (take_box(r, &inbox, stamp, name_at, r->at, size) != 0)
		return -1;
	r->at += size;
	r->has_box = 1;
	r->boxes++;
	return 0;
}

static int
get_folder(struct reader *r)
{
	struct vp_parts parts;
	AUTO_FREE char *name = NULL;
	uint32_t count = r->folders ? r->folders->count : 0;

	if (!r->has_box || get(r, &parts, sizeof parts) != 0 ||
	    !(name = get_text(r)) || name[0] != '.' || strchr(name, '/') ||
	    name[1] == '\0' || strcmp(name, "..") == 0)
		return -1;
	if (count == r->room) {
		uint32_t room = count ? count * 2 : 4;
		struct vp_folders *larger = realloc(
		    r->folders, sizeof *larger + room * sizeof *larger->list);

		if (!larger)
			return -1;
		larger->count = count;
		r->folders = larger;
		r->room = room;
	}
	r->folders->list[count] =
	    (struct vp_folder){ .parts = parts, .name = name };
	name = NULL;
	r->folders->count = count + 1;
	return 0;
}

static int
get_records(struct reader *r)
{
	uint64_t boxes;
	char kind;

	while (get(r, &kind, 1) == 0) {
		int rc = -1;

		if (kind != 'F')
			end_box(r);
		if (kind == 'D')
			rc = get_domain(r);
		else if (kind == 'B')
			rc = get_box(r);
		else if (kind == 'F')
			rc = get_folder(r);
		else if (kind == 'E')
			return get(r, &boxes, sizeof boxes) == 0 &&
				       r->at == r->end && boxes == r->boxes
				   ? 0
				   : -1;
		if (rc != 0)
			return -1;
	}
	return -1;
}

/* All boxes that were read so far. */
static void
forget_all(struct vp_site *site)
{
	for (struct vp_domain *d = site->domains; d; d = d->next) {
		size_t i = 0;

		while (i < d->boxes.size)
			if (d->boxes.slots[i])
				vp_box_forget(site, d->boxes.slots[i]);
			else
				i++;
	}
}

int
vp_state_parse(struct vp_site *site, const char *data, size_t size)
{
	struct reader r = { .site = site };
	struct vp_state_header header;
	uint64_t sum;

	errno = EBADMSG;
	if (size < sizeof header + TAIL_BYTES)
		return -1;
	memcpy(&sum, data + size - sizeof sum, sizeof sum);
	r.at = data;
	r.end = data + size - sizeof sum;
	if (sum != vp_state_sum(data, size - sizeof sum) ||
	    get(&r, &header, sizeof header) != 0 ||
	    memcmp(header.magic, VP_STATE_MAGIC, sizeof header.magic) != 0 ||
	    header.order != VP_STATE_ORDER ||
	    header.by_name != (site->by_name != 0) ||
	    header.count_dirs != (site->count_dirs != 0))
		return -1;

	int rc = get_records(&r);
	end_box(&r);
	if (rc != 0)
		forget_all(site);
	errno = EBADMSG;
	site->is_dirty = rc != 0;
	return rc;
}

int
vp_state_load(struct vp_site *site, const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;
	void *data;

	if (fd < 0)
		return errno == ENOENT ? 1 : -1;
	if (fstat(fd, &st) != 0)
		return -1;
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		errno = EBADMSG;
		return -1;
	}
	data = mmap(NULL, (size_t)st.st_size, PROT_READ,
	    MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (data == MAP_FAILED)
		return -1;

	int rc = vp_state_parse(site, data, (size_t)st.st_size);
	int error = errno;
	munmap(data, (size_t)st.st_size);
	errno = error;
	return rc;
}
