/*
 * A chunk of checked domains becomes reachable as one, under the site lock.
 *
 * Each gets its place, one journal entry of all is written, each tree is
 * made, and one update of users/assign and the control files lets mail in.
 * What fails before that update concerns one domain; what fails in it takes
 * the whole chunk back.  A crash leaves the intents: recovery completes the
 * domains that users/assign lists and removes the others.
 */
#include "config.h"

#include "core/domain_add_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/sync.h"
#include "base/text.h"

#define SYNC_TOGETHER 16 /* domains */

void
vp_domain_adding_free(struct vp_domain_adding *adding)
{
	json_decref(adding->intent.new);
	json_decref(adding->intent.plan);
	explicit_bzero(&adding->postmaster, sizeof adding->postmaster);
	free(adding);
}

void
vp_domain_add_refuse(struct vpop *vp, struct vpop_domain_new *request, int code)
{
	const size_t size = strnlen(vp->message, sizeof request->message - 1);

	request->code = code;
	memcpy(request->message, vp->message, size);
	request->message[size] = '\0';
}

/* Take the i-th element out; the order of the others stays. */
static void
drop(struct vp_domain_chunk *chunk, size_t i)
{
	vp_domain_adding_free(chunk->list[i]);
	chunk->count--;
	memmove(chunk->list + i, chunk->list + i + 1,
	    (chunk->count - i) * sizeof *chunk->list);
}

/* Refuse the i-th element and, if asked to stop, those after it. */
static void
refuse_from(struct vpop *vp, struct vp_domain_chunk *chunk, size_t i, int code)
{
	do {
		vp_domain_add_refuse(vp, chunk->list[i]->request, code);
		drop(chunk, i);
	} while (chunk->stop && i < chunk->count);
}

static void
refuse_all(struct vpop *vp, struct vp_domain_chunk *chunk, int code)
{
	while (chunk->count > 0) {
		vp_domain_add_refuse(
		    vp, chunk->list[chunk->count - 1]->request, code);
		drop(chunk, chunk->count - 1);
	}
}

void
vp_domain_look_at_table(const struct vpop *vp, struct stat *ret_st)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "%s/users/%s", vp->set.qmaildir,
		vp->set.qmail_cdb_name) < 0)
		path = NULL;
	if (!path || stat(path, ret_st) != 0)
		*ret_st = (struct stat){ 0 };
}

/* 1 if nobody has added a domain since the names were checked. */
static int
is_same_table(const struct vpop *vp, const struct stat *before)
{
	struct stat now;

	vp_domain_look_at_table(vp, &now);
	return before->st_ino != 0 && now.st_ino == before->st_ino &&
	       now.st_dev == before->st_dev && now.st_size == before->st_size &&
	       now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

/* Places for all: another program may have been faster since the check. */
static void
take_places(struct vpop *vp, struct vp_domain_chunk *chunk)
{
	const int checked = is_same_table(vp, &chunk->table);
	size_t i = 0;

	while (i < chunk->count) {
		struct vp_domain_adding *adding = chunk->list[i];
		int code =
		    checked ? 0 : vp_domain_check_new(vp, adding->domain.name);

		if (code == 0)
			code = vp_domain_place_take(vp, adding->place, adding);
		if (code != 0)
			refuse_from(vp, chunk, i, code);
		else
			i++;
	}
}

static int
describe(struct vpop *vp, struct vp_domain_adding *adding)
{
	const struct vpop_domain *domain = &adding->domain;
	struct vp_intent *intent = &adding->intent;

	*intent = (struct vp_intent){
		.event = "domain.created",
		.object = domain->name,
		.domain = domain->name,
	};
	intent->new = json_pack("{s:s, s:I, s:I, s:o}", "name", domain->name,
	    "uid", (json_int_t)domain->uid, "gid", (json_int_t)domain->gid,
	    "directory", vp_journal_text(domain->dir));
	intent->plan = json_pack("{s:o, s:I, s:I, s:o}", "dir",
	    vp_journal_text(domain->dir), "uid", (json_int_t)domain->uid, "gid",
	    (json_int_t)domain->gid, "local",
	    vp_domain_was_local(vp, domain->name));
	if (!intent->new || !intent->plan)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return 0;
}

static void
gather_intents(struct vp_domain_chunk *chunk)
{
	for (size_t i = 0; i < chunk->count; i++)
		chunk->intents[i] = chunk->list[i]->intent;
}

static int
intend(struct vpop *vp, struct vp_domain_chunk *chunk)
{
	int code = 0;

	for (size_t i = 0; i < chunk->count && code == 0; i++)
		code = describe(vp, chunk->list[i]);
	if (code != 0)
		return code;
	gather_intents(chunk);
	code = vp_journal_intend(vp, chunk->intents, chunk->count);
	for (size_t i = 0; i < chunk->count && code == 0; i++)
		chunk->list[i]->intent.id = chunk->intents[i].id;
	return code;
}

/* The i-th element was not made: its place and its intent go back. */
static void
take_back_one(struct vpop *vp, struct vp_domain_adding *adding, int code)
{
	if (adding->left)
		return;
	code = vp_domain_refused(vp, &adding->intent, 1, code);
	char reason[sizeof vp->message];
	memcpy(reason, vp->message, sizeof reason);
	(void)vp_dircontrol_give(vp, &adding->place->control, adding->rel);
	(void)vp_fail(vp, code, "%s", reason);
}

/* Many trees are synced together: one sync of the file system costs less
 * than some ten of each tree's files and folders. */
static int
sync_places(struct vpop *vp, const struct vp_domain_chunk *chunk)
{
	for (size_t i = 0; i < chunk->place_count; i++)
		if (chunk->places[i].fd >= 0 &&
		    vp_sync_all(chunk->places[i].fd) != 0)
			return vp_fail_errno(vp, VA_COULD_NOT_MAKE_DOMAIN_DIR,
			    "cannot sync '%s'", chunk->places[i].path);
	return 0;
}

static void
make_trees(struct vpop *vp, struct vp_domain_chunk *chunk)
{
	size_t i = 0;

	while (i < chunk->count) {
		int code = vp_domain_make(vp, chunk->list[i]);

		if (code == 0) {
			i++;
			continue;
		}
		for (size_t k = i; k < chunk->count; k++) {
			take_back_one(vp, chunk->list[k], code);
			if (!chunk->stop)
				break;
		}
		refuse_from(vp, chunk, i, code);
	}
}

static int
publish(struct vpop *vp, struct vp_domain_chunk *chunk, int *ret_tried)
{
	AUTO_FREE struct vp_assign *list = calloc(chunk->count, sizeof *list);
	unsigned flags = VPOP_DOMAIN_NO_SIGNAL;

	if (!list)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	for (size_t i = 0; i < chunk->count; i++) {
		const struct vpop_domain *domain = &chunk->list[i]->domain;

		flags &= chunk->list[i]->request->flags;
		(void)vp_copy(list[i].name, sizeof list->name, domain->name);
		(void)vp_copy(list[i].real, sizeof list->real, domain->real);
		(void)vp_copy(list[i].dir, sizeof list->dir, domain->dir);
		list[i].uid = domain->uid;
		list[i].gid = domain->gid;
	}
	*ret_tried = 1;
	return vp_domain_publish(vp, list, chunk->count, flags);
}

/* Remove what the whole chunk made.  What cannot be removed now is left to
 * recovery. */
static void
take_back(
    struct vpop *vp, struct vp_domain_chunk *chunk, int code, int published)
{
	AUTO_FREE const char **names = calloc(chunk->count, sizeof *names);
	AUTO_FREE const json_t **plans = calloc(chunk->count, sizeof *plans);
	char reason[sizeof vp->message];
	int left = !names || !plans;

	memcpy(reason, vp->message, sizeof reason);
	for (size_t i = 0; i < chunk->count && !left; i++) {
		names[i] = chunk->list[i]->domain.name;
		plans[i] = chunk->list[i]->intent.plan;
	}
	if (!left && published)
		left = vp_domain_unpublish(vp, names, plans, chunk->count) != 0;
	for (size_t i = 0; i < chunk->count && !left; i++)
		left = vp_domain_remove(vp, &chunk->list[i]->domain,
			   chunk->list[i]->intent.id, 0) != 0;
	for (size_t i = 0; i < chunk->place_count && !left; i++)
		left = vp_domain_recount(vp, chunk->places[i].path) != 0;
	gather_intents(chunk);
	if (!left)
		(void)vp_journal_undo(vp, chunk->intents, chunk->count, reason);
	(void)vp_fail(vp, code, "%s", reason);
	refuse_all(vp, chunk, code);
}

/* Counts, control files, journal: the steps that all share.  code: whether
 * the trees are safe on the disk. */
static void
finish(struct vpop *vp, struct vp_domain_chunk *chunk, int code)
{
	int published = 0;

	for (size_t i = 0; i < chunk->place_count; i++) {
		int closed =
		    vp_domain_place_close(vp, &chunk->places[i], code == 0);

		code = code != 0 ? code : closed;
	}
	if (chunk->count == 0)
		return;
	if (code == 0)
		code = publish(vp, chunk, &published);
	if (code != 0) {
		take_back(vp, chunk, code, published);
		return;
	}
	gather_intents(chunk);
	if (vp_journal_commit(vp, chunk->intents, chunk->count) != 0)
		vp_clear_error(vp); /* recovery will find them done */
}

void
vp_domain_add_chunk(struct vpop *vp, struct vp_domain_chunk *chunk)
{
	if (chunk->count == 0 || vp_dry_run(vp))
		return;
	AUTO_CLOSE int lock = vp_site_lock(vp, 1);
	if (lock < 0) {
		refuse_all(vp, chunk, lock);
		return;
	}
	take_places(vp, chunk);
	if (chunk->count == 0)
		return;
	int code = intend(vp, chunk);
	if (code != 0) {
		refuse_all(vp, chunk, code);
		return;
	}
	if (chunk->count < SYNC_TOGETHER) {
		make_trees(vp, chunk);
	} else {
		vp_sync_hold();
		make_trees(vp, chunk);
		vp_sync_release();
		code = sync_places(vp, chunk);
	}
	finish(vp, chunk, code);
}
