/*
 * Sums of domains are kept by differences, which is exact: everything happens
 * in one thread, and every change goes through vp_part_set, vp_folders_set
 * and vp_box_forget.
 */
#include "config.h"

#include "daemons/vusaged/site_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/dirtree.h"

const char *
vp_box_name(const void *thing)
{
	const struct vp_box *box = thing;

	return box->text + box->name_at;
}

const char *
vp_box_dir(const void *thing)
{
	return ((const struct vp_box *)thing)->text;
}

/* ---- folders and boxes --------------------------------------------------- */

void
vp_folders_free(struct vp_folders *folders)
{
	for (uint32_t i = 0; folders && i < folders->count; i++)
		free(folders->list[i].name);
	free(folders);
}

static void
add_parts(const struct vp_parts *parts, uint64_t *bytes, uint64_t *count)
{
	for (int i = 0; i < VP_PARTS; i++) {
		*bytes += parts->bytes[i];
		*count += parts->count[i];
	}
}

static void
add_folders(const struct vp_folders *folders, uint64_t *bytes, uint64_t *count)
{
	for (uint32_t i = 0; folders && i < folders->count; i++)
		add_parts(&folders->list[i].parts, bytes, count);
}

void
vp_box_usage(const struct vp_box *box, uint64_t *ret_bytes, uint64_t *ret_count)
{
	*ret_bytes = *ret_count = 0;
	add_parts(&box->inbox, ret_bytes, ret_count);
	add_folders(box->folders, ret_bytes, ret_count);
}

/* Differences: they may wrap round. */
static void
add_to_domain(const struct vp_box *box, uint64_t bytes, uint64_t count)
{
	if (box->flags & VP_BOX_TWIN)
		return;
	box->domain->bytes += bytes;
	box->domain->count += count;
}

void
vp_part_set(struct vp_site *site, struct vp_box *box, struct vp_parts *parts,
    int which, uint64_t stamp, uint64_t bytes, uint32_t count)
{
	add_to_domain(box, bytes - parts->bytes[which],
	    (uint64_t)count - parts->count[which]);
	parts->stamp[which] = stamp;
	parts->bytes[which] = bytes;
	parts->count[which] = count;
	site->is_dirty = 1;
}

void
vp_folders_set(
    struct vp_site *site, struct vp_box *box, struct vp_folders *folders)
{
	uint64_t bytes = 0, count = 0;

	add_folders(box->folders, &bytes, &count);
	add_to_domain(box, -bytes, -count);
	vp_folders_free(box->folders);
	box->folders = folders;
	bytes = count = 0;
	add_folders(box->folders, &bytes, &count);
	add_to_domain(box, bytes, count);
	site->is_dirty = 1;
}

struct vp_box *
vp_domain_box(const struct vp_domain *domain, const char *name)
{
	return vp_table_find(&domain->boxes, name);
}

void
vp_box_verified(struct vp_box *box)
{
	if (box->flags & VP_BOX_VERIFIED)
		return;
	box->flags |= VP_BOX_VERIFIED;
	box->domain->unverified--;
}

static void
distrust(struct vp_parts *parts)
{
	parts->stamp[VP_NEW] = parts->stamp[VP_CUR] = VP_STAMP_UNREAD;
}

static void
distrust_box(struct vp_box *box)
{
	distrust(&box->inbox);
	for (uint32_t i = 0; box->folders && i < box->folders->count; i++)
		distrust(&box->folders->list[i].parts);
	if (box->flags & VP_BOX_VERIFIED)
		box->domain->unverified++;
	box->flags &= (uint16_t)~VP_BOX_VERIFIED;
	box->rest = 0;
}

void
vp_site_distrust(struct vp_site *site)
{
	for (struct vp_domain *d = site->domains; d; d = d->next)
		for (size_t i = 0; i < d->boxes.size; i++)
			if (d->boxes.slots[i])
				distrust_box(d->boxes.slots[i]);
}

void
vp_box_free(struct vp_box *box)
{
	vp_folders_free(box->folders);
	free(box);
}

/* ---- accounts that share a directory ------------------------------------- */

/*
 * One of them is counted, whichever came first.  Of two, one at least has a
 * name that is not the last part of the directory: only those are kept by
 * directory.
 */
static int
is_odd(const struct vp_box *box)
{
	return box->text[0] != '\0' && box->name_at > 0 &&
	       box->text[box->name_at - 1] == '\0';
}

/* The box that is counted for the directory; NULL. */
static struct vp_box *
counted(const struct vp_domain *domain, const char *dir)
{
	const char *slash = strrchr(dir, '/');
	struct vp_box *box = vp_table_find(&domain->odd, dir);

	if (!box)
		box = vp_domain_box(domain, slash ? slash + 1 : dir);
	return box && !(box->flags & VP_BOX_TWIN) && strcmp(box->text, dir) == 0
		   ? box
		   : NULL;
}

/* The box is not in the domain yet.  -1 and ENOMEM. */
static int
mark_twin(struct vp_box *box)
{
	struct vp_domain *domain = box->domain;

	if (counted(domain, box->text)) {
		box->flags |= VP_BOX_TWIN;
		domain->twins++;
		return 0;
	}
	return is_odd(box) ? vp_table_add(&domain->odd, box) : 0;
}

/* The box goes: another one of the directory is counted from now on. */
static void
unmark_twin(struct vp_box *box)
{
	struct vp_domain *domain = box->domain;
	struct vp_box *twin = NULL;
	uint64_t bytes, count;

	if (box->flags & VP_BOX_TWIN) {
		domain->twins--;
		return;
	}
	if (is_odd(box))
		vp_table_remove(&domain->odd, box->text);
	for (size_t i = 0; domain->twins > 0 && i < domain->boxes.size; i++) {
		twin = domain->boxes.slots[i];
		if (twin && (twin->flags & VP_BOX_TWIN) &&
		    strcmp(twin->text, box->text) == 0)
			break;
		twin = NULL;
	}
	/* Without memory it stays what it was until it is learnt anew. */
	if (!twin || (is_odd(twin) && vp_table_add(&domain->odd, twin) != 0))
		return;
	twin->flags &= (uint16_t)~VP_BOX_TWIN;
	domain->twins--;
	vp_box_usage(twin, &bytes, &count);
	add_to_domain(twin, bytes, count);
}

void
vp_box_forget(struct vp_site *site, struct vp_box *box)
{
	struct vp_domain *domain = box->domain;
	uint64_t bytes, count;

	vp_box_usage(box, &bytes, &count);
	add_to_domain(box, -bytes, -count);
	unmark_twin(box);
	if (!(box->flags & VP_BOX_VERIFIED))
		domain->unverified--;
	vp_table_remove(&domain->boxes, vp_box_name(box));
	site->boxes--;
	site->is_dirty = 1;
	vp_box_free(box);
}

/* The directory that is kept, and whether the name is its last part. */
static const char *
short_dir(const struct vp_domain *domain, const char *dir, const char *name,
    int *ret_is_last)
{
	const char *below = vp_path_below(domain->dir, dir);
	const char *kept = below ? below : dir;
	const char *slash = strrchr(kept, '/');

	*ret_is_last = strcmp(slash ? slash + 1 : kept, name) == 0;
	return kept;
}

static struct vp_box *
make_box(struct vp_domain *domain, const char *dir, const char *name)
{
	int is_last;
	const char *kept = short_dir(domain, dir, name, &is_last);
	size_t dir_size = strlen(kept) + 1, name_size = strlen(name) + 1;
	size_t size = dir_size + (is_last ? 0 : name_size);
	struct vp_box *box;

	if (size > UINT16_MAX)
		return NULL;
	box = calloc(1, sizeof *box + size);
	if (!box)
		return NULL;
	box->domain = domain;
	memcpy(box->text, kept, dir_size);
	box->name_at = (uint16_t)(is_last ? dir_size - name_size : dir_size);
	memcpy(box->text + box->name_at, name, name_size);
	return box;
}

static int
has_dir(const struct vp_box *box, const char *dir)
{
	int is_last;

	return strcmp(box->text, short_dir(box->domain, dir, vp_box_name(box),
				     &is_last)) == 0;
}

struct vp_box *
vp_box_learn(struct vp_site *site, struct vp_domain *domain, const char *name,
    const char *dir, void (*going)(void *arg, struct vp_box *box), void *arg)
{
	struct vp_box *box = vp_domain_box(domain, name);

	if (box && !has_dir(box, dir)) {
		going(arg, box);
		vp_box_forget(site, box);
		box = NULL;
	}
	if (!box) {
		box = make_box(domain, dir, name);
		if (!box)
			return NULL;
		if (mark_twin(box) != 0 ||
		    vp_table_add(&domain->boxes, box) != 0) {
			unmark_twin(box);
			free(box);
			return NULL;
		}
		domain->unverified++;
		site->boxes++;
		site->is_dirty = 1;
	}
	box->seen = domain->walk;
	return box;
}
