/*
 * Accounts from one store to another, with the time of their last login.
 *
 * Both sides are read page by page in the order of the names, and no cursor
 * is open while something is written.  Memory is three pages, whatever the
 * size of the domain.  First the whole source is read once: what cannot be
 * read there must not cost anything here.
 */
#include "config.h"

#include "core/convert_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "core/userdir.h"

#define PAGE 512

struct reader {
	const struct vp_conversion *conversion;
	const struct vp_side *side;
	struct vpop_user page[PAGE];
	size_t count, at;
	char after[VPOP_USER_SIZE];
	int ended;
};

enum what {
	KEEP, /* only its last login differs */
	ADD,
	REPLACE,
	DELETE
};

struct change {
	enum what what;
	struct vpop_user user;
	int has_last;
	struct vpop_lastauth last;
};

struct copy {
	const struct vp_conversion *conversion;
	struct vpop_convert *convert;
	struct reader from, to;
	struct change batch[PAGE];
	size_t waiting;
	unsigned long total, done;
	int with_last; /* the last logins are to be copied */
	int last_kept; /* the target's store keeps them */
	int probe;     /* only look for what would be lost */
	int verify;    /* a difference is a failure */
};

/* ---- reading ---------------------------------------------------------- */

static int
fill(struct reader *reader)
{
	const struct vp_side *side = reader->side;
	const struct vpop_domain *domain = reader->conversion->domain;
	struct vpop_store_users *users;
	int rc = side->ops->users_open(side->store, domain,
	    reader->after[0] ? reader->after : NULL, &users);

	reader->at = reader->count = 0;
	if (rc < 0)
		return vp_convert_failed(reader->conversion->convert, side, rc);
	while (reader->count < PAGE) {
		struct vpop_user *user = &reader->page[reader->count];

		rc = side->ops->users_next(users, user);
		if (rc != 1)
			break;
		memcpy(user->domain, domain->real, sizeof user->domain);
		memcpy(reader->after, user->name, sizeof reader->after);
		reader->count++;
	}
	side->ops->users_close(users);
	if (rc < 0)
		return vp_convert_failed(reader->conversion->convert, side, rc);
	reader->ended = reader->count < PAGE;
	return 0;
}

/* The next account without taking it: 1, 0 at the end, or a code. */
static int
peek(struct reader *reader, const struct vpop_user **ret_user)
{
	*ret_user = NULL;
	if (reader->at == reader->count && !reader->ended) {
		int code = fill(reader);

		if (code != 0)
			return code;
	}
	if (reader->at == reader->count)
		return 0;
	*ret_user = &reader->page[reader->at];
	return 1;
}

static void
rewind_reader(struct reader *reader)
{
	reader->at = reader->count = 0;
	reader->after[0] = '\0';
	reader->ended = 0;
}

/* Read all of the source; order and names are what the rest relies on. */
static int
validate(struct copy *copy)
{
	struct vpop_convert *convert = copy->convert;
	const struct vpop_user *user;
	char last[VPOP_USER_SIZE] = "";
	int rc;

	while ((rc = peek(&copy->from, &user)) == 1 && user) {
		if (strcmp(user->name, last) <= 0)
			return vp_fail(convert->vp, VA_PARSE_ERROR,
			    "store '%s' gives account '%s@%s' after '%s'",
			    convert->from.vp->set.auth_module, user->name,
			    copy->conversion->domain->real, last);
		memcpy(last, user->name, sizeof last);
		copy->total++;
		copy->from.at++;
	}
	rewind_reader(&copy->from);
	return rc;
}

/* ---- last logins ------------------------------------------------------ */

static int
get_last(struct vpop_convert *convert, const struct vp_side *side,
    const struct vpop_user *user, struct vpop_lastauth *ret_last)
{
	int code = vpop_lastauth_get(side->vp, user, ret_last);

	if (code == VA_BAD_U_DIR2) { /* no directory, or not a sound one */
		*ret_last = (struct vpop_lastauth){ .time = 0 };
		return 0;
	}
	return code == 0 ? 0 : vp_convert_failed(convert, side, code);
}

/* 1 if the target is to be given what *ret_last says, 0, or a code. */
static int
last_differs(const struct copy *copy, const struct vpop_user *user, int is_new,
    struct vpop_lastauth *ret_last)
{
	struct vpop_convert *convert = copy->convert;
	struct vpop_lastauth there = { .time = 0 };
	int code;

	if (!copy->with_last)
		return 0;
	code = get_last(convert, &convert->from, user, ret_last);
	if (code != 0 || ret_last->ip[0] == '\0')
		return code;
	if (!copy->verify)
		convert->counts[VPOP_CONVERT_LASTAUTH].total++;
	if (!is_new)
		code = get_last(convert, &convert->to, user, &there);
	if (code != 0 || (strcmp(there.ip, ret_last->ip) == 0 &&
			     there.created == ret_last->created))
		return code;
	/* A login in the meantime is no difference. */
	if (copy->verify && (ret_last->created >= convert->started ||
				there.created >= convert->started))
		return 0;
	return 1;
}

static int
write_file(struct copy *copy, const struct change *change)
{
	struct vpop *vp = copy->convert->to.vp;
	const struct vpop_domain *domain = copy->conversion->domain;
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = change->last.created } };
	AUTO_CLOSE int userfd = vp_userdir_open(domain, &change->user);

	if (userfd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return 0; /* made, with a new record, when it is first used */
	if (userfd >= 0 &&
	    (unlinkat(userfd, VP_LASTAUTH, 0) == 0 || errno == ENOENT) &&
	    vp_lastauth_write(vp, domain, userfd, change->last.ip) == 0 &&
	    utimensat(userfd, VP_LASTAUTH, times, AT_SYMLINK_NOFOLLOW) == 0)
		return 0;
	return vp_fail_errno(vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot write '%s/%s'", change->user.dir, VP_LASTAUTH);
}

static int
write_last(struct copy *copy, const struct change *change)
{
	const struct vp_side *to = &copy->convert->to;

	copy->convert->counts[VPOP_CONVERT_LASTAUTH].changed++;
	if (!copy->last_kept)
		return write_file(copy, change);
	return to->ops->lastauth_put(to->store, copy->conversion->domain,
	    change->user.name, change->last.ip, change->last.created);
}

/* ---- writing ---------------------------------------------------------- */

static int
write_change(struct copy *copy, const struct change *change)
{
	const struct vp_side *to = &copy->convert->to;
	const struct vpop_domain *domain = copy->conversion->domain;
	int code = 0;

	switch (change->what) {
	case KEEP:
		break;
	case ADD:
		code = to->ops->user_put(to->store, domain, &change->user,
		    VPOP_PUT_ADD | VPOP_PUT_LAZY);
		break;
	case REPLACE:
		code = to->ops->user_put(to->store, domain, &change->user,
		    VPOP_PUT_REPLACE | VPOP_PUT_LAZY);
		break;
	case DELETE:
		return to->ops->user_delete(
		    to->store, domain, change->user.name);
	}
	if (code == 0 && change->has_last)
		code = write_last(copy, change);
	return code;
}

static void
tell(struct copy *copy)
{
	const struct vpop_convert_step step = {
		.domain = copy->conversion->domain->real,
		.verifying = copy->verify,
		.done = copy->done,
		.total = copy->total,
	};

	if (copy->convert->progress)
		copy->convert->progress(copy->convert->arg, &step);
}

/* The new ones at once, where the store can that. */
static int
add_all(struct copy *copy, size_t count)
{
	const struct vp_side *to = &copy->convert->to;
	const struct vpop_user *users[PAGE];
	size_t news = 0, added;

	if (!to->ops->users_add)
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (copy->batch[i].what != ADD)
			continue;
		users[news++] = &copy->batch[i].user;
		copy->batch[i].what = KEEP;
	}
	return to->ops->users_add(
	    to->store, copy->conversion->domain, users, news, NULL, 0, &added);
}

/* First what goes: to an old table a name that comes may be equal to it. */
static int
write_all(struct copy *copy, size_t count)
{
	int code = 0;

	for (size_t i = 0; i < count && code == 0; i++)
		if (copy->batch[i].what == DELETE)
			code = write_change(copy, &copy->batch[i]);
	if (code == 0)
		code = add_all(copy, count);
	for (size_t i = 0; i < count && code == 0; i++)
		if (copy->batch[i].what != DELETE)
			code = write_change(copy, &copy->batch[i]);
	return code;
}

static int
flush(struct copy *copy)
{
	const struct vp_side *to = &copy->convert->to;
	size_t count = copy->waiting;
	int code;

	copy->waiting = 0;
	tell(copy);
	if (count == 0 || vp_dry_run(copy->convert->vp))
		return 0;
	code = to->ops->begin(to->store, copy->conversion->domain);
	if (code < 0)
		return vp_convert_failed(copy->convert, to, code);
	code = write_all(copy, count);
	if (code == 0)
		code = to->ops->commit(to->store);
	else
		to->ops->rollback(to->store);
	return code == 0 ? 0 : vp_convert_failed(copy->convert, to, code);
}

static int
enqueue(struct copy *copy, enum what what, const struct vpop_user *user,
    const struct vpop_lastauth *last)
{
	struct change *change = &copy->batch[copy->waiting];

	if (copy->verify)
		return vp_fail(copy->convert->vp, VA_COULD_NOT_UPDATE_FILE,
		    "account '%s@%s' is not the same in the stores '%s' and "
		    "'%s' after the conversion",
		    user->name, user->domain,
		    copy->convert->from.vp->set.auth_module,
		    copy->convert->to.vp->set.auth_module);
	change->what = what;
	change->user = *user;
	change->has_last = last != NULL;
	if (last)
		change->last = *last;
	if (what != KEEP)
		copy->convert->counts[VPOP_CONVERT_ACCOUNT].changed++;
	if (++copy->waiting == PAGE)
		return flush(copy);
	return 0;
}

/* ---- comparing -------------------------------------------------------- */

/* uid says whether APOP is to be used; the numbers for it differ. */
static int
is_same(const struct vpop_user *a, const struct vpop_user *b)
{
	return strcmp(a->passwd, b->passwd) == 0 &&
	       strcmp(a->clear, b->clear) == 0 &&
	       strcmp(a->gecos, b->gecos) == 0 && strcmp(a->dir, b->dir) == 0 &&
	       strcmp(a->quota, b->quota) == 0 && a->gid == b->gid &&
	       (a->uid == 2) == (b->uid == 2);
}

/* The target has an account that the source has not. */
static int
surplus(struct copy *copy, const struct vpop_user *user)
{
	const struct vpop_convert *convert = copy->convert;
	const char *from = convert->from.vp->set.auth_module;
	const char *to = convert->to.vp->set.auth_module;

	if (copy->total == 0)
		return vp_fail(convert->vp, VA_USER_DOES_NOT_EXIST,
		    "store '%s' has no accounts of '%s', but '%s' has: nothing "
		    "is converted",
		    from, user->domain, to);
	if (copy->conversion->is_live)
		return vp_fail(convert->vp, VA_USERNAME_EXISTS,
		    "account '%s@%s' is in store '%s', where the domain lives, "
		    "but not in '%s': it would be lost; delete it, or convert "
		    "the other way",
		    user->name, user->domain, to, from);
	return enqueue(copy, DELETE, user, NULL);
}

static int
compare_pair(
    struct copy *copy, const struct vpop_user *from, const struct vpop_user *to)
{
	struct vpop_lastauth last;
	enum what what = KEEP;
	int differs;

	if (copy->probe)
		return 0;
	differs = last_differs(copy, from, !to, &last);
	if (differs < 0)
		return differs;
	if (!to)
		what = ADD;
	else if (!is_same(from, to))
		what = REPLACE;
	if (what == KEEP && !differs)
		return 0;
	return enqueue(copy, what, from, differs ? &last : NULL);
}

/* Walk both sides together. */
static int
merge(struct copy *copy)
{
	const struct vpop_user *from = NULL, *to = NULL;
	int code = 0;

	rewind_reader(&copy->from);
	rewind_reader(&copy->to);
	copy->done = 0;
	while (code == 0) {
		int a = peek(&copy->from, &from);
		int b = a < 0 ? a : peek(&copy->to, &to);
		int order;

		if (b < 0)
			return b;
		if (!from && !to)
			break;
		order = !from ? 1 : !to ? -1 : strcmp(from->name, to->name);
		if (order <= 0)
			code = compare_pair(copy, from, order == 0 ? to : NULL);
		else
			code = surplus(copy, to);
		copy->from.at += order <= 0;
		copy->to.at += order >= 0;
		if (order <= 0 && ++copy->done % PAGE == 0)
			tell(copy);
	}
	return code == 0 ? flush(copy) : code;
}

static int
count_users(const struct copy *copy)
{
	const struct vp_side *to = &copy->convert->to;
	unsigned long count;
	int code =
	    to->ops->users_count(to->store, copy->conversion->domain, &count);

	if (code != 0)
		return vp_convert_failed(copy->convert, to, code);
	if (count == copy->total)
		return 0;
	return vp_fail(copy->convert->vp, VA_COULD_NOT_UPDATE_FILE,
	    "store '%s' has %lu accounts of '%s' after the conversion, '%s' "
	    "has %lu",
	    to->vp->set.auth_module, count, copy->conversion->domain->real,
	    copy->convert->from.vp->set.auth_module, copy->total);
}

/* Bring the files into the form other programs read, and compare. */
static int
finish(struct copy *copy)
{
	const struct vp_side *to = &copy->convert->to;
	int code = 0;

	if (to->ops->fold)
		code = to->ops->fold(to->store, copy->conversion->domain);
	if (code != 0)
		return vp_convert_failed(copy->convert, to, code);
	copy->verify = 1;
	code = merge(copy);
	return code == 0 ? count_users(copy) : code;
}

static int
run(struct copy *copy)
{
	const struct vp_side *to = &copy->convert->to;
	struct vpop *vp = copy->convert->vp;
	int code = validate(copy);

	if (code != 0)
		return code;
	copy->convert->counts[VPOP_CONVERT_ACCOUNT].total += copy->total;
	if (!vp_dry_run(vp)) {
		code = to->ops->domain_add(to->store, copy->conversion->domain);
		if (code != 0)
			return vp_convert_failed(copy->convert, to, code);
	}
	if (copy->conversion->is_live) {
		copy->probe = 1;
		code = merge(copy);
		copy->probe = 0;
	}
	if (code == 0)
		code = merge(copy);
	return code != 0 || vp_dry_run(vp) ? code : finish(copy);
}

int
vp_convert_users(const struct vp_conversion *conversion)
{
	struct vpop_convert *convert = conversion->convert;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct copy *copy = calloc(1, sizeof *copy);
	int code;

	if (!copy)
		return vp_convert_no_memory(convert);
	copy->conversion = conversion;
	copy->convert = convert;
	copy->from.conversion = copy->to.conversion = conversion;
	copy->from.side = &convert->from;
	copy->to.side = &convert->to;
	copy->with_last = vp_convert_concerns(
	    convert, VPOP_KEEP_LASTAUTH, conversion->domain);
	copy->last_kept = vp_store_keeps(convert->to.vp, VPOP_KEEP_LASTAUTH,
			      conversion->domain, &ops, &store) > 0;
	code = run(copy);
	explicit_bzero(copy, sizeof *copy);
	free(copy);
	return code;
}
