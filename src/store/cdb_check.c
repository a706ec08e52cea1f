/*
 * Disagreements between a domain's files: vpasswd in itself, vpasswd against
 * its cdb files, and whether the log can be read.  Accounts of which the log
 * has something newer are left out of the comparison.
 */
#include "config.h"

#include "store/cdb_int.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/text.h"

struct order {
	char last[VP_VPASSWD_LINE];
	size_t last_size;
	int is_told;
};

struct check {
	const struct vpop_domain *domain;
	void (*report)(void *arg, const char *sentence);
	void *arg;
	int dirfd;
	int found;
	struct vp_changes changes;
	struct order order;
	struct vp_cdb_reader *cdb;
	uint64_t records; /* of vpasswd that the cdb files should have too */
};

static void tell(struct check *check, const char *format, ...) VP_PRINTF(2, 3);

static void
tell(struct check *check, const char *format, ...)
{
	AUTO_FREE char *sentence = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&sentence, format, ap) < 0)
		sentence = NULL;
	va_end(ap);
	if (sentence) {
		vp_make_printable(sentence);
		check->report(check->arg, sentence);
	}
	check->found++;
}

/* 0, or -1: the log cannot be read, so nothing can be said of the rest. */
static int
check_log(struct check *check)
{
	struct vp_log *log;
	int r = vp_log_open(check->dirfd, VP_LOG_READ, &log);

	if (r > 0)
		r = vp_log_load(log, &check->changes) == 0 ? 0 : -1;
	vp_log_close(log);
	if (r < 0 && errno != EBADMSG)
		return -1;
	if (r < 0)
		tell(check, "'%s/%s' is damaged", check->domain->dir,
		    VP_LOG_NAME);
	return 0;
}

static int
is_in_log(const struct check *check, const char *name, size_t name_size)
{
	return vp_changes_find(&check->changes, name, name_size) != NULL;
}

/* A record of vpasswd against its record in the cdb files. */
static int
check_record(struct check *check, const struct vp_line *line)
{
	char name[VP_VPASSWD_LINE + 1], data[VP_VPASSWD_LINE + 1];
	struct vpop_user user;
	size_t size;
	const char *dir = check->domain->dir;

	memcpy(name, line->text, line->name_size);
	name[line->name_size] = '\0';
	if (vp_vpasswd_parse(line->text, line->size, &user) != 0)
		tell(check, "'%s/%s': the record of '%s' has %s", dir,
		    VP_TEXT_NAME, name,
		    errno == ENAMETOOLONG ? "a field that is too long"
					  : "a number that is none");
	if (is_in_log(check, line->text, line->name_size))
		return 0;

	if (!check->cdb)
		check->cdb = vp_cdb_open(check->dirfd, VP_CDB_NAME);

	int r = check->cdb ? vp_cdbset_find(
				 check->dirfd, check->cdb, name, data, &size)
			   : -1;

	if (r < 0)
		return -1;
	if (r == 0) {
		tell(check, "'%s/%s' lacks '%s'", dir, VP_CDB_NAME, name);
		check->records--;
	} else if (size != line->size || memcmp(data, line->text, size) != 0) {
		tell(check, "'%s/%s' and '%s' differ in '%s'", dir, VP_CDB_NAME,
		    VP_TEXT_NAME, name);
	}
	return 0;
}

/* 1 if the record is a doublet of the one before it. */
static int
check_order(struct check *check, const struct vp_line *line, int is_sorted)
{
	struct order *order = &check->order;
	int r = vp_vpasswd_compare(
	    order->last, order->last_size, line->text, line->name_size);

	if (r == 0)
		tell(check, "'%s/%s' has '%.*s' twice", check->domain->dir,
		    VP_TEXT_NAME, (int)line->name_size, line->text);
	if (!is_sorted && !order->is_told) {
		tell(check, "'%s/%s' is not sorted", check->domain->dir,
		    VP_TEXT_NAME);
		order->is_told = 1;
	}
	memcpy(order->last, line->text, line->name_size);
	order->last_size = line->name_size;
	return r == 0;
}

static int
check_text(struct check *check, struct vp_base *base, int has_cdb)
{
	struct vp_line line;
	int r;

	while ((r = vp_base_next(base, &line)) > 0) {
		if (line.name_size == 0 && !line.is_rest)
			tell(check, "'%s/%s' has a malformed line: '%.*s'",
			    check->domain->dir, VP_TEXT_NAME,
			    line.size < 40 ? (int)line.size : 40, line.text);
		if (line.name_size == 0)
			continue;
		check->records++;
		if (check_order(check, &line, base->state.is_sorted))
			continue;
		if (has_cdb && check_record(check, &line) < 0)
			return -1;
	}
	return r;
}

/* Is there a record of this name in vpasswd?  1, 0, -1. */
static int
is_in_text(struct vp_base *base, const char *name, size_t name_size)
{
	struct vp_line line;
	int r;

	if (vp_base_seek(base, name, name_size) < 0)
		return -1;
	while ((r = vp_base_next(base, &line)) > 0) {
		if (line.name_size == 0)
			continue;

		int order = vp_vpasswd_compare(
		    line.text, line.name_size, name, name_size);

		if (order >= 0)
			return order == 0;
	}
	return r;
}

/* Records of the cdb files that vpasswd does not have.  There are none if the
 * cdb files have as many records as were found in them. */
static int
check_surplus(struct check *check, struct vp_base *base)
{
	struct vp_cdbset_reader *set = vp_cdbset_open(check->dirfd);
	const char *name, *data;
	size_t name_size, size;
	uint64_t records = 0;
	int r = set ? 0 : -1;

	while (set &&
	       (r = vp_cdbset_next(set, &name, &name_size, &data, &size)) > 0)
		records++;
	vp_cdbset_close(set);
	if (r < 0 || records == check->records)
		return r;
	set = vp_cdbset_open(check->dirfd);
	r = set ? 0 : -1;
	while (set &&
	       (r = vp_cdbset_next(set, &name, &name_size, &data, &size)) > 0) {
		if (is_in_log(check, name, name_size))
			continue;
		r = is_in_text(base, name, name_size);
		if (r < 0)
			break;
		if (r == 0)
			tell(check, "'%s/%s' lacks '%.*s', which '%s' has",
			    check->domain->dir, VP_TEXT_NAME,
			    (int)(name_size < 64 ? name_size : 64), name,
			    VP_CDB_NAME);
	}
	vp_cdbset_close(set);
	return r;
}

/* 1 if the cdb files can be read, 0 if that was reported, -1. */
static int
check_cdb(struct check *check, const struct vp_base_state *state)
{
	struct vp_cdbset_reader *set = vp_cdbset_open(check->dirfd);

	if (set) {
		vp_cdbset_close(set);
		return 1;
	}
	if (errno == ENOENT) {
		if (state->ino && state->count)
			tell(check, "'%s/%s' is missing", check->domain->dir,
			    VP_CDB_NAME);
		return 0;
	}
	if (errno != EPROTO && errno != ESTALE)
		return -1;
	tell(check, "'%s/%s' is damaged", check->domain->dir, VP_CDB_NAME);
	return 0;
}

static int
check_files(struct check *check)
{
	struct vp_base base;
	int r = vp_base_open(&base, check->dirfd, NULL);
	int has_cdb = 0;

	if (r == 0)
		r = has_cdb = check_cdb(check, &base.state);
	if (r >= 0 && has_cdb && base.state.ino == 0) {
		tell(check, "'%s/%s' is missing", check->domain->dir,
		    VP_TEXT_NAME);
		has_cdb = 0;
	}
	if (r >= 0)
		r = check_text(check, &base, has_cdb);
	if (r >= 0 && has_cdb)
		r = check_surplus(check, &base);
	if (r < 0 && errno == EPROTO) {
		tell(check, "'%s/%s' is damaged", check->domain->dir,
		    VP_CDB_NAME);
		r = 0;
	}

	int error = errno;

	vp_base_close(&base);
	errno = error;
	return r < 0 ? -1 : 0;
}

int
vp_cdb_check(struct vpop_store *store, const struct vpop_domain *domain,
    void (*report)(void *arg, const char *sentence), void *arg)
{
	AUTO_CLOSE int dirfd = vp_cdb_store_dir(store, domain);
	struct check check = {
		.domain = domain,
		.report = report,
		.arg = arg,
		.dirfd = dirfd,
	};

	if (dirfd < 0)
		return dirfd;

	int r = check_log(&check);

	if (r < 0)
		r = vp_cdb_store_fail(store, domain, VP_LOG_NAME);
	else if (check_files(&check) < 0)
		r = vp_cdb_store_fail(store, domain, VP_TEXT_NAME);
	vp_cdb_close(check.cdb);
	vp_changes_clear(&check.changes);
	return r < 0 ? r : check.found;
}
