/*
 * Accounts of a run at once, where their store can that: a round trip to its
 * server for many of them instead of some for each.
 */
#include "config.h"

#include "core/user_run.h"

#include <time.h>

#include "base/attr.h"
#include "core/userdir.h"

static const struct vpop_user *
user_of(const struct vp_run *run, size_t i, size_t user_at)
{
	const void *user = (const char *)vp_run_element(run, i) + user_at;

	return user;
}

int
vp_run_find(struct vp_run *run, size_t user_at, unsigned char *ret_found)
{
	const struct vp_place *place = &run->place;
	AUTO_FREE const char **names = NULL;

	if (!place->ops->users_find || run->count < 2)
		return 0;
	names = calloc(run->count, sizeof *names);
	if (!names)
		return vp_fail(run->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	for (size_t i = 0; i < run->count; i++)
		names[i] = user_of(run, i, user_at)->name;
	int code = place->ops->users_find(
	    place->store, &place->domain, names, run->count, ret_found);
	return code < 0 ? code : 1;
}

struct list {
	struct vp_element **elements;
	const struct vpop_user **users;
	size_t count;
};

/* One that fails is left out, and those behind it go on, unless the caller
 * wants to stop there. */
static void
add(struct vp_run *run, const struct list *list, const char *ip)
{
	const struct vp_place *place = &run->place;
	const int64_t now = time(NULL);
	size_t next = 0, added;

	while (next < list->count) {
		int code = place->ops->users_add(place->store, &place->domain,
		    list->users + next, list->count - next, ip, now, &added);

		next += added;
		if (code == 0)
			return;
		vp_run_result(run, list->elements[next++], code);
		if (run->stop)
			return;
	}
}

int
vp_run_add(struct vp_run *run, size_t user_at)
{
	AUTO_FREE struct vp_element **elements = NULL;
	AUTO_FREE const struct vpop_user **users = NULL;
	struct list list = { NULL, NULL, 0 };
	int kept;

	if (!run->place.ops->users_add || run->count < 2)
		return 0;
	kept = vp_lastauth_is_kept(run->vp, &run->place.domain);
	elements = calloc(run->count, sizeof(struct vp_element *));
	users = calloc(run->count, sizeof(struct vpop_user *));
	if (kept < 0 || !elements || !users) {
		if (kept >= 0)
			kept = vp_fail(
			    run->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		vp_run_fail(run, kept);
		return kept;
	}
	list.elements = elements;
	list.users = users;
	for (size_t i = 0; i < run->count; i++) {
		if (!vp_run_is_good(vp_run_element(run, i)))
			continue;
		elements[list.count] = vp_run_element(run, i);
		users[list.count++] = user_of(run, i, user_at);
	}
	add(run, &list,
	    kept > 0 && run->vp->set.auth_logging ? VP_NEVER_IP : NULL);
	return 1;
}
