/*
 * Giving a domain another main name.
 *
 * The new name is first made another name of the domain, unless it is one:
 * mail for it comes in then.  Which of its names is the main one is said by
 * the lines of users/assign, all of which are turned in one replacement of
 * that file.  Its text decides: before it the change is undone, after it
 * completed.  The old name goes on as another name of the domain, so no
 * message, login or address is lost.
 *
 * The folder stays where it is, with all that is in it.  A store that keeps
 * accounts under the domain's name has a copy of them under the new one
 * before users/assign is turned, and forgets the old one afterwards: at no
 * moment does a name lead to a domain without accounts.
 */
#include "config.h"

#include "core/domain_int.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/name.h"
#include "core/store.h"

struct names {
	struct vp_assign *list;
	size_t count, size;
};

struct renaming {
	struct vpop_domain from, to; /* one folder, two real names */
	struct names names;          /* all that it has */
	int is_turned;               /* they are turned already */
};

/* ---- users/assign ----------------------------------------------------- */

static struct vp_assign *
add_name(struct names *names)
{
	if (names->count == names->size) {
		size_t size = names->size ? 2 * names->size : 16;
		struct vp_assign *list =
		    reallocarray(names->list, size, sizeof *list);

		if (!list)
			return NULL;
		names->list = list;
		names->size = size;
	}
	return &names->list[names->count++];
}

/* All names that the text of users/assign has for the domain, which is known
 * there by the one real name or by the other. */
static int
collect_names(struct vpop *vp, struct renaming *renaming)
{
	struct vp_assign_walk *walk = vp_assign_open(vp->set.qmaildir);
	struct vp_assign entry, *kept = &entry;
	int found = -1;

	while (walk && kept && (found = vp_assign_next(walk, &entry)) == 1) {
		int is_turned = strcmp(entry.real, renaming->to.real) == 0;

		if (!is_turned && strcmp(entry.real, renaming->from.real) != 0)
			continue;
		renaming->is_turned |= is_turned;
		kept = add_name(&renaming->names);
		if (kept)
			*kept = entry;
	}
	if (!kept)
		found = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	else if (!walk || found < 0)
		found = vp_domain_assign_failed(vp, 0);
	vp_assign_close(walk);
	return found;
}

/* Make the real name of all; the compiled table, too, is made to say that. */
static int
turn(struct vpop *vp, struct renaming *renaming, const char *real)
{
	struct names *names = &renaming->names;
	struct vp_assign_how how;
	unsigned long line = 0;

	vp_assign_how(vp, &how);
	for (struct vp_assign *name = names->list;
	     name && name < names->list + names->count; name++)
		memcpy(name->real, real, strlen(real) + 1);
	if (vp_assign_update(&how, names->list, names->count, NULL, 0, &line) !=
	    0)
		return vp_domain_assign_failed(vp, line);
	return 0;
}

/* ---- the store -------------------------------------------------------- */

/* The rows of its other names, in the site's store. */
static int
turn_rows(
    struct vpop *vp, const struct renaming *renaming, const char *main_name)
{
	int code = vp_domain_rows_remove(vp, &main_name, 1);

	for (size_t i = 0; i < renaming->names.count && code == 0; i++)
		if (strcmp(renaming->names.list[i].name, main_name) != 0)
			code = vp_domain_row_add(
			    vp, renaming->names.list[i].name, main_name);
	return code;
}

/* Addresses of the server, which a store forgets with the domain.  In a file
 * they may go on naming the old one. */
static int
turn_ipmap(struct vpop *vp, const struct renaming *renaming)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	struct vpop_store_rows *rows;
	struct vpop_store_row row;
	int rc = vp_store_keeps(vp, VPOP_KEEP_IPMAP, NULL, &ops, &store);

	if (rc > 0)
		rc = ops->rows_open(store, VPOP_KEEP_IPMAP, &renaming->from,
			 NULL, &rows) < 0
			 ? vp->code
			 : 1;
	if (rc <= 0)
		return rc;
	while ((rc = ops->rows_next(rows, &row)) == 1 &&
	       (rc = ops->ipmap_put(store, row.name, renaming->to.real)) == 0)
		continue;
	ops->rows_close(rows);
	return rc;
}

/* Remove what the domain's store keeps under this real name. */
static int
forget(struct vpop *vp, const struct vpop_domain *domain)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int rc = vp_store_keeps(vp, VPOP_KEEP_BY_NAME, domain, &ops, &store);

	return rc > 0 ? ops->domain_delete(store, domain) : rc;
}

/* The copy goes, and with it the row that the new name had before. */
static int
forget_copy(struct vpop *vp, const struct renaming *renaming)
{
	int code = forget(vp, &renaming->to);

	return code == 0 ? turn_rows(vp, renaming, renaming->from.real) : code;
}

static int
copy(struct vpop *vp, const struct renaming *renaming)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int rc =
	    vp_store_keeps(vp, VPOP_KEEP_BY_NAME, &renaming->to, &ops, &store);

	if (rc > 0)
		rc = vp_domain_copy(
		    vp, ops, store, &renaming->from, &renaming->to);
	return rc;
}

/* ---- the change ------------------------------------------------------- */

/* What only follows from users/assign, once that is turned. */
static int
finish(struct vpop *vp, const struct renaming *renaming)
{
	int code = turn_ipmap(vp, renaming);

	if (code == 0)
		code = forget(vp, &renaming->from);
	return code == 0 ? turn_rows(vp, renaming, renaming->to.real) : code;
}

/* What cannot be taken back stays pending: accounts are found by either name
 * until the next change settles it. */
static void
take_back(struct vpop *vp, const struct vp_intent *intent,
    struct renaming *renaming, int code)
{
	char reason[sizeof vp->message];

	memcpy(reason, vp->message, sizeof reason);
	if (turn(vp, renaming, renaming->from.real) == 0 &&
	    forget_copy(vp, renaming) == 0)
		(void)vp_journal_undo(vp, intent, 1, reason);
	(void)vp_fail(vp, code, "%s", reason);
}

static int
carry_out(struct vpop *vp, struct vp_intent *intent, struct renaming *renaming)
{
	int code = vp_journal_intend(vp, intent, 1);

	if (code != 0)
		return code;
	code = copy(vp, renaming);
	if (code == 0)
		code = turn(vp, renaming, renaming->to.real);
	if (code != 0) {
		take_back(vp, intent, renaming, code);
		return code;
	}
	code = finish(vp, renaming);
	if (code == 0 && vp_journal_commit(vp, intent, 1) != 0)
		vp_clear_error(vp); /* recovery will find it done */
	return code;
}

static json_t *
describe(const char *name)
{
	return json_pack("{s:s}", "name", name);
}

static int
make_change(struct vpop *vp, struct renaming *renaming)
{
	struct vp_intent intent = {
		.event = "domain.renamed",
		.object = renaming->to.real,
		.domain = renaming->from.real, /* whose owners see it */
		.old = describe(renaming->from.real),
		.new = describe(renaming->to.real),
	};

	int code = intent.old && intent.new
		       ? carry_out(vp, &intent, renaming)
		       : vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	json_decref(intent.old);
	json_decref(intent.new);
	return code;
}

/* etc/stores is the administrator's: the accounts of the domain must be
 * looked for in the same store under both names. */
static int
check_store(struct vpop *vp, const struct renaming *renaming)
{
	char from[VP_STORE_NAME_SIZE], to[VP_STORE_NAME_SIZE];
	int code = vp_store_name_of(vp, &renaming->from, from);

	if (code == 0)
		code = vp_store_name_of(vp, &renaming->to, to);
	if (code == 0 && strcmp(from, to) != 0)
		code = vp_fail(vp, VA_NO_AUTH_MODULE,
		    "the accounts of '%s' are in the store '%s': name that "
		    "store for '%s' in '%s/" VP_STORE_CHOICES "' first",
		    renaming->from.real, from, renaming->to.real, vp->etc);
	return code;
}

static int
rename_locked(struct vpop *vp, struct renaming *renaming)
{
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &renaming->from);

	if (dirfd < 0)
		return dirfd;
	AUTO_CLOSE int lock = vp_change_lock(vp, &renaming->from, dirfd);
	if (lock < 0)
		return lock;
	/* What is to be settled yet looks for the old name. */
	int any = vp_journal_any(vp, renaming->from.real);
	if (any != 0)
		return any < 0 ? any
			       : vp_fail(vp, VA_LOCK_FAILED,
				     "changes of '%s' are not settled yet; "
				     "\"vdoctor --repair\" tells why",
				     renaming->from.real);
	int code = collect_names(vp, renaming);
	return code == 0 ? make_change(vp, renaming) : code;
}

/* The site lock is taken before that of the domain, as by all. */
static int
make_main(struct vpop *vp, const char *name, const char *new_name)
{
	struct renaming renaming = { .is_turned = 0 };
	AUTO_CLOSE int lock = -1;

	int code = vp_domain_begin(vp, &lock);
	if (code == 0)
		code = vpop_domain_get(vp, name, &renaming.from);
	if (code == 0)
		code = vpop_domain_get(vp, new_name, &renaming.to);
	if (code == 0 && strcmp(renaming.from.real, renaming.to.real) != 0)
		code = vp_fail(vp, VA_DOMAIN_ALREADY_EXISTS,
		    "'%s' is another domain", new_name);
	if (code != 0 || strcmp(renaming.to.name, renaming.to.real) == 0)
		return code;
	memcpy(
	    renaming.from.name, renaming.from.real, sizeof renaming.from.name);
	memcpy(renaming.to.real, renaming.to.name, sizeof renaming.to.real);
	code = check_store(vp, &renaming);
	if (code != 0 || vp_dry_run(vp))
		return code;
	if (code == 0)
		code = rename_locked(vp, &renaming);
	free(renaming.names.list);
	return code;
}

int
vpop_domain_rename(struct vpop *vp, const char *name, const char *new_name)
{
	struct vpop_domain domain, other;
	int code = vpop_domain_get(vp, name, &domain);

	if (code != 0)
		return code;
	code = vpop_domain_get(vp, new_name, &other);
	const int is_new = code == VA_DOMAIN_DOES_NOT_EXIST;
	if (is_new)
		code = vpop_domain_add_alias(vp, new_name, domain.real);
	if (code == 0 && !(is_new && vp_dry_run(vp)))
		code = make_main(vp, name, new_name);
	vp_change_end(vp);
	return code;
}

/* ---- what was interrupted --------------------------------------------- */

static int
read_pending(struct vpop *vp, const struct vp_pending *pending,
    struct renaming *ret_renaming)
{
	const char *from =
	    json_string_value(json_object_get(pending->old, "name"));
	int code = vpop_domain_get(vp, pending->object, &ret_renaming->to);

	if (code != 0)
		return code;
	ret_renaming->from = ret_renaming->to;
	memcpy(ret_renaming->to.real, ret_renaming->to.name,
	    sizeof ret_renaming->to.real);
	if (from &&
	    vp_copy(ret_renaming->from.real, sizeof ret_renaming->from.real,
		from) == 0 &&
	    vp_copy(ret_renaming->from.name, sizeof ret_renaming->from.name,
		from) == 0)
		return 0;
	return vp_fail(vp, VA_INVALID_ARGUMENT,
	    "journal: change %lld names no domain", (long long)pending->id);
}

static int
settle(struct vpop *vp, struct renaming *renaming)
{
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, &renaming->from);

	if (dirfd < 0)
		return dirfd;
	AUTO_CLOSE int lock = vp_domain_lock(vp, &renaming->from, dirfd, 0);
	if (lock < 0)
		return lock;
	int code = collect_names(vp, renaming);
	if (code != 0)
		return code;
	if (renaming->is_turned) {
		code = turn(vp, renaming, renaming->to.real);
		if (code == 0)
			code = finish(vp, renaming);
		return code == 0 ? 1 : code;
	}
	code = turn(vp, renaming, renaming->from.real);
	return code == 0 ? forget_copy(vp, renaming) : code;
}

int
vp_recover_domain_rename(struct vpop *vp, const struct vp_pending *pending)
{
	struct renaming renaming = { .is_turned = 0 };
	AUTO_CLOSE int lock = vp_site_lock(vp, 0);

	if (lock < 0)
		return lock;
	int code = vp_journal_is_pending(vp, pending->id);
	if (code <= 0)
		return code;
	code = read_pending(vp, pending, &renaming);
	if (code == 0)
		code = settle(vp, &renaming);
	else if (code == VA_DOMAIN_DOES_NOT_EXIST)
		code = 0; /* neither name is a domain any more */
	free(renaming.names.list);
	return code;
}
