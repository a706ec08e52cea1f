/*
 * Adding domains, many as one: requests are checked without a lock and
 * collected into chunks; domain_add_chunk.c adds a chunk.
 */
#include "config.h"

#include "core/domain_add_int.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "core/limits.h"
#include "core/user_int.h"

static void
keep_node(void *node)
{
	(void)node;
}

static void
chunk_clear(struct vpop *vp, struct vp_domain_chunk *chunk)
{
	for (size_t i = 0; i < chunk->place_count; i++)
		(void)vp_domain_place_close(vp, &chunk->places[i], 0);
	for (size_t i = 0; i < chunk->count; i++)
		vp_domain_adding_free(chunk->list[i]);
	tdestroy(chunk->names, keep_node);
	chunk->names = NULL;
	chunk->count = chunk->place_count = 0;
}

static int
compare_names(const void *a, const void *b)
{
	const struct vp_domain_adding *left = a, *right = b;

	return strcmp(left->domain.name, right->domain.name);
}

static int
check_twice(struct vpop *vp, struct vp_domain_chunk *chunk,
    const struct vp_domain_adding *new)
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
find_place(
    const struct vpop *vp, struct vp_domain_chunk *chunk, const char *base)
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
collect_one(struct vpop *vp, struct vp_domain_adds *adds,
    struct vp_domain_chunk *chunk, struct vpop_domain_new *request)
{
	struct vp_domain_adding *adding = calloc(1, sizeof *adding);
	int code;

	request->code = 0;
	request->message[0] = '\0';
	if (!adding) {
		vp_domain_add_refuse(vp, request,
		    vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory"));
		return 1;
	}
	adding->request = request;
	code = vp_domain_check(vp, adds, adding);
	if (code == 0)
		adding->place = find_place(vp, chunk, adding->base);
	if (code == 0 && !adding->place) {
		vp_domain_adding_free(adding);
		return 0;
	}
	if (code == 0)
		code = check_twice(vp, chunk, adding);
	if (code != 0) {
		vp_domain_add_refuse(vp, request, code);
		vp_domain_adding_free(adding);
		return 1;
	}
	chunk->list[chunk->count++] = adding;
	return 1;
}

/* How many requests were looked at. */
static size_t
collect(struct vpop *vp, struct vp_domain_adds *adds,
    struct vp_domain_chunk *chunk, struct vpop_domain_new *list, size_t count)
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
	struct vp_domain_chunk *chunk = calloc(1, sizeof *chunk);
	size_t done = 0, failed = 0;

	if (!chunk) {
		*ret_code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		return 0;
	}
	int code = default_quota(vp, &adds);
	while (code == 0 && done < count) {
		chunk->stop = stop;
		vp_domain_look_at_table(vp, &chunk->table);
		done += collect(vp, &adds, chunk, list + done, count - done);
		vp_domain_add_chunk(vp, chunk);
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
		vp_domain_add_refuse(vp, &list[done], code);
	vp_change_end(vp);
	return sum_up(vp, list, count);
}

int
vpop_domain_add(struct vpop *vp, const struct vpop_domain_new *domain)
{
	struct vpop_domain_new copy = *domain;

	return vpop_domains_add(vp, &copy, 1, 1);
}
