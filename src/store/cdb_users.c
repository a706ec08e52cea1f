/*
 * Walking through the accounts of a domain: vpasswd in name order, and on
 * top of it what the log says, as of the moment of opening.
 *
 * The log is opened before vpasswd and read after it, and must still be the
 * log when both have been read: then whatever a fold had moved from this log
 * into vpasswd is the same in both.
 */
#include "config.h"

#include "store/cdb_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"

#define OPEN_TRIES 100

struct vpop_store_users {
	struct vpop_store *store;
	struct vpop_domain domain;
	struct vp_base base;
	struct vp_changes changes; /* sorted */
	size_t next_change;
	struct vp_line line; /* next one of base */
	int has_line;
	char last[VP_VPASSWD_LINE]; /* names up to here are done */
	size_t last_size;
};

/* 0; 1: a fold came in between; -1 and errno. */
static int
open_once(struct vpop_store_users *users, int dirfd, const char **ret_file)
{
	struct vp_log *log;
	int r = vp_log_open(dirfd, VP_LOG_READ, &log);

	*ret_file = VP_LOG_NAME;
	if (r < 0)
		return -1;

	const struct vp_base_state *known = log ? vp_log_base(log) : NULL;
	int current = -1;

	*ret_file = VP_TEXT_NAME;
	r = vp_base_open(&users->base, dirfd, known);
	if (r == 0 && log) {
		*ret_file = VP_LOG_NAME;
		r = vp_log_load(log, &users->changes);
	}
	if (r == 0)
		current = vp_log_is_current(log, dirfd);

	int error = errno;

	vp_log_close(log);
	errno = error;
	return current < 0 ? -1 : !current;
}

static int
open_sources(struct vpop_store_users *users, int dirfd)
{
	const char *file = VP_LOG_NAME;
	int r = 1;

	for (int i = 0; i < OPEN_TRIES && r > 0; i++) {
		vp_changes_clear(&users->changes);
		vp_base_close(&users->base);
		r = open_once(users, dirfd, &file);
	}
	if (r > 0)
		errno = ESTALE;
	if (r != 0)
		return vp_cdb_store_fail(users->store, &users->domain, file);
	vp_changes_sort(&users->changes);
	return 0;
}

int
vp_cdb_users_open(struct vpop_store *store, const struct vpop_domain *domain,
    const char *after, struct vpop_store_users **ret_users)
{
	AUTO_CLOSE int dirfd = vp_cdb_store_dir(store, domain);

	if (dirfd < 0)
		return dirfd;

	if (after && strlen(after) > VP_VPASSWD_LINE)
		return store->host->fail(store->host->vp, VA_USER_NAME_TOO_LONG,
		    0, "a name is too long");

	struct vpop_store_users *users = calloc(1, sizeof *users);

	if (!users)
		return store->host->fail(
		    store->host->vp, VA_MEMORY_ALLOC_ERR, 0, "no memory");
	users->store = store;
	users->domain = *domain;
	users->base.fd = -1;
	if (after) {
		users->last_size = strlen(after);
		memcpy(users->last, after, users->last_size);
	}

	int r = open_sources(users, dirfd);

	if (r == 0 && users->last_size) {
		users->next_change = vp_changes_after(
		    &users->changes, users->last, users->last_size);
		if (vp_base_seek(&users->base, users->last, users->last_size) <
		    0)
			r = vp_cdb_store_fail(store, domain, VP_TEXT_NAME);
	}
	if (r < 0) {
		vp_cdb_users_close(users);
		return r;
	}
	*ret_users = users;
	return 0;
}

static int
is_done(const struct vpop_store_users *users, const char *name, size_t size)
{
	return vp_vpasswd_compare(name, size, users->last, users->last_size) <=
	       0;
}

/* Have the next record of vpasswd that is not done.  1, 0, -1. */
static int
next_line(struct vpop_store_users *users)
{
	int r = 1;

	while (r > 0 &&
	       (!users->has_line || users->line.name_size == 0 ||
		   is_done(users, users->line.text, users->line.name_size))) {
		r = vp_base_next(&users->base, &users->line);
		users->has_line = r > 0;
	}
	return r;
}

/* The next record of either source: 1 and its text, 0, -1. */
static int
next_record(
    struct vpop_store_users *users, const char **ret_text, size_t *ret_size)
{
	for (;;) {
		const struct vp_change *c = NULL;
		int r = next_line(users);

		if (r < 0)
			return -1;
		if (users->next_change < users->changes.count)
			c = &users->changes.list[users->next_change];
		if (!c && !users->has_line)
			return 0;

		const struct vp_line *line = &users->line;
		const char *text = line->text;
		size_t size = line->size, name_size = line->name_size;
		int is_deleted = 0;

		if (c && (!users->has_line ||
			     vp_vpasswd_compare(c->text, c->name_size,
				 line->text, line->name_size) <= 0)) {
			text = c->text;
			size = c->size;
			name_size = c->name_size;
			is_deleted = c->op == VP_CHANGE_DELETE;
			users->next_change++;
		}
		memcpy(users->last, text, name_size);
		users->last_size = name_size;
		*ret_text = text;
		*ret_size = size;
		if (!is_deleted)
			return 1;
	}
}

int
vp_cdb_users_next(struct vpop_store_users *users, struct vpop_user *ret_user)
{
	struct vpop_user user;
	const char *text;
	size_t size;
	int r;

	/* What no record can hold is passed over; the check names it. */
	while ((r = next_record(users, &text, &size)) > 0) {
		if (vp_vpasswd_parse(text, size, &user) == 0 &&
		    vp_copy(user.domain, sizeof user.domain,
			users->domain.real) == 0)
			break;
	}
	if (r > 0)
		*ret_user = user;
	return r >= 0 ? r
		      : vp_cdb_store_fail(
			    users->store, &users->domain, VP_TEXT_NAME);
}

void
vp_cdb_users_close(struct vpop_store_users *users)
{
	if (!users)
		return;
	vp_base_close(&users->base);
	vp_changes_clear(&users->changes);
	free(users);
}

/* ---- counting -------------------------------------------------------- */

/* What the log's header knows, if it is about the present vpasswd.  1, 0, or
 * -1 and errno. */
static int
count_by_log(int dirfd, unsigned long *ret_count)
{
	struct vp_log *log;
	struct vp_base_state now;
	int64_t delta = 0;
	int r = vp_log_open(dirfd, VP_LOG_READ, &log);

	if (r <= 0)
		return r;

	const struct vp_base_state *base = vp_log_base(log);

	r = vp_base_stat(dirfd, &now);
	if (r == 0 && base->is_known && vp_base_is_same(base, &now)) {
		r = vp_log_delta(log, &delta) < 0 ? -1 : 1;
		delta += (int64_t)base->count;
	}
	/* A log that was replaced meanwhile does not belong to "now". */
	if (r == 1)
		r = vp_log_is_current(log, dirfd);
	if (r == 1)
		*ret_count = delta > 0 ? (unsigned long)delta : 0;

	int error = errno;

	vp_log_close(log);
	errno = error;
	return r;
}

int
vp_cdb_users_count(struct vpop_store *store, const struct vpop_domain *domain,
    unsigned long *ret_count)
{
	AUTO_CLOSE int dirfd = vp_cdb_store_dir(store, domain);
	struct vpop_store_users *users = NULL;
	unsigned long count = 0;
	const char *text;
	size_t size;

	if (dirfd < 0)
		return dirfd;

	int r = count_by_log(dirfd, ret_count);

	if (r < 0)
		return vp_cdb_store_fail(store, domain, VP_LOG_NAME);
	if (r > 0)
		return 0;
	r = vp_cdb_users_open(store, domain, NULL, &users);
	if (!users)
		return r;
	if (users->changes.count == 0) {
		*ret_count = (unsigned long)users->base.state.count;
		vp_cdb_users_close(users);
		return 0;
	}
	while ((r = next_record(users, &text, &size)) > 0)
		count++;
	if (r < 0)
		r = vp_cdb_store_fail(store, domain, VP_TEXT_NAME);
	else
		*ret_count = count;
	vp_cdb_users_close(users);
	return r;
}
