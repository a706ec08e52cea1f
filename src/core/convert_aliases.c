/*
 * Aliases from one store to another, or to dot-qmail files, or from them.
 *
 * Files are sources like any other and stay; those of mailing lists belong to
 * the list's programs and are never taken.  A file is written over one of the
 * same name, but none is removed: qmail itself delivers by them, whatever the
 * store says.
 */
#include "config.h"

#include "core/convert_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/replace.h"
#include "base/text.h"
#include "core/alias_place.h"

#define BATCH 256 /* aliases in a transaction */

struct copy {
	const struct vp_conversion *conversion;
	struct vpop_convert *convert;
	struct vp_alias_place from, to;
	size_t waiting; /* in the open transaction */
	int is_open;
	int verify;
};

static int
begin(struct copy *copy)
{
	int code;

	if (copy->is_open || !copy->to.ops)
		return 0;
	code = copy->to.ops->begin(copy->to.store, copy->conversion->domain);
	copy->is_open = code == 0;
	return code;
}

/* End the transaction as code says. */
static int
end(struct copy *copy, int code)
{
	if (!copy->is_open || !copy->to.ops)
		return code;
	copy->is_open = 0;
	copy->waiting = 0;
	if (code == 0)
		return copy->to.ops->commit(copy->to.store);
	copy->to.ops->rollback(copy->to.store);
	return code;
}

static int
differs(const struct copy *copy, const char *name)
{
	return vp_fail(copy->convert->to.vp, VA_COULD_NOT_UPDATE_FILE,
	    "alias '%s@%s' is not the same in the stores '%s' and '%s' after "
	    "the conversion",
	    name, copy->conversion->domain->real,
	    copy->convert->from.vp->set.auth_module,
	    copy->convert->to.vp->set.auth_module);
}

/* Make the target's alias this text; "" removes it. */
static int
put(struct copy *copy, const char *name, const char *text)
{
	int code = 0;

	if (copy->verify)
		return differs(copy, name);
	copy->convert->counts[VPOP_CONVERT_ALIAS].changed++;
	if (vp_dry_run(copy->convert->vp))
		return 0;
	code = begin(copy);
	if (code == 0)
		code = vp_alias_place_put(&copy->to, name, text);
	if (code == 0 && ++copy->waiting == BATCH)
		code = end(copy, 0);
	return code;
}

static int
copy_one(struct copy *copy, const char *name, const char *text)
{
	int code;
	AUTO_FREE char *there = vp_alias_place_get(&copy->to, name, &code);

	if (!there)
		return code;
	return strcmp(there, text) == 0 ? 0 : put(copy, name, text);
}

/* The source's aliases to the target. */
static int
copy_all(struct copy *copy)
{
	struct vp_alias_walk *walk;
	const char *name, *text;
	int rc = vp_alias_walk_open(&copy->from, &walk);

	while (rc == 0 && (rc = vp_alias_walk_next(walk, &name, &text)) == 1) {
		if (!copy->verify)
			copy->convert->counts[VPOP_CONVERT_ALIAS].total++;
		rc = copy_one(copy, name, text);
	}
	vp_alias_walk_close(walk);
	return end(copy, rc);
}

/* Up to BATCH names that the target has and the source has not. */
static int
find_surplus(
    struct copy *copy, char (*names)[VPOP_USER_SIZE], size_t *ret_count)
{
	struct vp_alias_walk *walk;
	const char *name, *text;
	size_t count = 0;
	int rc = vp_alias_walk_open(&copy->to, &walk);

	while (rc == 0 && count < BATCH &&
	       (rc = vp_alias_walk_next(walk, &name, &text)) == 1) {
		AUTO_FREE char *source =
		    vp_alias_place_get(&copy->from, name, &rc);

		if (source && source[0] == '\0')
			memcpy(names[count++], name, strlen(name) + 1);
	}
	vp_alias_walk_close(walk);
	*ret_count = count;
	return rc;
}

static int
drop_surplus(struct copy *copy)
{
	char(*names)[VPOP_USER_SIZE] = calloc(BATCH, sizeof *names);
	size_t count = 0;
	int code = 0;

	if (!names)
		return vp_convert_no_memory(copy->convert);
	do {
		code = find_surplus(copy, names, &count);
		if (code == 0 && count > 0 && copy->conversion->is_live)
			code = vp_fail(copy->convert->to.vp, VA_USERNAME_EXISTS,
			    "alias '%s@%s' is in store '%s', where the domain "
			    "lives, but not in the source: it would be lost; "
			    "delete it, or convert the other way",
			    names[0], copy->conversion->domain->real,
			    copy->convert->to.vp->set.auth_module);
		for (size_t i = 0; code == 0 && i < count; i++)
			code = put(copy, names[i], "");
		code = end(copy, code);
	} while (code == 0 && count == BATCH && !vp_dry_run(copy->convert->vp));
	free(names);
	return code;
}

static int
run(struct copy *copy)
{
	int code = copy->to.ops ? drop_surplus(copy) : 0;

	if (code == 0)
		code = copy_all(copy);
	if (code != 0 || vp_dry_run(copy->convert->vp))
		return code;
	copy->verify = 1;
	if (copy->to.ops)
		code = drop_surplus(copy);
	return code == 0 ? copy_all(copy) : code;
}

int
vp_convert_aliases(const struct vp_conversion *conversion)
{
	struct vpop_convert *convert = conversion->convert;
	struct copy copy = { .conversion = conversion, .convert = convert };
	int code;

	if (!vp_convert_concerns(
		convert, VPOP_KEEP_ALIASES, conversion->domain))
		return 0;
	vp_clear_error(convert->from.vp);
	vp_clear_error(convert->to.vp);
	code = vp_alias_place_of(convert->from.vp, conversion->domain,
	    conversion->dirfd, &copy.from);
	if (code == 0)
		code = vp_alias_place_of(convert->to.vp, conversion->domain,
		    conversion->dirfd, &copy.to);
	if (code == 0)
		code = run(&copy);
	if (code == 0)
		return 0;
	return vp_convert_failed(convert,
	    vpop_code(convert->to.vp) ? &convert->to : &convert->from, code);
}
