/*
 * Deleting a domain, or an alias of one.
 *
 * Order: rcpthosts, virtualdomains, users/assign, HUP, and only then accounts
 * and files.  Once the first name has gone the change can only be completed:
 * what fails later leaves it pending in the journal, and the next change or
 * vdoctor goes on with it.
 */
#include "config.h"

#include "core/domain_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/name.h"

/* What goes out of qmail: the domain with its aliases. */
struct names {
	const char **list;
	size_t count, size;
};

static void
names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free((void *)(uintptr_t)names->list[i]);
	free(names->list);
}

static int
names_add(struct vpop *vp, struct names *names, const char *name)
{
	if (names->count == names->size) {
		size_t size = names->size ? 2 * names->size : 16;
		const char **list =
		    reallocarray(names->list, size, sizeof *list);

		if (!list)
			return vp_fail(
			    vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		names->list = list;
		names->size = size;
	}
	char *copy = strdup(name);
	if (!copy)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	names->list[names->count++] = copy;
	return 0;
}

/* Nobody else may live in the folder that is to be removed. */
static int
check_other(struct vpop *vp, const struct vpop_domain *domain,
    const struct vpop_domain *other)
{
	const size_t size = strlen(domain->dir);

	if (strncmp(other->dir, domain->dir, size) != 0 ||
	    (other->dir[size] != '\0' && other->dir[size] != '/'))
		return 0;
	return vp_fail(vp, VA_BAD_D_DIR,
	    "the directory '%s' of '%s' is also that of '%s'", domain->dir,
	    domain->real, other->name);
}

static int
collect_names(
    struct vpop *vp, const struct vpop_domain *domain, struct names *names)
{
	struct vpop_domains *cursor;
	struct vpop_domain entry;
	int found;

	int code = vpop_domains_open(vp, NULL, &cursor);
	if (code != 0)
		return code;
	while ((found = vpop_domains_next(cursor, &entry)) == 1 && code == 0) {
		if (strcmp(entry.real, domain->real) == 0)
			code = names_add(vp, names, entry.name);
		else
			code = check_other(vp, domain, &entry);
	}
	vpop_domains_close(cursor);
	return found < 0 ? found : code;
}

static json_t *
make_plan(const struct vpop_domain *domain, const struct names *names)
{
	json_t *list = json_array();

	for (size_t i = 0; i < names->count; i++)
		json_array_append_new(list, json_string(names->list[i]));
	return json_pack("{s:s, s:o, s:I, s:I, s:o}", "real", domain->real,
	    "dir", vp_journal_text(domain->dir), "uid", (json_int_t)domain->uid,
	    "gid", (json_int_t)domain->gid, "names", list);
}

/* Journal the intent and carry it out. */
static int
carry_out(struct vpop *vp, struct vp_intent *intent,
    const struct vpop_domain *domain, const struct names *names)
{
	const int is_alias = strcmp(domain->name, domain->real) != 0;
	int begun;

	int code = vp_journal_intend(vp, intent, 1);
	if (code != 0)
		return code;
	code = vp_domain_withdraw(vp, names->list, names->count, &begun);
	if (code != 0 && !begun)
		return vp_domain_refused(vp, intent, 1, code);
	if (code == 0)
		code = vp_domain_rows_remove(vp, names->list, names->count);
	if (code == 0 && !is_alias)
		code =
		    vp_domain_remove(vp, domain, intent->id, VP_REMOVE_RECOUNT);
	if (code == 0 && vp_journal_commit(vp, intent, 1) != 0)
		vp_clear_error(vp); /* recovery will find it done */
	return code;
}

static int
delete_found(struct vpop *vp, const struct vpop_domain *domain)
{
	const int is_alias = strcmp(domain->name, domain->real) != 0;
	struct names names = { 0 };
	struct vp_intent intent = {
		.event = is_alias ? "aliasdomain.deleted" : "domain.deleted",
		.object = domain->name,
		.domain = domain->real,
	};

	int code = is_alias ? names_add(vp, &names, domain->name)
			    : collect_names(vp, domain, &names);
	if (code == 0 && !is_alias)
		code = vp_domain_check_dir(vp, domain->dir);
	if (code == 0 && !vp_dry_run(vp)) {
		intent.plan = make_plan(domain, &names);
		intent.old = is_alias ? json_pack("{s:s, s:s}", "alias",
					    domain->name, "real", domain->real)
				      : json_incref(intent.plan);
		code = intent.plan && intent.old
			   ? carry_out(vp, &intent, domain, &names)
			   : vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		json_decref(intent.old);
		json_decref(intent.plan);
	}
	names_free(&names);
	return code;
}

static int delete (struct vpop *vp, const char *name)
{
	char canonical[VPOP_DOMAIN_SIZE];
	struct vpop_domain domain;
	AUTO_CLOSE int lock = -1;

	int code = vp_name_domain(vp, name, canonical);
	if (code == 0)
		code = vp_domain_begin(vp, &lock);
	if (code == 0)
		code = vpop_domain_get(vp, canonical, &domain);
	return code != 0 ? code : delete_found(vp, &domain);
}

int
vpop_domain_delete(struct vpop *vp, const char *name)
{
	int code = delete (vp, name);

	vp_change_end(vp);
	return code;
}
