/*
 * Alias domains: a name of its own in users/assign, virtualdomains and
 * rcpthosts that leads to the directory of another domain.  There is nothing
 * else to it, so that taking an alias back is withdrawing its name.
 */
#include "config.h"

#include "core/domain_int.h"

#include <string.h>

#include "base/text.h"
#include "core/name.h"

/* Older releases made domains that may not be made any more. */
static int
canonical(struct vpop *vp, const char *name, char ret_name[VPOP_DOMAIN_SIZE])
{
	if (vp_name_domain(vp, name, ret_name) == 0)
		return 0;
	vp_clear_error(vp);
	return vp_name_new_domain(vp, name, ret_name);
}

/* Look one name up: 1 it is a domain, 0 not, or a code. */
static int
look_up(struct vpop *vp, const char *name, struct vpop_domain *ret_domain)
{
	int code = vpop_domain_get(vp, name, ret_domain);

	if (code == 0)
		return 1;
	return code == VA_DOMAIN_DOES_NOT_EXIST ? 0 : code;
}

/* Whichever of two names exists is the real domain; the other is new. */
static int
tell_apart(struct vpop *vp, const char *alias, const char *real,
    struct vpop_domain *ret_real, char ret_new[VPOP_DOMAIN_SIZE])
{
	struct vpop_domain first, second;

	int has_alias = look_up(vp, alias, &first);
	int has_real = has_alias < 0 ? 0 : look_up(vp, real, &second);
	if (has_alias < 0 || has_real < 0)
		return has_alias < 0 ? has_alias : has_real;
	vp_clear_error(vp);
	if (has_alias && has_real)
		return vp_fail(vp, VA_DOMAIN_ALREADY_EXISTS,
		    "both '%s' and '%s' exist", alias, real);
	if (!has_alias && !has_real)
		return vp_fail(vp, VA_DOMAIN_DOES_NOT_EXIST,
		    "neither '%s' nor '%s' exists", alias, real);
	*ret_real = has_real ? second : first;
	return vp_name_new_domain(vp, has_real ? alias : real, ret_new);
}

static int
fill_entry(
    struct vp_assign *entry, const char *name, const struct vpop_domain *real)
{
	*entry = (struct vp_assign){ .uid = real->uid, .gid = real->gid };
	if (vp_copy(entry->name, sizeof entry->name, name) != 0 ||
	    vp_copy(entry->real, sizeof entry->real, real->real) != 0)
		return -1;
	return vp_copy(entry->dir, sizeof entry->dir, real->dir);
}

static void
take_back(struct vpop *vp, const struct vp_intent *intent, int code)
{
	const json_t *plan = intent->plan;
	char reason[sizeof vp->message];

	memcpy(reason, vp->message, sizeof reason);
	if (vp_domain_unpublish(vp, &intent->object, &plan, 1) == 0 &&
	    vp_domain_rows_remove(vp, &intent->object, 1) == 0)
		(void)vp_journal_undo(vp, intent, 1, reason);
	(void)vp_fail(vp, code, "%s", reason);
}

static int
add_entry(struct vpop *vp, const struct vp_assign *entry)
{
	struct vp_intent intent = {
		.event = "aliasdomain.created",
		.object = entry->name,
		.domain = entry->real,
	};

	intent.new =
	    json_pack("{s:s, s:s}", "alias", entry->name, "real", entry->real);
	intent.plan =
	    json_pack("{s:o}", "local", vp_domain_was_local(vp, entry->name));
	if (!intent.new || !intent.plan) {
		json_decref(intent.new);
		json_decref(intent.plan);
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	int code = vp_journal_intend(vp, &intent, 1);
	if (code == 0) {
		code = vp_domain_row_add(vp, entry->name, entry->real);
		if (code == 0)
			code = vp_domain_publish(vp, entry, 1, 0);
		if (code != 0)
			take_back(vp, &intent, code);
		else if (vp_journal_commit(vp, &intent, 1) != 0)
			vp_clear_error(vp); /* recovery will find it done */
	}
	json_decref(intent.new);
	json_decref(intent.plan);
	return code;
}

static int
add_alias(struct vpop *vp, const char *alias, const char *real)
{
	char one[VPOP_DOMAIN_SIZE], two[VPOP_DOMAIN_SIZE],
	    name[VPOP_DOMAIN_SIZE];
	struct vpop_domain domain;
	struct vp_assign entry;
	AUTO_CLOSE int lock = -1;

	int code = canonical(vp, alias, one);
	if (code == 0)
		code = canonical(vp, real, two);
	if (code == 0 && strcmp(one, two) == 0)
		return vp_fail(vp, VA_DOMAIN_ALREADY_EXISTS,
		    "'%s' cannot be an alias of itself", one);
	if (code == 0)
		code = vp_domain_begin(vp, &lock);
	if (code == 0)
		code = tell_apart(vp, one, two, &domain, name);
	if (code == 0 && fill_entry(&entry, name, &domain) != 0)
		code = vp_fail_errno(
		    vp, VA_DIR_TOO_LONG, "cannot make '%s' an alias", name);
	if (code != 0 || vp_dry_run(vp))
		return code;
	return add_entry(vp, &entry);
}

int
vpop_domain_add_alias(struct vpop *vp, const char *alias, const char *real)
{
	int code = add_alias(vp, alias, real);

	vp_change_end(vp);
	return code;
}
