/*
 * Changing the map: one record of the site's account store where that keeps
 * it, else etc/ip_alias_map.  There lines that are not about the address stay
 * as and where they are, also those we cannot read; an address ends up with one
 * line at most.
 */
#include "config.h"

#include <errno.h>
#include <string.h>

#include "base/line.h"
#include "base/text.h"
#include "core/atomic.h"
#include "core/ipmap.h"
#include "core/name.h"
#include "core/record.h"
#include "core/store.h"

#define MODE 0644 /* read by every server program */

/* The map while it is being changed. */
struct work {
	struct vpop *vp;
	char ip[VPOP_IP_SIZE];
	char domain[VPOP_DOMAIN_SIZE];
	char old[VPOP_DOMAIN_SIZE]; /* of the address, "" if it had none */
	int dirfd, lock;
	char *text, *result;
	size_t result_size;
	const struct vpop_store_ops *ops; /* not NULL: a record, no file */
	struct vpop_store *store;
};

static void
finish(struct work *work)
{
	if (work->dirfd >= 0)
		close(work->dirfd);
	if (work->lock >= 0)
		close(work->lock);
	free(work->text);
	free(work->result);
}

/* Open, lock and read; finish() in any case. */
static int
start(struct vpop *vp, const char *ip, struct work *work)
{
	size_t size = 0;
	int code;

	*work = (struct work){ .vp = vp, .dirfd = -1, .lock = -1 };
	if ((code = vp_name_ip(vp, ip, work->ip)) < 0 ||
	    (code = vp_change_start(vp)) < 0)
		return code;
	work->dirfd = vp_etc_dir(vp);
	if (work->dirfd < 0)
		return work->dirfd;
	if (!vp_dry_run(vp)) {
		work->lock = vp_etc_lock(vp, work->dirfd, VP_IPMAP_FILE, 1);
		if (work->lock < 0)
			return work->lock;
	}
	code =
	    vp_store_keeps(vp, VPOP_KEEP_IPMAP, NULL, &work->ops, &work->store);
	if (code != 0)
		return code < 0 ? code : 0;
	work->text =
	    vp_file_read(work->dirfd, VP_IPMAP_FILE, VP_IPMAP_BYTES, &size);
	if (!work->text && errno == ENOENT)
		work->text = strdup("");
	if (work->text && strlen(work->text) == size)
		return 0;
	if (work->text)
		errno = EILSEQ;
	return vp_fail_errno(vp, vp_code_of_errno(errno, VA_PARSE_ERROR),
	    "cannot read '%s/%s'", vp->etc, VP_IPMAP_FILE);
}

/* 1 if the line maps our address; its domain in ret_domain. */
static int
is_ours(struct work *work, const char *line, char ret_domain[VPOP_DOMAIN_SIZE])
{
	AUTO_FREE char *copy = strdup(line);
	struct vpop_ipmap *entry = NULL;
	size_t count = 0;
	int ours = 0;

	if (!copy)
		return vp_fail(work->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (vp_ipmap_parse(work->vp, copy, &entry, &count) < 0) {
		vp_clear_error(work->vp);
		return 0;
	}
	if (count > 0 && strcmp(entry[0].ip, work->ip) == 0) {
		memcpy(ret_domain, entry[0].domain, VPOP_DOMAIN_SIZE);
		ours = 1;
	}
	free(entry);
	return ours;
}

/* Copy the lines that stay; add: all of the address go and the new one comes
 * in the place of the first, else only those with our domain go.  Returns
 * how many were found, or a code. */
static int
edit(struct work *work, FILE *fp, int add)
{
	char *rest = work->text, *line;
	char domain[VPOP_DOMAIN_SIZE];
	int found = 0;

	while ((line = strsep(&rest, "\n"))) {
		int ours = is_ours(work, line, domain);

		if (ours < 0)
			return ours;
		/* The piece behind the last line end is no line. */
		if (!rest && *line == '\0')
			break;
		if (!ours || (!add && strcmp(domain, work->domain) != 0)) {
			fprintf(fp, "%s\n", line);
			continue;
		}
		if (found++ == 0) {
			memcpy(work->old, domain, sizeof work->old);
			if (add)
				fprintf(fp, "%s %s\n", work->ip, work->domain);
		}
	}
	if (add && found == 0)
		fprintf(fp, "%s %s\n", work->ip, work->domain);
	return found;
}

/* As edit, of the record. */
static int
look_up(struct work *work, int add)
{
	int rc = work->ops->ipmap_get(work->store, work->ip, work->old);

	if (rc == 1 && !add && strcmp(work->old, work->domain) != 0)
		rc = 0;
	if (rc == 0)
		work->old[0] = '\0';
	return rc;
}

static int
compose(struct work *work, int add)
{
	if (work->ops)
		return look_up(work, add);

	FILE *fp = open_memstream(&work->result, &work->result_size);
	int found, bad;

	if (!fp)
		return vp_fail(work->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	found = edit(work, fp, add);
	bad = ferror(fp);
	if ((fclose(fp) != 0 || bad) && found >= 0)
		found = vp_fail(work->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	return found;
}

/* ---- the record ------------------------------------------------------- */

/* domain "": the address is mapped to none. */
static int
change(struct vpop *vp, const void *arg)
{
	const struct work *work = arg;

	(void)vp;
	return work->ops->ipmap_put(
	    work->store, work->ip, *work->domain ? work->domain : NULL);
}

static int
is_made(struct vpop *vp, const void *arg)
{
	const struct work *work = arg;
	char domain[VPOP_DOMAIN_SIZE] = "";
	int rc = work->ops->ipmap_get(work->store, work->ip, domain);

	(void)vp;
	if (rc == 0)
		domain[0] = '\0';
	return rc < 0 ? rc : strcmp(domain, work->domain) == 0;
}

static int
put_record(struct work *work, struct vp_intent *intent, int add)
{
	const struct vp_record record = { change, is_made, work };

	if (!add)
		work->domain[0] = '\0';
	intent->plan =
	    json_pack("{s:s, s:s}", "address", work->ip, "to", work->domain);
	int code = vp_record_change(work->vp, intent, &record);
	json_decref(intent->plan);
	intent->plan = NULL;
	return code;
}

int
vp_recover_ipmap(struct vpop *vp, const struct vp_pending *pending)
{
	struct work work = { .vp = vp, .dirfd = -1, .lock = -1 };
	const char *ip, *to;

	if (json_unpack(
		pending->plan, "{s:s, s:s}", "address", &ip, "to", &to) != 0 ||
	    vp_copy(work.ip, sizeof work.ip, ip) != 0 ||
	    vp_copy(work.domain, sizeof work.domain, to) != 0)
		return vp_recover_atomic(vp, pending);
	int code =
	    vp_atomic_place(vp, "", VP_IPMAP_FILE, &work.dirfd, &work.lock);
	if (code == 0)
		code = vp_store(vp, &work.ops, &work.store);
	if (code == 0)
		code = work.ops->ipmap_get
			   ? is_made(vp, &work)
			   : vp_fail(vp, VA_NO_AUTH_MODULE,
				 "the account store '%s' keeps no addresses "
				 "any more: change %lld cannot be settled",
				 work.ops->name, (long long)pending->id);
	finish(&work);
	return code;
}

/* ---- the file --------------------------------------------------------- */

static int
put(struct work *work, int add)
{
	struct vp_intent intent = { .event =
					add ? "ipmap.created" : "ipmap.deleted",
		.object = work->ip,
		.domain = "",
		.old = *work->old ? json_pack("{s:s, s:o}", "address", work->ip,
					"domain", vp_journal_text(work->old))
				  : NULL,
		.new = add ? json_pack("{s:s, s:s}", "address", work->ip,
				 "domain", work->domain)
			   : NULL };
	const struct vp_atomic file = { .dirfd = work->dirfd,
		.name = VP_IPMAP_FILE,
		.text = work->result,
		.size = work->result_size,
		.mode = MODE };
	int code = 0;

	if (!vp_dry_run(work->vp))
		code = work->ops ? put_record(work, &intent, add)
				 : vp_atomic_change(work->vp, &intent, &file);
	json_decref(intent.old);
	json_decref(intent.new);
	return code;
}

int
vpop_ipmap_add(struct vpop *vp, const char *ip, const char *domain)
{
	struct vpop_domain found;
	struct work work;
	int code;

	if (!ip || !domain)
		return vp_fail(vp, VA_NULL_POINTER, "no %s is given",
		    ip ? "domain" : "address");
	if ((code = vpop_domain_get(vp, domain, &found)) < 0)
		return code;
	code = start(vp, ip, &work);
	memcpy(work.domain, found.name, sizeof work.domain);
	if (code == 0)
		code = compose(&work, 1);
	/* Nothing to do if it is the only line of the address already. */
	if (code >= 0)
		code = code == 1 && strcmp(work.old, work.domain) == 0
			   ? 0
			   : put(&work, 1);
	finish(&work);
	return code;
}

/* The domain may be gone long since: its name is only compared. */
int
vpop_ipmap_delete(struct vpop *vp, const char *ip, const char *domain)
{
	struct work work;
	char name[VPOP_DOMAIN_SIZE];
	int code;

	if (!ip || !domain)
		return vp_fail(vp, VA_NULL_POINTER, "no %s is given",
		    ip ? "domain" : "address");
	if ((code = vp_name_domain(vp, domain, name)) < 0)
		return code;
	code = start(vp, ip, &work);
	memcpy(work.domain, name, sizeof work.domain);
	if (code == 0)
		code = compose(&work, 0);
	if (code == 0)
		code = vp_fail(vp, VA_DOMAIN_DOES_NOT_EXIST,
		    "'%s' is not mapped to '%s'", work.ip, work.domain);
	else if (code > 0)
		code = put(&work, 0);
	finish(&work);
	return code;
}
