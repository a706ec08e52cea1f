/*
 * Adding domains, many as one.
 *
 * A chunk of domains is checked without a lock; then, under the site lock,
 * each gets its place, one journal entry of all is written, each tree is
 * made, and one update of users/assign and the control files lets mail in.
 * What fails before that update concerns one domain; what fails in it takes
 * the whole chunk back.  A crash leaves the intents: recovery completes the
 * domains that users/assign lists and removes the others.
 */
#include "config.h"

#include "core/domain_add_int.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/sync.h"
#include "base/text.h"
#include "core/limits.h"
#include "core/user_int.h"

#define SYNC_TOGETHER 16 /* domains */

struct chunk {
	struct vp_domain_adding *list[VP_ADD_CHUNK];
	size_t count;
	struct vp_domain_place places[VP_ADD_PLACES];
	size_t place_count;
	void *names; /* tsearch tree: no name twice */
	struct vp_intent intents[VP_ADD_CHUNK];
	int stop;
	struct stat table; /* users/cdb before the names were checked */
};

static void
adding_free(void *p)
{
	struct vp_domain_adding *adding = p;

	json_decref(adding->intent.new);
	json_decref(adding->intent.plan);
	explicit_bzero(&adding->postmaster, sizeof adding->postmaster);
	free(adding);
}

static void
keep_node(void *node)
{
	(void)node;
}

static void
chunk_clear(struct vpop *vp, struct chunk *chunk)
{
	for (size_t i = 0; i < chunk->place_count; i++)
		(void)vp_domain_place_close(vp, &chunk->places[i], 0);
	for (size_t i = 0; i < chunk->count; i++)
		adding_free(chunk->list[i]);
	tdestroy(chunk->names, keep_node);
	chunk->names = NULL;
	chunk->count = chunk->place_count = 0;
}

static void
refuse(struct vpop *vp, struct vpop_domain_new *request, int code)
{
	const size_t size = strnlen(vp->message, sizeof request->message - 1);

	request->code = code;
	memcpy(request->message, vp->message, size);
	request->message[size] = '\0';
}

/* Take the i-th element out; the order of the others stays. */
static void
drop(struct chunk *chunk, size_t i)
{
	adding_free(chunk->list[i]);
	chunk->count--;
	memmove(chunk->list + i, chunk->list + i + 1,
	    (chunk->count - i) * sizeof *chunk->list);
}

static int
compare_names(const void *a, const void *b)
{
	const struct vp_domain_adding *left = a, *right = b;

	return strcmp(left->domain.name, right->domain.name);
}

static int
check_twice(
    struct vpop *vp, struct chunk *chunk, const struct vp_domain_adding *new)
{
	const struct vp_domain_adding *const *found =
	    tsearch(new, &chunk->names, compare_names);

	if (!found)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (*found == new)
		return 0;
	return vp_fail(vp, VA_DOMAIN_ALREADY_EXISTS,
	    "domain '%s' is given twice", new->domain.name);
}

/* The folder of the element's base; NULL: one too many for this chunk. */
static struct vp_domain_place *
find_place(const struct vpop *vp, struct chunk *chunk, const char *base)
{
	char path[VPOP_DIR_SIZE];

	if (vp_format(path, sizeof path, "%s/%s", base, vp->set.domains_dir) !=
	    0)
		path[0] = '\0';
	for (size_t i = 0; i < chunk->place_count; i++)
		if (strcmp(chunk->places[i].path, path) == 0)
			return &chunk->places[i];
	if (chunk->place_count == VP_ADD_PLACES)
		return NULL;
	struct vp_domain_place *place = &chunk->places[chunk->place_count++];
	*place = (struct vp_domain_place){ .fd = -1 };
	memcpy(place->path, path, sizeof path);
	return place;
}

/* Check one request.  1 done with it, 0 it must wait for the next chunk. */
static int
collect_one(struct vpop *vp, struct vp_domain_adds *adds, struct chunk *chunk,
    struct vpop_domain_new *request)
{
	struct vp_domain_adding *adding = calloc(1, sizeof *adding);
	int code;

	request->code = 0;
	request->message[0] = '\0';
	if (!adding) {
		refuse(vp, request,
		    vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory"));
		return 1;
	}
	adding->request = request;
	code = vp_domain_check(vp, adds, adding);
	if (code == 0)
		adding->place = find_place(vp, chunk, adding->base);
	if (code == 0 && !adding->place) {
		adding_free(adding);
		return 0;
	}
	if (code == 0)
		code = check_twice(vp, chunk, adding);
	if (code != 0) {
		refuse(vp, request, code);
		adding_free(adding);
		return 1;
	}
	chunk->list[chunk->count++] = adding;
	return 1;
}

/* How many requests were looked at. */
static size_t
collect(struct vpop *vp, struct vp_domain_adds *adds, struct chunk *chunk,
    struct vpop_domain_new *list, size_t count)
{
	size_t i = 0;

	while (i < count && chunk->count < VP_ADD_CHUNK) {
		if (!collect_one(vp, adds, chunk, &list[i]))
			break;
		if (list[i++].code != 0 && chunk->stop)
			break;
	}
	return i;
}

/* Refuse the i-th element and, if asked to stop, those after it. */
static void
refuse_from(struct vpop *vp, struct chunk *chunk, size_t i, int code)
{
	do {
		refuse(vp, chunk->list[i]->request, code);
		drop(chunk, i);
	} while (chunk->stop && i < chunk->count);
}

static void
refuse_all(struct vpop *vp, struct chunk *chunk, int code)
{
	while (chunk->count > 0) {
		refuse(vp, chunk->list[chunk->count - 1]->request, code);
		drop(chunk, chunk->count - 1);
	}
}

/* Which users/cdb there is; zeroes if there is none. */
static void
look_at_table(const struct vpop *vp, struct stat *ret_st)
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

	look_at_table(vp, &now);
	return before->st_ino != 0 && now.st_ino == before->st_ino &&
	       now.st_dev == before->st_dev && now.st_size == before->st_size &&
	       now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == before->st_mtim.tv_nsec;
}

/* Places for all: another program may have been faster since the check. */
static void
take_places(struct vpop *vp, struct chunk *chunk)
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
gather_intents(struct chunk *chunk)
{
	for (size_t i = 0; i < chunk->count; i++)
		chunk->intents[i] = chunk->list[i]->intent;
}

static int
intend(struct vpop *vp, struct chunk *chunk)
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
sync_places(struct vpop *vp, const struct chunk *chunk)
{
	for (size_t i = 0; i < chunk->place_count; i++)
		if (chunk->places[i].fd >= 0 &&
		    vp_sync_all(chunk->places[i].fd) != 0)
			return vp_fail_errno(vp, VA_COULD_NOT_MAKE_DOMAIN_DIR,
			    "cannot sync '%s'", chunk->places[i].path);
	return 0;
}

static void
make_trees(struct vpop *vp, struct chunk *chunk)
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
publish(struct vpop *vp, struct chunk *chunk, int *ret_tried)
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
take_back(struct vpop *vp, struct chunk *chunk, int code, int published)
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
finish(struct vpop *vp, struct chunk *chunk, int code)
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

static void
add_chunk(struct vpop *vp, struct chunk *chunk)
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

static int
default_quota(struct vpop *vp, struct vp_domain_adds *ret_adds)
{
	struct vpop_limits limits;

	int code = vpop_limits_get(vp, NULL, &limits);
	if (code == 0)
		vp_limits_quota(&limits, ret_adds->quota);
	return code;
}

/* The first failure of the list, as the failure of the call. */
static int
sum_up(struct vpop *vp, const struct vpop_domain_new *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].code != 0)
			return vp_fail(vp, list[i].code, "%s", list[i].message);
	vp_clear_error(vp);
	return 0;
}

/* How many of the list were tried; *ret_code: why not all. */
static size_t
add_chunks(struct vpop *vp, struct vpop_domain_new *list, size_t count,
    int stop, int *ret_code)
{
	struct vp_domain_adds adds = { 0 };
	struct chunk *chunk = calloc(1, sizeof *chunk);
	size_t done = 0, failed = 0;

	if (!chunk) {
		*ret_code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		return 0;
	}
	int code = default_quota(vp, &adds);
	while (code == 0 && done < count) {
		chunk->stop = stop;
		look_at_table(vp, &chunk->table);
		done += collect(vp, &adds, chunk, list + done, count - done);
		add_chunk(vp, chunk);
		chunk_clear(vp, chunk);
		while (failed < done && list[failed].code == 0)
			failed++;
		if (stop && failed < done)
			code = sum_up(vp, list, done);
	}
	free(chunk);
	*ret_code = code;
	return done;
}

int
vpop_domains_add(
    struct vpop *vp, struct vpop_domain_new *list, size_t count, int stop)
{
	size_t done = 0;

	int code = vp_change_start(vp);
	if (code == 0)
		done = add_chunks(vp, list, count, stop, &code);
	for (; done < count; done++)
		refuse(vp, &list[done], code);
	vp_change_end(vp);
	return sum_up(vp, list, count);
}

int
vpop_domain_add(struct vpop *vp, const struct vpop_domain_new *domain)
{
	struct vpop_domain_new copy = *domain;

	return vpop_domains_add(vp, &copy, 1, 1);
}
