/*
 * What belongs to the site and not to a domain: the map of addresses, roaming
 * addresses, the log of logins; and alias domains, which are copied from
 * users/assign, because that decides.
 */
#include "config.h"

#include "core/convert_int.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "base/replace.h"
#include "base/text.h"
#include "core/atomic.h"
#include "core/ipmap.h"
#include "core/relay.h"

/* ---- the map of addresses --------------------------------------------- */

static const char *
find_ip(const struct vpop_ipmap *list, size_t count, const char *ip)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].ip, ip) == 0)
			return list[i].domain;
	return NULL;
}

/* 1 if each address of a is in b with the same domain.  The first of an
 * address counts. */
static int
is_part(const struct vpop_ipmap *a, size_t a_count, const struct vpop_ipmap *b,
    size_t b_count)
{
	for (size_t i = 0; i < a_count; i++) {
		const char *first = find_ip(a, a_count, a[i].ip);
		const char *other = find_ip(b, b_count, a[i].ip);

		if (!other || strcmp(first, other) != 0)
			return 0;
	}
	return 1;
}

static int
write_map(struct vp_side *to, const struct vpop_ipmap *list, size_t count)
{
	struct vp_replace file;
	AUTO_CLOSE int dirfd = vp_etc_dir(to->vp);
	AUTO_CLOSE int lock = -1;

	if (dirfd < 0)
		return dirfd;
	lock = vp_etc_lock(to->vp, dirfd, VP_IPMAP_FILE, 1);
	if (lock < 0)
		return lock;
	if (vp_replace_open(&file, dirfd, VP_IPMAP_FILE, 0644, to->vp->uid,
		to->vp->gid) == 0) {
		for (size_t i = 0; i < count; i++)
			if (find_ip(list, i, list[i].ip) == NULL)
				fprintf(file.fp, "%s %s\n", list[i].ip,
				    list[i].domain);
		if (vp_replace_commit(&file) == 0)
			return 0;
	}
	return vp_fail_errno(to->vp, VA_COULD_NOT_UPDATE_FILE,
	    "cannot update '%s/%s'", to->vp->etc, VP_IPMAP_FILE);
}

static int
put_map(struct vp_side *to, const struct vpop_ipmap *list, size_t count,
    const struct vpop_ipmap *old, size_t old_count)
{
	const struct vpop_store_ops *ops;
	struct vpop_store *store;
	int code = vp_store_keeps(to->vp, VPOP_KEEP_IPMAP, NULL, &ops, &store);

	if (code < 0)
		return code;
	if (code == 0)
		return write_map(to, list, count);
	code = 0;
	for (size_t i = 0; i < old_count && code == 0; i++)
		if (!find_ip(list, count, old[i].ip))
			code = ops->ipmap_put(store, old[i].ip, NULL);
	for (size_t i = 0; i < count && code == 0; i++)
		if (!find_ip(list, i, list[i].ip))
			code =
			    ops->ipmap_put(store, list[i].ip, list[i].domain);
	return code;
}

static int
list_map(struct vpop_convert *convert, const struct vp_side *side,
    struct vpop_ipmap **ret_list, size_t *ret_count)
{
	int code = vpop_ipmap_list(side->vp, ret_list, ret_count);

	return code == 0 ? 0 : vp_convert_failed(convert, side, code);
}

/* Compare, and write unless that was done already. */
static int
do_map(struct vpop_convert *convert, int verify)
{
	struct vpop_convert_count *count = &convert->counts[VPOP_CONVERT_IPMAP];
	AUTO_FREE struct vpop_ipmap *from = NULL;
	AUTO_FREE struct vpop_ipmap *to = NULL;
	size_t from_count = 0, to_count = 0;
	int code = list_map(convert, &convert->from, &from, &from_count);

	if (code == 0)
		code = list_map(convert, &convert->to, &to, &to_count);
	if (code != 0)
		return code;
	count->total = from_count;
	if (is_part(from, from_count, to, to_count) &&
	    is_part(to, to_count, from, from_count))
		return 0;
	if (verify)
		return vp_fail(convert->vp, VA_COULD_NOT_UPDATE_FILE,
		    "the map of addresses is not the same after the "
		    "conversion");
	count->changed++;
	if (vp_dry_run(convert->vp))
		return 0;
	code = put_map(&convert->to, from, from_count, to, to_count);
	return code == 0 ? do_map(convert, 1)
			 : vp_convert_failed(convert, &convert->to, code);
}

int
vp_convert_ipmap(struct vpop_convert *convert)
{
	return vp_convert_concerns(convert, VPOP_KEEP_IPMAP, NULL)
		   ? do_map(convert, 0)
		   : 0;
}

/* ---- roaming addresses ------------------------------------------------ */

/* 1 if the list has the address, let in at that time or later. */
static int
has_address(
    const struct vp_relay_list *list, const struct vp_relay_entry *wanted)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->entries[i].ip, wanted->ip) == 0)
			return list->entries[i].time >= wanted->time;
	return 0;
}

/* What the target lacks; entries is to be freed. */
static int
missing_addresses(
    struct vpop_convert *convert, struct vp_relay_list *ret, size_t *ret_total)
{
	struct vp_relay_list from = { .count = 0 }, to = { .count = 0 };
	size_t kept = 0;
	int code = vp_relay_list(convert->from.vp, &from);

	if (code != 0)
		return vp_convert_failed(convert, &convert->from, code);
	code = vp_relay_list(convert->to.vp, &to);
	if (code != 0) {
		free(from.entries);
		return vp_convert_failed(convert, &convert->to, code);
	}
	*ret_total = from.count;
	for (size_t i = 0; i < from.count; i++)
		if (!has_address(&to, &from.entries[i]))
			from.entries[kept++] = from.entries[i];
	free(to.entries);
	from.count = kept;
	*ret = from;
	return 0;
}

static int
verify_addresses(struct vpop_convert *convert)
{
	struct vp_relay_list missing = { .count = 0 };
	size_t total = 0;
	int lost = 0, code = missing_addresses(convert, &missing, &total);

	if (code != 0)
		return code;
	/* The list in a file has no address that tcprules does not know. */
	for (size_t i = 0; i < missing.count; i++)
		lost |= !strchr(missing.entries[i].ip, ':');
	free(missing.entries);
	if (!lost)
		return 0;
	return vp_fail(convert->vp, VA_COULD_NOT_UPDATE_FILE,
	    "the roaming addresses are not the same after the conversion");
}

/* They are gone in a few hours: what is there already stays. */
int
vp_convert_relay(struct vpop_convert *convert)
{
	struct vpop_convert_count *count = &convert->counts[VPOP_CONVERT_RELAY];
	struct vp_relay_list missing = { .count = 0 };
	size_t total = 0;
	int code;

	if (!vp_convert_concerns(convert, VPOP_KEEP_RELAY, NULL))
		return 0;
	code = missing_addresses(convert, &missing, &total);
	if (code != 0)
		return code;
	count->total = total;
	count->changed = missing.count;
	if (missing.count > 0 && !vp_dry_run(convert->vp)) {
		code = vp_relay_add_list(convert->to.vp, &missing);
		code = code == 0
			   ? verify_addresses(convert)
			   : vp_convert_failed(convert, &convert->to, code);
	}
	free(missing.entries);
	return code;
}

/* ---- the log of logins ------------------------------------------------ */

/* Entries have no key, so the target's must be the first of the source's:
 * then the others can be appended, by a second run too. */
struct log_copy {
	struct vpop_convert *convert;
	struct vpop_store_rows *from, *to; /* to NULL: all was compared */
	const struct vpop_store_ops *from_ops, *to_ops;
	struct vpop_store *from_store, *to_store;
	unsigned long left; /* entries to compare */
};

static int
is_same_entry(
    const struct vpop_store_authlog *a, const struct vpop_store_authlog *b)
{
	return a->time == b->time && a->error == b->error &&
	       strcmp(a->user, b->user) == 0 &&
	       strcmp(a->domain, b->domain) == 0 &&
	       strcmp(a->logon, b->logon) == 0 &&
	       strcmp(a->remoteip, b->remoteip) == 0 &&
	       strcmp(a->message, b->message) == 0;
}

/* 1 the entry is there already, 0 it is to be appended, or a code. */
static int
compare_entry(struct log_copy *copy, const struct vpop_store_authlog *entry)
{
	struct vpop_convert *convert = copy->convert;
	struct vpop_store_row row;
	int rc;

	if (!copy->to)
		return 0;
	rc = copy->to_ops->rows_next(copy->to, &row);
	if (rc < 0)
		return vp_convert_failed(convert, &convert->to, rc);
	if (rc == 1 && is_same_entry(entry, row.authlog))
		return 1;
	copy->to_ops->rows_close(copy->to);
	copy->to = NULL;
	if (rc == 0)
		return 0;
	return vp_fail(convert->vp, VA_USERNAME_EXISTS,
	    "store '%s' has entries in its log of logins that '%s' has not: "
	    "empty it first, if the log is to be converted",
	    convert->to.vp->set.auth_module, convert->from.vp->set.auth_module);
}

static int
copy_entry(struct log_copy *copy, const struct vpop_store_authlog *entry)
{
	struct vpop_convert *convert = copy->convert;
	struct vpop_convert_count *count =
	    &convert->counts[VPOP_CONVERT_AUTHLOG];
	int rc = compare_entry(copy, entry);

	count->total++;
	if (rc != 0)
		return rc < 0 ? rc : 0;
	count->changed++;
	if (vp_dry_run(convert->vp))
		return 0;
	rc = copy->to_ops->authlog_add(copy->to_store, entry);
	return rc == 0 ? 0 : vp_convert_failed(convert, &convert->to, rc);
}

static int
walk_log(struct log_copy *copy,
    int (*each)(struct log_copy *copy, const struct vpop_store_authlog *entry))
{
	struct vpop_convert *convert = copy->convert;
	struct vpop_store_row row;
	int rc = copy->from_ops->rows_open(
	    copy->from_store, VPOP_KEEP_AUTHLOG, NULL, NULL, &copy->from);

	copy->to = NULL;
	if (rc < 0)
		return vp_convert_failed(convert, &convert->from, rc);
	rc = copy->to_ops->rows_open(
	    copy->to_store, VPOP_KEEP_AUTHLOG, NULL, NULL, &copy->to);
	if (rc < 0)
		rc = vp_convert_failed(convert, &convert->to, rc);
	while (rc == 0 && copy->left != 0) {
		rc = copy->from_ops->rows_next(copy->from, &row);
		if (rc < 0)
			rc = vp_convert_failed(convert, &convert->from, rc);
		if (rc != 1)
			break;
		rc = each(copy, row.authlog);
		copy->left--;
	}
	copy->from_ops->rows_close(copy->from);
	if (copy->to)
		copy->to_ops->rows_close(copy->to);
	return rc;
}

/* Others may be writing behind the entries that were copied. */
static int
verify_entry(struct log_copy *copy, const struct vpop_store_authlog *entry)
{
	struct vpop_convert *convert = copy->convert;
	struct vpop_store_row row;
	int rc = copy->to_ops->rows_next(copy->to, &row);

	if (rc < 0)
		return vp_convert_failed(convert, &convert->to, rc);
	if (rc == 1 && is_same_entry(entry, row.authlog))
		return 0;
	return vp_fail(convert->vp, VA_COULD_NOT_UPDATE_FILE,
	    "the log of logins is not the same after the conversion");
}

int
vp_convert_authlog(struct vpop_convert *convert)
{
	struct vpop_convert_count *count =
	    &convert->counts[VPOP_CONVERT_AUTHLOG];
	struct log_copy copy = { .convert = convert, .left = ULONG_MAX };
	int code;

	/* A log in a file is a text for people. */
	if (vp_store_keeps(convert->from.vp, VPOP_KEEP_AUTHLOG, NULL,
		&copy.from_ops, &copy.from_store) <= 0 ||
	    vp_store_keeps(convert->to.vp, VPOP_KEEP_AUTHLOG, NULL,
		&copy.to_ops, &copy.to_store) <= 0)
		return 0;
	code = walk_log(&copy, copy_entry);
	copy.left = count->total;
	if (code != 0 || count->changed == 0 || vp_dry_run(convert->vp))
		return code;
	return walk_log(&copy, verify_entry);
}

/* ---- alias domains ---------------------------------------------------- */

int
vp_convert_aliasdomains(
    struct vpop_convert *convert, const struct vpop_domain *domain)
{
	struct vpop_convert_count *count =
	    &convert->counts[VPOP_CONVERT_ALIASDOMAIN];
	unsigned long total, changed;
	int code =
	    vp_aliasdomains_copy(convert->to.vp, domain, &total, &changed);

	count->total += total;
	count->changed += changed;
	return code >= 0 ? 0 : vp_convert_failed(convert, &convert->to, code);
}
