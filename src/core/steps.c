/*
 * Changes of several files.
 *
 * A text stands in the plan as hexadecimal digits: a dot-qmail file may have
 * bytes that JSON has not.  When the first step fails nothing was changed and
 * the change is taken back; when a later one does, it stays pending and the
 * next change completes it.
 */
#include "config.h"

#include "core/steps.h"

#include <errno.h>
#include <string.h>

#include "base/dirtree.h"
#include "base/replace.h"
#include "core/user_int.h"

/* ---- texts ------------------------------------------------------------ */

static json_t *
to_hex(const char *text)
{
	static const char digits[] = "0123456789abcdef";
	const size_t size = strlen(text);
	AUTO_FREE char *hex = malloc(2 * size + 1);

	if (!hex)
		return NULL;
	for (size_t i = 0; i < size; i++) {
		hex[2 * i] = digits[(unsigned char)text[i] >> 4];
		hex[2 * i + 1] = digits[(unsigned char)text[i] & 15];
	}
	return json_stringn(hex, 2 * size);
}

static int
digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

static char *
of_hex(const char *hex)
{
	const size_t size = strlen(hex) / 2;
	char *text = malloc(size + 1);

	if (!text)
		return NULL;
	for (size_t i = 0; i < size; i++)
		text[i] =
		    (char)(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
	text[size] = '\0';
	return text;
}

/* ---- making the list -------------------------------------------------- */

int
vp_steps_init(struct vpop *vp, struct vp_steps *steps)
{
	steps->list = json_array();
	steps->made = 0;
	return steps->list ? 0
			   : vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
}

void
vp_steps_clear(struct vp_steps *steps)
{
	json_decref(steps->list);
	steps->list = NULL;
}

/* A list that lacks a step is none: dropped, and found by vp_steps_change. */
static void
add(struct vp_steps *steps, json_t *step)
{
	if (!steps->list || json_array_append_new(steps->list, step) != 0)
		vp_steps_clear(steps);
}

void
vp_steps_folder(struct vp_steps *steps, const char *name)
{
	add(steps, json_pack("{s:o}", "folder", vp_journal_text(name)));
}

void
vp_steps_file(struct vp_steps *steps, const char *name, const char *text)
{
	add(steps, json_pack("{s:o, s:o}", "file", vp_journal_text(name),
		       "text", text ? to_hex(text) : json_null()));
}

void
vp_steps_remove(struct vp_steps *steps, const char *name)
{
	add(steps, json_pack("{s:o}", "remove", vp_journal_text(name)));
}

void
vp_steps_alias(struct vp_steps *steps, const char *name, const char *text)
{
	add(steps, json_pack("{s:o, s:o}", "alias", vp_journal_text(name),
		       "text", to_hex(text)));
}

/* ---- making the change ------------------------------------------------ */

static int
step_failed(struct vpop *vp, const struct vp_steps *steps, const char *name)
{
	return vp_fail_errno(vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE),
	    "cannot change '%s' of '%s%s%s'", name,
	    steps->user ? steps->user : "", steps->user ? "@" : "",
	    steps->domain->real);
}

static int
write_file(const struct vp_steps *steps, const char *name, const char *text)
{
	const struct vpop_domain *domain = steps->domain;
	const char *last;
	AUTO_CLOSE int fd = vp_dir_open_parent(steps->dirfd, name, &last);

	if (fd < 0)
		return text || (errno != ENOENT && errno != ENOTDIR) ? -1 : 0;
	if (text)
		return vp_replace_text(fd, last, text, strlen(text),
		    VP_MODE_FILE, domain->uid, domain->gid);
	if (unlinkat(fd, last, 0) != 0)
		return errno == ENOENT ? 0 : -1;
	return vp_dir_sync(fd);
}

static int
change_files(struct vpop *vp, const struct vp_steps *steps, const char *folder,
    const char *file, const char *removed, const char *text)
{
	const struct vpop_domain *domain = steps->domain;
	const char *name = folder ? folder : file ? file : removed;
	int rc;

	if (folder)
		rc = vp_dir_make_all(steps->dirfd, folder, VP_MODE_DIR,
		    domain->uid, domain->gid);
	else if (file)
		rc = write_file(steps, file, text);
	else
		rc = vp_dir_remove(steps->dirfd, removed);
	return rc == 0 ? 0 : step_failed(vp, steps, name);
}

static int
put_alias(
    const struct vp_alias_place *place, const char *name, const char *text)
{
	int code;

	if (place->ops) {
		code = place->ops->begin(place->store, place->domain);
		if (code == 0)
			code = vp_alias_place_put(place, name, text);
		if (code == 0)
			code = place->ops->commit(place->store);
		if (code < 0)
			place->ops->rollback(place->store);
		return code;
	}
	if (*text == '\0') {
		AUTO_FREE char *now = vp_alias_place_get(place, name, &code);

		if (!now || *now == '\0')
			return code;
	}
	return vp_alias_place_put(place, name, text);
}

static int
change_alias(struct vpop *vp, const struct vp_steps *steps, const char *name,
    const char *text)
{
	struct vp_alias_place place;
	int code =
	    vp_alias_place_of(vp, steps->domain, steps->domain_fd, &place);

	return code < 0 ? code : put_alias(&place, name, text);
}

static int
make_step(struct vpop *vp, const struct vp_steps *steps, json_t *step)
{
	const char *folder = NULL, *file = NULL, *removed = NULL;
	const char *alias = NULL, *hex = NULL;
	AUTO_FREE char *text = NULL;

	json_unpack(step, "{s?s, s?s, s?s, s?s}", "folder", &folder, "file",
	    &file, "remove", &removed, "alias", &alias);
	hex = json_string_value(json_object_get(step, "text"));
	text = hex ? of_hex(hex) : NULL;
	if (hex && !text)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	if (alias)
		return change_alias(vp, steps, alias, text ? text : "");
	return change_files(vp, steps, folder, file, removed, text);
}

static int
make_steps(struct vpop *vp, struct vp_steps *steps)
{
	const size_t count = json_array_size(steps->list);
	int code = 0;

	for (size_t i = 0; i < count && code == 0; i++) {
		code = make_step(vp, steps, json_array_get(steps->list, i));
		steps->made += code == 0;
	}
	return code;
}

static int
refused(struct vpop *vp, const struct vp_intent *intent,
    const struct vp_steps *steps, int code)
{
	char reason[sizeof vp->message];

	if (steps->made > 0)
		return code;
	memcpy(reason, vp->message, sizeof reason);
	vp_journal_undo(vp, intent, 1, reason);
	return vp_fail(vp, code, "%s", reason);
}

int
vp_steps_change(
    struct vpop *vp, struct vp_intent *intent, struct vp_steps *steps)
{
	int code;

	intent->plan = steps->list ? json_pack("{s:O, s:s*}", "steps",
					 steps->list, "user", steps->user)
				   : NULL;
	if (!intent->plan)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
	code = vp_journal_intend(vp, intent, 1);
	json_decref(intent->plan);
	intent->plan = NULL;
	if (code < 0)
		return code;
	code = make_steps(vp, steps);
	if (code < 0)
		return refused(vp, intent, steps, code);
	if (vp_journal_commit(vp, intent, 1) < 0)
		vp_clear_error(vp); /* recovery ends it */
	return 0;
}

/* ---- recovery --------------------------------------------------------- */

/* The folder of the account; -1 and *ret_code 0 if there is none. */
static int
open_user(struct vpop *vp, const struct vp_place *place, const char *name,
    int *ret_code)
{
	struct vpop_user user;
	int fd;

	*ret_code = vp_user_find(vp, &place->domain, name, &user);
	explicit_bzero(user.clear, sizeof user.clear);
	if (*ret_code < 0) {
		if (vpop_class(*ret_code) == VPOP_CLASS_ABSENT)
			*ret_code = 0;
		return -1;
	}
	fd = vp_userdir_open(&place->domain, &user);
	if (fd < 0 && !vp_userdir_absent(errno))
		*ret_code = vp_fail_errno(
		    vp, VA_BAD_U_DIR, "cannot open '%s'", user.dir);
	return fd;
}

int
vp_recover_steps(struct vpop *vp, const struct vp_pending *pending)
{
	const struct vp_intent ended = VP_ENDED(pending);
	const char *user =
	    json_string_value(json_object_get(pending->plan, "user"));
	AUTO_CLOSE int home = -1;
	struct vp_place place;
	int code;

	if (!json_is_array(json_object_get(pending->plan, "steps")))
		return vp_recover_atomic(vp, pending);
	code = vp_place_recover(vp, pending, &place);
	if (code == 2)
		return 1;
	if (code != 1)
		return code;
	struct vp_steps steps = {
		.domain = &place.domain,
		.dirfd = place.dirfd,
		.domain_fd = place.dirfd,
		.user = user,
		.list = json_object_get(pending->plan, "steps"),
	};
	code = 0;
	if (user) {
		home = open_user(vp, &place, user, &code);
		steps.dirfd = home;
	}
	if (code == 0 && steps.dirfd >= 0)
		code = make_steps(vp, &steps);
	if (code == 0 && steps.dirfd >= 0)
		code = vp_journal_commit(vp, &ended, 1);
	vp_place_close(&place);
	if (code < 0)
		return code;
	return steps.dirfd >= 0;
}
