/*
 * Aliases: names whose mail goes somewhere else.  Those that answer are
 * autoresponders, and the addresses of mailing lists are theirs: neither is
 * shown here.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "modules/mail/aliaslines.h"
#include "modules/mail/names.h"
#include "modules/mail/resources.h"

/* ---- looking ----------------------------------------------------------- */

/* The page takes an alias whose lines are all there: 1 go on, 0 it is full. */
static int
end_alias(const struct mail_request *r, json_t *items, const char *name,
    struct vpop_texts *lines, const char **ret_next)
{
	const size_t count = json_array_size(items);
	int goes_on = 1;

	if (mail_key_matches(r, name) && mail_alias_is_plain(lines)) {
		goes_on = count < r->limit;
		if (goes_on)
			json_array_append_new(
			    items, mail_alias_show(r, name, lines));
		else
			*ret_next =
			    mail_text(json_array_get(items, count - 1), "name");
	}
	vpop_texts_clear(lines);
	return goes_on;
}

/* Nothing that matches comes after it. */
static int
is_past(const struct mail_request *r, const char *name)
{
	return strncmp(name, r->q, strlen(r->q)) > 0;
}

static int
walk(struct mail *m, const struct mail_request *r, json_t *items,
    const char **ret_next)
{
	const char *from = strcmp(r->after, r->q) > 0 ? r->after : r->q;
	struct vpop_texts lines = { .count = 0 };
	char name[VPOP_USER_SIZE] = "";
	struct vpop_aliases *cursor = NULL;
	struct vpop_alias alias;
	int goes_on = 1,
	    rc = vpop_aliases_open(m->vp, NULL, r->domain, &cursor);

	if (rc == 0)
		rc = vpop_aliases_seek(cursor, from);
	while (goes_on && rc >= 0 &&
	       (rc = vpop_aliases_next(cursor, &alias)) == 1) {
		if (strcmp(alias.name, name) != 0) {
			goes_on = end_alias(r, items, name, &lines, ret_next) &&
				  !is_past(r, alias.name);
			memcpy(name, alias.name, sizeof name);
		}
		if (vpop_texts_add(&lines, alias.line) != 0)
			rc = VA_MEMORY_ALLOC_ERR;
	}
	if (rc == 0)
		end_alias(r, items, name, &lines, ret_next);
	vpop_texts_clear(&lines);
	vpop_aliases_close(cursor);
	return rc < 0 ? rc : 0;
}

static json_t *
list_rows(struct mail *m, const struct mail_request *r)
{
	json_t *items = json_array();
	const char *next = NULL;
	int code = walk(m, r, items, &next);

	if (code == 0)
		return mail_page_result(items, next);
	json_decref(items);
	return mail_refuse_vpop(m, code);
}

/* NULL, not refused, if it is no alias. */
static json_t *
make(struct mail *m, const struct mail_request *r, const char *name)
{
	struct vpop_texts lines = { .count = 0 };
	json_t *object = NULL;
	int code = vpop_alias_get(m->vp, name, r->domain, &lines);

	if (code == 0 && mail_alias_is_plain(&lines))
		object = mail_alias_show(r, name, &lines);
	else if (code < 0 && !mail_is_no_alias(code))
		mail_refuse_vpop(m, code);
	vpop_texts_clear(&lines);
	return object;
}

static int
cannot_list(struct mail *m, const char *folder, int error)
{
	mail_refuse(m, "unavailable", NULL, "cannot list the folder '%s': %s",
	    folder, strerror(error));
	return -1;
}

/* All of them: which is no plain alias shows when a page is made. */
static int
read_names(struct mail *m, const struct mail_request *r,
    const struct mail_source *source, const char *folder,
    struct mail_names *ret)
{
	char name[VPOP_USER_SIZE];
	const struct dirent *entry;
	DIR *dir = opendir(folder);
	int rc = 0;

	(void)r;
	(void)source;
	if (!dir)
		return cannot_list(m, folder, errno);
	for (errno = 0; rc == 0 && (entry = readdir(dir)); errno = 0)
		if (mail_alias_files_name(folder, entry->d_name, name) &&
		    mail_names_add(ret, name) != 0)
			rc = cannot_list(m, folder, ENOMEM);
	if (rc == 0 && errno != 0)
		rc = cannot_list(m, folder, errno);
	closedir(dir);
	return rc;
}

static json_t *
list(struct mail *m, const struct mail_request *r)
{
	static const struct mail_source source = {
		.read = read_names,
		.name_of = mail_alias_files_name,
	};
	int in_store = vpop_aliases_in_store(m->vp, r->domain);

	if (in_store < 0)
		return mail_refuse_vpop(m, in_store);
	if (in_store)
		return list_rows(m, r);
	struct mail_names *names = mail_alias_files(m, r, &source);
	return names ? mail_names_page(m, r, names, make) : NULL;
}

/* The lines of a plain alias: 0, or -1 and refused. */
static int
find(struct mail *m, const struct mail_request *r, struct vpop_texts *ret)
{
	int code = vpop_alias_get(m->vp, r->key, r->domain, ret);

	if (code == 0 && !mail_alias_is_plain(ret)) {
		vpop_texts_clear(ret);
		code = VA_USER_DOES_NOT_EXIST;
	}
	if (mail_is_no_alias(code))
		mail_refuse(m, "not-found", NULL, "there is no alias '%s@%s'",
		    r->key, r->domain);
	else if (code < 0)
		mail_refuse_vpop(m, code);
	return code < 0 ? -1 : 0;
}

static json_t *
get(struct mail *m, const struct mail_request *r)
{
	struct vpop_texts lines;

	if (find(m, r, &lines) != 0)
		return NULL;
	json_t *object = mail_alias_show(r, r->key, &lines);
	vpop_texts_clear(&lines);
	return json_pack("{s:o}", "object", object);
}

/* ---- permissions ------------------------------------------------------- */

/* It is a forward if mail leaves the domain, else an alias. */
static int
allowed(
    struct mail *m, const struct mail_request *r, json_t *destinations, int bit)
{
	const char *type;
	json_t *each;
	size_t i;
	int is_forward = 0;

	json_array_foreach(destinations, i, each)
	{
		type = mail_text(each, "type");
		is_forward |= type && strcmp(type, "local") != 0 &&
			      strcmp(type, "discard") != 0;
	}
	return is_forward
		   ? mail_allowed(m, r, MAIL_PERM(forward), bit, "forwards")
		   : mail_allowed(m, r, MAIL_PERM(alias), bit, "aliases");
}

static int
allowed_now(struct mail *m, const struct mail_request *r,
    const struct vpop_texts *lines, int bit)
{
	json_t *object = mail_alias_show(r, r->key, lines);
	int rc = allowed(m, r, json_object_get(object, "destinations"), bit);

	json_decref(object);
	return rc;
}

/* ---- changing ---------------------------------------------------------- */

static json_t *
set(struct mail *m, const struct mail_request *r, const struct vpop_texts *now,
    unsigned flags)
{
	struct vpop_texts lines;

	if (mail_alias_lines(m, r, now, &lines) != 0)
		return NULL;
	int code = vpop_alias_set(m->vp, r->key, r->domain, &lines, flags);
	vpop_texts_clear(&lines);
	return mail_done(m, code);
}

static json_t *
setup(struct mail *m, const struct mail_request *r)
{
	if (allowed(m, r, json_object_get(r->new, "destinations"),
		VPOP_DENY_CREATE) != 0)
		return NULL;
	return set(m, r, NULL, VPOP_ALIAS_CREATE);
}

static json_t *
modify(struct mail *m, const struct mail_request *r)
{
	struct vpop_texts now;
	json_t *result = NULL;

	if (find(m, r, &now) != 0)
		return NULL;
	if (allowed_now(m, r, &now, VPOP_DENY_MODIFY) == 0 &&
	    allowed(m, r, json_object_get(r->new, "destinations"),
		VPOP_DENY_MODIFY) == 0)
		result = set(m, r, &now, VPOP_ALIAS_REPLACE);
	vpop_texts_clear(&now);
	return result;
}

static json_t *delete (struct mail *m, const struct mail_request *r)
{
	struct vpop_texts now;

	if (find(m, r, &now) != 0)
		return NULL;
	int denied = allowed_now(m, r, &now, VPOP_DENY_DELETE);
	vpop_texts_clear(&now);
	return denied
		   ? NULL
		   : mail_done(m, vpop_alias_delete(m->vp, r->key, r->domain));
}

const struct mail_resource mail_aliases = {
	.name = "aliases",
	.does = {
		[MAIL_LIST] = list,
		[MAIL_GET] = get,
		[MAIL_SETUP] = setup,
		[MAIL_MODIFY] = modify,
		[MAIL_DELETE] = delete,
	},
};
