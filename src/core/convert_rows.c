/* Limits and directory control of a domain, from one store to another. */
#include "config.h"

#include "core/convert_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/replace.h"
#include "core/dircontrol.h"
#include "core/limits.h"

/* ---- limits ----------------------------------------------------------- */

static int
write_failed(struct vp_side *side, const struct vpop_domain *domain)
{
	return vp_fail_errno(side->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot update '%s/%s'", domain->dir, VP_LIMITS_FILE);
}

/* text NULL: the domain has none of its own. */
static int
put_limits(const struct vp_conversion *conversion,
    const struct vpop_limits *limits, const char *text)
{
	struct vp_side *to = &conversion->convert->to;
	const struct vpop_domain *domain = conversion->domain;
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int kept =
	    vp_store_keeps(to->vp, VPOP_KEEP_LIMITS, domain, &ops, &store);

	if (kept < 0)
		return kept;
	if (kept > 0)
		return ops->limits_put(store, domain, text ? limits : NULL);
	if (!text) {
		if (unlinkat(conversion->dirfd, VP_LIMITS_FILE, 0) == 0 ||
		    errno == ENOENT)
			return 0;
		return write_failed(to, domain);
	}
	if (vp_replace_text(conversion->dirfd, VP_LIMITS_FILE, text,
		strlen(text), VP_MODE_FILE, domain->uid, domain->gid) != 0)
		return write_failed(to, domain);
	return 0;
}

/* A domain's own limits as text, "" for none; NULL: *ret_code. */
static char *
own_limits(struct vpop *vp, const struct vpop_domain *domain,
    struct vpop_limits *ret_limits, int *ret_code)
{
	int rc = vp_limits_own(vp, domain, ret_limits);
	char *text;

	*ret_code = rc < 0 ? rc : 0;
	if (rc < 0)
		return NULL;
	text = rc > 0 ? vp_limits_text(ret_limits) : strdup("");
	if (!text)
		*ret_code = vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return text;
}

/* 1 equal, 0 not, or a code. */
static int
compare_limits(const struct vp_conversion *conversion, char **ret_text,
    struct vpop_limits *ret_limits)
{
	struct vpop_convert *convert = conversion->convert;
	struct vpop_limits there;
	int code;

	*ret_text =
	    own_limits(convert->from.vp, conversion->domain, ret_limits, &code);
	if (!*ret_text)
		return vp_convert_failed(convert, &convert->from, code);
	AUTO_FREE char *text =
	    own_limits(convert->to.vp, conversion->domain, &there, &code);
	if (!text)
		return vp_convert_failed(convert, &convert->to, code);
	return strcmp(text, *ret_text) == 0;
}

static int
verify_limits(const struct vp_conversion *conversion)
{
	struct vpop_limits limits;
	AUTO_FREE char *text = NULL;
	int same = compare_limits(conversion, &text, &limits);

	if (same != 0)
		return same < 0 ? same : 0;
	return vp_fail(conversion->convert->vp, VA_COULD_NOT_UPDATE_FILE,
	    "the limits of '%s' are not the same after the conversion",
	    conversion->domain->real);
}

int
vp_convert_limits(const struct vp_conversion *conversion)
{
	struct vpop_convert *convert = conversion->convert;
	struct vpop_convert_count *count =
	    &convert->counts[VPOP_CONVERT_LIMITS];
	struct vpop_limits limits;
	AUTO_FREE char *text = NULL;
	int code;

	if (!vp_convert_concerns(convert, VPOP_KEEP_LIMITS, conversion->domain))
		return 0;
	code = compare_limits(conversion, &text, &limits);
	if (code < 0)
		return code;
	count->total += *text != '\0';
	if (code == 1)
		return 0;
	count->changed++;
	if (vp_dry_run(convert->vp))
		return 0;
	code = put_limits(conversion, &limits, *text ? text : NULL);
	if (code != 0)
		return vp_convert_failed(convert, &convert->to, code);
	return verify_limits(conversion);
}

/* ---- directory control ------------------------------------------------ */

/* Load one side's state; *ret is to be closed if it succeeds. */
static int
load(struct vpop_convert *convert, struct vp_side *side,
    const struct vpop_domain *domain, int dirfd, struct vp_dircontrol *ret)
{
	uid_t uid = domain ? domain->uid : convert->vp->uid;
	gid_t gid = domain ? domain->gid : convert->vp->gid;
	int code =
	    vp_dircontrol_open(side->vp, domain, dirfd, 0, uid, gid, ret);

	if (code == 0)
		return 0;
	(void)vp_dircontrol_close(side->vp, ret, 0);
	return vp_convert_failed(convert, side, code);
}

static int
verify_dircontrol(struct vpop_convert *convert,
    const struct vpop_domain *domain, int dirfd,
    const struct vp_dircontrol *wanted)
{
	struct vp_dircontrol there;
	int code = load(convert, &convert->to, domain, dirfd, &there);

	if (code != 0)
		return code;
	(void)vp_dircontrol_close(convert->to.vp, &there, 0);
	if (there.cur_users == wanted->cur_users &&
	    strcmp(there.the_dir, wanted->the_dir) == 0)
		return 0;
	return vp_fail(convert->vp, VA_COULD_NOT_UPDATE_FILE,
	    "the directory control of '%s' is not the same after the "
	    "conversion",
	    domain ? domain->real : "the domains");
}

int
vp_convert_dircontrol(
    struct vpop_convert *convert, const struct vpop_domain *domain, int dirfd)
{
	struct vpop_convert_count *count =
	    &convert->counts[VPOP_CONVERT_DIRCONTROL];
	struct vp_dircontrol from, to;
	int code;

	if (!vp_convert_concerns(convert, VPOP_KEEP_DIRCONTROL, domain))
		return 0;
	code = load(convert, &convert->from, domain, dirfd, &from);
	if (code != 0)
		return code;
	(void)vp_dircontrol_close(convert->from.vp, &from, 0);
	count->total += (unsigned)from.found;
	code = load(convert, &convert->to, domain, dirfd, &to);
	if (code != 0)
		return code;
	/* A store without a row takes over the file's state when it is asked:
	 * found tells of both. */
	int same = to.cur_users == from.cur_users &&
		   strcmp(to.the_dir, from.the_dir) == 0;
	if (same && (!to.ops || to.kept_users == from.cur_users))
		return vp_dircontrol_close(convert->to.vp, &to, 0);
	to.cur_users = from.cur_users;
	memcpy(to.the_dir, from.the_dir, sizeof to.the_dir);
	to.dirty = 1;
	count->changed++;
	code =
	    vp_dircontrol_close(convert->to.vp, &to, !vp_dry_run(convert->vp));
	if (code != 0)
		return vp_convert_failed(convert, &convert->to, code);
	return vp_dry_run(convert->vp)
		   ? 0
		   : verify_dircontrol(convert, domain, dirfd, &from);
}
