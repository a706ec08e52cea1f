/*
 * The store's part of adding and deleting accounts: records without their
 * directories, for programs that make those themselves.  The journal tells of
 * both, with plans that recovery understands: it looks for the record, and
 * takes away no directory that has something in it.
 */
#include "config.h"

#include <string.h>

#include "api/api.h"
#include "base/text.h"
#include "core/dircontrol.h"
#include "core/name.h"
#include "core/user_int.h"
#include "vauth.h"
#include "vpopmail.h"

/* The open domain and the record. */
struct work {
	struct vpop *vp;
	struct vp_place place;
	struct vpop_user user;
};

static int
start(struct vpop *vp, const char *domain, struct work *work)
{
	int code = vp_change_start(vp);

	work->vp = vp;
	work->place.dirfd = work->place.lock = -1;
	if (code == 0)
		code = vp_place_open(vp, domain, &work->place);
	return code == 0 ? vp_place_lock(vp, &work->place) : code;
}

static void
finish(struct work *work)
{
	vp_place_close(&work->place);
	vp_change_end(work->vp);
	explicit_bzero(&work->user, sizeof work->user);
}

static int
set_dir(struct work *work, const char *rel)
{
	const char *dir = work->place.domain.dir;

	if (vp_format(work->user.dir, sizeof work->user.dir, "%s/%s%s%s", dir,
		rel, *rel ? "/" : "", work->user.name) == 0)
		return 0;
	return vp_fail(work->vp, VA_DIR_TOO_LONG,
	    "the directory of '%s' has too long a name", work->user.name);
}

/* Journal, change the store, journal the end. */
static int
put(struct work *work, const char *event, const char *rel)
{
	const struct vp_place *place = &work->place;
	AUTO_FREE char *object =
	    vp_user_object(work->user.name, place->domain.real);
	struct vp_intent intent = {
		.event = event, .object = object, .domain = place->domain.real
	};
	int code;

	intent.plan =
	    json_pack("{s:s, s:s*}", "name", work->user.name, "rel", rel);
	*(rel ? &intent.new : &intent.old) = intent.plan;
	if (!object || !intent.plan) {
		json_decref(intent.plan);
		return vp_fail(work->vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	}
	code = vp_journal_intend(work->vp, &intent, 1);
	if (code == 0 && rel)
		code = place->ops->user_put(
		    place->store, &place->domain, &work->user, VPOP_PUT_ADD);
	else if (code == 0)
		code = place->ops->user_delete(
		    place->store, &place->domain, work->user.name);
	if (code == 0)
		(void)vp_journal_commit(work->vp, &intent, 1);
	else if (intent.id)
		(void)vp_journal_undo(
		    work->vp, &intent, 1, vpop_message(work->vp));
	json_decref(intent.plan);
	return code;
}

static int
fill(struct work *work, const char *name, const char *passwd, const char *gecos,
    const char *rel)
{
	const struct vpop_secret secret = {
		*passwd ? VPOP_SECRET_CLEAR : VPOP_SECRET_EMPTY, passwd
	};
	struct vpop *vp = work->vp;
	int code = vp_name_new_user(vp, name, work->user.name);

	if (code == 0)
		code = vp_gecos_field(
		    vp, gecos, work->user.name, work->user.gecos);
	if (code == 0)
		code = vp_secret_fields(vp, &secret, 0, &work->user);
	if (code == 0)
		code = vp_quota_field(vp, "NOQUOTA", work->user.quota);
	return code == 0 ? set_dir(work, rel) : code;
}

VPOP_EXPORT int
vauth_adduser(char *username, char *domain, char *passwd, char *gecos,
    char *dir, int apop)
{
	struct work work = { .user = { .uid = apop == USE_APOP ? 2 : 1 } };
	struct vp_api_name name;
	const char *rel = dir ? dir : "";
	int code = vp_api_user(username, domain, &name);

	if (code < 0)
		return code;
	if (!passwd)
		return vp_api_result(VA_NULL_POINTER);
	if (strlen(rel) >= VP_DIR_REL_SIZE || strstr(rel, "..") || *rel == '/')
		return vp_api_result(VA_BAD_DIR);
	code = start(name.vp, name.domain.real, &work);
	if (code == 0)
		code = fill(&work, name.user, passwd, gecos, rel);
	if (code == 0)
		code = put(&work, "user.created", rel);
	finish(&work);
	return vp_api_result(code);
}

VPOP_EXPORT int
vauth_deluser(char *user, char *domain)
{
	struct work work = { .place = { .dirfd = -1 } };
	struct vp_api_name name;
	struct vpop_user found;
	int code = vp_api_user(user, domain, &name);

	if (code < 0)
		return code;
	code = start(name.vp, name.domain.real, &work);
	if (code == 0)
		code = vp_user_find(
		    name.vp, &work.place.domain, name.user, &found);
	if (code == 0) {
		explicit_bzero(&found, sizeof found);
		memcpy(work.user.name, name.user, sizeof work.user.name);
		code = put(&work, "user.deleted", NULL);
	}
	finish(&work);
	return vp_api_result(code);
}

VPOP_EXPORT int
vauth_adddomain(char *domain)
{
	return vp_api_result(domain ? 0 : VA_NULL_POINTER);
}

VPOP_EXPORT int
vauth_deldomain(char *domain)
{
	return vp_api_result(domain ? 0 : VA_NULL_POINTER);
}
