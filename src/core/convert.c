/*
 * Copying the records of one account store to another.
 *
 * Each side is a handle of its own with the same settings, but all domains in
 * the one store.  So what the settings leave in files is found in files by
 * the same functions as ever, and what is a file on both sides is left alone.
 *
 * The source is only read.  The target is made equal to it by comparing the
 * two in the order of their names and writing the differences, some hundred
 * accounts in a transaction: a run that was interrupted is simply done again
 * and finds less to do.  The domain's account lock is held throughout, so that
 * no change comes in between; logins and deliveries go on.
 */
#include "config.h"

#include "core/convert_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "core/journal.h"

int
vp_convert_failed(
    struct vpop_convert *convert, const struct vp_side *side, int code)
{
	return vp_fail(convert->vp, code, "%s", vpop_message(side->vp));
}

int
vp_convert_no_memory(struct vpop_convert *convert)
{
	return vp_fail(convert->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}

/* ---- the two sides ---------------------------------------------------- */

int
vpop_open_store(
    struct vpop *vp, const char *store, unsigned flags, struct vpop **ret_vp)
{
	struct vpop *side = NULL;
	char *name = NULL;
	int code;

	if (!store)
		return vp_fail(vp, VA_NULL_POINTER, "no store is given");
	code = vpop_open(&side, flags);
	if (code == 0) {
		name = strdup(store);
		code = name ? 0 : VA_MEMORY_ALLOC_ERR;
	}
	if (code != 0) {
		vp_fail(vp, code, "%s",
		    side ? vpop_message(side) : "out of memory");
		vpop_close(side);
		return code;
	}
	free(side->set.auth_module);
	side->set.auth_module = name;
	side->flags |= VP_OPEN_ONE_STORE;
	*ret_vp = side;
	return 0;
}

static int
open_side(
    struct vpop_convert *convert, const char *name, struct vp_side *ret_side)
{
	int code = vpop_open_store(
	    convert->vp, name, convert->vp->flags, &ret_side->vp);

	if (code != 0)
		return code;
	/* What is read decides what is written: not from a replica. */
	ret_side->vp->is_changing = 1;
	code = vp_store(ret_side->vp, &ret_side->ops, &ret_side->store);
	return code == 0 ? 0 : vp_convert_failed(convert, ret_side, code);
}

int
vpop_convert_open(struct vpop *vp, const char *from, const char *to,
    struct vpop_convert **ret_convert)
{
	struct vpop_convert *convert;
	int code;

	if (!from || !to)
		return vp_fail(vp, VA_NULL_POINTER, "no store is given");
	if (strcmp(from, to) == 0)
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "'%s' cannot be converted to itself", from);
	convert = calloc(1, sizeof *convert);
	if (!convert)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	convert->vp = vp;
	convert->started = time(NULL);
	code = open_side(convert, from, &convert->from);
	if (code == 0)
		code = open_side(convert, to, &convert->to);
	if (code != 0) {
		vpop_convert_close(convert);
		return code;
	}
	*ret_convert = convert;
	return 0;
}

void
vpop_convert_close(struct vpop_convert *convert)
{
	if (!convert)
		return;
	vpop_close(convert->from.vp);
	vpop_close(convert->to.vp);
	free(convert);
}

void
vpop_convert_progress(struct vpop_convert *convert,
    void (*progress)(void *arg, const struct vpop_convert_step *step),
    void *arg)
{
	convert->progress = progress;
	convert->arg = arg;
}

void
vpop_convert_counts(const struct vpop_convert *convert,
    struct vpop_convert_count ret_counts[VPOP_CONVERT_KINDS])
{
	memcpy(ret_counts, convert->counts, sizeof convert->counts);
}

static int
is_kept(const struct vp_side *side, enum vpop_store_keep kind,
    const struct vpop_domain *domain)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;

	/* The store is open: this cannot fail. */
	return vp_store_keeps(side->vp, kind, domain, &ops, &store) > 0;
}

int
vp_convert_concerns(struct vpop_convert *convert, enum vpop_store_keep kind,
    const struct vpop_domain *domain)
{
	return is_kept(&convert->from, kind, domain) ||
	       is_kept(&convert->to, kind, domain);
}

/* ---- one domain ------------------------------------------------------- */

static int
convert_parts(const struct vp_conversion *conversion)
{
	struct vpop_convert *convert = conversion->convert;
	int code = vp_convert_users(conversion);

	if (code == 0)
		code = vp_convert_aliases(conversion);
	if (code == 0)
		code = vp_convert_limits(conversion);
	if (code == 0)
		code = vp_convert_dircontrol(
		    convert, conversion->domain, conversion->dirfd);
	return code;
}

/* 1 if the domain's own store is the target. */
static int
is_live(struct vpop_convert *convert, const struct vpop_domain *domain)
{
	char name[VP_STORE_NAME_SIZE];
	int code = vp_store_name_of(convert->vp, domain, name);

	return code != 0 ? code
			 : strcmp(name, convert->to.vp->set.auth_module) == 0;
}

static int
convert_locked(struct vpop_convert *convert, const struct vpop_domain *domain)
{
	struct vpop *vp = convert->vp;
	AUTO_CLOSE int dirfd = vp_domain_dir(vp, domain);
	AUTO_CLOSE int lock = -1;

	if (dirfd < 0)
		return dirfd;
	if (!vp_dry_run(vp)) {
		lock = vp_change_lock(vp, domain, dirfd);
		if (lock < 0)
			return lock;
	}
	int live = is_live(convert, domain);
	if (live < 0)
		return live;
	const struct vp_conversion conversion = { convert, domain, dirfd,
		live };
	return convert_parts(&conversion);
}

/* Alias domains are changed under the site's lock, which comes before that
 * of a domain. */
int
vpop_convert_domain(struct vpop_convert *convert, const char *name)
{
	struct vpop_domain domain;
	int code = vp_change_start(convert->vp);

	if (code == 0)
		code = vpop_domain_get(convert->vp, name, &domain);
	if (code != 0)
		return code;
	memcpy(domain.name, domain.real, sizeof domain.name);
	code = convert_locked(convert, &domain);
	return code == 0 ? vp_convert_aliasdomains(convert, &domain) : code;
}

/* ---- the site --------------------------------------------------------- */

static int
convert_count(struct vpop_convert *convert)
{
	struct vpop *vp = convert->vp;
	AUTO_CLOSE int lock = -1;

	if (!vp_convert_concerns(convert, VPOP_KEEP_DIRCONTROL, NULL))
		return 0;
	if (!vp_dry_run(vp)) {
		lock = vp_site_lock(vp, 1);
		if (lock < 0)
			return lock;
	}
	AUTO_CLOSE int dirfd =
	    open(vp->domains, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dirfd < 0)
		return vp_fail_errno(vp, vp_code_of_errno(errno, VA_BAD_D_DIR),
		    "cannot open '%s'", vp->domains);
	return vp_convert_dircontrol(convert, NULL, dirfd);
}

int
vpop_convert_site(struct vpop_convert *convert)
{
	int code = vp_change_start(convert->vp);

	if (code == 0)
		code = convert_count(convert);
	if (code == 0)
		code = vp_convert_ipmap(convert);
	if (code == 0)
		code = vp_convert_relay(convert);
	if (code == 0)
		code = vp_convert_authlog(convert);
	return code;
}
